/** The command line: every command against the local cloud, exit codes, Ctrl-C, secrets. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { newClient } from '../support/client.mjs';
import { slowAfter, startEmulator } from '../support/emulator.mjs';
import { eventually } from '../support/expect.mjs';
import { assertSameBytes, makeRandomRaw, md5Of, randomPieces } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { CLI, run, start } from '../support/program.mjs';
import { startRecorder } from '../support/recorder.mjs';
import { PARTNER, rawImage } from '../support/samples.mjs';
import { closedPort } from '../support/servers.mjs';

const MIB = 1024 * 1024;
const TIMEOUT = { timeout: 120_000 };

/** A cloud, a disk with its metadata in a file, and the command line for them. */
async function prepare(t, size, ...extra) {
  const emulator = await startEmulator(t, ...extra);
  const folder = await temporaryFolder(t);
  const disk = await makeRandomRaw(path.join(folder, 'disk.raw'), size, 'cli');
  const metadata = path.join(folder, 'metadata.json');
  await writeFile(metadata, JSON.stringify(rawImage({ name: 'from the file' })));
  const env = { IMS_ENDPOINT: emulator.ims, IMS_REGION: 'region0' };
  const ims = (...parameters) => run(CLI, parameters, { env });
  return { emulator, folder, disk, metadata, env, ims };
}

const json = ({ stdout }) => JSON.parse(stdout);

test('upload, list, show, share, download, delete', TIMEOUT, async (t) => {
  const { emulator, folder, disk, metadata, ims } = await prepare(t, 3 * MIB);
  const sent = await ims(
    'upload',
    disk,
    '--metadata',
    metadata,
    '--name',
    'cli',
    '--min-disk',
    '2',
    '--json',
  );
  assert.equal(sent.code, 0, sent.stderr);
  const { image, md5, verified } = json(sent);
  assert.deepEqual([image.name, image.minDisk, image.status, verified], ['cli', 2, 'active', 'md5']);
  assert.equal(md5, await md5Of(randomPieces('cli', 3 * MIB)));
  const events = sent.stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual([events.at(-1).type, events.at(-1).bytes], ['progress', 3 * MIB]);
  assert.deepEqual((await readdir(folder)).sort(), ['disk.raw', 'metadata.json'], 'no folder is left over');

  const { imageId } = image;
  assert.deepEqual(
    json(await ims('list', '--json')).map((each) => each.imageId),
    [imageId],
  );
  const table = (await ims('list', '--filter', 'cli')).stdout.trim().split('\n');
  assert.match(table[0], /^image +name +status +size$/);
  assert.match(table[1], new RegExp(`^${imageId} +cli +active +3.0 MiB$`));
  assert.deepEqual(json(await ims('list', '--filter', 'nothing', '--json')), []);
  assert.equal(json(await ims('show', imageId, '--json')).checksum, md5);
  assert.match((await ims('show', imageId)).stdout, /^status +active$/m);

  assert.equal((await ims('share', imageId, PARTNER.user)).code, 0);
  const shares = await newClient(t, emulator.ims).listImageShares(imageId);
  assert.deepEqual(
    shares.list.map(({ userId }) => userId),
    [PARTNER.user],
  );
  const taken = await ims('share', imageId, PARTNER.user, '--remove', '--json');
  assert.deepEqual(json(taken), { imageId, users: [PARTNER.user], shared: false });

  const back = path.join(folder, 'back.raw');
  const received = await ims('download', imageId, back, '--json');
  assert.deepEqual([received.code, json(received).md5], [0, md5], received.stderr);
  assert.deepEqual(await readFile(back), await readFile(disk));

  assert.equal((await ims('delete', imageId)).code, 0);
  assert.equal(await emulator.image(imageId), undefined);
  const gone = await ims('show', imageId, '--json');
  assert.equal(gone.code, 1);
  assert.equal(JSON.parse(gone.stderr).error.kind, 'service');
});

