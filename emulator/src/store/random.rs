//! Random names and keys, from the system's source.

use std::io;

/// So many random bytes.
fn bytes(count: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

/// So many random bytes, in lower-case hexadecimal.
pub(crate) fn hex(count: usize) -> io::Result<String> {
    Ok(to_hex(&bytes(count)?))
}

/// So many random characters of this alphabet, which must not be empty.
pub(super) fn text(alphabet: &[u8], count: usize) -> io::Result<String> {
    Ok(bytes(count)?
        .into_iter()
        .map(|byte| char::from(alphabet[usize::from(byte) % alphabet.len()]))
        .collect())
}

/// Lower-case hexadecimal.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
