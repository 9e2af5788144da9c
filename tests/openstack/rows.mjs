/**
 * The calls whose answers are kept in fixtures/openstack/answers.json, in the order in which they are made: every row
 * of the image API and of the authentication, right and wrong. Paths and bodies may name what earlier answers gave,
 * as `{image}`.
 */
import { IDENTITY_ROWS, JSON_TYPE, ORIGIN, preflight } from './identity-rows.mjs';

const PATCH_20 = { 'content-type': 'application/openstack-images-v2.0-json-patch' };
const PATCH = { 'content-type': 'application/openstack-images-v2.1-json-patch' };
const BYTES = { 'content-type': 'application/octet-stream' };
/** A KiB that is no disk of any format, so that its MD5 is the same in each run. */
export const CONTENT = Buffer.alloc(1024, 'ims-client ');

/** A row: what it shows, by whom, the call, and which value of the answer later rows use under which name. */
const image = (name, method, path, more) => ({
  name,
  service: 'image',
  as: 'recorded',
  method,
  path,
  ...more,
});
const create = (name, body, more) => image(name, 'POST', '/v2/images', { headers: JSON_TYPE, body, ...more });
const patch = (name, body, more) =>
  image(name, 'PATCH', '/v2/images/{image}', { headers: PATCH, body, ...more });
const list = (name, query, more) => image(name, 'GET', `/v2/images?${query}`, more);
const VERSION_ROWS = [
  image('versions', 'GET', '/', { as: undefined }),
  image('versions by name', 'GET', '/versions', { as: undefined }),
  image('version 2 with a slash', 'GET', '/v2/', { as: undefined }),
  image('version 2 without a slash', 'GET', '/v2', { as: undefined }),
  image('version 1 is gone', 'GET', '/v1/images'),
  image('version 1: HEAD of an image', 'HEAD', '/v1/images/00000000-0000-0000-0000-000000000000'),
  image('version 1.1: images in detail', 'GET', '/v1.1/images/detail'),
  image('version 1.1: deletion', 'DELETE', '/v1.1/images/00000000-0000-0000-0000-000000000000'),
  image('no token', 'GET', '/v2/images', { as: undefined }),
  image('a token that is none', 'GET', '/v2/images', { as: undefined, headers: { 'x-auth-token': 'none' } }),
  image('a token that was revoked', 'GET', '/v2/images', {
    as: undefined,
    headers: { 'x-auth-token': '{revoked}' },
  }),
  image('healthcheck', 'GET', '/healthcheck', { as: undefined }),
  image('nothing there', 'GET', '/v2/nothing'),
  image('method that is none', 'PUT', '/v2/images', { headers: JSON_TYPE, body: {} }),
  image('preflight of a list', 'OPTIONS', '/v2/images', {
    as: undefined,
    headers: preflight('GET', 'x-auth-token'),
  }),
  image('preflight of a change', 'OPTIONS', '/v2/images/x', {
    as: undefined,
    headers: preflight('PATCH', 'content-type, x-auth-token'),
  }),
  image('preflight of a request ID', 'OPTIONS', '/v2/images', {
    as: undefined,
    headers: preflight('GET', 'x-auth-token, x-openstack-request-id'),
  }),
  image('preflight of a part of a file', 'OPTIONS', '/v2/images/x/file', {
    as: undefined,
    headers: preflight('GET', 'range, x-auth-token'),
  }),
  image('a page of another origin, without a token', 'GET', '/v2/images', { as: undefined, headers: ORIGIN }),
  image('schema of an image', 'GET', '/v2/schemas/image'),
  image('schema of images', 'GET', '/v2/schemas/images'),
  image('schema of a member', 'GET', '/v2/schemas/member'),
  image('schema of members', 'GET', '/v2/schemas/members'),
  image('ways to import', 'GET', '/v2/info/import'),
  image('stores', 'GET', '/v2/info/stores'),
  image('usage', 'GET', '/v2/info/usage'),
];

const CREATE_ROWS = [
  create('an image with nothing', {}, { keep: { empty: (answer) => answer.body.id } }),
  create(
    'an image with everything',
    {
      name: 'recorded-b',
      visibility: 'private',
      disk_format: 'raw',
      container_format: 'bare',
      min_disk: 1,
      min_ram: 64,
      protected: false,
      os_hidden: false,
      tags: ['red', 'blue'],
      hw_firmware_type: 'uefi',
      my_property: 'a value',
    },
    { headers: { ...JSON_TYPE, ...ORIGIN }, keep: { image: (answer) => answer.body.id } },
  ),
  create('an image of an ID', { id: '7c1f2c52-6a2a-4c6f-9d0e-2b1a0f3c4d5e', name: 'recorded-a' }),
  create('an image whose ID is taken', { id: '7c1f2c52-6a2a-4c6f-9d0e-2b1a0f3c4d5e' }),
  create('an ID that is no UUID', { id: 'mine' }),
  create('a format that is none', { name: 'x', disk_format: 'nothing' }),
  create('a name that is too long', { name: 'n'.repeat(256) }),
  create('a number where text belongs', { name: 7 }),
  create('a property that is no text', { name: 'x', my_property: { a: 1 } }),
  create('a property that is read-only', { name: 'x', status: 'active' }),
  create('a property that is reserved', { name: 'x', os_glance_something: 'x' }),
  create('public, by somebody who may not', { name: 'x', visibility: 'public' }),
  create('body that is not JSON', undefined, { text: '{' }),
  create('body that is a list', []),
  create('body without a type', { name: 'recorded-untyped' }, { headers: {} }),
  create('by somebody who may only read', { name: 'x' }, { as: 'reader' }),
];