test('Ctrl-C stops an upload, and the same command goes on', TIMEOUT, async (t) => {
  const { emulator, disk, metadata, env, ims } = await prepare(t, 40 * MIB);
  // Two of eight parts: it cannot end before it is stopped.
  await emulator.spoil(slowAfter(2));
  const command = [
    'upload',
    disk,
    '--metadata',
    metadata,
    '--part-size',
    String(5 * MIB),
    '--concurrency',
    '1',
    '--json',
  ];
  const first = start(CLI, command, { env });
  await eventually(async () => (await emulator.arrived('UploadPart')).length > 2, 'two parts are stored');
  first.child.kill('SIGINT');
  const stopped = await first.ended;
  assert.equal(stopped.code, 130, JSON.stringify(stopped));
  assert.match(stopped.stderr, /"phase":"uploading","bytes":[1-9]/);
  assert.match(stopped.stderr, /the same command goes on there/);
  await emulator.heal();
  const before = (await emulator.arrived('UploadPart')).length;
  const done = await ims(...command);
  assert.equal(done.code, 0, done.stderr);
  assert.equal(json(done).verified, 'md5');
  const images = await emulator.images();
  assert.deepEqual(
    images.map(({ status }) => status),
    ['active'],
    'one image',
  );
  const sent = (await emulator.arrived('UploadPart')).length - before;
  assert.ok(sent < 8, `${sent} of 8 parts were sent again`);
  await assertSameBytes(randomPieces('cli', 40 * MIB), await emulator.file(images[0].imageId));
});

test('an upload of a file that has changed since is told of', TIMEOUT, async (t) => {
  const { emulator, disk, metadata, env, ims } = await prepare(t, 20 * MIB);
  await emulator.spoil(slowAfter(1));
  const command = ['upload', disk, '--metadata', metadata, '--part-size', String(5 * MIB), '--json'];
  const first = start(CLI, [...command, '--concurrency', '1'], { env });
  await eventually(async () => (await emulator.arrived('UploadPart')).length > 1, 'a part is stored');
  const [kept] = json(
    await ims('pending', '--checkpoints', path.join(path.dirname(disk), '.ims-client'), '--json'),
  );
  assert.equal(kept.inUse, true, 'by the other process');
  first.child.kill('SIGINT');
  assert.equal((await first.ended).code, 130);
  await emulator.heal();
  await appendFile(disk, Buffer.alloc(512, 1));
  const done = await ims(...command);
  assert.equal(done.code, 0, done.stderr);
  assert.match(
    done.stderr,
    new RegExp(`an earlier upload of this name is still kept, into ${kept.imageId}`, 'u'),
  );
});

test('where progress cannot be kept, another place is named', TIMEOUT, async (t) => {
  const { disk, metadata, ims } = await prepare(t, MIB);
  await writeFile(path.join(path.dirname(disk), '.ims-client'), 'a file');
  const failed = await ims('upload', disk, '--metadata', metadata);
  assert.notEqual(failed.code, 0);
  assert.match(failed.stderr, /--checkpoints DIR/);
});

test('what was stopped is listed, and taken back when nobody goes on', TIMEOUT, async (t) => {
  const { emulator, folder, disk, metadata, env, ims } = await prepare(t, 48 * MIB);
  await emulator.spoil(slowAfter(2));
  const upload = start(CLI, ['upload', disk, '--metadata', metadata, '--json'], { env });
  await eventually(async () => (await emulator.arrived('UploadPart')).length > 2, 'it is midway');
  upload.child.kill('SIGINT');
  assert.equal((await upload.ended).code, 130);
  await emulator.heal();
  const place = ['--checkpoints', path.join(folder, '.ims-client')];
  const [kept, ...others] = json(await ims('pending', ...place, '--json'));
  const [image] = await emulator.images();
  assert.deepEqual([kept.imageId, kept.fileName, others.length], [image.imageId, 'disk.raw', 0]);
  assert.match(
    (await ims('pending', ...place)).stdout,
    new RegExp(`^${kept.imageId} .* disk.raw .*48.0 MiB`, 'm'),
  );
  assert.deepEqual(json(await ims('pending', '--json')), [], 'another folder');
  for (const [words, said] of [
    [[], /takes IMAGE…, or --all/],
    [[kept.imageId, '--all'], /takes IMAGE…, or --all/],
    [['img-other'], /no upload into img-other is kept/],
  ]) {
    const refused = await ims('discard', ...words, ...place);
    assert.deepEqual([refused.code, said.test(refused.stderr)], [2, true], refused.stderr);
  }
  const discarded = await ims('discard', kept.imageId, ...place);
  assert.deepEqual(
    [discarded.code, discarded.stdout],
    [0, `${kept.imageId} is discarded\n`],
    discarded.stderr,
  );
  assert.deepEqual(await emulator.images(), []);
  assert.deepEqual(json(await ims('pending', ...place, '--json')), []);
});

