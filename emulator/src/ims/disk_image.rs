//! What an image file says of itself: the virtual size of raw and qcow2 files.

use std::io::Read;

/// Bytes that are enough of a file to know its virtual size.
pub const HEADER_BYTES: usize = 104;

const QCOW2_MAGIC: [u8; 4] = *b"QFI\xfb";

/// Reads the beginning of a file, fewer bytes where it is shorter.
pub fn read_header(reader: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut header = Vec::with_capacity(HEADER_BYTES);
    reader.take(HEADER_BYTES as u64).read_to_end(&mut header)?;
    Ok(header)
}

/// The bytes a virtual machine would see, or why the file is not of the format.
pub fn virtual_size(disk_format: &str, header: &[u8], file_size: u64) -> Result<u64, String> {
    if disk_format != "qcow2" {
        return Ok(file_size);
    }
    let (Some(magic), Some(version), Some(size)) =
        (header.first_chunk::<4>(), number::<4>(header, 4), number::<8>(header, 24))
    else {
        return Err(format!("the file has {file_size} bytes: too few for a qcow2 header"));
    };
    if *magic != QCOW2_MAGIC {
        return Err(format!(
            "diskFormat is qcow2, but the file begins with {magic:02x?} instead of \"QFI\\xfb\""
        ));
    }
    if !(2..=3).contains(&version) {
        return Err(format!("the file is qcow version {version}; 2 and 3 are known"));
    }
    if size == 0 {
        return Err("the qcow2 header says a virtual size of 0".to_owned());
    }
    Ok(size)
}

/// A big-endian number of `N` bytes at an offset.
fn number<const N: usize>(header: &[u8], offset: usize) -> Option<u64> {
    let bytes = header.get(offset..)?.first_chunk::<N>()?;
    Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// Bytes in a GiB.
pub const GIB: i64 = 1 << 30;

/// Whether a disk of `min_disk` GiB holds `virtual_size` bytes. The document says "larger than"; a disk of exactly
/// the image's size is what everybody makes, and holds it.
pub fn fits(min_disk: i64, virtual_size: u64) -> bool {
    i128::from(virtual_size) <= i128::from(min_disk) * i128::from(GIB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qcow2_headers_are_read_and_others_refused() {
        let mut header = vec![0; HEADER_BYTES];
        header[..4].copy_from_slice(&QCOW2_MAGIC);
        header[7] = 3;
        header[24..32].copy_from_slice(&(5_u64 << 30).to_be_bytes());
        assert_eq!(virtual_size("qcow2", &header, 200_000), Ok(5 << 30));
        assert_eq!(virtual_size("raw", &header, 200_000), Ok(200_000));
        header[7] = 1;
        assert!(virtual_size("qcow2", &header, 200_000).unwrap_err().contains("version 1"));
        header[0] = 0;
        assert!(virtual_size("qcow2", &header, 200_000).unwrap_err().contains("begins with"));
        assert!(virtual_size("qcow2", b"QFI", 3).unwrap_err().contains("too few"));
    }

    #[test]
    fn a_disk_of_exactly_the_size_fits() {
        assert!(fits(1, 1 << 30));
        assert!(!fits(1, (1 << 30) + 1));
    }
}
