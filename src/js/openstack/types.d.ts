/** Where an image stands; services have more of their own. */
export type OpenStackImageStatus =
  | 'queued'
  | 'saving'
  | 'uploading'
  | 'importing'
  | 'active'
  | 'deactivated'
  | 'killed'
  | 'deleted'
  | 'pending_delete'
  | (string & {});
/** Who sees an image: its owner, who it is shared with, everybody who asks for it, everybody. */
export type OpenStackVisibility = 'private' | 'shared' | 'community' | 'public';
/** What images are sorted by. */
export type OpenStackSortKey =
  | 'name'
  | 'status'
  | 'container_format'
  | 'disk_format'
  | 'size'
  | 'id'
  | 'created_at'
  | 'updated_at';
/**
 * Properties that a cloud or an owner gives to images, kept as they come. Those that begin with `__` are Huawei Cloud's
 * (Image Management Service API reference, "Querying Image Details (Native OpenStack API)"); flags are texts there.
 */
export interface OpenStackProperties {
  [property: string]: unknown;
  /** Path of the image. */
  self?: string;
  /** `bios` or `uefi`. */
  hw_firmware_type?: string;
  /** Whether network cards have several queues: `true` or `false`. */
  hw_vif_multiqueue_enabled?: string;
  /** Most memory that the image runs with, MiB. */
  max_ram?: string;
  /** When it became active. */
  active_at?: string;
  /** ID of the enterprise project. */
  enterprise_project_id?: string;
  /** `FusionCompute`, `Ironic`, `DataImage` or `IsoImage`: what the image is for. */
  virtual_env_type?: string;
  /** `gold` (public), `private`, `shared` or `market`. */
  __imagetype?: string;
  __isregistered?: string;
  __description?: string;
  /** `Linux`, `Windows` or `Other`. */
  __os_type?: string;
  /** `32` or `64`. */
  __os_bit?: string;
  __os_version?: string;
  __platform?: string;
  /** Bytes. */
  __image_size?: string;
  /** `uds`: where the file is kept. */
  __image_source_type?: string;
  __image_location?: string;
  /** `file`: made from an image file. */
  __root_origin?: string;
  /** What the image was made from. */
  __data_origin?: string;
  /** ID of the backup that it was made from. */
  __backup_id?: string;
  /** ID of the image that it was made from. */
  __originalimagename?: string;
  __productcode?: string;
  __account_code?: string;
  /** Slot of the system disk. */
  __sequence_num?: string;
  /** ID of the key that it is encrypted with. */
  __system__cmkid?: string;
  __is_config_init?: string;
  /** Whether it was taken off the marketplace. */
  __is_offshelved?: string;
  __lazyloading?: string;
  /** What the operating system can do, as JSON. */
  __os_feature_list?: string;
  /** Agents that are installed, with commas between: `hss`, `ces`. */
  __support_agent_list?: string;
  __support_kvm?: string;
  __support_xen?: string;
  __support_arm?: string;
  __support_amd?: string;
  __support_diskintensive?: string;
  __support_highperformance?: string;
  __support_largememory?: string;
  /** `true`: passwords and keys cannot be injected. */
  __support_fc_inject?: string;
  __support_kvm_gpu_type?: string;
  __support_kvm_infiniband?: string;
  __support_xen_gpu_type?: string;
  __support_xen_hana?: string;
}
/**
 * Filters by any other property. Those that begin with `__` are Huawei Cloud's (Image Management Service API reference,
 * "Querying Images (Native OpenStack API)").
 */
export interface OpenStackFilterProperties {
  [property: string]: string | number | boolean | string[] | undefined;
  /** Public, private, shared, from the marketplace. */
  __imagetype?: 'gold' | 'private' | 'shared' | 'market';
  __isregistered?: boolean;
  __os_type?: 'Linux' | 'Windows' | 'Other';
  __os_bit?: '32' | '64';
  __platform?: string;
  __support_kvm?: string;
  __support_xen?: string;
  __support_diskintensive?: string;
  __support_highperformance?: string;
  __support_largememory?: string;
  __support_kvm_gpu_type?: string;
  __support_kvm_infiniband?: string;
  __support_xen_gpu_type?: string;
  __support_xen_hana?: string;
}
/** Properties of your own: texts, under names of at most 255 characters that do not begin with `os_glance`. */
export interface OpenStackOwnProperties {
  [property: string]: string | number | boolean | string[] | undefined;
  /** Huawei Cloud: the operating system with its version; without it servers made from the image may not run. */
  __os_version?: string;
  /** `bios` or `uefi`. */
  hw_firmware_type?: string;
}
/** What else a service says of a store. */
export interface OpenStackStoreExtras {
  [member: string]: unknown;
  /** `true` where nothing can be written to it. */
  'read-only'?: string;
}
/** What one of the ways of an import takes besides its name. */
export interface OpenStackImportFields {
  /** Of web-download: where the bytes are. */
  uri?: string;
  /** Of glance-download: the image's ID there, a UUID. */
  glance_image_id?: string;
  /** Of glance-download: the name of the other region. */
  glance_region?: string;
  /** Of glance-download: which of its endpoints. */
  glance_service_interface?: 'public' | 'internal' | 'admin';
}
/**
 * How the service gets the bytes. `glance-direct` takes data that were staged before (PUT …/stage), which is not done here;
 * a name that is not known before the call comes with a `uri`, be it `undefined`. Source: OpenStack Image service API
 * reference, "Import an image".
 */
export type OpenStackImportMethod = OpenStackImportFields &
  (
    | { name: 'glance-direct' | 'copy-image' }
    | { name: 'web-download'; uri: string }
    | { name: 'glance-download'; glance_image_id: string; glance_region: string }
    | { name: string & {}; uri: string | undefined }
  );
/** Whatever else a schema says. */
export interface OpenStackSchemaExtras {
  [member: string]: unknown;
}
