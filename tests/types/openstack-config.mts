/** The configuration of OpenStack as a typed project reads it. */

import type { Auth } from 'ims-client';
import {
  type OpenStackConfig,
  type OpenStackConfigOptions,
  type OpenStackNameOrId,
  openStackConfig,
} from 'ims-client/openstack/config';

const options: OpenStackConfigOptions = {
  cloud: 'mine',
  region: 'A',
  file: 'clouds.yaml',
  env: { OS_CLOUD: 'x' },
};
const config: OpenStackConfig = openStackConfig(options);
export const auth: Auth = config.auth;
export const place: 'public' | 'internal' | 'admin' = config.interface;
export const name: OpenStackNameOrId = { id: 'default' };
// @ts-expect-error there is no such option
openStackConfig({ clowd: 'mine' });