test('a folder that is only looked into is not made, and goes when it is empty', TIMEOUT, async (t) => {
  const { emulator, folder, disk, metadata, env } = await prepare(t, 24 * MIB);
  const ims = (...parameters) => run(CLI, parameters, { env, cwd: folder });
  const all = await readdir(folder);
  assert.deepEqual(json(await ims('pending', '--json')), []);
  assert.equal((await ims('discard', '--all')).code, 0);
  assert.match((await ims('discard', 'img-other')).stderr, /no upload into img-other is kept/);
  for (const words of [['pending'], ['discard', '--all'], ['discard', 'img-other']]) {
    const missing = await ims(...words, '--checkpoints', 'not/there');
    assert.deepEqual([missing.code, missing.stdout], [2, '']);
    assert.match(missing.stderr, /there is no folder not\/there/);
    const empty = await ims(...words, '--checkpoints=');
    const alike = await ims('upload', disk, '--metadata', metadata, '--checkpoints=');
    assert.deepEqual([empty.code, alike.code], [3, 3], empty.stderr + alike.stderr);
    assert.match(empty.stderr, /directory/);
  }
  // The own one goes when nothing is left in it.
  assert.deepEqual(json(await ims('pending', '--checkpoints', '.ims-client', '--json')), []);
  assert.deepEqual(await readdir(folder), all);
  await mkdir(path.join(folder, 'named'));
  for (const named of [[], ['--checkpoints', 'named']]) {
    await emulator.spoil(slowAfter(1));
    const before = (await emulator.arrived('UploadPart')).length;
    const upload = start(CLI, ['upload', disk, '--metadata', metadata, ...named], { env, cwd: folder });
    await eventually(async () => (await emulator.arrived('UploadPart')).length > before + 1, 'it is midway');
    upload.child.kill('SIGINT');
    assert.equal((await upload.ended).code, 130);
    await emulator.heal();
    assert.match((await ims('discard', '--all', ...named)).stdout, /is discarded\n$/);
    assert.deepEqual(await readdir(folder), [...all, 'named'].sort());
  }
});

test('what is begun is done, whether somebody reads of it or not', TIMEOUT, async (t) => {
  const { emulator, folder, disk, metadata, env } = await prepare(t, 24 * MIB);
  const other = await makeRandomRaw(path.join(folder, 'other.raw'), 24 * MIB, 'other');
  for (const [at, file] of [disk, other].entries()) {
    await emulator.spoil(slowAfter(1));
    const before = (await emulator.arrived('UploadPart')).length;
    const words = ['upload', file, '--metadata', metadata, '--name', `left ${at}`];
    const upload = start(CLI, words, { env, cwd: folder });
    await eventually(async () => (await emulator.arrived('UploadPart')).length > before + 1, 'it is midway');
    upload.child.kill('SIGINT');
    assert.equal((await upload.ended).code, 130);
    await emulator.heal();
  }
  assert.equal((await emulator.images()).length, 2);
  const { child, ended } = start(CLI, ['discard', '--all'], { env, cwd: folder });
  child.stdout.destroy();
  const { code, stderr } = await ended;
  assert.deepEqual([code, stderr], [0, '']);
  assert.deepEqual(await emulator.images(), []);
});

