//! Chromium and Firefox for the tests: found, or installed where that can be done without asking.
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::process;

/// The two browsers' programs.
#[derive(Debug)]
pub struct Browsers {
    pub chromium: PathBuf,
    pub firefox: PathBuf,
}

/// A browser, where it may be, and what Debian calls it.
struct Kind {
    /// Environment variables that may name its program; the first is our own.
    variables: &'static [&'static str],
    programs: &'static [&'static str],
    /// Where it lies when it is not on PATH.
    places: &'static [&'static str],
    package: &'static str,
}

const CHROMIUM: Kind = Kind {
    variables: &["IMS_CHROMIUM", "CHROME_BIN", "CHROME_PATH", "CHROMIUM_BIN", "PUPPETEER_EXECUTABLE_PATH"],
    programs: &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"],
    places: &[
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    ],
    package: "chromium",
};

const FIREFOX: Kind = Kind {
    variables: &["IMS_FIREFOX", "FIREFOX_BIN", "FIREFOX_PATH"],
    programs: &["firefox-esr", "firefox"],
    places: &[
        "/Applications/Firefox.app/Contents/MacOS/firefox",
        "C:\\Program Files\\Mozilla Firefox\\firefox.exe",
    ],
    package: "firefox-esr",
};

/// Both browsers; what is missing is installed by apt as root on Debian, and else is an error that says what to do.
pub fn find_or_install() -> Result<Browsers> {
    let found = (find(&CHROMIUM)?, find(&FIREFOX)?);
    let mut missing = Vec::new();
    for (kind, browser) in [(&CHROMIUM, &found.0), (&FIREFOX, &found.1)] {
        if browser.is_none() {
            missing.push(kind);
        }
    }
    if !missing.is_empty() {
        install(&missing)?;
    }
    let after = |found: Option<PathBuf>, kind: &Kind| match found {
        Some(program) => Ok(program),
        None => find(kind)?.with_context(|| format!("apt installed {}, but it is not on PATH", kind.package)),
    };
    Ok(Browsers { chromium: after(found.0, &CHROMIUM)?, firefox: after(found.1, &FIREFOX)? })
}

fn find(kind: &Kind) -> Result<Option<PathBuf>> {
    for variable in kind.variables {
        if let Some(named) = std::env::var_os(variable).filter(|named| !named.is_empty()) {
            let program = PathBuf::from(named);
            if !program.is_file() {
                bail!("{variable} names {}, which is no file", program.display());
            }
            return Ok(Some(program));
        }
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    for program in kind.programs {
        for folder in &folders {
            let file = folder.join(program).with_extension(std::env::consts::EXE_EXTENSION);
            if file.is_file() {
                return Ok(Some(file));
            }
        }
    }
    Ok(kind.places.iter().map(PathBuf::from).find(|place| place.is_file()))
}

fn install(missing: &[&Kind]) -> Result<()> {
    let packages: Vec<&str> = missing.iter().map(|kind| kind.package).collect();
    let names = packages.join(" and ");
    if !(Path::new("/etc/debian_version").exists() && is_root()) {
        let variables: Vec<&str> = missing.iter().map(|kind| kind.variables[0]).collect();
        bail!(
            "the tests need {names}: install them (Debian, Ubuntu: sudo apt-get install {}), or name their programs \
             in {}",
            packages.join(" "),
            variables.join(" and ")
        );
    }
    eprintln!("installing {names} with apt");
    let limit = Duration::from_secs(15 * 60);
    let mut update = Command::new("apt-get");
    process::run(update.args(["update", "-qq"]), "apt-get update", limit)?;
    let mut install = Command::new("apt-get");
    install.args(["install", "-y", "-qq", "--no-install-recommends"]).args(&packages);
    process::run(install.env("DEBIAN_FRONTEND", "noninteractive"), "apt-get install", limit)
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}
