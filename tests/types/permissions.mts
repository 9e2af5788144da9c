/** The types of ims-client/permissions: names that the table does not have do not compile. */
import {
  minimalPolicy,
  type OperationName,
  type Permission,
  type Policy,
  permissions,
  requiredActions,
} from 'ims-client/permissions';

const names: OperationName[] = ['huawei.createImage', 'openstack.listImages', 'workspace.listImages'];
export const policy: Policy = minimalPolicy(names, { version: '5.0', dependencies: false });
export const entry: Permission = permissions['huawei.createImage'];
export const needed: string[] = requiredActions('huawei.createImage', 'workspace.createImageServer').actions;
// @ts-expect-error no such operation
requiredActions('huawei.createNothing');
// @ts-expect-error the table is not to be changed
permissions['huawei.createImage'].actions.push('x');
// @ts-expect-error no such version
minimalPolicy(names, { version: '2' });
