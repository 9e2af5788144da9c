//! Full-ECS images: of a server, or of a backup that one was made of before.

use super::draft;
use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};
use crate::huawei::jobs::{self, Work, part};
use crate::huawei::refusal::Refusal;

/// `POST /v1/cloudimages/wholeimages/action`.
pub(in crate::huawei) fn create(call: &Call) -> Result<Answer> {
    let mut fields = call.fields()?;
    let mut image = draft::attributes(call, &mut fields)?;
    draft::operating_system(&mut fields, &mut image, false)?;
    let server = fields.text("instance_id")?;
    let backup = fields.text("backup_id")?;
    let vault = fields.sized("vault_id", 1..=64)?;
    let kind = fields.choice("whole_image_type", &["CBR", "CSBS"])?;
    fields.end()?;
    image.min_disk = i64::try_from(draft::SYSTEM_DISK).unwrap_or(0);
    image.set("__whole_image", "true");
    let (job, source, backup) = match (server, backup) {
        (Some(server), None) => {
            if kind.is_some() {
                return Err(call.invalid("whole_image_type: belongs to backup_id, not to instance_id"));
            }
            draft::check_server(&server)?;
            // A vault takes a CBR backup; without one it is a CSBS backup.
            image.set("__whole_image_type", if vault.is_some() { "CBR" } else { "CSBS" });
            ("imsCreateWholeImageByInstanceJob", server, uuid::Uuid::new_v4().to_string())
        }
        (None, Some(backup)) => {
            if backup.is_empty() {
                return Err(Refusal::img("IMG.0019", "backup_id: is empty"));
            }
            if vault.is_some() {
                return Err(call.invalid("vault_id: belongs to instance_id, not to backup_id"));
            }
            image.set("__whole_image_type", kind.unwrap_or("CSBS"));
            ("imsCreateWholeImageByBackupJob", backup.clone(), backup)
        }
        (Some(_), Some(_)) => return Err(call.invalid("backup_id: must not stand beside instance_id")),
        (None, None) => return Err(call.invalid("one of instance_id and backup_id is required")),
    };
    image.set("__backup_id", backup.clone());
    image.set("__data_origin", format!("server_backup,{backup}"));
    let work = Work::Capture { image: image.id.clone(), source, gigabytes: draft::SYSTEM_DISK };
    let part = part(job, image.name.as_deref(), work);
    let job = draft::begin(&call.huawei, &[image.clone()], |transaction| {
        draft::take_backup(transaction, &backup, &image.id)?;
        jobs::add(&call.huawei, transaction, &call.caller.project, part)
    })?;
    Answer::job(call, &job)
}
