//! The commands that build, start, test and check the project: `cargo xtask help` lists them.
mod bench;
mod browsers;
mod build;
mod check;
mod cloud;
mod crate_licences;
mod docs;
mod fuzz;
mod leftovers;
mod mutate;
mod packed;
mod process;
mod project;
mod release;
mod setup;
mod simulate;
mod stamp;
mod test;

use anyhow::{Result, bail};
use project::Project;

const HELP: &str = "\
cargo xtask setup                   install what a machine with rustup, Node and npm lacks, browsers included
cargo xtask build [--dev]           make pkg/, the folder that is published (--dev: quick and larger)
cargo xtask parts [ENTRY...]        what each part of the built entries' .wasm costs, as JSON
cargo xtask start [ARGUMENTS]       build everything, run the local cloud with the demo page, print its address
cargo xtask emulator [ARGUMENTS]    run the local cloud alone; --help lists its arguments
cargo xtask test [PART...]          run the suites rust, node, peers, browser, package, types, or those named
cargo xtask matrix [--write] [NAME] the package in every environment (--write: their table in the READMEs)
cargo xtask release --dry-run       everything that must be right before a release; publishes nothing
cargo xtask docs                    the API reference, in .cache/docs
cargo xtask simulate --seeds N      the upload's session through N drawn stories ([--first-seed S] [--trace]; --bytes N: one file)
cargo xtask mutate [WORD]           break the upload's session on purpose, in a copy, and see its tests fail
cargo xtask fuzz [FORMAT]           inspect damaged disk images, guided by what is covered ([--seconds N] [--seed S])
cargo xtask bench                   measure the package beside what else there is ([--only SUITE,…] [--runs N] [--quick])
cargo xtask check                   formatting, lints, types, licences
cargo xtask format                  format Rust and JavaScript
cargo xtask help                    this text";

fn main() {
    if let Err(error) = run(std::env::args().skip(1).collect()) {
        eprintln!("error: {error:#}");
        std::process::exit(1);
    }
}

fn run(arguments: Vec<String>) -> Result<()> {
    process::end_children_with_this_program()?;
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", [].as_slice()),
    };
    if matches!(command, "help" | "--help" | "-h") {
        println!("{HELP}");
        return Ok(());
    }
    let run = match command {
        "setup" => setup::command,
        "build" => build::command,
        "parts" => build::parts::command,
        "start" => cloud::start,
        "emulator" => cloud::emulator,
        "test" => test::command,
        "matrix" => test::matrix,
        "release" => release::command,
        "docs" => docs::command,
        "simulate" => simulate::command,
        "fuzz" => fuzz::command,
        "bench" => bench::command,
        "mutate" => mutate::command,
        "check" => check::command,
        "format" => check::format,
        unknown => bail!("there is no command {unknown:?}; the commands are:\n{HELP}"),
    };
    run(&Project::find()?, rest)
}
