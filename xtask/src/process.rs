//! Child programs: each in a process group of its own, with a time limit, ended with everything it started.
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::leftovers;

/// How long a program that was told to end may take before it is killed.
const GRACE: Duration = Duration::from_secs(5);

/// The process groups that are running now, by the id of their first process.
static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// On Ctrl-C, SIGTERM or a closed terminal, ends every child group, then this program.
pub fn end_children_with_this_program() -> Result<()> {
    ctrlc::set_handler(|| {
        let groups = running().clone();
        for group in &groups {
            signal_group(*group, Ending::Ask);
        }
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline && !running().is_empty() {
            thread::sleep(Duration::from_millis(20));
        }
        for group in &groups {
            signal_group(*group, Ending::Force);
        }
        std::process::exit(130);
    })
    .context("cannot handle Ctrl-C")
}

/// A child program with the group it leads; ended when dropped.
pub struct Running {
    child: Child,
    what: String,
    ended: bool,
}

impl Running {
    /// Starts `command`, named `what` in messages.
    pub fn start(command: &mut Command, what: &str) -> Result<Running> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        command.stdin(Stdio::null());
        leftovers::mark(command);
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {what} ({})", command.get_program().to_string_lossy()))?;
        running().push(child.id());
        Ok(Running { child, what: what.to_owned(), ended: false })
    }

    /// The child itself, for its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits for the end, at most `limit`; then the whole group is ended and this is an error.
    pub fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
        let deadline = Instant::now() + limit;
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(status) =
                self.child.try_wait().with_context(|| format!("cannot wait for {}", self.what))?
            {
                self.finish();
                return Ok(status);
            }
            if Instant::now() >= deadline {
                self.end();
                bail!("{} did not end within {} s and was stopped", self.what, limit.as_secs());
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }

    /// Asks the group to end, and kills what does not.
    pub fn end(&mut self) {
        if self.ended {
            return;
        }
        signal_group(self.child.id(), Ending::Ask);
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
        self.finish();
    }

    /// Kills what is left of the group and forgets it.
    fn finish(&mut self) {
        signal_group(self.child.id(), Ending::Force);
        // Nothing can be done about a child that cannot even be killed; waiting for it would hang.
        let _ = self.child.kill();
        let _ = self.child.try_wait();
        running().retain(|id| *id != self.child.id());
        self.ended = true;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// Runs a program to its end with its output on the terminal; anything but exit code 0 is an error.
pub fn run(command: &mut Command, what: &str, limit: Duration) -> Result<()> {
    let status = Running::start(command, what)?.wait(limit)?;
    if !status.success() {
        bail!("{what} failed ({status})");
    }
    Ok(())
}

/// Runs a program quietly and gives its standard output; on failure the error carries what it wrote.
pub fn output(command: &mut Command, what: &str, limit: Duration) -> Result<String> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command, what)?;
    let stdout = collect(running.child().stdout.take());
    let stderr = collect(running.child().stderr.take());
    let status = running.wait(limit)?;
    let (stdout, stderr) = (joined(stdout), joined(stderr));
    if !status.success() {
        bail!("{what} failed ({status}):\n{}\n{}", stdout.trim(), stderr.trim());
    }
    Ok(stdout)
}

/// Runs a program, shows its standard output line by line and hands each line to `line` as well.
pub fn watch(
    command: &mut Command,
    what: &str,
    limit: Duration,
    mut line: impl FnMut(&str) + Send,
) -> Result<ExitStatus> {
    command.stdout(Stdio::piped());
    let mut running = Running::start(command, what)?;
    let stdout = running.child().stdout.take().context("the child has no standard output")?;
    thread::scope(|scope| {
        let reader = scope.spawn(move || {
            for text in BufReader::new(stdout).split(b'\n').map_while(std::result::Result::ok) {
                let text = String::from_utf8_lossy(&text);
                println!("{text}");
                line(&text);
            }
        });
        let status = running.wait(limit);
        // The group is gone, so the pipe is closed unless something left the group; the reader ends with it.
        let _ = reader.join();
        status
    })
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> Option<thread::JoinHandle<String>> {
    pipe.map(|mut pipe| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            // What could be read before an error is still worth showing.
            let _ = pipe.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        })
    })
}

fn joined(reader: Option<thread::JoinHandle<String>>) -> String {
    reader.and_then(|reader| reader.join().ok()).unwrap_or_default()
}

fn running() -> std::sync::MutexGuard<'static, Vec<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How a process group is told to end.
#[derive(Clone, Copy)]
enum Ending {
    Ask,
    Force,
}

#[cfg(unix)]
fn signal_group(group: u32, how: Ending) {
    let signal = match how {
        Ending::Ask => rustix::process::Signal::TERM,
        Ending::Force => rustix::process::Signal::KILL,
    };
    if let Some(pid) = i32::try_from(group).ok().and_then(rustix::process::Pid::from_raw) {
        // An error means that the group has ended already.
        let _ = rustix::process::kill_process_group(pid, signal);
    }
}

/// Without process groups the child alone is killed, by `Running::finish`.
#[cfg(not(unix))]
fn signal_group(_group: u32, _how: Ending) {}
