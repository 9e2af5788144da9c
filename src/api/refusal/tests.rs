//! What stands in the place of an answer, in words.

use super::*;

#[test]
fn what_is_no_envelope_is_told_in_words() {
    let error = not_an_envelope("<html><head><title>502 Bad Gateway</title></head></html>", 502);
    assert!(error.message().contains("502 Bad Gateway") && error.details().retryable);
    assert!(not_an_envelope("", 200).message().contains("an empty body"));
}
