//! The commands that build, start, test and check the project: `cargo xtask help` lists them.
mod build;
mod process;
mod project;
mod stamp;

use anyhow::{Result, bail};
use project::Project;

const HELP: &str = "\
cargo xtask build [--dev]          make pkg/, the folder that is published (--dev: quick and larger)
cargo xtask help                   this text";

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
    match command {
        "build" => build::command(&Project::find()?, rest),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        unknown => bail!("there is no command {unknown:?}; the commands are:\n{HELP}"),
    }
}
