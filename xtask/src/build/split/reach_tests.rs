//! What some exports of a small file reach.
use super::super::fixture::{self, BASE, INVOKED, POINTED, POINTED_BY_UPLOAD, SLOTS};
use super::*;
use std::collections::HashSet;

fn slots_of(functions: &[u32]) -> HashSet<u32> {
    SLOTS.iter().filter(|(_, function)| functions.contains(function)).map(|(slot, _)| *slot).collect()
}

#[test]
fn calls_reach_what_their_data_point_to_and_what_closures_are_called_by() {
    let reach = of(&fixture::linked(), |export| export == "xcore_call").unwrap();
    assert_eq!(reach.slots, slots_of(&[POINTED, INVOKED]));
    let text = BASE + fixture::TABLE_OF_CALL.len() as u32;
    // What no symbol has stays; of the text, all.
    assert_eq!(reach.unread, vec![text..text + fixture::TEXT_OF_UPLOAD.len() as u32]);
}

#[test]
fn uploads_reach_the_rest() {
    let reach = of(&fixture::linked(), |export| export == "xcore_upload").unwrap();
    assert_eq!(reach.slots, slots_of(&[POINTED_BY_UPLOAD, INVOKED]));
    assert_eq!(reach.unread, vec![BASE..BASE + fixture::TABLE_OF_CALL.len() as u32]);
}

#[test]
fn a_file_without_relocations_is_refused() {
    let told = of(&fixture::plain(), |_| true).unwrap_err().to_string();
    assert!(told.contains("--emit-relocs"), "{told}");
    assert_eq!(of(&fixture::linked(), |_| false).unwrap_err().to_string(), "no export counts");
}

#[test]
fn digits_at_the_end_of_a_name_are_taken_off() {
    assert_eq!(plain("uploadcore_pause_0123456789abcdef"), "uploadcore_pause");
    assert_eq!(plain("uploadcore_pause"), "uploadcore_pause");
    assert_eq!(plain("x_0123456789abcdeg"), "x_0123456789abcdeg");
}
