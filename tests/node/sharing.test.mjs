/** Images that move: shared with another tenant and copied by it, imported from a URL, exported to a bucket. */
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { newClient } from '../support/client.mjs';
import { startEmulator } from '../support/emulator.mjs';
import { rejects } from '../support/expect.mjs';
import { assertSameBytes, makeQcow2, md5Of, randomBytes } from '../support/images.mjs';
import { temporaryFolder } from '../support/places.mjs';
import { fixture } from '../support/recorder.mjs';
import { PARTNER, rawImage, TENANT } from '../support/samples.mjs';
import { openStore } from '../support/store.mjs';

const MIB = 1024 * 1024;

/** A client of the other tenant. */
function partnerOf(t, emulator) {
  return newClient(t, emulator.ims, {
    headers: { 'x-emulator-tenant': PARTNER.tenant, 'x-emulator-user': PARTNER.user },
  });
}

/** An active image with these bytes. */
async function activeImage(ims, name = 'active', bytes = randomBytes(name, 70_000)) {
  const { image } = await ims.upload(bytes, rawImage({ name })).done;
  assert.equal(image.status, 'active');
  return image;
}

test('sharing: both sides see it, the other side copies it, and it ends', async (t) => {
  const emulator = await startEmulator(t);
  const [ims, partner] = [newClient(t, emulator.ims), partnerOf(t, emulator)];
  const image = await activeImage(ims, 'shared one');
  await rejects(partner.deleteImage(image.imageId), { code: 'IMG.OperationDenied.Identity' });
  assert.equal(await ims.shareImage(image.imageId, [PARTNER.user]), undefined);
  const shares = await ims.listImageShares(image.imageId);
  assert.equal(shares.total, 1);
  assert.equal(shares.list[0].userId, PARTNER.user);
  await rejects(ims.shareImage(image.imageId, [PARTNER.user]), { code: 'IMG.OperationFailed.AlreadyShared' });
  await rejects(ims.deleteImage(image.imageId), { code: 'IMG.OperationFailed.ImageIsShared' });

  const seen = await partner.listSharedImages({ orderBy: 'createdAt:desc', requestInfo: 'region0' });
  assert.equal(seen.total, 1);
  const [share] = seen.list;
  assert.equal(share.image.imageId, image.imageId);
  assert.equal(share.image.name, 'shared one');
  const iterated = [];
  for await (const one of partner.iterateSharedImages({ size: 1, orderBy: 'createdAt:asc' }))
    iterated.push(one.shareId);
  assert.deepEqual(iterated, [share.shareId]);
  assert.equal((await ims.listSharedImages()).total, 0, 'nobody shares with the owner');

  const copied = await partner.copySharedImage(share.shareId, {
    tenantId: PARTNER.tenant,
    departmentId: '7085523589700419584',
    resourceGroupId: '7085523589704613888',
    name: 'a copy',
    description: '副本',
  });
  assert.equal(copied.name, 'a copy');
  const copy = await partner.waitForImage(copied.imageId, { intervalMs: 5 });
  assert.equal(copy.status, 'active');
  assert.equal(copy.checksum, image.checksum);

  assert.equal(await partner.deleteSharedImage(share.shareId), undefined);
  assert.equal((await partner.listSharedImages()).total, 0);
  await rejects(ims.unshareImage(image.imageId, [PARTNER.user]), { code: 'IMG.OperationFailed.NotShared' });
  await ims.shareImage(image.imageId, [PARTNER.user]);
  assert.equal(await ims.unshareImage(image.imageId, [PARTNER.user]), undefined);
  assert.equal((await partner.listSharedImages()).total, 0);
  await ims.deleteImage(image.imageId);
  assert.equal(
    (await partner.waitForImage(copied.imageId, { intervalMs: 5 })).status,
    'active',
    'the copy stays',
  );
});

test('an image is imported from a URL', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const file = await makeQcow2(`${await temporaryFolder(t)}/source.qcow2`, 4);
  const server = createServer((_request, response) => {
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const imported = await ims.importImage({
    ...fixture('1.18-import-image.request.json'),
    tenantId: TENANT,
    imageUrl: `http://127.0.0.1:${server.address().port}/source.qcow2`,
    volumeImages: [],
  });
  assert.match(imported.imageId, /^img-/);
  const image = await ims.waitForImage(imported.imageId, { intervalMs: 10 });
  assert.equal(image.checksum, await md5Of(file));
  await assertSameBytes(file, await emulator.file(image.imageId));
});

test('an image is exported to a bucket, and the object is the same', async (t) => {
  const emulator = await startEmulator(t);
  const ims = newClient(t, emulator.ims);
  const bytes = randomBytes('export', 6 * MIB);
  const image = await activeImage(ims, 'exported', bytes);
  const buckets = await ims.listExportBuckets(image.imageId);
  assert.ok(buckets.length > 0);
  const [bucket] = buckets;
  for (const name of ['name', 'azId', 'cellId']) assert.ok(bucket[name], name);
  assert.equal(await ims.exportImage(image.imageId, bucket), undefined);
  const store = await openStore(emulator);
  let exported;
  while (!exported) exported = (await store.objects()).find((object) => object.bucket === bucket.name);
  await assertSameBytes([bytes], await store.read(exported));
  await rejects(ims.exportImage(image.imageId, { ...bucket, azId: 'AZ9' }), { kind: 'service' });
});