test('an image goes to standard output, and nothing else does', TIMEOUT, async (t) => {
  const { folder, disk, metadata, ims, env } = await prepare(t, 3 * MIB);
  const { image, md5 } = json(await ims('upload', disk, '--metadata', metadata, '--json'));
  const command = `"${process.execPath}" "${CLI}" download ${image.imageId}`;
  const shell = (script) =>
    promisify(execFile)('/bin/sh', ['-c', script], { env: { ...process.env, ...env } });
  const target = path.join(folder, 'copy.raw');
  const poured = await shell(`${command} - > '${target}'`);
  assert.match(poured.stderr, new RegExp(`^3.0 MiB, md5 ${md5}$`, 'm'));
  await assertSameBytes(disk, target);
  const left = await shell(`{ ${command} -; echo $? >&2; } | head -c 10 | wc -c`);
  assert.deepEqual([left.stdout.trim(), left.stderr], ['10', '141\n'], 'nothing was compared');
  if (existsSync('/dev/full')) {
    const full = await shell(`${command} - > /dev/full`).catch((error) => error);
    assert.equal(full.code, 1);
    assert.match(full.stderr, /^error: standard output takes no more: ENOSPC.*\n$/);
    const listed = await shell(`"${process.execPath}" "${CLI}" list --json > /dev/full`).catch(
      (error) => error,
    );
    assert.deepEqual([listed.code, JSON.parse(listed.stderr).error.code], [1, 'ENOSPC']);
  }
  const unknown = await ims('download', 'img-none', '-');
  assert.deepEqual([unknown.code, unknown.stdout], [1, '']);
});

test('secrets come from the environment or a file, and show nowhere', TIMEOUT, async (t) => {
  const secret = 'token-of-the-test-4711';
  const { folder, env } = await prepare(t, 1024, '--token', secret);
  const file = path.join(folder, 'token');
  await writeFile(file, `${secret}\n`);
  const auth = path.join(folder, 'auth.json');
  await writeFile(auth, JSON.stringify({ type: 'headers', headers: { 'X-Auth-Token': secret } }));
  const ways = [
    [{ IMS_TOKEN: secret }, []],
    [{ IMS_TOKEN_FILE: file }, []],
    [{ IMS_AUTH_FILE: auth }, []],
    [{}, ['--token-file', file]],
    [{}, ['--auth-file', auth]],
  ];
  for (const [more, parameters] of ways) {
    const { code, stdout, stderr } = await run(CLI, ['list', ...parameters], { env: { ...env, ...more } });
    assert.equal(code, 0, stderr);
    assert.ok(!`${stdout}${stderr}`.includes(secret));
  }
  const refused = await run(CLI, ['list'], { env });
  assert.equal(refused.code, 4, refused.stderr);
  const wrong = await run(CLI, ['list', '--json'], { env: { ...env, IMS_TOKEN: 'wrong-token-0815' } });
  assert.equal(wrong.code, 4);
  assert.ok(!wrong.stderr.includes('wrong-token-0815'));
  const none = path.join(folder, 'none');
  for (const option of ['--token-file', '--auth-file']) {
    const { code, stderr } = await run(CLI, ['list', option, none], { env });
    assert.equal(code, 2, stderr);
    assert.match(stderr, /^error: who is asking cannot be read from \S+none: ENOENT\n/, option);
  }
  for (const nothing of ['null', '[]', '"token"']) {
    await writeFile(auth, nothing);
    const { code, stderr } = await run(CLI, ['list', '--auth-file', auth], { env });
    assert.equal(code, 2, stderr);
    assert.match(stderr, /auth\.json does not say who is asking/, nothing);
  }
  await writeFile(auth, `{ "type": "token", "token": "${secret}`);
  const broken = await run(CLI, ['list', '--auth-file', auth], { env });
  assert.deepEqual([broken.code, broken.stderr.includes(secret)], [2, false], broken.stderr);
  for (const given of [
    ['--token', secret],
    ['--header', `X-Tenant=${secret}`],
    ...[
      'X-Auth-Token',
      'x-security-token',
      'Proxy-Authorization',
      'Set-Cookie',
      'X-Client-Secret',
      'Api_Key',
    ].map((name) => ['--header', `${name}: ${secret}`]),
  ]) {
    const { code, stderr } = await run(CLI, ['list', ...given], { env });
    assert.deepEqual([code, stderr.includes(secret)], [2, false], stderr);
  }
  const plain = ['--header', 'X-Tenant: t', '--header', 'X-Author: a', '--header', 'Idempotency-Key: k'];
  const asked = await run(CLI, ['list', ...plain], { env: { ...env, IMS_TOKEN: secret } });
  assert.equal(asked.code, 0, asked.stderr);
});

