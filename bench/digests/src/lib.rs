//! The client's digests with exports of their own: the benchmark calls them without the rest of the client.

use ims_client::md5::Md5;
use sha2::{Digest, Sha256};
use std::cell::RefCell;

/// The block that JavaScript fills.
const BLOCK: usize = 1024 * 1024;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; BLOCK]);
}

/// Where the block lies in memory.
#[unsafe(no_mangle)] // The only name of its kind here.
pub extern "C" fn block() -> *const u8 {
    BUFFER.with(|buffer| buffer.borrow().as_ptr())
}

/// The first eight bytes of the MD5 of so many times the block; `digests` of 2 takes two at once, as an upload does.
#[unsafe(no_mangle)] // As above.
pub extern "C" fn md5(times: u32, digests: u32) -> u64 {
    BUFFER.with(|buffer| {
        let (mut one, mut two) = (Md5::default(), Md5::default());
        for _ in 0..times {
            match digests {
                2 => one.update_both(&mut two, &buffer.borrow()),
                _ => one.update(&buffer.borrow()),
            }
        }
        first(&one.finish())
    })
}

/// The first eight bytes of the SHA-256 of so many times the block.
#[unsafe(no_mangle)] // As above.
pub extern "C" fn sha256(times: u32) -> u64 {
    BUFFER.with(|buffer| {
        let mut digest = Sha256::new();
        for _ in 0..times {
            digest.update(buffer.borrow().as_slice());
        }
        first(&digest.finalize())
    })
}

fn first(digest: &[u8]) -> u64 {
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}
