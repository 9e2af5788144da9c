//! Skipping work whose inputs did not change: a step writes the digest of its inputs beside its result.
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Collects what a step depends on.
pub struct Inputs(Sha256);

impl Inputs {
    /// Starts with the name of the step.
    pub fn of(step: &str) -> Inputs {
        let mut inputs = Inputs(Sha256::new());
        inputs.text(step);
        inputs
    }

    /// This very program, for a step whose work is done in here: a changed xtask repeats it.
    pub fn program(&mut self) -> Result<&mut Self> {
        let program = std::env::current_exe().context("this program has no path")?;
        let about = std::fs::metadata(&program)?;
        Ok(self.text(&format!("{:?} {}", about.modified()?, about.len())))
    }

    /// A setting or the output of an earlier step.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// The bytes of one input; its length is counted in, so that neighbours cannot run together.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// The contents of a file.
    pub fn file(&mut self, path: &Path) -> Result<&mut Self> {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        self.text(&path.to_string_lossy());
        Ok(self.bytes(&bytes))
    }

    /// Every file below a folder, in the order of their names.
    pub fn folder(&mut self, path: &Path) -> Result<&mut Self> {
        for file in files_below(path)? {
            self.file(&file)?;
        }
        Ok(self)
    }

    /// The digest of everything so far.
    pub fn stamp(&self, result: PathBuf) -> Stamp {
        let digest = self.0.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Stamp { digest, file: result.with_added_extension("stamp") }
    }
}

/// The digest of a step's inputs, and the file that keeps the digest of its last success.
pub struct Stamp {
    digest: String,
    file: PathBuf,
}

impl Stamp {
    /// Whether the step succeeded with these inputs and all its results are still there.
    pub fn is_fresh(&self, results: &[&Path]) -> bool {
        results.iter().all(|result| result.exists())
            && std::fs::read_to_string(&self.file).is_ok_and(|kept| kept == self.digest)
    }

    /// Keeps the digest after a success.
    pub fn keep(&self) -> Result<()> {
        std::fs::write(&self.file, &self.digest)
            .with_context(|| format!("cannot write {}", self.file.display()))
    }
}

/// All files below a folder, sorted.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries =
            std::fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_fresh_only_for_the_inputs_it_was_kept_for() {
        let folder = std::env::temp_dir().join(format!("xtask-stamp-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let result = folder.join("result");
        let stamp = |text: &str| Inputs::of("step").text(text).stamp(result.clone());
        assert!(!stamp("a").is_fresh(&[]), "nothing was kept yet");
        stamp("a").keep().unwrap();
        assert!(stamp("a").is_fresh(&[]));
        assert!(!stamp("a").is_fresh(&[&result]), "the result is missing");
        assert!(!stamp("b").is_fresh(&[]));
        let split = Inputs::of("step").text("a").text("").stamp(result.clone());
        assert!(!split.is_fresh(&[]), "an empty input counts");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
