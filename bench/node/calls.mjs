/**
 * What calls cost: `node calls.mjs '{ kind, sample, … }'` prints figures as JSON. Answers come from memory, by the
 * client's own `fetch` option: what is measured is the client, not the machine's network.
 */
import { importClient } from '../../tests/support/places.mjs';
import { median } from '../lib/statistics.mjs';

const request = JSON.parse(process.argv[2]);
const SECONDS = request.quick ? 0.3 : 2;

/** The measured time is cut into so many pieces. */
const ROUNDS = 15;

/**
 * Milliseconds of one call of each work, after warming up: they take turns in short pieces, and the median of the pieces
 * is kept, so that what slows the machine for a while slows all of them, and what interrupts it counts for nothing.
 */
async function timed(works) {
  const loop = async (work, seconds) => {
    const started = performance.now();
    let times = 0;
    while (performance.now() - started < seconds * 1000) {
      await work();
      times += 1;
    }
    return (performance.now() - started) / times;
  };
  const pieces = Object.fromEntries(Object.keys(works).map((name) => [name, []]));
  for (const work of Object.values(works)) await loop(work, SECONDS);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, work] of Object.entries(works)) pieces[name].push(await loop(work, SECONDS / ROUNDS));
  }
  return Object.fromEntries(Object.entries(pieces).map(([name, list]) => [name, median(list)]));
}

function answering(value) {
  const text = JSON.stringify({ requestId: 'bench', code: 'Success', message: '', data: value });
  const headers = { 'content-type': 'application/json' };
  return async () => new Response(text, { headers });
}

/** A schema as a careful user writes it for the fields of the sample. */
async function schemaOf(sample) {
  const { z } = await import('zod');
  const of = (value) => {
    if (Array.isArray(value)) return z.array(value.length ? of(value[0]) : z.unknown());
    if (value === null) return z.unknown();
    if (typeof value === 'object') {
      return z.looseObject(
        Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, of(inner).optional()])),
      );
    }
    return { string: z.string(), number: z.number(), boolean: z.boolean() }[typeof value];
  };
  return of(sample);
}

const ENDPOINT = 'http://service.example';

const KINDS = {
  /** A list of 1,000 images, decoded. */
  async list({ sample }) {
    const list = Array.from({ length: 1000 }, (_, index) => ({ ...sample, imageId: `img-${index}` }));
    const page = { list, total: 1000, current: 1, size: 1000 };
    const fetch = answering(page);
    const { CecloudImsClient } = await importClient();
    const ims = new CecloudImsClient({ endpoint: ENDPOINT, region: 'region0', fetch });
    const { z } = await import('zod');
    const schema = z.looseObject({
      data: z.looseObject({ list: z.array(await schemaOf(sample)), total: z.number() }),
    });
    return timed({
      ours: () => ims.listPrivateImages({ size: 1000 }),
      value: async () => schema.parse(JSON.parse(await (await fetch()).text())).data,
    });
  },
  /** One small call, and what it costs above the bare fetch of the same. */
  async call({ sample }) {
    const fetch = answering(sample);
    const { CecloudImsClient } = await importClient();
    const ims = new CecloudImsClient({ endpoint: ENDPOINT, region: 'region0', fetch });
    const { ours, bare } = await timed({
      ours: () => ims.getImage(sample.imageId),
      bare: async () => (await fetch()).json(),
    });
    return { ours: ours - bare };
  },
  /** What a signature by Huawei's SDK-HMAC-SHA256 costs: a signed call less an unsigned one. No peer signs so. */
  async sign() {
    const text = JSON.stringify({ images: [] });
    const fetch = async () => new Response(text, { headers: { 'content-type': 'application/json' } });
    const { HuaweiImsClient } = await importClient('./huawei');
    const made = (auth) =>
      new HuaweiImsClient({ endpoint: ENDPOINT, region: 'region-1', projectId: '0'.repeat(32), fetch, auth });
    const keys = { type: 'aksk', accessKey: 'A'.repeat(20), secretKey: 's'.repeat(40) };
    const [signed, plain] = [made(keys), made({ type: 'none' })];
    const ms = await timed({ signed: () => signed.listImages({}), plain: () => plain.listImages({}) });
    return { difference: ms.signed - ms.plain };
  },
  /** From nothing to the first answer. */
  async start({ sample }) {
    const fetch = answering(sample);
    const started = performance.now();
    const { CecloudImsClient } = await importClient();
    const ims = new CecloudImsClient({ endpoint: ENDPOINT, region: 'region0', fetch });
    await ims.getImage(sample.imageId);
    return { ours: performance.now() - started };
  },
  /** From nothing to a client of AWS that could call. */
  async 'start-aws'() {
    const started = performance.now();
    const { S3Client } = await import('@aws-sdk/client-s3');
    await import('@aws-sdk/lib-storage');
    new S3Client({ region: 'r', endpoint: ENDPOINT });
    return { value: performance.now() - started };
  },
  /** A look into a file on the disk. */
  async inspect({ file }) {
    const { inspect } = await importClient('./inspect');
    return timed({ ours: () => inspect({ path: file }) });
  },
};

console.log(JSON.stringify(await KINDS[request.kind](request)));
process.exit(0);
