//! Images held against what is known of them, against qemu-img, and against damage.

mod damage;
mod fixtures;
mod formats;
mod mutations;
mod partitions;
mod qemu;
mod regions;
mod suggestion;

use super::{DiskImageInfo, Inspector, MAX_BYTES, MAX_ROUNDS, Need, Severity, Step};

/// Inspects a file, and holds the inspector to its limits.
fn inspect_with(size: u64, mut read: impl FnMut(Need) -> Vec<u8>) -> DiskImageInfo {
    let mut inspector = Inspector::new(size);
    for _ in 0..=MAX_ROUNDS {
        match inspector.step() {
            Step::Done(info) => {
                assert!(inspector.bytes_read() <= MAX_BYTES, "read {}", inspector.bytes_read());
                return *info;
            }
            Step::Read(need) => {
                assert!(
                    need.length > 0 && need.offset + u64::from(need.length) <= size,
                    "{need:?} of {size}"
                );
                inspector.give(read(need)).expect("the piece that was asked for");
            }
        }
    }
    panic!("more than {MAX_ROUNDS} rounds");
}

fn inspect(file: &[u8]) -> DiskImageInfo {
    inspect_with(file.len() as u64, |need| {
        let start = need.offset as usize;
        file[start..start + need.length as usize].to_vec()
    })
}

/// The problems as "code severity".
fn problems(info: &DiskImageInfo) -> Vec<String> {
    info.problems.iter().map(|problem| format!("{} {}", problem.code, problem.severity.as_str())).collect()
}

/// Whether upload() would let it pass.
fn passes(info: &DiskImageInfo) -> bool {
    info.problems.iter().all(|problem| problem.severity == Severity::Warning)
}
