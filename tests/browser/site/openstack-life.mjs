/** The life of images in a real OpenStack, the same in Node and in a page; tells everything that can be told as JSON. */

const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

async function all(iterator) {
  const images = [];
  for await (const image of iterator) images.push(image);
  return images;
}

/** Reads a stream to its end; gives its SHA-512. */
async function digested(stream) {
  const pieces = [];
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
  }
  const whole = await new Blob(pieces).arrayBuffer();
  return hex(await crypto.subtle.digest('SHA-512', whole));
}

/** How a call fails. */
async function failure(ImsError, promise) {
  const error = await promise.then(
    (result) => ({ result }),
    (error) => error,
  );
  const { kind, status, operation, field, message, requestId } = error;
  return {
    isImsError: error instanceof ImsError,
    kind,
    status,
    operation,
    field,
    message,
    hasId: Boolean(requestId),
  };
}

export async function life({ OpenStackImageClient, ImsError }, cloud) {
  const { auth, otherAuth, otherProject, region, prefix, source, size } = cloud;
  // Where the service stands the catalog tells.
  const client = (auth) => new OpenStackImageClient({ auth, region });
  const [images, other] = [client(auth), client(otherAuth)];
  const told = {};
  const created = [];
  const create = async (image) => {
    const made = await images.createImage(image);
    created.push(made.id);
    return made;
  };
  try {
    told.versions = (await images.listVersions()).versions.map(({ id }) => id);
    for (const name of ['c', 'a', 'd', 'b', 'e']) {
      await create({
        name: `${prefix}${name}`,
        disk_format: 'qcow2',
        container_format: 'bare',
        tags: name < 'c' ? ['low', prefix] : [prefix],
        os_distro: name === 'd' ? 'debian' : 'other',
        'odd/name~': 'kept',
        min_ram: 64,
      });
    }
    const [first] = created;
    told.created = await images.getImage(first);

    const progress = [];
    const task = images.upload(first, source, {
      onProgress: ({ phase, bytesSent }) => progress.push([phase, bytesSent]),
    });
    const { image, ...uploaded } = await task.done;
    told.uploaded = {
      ...uploaded,
      status: image.status,
      size: image.size,
      checksum: image.checksum,
      state: task.state,
    };
    told.progress = progress;
    told.waited = (await images.waitForImage(first)).status;
    told.again = await failure(ImsError, images.upload(first, source).done);

    const names = (list) => list.map(({ name }) => name.slice(prefix.length));
    const mine = { tag: prefix, sort: 'name:asc' };
    told.lists = {
      paged: names(await all(images.iterateImages({ ...mine, limit: 2 }))),
      pagedByTags: names(await all(images.iterateImages({ ...mine, tag: [prefix, 'low'], limit: 1 }))),
      down: names(
        await all(images.iterateImages({ tag: prefix, sort_key: ['name'], sort_dir: 'desc', limit: 3 })),
      ),
      named: names((await images.listImages({ ...mine, name: [`${prefix}a`, `${prefix}e`] })).images),
      active: names((await images.listImages({ ...mine, status: 'active' })).images),
      either: names((await images.listImages({ ...mine, status: ['active', 'queued'] })).images),
      byProperty: names((await images.listImages({ ...mine, os_distro: 'debian' })).images),
      large: names((await images.listImages({ ...mine, size_min: size })).images),
      future: names((await images.listImages({ ...mine, created_at: 'gt:2100-01-01T00:00:00Z' })).images),
      past: names((await images.listImages({ ...mine, created_at: 'gt:2000-01-01T00:00:00Z' })).images),
      owned: names(
        (await images.listImages({ ...mine, owner: told.created.owner, visibility: 'shared' })).images,
      ),
      hidden: names((await images.listImages({ ...mine, os_hidden: true })).images),
    };

    const changes = {
      set: { name: `${prefix}a:b,c`, min_disk: 3, mine: 'x', os_distro: 'debian' },
      remove: ['odd/name~'],
    };
    const updated = await images.updateImage(first, changes);
    told.updated = {
      name: updated.name.slice(prefix.length),
      min_disk: updated.min_disk,
      mine: updated.mine,
      odd: updated['odd/name~'] ?? null,
    };
    told.colon = names((await images.listImages({ name: updated.name })).images);
    told.comma = names((await images.listImages({ name: [updated.name] })).images);
    await images.updateImage(first, [
      { op: 'replace', path: '/tags', value: [prefix, 'one'] },
      { op: 'add', path: '/more', value: 'y' },
    ]);
    await images.addTag(first, 'two words');
    await images.removeTag(first, 'one');
    told.tags = (await images.getImage(first)).tags.sort();
    told.noTag = await failure(ImsError, images.removeTag(first, 'one'));

    told.unseen = await failure(ImsError, other.getImage(first));
    told.member = (await images.addMember(first, { member: otherProject })).status;
    told.pending = names(
      (await other.listImages({ visibility: 'shared', member_status: 'pending', tag: prefix })).images,
    );
    told.accepted = (await other.updateMember(first, otherProject, { status: 'accepted' })).status;
    told.members = (await all(images.iterateMembers(first))).map((one) => [
      one.member_id === otherProject,
      one.status,
    ]);
    told.shown = (await images.getMember(first, otherProject)).status;
    told.shared = names((await other.listImages({ tag: prefix })).images);
    await images.removeMember(first, otherProject);
    told.noMember = await failure(ImsError, images.getMember(first, otherProject));

    const schemas = ['getImageSchema', 'getImagesSchema', 'getMemberSchema', 'getMembersSchema'];
    told.schemas = [];
    for (const name of schemas) told.schemas.push((await images[name]()).name);
    told.methods = (await images.getImportInfo())['import-methods'].value;
    told.stores = await images.listStores().then(
      ({ stores }) => stores.length,
      ({ status }) => status,
    );
    told.tasks = (await images.listImageTasks(first)).tasks;

    const download = images.download(first, 'stream');
    told.sha512 = await digested(download.stream);
    told.downloaded = await download.done;
    told.empty = await failure(ImsError, images.download(created[1], 'stream').done);

    await images.updateImage(created[1], { set: { protected: true } });
    told.protected = await failure(ImsError, images.deleteImage(created[1]));
    await images.updateImage(created[1], { set: { protected: false } });
    told.badPassword = await failure(ImsError, client({ ...auth, password: 'nonsense' }).listImages());
    told.badMarker = await failure(ImsError, images.listImages({ marker: 'nothing' }));
    told.badName = await failure(ImsError, images.createImage({ id: told.created.id, name: 'taken' }));
    told.v1 = await failure(ImsError, images.listImagesV1());
  } finally {
    for (const id of created) await images.deleteImage(id);
  }
  told.gone = await failure(ImsError, images.getImage(created[0]));
  told.left = (await images.listImages({ tag: prefix })).images.length;
  images.close();
  other.close();
  return told;
}
