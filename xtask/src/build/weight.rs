//! What a page downloads for each entry, and that it is no more than it may be.
use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};
use std::io::Write;
use std::path::Path;

use super::{Entry, Machine, standard_library};

/// Prints what the entries weigh; an entry above its budget is an error.
pub fn check(entries: &[&Entry], folder: &Path) -> Result<()> {
    let mut too_heavy = Vec::new();
    for entry in entries {
        let wasm = zipped(&folder.join(entry.wasm(Machine::Page)))?;
        let code = zipped(&folder.join(format!("{}.js", entry.name)))?;
        eprintln!("{}", line(entry, wasm, code));
        if wasm + code > entry.budget {
            too_heavy.push(line(entry, wasm, code));
        }
        if let Some(budget) = entry.transfers {
            let wasm = zipped(&folder.join(entry.transfers_wasm()))?;
            let line = format!("{}, transfers: .wasm {wasm} bytes gzipped, at most {budget}", entry.name);
            eprintln!("{line}");
            if wasm > budget {
                too_heavy.push(line);
            }
        }
    }
    if !too_heavy.is_empty() && standard_library::is_compiled() {
        bail!("an entry outgrew its budget (see xtask/src/build/entries.rs): {}", too_heavy.join("; "));
    }
    Ok(())
}

fn line(entry: &Entry, wasm: u64, code: u64) -> String {
    let (name, sum, budget) = (entry.name, wasm + code, entry.budget);
    format!("{name}: .wasm {wasm} + code {code} = {sum} bytes gzipped, at most {budget}")
}

/// Bytes of a file after gzip -9.
fn zipped(file: &Path) -> Result<u64> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&bytes)?;
    Ok(encoder.finish()?.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_above_its_budget_is_refused_with_its_weight() {
        let folder = std::env::temp_dir().join(format!("xtask-weight-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let entry =
            |budget| Entry { name: "a", feature: "a", inspects: false, transfers: None, budget, codes: None };
        // Nothing that gzip could make small.
        let noise: Vec<u8> =
            (0..1000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        std::fs::write(folder.join("a_bg.wasm"), &noise).unwrap();
        std::fs::write(folder.join("a.js"), "a".repeat(100_000)).unwrap();
        check(&[&entry(5_000)], &folder).unwrap();
        let message = check(&[&entry(3_000)], &folder).unwrap_err().to_string();
        assert!(message.contains("a: .wasm ") && message.ends_with("at most 3000"), "{message}");
        assert!(check(&[&Entry { name: "none", ..entry(1) }], &folder).is_err());
        std::fs::write(folder.join("a_transfers_bg.wasm"), &noise).unwrap();
        let with = |most| Entry { transfers: Some(most), ..entry(5_000) };
        check(&[&with(5_000)], &folder).unwrap();
        let message = check(&[&with(3_000)], &folder).unwrap_err().to_string();
        assert!(message.contains("a, transfers: .wasm "), "{message}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
