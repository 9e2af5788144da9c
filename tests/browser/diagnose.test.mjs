/** `diagnose()` in the real browsers, which hide why a request failed: each reason is told from the others. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AwsClient } from 'aws4fetch';
import { BROWSERS, launch, openPage } from '../support/browsers.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { json } from '../support/recorder.mjs';
import { smallImage } from '../support/samples.mjs';
import { closedPort, letIn, OWN, startServer } from '../support/servers.mjs';
import { startSite } from '../support/site.mjs';
import { newProfile, shared } from '../support/tabs.mjs';

/** A browser, and two cores that others use too. */
const TIMEOUT = { timeout: 120_000 };
const LIST = '/api/image/v1/private-images';
const NOTHING = json({ list: [], total: 0, current: 1, size: 50 });

/** A page in a browser (one with `more` options is the test's own); `diagnose` gives the checks by name, and the names of those that fail. */
async function prepare(t, { name, browser }, { site: options, browser: more } = {}) {
  const site = await startSite(t, options);
  const profile = more ? await launch(t, name, more) : await newProfile(t, browser);
  const { page } = await openPage(profile, `${site}/index.html`);
  const named = ({ ok, checks }) => {
    const failed = checks.filter((check) => !check.ok).map((check) => check.name);
    assert.equal(ok, failed.length === 0);
    for (const { name, message } of checks) assert.match(message, /^[A-Z].{15,}\.\)?$/s, name);
    return { ok, failed, ...Object.fromEntries(checks.map((check) => [check.name, check])) };
  };
  const ask = (method, ...parameters) =>
    page.evaluate((method, parameters) => globalThis.tests[method](...parameters), method, parameters);
  return {
    site,
    page,
    diagnose: async (request) => named(await ask('diagnose', request)),
    diagnoseInWorker: async (request) => named(await ask('inWorker', 'diagnose', request)),
  };
}

/** A service that answers lists; `allow` gives the headers of CORS for a request. */
async function startService(t, allow, certificate) {
  const handle = (request, response) => {
    const preflight = request.method === 'OPTIONS';
    response.writeHead(preflight ? 204 : 200, { ...NOTHING.headers, ...allow(request) });
    response.end(preflight ? undefined : NOTHING.body);
  };
  const port = await startServer(t, handle, certificate);
  return `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`;
}

/** An emulator with a queued image, and the keys of its object. */
async function withQueuedImage(t, ...extra) {
  const emulator = await startEmulator(t, ...extra);
  const { data: image } = await emulator.call('POST', LIST, { body: smallImage({ name: 'waiting' }) });
  const path = `${LIST}/${image.imageId}/upload-prepare`;
  const { data: keys } = await emulator.call('POST', path, { body: { size: 3 } });
  return { emulator, keys };
}

/** Puts an object where the upload of the image would. */
async function putObject(emulator, keys) {
  const aws = new AwsClient({
    accessKeyId: keys.accessKey,
    secretAccessKey: keys.secretKey,
    sessionToken: keys.token,
    service: 's3',
    region: 'us-east-1',
    retries: 0,
  });
  const url = `${emulator.oss}/${keys.bucket}/${encodeURIComponent(keys.file)}`;
  const response = await aws.fetch(url, { method: 'PUT', body: 'abc' });
  assert.equal(response.status, 200, await response.text());
}

