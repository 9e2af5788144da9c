//! The snapshots inside a qcow2 ("Snapshots").

use super::header::{Header, LARGEST_L1};
use crate::inspect::formats::findings;
use crate::inspect::info::{DiskImageInfo, MAX_LISTED, Snapshot};
use crate::inspect::regions::{Regions, Stop};
use crate::inspect::text;

/// Most bytes that are read of a name.
const LONGEST: u64 = 1024;

pub fn read(regions: &Regions, header: &Header, info: &mut DiskImageInfo) -> Result<(), Stop> {
    info.snapshot_count = header.snapshots;
    if header.snapshots == 0 {
        return Ok(());
    }
    info.warning(
        "snapshots",
        format_args!(
            "the file keeps {} earlier states of the disk (snapshots): they are uploaded too, with what was deleted since",
            header.snapshots
        ),
        "Make a copy without them: qemu-img convert -f qcow2 -O qcow2 old new.qcow2",
    );
    let mut at = header.snapshots_offset;
    for _ in 0..header.snapshots.min(MAX_LISTED as u64) {
        if !findings::within(regions, info, "the snapshot table", at, 40) {
            break;
        }
        let fields = regions.read(at, 64)?;
        if fields.len() < 40 {
            // No more may be read; the count is known.
            break;
        }
        let (l1_offset, l1_bytes) = (fields.u64_be(0), u64::from(fields.u32_be(8)) * 8);
        let (id_length, name_length) = (u64::from(fields.u16_be(12)), u64::from(fields.u16_be(14)));
        let extra = u64::from(fields.u32_be(36));
        let vm_state_size = if extra >= 8 { fields.u64_be(40) } else { fields.u32_be(32).into() };
        if l1_bytes > LARGEST_L1 {
            let message = format_args!("the L1 table of a snapshot has {}, too many", text::size(l1_bytes));
            findings::bad_table(info, message);
            break;
        }
        findings::within(regions, info, "the L1 table of a snapshot", l1_offset, l1_bytes);
        // `at` lies within the file, and all of these are far below 2^33.
        let (id_at, taken_at) = (at.saturating_add(40 + extra), fields.u32_be(16).into());
        let name_at = id_at.saturating_add(id_length);
        let end = name_at.saturating_add(name_length);
        if !findings::within(regions, info, "the snapshot table", at, end - at) {
            break;
        }
        info.snapshots.push(Snapshot {
            id: text::name(regions.read(id_at, id_length.min(LONGEST))?.as_slice()),
            name: text::name(regions.read(name_at, name_length.min(LONGEST))?.as_slice()),
            vm_state_size,
            taken_at,
        });
        at = end.next_multiple_of(8);
    }
    Ok(())
}
