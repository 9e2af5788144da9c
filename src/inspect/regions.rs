//! The pieces of a file that were read so far, and how a format asks for more of them.
//!
//! A format is straight code over [`Regions`]: it reads what it wants, and where a piece is not there yet the reading
//! stops with [`Stop::Need`]; once the piece is there, the format runs again from its start. What can be read is
//! bounded here, in one place, so that no format has to count.

use std::cell::Cell;

/// Most bytes that are read of a file, all pieces together.
pub const MAX_BYTES: u64 = 1 << 20;
/// Most pieces that are read of a file.
pub const MAX_ROUNDS: usize = 64;
/// The first piece: where most formats keep their headers, a GPT its entries and ISO 9660 its descriptors.
const HEAD: u64 = 64 << 10;
/// Pieces begin and end at multiples of this, since what a format reads next often is next to what it read.
const GRAIN: u64 = 4 << 10;

/// A piece of the file that is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// Bytes from the start of the file.
    pub offset: u64,
    /// Bytes; never 0, and never beyond the end of the file.
    pub length: u32,
}

/// Why a format did not come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The piece of [`Regions::needed`] has to be read first; the format then runs again. (The piece itself is not in here
    /// since every function of every format hands this on.)
    Need,
    /// A field lies behind what the file has, or behind what may be read of it.
    Short,
}

/// For what may be missing without harm: a field that is not there is none, a piece that is to be read stays asked for.
pub fn optional<T>(found: Result<T, Stop>) -> Result<Option<T>, Stop> {
    match found {
        Ok(value) => Ok(Some(value)),
        Err(Stop::Short) => Ok(None),
        Err(need) => Err(need),
    }
}

/// What was read of a file.
pub struct Regions {
    file_size: u64,
    pieces: Vec<(u64, Vec<u8>)>,
    bytes_read: u64,
    exhausted: Cell<bool>,
    needed: Cell<Need>,
    /// What [`Regions::once`] found: a bit per slot for that it was asked, and one for the answer.
    found: Cell<(u8, u8)>,
}

impl Regions {
    pub fn new(file_size: u64) -> Self {
        Regions {
            file_size,
            pieces: Vec::new(),
            bytes_read: 0,
            exhausted: Cell::new(false),
            needed: Cell::new(Need { offset: 0, length: 0 }),
            found: Cell::new((0, 0)),
        }
    }

    /// Bytes in the file.
    pub fn file_size(&self) -> u64 {
        self.file_size
    }

    /// Bytes read so far.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// Pieces read so far.
    pub fn rounds(&self) -> usize {
        self.pieces.len()
    }

    /// Whether a reading was refused because enough was read, or something was left out.
    pub fn exhausted(&self) -> bool {
        self.exhausted.get()
    }

    /// Says that something was left out because it is too much.
    pub fn give_up(&self) {
        self.exhausted.set(true);
    }

    /// Whether something holds of a piece that is there, which is found out once although a format runs again and again:
    /// for the checksums of large parts. `slot` is the format's own number for it, 0 to 7.
    pub fn once(&self, slot: u8, find: impl FnOnce() -> bool) -> bool {
        let (mut asked, mut found) = self.found.get();
        let bit = 1 << (slot & 7);
        if asked & bit == 0 {
            asked |= bit;
            found |= if find() { bit } else { 0 };
            self.found.set((asked, found));
        }
        found & bit != 0
    }

    /// The piece that a format stopped for; of no bytes where none did.
    pub fn needed(&self) -> Need {
        self.needed.get()
    }

    /// Whether the whole range lies within the file. Ask this, not the length of a [`Region`], whether a file is
    /// truncated.
    pub fn holds(&self, offset: u64, length: u64) -> bool {
        offset.checked_add(length).is_some_and(|end| end <= self.file_size)
    }

