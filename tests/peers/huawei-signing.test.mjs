/** The judge of Huawei's signatures is judged: by what the official SDK signed, and by requests that were spoilt. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { differences } from './huawei/difference.mjs';
import { resign, signatureFaults } from './huawei/signature.mjs';

const fixture = (name) =>
  JSON.parse(readFileSync(new URL(`../fixtures/huawei/${name}.json`, import.meta.url), 'utf8'));
const lowerCase = (headers) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

test('every vector of the official signer comes out the same, step by step', () => {
  const { cases } = fixture('signing');
  assert.ok(cases.length >= 40);
  for (const one of cases) {
    const request = { ...one, headers: lowerCase(one.signedRequestHeaders) };
    const { canonicalRequest, stringToSign, signature } = resign(request, one.credentials.secretKey);
    assert.equal(canonicalRequest, one.canonicalRequest, one.case);
    assert.equal(stringToSign, one.stringToSign, one.case);
    assert.ok(one.authorization.endsWith(`Signature=${signature}`), one.case);
    assert.deepEqual(signatureFaults(request, one.credentials), [], one.case);
  }
});

for (const name of ['sdk-requests', 'workspace-requests']) {
  test(`every request in ${name} carries the signature that it should`, () => {
    const { cases, credentials } = fixture(name);
    assert.ok(cases.length > 0);
    for (const one of cases) {
      assert.deepEqual(signatureFaults(one.sent, credentials), [], `${one.operation}: ${one.case}`);
    }
  });
}

test('a request that was changed after it was signed is found out', () => {
  const { cases, credentials } = fixture('sdk-requests');
  const { sent } = cases.find((one) => one.operation === 'create_image');
  const { sent: list } = cases.find((one) => one.operation === 'list_images' && one.given.query);
  const headers = (change) => ({ ...sent, headers: { ...sent.headers, ...change } });
  const spoilt = {
    method: { ...sent, method: 'PUT' },
    path: { ...sent, target: `${sent.target}2` },
    query: { ...list, target: list.target.replace('64', '32') },
    body: { ...sent, body: `${sent.body} ` },
    host: headers({ host: 'elsewhere.example.com' }),
    date: headers({ 'x-sdk-date': '20240102T030406Z' }),
    project: headers({ 'x-project-id': 'f'.repeat(32) }),
    'a header that is not signed': headers({ 'x-security-token': 'fake' }),
    'a header that is missing': headers({
      authorization: sent.headers.authorization.replace('host;', 'host;x-domain-id;'),
    }),
    'another key': headers({ authorization: sent.headers.authorization.replace('FAKE', 'REAL') }),
    'no signature': headers({ authorization: 'Bearer x' }),
  };
  for (const [what, request] of Object.entries(spoilt)) {
    assert.notDeepEqual(signatureFaults(request, credentials), [], what);
  }
});

test('what differs between two requests is told, and what only looks different is not', () => {
  const { cases } = fixture('sdk-requests');
  const { sent } = cases.find((one) => one.operation === 'create_image');
  const { sent: list } = cases.find((one) => one.operation === 'list_images' && one.given.query);
  const same = (request, change) => assert.deepEqual(differences({ ...request, ...change }, request), []);
  same(sent, { body: JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(sent.body)).reverse())) });
  same(sent, { headers: { ...sent.headers, 'content-type': 'application/json' } });
  const [path, query] = list.target.split('?');
  same(list, { target: `${path}?${query.split('&').reverse().join('&')}` });
  same(list, { headers: { 'x-project-id': list.headers['x-project-id'] } });
  const differs = (what, request, change) => {
    const found = differences({ ...request, ...change }, request);
    assert.equal(found.length, 1, found.join('\n'));
    assert.ok(found[0].startsWith(`${what}: `), found[0]);
  };
  differs('method', sent, { method: 'PUT' });
  differs('path', sent, { target: `${sent.target}/` });
  differs('query', list, { target: `${list.target}&x=` });
  differs('body', sent, { body: sent.body.replace('4096', '"4096"') });
  differs('body', sent, { headers: { ...sent.headers, 'content-type': 'text/plain' } });
  differs('x-project-id', sent, { headers: { ...sent.headers, 'x-project-id': undefined } });
});
