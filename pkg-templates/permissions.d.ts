/**
 * What a user must be allowed to do for each call of the Huawei Cloud and OpenStack clients, from the services' tables
 * of permissions and supported actions, and the smallest IAM policy for a list of calls. Data and two functions: no
 * WebAssembly is loaded, nothing is sent.
 */
import { ImsError } from './index.js';

export { ImsError };

/** An operation: the client's entry and the method, `workspace.createImageServer`. */
export type OperationName =
  // names
  | 'huawei.addImageTag'
  | 'huawei.batchAddMembers'
  | 'huawei.batchAddOrDeleteTags'
  | 'huawei.batchDeleteMembers'
  | 'huawei.batchDeleteTags'
  | 'huawei.batchUpdateMembers'
  | 'huawei.copyImageCrossRegion'
  | 'huawei.copyImageInRegion'
  | 'huawei.copyImageInRegionInSafeMode'
  | 'huawei.createDataImage'
  | 'huawei.createDataImageInSafeMode'
  | 'huawei.createImage'
  | 'huawei.createImageInSafeMode'
  | 'huawei.createOrUpdateTags'
  | 'huawei.createWholeImage'
  | 'huawei.deleteImageTag'
  | 'huawei.exportImage'
  | 'huawei.exportImageInSafeMode'
  | 'huawei.importImageQuick'
  | 'huawei.importImageQuickInSafeMode'
  | 'huawei.listImageByTags'
  | 'huawei.listImageMembers'
  | 'huawei.listImageTags'
  | 'huawei.listImages'
  | 'huawei.listImagesTags'
  | 'huawei.listOsVersions'
  | 'huawei.listTags'
  | 'huawei.registerImage'
  | 'huawei.showImageMember'
  | 'huawei.showImageQuota'
  | 'huawei.showJob'
  | 'huawei.showJobProgress'
  | 'huawei.updateImage'
  | 'openstack.addMember'
  | 'openstack.addTag'
  | 'openstack.createImage'
  | 'openstack.deleteImage'
  | 'openstack.deleteImageV1'
  | 'openstack.getImage'
  | 'openstack.getImageSchema'
  | 'openstack.getImageV1'
  | 'openstack.getImagesSchema'
  | 'openstack.getMember'
  | 'openstack.getMemberSchema'
  | 'openstack.getMembersSchema'
  | 'openstack.getVersion'
  | 'openstack.listImages'
  | 'openstack.listImagesV1'
  | 'openstack.listMembers'
  | 'openstack.listVersions'
  | 'openstack.removeMember'
  | 'openstack.removeTag'
  | 'openstack.updateImage'
  | 'openstack.updateMember'
  | 'openstack.uploadFile'
  | 'workspace.attachImageServerApp'
  | 'workspace.batchDeleteImageServer'
  | 'workspace.batchDeleteImageSubJobs'
  | 'workspace.countImageSubJobs'
  | 'workspace.createImageServer'
  | 'workspace.listImageJobs'
  | 'workspace.listImageServers'
  | 'workspace.listImageSubJobs'
  | 'workspace.listImages'
  | 'workspace.listLatestAttachedServerApp'
  | 'workspace.recreateServerImage'
  | 'workspace.showImageJob'
  | 'workspace.showImageServer'
  | 'workspace.updateImageServer';

/** What one operation needs. Source: the service's API reference, permissions and supported actions. */
export interface Permission {
  /** IAM actions, `service:resource:action`; empty where none is needed. */
  readonly actions: readonly string[];
  /** Those of them that only some calls need, and when. */
  readonly conditional: readonly { readonly action: string; readonly when: string }[];
  /** Actions of other services that the operation uses on the user's behalf. */
  readonly dependencies: readonly string[];
  /** Roles that a note of the table asks for besides, and when. A policy of actions cannot grant them. */
  readonly roles: readonly { readonly name: string; readonly when: string }[];
  /** Whether the actions may be granted for an IAM project. */
  readonly iamProject: boolean;
  /** Whether the actions may be granted for an enterprise project. */
  readonly enterpriseProject: boolean;
  /** Method and path, as the service's document spells them. */
  readonly request: string;
}

/** The whole table. */
export declare const permissions: Readonly<Record<OperationName, Permission>>;

/**
 * The actions, dependencies and roles that some operations need together, each once, in the order of the alphabet.
 *
 * @throws {ImsError} kind `validation`: a name that the table does not have.
 *
 * @example
 * requiredActions('workspace.createImageServer').actions; // ['workspace:imageServer:create']
 */
export declare function requiredActions(...operations: OperationName[]): {
  actions: string[];
  dependencies: string[];
  roles: { name: string; when: string }[];
};

/** A custom policy of IAM, ready for `JSON.stringify`. */
export interface Policy {
  /** `1.1` for role and policy based authorization, `5.0` for identity policies. */
  Version: '1.1' | '5.0';
  /** One for each service, with its actions. */
  Statement: { Effect: 'Allow'; Action: string[] }[];
}

/**
 * The policy of least privilege for exactly these calls: one statement for each service, each action once, without
 * those that a wildcard in the list grants already.
 *
 * `dependencies: false` leaves out what the operations use of other services. `version` is `'1.1'` for role and policy
 * based authorization (the default), `'5.0'` for identity policies. Throws an `ImsError` of kind `validation` for a
 * name that the table does not have and for an empty list.
 *
 * @example
 * console.log(JSON.stringify(minimalPolicy(['workspace.listImages', 'workspace.showImageJob']), null, 2));
 */
export declare function minimalPolicy(
  operations: readonly OperationName[],
  options?: { dependencies?: boolean; version?: '1.1' | '5.0' },
): Policy;
