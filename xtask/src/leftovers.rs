//! Processes that tests leave behind: found by a mark in their environment, ended, and reported.
//!
//! A browser puts itself into a session of its own, so that ending a process group does not reach it.
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// The variable that every process started from here inherits.
const MARK: &str = "IMS_XTASK_RUN";

/// How long a process that is about to end may take.
const GRACE: Duration = Duration::from_secs(3);

/// Marks a command and everything it will start.
pub fn mark(command: &mut Command) {
    command.env(MARK, std::process::id().to_string());
}

/// Ends every marked process that still runs, and gives their command lines.
///
/// On systems without /proc nothing is found; process groups are all there is.
pub fn end() -> Vec<String> {
    let deadline = Instant::now() + GRACE;
    let mut found = running();
    while !found.is_empty() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(50));
        found = running();
    }
    found
        .into_iter()
        .map(|(id, command)| {
            kill(id);
            command
        })
        .collect()
}

fn running() -> Vec<(u32, String)> {
    let mark = format!("{MARK}={}", std::process::id());
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // A process that ends meanwhile has no files any more.
        let Ok(environment) = std::fs::read(entry.path().join("environ")) else { continue };
        let marked = environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes());
        if marked && id != std::process::id() {
            let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            found.push((id, String::from_utf8_lossy(&command).replace('\0', " ").trim().to_owned()));
        }
    }
    found
}

#[cfg(unix)]
fn kill(id: u32) {
    if let Some(pid) = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw) {
        // An error means that it has ended already.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill(_id: u32) {}
