//! Writes small, valid qcow2 files (version 3), as the format's specification lays them out.

/// Bytes of a cluster.
pub const CLUSTER: usize = 1 << CLUSTER_BITS;
const CLUSTER_BITS: u32 = 16;
/// Bytes of the disk that one level-2 table maps: one entry of 8 bytes for each cluster.
const DISK_PER_TABLE: u64 = (CLUSTER as u64 / 8) * CLUSTER as u64;
/// In level-1 and level-2 entries: the cluster is used once, so it may be written in place.
const COPIED: u64 = 1 << 63;

/// A qcow2 file whose disk has `virtual_size` bytes, begins with `data`, and is zero after it.
///
/// Its clusters: header, refcount table, refcount block, level-1 table, level-2 table, data. That holds for up to
/// 512 MiB of data and disks of up to 4 TiB (one cluster of level-1 entries); larger ones are not made here.
pub fn file(virtual_size: u64, data: &[u8]) -> Vec<u8> {
    let data_clusters = data.len().div_ceil(CLUSTER);
    let clusters = 5 + data_clusters;
    let level1_entries = virtual_size.div_ceil(DISK_PER_TABLE).max(1) as u32;
    let mut file = vec![0; clusters * CLUSTER];
    let offset = |cluster: usize| (cluster * CLUSTER) as u64;

    file[..4].copy_from_slice(b"QFI\xfb");
    put(&mut file, 4, &3_u32.to_be_bytes());
    // Backing file: none.
    put(&mut file, 20, &CLUSTER_BITS.to_be_bytes());
    put(&mut file, 24, &virtual_size.to_be_bytes());
    put(&mut file, 36, &level1_entries.to_be_bytes());
    put(&mut file, 40, &offset(3).to_be_bytes());
    put(&mut file, 48, &offset(1).to_be_bytes());
    put(&mut file, 56, &1_u32.to_be_bytes());
    // Refcounts of 2^4 bits, a header of 104 bytes, no feature bits, no snapshots.
    put(&mut file, 96, &4_u32.to_be_bytes());
    put(&mut file, 100, &104_u32.to_be_bytes());

    put(&mut file, CLUSTER, &offset(2).to_be_bytes());
    for cluster in 0..clusters {
        put(&mut file, 2 * CLUSTER + 2 * cluster, &1_u16.to_be_bytes());
    }
    put(&mut file, 3 * CLUSTER, &(offset(4) | COPIED).to_be_bytes());
    for cluster in 0..data_clusters {
        put(&mut file, 4 * CLUSTER + 8 * cluster, &(offset(5 + cluster) | COPIED).to_be_bytes());
    }
    put(&mut file, 5 * CLUSTER, data);
    file
}

fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    file[at..at + bytes.len()].copy_from_slice(bytes);
}

/// Bytes that differ from one text to the next, always the same for the same text.
pub fn pattern(text: &str, length: usize) -> Vec<u8> {
    // FNV-1a for the seed, xorshift for the rest.
    let seed = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut state = seed | 1;
    let mut bytes = Vec::with_capacity(length);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(file: &[u8], at: usize) -> u64 {
        u64::from_be_bytes(file[at..at + 8].try_into().unwrap())
    }

    #[test]
    fn the_disk_reads_back_through_the_tables() {
        let data = pattern("x", 100_000);
        let file = file(10 << 30, &data);
        assert_eq!(number(&file, 24), 10 << 30);
        assert_eq!(u32::from_be_bytes(file[36..40].try_into().unwrap()), 20, "one entry for each 512 MiB");
        let level1 = number(&file, 40) as usize;
        let level2 = (number(&file, level1) & !COPIED) as usize;
        let mut disk = Vec::new();
        for entry in 0..2 {
            let cluster = (number(&file, level2 + 8 * entry) & !COPIED) as usize;
            disk.extend_from_slice(&file[cluster..cluster + CLUSTER]);
        }
        assert_eq!(&disk[..data.len()], &data[..]);
        assert!(disk[data.len()..].iter().all(|byte| *byte == 0));
    }

    #[test]
    fn every_cluster_is_counted_once() {
        let file = file(1 << 30, &pattern("y", CLUSTER * 3));
        let block = number(&file, number(&file, 48) as usize) as usize;
        let counts: Vec<u16> = file[block..block + CLUSTER]
            .chunks(2)
            .map(|pair| u16::from_be_bytes(pair.try_into().unwrap()))
            .collect();
        let clusters = file.len() / CLUSTER;
        assert!(counts[..clusters].iter().all(|count| *count == 1));
        assert!(counts[clusters..].iter().all(|count| *count == 0));
    }
}
