/** Parts that wait for the store's "100 Continue" in Node: what it refuses is not sent, and who says nothing gets all. */
import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { newClient } from '../support/client.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { quickly } from '../support/expect.mjs';
import { assertWell, BYTES, uploadThrough } from '../support/faulty-uploads.mjs';
import { assertSameBytes } from '../support/images.mjs';
import { rawImage } from '../support/samples.mjs';

const MIB = 1024 * 1024;
const ASKS = 'expect: 100-continue';

test('a part that the store refuses is not sent in vain', { timeout: 60_000 }, async (t) => {
  const rules = [
    { operation: 'UploadPart', status: 503, code: 'SlowDown', times: 2 },
    { operation: 'UploadPart', status: 403, code: 'ExpiredToken', skip: 3, times: 1 },
  ];
  const upload = await uploadThrough(t, rules, { client: { retry: quickly(8) } });
  await assertWell(upload);
  const parts = await upload.emulator.arrived('UploadPart');
  const refused = parts.filter(({ status }) => status !== 200);
  assert.equal(refused.length, 3);
  for (const { bodySize } of refused) assert.equal(bodySize, 0);
  const sum = parts.reduce((total, { bodySize }) => total + bodySize, 0);
  assert.equal(sum, BYTES.length, 'each byte was sent once');
});

/** A door before the store that changes what is said of "100 Continue"; counts the requests that ask. */
async function startDoor(t, target, { answers }) {
  const { hostname, port } = new URL(target);
  const door = { asked: 0 };
  const sockets = new Set();
  const server = createServer((socket) => {
    const further = connect(Number(port), hostname);
    for (const each of [socket, further]) {
      sockets.add(each);
      // What goes wrong closes both.
      each.on('error', () => {});
      each.once('close', () => {
        sockets.delete(each);
        socket.destroy();
        further.destroy();
      });
    }
    further.pipe(socket);
    socket.on('data', (chunk) => {
      // Who asks sends a head and nothing behind it.
      const head = chunk.toString('latin1');
      if (!/^PUT .*\r\n/.test(head) || !head.includes(ASKS)) return further.write(chunk);
      door.asked += 1;
      if (answers) return socket.end(answers);
      return further.write(Buffer.from(head.replace(ASKS, 'ignore: 100-continue'), 'latin1'));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  door.url = `http://127.0.0.1:${server.address().port}`;
  return door;
}

for (const [what, answers, asked] of [
  ['says nothing', undefined, 3],
  [
    'does not know of it',
    'HTTP/1.1 417 Expectation Failed\r\ncontent-length: 0\r\nconnection: close\r\n\r\n',
    1,
  ],
]) {
  test(`a store that ${what} is sent all parts, and soon not asked any more`, {
    timeout: 60_000,
  }, async (t) => {
    const emulator = await startEmulator(t);
    const door = await startDoor(t, emulator.oss, { answers });
    const ims = newClient(t, emulator.ims);
    const bytes = Buffer.concat([BYTES, BYTES]);
    const task = ims.upload(bytes, rawImage({ name: 'asked' }), {
      partSize: 5 * MIB,
      concurrency: 1,
      oss: { endpoint: door.url },
    });
    const { verified } = await task.done;
    assert.equal(verified, 'md5');
    await assertSameBytes([bytes], await emulator.file(task.imageId));
    assert.equal(door.asked, asked);
    const parts = await emulator.arrived('UploadPart');
    assert.deepEqual(
      parts.map(({ status }) => status),
      Array(7).fill(200),
    );
  });
}

test('small parts are not asked for', { timeout: 60_000 }, async (t) => {
  const emulator = await startEmulator(t);
  const door = await startDoor(t, emulator.oss, {});
  const task = newClient(t, emulator.ims).upload(BYTES.subarray(0, MIB), rawImage({ name: 'small' }), {
    oss: { endpoint: door.url },
  });
  await task.done;
  assert.equal(door.asked, 0);
});
