//! Dividing a small .wasm.
use super::super::fixture::{self, SLOTS};
use super::super::{reach, without_relocations};
use super::*;
use wasmparser::Validator;

fn halves() -> [Vec<u8>; 2] {
    let linked = fixture::linked();
    let is_later = |export: &str| export.contains("upload");
    let reach = reach::of(&linked, |export| !is_later(export)).unwrap();
    of(&without_relocations(&linked).unwrap(), &reach, is_later).unwrap()
}

fn exports(wasm: &[u8]) -> Vec<String> {
    Whole::read_half(wasm).exports.iter().map(|export| export.name.to_owned()).collect()
}

impl<'a> Whole<'a> {
    /// The second half imports more than functions, which a whole does not.
    fn read_half(wasm: &'a [u8]) -> Whole<'a> {
        Whole::sections(wasm).unwrap()
    }
}

#[test]
fn both_halves_are_valid_and_share_what_they_must() {
    let [first, second] = halves();
    Validator::new().validate_all(&first).unwrap();
    Validator::new().validate_all(&second).unwrap();
    // SHARED, the table, the global and the memory.
    assert_eq!(
        exports(&first),
        ["memory", "xcore_call_0123456789abcdef", "__wbindgen_describe_xcore_call", "0", "1", "2", "3"]
    );
    assert_eq!(exports(&second), ["xcore_upload"]);
    let imports: Vec<String> = Whole::read_half(&second)
        .imports
        .iter()
        .map(|import| format!("{}.{}", import.module, import.name))
        .collect();
    assert_eq!(imports, ["page.__wbindgen_describe", "first.0", "first.1", "first.2", "first.3"]);
}

#[test]
fn the_first_has_a_trap_where_only_the_second_fills_the_table() {
    let [first, second] = halves();
    let (first, second) = (Whole::read_half(&first), Whole::read_half(&second));
    assert_eq!(first.slots.len(), SLOTS.len());
    let trap = first.own().end - 1;
    let trapping: Vec<u32> =
        first.slots.iter().filter(|(_, function)| *function == trap).map(|(slot, _)| *slot).collect();
    assert_eq!(trapping, [3]);
    assert_eq!(second.slots.iter().map(|(slot, _)| *slot).collect::<Vec<_>>(), [3]);
    let body = first.body(trap).unwrap().get_operators_reader().unwrap().read().unwrap();
    assert!(matches!(body, wasmparser::Operator::Unreachable), "{body:?}");
}

#[test]
fn data_are_in_the_half_that_reads_them() {
    let [first, second] = halves();
    let text = fixture::TEXT_OF_UPLOAD;
    let holds = |half: &[u8]| half.windows(text.len()).any(|bytes| bytes == text);
    assert!(!holds(&first) && holds(&second));
    let unknown = Whole::read_half(&first).data.iter().any(|(_, bytes)| bytes.ends_with(fixture::UNKNOWN));
    assert!(unknown, "what belongs to no symbol stays");
}

#[test]
fn nothing_is_divided_where_nothing_comes_later() {
    let linked = fixture::linked();
    let reach = reach::of(&linked, |_| true).unwrap();
    let wasm = without_relocations(&linked).unwrap();
    assert_eq!(of(&wasm, &reach, |_| false).unwrap_err().to_string(), "nothing can be loaded later");
}

#[test]
fn names_of_what_is_lent_begin_with_a_digit_and_do_not_repeat() {
    let names: std::collections::HashSet<String> = (0..2000).map(name).collect();
    assert_eq!(names.len(), 2000);
    assert!(names.iter().all(|name| name.starts_with(|first: char| first.is_ascii_digit())));
}
