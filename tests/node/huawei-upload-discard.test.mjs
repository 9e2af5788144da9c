/** What is taken back of an upload to a bucket of the caller's: what is finished stays, and so does what others put there. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { eventually } from '../support/expect.mjs';
import { begin, imagesOf, rawFile, startCloud, TARGET, tokenClient } from '../support/huawei-uploads.mjs';
import { temporaryFolder } from '../support/places.mjs';

async function ready(t, options) {
  const emulator = await startCloud(t);
  const { ims, obs } = await tokenClient(t, emulator, options);
  const checkpoint = { directory: path.join(await temporaryFolder(t), 'checkpoints') };
  return { emulator, ims, obs, checkpoint, file: await rawFile(t) };
}

const pauseJobs = (emulator, paused) => emulator.control('POST', '/_emulator/huawei/jobs', { paused });

/** An upload that was stopped when its image was ordered; the image is finished since. */
async function finishedMeanwhile(t, { emulator, ims, obs, checkpoint, file }, target, until, options) {
  await pauseJobs(emulator, true);
  const { task } = begin(ims, { path: file }, target, { obs, checkpoint, ...options });
  const ended = task.done.catch((error) => error);
  await eventually(() => until(task), 'the image is ordered');
  await task.stop();
  await ended;
  await emulator.heal();
  await pauseJobs(emulator, false);
  await eventually(async () => (await imagesOf(t, emulator))[0]?.status === 'active', 'an active image');
}

test('an image whose order alone was heard of stays, once it is finished', async (t) => {
  const place = await ready(t);
  const { emulator, ims, obs, checkpoint } = place;
  const silent = ['show_job', 'show_job_progress'].map((operation) => ({
    service: 'huawei',
    operation,
    stallMs: 600_000,
    times: 0,
  }));
  await emulator.spoil(...silent);
  const isOrdered = async (task) =>
    task.progress?.phase === 'verifying' && (await imagesOf(t, emulator)).length > 0;
  await finishedMeanwhile(t, place, TARGET, isOrdered);
  const [pending] = await ims.pendingUploads(checkpoint);
  assert.equal(pending.imageId, undefined);
  await pending.discard({ obs });
  assert.deepEqual(
    (await imagesOf(t, emulator)).map(({ status }) => status),
    ['active'],
  );
  assert.deepEqual(await ims.pendingUploads(checkpoint), []);
});

test('an image is looked for in the enterprise project of its upload', async (t) => {
  const place = await ready(t);
  const { emulator, ims, obs, checkpoint } = place;
  const target = { ...TARGET, enterprise_project_id: '0aad999d-5a3b-4b1c-8a6e-0c1a2b3c4d5e' };
  await finishedMeanwhile(t, place, target, async (task) => {
    await emulator.control('POST', '/_emulator/huawei/jobs', { advance: 1 });
    return task.imageId;
  });
  const before = (await emulator.arrived('list_images')).length;
  const [pending] = await ims.pendingUploads(checkpoint);
  await pending.discard({ obs });
  const [look] = (await emulator.arrived('list_images')).slice(before);
  assert.match(JSON.stringify(look.query), new RegExp(target.enterprise_project_id, 'u'));
  assert.equal((await imagesOf(t, emulator)).length, 1);
});
