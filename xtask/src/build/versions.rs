//! The crate that writes the bindings must be of the very version of wasm-bindgen that the client uses.
use anyhow::{Context, Result, bail};

use crate::project::Project;

/// Compares the two versions in Cargo.lock.
pub fn check(project: &Project) -> Result<()> {
    let path = project.path("Cargo.lock");
    let lock = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    compare(&lock)
}

fn compare(lock: &str) -> Result<()> {
    let runtime = locked(lock, "wasm-bindgen")?;
    let generator = locked(lock, "wasm-bindgen-cli-support")?;
    if runtime != generator {
        bail!(
            "Cargo.lock has wasm-bindgen {runtime}, but the bindings are written by wasm-bindgen-cli-support \
             {generator}: set wasm-bindgen-cli-support = \"={runtime}\" in xtask/Cargo.toml"
        );
    }
    Ok(())
}

/// The one version of a crate in a Cargo.lock.
fn locked<'lock>(lock: &'lock str, name: &str) -> Result<&'lock str> {
    let opening = format!("name = \"{name}\"");
    let mut versions = lock.split("[[package]]").filter_map(|package| {
        let mut lines = package.lines().map(str::trim);
        lines.by_ref().find(|line| *line == opening)?;
        lines.find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
    });
    let version = versions.next().with_context(|| format!("Cargo.lock has no package {name}"))?;
    if let Some(other) = versions.next() {
        bail!("Cargo.lock has {name} twice: {version} and {other}");
    }
    Ok(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(runtime: &str, generator: &str) -> String {
        format!(
            "version = 4\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"{runtime}\"\n\n[[package]]\n\
             name = \"wasm-bindgen-cli-support\"\nversion = \"{generator}\"\n"
        )
    }

    #[test]
    fn equal_versions_pass() {
        compare(&lock("0.2.1", "0.2.1")).unwrap();
    }

    #[test]
    fn different_versions_are_refused_with_the_line_to_write() {
        let message = compare(&lock("0.2.2", "0.2.1")).unwrap_err().to_string();
        assert!(message.contains("wasm-bindgen-cli-support = \"=0.2.2\""), "{message}");
    }

    #[test]
    fn a_missing_or_double_package_is_refused() {
        assert!(compare("").is_err());
        let double =
            format!("{}\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.1.0\"\n", lock("1", "1"));
        assert!(compare(&double).unwrap_err().to_string().contains("twice"));
    }

    #[test]
    fn this_checkout_agrees() {
        compare(include_str!("../../../Cargo.lock")).unwrap();
    }
}
