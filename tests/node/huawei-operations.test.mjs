/** Every operation of HuaweiImsClient against the local cloud, with two accounts: jobs that run, and jobs that fail. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { startEmulator } from '../support/emulator.mjs';
import { rejects } from '../support/expect.mjs';
import { ACCOUNTS, HuaweiImsClient, putObject, signedIn, tokenOf } from '../support/huawei.mjs';
import { makeQcow2, randomBytes } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';

const SERVER = '877a2cda-ba63-4e1e-b95f-e67e48b6129a';
const DISK = 'c5dfbd0c-bf0a-4798-a453-61dc6b54aa30';
const BACKUP = '9b27efab-4a17-4c06-bfa2-3e0cf021d3c3';
const VAULT = 'de9fcf45-11b2-432c-8562-5c5428574600';
const SYSTEM = 'CentOS 7.6 64bit';
const QUICK = { intervalMs: 10, timeoutMs: 30_000 };

/** Wraps a client so that it is known which methods were called. */
function watched(ims, called) {
  return new Proxy(ims, {
    get(target, name) {
      const member = target[name];
      if (typeof member !== 'function') return member;
      return (...list) => {
        called.add(name);
        return member.apply(target, list);
      };
    },
  });
}

test('every operation works, its jobs end, and its answers have the promised fields', {
  timeout: 120_000,
}, async (t) => {
  const emulator = await startEmulator(t);
  const called = new Set();
  const ims = watched(await signedIn(t, emulator, ACCOUNTS.demo), called);
  const partner = watched(await signedIn(t, emulator, ACCOUNTS.partner), called);
  const done = async ({ job_id }, client = ims) => (await client.waitForJob(job_id, QUICK)).entities ?? {};
  const file = await readFile(await makeQcow2(path.join(await temporaryFolder(t), 'disk.qcow2'), 3));
  await putObject(emulator, 'ims-image', 'disk.qcow2', file);
  const image_url = 'ims-image:disk.qcow2';
  const from = { image_url, min_disk: 40 };
  await putObject(emulator, 'ims-image', 'disk.raw', randomBytes(1, 4 * 1024 * 1024));
  const raw = { image_url: 'ims-image:disk.raw', min_disk: 40 };

  // Creations.
  const ids = {};
  const create = async (name, started) => {
    const entities = await done(await started);
    ids[name] = entities.image_id;
    return entities;
  };
  await create('server', ims.createImage({ name: 'server', instance_id: SERVER, tags: ['role.web'] }));
  await create('volume', ims.createImage({ name: 'volume', volume_id: DISK, os_version: SYSTEM }));
  await create('file', ims.createImage({ name: 'file', ...from, os_version: SYSTEM, architecture: 'x86' }));
  await create('safe', ims.createImageInSafeMode({ name: 'safe', ...from, os_version: SYSTEM }));
  await create('data', ims.createDataImage({ name: 'data', ...from, os_type: 'Linux' }));
  await create('data-safe', ims.createDataImageInSafeMode({ name: 'data-safe', ...from }));
  await create('whole', ims.createWholeImage({ name: 'whole', instance_id: SERVER, vault_id: VAULT }));
  await create('cbr', ims.createWholeImage({ name: 'cbr', backup_id: BACKUP, whole_image_type: 'CBR' }));
  await create('quick', ims.importImageQuick({ name: 'quick', ...raw, type: 'DataImage' }));
  await create(
    'quick-safe',
    ims.importImageQuickInSafeMode({ name: 'quick-safe', ...raw, os_version: SYSTEM }),
  );
  await create('copy', ims.copyImageInRegion(ids.file, { name: 'copy', description: 'a copy' }));
  await create('copy-safe', ims.copyImageInRegionInSafeMode(ids.file, { name: 'copy-safe' }));
  const away = { name: 'away', region: 'region1', project_name: 'region1', agency_name: 'ims_admin_agency' };
  await done(await ims.copyImageCrossRegion(ids.file, away));
  await done(await ims.createImage({ data_images: [{ name: 'disk-1', volume_id: DISK }] }));

  // Lists.
  const page = await ims.listImages({ __imagetype: 'private', limit: 3 });
  assert.equal(page.images.length, 3);
  const listed = [];
  for await (const image of ims.iterateImages({ __imagetype: 'private', limit: 3 })) listed.push(image);
  for (const [name, id] of Object.entries(ids)) {
    const image = listed.find((known) => known.id === id);
    assert.ok(image, `${name} is in the list`);
    assert.deepEqual(
      [image.status, typeof image.min_disk, image.protected],
      ['active', 'number', false],
      name,
    );
  }
  assert.equal(new Set(listed.map(({ id }) => id)).size, listed.length, 'each once');
  assert.ok((await ims.listOsVersions({ tag: 'x86' }))[0].version_list[0].os_version);
  const quota = (await ims.showImageQuota()).quotas.resources.find(({ type }) => type === 'image');
  assert.ok(quota.used >= 12 && quota.quota >= quota.used, JSON.stringify(quota));

  // Changes, exports, a file for metadata that OpenStack's API made.
  const changed = await ims.updateImage(ids.file, { set: { name: 'renamed', min_ram: 1024, my_own: 'x' } });
  assert.deepEqual([changed.name, changed.min_ram, changed.my_own], ['renamed', 1024, 'x']);
  const removed = await ims.updateImage(ids.file, { remove: ['my_own'] });
  assert.equal(removed.my_own, undefined);
  await done(await ims.exportImage(ids.file, { bucket_url: 'ims-image:out.qcow2', file_format: 'qcow2' }));
  await done(
    await ims.exportImageInSafeMode(ids.file, { bucket_url: 'ims-image:out2', is_quick_export: true }),
  );
  const again = { name: 'again', image_url: 'ims-image:out.qcow2', min_disk: 40, os_version: SYSTEM };
  await create('again', ims.createImage(again));

  // Tags of both families.
  await ims.addImageTag(ids.file, { key: 'a', value: '1' });
  await ims.batchAddOrDeleteTags(ids.file, {
    action: 'create',
    tags: [
      { key: 'b', value: '2' },
      { key: 'c', value: '' },
    ],
  });
  await ims.createOrUpdateTags({ image_id: ids.file, image_tag: { key: 'd', value: '4' } });
  const keys = async () => (await ims.listImageTags(ids.file)).tags.map(({ key }) => key).sort();
  assert.deepEqual(await keys(), ['a', 'b', 'c', 'd']);
  const byTag = { tags: [{ key: 'a', values: ['1'] }] };
  assert.equal((await ims.listImageByTags({ action: 'count', ...byTag })).total_count, 1);
  for await (const found of ims.iterateImagesByTags(byTag)) assert.equal(found.resource_id, ids.file);
  assert.ok((await ims.listImagesTags()).tags.some(({ key, values }) => key === 'b' && values.includes('2')));
  assert.ok((await ims.listTags({ id: ids.file })).tags.length >= 4);
  await ims.deleteImageTag(ids.file, 'a');
  await rejects(ims.deleteImageTag(ids.file, 'a'), { kind: 'service', status: 404 });
  await ims.batchDeleteTags(ids.file, { tags: [{ key: 'b', value: '2' }] });
  assert.deepEqual(await keys(), ['c', 'd']);

  // Sharing.
  const members = { images: [ids.file], projects: [ACCOUNTS.partner.project] };
  await done(await ims.batchAddMembers(members));
  assert.equal((await ims.showImageMember(ids.file, ACCOUNTS.partner.project)).status, 'pending');
  const accept = { images: [ids.file], project_id: ACCOUNTS.partner.project, status: 'accepted' };
  await done(await partner.batchUpdateMembers(accept), partner);
  assert.equal((await ims.listImageMembers(ids.file)).members[0].status, 'accepted');
  for await (const member of ims.iterateImageMembers(ids.file, { limit: 1 })) {
    assert.equal(member.member_id, ACCOUNTS.partner.project);
  }
  const shared = await partner.listImages({ visibility: 'shared', member_status: 'accepted' });
  assert.deepEqual(
    shared.images.map(({ id }) => id),
    [ids.file],
  );
  await done(await ims.batchDeleteMembers(members));
  assert.deepEqual((await ims.listImageMembers(ids.file)).members, []);

  // Jobs that fail say why; what the service refuses comes through with its code and request ID.
  const gone = { name: 'gone', image_url: 'ims-image:gone.qcow2', min_disk: 40 };
  const failed = await rejects(
    ims.createImage(gone).then(({ job_id }) => ims.waitForJob(job_id, QUICK)),
    { kind: 'service', code: /^IMG\./ },
  );
  assert.ok(failed.message.length > 20);
  const refused = await rejects(ims.updateImage(VAULT, { set: { name: 'x' } }), { status: [400, 404] });
  assert.match(refused.code, /^IMG\./);
  assert.ok(refused.requestId);
  const { job_id } = await ims.createImage({ name: 'last', instance_id: SERVER });
  await done({ job_id });
  assert.equal((await ims.showJob(job_id)).status, 'SUCCESS');
  assert.equal((await ims.showJobProgress(job_id)).status, 'SUCCESS');

  // Metadata that OpenStack's API made gets its file.
  const made = await fetch(`${emulator.huawei}/v2/images`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-auth-token': await tokenOf(emulator, ACCOUNTS.demo),
    },
    body: JSON.stringify({
      name: 'registered',
      disk_format: 'qcow2',
      container_format: 'bare',
      min_disk: 40,
    }),
  });
  const { id } = await made.json();
  await done(await ims.registerImage(id, { image_url }));
  assert.equal((await ims.listImages({ id })).images[0].status, 'active');
  await rejects(ims.registerImage(VAULT, { image_url }), { kind: 'service', code: /^IMG\./ });
  const all = Object.getOwnPropertyNames(HuaweiImsClient.prototype);
  // Uploads have tests of their own.
  const others = ['constructor', 'close', 'upload', 'pendingUploads'];
  const left = all.filter((name) => !called.has(name) && !others.includes(name));
  assert.deepEqual(left, [], 'nothing was left out');
});
