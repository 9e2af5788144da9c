/** A client of OpenStack's Image service and a recorder that answers it. */
import { quickly } from './expect.mjs';
import { importClient } from './places.mjs';
import { startRecorder } from './recorder.mjs';

export const { OpenStackImageClient, ImsError } = await importClient('./openstack');

/** A client, its service, and the token that both know. */
export async function glance(context, options = {}) {
  const recorder = await startRecorder(context);
  recorder.answer = (value, status = 200) => ({
    status,
    headers: { 'content-type': 'application/json', 'x-openstack-request-id': 'req-1' },
    body: JSON.stringify(value),
  });
  recorder.json = (value, status) => recorder.next(recorder.answer(value, status));
  const token = 'a-token-of-the-test';
  const auth = { type: 'token', token };
  const images = new OpenStackImageClient({ endpoint: recorder.url, auth, retry: quickly(), ...options });
  context.after(() => images.close());
  return { recorder, images, token };
}