test('who is asking is taken from the command before the environment, and said once', TIMEOUT, async (t) => {
  const secret = 'token-of-the-test-4711';
  const { folder, env } = await prepare(t, 1024, '--token', secret);
  const [file, auth] = [path.join(folder, 'token'), path.join(folder, 'auth.json')];
  await writeFile(file, secret);
  await writeFile(auth, JSON.stringify({ type: 'token', token: 'wrong-token-0815' }));
  const always = { ...env, IMS_AUTH_FILE: auth };
  assert.equal((await run(CLI, ['list'], { env: always })).code, 4);
  const { code, stderr } = await run(CLI, ['list', '--token-file', file], { env: always });
  assert.equal(code, 0, stderr);
  const both = await run(CLI, ['list', '--token-file', file, '--auth-file', auth], { env });
  assert.equal(both.code, 2, both.stderr);
  assert.match(both.stderr, /^error: --auth-file and --token-file .*\n.*--help/);
});

test('exit codes tell what went wrong', TIMEOUT, async (t) => {
  const { emulator, folder, disk, metadata, env, ims } = await prepare(t, 1024);
  const words = path.join(folder, 'words.json');
  await writeFile(words, '["minDisk"]');
  for (const wrong of [
    [],
    ['fly'],
    ['upload'],
    ['show'],
    ['list', '--fast'],
    ['download', 'i'],
    ['list', '--header', 'x'],
    ['list', '--auth-file', ''],
    ['list', '--token-file', ''],
    ['list', '--public', '--shared'],
    ['list', 'everything'],
    ['upload', disk],
    ['upload', disk, '--metadata', metadata, '--image-id', 'img-1'],
    ['upload', disk, '--metadata', words],
    ['inspect', disk, '--region', 'region0'],
  ]) {
    const { code, stderr, stdout } = await ims(...wrong);
    assert.deepEqual([code, stdout], [2, ''], stderr);
    assert.match(stderr, /^error: .*\n.*--help/);
  }
  assert.equal((await run(CLI, ['list'])).code, 2, 'no endpoint');
  assert.equal((await ims('upload', disk, '--metadata', metadata, '--disk-format', 'qcow2')).code, 3);
  assert.equal((await ims('upload', path.join(folder, 'nothing.raw'), '--metadata', metadata)).code, 3);
  const nowhere = { IMS_ENDPOINT: `http://127.0.0.1:${await closedPort()}`, IMS_REGION: 'region0' };
  assert.equal((await run(CLI, ['list', '--timeout', '5'], { env: nowhere })).code, 5);
  const diagnosis = await ims('diagnose', '--json');
  assert.deepEqual([diagnosis.code, json(diagnosis).ok], [0, true], diagnosis.stdout);
  assert.equal((await run(CLI, ['diagnose'], { env: nowhere })).code, 1);
  assert.match((await ims('diagnose')).stdout, /^ok {3}service-reachable: /m);
  assert.deepEqual(await emulator.images(), [], 'nothing was made');
  const info = await run(CLI, ['inspect', disk, '--json'], { env });
  assert.deepEqual([info.code, json(info).format], [0, 'raw']);
  const help = await run(CLI, ['--help']);
  assert.deepEqual([help.code, help.stderr], [0, '']);
  assert.match(help.stdout, /^ims-client COMMAND/);
});

