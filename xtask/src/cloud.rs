//! `cargo xtask start` and `cargo xtask emulator`: the local cloud, alone or with the page that shows it.
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::build::{self, Profile};
use crate::process::{self, Running};
use crate::project::{Project, cargo};
use crate::setup;

/// The local cloud may have demo images to make before it is ready.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// The ports of `start`, if nobody has them: what a page keeps in a browser belongs to its address.
const PORTS: [(&str, u16); 2] = [("--port", 4180), ("--oss-port", 4181)];

/// Until Ctrl-C: a limit nobody reaches.
const UNTIL_STOPPED: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// The command line: `emulator [--] ARGUMENTS`, which all go to the local cloud.
pub fn emulator(project: &Project, arguments: &[String]) -> Result<()> {
    let arguments = match arguments.split_first() {
        Some((first, rest)) if first == "--" => rest,
        _ => arguments,
    };
    let mut command = Command::new(build_emulator(project)?);
    // Paths that people type are meant from where they type them.
    let status = Running::start(command.args(arguments), "the emulator")?.wait(UNTIL_STOPPED)?;
    std::process::exit(status.code().unwrap_or(1));
}

/// The command line: `start [ARGUMENTS]`; the arguments go to the local cloud as well.
pub fn start(project: &Project, arguments: &[String]) -> Result<()> {
    setup::tools(project)?;
    build::package(project, Profile::Release)?;
    let page = page(project)?;
    let data = project.cache("emulator");
    std::fs::create_dir_all(&data).with_context(|| format!("cannot make {}", data.display()))?;
    let mut command = Command::new(build_emulator(project)?);
    command.arg("--seed-demo").arg("--www").arg(&page).arg("--data").arg(&data);
    for (flag, port) in PORTS {
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            command.args([flag, &port.to_string()]);
        }
    }
    // The last one of a flag counts: what the user says goes.
    command.args(arguments);
    command.stdout(Stdio::piped());
    let mut running = Running::start(&mut command, "the emulator")?;
    let ready = ready_line(&mut running)?;
    let address = |service: &str| {
        ready[service]
            .as_str()
            .map(str::to_owned)
            .with_context(|| format!("the emulator names no {service}: {ready}"))
    };
    let (ims, oss) = (address("ims")?, address("oss")?);
    println!(
        "\n  The console:     {ims}/\n\n  Image service:   {ims}\n  Object store:    {oss}\n  Data is kept in  {}\n  \
         Ctrl-C ends everything.\n",
        data.display()
    );
    let status = running.wait(UNTIL_STOPPED)?;
    if !status.success() {
        bail!("the emulator ended ({status})");
    }
    Ok(())
}

/// Builds the local cloud, optimized: it digests every byte that tests and people upload.
pub fn build_emulator(project: &Project) -> Result<PathBuf> {
    let mut command = cargo();
    command.current_dir(&project.root);
    command.args(["build", "--locked", "--release", "--package", "ims-emulator", "--bin", "ims-emulator"]);
    process::run(&mut command, "compiling the emulator", Duration::from_secs(30 * 60))?;
    let program = project.target.join("release/ims-emulator").with_extension(std::env::consts::EXE_EXTENSION);
    if !program.is_file() {
        bail!("cargo made no {}", program.display());
    }
    Ok(program)
}

/// Builds the demo page and gives the folder to serve.
pub fn page(project: &Project) -> Result<PathBuf> {
    let source = project.path("www");
    let mut vite = project.npm_program("vite", "vite")?;
    vite.args(["build", "--logLevel", "warn"]).current_dir(&source);
    process::run(&mut vite, "building the demo page", Duration::from_secs(10 * 60))?;
    Ok(source.join("dist"))
}

/// The line of JSON that says where the services are.
fn ready_line(running: &mut Running) -> Result<Value> {
    let stdout = running.child().stdout.take().context("the emulator has no standard output")?;
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut lines = BufReader::new(stdout).lines().map_while(std::result::Result::ok);
        // Nobody listens any more when the time was up.
        let _ = sender.send(lines.next());
        // What it may print later belongs to the user, and must not fill the pipe.
        lines.for_each(|line| println!("{line}"));
    });
    let line = receiver
        .recv_timeout(READY_WITHIN)
        .ok()
        .with_context(|| format!("the emulator was not ready within {} s", READY_WITHIN.as_secs()))?
        .context("the emulator ended before it was ready: see above")?;
    serde_json::from_str(&line).with_context(|| format!("the emulator's first line is not JSON: {line}"))
}
