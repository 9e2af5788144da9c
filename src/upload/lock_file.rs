//! The files of uploads in a directory: which names are ours, who holds a lock, and when its holder counts as dead.

use crate::json::Value;

/// A holder that has not touched its lock for so long, milliseconds, is dead where nothing better is known of it.
pub const SILENT_MS: f64 = 60_000.0;

/// What a file in a directory of checkpoints is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    Checkpoint,
    Lock,
    /// What is there only for a moment, unless its process dies.
    Temporary,
}

/// The key of an upload and what of it is in a file of this name. None where this package gives no such names: the
/// directory may be full of other things.
pub fn entry_of(name: &str) -> Option<(&str, Entry)> {
    let is_hex =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let (key, rest) = crate::text::split_once(name, ".")?;
    let entry = match rest {
        "json" => Entry::Checkpoint,
        "lock" => Entry::Lock,
        "clearing.tmp" => Entry::Temporary,
        _ => {
            // The rest of the name is a time and two numbers.
            let token = rest.strip_suffix(".tmp").or_else(|| rest.strip_suffix(".stale"))?;
            let is_token = token.split('-').count() == 3 && token.split('-').all(is_hex);
            is_token.then_some(Entry::Temporary)?
        }
    };
    (key.len() == 32 && is_hex(key)).then_some((key, entry))
}

/// Who made a lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockFile {
    pub pid: u64,
    /// The machine, and which start of it, within which process IDs mean something.
    pub host: String,
    /// When the process was started, as the system tells it; empty where it does not.
    pub started: String,
    /// Tells this lock from all others, also from those of the same process.
    pub token: String,
}

/// What the system says of a process ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Process {
    Gone,
    /// There is a process; when it was started, where the system tells.
    There(Option<String>),
}

impl LockFile {
    /// None where the text is no lock, or not all of it is written yet.
    pub fn parse(text: &str) -> Option<Self> {
        let mut value = Value::parse(text).ok()?;
        // Zero and numbers that no process has would mean groups of processes to the system.
        let pid = value.get("pid")?.as_u64().filter(|pid| (1..=0x7fff_ffff).contains(pid))?;
        let mut text = |name: &str| value.take_text(name);
        let lock = LockFile { pid, host: text("host"), started: text("started"), token: text("token") };
        (!lock.token.is_empty()).then_some(lock)
    }

    /// What stands in the file.
    pub fn text(&self) -> String {
        let text = |name: &str, value: &String| (name.to_owned(), Value::String(value.clone()));
        let members = vec![
            ("pid".to_owned(), Value::from(self.pid)),
            text("host", &self.host),
            text("started", &self.started),
            text("token", &self.token),
        ];
        Value::Object(members).to_string()
    }

    /// Whether the holder is dead. `mine` describes who asks, `process` is what the system says of the holder's ID,
    /// `age_ms` is how long ago the lock was touched, by its directory's clock.
    pub fn is_stale(&self, mine: &LockFile, process: &Process, age_ms: f64) -> bool {
        let silent = age_ms > SILENT_MS;
        if self.host != mine.host {
            // Process IDs of another machine, or of before it was started anew, say nothing here.
            return silent;
        }
        match process {
            Process::Gone => true,
            Process::There(Some(started)) if !self.started.is_empty() => {
                // The ID may have gone to another process. The asking process itself is awake, so a lock of its own
                // that is not touched any more was left by a part of it that died.
                *started != self.started || (self.pid == mine.pid && silent)
            }
            Process::There(_) => silent,
        }
    }
}