test('whoever makes a mistake reads which option is meant', TIMEOUT, async (t) => {
  const { disk, metadata, env, ims } = await prepare(t, 1024);
  const missing = await ims('upload', disk);
  for (const option of ['--min-ram', '--platform', '--department-id', '--tenant-id']) {
    assert.ok(missing.stderr.includes(option), `all that is missing at once: ${missing.stderr}`);
  }
  assert.ok(!missing.stderr.includes('--disk-format'), 'the file tells it');
  const refused = await ims('upload', disk, '--metadata', metadata, '--cpu-arch', 'z80');
  assert.equal(refused.code, 3, refused.stderr);
  assert.match(refused.stderr, /cpuArch: "z80" is refused.*\n +It is given by --cpu-arch\./);
  for (const seconds of ['0', '86401', '1.5']) {
    const { code, stderr } = await ims('list', '--timeout', seconds);
    assert.equal(code, 2, stderr);
    assert.match(stderr, new RegExp(`^error: --timeout is "${seconds}"; it is a `));
  }
  assert.match((await ims('list', '--filter', '')).stderr, /filter\.name.*\n +It is given by --filter\./s);
  assert.match((await ims('show')).stderr, /^error: show IMAGE: IMAGE is missing$/m);
  assert.match((await ims('list', '--fast')).stderr, /^error: there is no option --fast of list$/m);
  for (const asked of [
    ['share', '--help'],
    ['help', 'share'],
  ]) {
    const { code, stdout } = await run(CLI, asked, { env });
    assert.equal(code, 0);
    assert.match(stdout, /^ims-client share IMAGE USER… \[--remove\]$/m);
    assert.doesNotMatch(stdout, /upload FILE/);
  }
});

test('names in Chinese do not push the columns; a reader may leave early', TIMEOUT, async (t) => {
  const { emulator, env, ims } = await prepare(t, 1024, '--seed-demo');
  const [head, ...rows] = (await ims('list')).stdout.trim().split('\n');
  const named = rows.find((row) => /[\u4e00-\u9fff]/.test(row));
  const two = [...named].filter((letter) => letter > '\u2e80').length;
  assert.equal(named.search(/(active|queued|killed) /) + two, head.indexOf('status'), `${head}\n${named}`);
  const { child, ended } = start(CLI, ['list'], { env });
  child.stdout.destroy();
  const { code, stderr } = await ended;
  assert.deepEqual([code, stderr], [0, ''], emulator.errors);
});

test('images that others share have names and states, too', TIMEOUT, async (t) => {
  const { ims } = await prepare(t, 1024, '--seed-demo');
  const [, ...rows] = (await ims('list', '--shared')).stdout.trim().split('\n');
  assert.ok(rows.length > 0);
  for (const row of rows) assert.match(row, /^\S+ +\S.* +active +\S/);
});

test(
  'names and messages of others do nothing to a terminal; JSON has them as they are',
  TIMEOUT,
  async (t) => {
    const recorder = await startRecorder(t);
    const name = '\u001b[2J\u001b]0;title\u0007evil\r\nimg-2\tforged\u009b31m';
    const message = 'no\u001b[31m such\nimage';
    const image = { imageId: 'img-1', name, status: 'active', size: 5 };
    const share = { shareId: 'share-1', imageId: 'img-1', image };
    recorder.otherwise((_request, response, { path: asked }) => {
      const body = { requestId: 'r\u001b[2J', code: 'Success', message: '' };
      if (asked.includes('shared')) body.data = { list: [share], total: 1 };
      else if (asked.endsWith('/img-1')) body.data = image;
      else if (asked.includes('private')) body.data = { list: [image], total: 1 };
      else Object.assign(body, { code: 'X', message });
      const headers = { 'content-type': 'application/json' };
      response.writeHead(body.data ? 200 : 400, headers).end(JSON.stringify(body));
    });
    const env = { IMS_ENDPOINT: recorder.url, IMS_REGION: 'region0' };
    const ims = (...parameters) => run(CLI, parameters, { env });
    // A head and a row, or a line for each field.
    for (const [lines, ...command] of [
      [2, 'list'],
      [2, 'list', '--shared'],
      [Object.keys(image).length, 'show', 'img-1'],
    ]) {
      const { code, stdout, stderr } = await ims(...command);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /evil\ufffd+img-2\ufffdforged/);
      assert.doesNotMatch(stdout, /[^\P{Cc}\n]/u, String(command));
      assert.equal(stdout.trim().split('\n').length, lines, stdout);
    }
    assert.equal(json(await ims('show', 'img-1', '--json')).name, name);
    assert.equal(json(await ims('list', '--json'))[0].name, name);
    const refused = await ims('list', '--public');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^error: .*no\ufffd\[31m such/);
    assert.doesNotMatch(refused.stderr, /[^\P{Cc}\n]/u);
    const { error } = JSON.parse((await ims('list', '--public', '--json')).stderr);
    assert.ok(error.message.includes(message), error.message);
  },
);

