/**
 * What calls cost: `node calls.mjs '{ kind, sample, … }'` prints figures as JSON. Answers come from memory, by the
 * client's own `fetch` option: what is measured is the client, not the machine's network.
 */
import { importClient } from '../../tests/support/places.mjs';

const request = JSON.parse(process.argv[2]);
const SECONDS = request.quick ? 0.3 : 2;

/** Milliseconds of one call, after as long a time of warming up. */
async function timed(work) {
  const loop = async () => {
    const started = performance.now();
    let times = 0;
    while (performance.now() - started < SECONDS * 1000) {
      await work();
      times += 1;
    }
    return (performance.now() - started) / times;
  };
  await loop();
  return loop();
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
    return {
      ours: await timed(() => ims.listPrivateImages({ size: 1000 })),
      value: await timed(async () => schema.parse(JSON.parse(await (await fetch()).text())).data),
    };
  },
  /** One small call, and what it costs above the bare fetch of the same. */
  async call({ sample }) {
    const fetch = answering(sample);
    const { CecloudImsClient } = await importClient();
    const ims = new CecloudImsClient({ endpoint: ENDPOINT, region: 'region0', fetch });
    const bare = await timed(async () => (await fetch()).json());
    return { ours: (await timed(() => ims.getImage(sample.imageId))) - bare };
  },
  /** A signed call less an unsigned one, beside the signer of aws4fetch. */
  async sign() {
    const text = JSON.stringify({ images: [] });
    const fetch = async () => new Response(text, { headers: { 'content-type': 'application/json' } });
    const { HuaweiImsClient } = await importClient('./huawei');
    const made = (auth) =>
      new HuaweiImsClient({ endpoint: ENDPOINT, region: 'region-1', projectId: '0'.repeat(32), fetch, auth });
    const keys = { type: 'aksk', accessKey: 'A'.repeat(20), secretKey: 's'.repeat(40) };
    const [signed, plain] = [made(keys), made({ type: 'none' })];
    const { AwsClient } = await import('aws4fetch');
    const aws = new AwsClient({
      accessKeyId: keys.accessKey,
      secretAccessKey: keys.secretKey,
      service: 's3',
      region: 'r',
    });
    const ours = await timed(() => signed.listImages({}));
    return {
      ours: ours - (await timed(() => plain.listImages({}))),
      value: await timed(() => aws.sign(`${ENDPOINT}/v2/cloudimages`)),
    };
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
    return { ours: await timed(() => inspect({ path: file })) };
  },
};

console.log(JSON.stringify(await KINDS[request.kind](request)));
process.exit(0);
