//! Which branches an inspection took, as LLVM's SanitizerCoverage counts them. `cargo xtask fuzz` compiles the crate so
//! that it counts (with `--cfg guided`); elsewhere there are no counters, and nothing is new.

#[cfg(guided)]
mod counters {
    use std::sync::Mutex;

    /// Start and length of the counters of each object file that has some.
    static AREAS: Mutex<Vec<(usize, usize)>> = Mutex::new(Vec::new());

    /// Called by the code that the compiler adds, before main.
    #[unsafe(no_mangle)]
    extern "C" fn __sanitizer_cov_8bit_counters_init(start: *mut u8, stop: *mut u8) {
        let area = (start as usize, stop as usize - start as usize);
        let mut areas = AREAS.lock().expect("nothing panics with it");
        if !areas.contains(&area) {
            areas.push(area);
        }
    }

    /// Shows each area of counters.
    pub fn each(mut show: impl FnMut(&mut [u8])) {
        for &(start, length) in AREAS.lock().expect("nothing panics with it").iter() {
            // SAFETY: the compiler's own counters, which live as long as the program; one thread fuzzes in a process that
            // is compiled so.
            show(unsafe { std::slice::from_raw_parts_mut(start as *mut u8, length) });
        }
    }
}

#[cfg(not(guided))]
mod counters {
    pub fn each(_: impl FnMut(&mut [u8])) {}
}

/// What was seen so far.
#[derive(Default)]
pub struct Coverage {
    seen: Vec<u8>,
}

impl Coverage {
    /// Forgets what was counted: the next run starts.
    pub fn start(&self) {
        counters::each(|counters| counters.fill(0));
    }

    /// Whether the run since [`Coverage::start`] took a branch for the first time, or one more often by an order of
    /// magnitude (in powers of two) than any before.
    pub fn is_new(&mut self) -> bool {
        let (mut new, mut at) = (false, 0);
        let seen = &mut self.seen;
        counters::each(|counters| {
            if seen.len() < at + counters.len() {
                seen.resize(at + counters.len(), 0);
            }
            for (&count, seen) in counters.iter().zip(&mut seen[at..]) {
                let magnitude = (8 - count.leading_zeros()) as u8;
                if magnitude > *seen {
                    *seen = magnitude;
                    new = true;
                }
            }
            at += counters.len();
        });
        new
    }

    /// Branches that were taken at least once.
    pub fn branches(&self) -> usize {
        self.seen.iter().filter(|&&magnitude| magnitude > 0).count()
    }
}
