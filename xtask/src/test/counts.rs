//! How many tests passed and failed, read from what the runners print.
use std::fmt;

/// The result of a suite.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
    /// Why something counts as failed that no test reported.
    pub reasons: Vec<String>,
}

impl Counts {
    /// A suite that could not run at all.
    pub fn broken(reason: String) -> Counts {
        Counts { failed: 1, reasons: vec![reason], passed: 0 }
    }

    /// Adds the numbers of another suite.
    pub fn add(&mut self, other: &Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.reasons.extend_from_slice(&other.reasons);
    }

    /// Counts one more failure that no test reported.
    pub fn fail(&mut self, reason: impl Into<String>) {
        self.failed += 1;
        self.reasons.push(reason.into());
    }

    /// What must hold at the end of any suite: it ran something, and its exit code agrees with its numbers.
    pub fn settle(&mut self, what: &str, success: bool) {
        if !success && self.failed == 0 {
            self.fail(format!("{what} failed without naming a test"));
        }
        if self.passed + self.failed == 0 {
            self.fail(format!("{what} ran no test"));
        }
    }

    /// Reads a line of cargo test: `test result: ok. 5 passed; 0 failed; 1 ignored; …`.
    pub fn read_cargo(&mut self, line: &str) {
        let Some(numbers) = line.strip_prefix("test result: ") else { return };
        for part in numbers.split(['.', ';']) {
            let mut words = part.split_whitespace();
            let (Some(Ok(number)), Some(kind)) = (words.next().map(str::parse::<u64>), words.next()) else {
                continue;
            };
            match kind {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" if number > 0 => self.fail(format!("{number} Rust tests are ignored")),
                _ => {}
            }
        }
    }

    /// Reads a line of `node --test`'s TAP: `# pass 5` at the margin.
    pub fn read_tap(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("# ") else { return };
        let Some((kind, Ok(number))) =
            rest.split_once(' ').map(|(kind, number)| (kind, number.parse::<u64>()))
        else {
            return;
        };
        match kind {
            "pass" => self.passed += number,
            "fail" | "cancelled" => self.failed += number,
            "skipped" | "todo" if number > 0 => self.fail(format!("{number} tests are {kind}")),
            _ => {}
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)?;
        for reason in &self.reasons {
            write!(formatter, "\n          {}", reason.lines().next().unwrap_or_default())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_lines_are_summed_and_ignored_tests_are_failures() {
        let mut counts = Counts::default();
        counts.read_cargo(
            "test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.2s",
        );
        counts.read_cargo("test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out");
        counts.read_cargo("test some::test ... ok");
        assert_eq!((counts.passed, counts.failed), (7, 3));
        counts.read_cargo("test result: ok. 0 passed; 0 failed; 2 ignored; 0 measured");
        assert_eq!((counts.failed, counts.reasons.len()), (4, 1));
    }

    #[test]
    fn tap_totals_are_read_at_the_margin_only() {
        let mut counts = Counts::default();
        for line in [
            "# tests 7",
            "# suites 1",
            "# pass 4",
            "# fail 1",
            "# cancelled 2",
            "    # pass 100",
            "# skipped 0",
        ] {
            counts.read_tap(line);
        }
        assert_eq!((counts.passed, counts.failed), (4, 3));
        counts.read_tap("# skipped 1");
        assert_eq!(counts.failed, 4);
        counts.read_tap("# Subtest: pass 9");
        assert_eq!(counts.passed, 4);
    }

    #[test]
    fn nothing_run_and_a_bare_exit_code_are_failures() {
        let mut counts = Counts::default();
        counts.settle("x", true);
        assert_eq!(counts.failed, 1);
        let mut counts = Counts { passed: 3, ..Counts::default() };
        counts.settle("x", false);
        assert_eq!((counts.passed, counts.failed), (3, 1));
        counts.settle("x", false);
        assert_eq!(counts.failed, 1);
    }
}
