//! Texts of messages: sizes with their unit, and names out of a file that may want to deceive the reader.

use core::fmt::{self, Display, Formatter};

/// Longest name that is kept of a file, in characters.
const LONGEST: usize = 255;

/// A size for people: the unit that gives a short number, and the bytes.
pub struct Size(u64);

/// So many bytes, to be shown. (No text of its own: most messages are never made.)
pub fn size(bytes: u64) -> Size {
    Size(bytes)
}

impl Display for Size {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        let bytes = self.0;
        let mut unit = "";
        let (mut whole, mut tenth) = (bytes, 0);
        for larger in UNITS {
            if whole < 1024 {
                break;
            }
            (tenth, whole, unit) = (whole % 1024 * 10 / 1024, whole / 1024, larger);
        }
        match (unit, tenth) {
            ("", _) => write!(out, "{bytes} bytes"),
            (unit, 0) => write!(out, "{whole} {unit} ({bytes} bytes)"),
            (unit, tenth) => write!(out, "{whole}.{tenth} {unit} ({bytes} bytes)"),
        }
    }
}

/// A name as it stands in a file: without its padding, cut where it is too long for a message, and without characters
/// that move the cursor or turn the direction of writing.
pub fn name(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    // A character has at most four bytes.
    let bytes = &bytes[..end.min(LONGEST * 4 + 1)];
    clean(String::from_utf8_lossy(bytes).chars())
}

/// The same of UTF-16, of either order of bytes.
pub fn name_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (units, _) = bytes.as_chunks::<2>();
    let units = units.iter().map(|&bytes| unit(bytes)).take_while(|&unit| unit != 0);
    clean(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)))
}

/// Where `needle` stands first, in letters of either case.
pub fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle))
}

fn clean(chars: impl Iterator<Item = char>) -> String {
    let mut chars = chars.map(|c| match c {
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            char::REPLACEMENT_CHARACTER
        }
        c => c,
    });
    let mut text: String = chars.by_ref().take(LONGEST).collect();
    if chars.next().is_some() {
        text.push('…');
    }
    text
}