for (const name of Object.keys(BROWSERS)) {
  describe(name, () => {
    const common = shared(async (context) => ({ name, browser: await launch(context, name) }));

    test('all is well across origins, in the page and in a worker', TIMEOUT, async (t) => {
      const { emulator } = await withQueuedImage(t);
      const { diagnose, diagnoseInWorker } = await prepare(t, common);
      for (const each of [diagnose, diagnoseInWorker]) {
        const found = await each({ endpoint: emulator.ims });
        assert.deepEqual(found.failed, [], JSON.stringify(found, null, 1));
        assert.match(found.endpoint.message, /another origin/);
        assert.match(found['service-cors'].message, /lets this page in/);
        assert.match(found['store-cors'].message, /all methods and headers/);
        assert.match(found['store-etag-exposed'].message, /only on a stored object/);
        assert.match(found['store-etag-exposed'].advice, /ExposeHeaders/);
        assert.match(found.clock.message, /agree/);
        assert.match(found.environment.message, /has all/);
      }
      const written = (await emulator.arrived()).filter(({ status }) => status < 300);
      const operations = new Set(written.map(({ operation }) => operation));
      for (const never of ['PutObject', 'UploadPart', 'CompleteMultipartUpload', 'AbortMultipartUpload']) {
        assert.ok(!operations.has(never), `${never} did nothing`);
      }
    });

    test('a service without CORS: what to send is named, with the page', TIMEOUT, async (t) => {
      const endpoint = await startService(t, () => ({}));
      const { site, diagnose } = await prepare(t, common);
      const found = await diagnose({ endpoint, auth: { type: 'headers', headers: { 'X-Api-Key': 'k' } } });
      assert.deepEqual(found.failed, ['service-cors'], JSON.stringify(found, null, 1));
      assert.equal(found['service-reachable'].ok, true);
      assert.match(
        found['service-cors'].message,
        new RegExp(`without an Access-Control-Allow-Origin.*${site}`),
      );
      const { advice } = found['service-cors'];
      assert.ok(advice.includes(`add_header Access-Control-Allow-Origin "${site}" always;`), advice);
      assert.match(advice, /Allow-Headers "content-type, x-regionid, x-api-key" always/);
    });

    test('a preflight that lacks one header: which one', TIMEOUT, async (t) => {
      const { diagnose } = await prepare(t, common);
      const auth = { type: 'token', token: 's3cret-token' };
      for (const [allowed, message] of [
        ['content-type, x-auth-token', /refuses the preflight.*lacks x-regionid\.$/],
        ['content-type', /lacks x-regionid, x-auth-token\.$/],
        ['x-regionid, x-auth-token', /not send JSON.*lacks content-type\.$/],
      ]) {
        const endpoint = await startService(t, (request) => letIn(request, allowed));
        const found = await diagnose({ endpoint, auth });
        assert.deepEqual(found.failed, ['service-cors'], JSON.stringify(found, null, 1));
        assert.match(found['service-cors'].message, message);
        assert.match(found['service-cors'].advice, /OPTIONS/);
      }
    });

    test('cookies that the service does not allow; a preflight that fails as a whole', TIMEOUT, async (t) => {
      const { diagnose } = await prepare(t, common);
      const star = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
      const endpoint = await startService(t, () => star);
      assert.deepEqual((await diagnose({ endpoint })).failed, []);
      const found = await diagnose({ endpoint, credentials: 'include' });
      assert.deepEqual(found.failed, ['service-cors']);
      assert.match(found['service-cors'].message, /not with cookies/);
      assert.match(found['service-cors'].advice, /Access-Control-Allow-Credentials true/);
      // Lets in whoever asks for one header, and nobody who asks for two.
      const picky = await startService(t, (request) =>
        (request.headers['access-control-request-headers'] ?? '').includes(',')
          ? {}
          : letIn(request, 'x-regionid, x-auth-token, content-type'),
      );
      const odd = await diagnose({ endpoint: picky, auth: { type: 'token', token: 'any' } });
      assert.match(odd['service-cors'].message, /all headers together/);
    });

    test('nobody there, and a certificate that is not trusted: CORS is not blamed', TIMEOUT, async (t) => {
      const { diagnose } = await prepare(t, common);
      const refused = await diagnose({ endpoint: `http://127.0.0.1:${await closedPort()}` });
      assert.deepEqual(refused.failed, ['service-reachable']);
      assert.match(refused['service-reachable'].message, /nothing listens.*CORS is not the reason/s);
      const endpoint = await startService(t, (request) => letIn(request, '*'), OWN);
      const untrusted = await diagnose({ endpoint });
      assert.deepEqual(untrusted.failed, ['service-reachable']);
      assert.match(untrusted['service-reachable'].message, /certificate is not trusted/);
      assert.ok(untrusted['service-reachable'].advice.includes(`Open ${endpoint} in a tab`));
    });

    test("the page's own server is no service: CORS is not spoken of", TIMEOUT, async (t) => {
      const { site, diagnose } = await prepare(t, common);
      const answered = await diagnose({ endpoint: site });
      assert.deepEqual(answered.failed, ['service-answer']);
      assert.match(answered.endpoint.message, /CORS does not apply/);
      assert.equal(answered['service-cors'], undefined);
    });

    test('an https page with an http endpoint, and with an http store', TIMEOUT, async (t) => {
      const options = { site: { certificate: OWN }, browser: { acceptInsecureCerts: true } };
      const { diagnose } = await prepare(t, common, options);
      const found = await diagnose({ endpoint: 'http://ims.example.com' });
      assert.deepEqual(found.failed, ['endpoint', 'service-reachable'], JSON.stringify(found, null, 1));
      assert.match(found['service-reachable'].message, /mixed content/);
      assert.match(found['service-reachable'].advice, /https.*endpoint: '\/ims'/s);
      const queued = json({ list: [{ imageId: 'img-1', status: 'queued' }], total: 1 });
      const prepared = json({
        accessKey: 'a',
        secretKey: 's',
        bucket: 'b',
        file: 'f',
        domain: 'http://oss.example.com',
      });
      const port = await startServer(
        t,
        (request, response) => {
          const { body } = request.url.includes('upload-prepare') ? prepared : queued;
          const options = request.method === 'OPTIONS';
          response.writeHead(options ? 204 : 200, letIn(request, 'x-regionid, content-type'));
          response.end(options ? undefined : body);
        },
        OWN,
      );
      const store = await diagnose({ endpoint: `https://127.0.0.1:${port}` });
      assert.deepEqual(store.failed, ['store-mixed-content'], JSON.stringify(store, null, 1));
      assert.match(store['store-mixed-content'].advice, /oss: \{ endpoint/);
    });

    test('a policy of the page that keeps requests back', TIMEOUT, async (t) => {
      const emulator = await startEmulator(t);
      const { diagnose } = await prepare(t, common, { site: { connect: "'self'" } });
      const found = await diagnose({ endpoint: emulator.ims });
      assert.deepEqual(found.failed, ['service-reachable'], JSON.stringify(found, null, 1));
      assert.match(found['service-reachable'].message, /Content-Security-Policy/);
      assert.ok(found['service-reachable'].advice.includes(`connect-src 'self' ${emulator.ims};`));
    });

    test('a server that never answers', TIMEOUT, async (t) => {
      const port = await startServer(t, () => {});
      const { diagnose } = await prepare(t, common);
      const found = await diagnose({ endpoint: `http://127.0.0.1:${port}`, call: { timeoutMs: 300 } });
      assert.deepEqual(found.failed, ['service-reachable']);
      assert.match(found['service-reachable'].message, /in time/);
    });

    test('a bucket without CORS, or without one method or header', TIMEOUT, async (t) => {
      const { emulator, keys } = await withQueuedImage(t);
      const { site, diagnose } = await prepare(t, common);
      const request = { endpoint: emulator.ims };
      const oss = { service: 'oss', times: 0 };
      await emulator.spoil({ ...oss, dropHeader: 'access-control-allow-origin' });
      const closed = await diagnose(request);
      assert.deepEqual(closed.failed, ['store-cors'], JSON.stringify(closed, null, 1));
      assert.match(closed['store-cors'].message, /without an Access-Control-Allow-Origin/);
      const [, rule] = closed['store-cors'].advice.match(/--cors-configuration '(.*)'$/m);
      const [{ AllowedOrigins, ExposeHeaders }] = JSON.parse(rule).CORSRules;
      assert.deepEqual([AllowedOrigins, ExposeHeaders.includes('ETag')], [[site], true]);
      assert.ok(closed['store-cors'].advice.includes(`--bucket ${keys.bucket} `));
      await emulator.heal();
      const preflight = { ...oss, method: 'OPTIONS' };
      await emulator.spoil({ ...preflight, headers: { 'access-control-allow-methods': 'GET, HEAD, POST' } });
      const methods = await diagnose(request);
      assert.deepEqual(methods.failed, ['store-cors'], JSON.stringify(methods, null, 1));
      assert.match(methods['store-cors'].message, /refuses the method PUT, DELETE\.$/);
      await emulator.heal();
      const allowed = 'authorization, x-amz-date, x-amz-content-sha256';
      await emulator.spoil({ ...preflight, headers: { 'access-control-allow-headers': allowed } });
      const headers = await diagnose(request);
      assert.deepEqual(headers.failed, ['store-cors'], JSON.stringify(headers, null, 1));
      assert.match(headers['store-cors'].message, /lacks x-amz-security-token\.$/);
    });

    test('ETag: readable, or hidden, where there is an object to see it on', TIMEOUT, async (t) => {
      const { diagnose } = await prepare(t, common);
      for (const [extra, failed, message] of [
        [[], [], /can read ETag/],
        [['--hide-etag'], ['store-etag-exposed'], /cannot read ETag/],
      ]) {
        const { emulator, keys } = await withQueuedImage(t, ...extra);
        await putObject(emulator, keys);
        const found = await diagnose({ endpoint: emulator.ims });
        assert.deepEqual(found.failed, failed, JSON.stringify(found, null, 1));
        assert.match(found['store-etag-exposed'].message, message);
      }
    });
  });
}

test('chromium: a machine without network', TIMEOUT, async (t) => {
  const { page, diagnose } = await prepare(t, { browser: await launch(t, 'chromium') });
  await page.evaluate(() => globalThis.tests.list({ endpoint: location.origin }).catch(() => {}));
  await page.setOfflineMode(true);
  const unloaded = await diagnose({ endpoint: 'http://ims.example.com' });
  assert.deepEqual(unloaded.failed, ['code']);
  assert.match(unloaded.code.message, /ims_client_transfers_bg\.wasm could not be fetched/);
  assert.match(unloaded.code.advice, /network/);
  await page.setOfflineMode(false);
  await page.evaluate(() => globalThis.tests.load({ transfers: true }));
  await page.setOfflineMode(true);
  const found = await diagnose({ endpoint: 'http://ims.example.com' });
  assert.deepEqual(found.failed, ['service-reachable']);
  assert.match(found['service-reachable'].message, /offline/);
});