/// When a process was started, in ticks since the machine was: field 22 of Linux's /proc/<pid>/stat. The second
/// field is a name in parentheses that may itself hold spaces and parentheses.
pub fn started(stat: &str) -> Option<String> {
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks = fields.split_ascii_whitespace().nth(19)?;
    ticks.bytes().all(|byte| byte.is_ascii_digit()).then(|| ticks.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(pid: u64, host: &str, started: &str) -> LockFile {
        LockFile { pid, host: host.to_owned(), started: started.to_owned(), token: format!("token-{pid}") }
    }

    fn there(started: &str) -> Process {
        Process::There(Some(started.to_owned()))
    }

    #[test]
    fn a_lock_is_read_back_as_it_was_written() {
        let lock = lock(4711, "a \"host\"", "123");
        assert_eq!(LockFile::parse(&lock.text()), Some(lock));
    }

    #[test]
    fn what_is_no_lock_is_none() {
        let whole = lock(1, "host", "").text();
        for end in 0..whole.len() {
            assert_eq!(LockFile::parse(&whole[..end]), None, "the first {end} bytes");
        }
        for text in [
            r#"{"pid":0,"token":"t"}"#,
            r#"{"pid":-1,"token":"t"}"#,
            r#"{"pid":2147483648,"token":"t"}"#,
            r#"{"pid":"7","token":"t"}"#,
            r#"{"pid":7}"#,
            r#"{"pid":7,"token":""}"#,
            "[]",
            "null",
        ] {
            assert_eq!(LockFile::parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_names_of_this_package_are_ours() {
        let key = "0123456789abcdef0123456789abcdef";
        let of = |rest: &str| entry_of(&format!("{key}{rest}")).map(|(_, entry)| entry);
        assert_eq!(entry_of(&format!("{key}.json")), Some((key, Entry::Checkpoint)));
        assert_eq!(of(".lock"), Some(Entry::Lock));
        for rest in [".clearing.tmp", ".199c2d3e4f5-deadbeef-0.tmp", ".1-2-3.stale"] {
            assert_eq!(of(rest), Some(Entry::Temporary), "{rest}");
        }
        for rest in [
            "",
            ".",
            "0.json",
            ".JSON",
            ".json.bak",
            ".lock.tmp",
            ".tmp",
            "..tmp",
            ".1-2.tmp",
            ".1-2-.tmp",
            ".1-2-3-4.tmp",
            ".1-2-G.tmp",
            ".1-2-A.tmp",
            ".monday.tmp",
            ".clearing.stale",
            ".clearing.tmp.tmp",
        ] {
            assert_eq!(of(rest), None, "{rest}");
        }
        for name in [
            "yarn.lock",
            "package.json",
            "backup.monday.tmp",
            "db.1.stale",
            "0123456789ABCDEF0123456789ABCDEF.lock",
            "0123456789abcdef0123456789abcde.lock",
            ".lock",
            "",
        ] {
            assert_eq!(entry_of(name), None, "{name}");
        }
    }

    #[test]
    fn a_dead_process_holds_nothing() {
        let (held, mine) = (lock(7, "host", "100"), lock(8, "host", "200"));
        assert!(held.is_stale(&mine, &Process::Gone, 0.0));
    }

    #[test]
    fn a_living_process_holds_its_lock_however_long_it_is_silent() {
        let (held, mine) = (lock(7, "host", "100"), lock(8, "host", "200"));
        assert!(!held.is_stale(&mine, &there("100"), 0.0));
        assert!(!held.is_stale(&mine, &there("100"), 1e9), "it may be stopped, or slow");
    }

    #[test]
    fn a_process_id_that_went_to_another_process_holds_nothing() {
        let (held, mine) = (lock(7, "host", "100"), lock(8, "host", "200"));
        assert!(held.is_stale(&mine, &there("101"), 0.0));
        let before = lock(8, "host", "150");
        assert!(before.is_stale(&mine, &there("200"), 0.0), "also where it went to the one who asks");
    }

    #[test]
    fn where_the_system_tells_no_start_silence_decides() {
        let (held, mine) = (lock(7, "host", ""), lock(8, "host", ""));
        assert!(!held.is_stale(&mine, &Process::There(None), SILENT_MS));
        assert!(held.is_stale(&mine, &Process::There(None), SILENT_MS + 1.0));
        assert!(held.is_stale(&mine, &there("100"), SILENT_MS + 1.0));
        assert!(!lock(7, "host", "100").is_stale(&mine, &Process::There(None), 0.0));
    }

    #[test]
    fn of_another_machine_only_silence_is_known() {
        let (held, mine) = (lock(7, "there", "100"), lock(8, "here", "200"));
        assert!(!held.is_stale(&mine, &Process::Gone, 0.0));
        assert!(!held.is_stale(&mine, &there("300"), SILENT_MS));
        assert!(held.is_stale(&mine, &there("100"), SILENT_MS + 1.0));
        assert!(!held.is_stale(&mine, &Process::Gone, -5_000.0), "its clock may be ahead");
    }

    #[test]
    fn a_lock_that_a_dead_part_of_this_process_left_is_free_after_a_while() {
        let (held, mine) = (lock(8, "host", "200"), lock(8, "host", "200"));
        assert!(!held.is_stale(&mine, &there("200"), SILENT_MS));
        assert!(held.is_stale(&mine, &there("200"), SILENT_MS + 1.0));
    }

    #[test]
    fn the_start_of_a_process_is_found_behind_any_name() {
        let stat = |name: &str, start: &str| {
            format!("4711 ({name}) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 {start} 20 21")
        };
        for name in ["node", "a b", "x) S 1 (y", "", ")"] {
            assert_eq!(started(&stat(name, "987654")).as_deref(), Some("987654"), "{name}");
        }
        assert_eq!(started(""), None);
        assert_eq!(started("1 (node) S 1 2"), None);
        assert_eq!(started(&stat("node", "x")), None);
    }
}
