//! Does to an image what damaged.json says. Its twin is damage() in tests/peers/oslo/verdicts.py.

use crate::fixtures::{DAMAGED, image, list};
use ims_client::json::Value;

/// An image that was damaged by hand.
pub struct Damaged {
    pub name: String,
    pub bytes: Vec<u8>,
    /// "code severity"; empty where nothing must be found.
    pub problem: String,
}

/// All of them.
pub fn all() -> impl Iterator<Item = Damaged> {
    DAMAGED.iter().map(|[name, of, steps, problem]| {
        let mut bytes = image(text(of)).to_vec();
        for step in list(steps) {
            apply(&mut bytes, list(step));
        }
        Damaged { name: text(name).to_owned(), bytes, problem: text(problem).to_owned() }
    })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}"))
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("not a number: {value}"))
}

/// A place in the file; below 0 it counts from the end.
fn place(value: &Value, length: usize) -> usize {
    match value.to_string().strip_prefix('-') {
        Some(back) => length - back.parse::<usize>().expect("a number"),
        None => number(value) as usize,
    }
}

fn hexadecimal(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().map(|digit| digit.to_digit(16).expect("a digit") as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

fn apply(file: &mut Vec<u8>, step: &[Value]) {
    let (kind, rest) = step.split_first().expect("a step");
    let length = file.len();
    let (at, value) = match (text(kind), rest) {
        ("resize", [size]) => return file.resize(number(size) as usize, 0),
        ("cut", [bytes]) => return file.truncate(length - number(bytes) as usize),
        ("append", [bytes]) => return file.extend(hexadecimal(text(bytes))),
        ("copy", [from, size, to]) => {
            let from = number(from) as usize;
            (number(to) as usize, file[from..from + number(size) as usize].to_vec())
        }
        ("put", [at, bytes]) => (place(at, length), hexadecimal(text(bytes))),
        ("text", [at, value]) => (place(at, length), text(value).as_bytes().to_vec()),
        ("utf16le", [at, value]) => (place(at, length), utf16(text(value), u16::to_le_bytes)),
        ("utf16be", [at, value]) => (place(at, length), utf16(text(value), u16::to_be_bytes)),
        ("le", [at, width, value]) => {
            (place(at, length), number(value).to_le_bytes()[..number(width) as usize].to_vec())
        }
        ("be", [at, width, value]) => {
            (place(at, length), number(value).to_be_bytes()[8 - number(width) as usize..].to_vec())
        }
        (kind, [start, size, to]) => {
            let (start, to) = (place(start, length), place(to, length));
            file[to..to + 4].fill(0);
            (to, checksum(kind, &file[start..start + number(size) as usize]).to_vec())
        }
        (kind, rest) => panic!("{kind} has {} values", rest.len()),
    };
    file[at..at + value.len()].copy_from_slice(&value);
}

/// A checksum with a table of its own, so that the one of the inspector is not held against itself.
pub fn checksum(kind: &str, bytes: &[u8]) -> [u8; 4] {
    let polynomial: u32 = match kind {
        "crc32" => 0xedb8_8320,
        "crc32c" => 0x82f6_3b78,
        "vhdsum" => return (!bytes.iter().fold(0u32, |sum, &byte| sum + u32::from(byte))).to_be_bytes(),
        other => panic!("there is no step {other}"),
    };
    let table: [u32; 256] = std::array::from_fn(|index| {
        (0..8).fold(index as u32, |sum, _| (sum >> 1) ^ if sum & 1 == 1 { polynomial } else { 0 })
    });
    let mut sum = !0u32;
    for &byte in bytes {
        sum = (sum >> 8) ^ table[(sum as u8 ^ byte) as usize];
    }
    (!sum).to_le_bytes()
}
