//! What bounds the reading.

use crate::inspect::regions::{MAX_BYTES, MAX_ROUNDS, Need, Regions, Stop};
use crate::inspect::{Inspector, Step, WrongPiece};

#[test]
fn the_budget_ends_the_reading_and_not_the_format() {
    let mut regions = Regions::new(1 << 40);
    let mut at = 0;
    let mut rounds = 0;
    loop {
        match regions.read(at, 100_000) {
            Err(Stop::Need) => {
                let need = regions.needed();
                regions.keep(need.offset, vec![1; need.length as usize]);
                rounds += 1;
            }
            Ok(region) if region.is_empty() => break,
            Ok(region) => {
                assert_eq!(region.len(), 100_000);
                at += 1 << 30;
            }
            Err(Stop::Short) => unreachable!("reading is never short"),
        }
    }
    assert!(regions.exhausted() && regions.bytes_read() <= MAX_BYTES && rounds > 5);
    // What is there stays readable.
    assert_eq!(regions.read(5, 10).expect("read before").as_slice(), [1; 10]);
}

#[test]
fn the_rounds_end_the_reading() {
    let mut regions = Regions::new(1 << 40);
    for round in 0..MAX_ROUNDS as u64 {
        assert_eq!(regions.read(round << 20, 1).err(), Some(Stop::Need), "round {round}");
        let need = regions.needed();
        regions.keep(need.offset, vec![0; need.length as usize]);
    }
    assert!(regions.read(1 << 39, 1).expect("nothing").is_empty());
}

#[test]
fn fields_at_the_end_of_the_file() {
    let mut regions = Regions::new(6);
    assert!(regions.read(6, 4).expect("nothing").is_empty());
    assert!(regions.read(u64::MAX, u64::MAX).expect("nothing").is_empty());
    assert_eq!(regions.read(4, 100).err(), Some(Stop::Need));
    assert_eq!(regions.needed(), Need { offset: 0, length: 6 });
    regions.keep(0, vec![1, 2, 3, 4, 5, 6]);
    let region = regions.read(2, 100).expect("four bytes");
    assert_eq!((region.u32_be(0), region.u16_le(2), region.byte(4)), (0x0304_0506, 0x0605, 0));
    assert_eq!(region.slice(usize::MAX, 2), [0; 0]);
    assert_eq!(region.u32_be(1), 0, "a field that is cut short");
    assert_eq!(regions.whole(2, 5).err(), Some(Stop::Short));
    assert_eq!(regions.whole(2, 4).map(|region| region.len()), Ok(4));
    assert!(regions.holds(2, 4) && !regions.holds(2, 5) && !regions.holds(u64::MAX, 2));
    assert_eq!(regions.tail(2).expect("two bytes").as_slice(), [5, 6]);
}

#[test]
fn a_piece_of_another_length_is_refused() {
    let mut inspector = Inspector::new(100);
    assert_eq!(inspector.give(vec![0; 100]), Err(WrongPiece { asked: None, given: 100 }));
    let Step::Read(need) = inspector.step() else { panic!("nothing was read yet") };
    assert_eq!(inspector.give(vec![0; 99]), Err(WrongPiece { asked: Some(need), given: 99 }));
}
