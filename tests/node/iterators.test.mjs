/** Iterators of all services: they go on where a service gives fewer entries than it is asked for, and they end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newClient } from '../support/client.mjs';
import { quickly, rejects } from '../support/expect.mjs';
import { newHuawei, plain } from '../support/huawei.mjs';
import { importClient } from '../support/places.mjs';
import { json, startRecorder } from '../support/recorder.mjs';

const { HuaweiWorkspaceClient } = await importClient('./workspace');

/** What the lists hold. */
const IDS = Array.from({ length: 25 }, (_, at) => `id-${at}`);
/** More entries than this no page has, whatever is asked for. */
const CAP = 10;

/** A recorder whose answers are made of what is asked for. */
async function serving(t, answer) {
  const recorder = await startRecorder(t);
  recorder.otherwise((_request, response, { query, body }) => {
    const asked = { ...Object.fromEntries(new URLSearchParams(query)), ...(body.length && JSON.parse(body)) };
    const { status, headers, body: text } = answer(asked);
    response.writeHead(status, headers).end(text);
  });
  return recorder;
}

/** The IDs that an iterator gives. One that goes round for ever is left. */
async function collected(iterator, id) {
  const all = [];
  for await (const entry of iterator) {
    all.push(entry[id]);
    if (all.length > 2 * IDS.length) break;
  }
  return all;
}

/** Lists with pages that have numbers: how they are iterated, and what names an entry. */
const NUMBERED = {
  iterateImages: 'imageId',
  iteratePrivateImages: 'imageId',
  iterateSharedImages: 'shareId',
};

/** How a service that counts pages answers, what it is asked for, how often it is, and how many entries that gives. */
const PAGES = [
  ['gives fewer than it is asked for, and says so', {}, 3, 25, ({ all, size }) => ({ ...all, size })],
  ['tells neither size nor total', { size: CAP }, 3, 25, ({ all: { list } }) => ({ list })],
  ['tells no size that is one', { size: CAP }, 3, 25, ({ all }) => ({ ...all, size: 0 })],
  ['counts pages for entries', {}, 3, 25, ({ all, size }) => ({ ...all, size, total: 3 })],
  [
    'gives fewer than it is asked for, and repeats what it was asked for',
    {},
    3,
    25,
    ({ all }) => ({ ...all, size: 50 }),
  ],
  ['promises more than there is', {}, 4, 25, ({ all, size }) => ({ ...all, size, total: 1_000 })],
  [
    'shows the same page again and again',
    {},
    3,
    CAP,
    ({ size }) => ({ list: IDS.slice(0, CAP), size, total: 25 }),
  ],
  ['has only full pages', { size: 5 }, 6, 25, ({ all, size }) => ({ ...all, size })],
];

for (const [what, request, requests, entries, shown] of PAGES) {
  test(`pages with numbers: a service that ${what}`, async (t) => {
    for (const [method, id] of Object.entries(NUMBERED)) {
      const recorder = await serving(t, (asked) => {
        const size = Math.min(Number(asked.size), CAP);
        const start = (Number(asked.current) - 1) * size;
        const all = { list: IDS.slice(start, start + size), total: IDS.length };
        const { list, ...more } = shown({ all, size });
        return json({ ...more, list: list.map((value) => ({ imageId: value, [id]: value })) });
      });
      const ims = newClient(t, recorder.url, { retry: quickly(1) });
      assert.deepEqual(await collected(ims[method](request), id), IDS.slice(0, entries), method);
      const pages = recorder.take().map(({ query }) => Number(new URLSearchParams(query).get('current')));
      assert.deepEqual(
        pages,
        Array.from({ length: requests }, (_, at) => at + 1),
        method,
      );
    }
  });
}

/** How many entries come in front of a list while it is read, for pages of how many. */
const MOVED = [
  [1, 1],
  [1, 2],
  [5, 5],
  [5, 10],
  [5, 3],
];

for (const [size, count] of MOVED) {
  test(`pages of ${size}: whole ones that were there are passed over where ${count} come in front`, async (t) => {
    const moving = () => {
      let list = IDS;
      let asked = 0;
      return (from) => {
        asked += 1;
        if (asked === 3) list = [...Array.from({ length: count }, (_, at) => `new-${at}`), ...list];
        return { list: list.slice(from, from + size), total: list.length };
      };
    };
    let shown = moving();
    const numbered = await serving(t, ({ current }) => {
      const { list, total } = shown((Number(current) - 1) * size);
      return json({ list: list.map((imageId) => ({ imageId })), total, size });
    });
    const images = newClient(t, numbered.url, { retry: quickly(1) }).iteratePrivateImages({ size });
    assert.deepEqual(await collected(images, 'imageId'), IDS);
    shown = moving();
    const passing = await serving(t, ({ offset = 0 }) => {
      const { list, total } = shown(Number(offset));
      return plain({ items: list.map((id) => ({ id })), count: total });
    });
    const servers = newWorkspace(t, passing.url).iterateImageServers({ limit: size });
    assert.deepEqual(await collected(servers, 'id'), IDS);
  });
}