    /// The bytes from `offset` on: `length` of them, fewer at the end of the file, and none where no more may be read.
    pub fn read(&self, offset: u64, length: u64) -> Result<Region<'_>, Stop> {
        let end = offset.saturating_add(length).min(self.file_size);
        if offset >= end {
            return Ok(Region { bytes: &[] });
        }
        for (start, bytes) in &self.pieces {
            let Some(from) = offset.checked_sub(*start).and_then(|from| usize::try_from(from).ok()) else {
                continue;
            };
            let piece = usize::try_from(end - offset).ok().and_then(|length| from.checked_add(length));
            if let Some(found) = piece.and_then(|to| bytes.get(from..to)) {
                return Ok(Region { bytes: found });
            }
        }
        for (start, end) in [self.widened(offset, end), (offset, end)] {
            let wanted = end - start;
            if wanted <= MAX_BYTES.saturating_sub(self.bytes_read) && self.pieces.len() < MAX_ROUNDS {
                // It fits: MAX_BYTES is far below 2^32.
                self.needed.set(Need { offset: start, length: wanted as u32 });
                return Err(Stop::Need);
            }
        }
        self.give_up();
        Ok(Region { bytes: &[] })
    }

    /// The same, but all of them: [`Stop::Short`] where the file has fewer.
    pub fn whole(&self, offset: u64, length: u64) -> Result<Region<'_>, Stop> {
        let region = self.read(offset, length)?;
        if (region.len() as u64) < length { Err(Stop::Short) } else { Ok(region) }
    }

    /// The last bytes of the file: `length` of them, or all where it has fewer.
    pub fn tail(&self, length: u64) -> Result<Region<'_>, Stop> {
        self.read(self.file_size.saturating_sub(length), length)
    }

    fn widened(&self, offset: u64, end: u64) -> (u64, u64) {
        let start = offset - offset % GRAIN;
        let end = end.checked_next_multiple_of(GRAIN).unwrap_or(end).min(self.file_size);
        if self.pieces.is_empty() && start < HEAD {
            return (0, end.max(HEAD).min(self.file_size));
        }
        (start, end)
    }

    /// Keeps the piece that was needed.
    pub(super) fn keep(&mut self, offset: u64, bytes: Vec<u8>) {
        self.bytes_read = self.bytes_read.saturating_add(bytes.len() as u64);
        self.pieces.push((offset, bytes));
    }
}

/// Bytes of a file, read as the fields of a format. A field that is not wholly among them is 0: what must be there is
/// asked for with [`Regions::whole`]. (That is what keeps the formats small: no field can fail.)
#[derive(Clone, Copy, Debug)]
pub struct Region<'a> {
    bytes: &'a [u8],
}

/// A whole number of the given width at this many bytes from the start of the region.
macro_rules! fields {
    ($($name:ident: $number:ty = $from:ident;)*) => {
        $(
            #[doc = concat!("The `", stringify!($number), "` at this many bytes from the start of the region.")]
            #[inline(never)]
            pub fn $name(&self, at: usize) -> $number {
                <$number>::$from(self.array(at))
            }
        )*
    };
}

impl<'a> Region<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Region { bytes }
    }

    fields! {
        byte: u8 = from_be_bytes;
        u16_be: u16 = from_be_bytes;
        u32_be: u32 = from_be_bytes;
        u64_be: u64 = from_be_bytes;
        u16_le: u16 = from_le_bytes;
        u32_le: u32 = from_le_bytes;
        u64_le: u64 = from_le_bytes;
    }

    pub fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        self.slice(at, N).try_into().unwrap_or([0; N])
    }

    /// So many bytes; none where not all of them are there.
    pub fn slice(&self, at: usize, length: usize) -> &'a [u8] {
        at.checked_add(length).and_then(|end| self.bytes.get(at..end)).unwrap_or_default()
    }

    /// The bytes up to the end of the region.
    pub fn as_slice(&self) -> &'a [u8] {
        self.bytes
    }

    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether these bytes stand at this place.
    pub fn has(&self, at: usize, magic: &[u8]) -> bool {
        self.slice(at, magic.len()) == magic
    }
}
