/** From an imported package to its first answer. */
import { CecloudImsClient } from './ims-client/index.js';

export async function first(answer) {
  const headers = { 'content-type': 'application/json' };
  const fetch = async () => new Response(answer, { headers });
  const ims = new CecloudImsClient({ endpoint: 'http://service.example', region: 'region0', fetch });
  await ims.getImage('img-1');
  ims.close();
}
