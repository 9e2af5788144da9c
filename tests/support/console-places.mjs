/** Every place of the console, and how it comes to be shown: for what must hold everywhere, and for the screenshots. */
import path from 'node:path';
import { makeQcow2, makeRandomRaw } from './images.mjs';
import { PARTNER } from './samples.mjs';
import { slowAfter } from './tabs.mjs';
import { writeBackedQcow2 } from './unsafe-images.mjs';

const MIB = 1024 * 1024;
const OWN = 'img-demoprivate001';
const SHARED = 'img-demoprivate002';

/** A dialog over the list of private images. */
const dialog = (query, ready) => ({
  address: `/private?do=${query}`,
  ready: `[data-test=dialog] ${ready}`,
});

/** What has an address: by name, where it is and what is there once it is shown whole. */
export const PLACES = {
  private: { address: '/private', ready: '[data-test=view-private] [data-image]' },
  'private-empty': { address: '/private?name=nobody', ready: '[data-test=view-private] [data-test=empty]' },
  public: { address: '/public', ready: '[data-test=view-public] [data-image]' },
  shared: { address: '/shared', ready: '[data-test=view-shared] [data-image]' },
  image: { address: `/images/${OWN}`, ready: '[data-group=time]' },
  'image-missing': { address: '/images/img-nowhere', ready: '[data-test=view-image] [data-test=error]' },
  import: { address: '/import', ready: '[data-test=view-import] form' },
  settings: { address: '/connection/settings', ready: '[data-test=connection-form]' },
  diagnosis: {
    address: '/connection/diagnosis',
    ready: '[data-test=diagnose]',
    async show(ui) {
      await ui.click('[data-test=diagnose]');
      await ui.see('[data-test=verdict]');
    },
  },
  requests: { address: '/connection/requests', ready: '[data-test=request]' },
  faults: { address: '/connection/faults', ready: '[data-test=no-faults], [data-test=fault]' },
  nowhere: { address: '/nothing/here', ready: '[data-test=view-nowhere]' },
  'dialog-create': dialog('create', 'form'),
  'dialog-edit': dialog(`edit&on=${OWN}`, 'form'),
  'dialog-share': dialog(`share&on=${SHARED}`, '[data-test=share]'),
  'dialog-export': dialog(`export&on=${OWN}`, '[data-test=bucket]'),
  'dialog-delete': dialog(`delete&on=${OWN}`, '[data-test=dialog-ok]'),
  'dialog-delete-many': dialog(`delete&on=${OWN}&on=${SHARED}`, '[data-test=confirm-word]'),
};

/** Brings a place to the screen. */
export async function showPlace(ui, { address, ready, show }) {
  // A dialog of the place before must not be taken for one of this.
  if (await ui.page.$('[data-test=dialog]')) {
    await ui.go('/nothing/between');
    await ui.gone('[data-test=dialog]');
  }
  await ui.go(address);
  await ui.see(ready);
  await show?.(ui);
}

/** The dialogs about a share, whose ID only the service knows. */
export async function sharePlaces(emulator) {
  const answer = await emulator.call('GET', '/api/image/v1/shared-images?current=1&size=10');
  const { shareId } = answer.data.list[0];
  return {
    'dialog-copy': {
      address: `/shared?do=copy&on=${shareId}`,
      ready: '[data-test=dialog] form',
    },
    'dialog-leave': {
      address: `/shared?do=leave&on=${shareId}`,
      ready: '[data-test=dialog] [data-test=dialog-ok]',
    },
  };
}

/** Fills the transfers with one of everything: refused, ready, under way, done. */
export async function fillTransfers(ui, folder) {
  const small = await makeRandomRaw(path.join(folder, 'done.raw'), 2 * MIB);
  await ui.drop(small);
  await ui.click('[data-test=start]');
  await ui.transfer('done');
  const large = await makeRandomRaw(path.join(folder, 'under-way.raw'), 80 * MIB);
  await ui.emulator.spoil(slowAfter(2));
  await ui.drop(large);
  await ui.click('[data-test=start]');
  await ui.transfer('running');
  await ui.page.waitForFunction(
    () => document.querySelectorAll('[data-test=parts-map] .cells [data-state=stored]').length >= 2,
    { timeout: 60_000 },
  );
  await ui.drop(
    await makeQcow2(path.join(folder, 'ubuntu-24.04.qcow2'), 12),
    await writeBackedQcow2(path.join(folder, 'unsafe.qcow2')),
  );
}

/** More demo data than the cloud begins with: several pages, shares, an image that is being saved. */
export async function moreData(emulator, image) {
  const post = async (where, body) => {
    const answer = await emulator.call('POST', `/api/image/v1/private-images${where}`, { body });
    if (!answer.data) throw new Error(JSON.stringify(answer));
    return answer.data;
  };
  const names = ['debian-12-base', 'kylin-v10-arm', '构建节点', 'ci-runner-2025-11', 'windows-2022-golden'];
  for (const name of [...names, 'db-replica', 'edge-gateway', '测试镜像-一个相当长的名字-用来看看换行']) {
    await post('', image({ name }));
  }
  await post(`/${OWN}/share`, { shares: { user_ids: [PARTNER.user] } }).catch(() => {});
}
