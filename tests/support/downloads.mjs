/** What Chromium downloads: into a folder of the test's own, and looked at when the browser says that it is complete. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { eventually } from './expect.mjs';
import { temporaryFolder } from './places.mjs';

/**
 * Sends the downloads of a profile into a folder that is gone after the test. What lies there says nothing of its own:
 * there are files that are not complete, and empty ones that only keep a name free. The browser's events do.
 */
export async function watchDownloads(t, profile) {
  const folder = await temporaryFolder(t);
  const downloads = new Map();
  const session = await profile.browser().target().createCDPSession();
  session.on('Browser.downloadWillBegin', ({ guid, suggestedFilename }) => {
    downloads.set(guid, { name: suggestedFilename, state: 'inProgress', file: path.join(folder, guid) });
  });
  session.on('Browser.downloadProgress', ({ guid, state }) => {
    if (downloads.has(guid)) downloads.get(guid).state = state;
  });
  await session.send('Browser.setDownloadBehavior', {
    // Each is called by its ID, so that no other file can be taken for it.
    behavior: 'allowAndName',
    browserContextId: profile.id,
    downloadPath: folder,
    eventsEnabled: true,
  });
  return {
    /** Waits for the end of the only download; gives the name that the page chose, and where the file lies. */
    async arrives() {
      const ended = () => [...downloads.values()].find(({ state }) => state !== 'inProgress');
      const { name, state, file } = await eventually(ended, 'the browser ends the download').catch(
        (error) => {
          assert.fail(`${error.message}; it tells of ${JSON.stringify([...downloads.values()])}`);
        },
      );
      assert.equal(state, 'completed');
      assert.equal(downloads.size, 1, 'nothing else was downloaded');
      return { name, file };
    },
  };
}
