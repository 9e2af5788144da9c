//! Disk images that other programs made, what those programs say of them, and what becomes of them when they are damaged.

mod allocator;
mod codes;
mod coverage;
mod damage;
mod damaged;
mod fixtures;
mod fuzz;
mod mutate;
mod oslo;
mod qemu;
mod qemu_live;
mod sparse;

use ims_client::inspect::{DiskImageInfo, Inspector, MAX_BYTES, MAX_ROUNDS, Severity, Step};

#[global_allocator]
static ALLOCATOR: allocator::Counting = allocator::Counting;

/// Inspects a file, and holds the inspector to its limits.
fn inspect(file: &[u8]) -> DiskImageInfo {
    let mut inspector = Inspector::new(file.len() as u64);
    for _ in 0..=MAX_ROUNDS {
        match inspector.step() {
            Step::Done(info) => {
                assert!(inspector.bytes_read() <= MAX_BYTES, "read {}", inspector.bytes_read());
                return *info;
            }
            Step::Read(need) => {
                let start = usize::try_from(need.offset).expect("a place in the file");
                let piece = &file[start..start + need.length as usize];
                assert!(!piece.is_empty(), "{need:?}");
                inspector.give(piece.to_vec()).expect("the piece that was asked for");
            }
        }
    }
    panic!("more than {MAX_ROUNDS} rounds");
}

/// The problems as "code severity".
fn problems(info: &DiskImageInfo) -> Vec<String> {
    info.problems.iter().map(|problem| format!("{} {}", problem.code, problem.severity.as_str())).collect()
}

/// Whether upload() would let it pass.
fn passes(info: &DiskImageInfo) -> bool {
    info.problems.iter().all(|problem| problem.severity == Severity::Warning)
}
