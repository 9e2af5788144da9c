//! The public images that every region has, without files: Huawei's cannot be downloaded either.

use super::{File, Image};
use crate::huawei::accounts::PUBLIC_OWNER;
use crate::huawei::native::os_versions;
use crate::huawei::{Huawei, Result, images};

/// ID, name, OS version, architecture, GB.
const PUBLIC: [(&str, &str, &str, &str, i64); 4] = [
    ("bc6bed6e-ba3a-4447-afcc-449174a3eb52", "CentOS 7.6 64bit", "CentOS 7.6 64bit", "x86", 40),
    (
        "0328c25e-c840-4496-81ac-c4e01b214b1f",
        "Ubuntu 18.04 server 64bit",
        "Ubuntu 18.04 server 64bit",
        "x86",
        40,
    ),
    (
        "67f433d8-ed0e-4321-a8a2-a71838539e09",
        "openEuler 20.03 64bit with ARM",
        "openEuler 20.03 64bit",
        "arm",
        40,
    ),
    (
        "da02e5ca-c6ec-4685-8ecb-f116bb5bdd2c",
        "Windows Server 2016 Standard 64bit",
        "Windows Server 2016 Standard 64bit",
        "x86",
        60,
    ),
];

/// Adds those that are missing.
pub(in crate::huawei) fn seed(huawei: &Huawei) -> Result<()> {
    huawei.database.with(|transaction| {
        for (id, name, os_version, architecture, disk) in PUBLIC {
            if images::find(huawei, transaction, id)?.is_some() {
                continue;
            }
            let mut image = Image::new(huawei, PUBLIC_OWNER);
            image.id = id.to_owned();
            image.name = Some(name.to_owned());
            image.visibility = "public".to_owned();
            image.protected = true;
            image.min_disk = disk;
            image.min_ram = 1024;
            os_versions::describe(&mut image, os_version);
            image.set("__lazyloading", "true");
            image.set("__support_kvm", "true");
            let firmware = if architecture == "arm" { "uefi" } else { "bios" };
            image.set("hw_firmware_type", firmware);
            if architecture == "arm" {
                image.set("__support_arm", "true");
            }
            // As the document's example has it: no size, and the digest of nothing.
            let checksum = "d41d8cd98f00b204e9800998ecf8427e".to_owned();
            let now = huawei.now();
            image.activate(File { checksum, ..File::default() }, now);
            image.set("__image_size", "1073741824");
            images::insert(huawei, transaction, &image)?;
        }
        Ok(())
    })
}