const READ_ROWS = [
  image('an image', 'GET', '/v2/images/{image}', { headers: ORIGIN }),
  image('an image that is not there', 'GET', '/v2/images/00000000-0000-0000-0000-000000000000'),
  image('an image of no UUID', 'GET', '/v2/images/nothing'),
  image('an image of another project', 'GET', '/v2/images/{image}', { as: 'other' }),
  image('HEAD of an image', 'HEAD', '/v2/images/{image}'),
  list('a first page', 'sort=name:asc&limit=1&name=in:recorded-a,recorded-b', {
    keep: { next: (answer) => answer.body.next },
  }),
  image('the page after it', 'GET', '{next}'),
  list('pages by key and direction', 'sort_key=name&sort_dir=asc&limit=1&name=in:recorded-a,recorded-b'),
  list('by name', 'name=recorded-b'),
  list('by tags', 'tag=red&tag=blue'),
  list('by a property of its own', 'my_property=a%20value'),
  list(
    'by status, visibility and owner',
    'status=queued&visibility=private&owner={projectId}&name=recorded-b',
  ),
  list('by size and time', 'size_min=0&created_at=gt:2018-10-28T10:00:00Z&name=recorded-b'),
  list('hidden ones', 'os_hidden=true'),
  list('nobody has it', 'name=nothing'),
  list('limit 0', 'limit=0'),
  list('limit that is no number', 'limit=x'),
  list('limit below 0', 'limit=-1'),
  list('marker that is not there', 'marker=00000000-0000-0000-0000-000000000000'),
  list('key that is none', 'sort_key=nothing'),
  list('direction that is none', 'sort_dir=up'),
  list('sort and sort_key', 'sort=name:asc&sort_key=name'),
  list('visibility that is none', 'visibility=nothing'),
  list('time that is none', 'created_at=gt:yesterday'),
  list('operator that is none', 'created_at=near:2018-10-28T10:00:00Z'),
  list('status of a member that is none', 'member_status=nothing'),
];

const UPDATE_ROWS = [
  patch('replace, add, remove', [
    { op: 'replace', path: '/name', value: 'recorded-c' },
    { op: 'add', path: '/other_property', value: 'x' },
    { op: 'remove', path: '/my_property' },
  ]),
  patch('tags as a list', [{ op: 'replace', path: '/tags', value: ['green'] }]),
  patch('add what is there', [{ op: 'add', path: '/other_property', value: 'y' }]),
  patch('version 2.0', [{ replace: '/name', value: 'recorded-d' }], { headers: PATCH_20 }),
  patch('JSON is no patch', [{ op: 'replace', path: '/name', value: 'x' }], { headers: JSON_TYPE }),
  patch('the patch of the RFC', [{ op: 'replace', path: '/name', value: 'x' }], {
    headers: { 'content-type': 'application/json-patch+json' },
  }),
  patch('no list', { op: 'replace', path: '/name', value: 'x' }),
  patch('an operation that is none', [{ op: 'move', path: '/name', value: 'x' }]),
  patch('no value', [{ op: 'replace', path: '/name' }]),
  patch('a path without a slash', [{ op: 'replace', path: 'name', value: 'x' }]),
  patch('a path with two slashes', [{ op: 'add', path: '/a/b', value: 'x' }]),
  patch('a slash that is escaped', [{ op: 'add', path: '/a~1b', value: 'x' }]),
  patch('replace what is not there', [{ op: 'replace', path: '/nothing', value: 'x' }]),
  patch('remove what is not there', [{ op: 'remove', path: '/nothing' }]),
  patch('remove what every image has', [{ op: 'remove', path: '/name' }]),
  patch('what is read-only', [{ op: 'replace', path: '/status', value: 'active' }]),
  patch('a value that is no text', [{ op: 'add', path: '/odd', value: 7 }]),
  patch('public, by somebody who may not', [{ op: 'replace', path: '/visibility', value: 'public' }]),
  patch('by another project', [{ op: 'replace', path: '/name', value: 'x' }], { as: 'other' }),
  image('tag', 'PUT', '/v2/images/{image}/tags/a%20tag'),
  image('tag that is there', 'PUT', '/v2/images/{image}/tags/a%20tag'),
  image('tag that is too long', 'PUT', `/v2/images/{image}/tags/${'t'.repeat(256)}`),
  image('tag off', 'DELETE', '/v2/images/{image}/tags/a%20tag'),
  image('tag off that is not there', 'DELETE', '/v2/images/{image}/tags/a%20tag'),
];

