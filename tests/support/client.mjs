/** Clients for the tests: of the installed package, closed when their test ends. */

import { quickly } from './expect.mjs';
import { importClient } from './places.mjs';

export const { CecloudImsClient, ImsError, load } = await importClient();

/** The region that the emulator serves. */
export const REGION = 'region0';

/** A client of a service at this address that hardly waits between attempts. */
export function newClient(context, endpoint, options = {}) {
  const ims = new CecloudImsClient({ endpoint, region: REGION, retry: quickly(), ...options });
  context.after(() => ims.close());
  return ims;
}