test('a diagnosis quotes others, and does nothing to a terminal', TIMEOUT, async (t) => {
  const recorder = await startRecorder(t);
  const message = 'no\u001b]0;title\u0007 such\u009b31m\u007f image\nok   object-store: forged';
  const refusal = { requestId: 'r', code: 'X', message };
  const headers = { 'content-type': 'application/json' };
  recorder.otherwise({ status: 400, headers, body: JSON.stringify(refusal) });
  const env = { IMS_ENDPOINT: recorder.url, IMS_REGION: 'region0' };
  const shown = await run(CLI, ['diagnose'], { env });
  assert.match(shown.stdout, /no\ufffd\]0;title\ufffd such\ufffd31m/, shown.stderr);
  assert.doesNotMatch(shown.stdout, /[^\P{Cc}\n]/u);
  assert.doesNotMatch(shown.stdout, /^ok {3}object-store: forged/m, 'no line of its own');
  for (const [stream, ...command] of [
    ['stdout', 'diagnose'],
    ['stderr', 'list'],
  ]) {
    const said = (await run(CLI, [...command, '--json'], { env }))[stream];
    assert.doesNotMatch(said, /[^\P{Cc}\n]/u, String(command));
    assert.ok(said.includes('\\u009b31m\\u007f'), said);
    const told = JSON.stringify(JSON.parse(said));
    assert.ok(told.includes(JSON.stringify(message).slice(1, -1)), 'nothing is lost');
  }
});

test('nobody needs to see how far an upload is', TIMEOUT, async (t) => {
  const { disk, metadata, env } = await prepare(t, 3 * MIB);
  const { child, ended } = start(CLI, ['upload', disk, '--metadata', metadata], { env });
  child.stderr.destroy();
  assert.equal((await ended).code, 0);
});

test('Ctrl-C stops a download, and the same command goes on', TIMEOUT, async (t) => {
  const { emulator, folder, disk, metadata, env, ims } = await prepare(t, 80 * MIB);
  const { image } = json(await ims('upload', disk, '--metadata', metadata, '--json'));
  // Nothing comes after 70 MiB: the first 64 are noted, and it cannot end before it is stopped.
  const stalled = { stallMs: 600_000, afterBytes: 70 * MIB, stallIn: 'response' };
  await emulator.spoil({ operation: 'download_image', ...stalled });
  const back = path.join(folder, 'back.raw');
  const command = ['download', image.imageId, back, '--json'];
  const first = start(CLI, command, { env });
  const notes = () => readFile(`${back}.part.json`, 'utf8').then(JSON.parse, () => undefined);
  await eventually(async () => (await notes())?.received > 0, 'what has arrived is noted');
  first.child.kill('SIGINT');
  const stopped = await first.ended;
  assert.equal(stopped.code, 130, JSON.stringify(stopped));
  assert.match(stopped.stderr, /the same command goes on there/);
  await emulator.heal();
  const done = await ims(...command);
  assert.deepEqual([done.code, json(done).md5], [0, image.checksum], done.stderr);
  const ranges = (await emulator.arrived('download_image')).map(({ headers }) => headers?.range);
  assert.match(String(ranges.at(-1)), /^bytes=\d{8,}-/, 'what had arrived was not asked for again');
});
