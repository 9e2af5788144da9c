//! Images as they are listed and as a change answers them.

use super::{Attributes, PAGE_INFO, PageInfo};
use crate::answer;
use crate::api::answer::FieldKind::{self, Flag, ListOf, Number, Open, Text};

answer! {
    /// An image; attributes that no page names are kept as they came. Source: Image Management Service, API Reference,
    /// "Querying Images".
    pub struct Image {
        required {
            /// Its ID.
            id: String = Text,
            /// `queued`, `saving`, `deleted`, `killed` or `active`.
            status: String = Text,
        }
        optional {
            /// Its name.
            name: String = Text,
            /// `gold` (public), `private`, `shared` or `market`.
            __imagetype: String = Text,
            /// `public`, `private` or `shared`.
            visibility: String = Text,
            /// ID of the project that owns it.
            owner: String = Text,
            /// Smallest disk that it runs on, in GiB.
            min_disk: f64 = Number,
            /// Least memory that it runs with, in MiB.
            min_ram: f64 = Number,
            /// When it was created, UTC.
            created_at: String = Text,
            /// When it was last changed, UTC.
            updated_at: String = Text,
            /// Its tags, `key.value`.
            tags: Vec<String> = ListOf(&Text),
            /// What the image is charged by.
            __account_code: String = Text,
            /// ID of the backup it was made of.
            __backup_id: String = Text,
            /// Where it comes from; empty for public images.
            __data_origin: String = Text,
            /// What is said about it.
            __description: String = Text,
            /// Name to be shown.
            __image_displayname: String = Text,
            /// Size of the file in bytes, as a text.
            __image_size: String = Text,
            /// Where its file lies: `uds`.
            __image_source_type: String = Text,
            /// Whether an image of the marketplace is no longer offered.
            __is_offshelved: String = Text,
            /// Whether it is registered: `true` or `false`.
            __isregistered: String = Text,
            /// Whether it supports lazy loading.
            __lazyloading: String = Text,
            /// ID of the image it was made of.
            __originalimagename: String = Text,
            /// `32` or `64`.
            __os_bit: String = Text,
            /// Further features, as JSON.
            __os_feature_list: String = Text,
            /// `Linux`, `Windows` or `Other`.
            __os_type: String = Text,
            /// Version of the operating system.
            __os_version: String = Text,
            /// Distribution of the operating system.
            __platform: String = Text,
            /// Product of the marketplace.
            __productcode: String = Text,
            /// `file` where it was made of a file.
            __root_origin: String = Text,
            /// Slot of the system disk.
            __sequence_num: String = Text,
            /// Agents that are on it, for example `hss,ces`.
            __support_agent_list: String = Text,
            /// Made for AMD's processors.
            __support_amd: String = Text,
            /// Made for ARM: `true` or `false`.
            __support_arm: String = Text,
            /// Runs on disk-intensive servers.
            __support_diskintensive: String = Text,
            /// `true` says that passwords and keys cannot be injected by cloud-init.
            __support_fc_inject: String = Text,
            /// Runs on high-performance servers.
            __support_highperformance: String = Text,
            /// Runs on KVM.
            __support_kvm: String = Text,
            /// GPUs on KVM.
            __support_kvm_gpu_type: String = Text,
            /// SR-IOV.
            __support_kvm_hi1822_hisriov: String = Text,
            /// Virtio-Net.
            __support_kvm_hi1822_hivirtionet: String = Text,
            /// InfiniBand on KVM.
            __support_kvm_infiniband: String = Text,
            /// Runs with very much memory.
            __support_largememory: String = Text,
            /// Runs on Xen.
            __support_xen: String = Text,
            /// GPUs on Xen.
            __support_xen_gpu_type: String = Text,
            /// HANA on Xen.
            __support_xen_hana: String = Text,
            /// ID of the key that encrypts it.
            __system__cmkid: String = Text,
            /// Whether it can be offered in the marketplace.
            __system_support_market: bool = Flag,
            /// When it became active.
            active_at: String = Text,
            /// Not in use.
            checksum: String = Text,
            /// `bare`.
            container_format: String = Text,
            /// `zvhd2`, `vhd`, `zvhd`, `raw`, `qcow2` or `iso`.
            disk_format: String = Text,
            /// Enterprise project: `0` for the default one, or a UUID.
            enterprise_project_id: String = Text,
            /// Path of its file.
            file: String = Text,
            /// Boot mode: `bios` or `uefi`.
            hw_firmware_type: String = Text,
            /// Whether network cards may have several queues.
            hw_vif_multiqueue_enabled: String = Text,
            /// Most memory that it runs with, in MiB, as a text.
            max_ram: String = Text,
            /// Seconds that its system is given to shut down, 60 to 300.
            os_shutdown_timeout: String = Text,
            /// Whether it is protected against deletion.
            protected: bool = Flag,
            /// Path of its schema.
            schema: String = Text,
            /// Not in use.
            size: f64 = Number,
            /// Where it is used: `FusionCompute`, `Ironic`, `DataImage` or `IsoImage`.
            virtual_env_type: String = Text,
            /// Not in use.
            virtual_size: f64 = Number,
        }
        open { Attributes }
    }
}

answer! {
    /// A page of images. Source: "Querying Images".
    pub struct ImagePage {
        required {
            /// The images.
            images: Vec<Image> = FieldKind::ListOf(&Open(Image::FIELDS)),
        }
        optional {
            /// Where the next page starts.
            page_info: PageInfo = PAGE_INFO.kind,
        }
    }
}
