//! CRC-32, of either polynomial that disk formats use, with tables of sixteen entries: pieces are small, and no larger
//! table is worth its bytes.

/// A table of the remainders of half a byte, for a polynomial with its bits reversed.
pub type Table = [u32; 16];

/// As Ethernet has it (ISO 3309): GPT.
pub static ETHERNET: &Table = &table(0xedb8_8320);
/// CRC-32C, as iSCSI has it (RFC 3720): VHDX.
pub static CASTAGNOLI: &Table = &table(0x82f6_3b78);

const fn table(polynomial: u32) -> Table {
    let mut table = [0; 16];
    let mut index = 0;
    while index < 16 {
        let mut rest = index as u32;
        let mut bit = 0;
        while bit < 4 {
            rest = (rest >> 1) ^ (polynomial & (rest & 1).wrapping_neg());
            bit += 1;
        }
        table[index] = rest;
        index += 1;
    }
    table
}

/// The checksum of these parts, one after the other.
pub fn crc32(table: &Table, parts: &[&[u8]]) -> u32 {
    let half = |sum: u32| (sum >> 4) ^ table[(sum & 15) as usize];
    let bytes = parts.iter().copied().flatten();
    !bytes.fold(!0, |sum, &byte| half(half(sum ^ u32::from(byte))))
}