test('a service that goes round is left', async (t) => {
  const recorder = await serving(t, ({ current }) => {
    const from = ((Number(current) - 1) % 3) * 5;
    return json({ list: IDS.slice(from, from + 5).map((imageId) => ({ imageId })), total: 1e9, size: 5 });
  });
  const images = newClient(t, recorder.url, { retry: quickly(1) }).iterateImages({ size: 5 });
  assert.deepEqual(await collected(images, 'imageId'), IDS.slice(0, 15));
  assert.equal(recorder.take().length, 7);
});

/** Lists that are told how many entries to pass over: client, iterator, the fields of entries, count and ID. */
const PASSING = [
  ['workspace', 'iterateImageServers', 'items', 'count', 'id'],
  ['workspace', 'iterateImages', 'images', 'total_count', 'id'],
  ['huawei', 'iterateImagesByTags', 'resources', 'total_count', 'resource_id'],
];

/** How such a service answers, what it is asked for, from where, and how many entries that gives. */
const OFFSETS = [
  ['gives fewer than it is asked for', {}, [0, 10, 20], 25, ({ page }) => [page, 25]],
  ['says nothing of a count', { limit: CAP }, [0, 10, 20], 25, ({ page }) => [page]],
  ['counts its page', { limit: CAP }, [0, 10, 20], 25, ({ page }) => [page, page.length]],
  ['promises more than there is', {}, [0, 10, 20, 25], 25, ({ page }) => [page, 1_000]],
  ['shows the same page again and again', {}, [0, 10, 20], CAP, () => [IDS.slice(0, CAP), 25]],
  ['has only full pages', { limit: 5 }, [0, 5, 10, 15, 20, 25], 25, ({ page }) => [page, 25]],
];

for (const [what, request, offsets, entries, shown] of OFFSETS) {
  test(`pages with offsets: a service that ${what}`, async (t) => {
    for (const [client, method, field, counted, id] of PASSING) {
      const asked = [];
      const recorder = await serving(t, ({ limit, offset = 0 }) => {
        asked.push(Number(offset));
        const page = IDS.slice(Number(offset), Number(offset) + Math.min(Number(limit), CAP));
        const [list, count] = shown({ page });
        return plain({ [field]: list.map((value) => ({ [id]: value })), [counted]: count });
      });
      const face = { workspace: newWorkspace, huawei: newHuawei }[client](t, recorder.url);
      assert.deepEqual(await collected(face[method](request), id), IDS.slice(0, entries), method);
      assert.deepEqual(asked, offsets, method);
    }
  });
}

test('entries without an ID are all given, and lead nobody round', async (t) => {
  const jobs = IDS.map((job_id) => ({ job_id }));
  for (const [items, given] of [
    [(offset) => jobs.slice(offset, offset + CAP), IDS],
    [() => jobs.slice(0, CAP), IDS.slice(0, CAP)],
  ]) {
    const recorder = await serving(t, ({ offset = 0 }) => plain({ items: items(Number(offset)), count: 25 }));
    const iterator = newWorkspace(t, recorder.url).iterateImageSubJobs({ job_type: 'CREATE_SERVER' });
    assert.deepEqual(await collected(iterator, 'job_id'), given);
    assert.equal(recorder.take().length, 3);
  }
});

test('product images that the service can just pass over are all', async (t) => {
  const recorder = await serving(t, ({ offset = 0, limit }) => {
    const images = Array.from({ length: Number(limit) }, (_, at) => ({ id: `${Number(offset) + at}` }));
    return plain({ images, total_count: 5_100 });
  });
  let given = 0;
  for await (const _ of newWorkspace(t, recorder.url).iterateImages({ offset: 4_900 })) given += 1;
  assert.equal(given, 200);
  assert.equal(recorder.take().length, 2);
});

test('product images beyond what the service passes over end the loop with an error that says so', async (t) => {
  const recorder = await serving(t, ({ offset = 0, limit }) => {
    const images = Array.from({ length: Number(limit) }, (_, at) => ({ id: `${Number(offset) + at}` }));
    return plain({ images, total_count: 6_000 });
  });
  const workspace = newWorkspace(t, recorder.url);
  let given = 0;
  const all = async () => {
    for await (const _ of workspace.iterateImages()) given += 1;
  };
  await rejects(all(), { kind: 'unsupported', operation: 'iterateImages', message: /5000 images at most/ });
  assert.equal(given, 5_100);
  const beyond = workspace.iterateImages({ offset: 5_001 }).next();
  await rejects(beyond, { kind: 'validation', operation: 'listImages', field: 'offset' });
});

test('a list without page_info is asked on from the end of a full page, also of the default one', async (t) => {
  const all = Array.from({ length: 1_001 }, (_, at) => ({ id: `${at}`, status: 'active' }));
  const recorder = await serving(t, ({ marker = -1, limit = 500 }) => {
    const from = Number(marker) + 1;
    return plain({ images: all.slice(from, from + Number(limit)) });
  });
  const ims = newHuawei(t, recorder.url);
  for (const query of [undefined, { limit: 334 }]) {
    let given = 0;
    for await (const _ of ims.iterateImages(query)) given += 1;
    assert.equal(given, all.length);
    assert.equal(recorder.take().length, 3);
  }
});

function newWorkspace(context, endpoint) {
  const auth = { type: 'token', token: 'a-token-that-opens-nothing' };
  const workspace = new HuaweiWorkspaceClient({ endpoint, auth, projectId: 'p-1', retry: quickly(1) });
  context.after(() => workspace.close());
  return workspace;
}
