/** tus' own server over a store that counts bytes and throws them away: `node tus-server.mjs` prints its address. */
import { DataStore, Server, Upload } from '@tus/server';

class Sink extends DataStore {
  #uploads = new Map();

  constructor() {
    super();
    this.extensions = ['creation'];
  }

  async create(upload) {
    this.#uploads.set(upload.id, upload);
    return upload;
  }

  async write(stream, id, offset) {
    const upload = this.#uploads.get(id);
    let at = offset;
    for await (const chunk of stream) at += chunk.length;
    upload.offset = at;
    return at;
  }

  async getUpload(id) {
    const { size, offset } = this.#uploads.get(id);
    return new Upload({ id, size, offset });
  }
}

const server = new Server({ path: '/files', datastore: new Sink() });
const listening = server.listen({ host: '127.0.0.1', port: 0 }, () => {
  console.log(`http://127.0.0.1:${listening.address().port}/files`);
});
// Whoever started it is gone.
process.stdin.resume().on('end', () => process.exit(0));
