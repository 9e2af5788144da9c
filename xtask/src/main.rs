//! The commands that build, start and test the project.
fn main() {}
