//! Compiling the crate for the browser's machine, and letting wasm-bindgen write the code around it.
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use wasm_bindgen_cli_support::Bindgen;

use super::{Entry, Machine, Profile, glue, names, split, standard_library};
use crate::process;
use crate::project::{Project, cargo, cargo_home};
use crate::stamp::Inputs;

/// The only target of the package.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// What wasm-bindgen wrote, the glue already turned into a factory.
pub struct Bound {
    pub wasm: PathBuf,
    pub glue: PathBuf,
    pub declarations: PathBuf,
}

/// Installs the wasm target and the standard library's sources where rustup knows that they are missing.
pub fn ensure_target() -> Result<()> {
    let minute = Duration::from_secs(60);
    let sysroot = sysroot()?;
    standard_library::ensure_sources(&sysroot)?;
    if sysroot.join("lib/rustlib").join(TARGET).is_dir() {
        return Ok(());
    }
    eprintln!("installing the Rust target {TARGET}");
    let mut add = Command::new("rustup");
    process::run(add.args(["target", "add", TARGET]), "rustup target add", 10 * minute)
        .with_context(|| format!("the Rust target {TARGET} is missing and could not be installed"))
}

/// Compiles the client with the feature of one entry, unless its sources did not change: cargo gives the .wasm of all
/// entries the same name, so it would compile each of them again every time.
pub fn compile(
    project: &Project,
    entry: &Entry,
    machine: Machine,
    profile: Profile,
    folder: &Path,
) -> Result<PathBuf> {
    let kept = folder.join("compiled.wasm");
    let mut compiler = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let version = process::output(compiler.arg("-vV"), "rustc -vV", Duration::from_secs(60))?;
    let flags = flags(project, profile, &version)?;
    let stamp = Inputs::of("compile")
        .text(&version)
        .text(&flags.join("\n"))
        .folder(&project.path("src"))?
        .file(&project.path("Cargo.toml"))?
        .file(&project.path("Cargo.lock"))?
        .stamp(kept.clone());
    if stamp.is_fresh(&[&kept]) {
        return Ok(kept);
    }
    let compiled = run_cargo(project, &entry.features(machine), profile, &flags)?;
    std::fs::create_dir_all(folder).context("cannot make a folder below .cache")?;
    std::fs::copy(&compiled, &kept).with_context(|| format!("cannot copy {}", compiled.display()))?;
    stamp.keep()?;
    Ok(kept)
}

fn run_cargo(project: &Project, features: &str, profile: Profile, flags: &[String]) -> Result<PathBuf> {
    let profile = match profile {
        Profile::Release => "wasm",
        Profile::Dev => "dev",
    };
    let mut command = cargo();
    command.current_dir(&project.root).args(["build", "--locked", "--lib", "--package", "ims-client"]);
    command.args(["--target", TARGET, "--profile", profile]).arg("--target-dir").arg(&project.target);
    command.args(["--no-default-features", "--features", features]);
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    if profile == "wasm" && standard_library::is_compiled() {
        standard_library::ask(&mut command);
    }
    process::run(&mut command, "compiling the client to WebAssembly", Duration::from_secs(30 * 60))?;
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(project.target.join(TARGET).join(folder).join("ims_client.wasm"))
}

/// What the compiler is told of every crate.
///
/// Panic messages name source files; where they lie on the machine that builds is nobody's business. And sha2 only
/// hashes the few bytes that are signed: its small variant does (7 KB less).
///
/// Where the component rust-src is installed, the compiler names the standard library's sources by their place on this
/// machine: they get the name back that they have everywhere else, so that the result is the same with and without.
fn flags(project: &Project, profile: Profile, compiler: &str) -> Result<Vec<String>> {
    let home = cargo_home()?;
    let sources = home.join("registry/src");
    let mut flags = vec![format!("--remap-path-prefix={}=", project.root.display())];
    flags.push(format!("--remap-path-prefix={}=crates", sources.display()));
    // The registry's folder carries a hash of its address, one level below.
    for index in std::fs::read_dir(&sources).into_iter().flatten().flatten() {
        flags.push(format!("--remap-path-prefix={}=crates", index.path().display()));
    }
    let commit = compiler.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("unknown");
    let library = sysroot()?.join("lib/rustlib/src/rust");
    flags.push(format!("--remap-path-prefix={}=/rustc/{commit}", library.display()));
    flags.push("--cfg=sha2_backend_soft=\"compact\"".to_owned());
    // What refers to what, for build/split.
    flags.push("-Clink-arg=--emit-relocs".to_owned());
    if profile == Profile::Release && standard_library::is_compiled() {
        flags.extend(standard_library::flags());
    }
    Ok(flags)
}

/// Where the toolchain lies.
pub fn sysroot() -> Result<PathBuf> {
    let mut compiler = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let minute = Duration::from_secs(60);
    let folder = process::output(compiler.args(["--print", "sysroot"]), "rustc --print sysroot", minute)?;
    Ok(PathBuf::from(folder.trim()))
}

/// Writes the bindings of one .wasm, if it changed.
pub fn bind(profile: Profile, compiled: &Path, folder: &Path) -> Result<Bound> {
    let folder = folder.join("bindings");
    let bound = Bound {
        wasm: folder.join("ims_client_bg.wasm"),
        glue: folder.join("glue.js"),
        declarations: folder.join("ims_client.d.ts"),
    };
    let stamp = Inputs::of("bindings").program()?.file(compiled)?.stamp(folder.clone());
    if stamp.is_fresh(&[&bound.wasm, &bound.glue, &bound.declarations]) {
        return Ok(bound);
    }
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    bindgen(compiled, profile)?
        .generate(&folder)
        .with_context(|| format!("wasm-bindgen cannot write the bindings of {}", compiled.display()))?;
    let web = std::fs::read_to_string(folder.join("ims_client.js"))?;
    let mut glue = glue::factory(&web)?;
    if profile == Profile::Release {
        let wasm = std::fs::read(&bound.wasm)?;
        let shortened = names::shortened(&wasm, &glue).context("in what wasm-bindgen wrote")?;
        glue = shortened.1;
        std::fs::write(&bound.wasm, shortened.0)?;
    }
    std::fs::write(&bound.glue, glue)?;
    if folder.join("snippets").exists() {
        bail!(
            "a crate brings JavaScript snippets, which the glue factory cannot carry: see {}",
            folder.display()
        );
    }
    stamp.keep()?;
    Ok(bound)
}

/// The bound .wasm with the names of its functions, for looking at it.
pub fn named(compiled: &Path, folder: &Path) -> Result<PathBuf> {
    let mut bindgen = bindgen(compiled, Profile::Release)?;
    bindgen.typescript(false).remove_name_section(false);
    bindgen.generate(folder).with_context(|| format!("wasm-bindgen cannot bind {}", compiled.display()))?;
    Ok(folder.join("ims_client_bg.wasm"))
}

/// How one .wasm is bound.
fn bindgen(compiled: &Path, profile: Profile) -> Result<Bindgen> {
    let mut bindgen = Bindgen::new();
    let wasm = std::fs::read(compiled).with_context(|| format!("cannot read {}", compiled.display()))?;
    bindgen.input_bytes("ims_client", split::without_relocations(&wasm)?);
    bindgen.out_name("ims_client").typescript(true);
    bindgen.web(true)?;
    if profile == Profile::Release {
        bindgen.demangle(false).remove_name_section(true).remove_producers_section(true);
    }
    Ok(bindgen)
}
