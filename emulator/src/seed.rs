//! Demo data: public and private images in several states, two tenants with a share each way, all files real.

pub mod qcow2;

use std::io::Write;
use std::sync::Arc;

use md5::{Digest, Md5};

use crate::ims::database::now;
use crate::ims::errors::Result;
use crate::ims::images::{self, Image, Status};
use crate::ims::tenants::{self, Tenant};
use crate::ims::{Ims, shares};
use crate::store::StoreError;

/// One demo image.
struct Demo {
    image_id: &'static str,
    name: &'static str,
    tenant: Tenant,
    visibility: &'static str,
    status: Status,
    disk_format: &'static str,
    image_type: &'static str,
    os_type: &'static str,
    os_version: &'static str,
    platform: &'static str,
    /// GiB of the disk and minDisk.
    disk: i64,
    shared_with: Option<Tenant>,
}

const SYSTEM: Tenant = Tenant {
    tenant_id: tenants::SYSTEM_TENANT_ID,
    tenant_name: "system",
    department_id: "1",
    resource_group_id: "1",
    user_id: "1",
    user_name: "system",
};

/// The common case, from which the list below differs.
const ORDINARY: Demo = Demo {
    image_id: "",
    name: "",
    tenant: tenants::DEFAULT,
    visibility: "private",
    status: Status::Active,
    disk_format: "qcow2",
    image_type: "os_image",
    os_type: "linux",
    os_version: "",
    platform: "other",
    disk: 10,
    shared_with: None,
};

/// The IDs are fixed, so that a second start finds what the first one made.
const DEMOS: &[Demo] = &[
    Demo {
        image_id: "img-demopublic0001",
        name: "Ubuntu 24.04",
        tenant: SYSTEM,
        visibility: "public",
        os_version: "24.04",
        platform: "ubuntu",
        ..ORDINARY
    },
    Demo {
        image_id: "img-demopublic0002",
        name: "Kylin V10 SP3",
        tenant: SYSTEM,
        visibility: "public",
        os_version: "kylin-v10-sp3",
        platform: "kylin",
        disk: 20,
        ..ORDINARY
    },
    Demo {
        image_id: "img-demopublic0003",
        name: "Windows Server 2022",
        tenant: SYSTEM,
        visibility: "public",
        os_type: "windows",
        os_version: "2022",
        platform: "windows",
        disk: 40,
        ..ORDINARY
    },
    Demo {
        image_id: "img-demoprivate001",
        name: "web-server",
        os_version: "8.2",
        platform: "CentOS",
        ..ORDINARY
    },
    Demo {
        image_id: "img-demoprivate002",
        name: "数据盘-2025",
        disk_format: "raw",
        image_type: "data_image",
        disk: 1,
        shared_with: Some(tenants::PARTNER),
        ..ORDINARY
    },
    Demo { image_id: "img-demoprivate003", name: "waiting for its file", status: Status::Queued, ..ORDINARY },
    Demo { image_id: "img-demoprivate004", name: "broken upload", status: Status::Killed, ..ORDINARY },
    Demo {
        image_id: "img-demopartner001",
        name: "partner appliance",
        tenant: tenants::PARTNER,
        platform: "CCLinux",
        os_version: "v2",
        disk: 5,
        shared_with: Some(tenants::DEFAULT),
        ..ORDINARY
    },
];

/// Bytes of the raw demo file: small, but more than one part of anything.
const RAW_BYTES: usize = 1 << 20;

/// Adds what is not there yet. What was deleted stays deleted.
pub fn seed(ims: &Arc<Ims>) -> Result<()> {
    for demo in DEMOS {
        if ims.database.read(|connection| images::exists(connection, demo.image_id))? {
            continue;
        }
        let mut image = demo.image();
        if demo.status == Status::Active {
            store_file(ims, demo, &mut image)?;
        }
        // The file first: an image that is in the table has its file, whenever the program is stopped.
        ims.database.write(|transaction| {
            images::insert(transaction, &mut image)?;
            match demo.shared_with {
                Some(tenant) => shares::insert(transaction, demo.image_id, tenant.user_id),
                None => Ok(()),
            }
        })?;
    }
    Ok(())
}

fn store_file(ims: &Arc<Ims>, demo: &Demo, image: &mut Image) -> Result<()> {
    let virtual_size = demo.disk.unsigned_abs() << 30;
    let file = match demo.disk_format {
        "raw" => qcow2::pattern(demo.image_id, RAW_BYTES),
        _ => qcow2::file(virtual_size, &qcow2::pattern(demo.image_id, qcow2::CLUSTER * 2)),
    };
    image.bucket = format!("iaas-image-{}", demo.tenant.tenant_id);
    // The store's names have 3 characters at least, which this prefix alone fulfils.
    match ims.store.create_bucket(&image.bucket) {
        Ok(()) | Err(StoreError::BucketAlreadyOwnedByYou(_)) => {}
        Err(error) => return Err(error.into()),
    }
    image.object_key = demo.image_id.to_owned();
    let mut writer = ims.store.writer(&image.bucket, &image.object_key)?;
    writer.write_all(&file).map_err(StoreError::from)?;
    writer.commit()?;
    image.size = i64::try_from(file.len()).unwrap_or(i64::MAX);
    image.checksum = Md5::digest(&file).iter().map(|byte| format!("{byte:02x}")).collect();
    image.virtual_size = if demo.disk_format == "raw" { image.size } else { demo.disk << 30 };
    Ok(())
}

impl Demo {
    fn image(&self) -> Image {
        let moment = now();
        let error_message = if self.status == Status::Killed { "the upload was given up" } else { "" };
        Image {
            id: 0,
            image_id: self.image_id.to_owned(),
            tenant: self.tenant.tenant_id.to_owned(),
            owner: self.tenant.tenant_id.to_owned(),
            department_id: self.tenant.department_id.to_owned(),
            resource_group_id: self.tenant.resource_group_id.to_owned(),
            visibility: self.visibility.to_owned(),
            name: self.name.to_owned(),
            description: "demo data".to_owned(),
            image_type: self.image_type.to_owned(),
            disk_format: self.disk_format.to_owned(),
            min_disk: self.disk,
            min_ram: 1024,
            cpu_arch: "x86".to_owned(),
            os_type: self.os_type.to_owned(),
            os_version: self.os_version.to_owned(),
            platform: self.platform.to_owned(),
            usage: "ecs".to_owned(),
            instructions: "64-bits".to_owned(),
            boot_mode: "BIOS".to_owned(),
            image_tags: "[]".to_owned(),
            status: self.status,
            progress: if self.status == Status::Active { 100 } else { 0 },
            size: 0,
            checksum: String::new(),
            virtual_size: 0,
            bucket: String::new(),
            object_key: String::new(),
            upload_id: String::new(),
            source_type: "internal".to_owned(),
            volumes: Vec::new(),
            error_message: error_message.to_owned(),
            created_at: moment,
            updated_at: moment,
        }
    }
}
