//! Counts what a thread allocates, so that a test can say how much an inspection needs at most.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

pub struct Counting;

thread_local! {
    static LIVE: Cell<i64> = const { Cell::new(0) };
    static PEAK: Cell<i64> = const { Cell::new(0) };
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

fn count(bytes: i64) {
    // A thread that is ending has no counters any more.
    let _ = LIVE.try_with(|live| {
        live.set(live.get() + bytes);
        let _ = CALLS.try_with(|calls| calls.set(calls.get() + 1));
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(live.get())));
    });
}

// SAFETY: everything is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// What a piece of work needed, in this thread.
pub struct Needed {
    /// Most bytes that were allocated at once.
    pub bytes: i64,
    /// How often something was allocated or given back: a measure of work that is the same on every machine.
    pub calls: u64,
}

pub fn measure<T>(work: impl FnOnce() -> T) -> (T, Needed) {
    let (bytes, calls) = (LIVE.get(), CALLS.get());
    PEAK.set(bytes);
    let done = work();
    (done, Needed { bytes: PEAK.get() - bytes, calls: CALLS.get() - calls })
}