const FILE = '/v2/images/{image}/file';
const FILE_ROWS = [
  image('a file that is not there yet', 'GET', FILE),
  image('file of JSON', 'PUT', FILE, { headers: JSON_TYPE, bytes: CONTENT }),
  image('file without a type', 'PUT', FILE, { headers: {}, bytes: CONTENT }),
  image('file for an image without formats', 'PUT', '/v2/images/{empty}/file', {
    headers: BYTES,
    bytes: CONTENT,
  }),
  image('file for no image', 'PUT', '/v2/images/00000000-0000-0000-0000-000000000000/file', {
    headers: BYTES,
    bytes: CONTENT,
  }),
  image('file by another project', 'PUT', FILE, { as: 'other', headers: BYTES, bytes: CONTENT }),
  image('file', 'PUT', FILE, { headers: { ...BYTES, ...ORIGIN }, bytes: CONTENT }),
  image('file a second time', 'PUT', FILE, { headers: BYTES, bytes: CONTENT }),
  image('an image with its file', 'GET', '/v2/images/{image}'),
  image('download', 'GET', FILE, { headers: ORIGIN }),
  image('download of a part', 'GET', FILE, { headers: { range: 'bytes=0-9' } }),
  image('download of the end', 'GET', FILE, { headers: { range: 'bytes=1020-' } }),
  image('download of a suffix', 'GET', FILE, { headers: { range: 'bytes=-4' } }),
  image('download from behind the end', 'GET', FILE, { headers: { range: 'bytes=1024-' } }),
  image('download of two parts', 'GET', FILE, { headers: { range: 'bytes=0-1,3-4' } }),
  image('HEAD of a file', 'HEAD', FILE),
  create(
    'an image that says qcow2',
    { name: 'recorded-liar', disk_format: 'qcow2', container_format: 'bare' },
    {
      keep: { liar: (answer) => answer.body.id },
    },
  ),
  image('file that is not what the image says', 'PUT', '/v2/images/{liar}/file', {
    headers: BYTES,
    bytes: CONTENT,
  }),
  image('what is left of it', 'GET', '/v2/images/{liar}'),
  create(
    'an image that is full',
    { name: 'recorded-large', disk_format: 'raw', container_format: 'bare' },
    {
      keep: { large: (answer) => answer.body.id },
    },
  ),
  image('file that is too large', 'PUT', '/v2/images/{large}/file', { headers: BYTES, tooLarge: true }),
  image('deactivation by its owner', 'POST', '/v2/images/{image}/actions/deactivate'),
];

const MEMBER = '/v2/images/{image}/members';
const OTHER = `${MEMBER}/{otherProjectId}`;
const MEMBER_ROWS = [
  image('member of a private image', 'POST', MEMBER, {
    headers: JSON_TYPE,
    body: { member: '{otherProjectId}' },
  }),
  patch('sharing', [{ op: 'replace', path: '/visibility', value: 'shared' }]),
  image('member', 'POST', MEMBER, { headers: JSON_TYPE, body: { member: '{otherProjectId}' } }),
  image('member a second time', 'POST', MEMBER, { headers: JSON_TYPE, body: { member: '{otherProjectId}' } }),
  image('member without a name', 'POST', MEMBER, { headers: JSON_TYPE, body: {} }),
  image('members', 'GET', MEMBER),
  image('one member', 'GET', OTHER),
  image('a member that is none', 'GET', `${MEMBER}/nothing`),
  image('a shared image, before it is accepted', 'GET', '/v2/images/{image}', { as: 'other' }),
  list('shared ones that wait', 'visibility=shared&member_status=pending&name=recorded-d', { as: 'other' }),
  image('accepting', 'PUT', OTHER, { as: 'other', headers: JSON_TYPE, body: { status: 'accepted' } }),
  image('accepting for somebody else', 'PUT', OTHER, { headers: JSON_TYPE, body: { status: 'accepted' } }),
  image('a status that is none', 'PUT', OTHER, {
    as: 'other',
    headers: JSON_TYPE,
    body: { status: 'nothing' },
  }),
  list('shared ones that are accepted', 'visibility=shared&name=recorded-d', { as: 'other' }),
  image('members, by a member', 'GET', MEMBER, { as: 'other' }),
  image('deletion by a member', 'DELETE', '/v2/images/{image}', { as: 'other' }),
  image('member off', 'DELETE', OTHER),
  image('member off that is none', 'DELETE', OTHER),
];

const DELETE_ROWS = [
  patch('protection', [{ op: 'replace', path: '/protected', value: true }]),
  image('deletion of what is protected', 'DELETE', '/v2/images/{image}'),
  patch('protection off', [{ op: 'replace', path: '/protected', value: false }]),
  image('deletion', 'DELETE', '/v2/images/{image}'),
  image('deletion a second time', 'DELETE', '/v2/images/{image}'),
  image('deletion of no image', 'DELETE', '/v2/images/nothing'),
];

export const ROWS = [
  ...[IDENTITY_ROWS, VERSION_ROWS, CREATE_ROWS, READ_ROWS, UPDATE_ROWS, FILE_ROWS, MEMBER_ROWS, DELETE_ROWS],
].flat();
