//! What holds between the filters of a list of images.

use crate::error::{Error, Result};
use crate::json::Value;

/// What images can be sorted by.
pub const SORT_KEYS: &[&str] =
    &["name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at"];
pub const DIRECTIONS: &[&str] = &["asc", "desc"];

/// `name:asc,size:desc`; a direction may be left out.
pub fn is_sort(text: &str) -> bool {
    text.split(',').all(|part| {
        let (key, direction) = crate::text::split_once(part, ":").unwrap_or((part, "desc"));
        SORT_KEYS.contains(&key) && DIRECTIONS.contains(&direction)
    })
}

/// A time, after one of the operators or alone.
pub fn is_time_filter(text: &str) -> bool {
    let operator = ["gt", "gte", "lt", "lte", "eq", "neq"].iter().find_map(|operator| {
        let rest = text.strip_prefix(operator)?;
        rest.strip_prefix(":")
    });
    let time = operator.unwrap_or(text).as_bytes();
    let digits = |range: core::ops::Range<usize>| {
        time.get(range).is_some_and(|digits| digits.iter().all(u8::is_ascii_digit))
    };
    let date = digits(0..4) && time.get(4) == Some(&b'-') && digits(5..7) && time.get(7) == Some(&b'-');
    // What follows the date is a time of day, with a zone or without.
    let rest = time.get(10..).unwrap_or_default();
    let clock = |byte: &u8| byte.is_ascii_digit() || b"T :.Z+-".contains(byte);
    date && digits(8..10) && rest.iter().all(clock) && (rest.is_empty() || digits(11..13))
}

/// How many values a parameter has.
fn count(filters: &Value, name: &str) -> usize {
    match filters.get(name) {
        None | Some(Value::Null) => 0,
        Some(Value::Array(list)) => list.len(),
        Some(_) => 1,
    }
}

/// The two ways of sorting do not go together, directions belong to keys, and a filter that is empty would be none.
pub fn check(arguments: &[Value]) -> Result<()> {
    let Some(Value::Object(members)) = arguments.first() else { return Ok(()) };
    let filters = &arguments[0];
    let (keys, directions) = (count(filters, "sort_key"), count(filters, "sort_dir"));
    if count(filters, "sort") > 0 && keys + directions > 0 {
        let sort = filters.get("sort").map(Value::to_string).unwrap_or_default();
        return Err(Error::invalid("sort", sort, "must not stand beside sort_key and sort_dir"));
    }
    if directions > 1 && directions != keys {
        let given = filters.get("sort_dir").map(Value::to_string).unwrap_or_default();
        let rule = "must be one direction, or as many as there are in sort_key";
        return Err(Error::invalid("sort_dir", given, rule));
    }
    for (name, value) in members {
        if value.as_str() == Some("") {
            return Err(Error::invalid(name.clone(), "\"\"", "must not be empty: leave it out"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_an_operator_or_none() {
        for right in [
            "gt:2018-10-28T10:00:00Z",
            "neq:2018-10-28 10:00:00",
            "2018-10-28",
            "lte:2018-10-28T10:00:00.5+08:00",
        ] {
            assert!(is_time_filter(right), "{right}");
        }
        for wrong in ["", "gt:", "after:2018-10-28", "gt 2018-10-28", "28.10.2018", "2018-10-28T", "gt:é"] {
            assert!(!is_time_filter(wrong), "{wrong}");
        }
    }

    #[test]
    fn sorting_names_keys_and_directions() {
        for right in ["name", "name:asc", "size:desc,created_at"] {
            assert!(is_sort(right), "{right}");
        }
        for wrong in ["", "name:", "name:up", "owner:asc", "name,", "name: asc"] {
            assert!(!is_sort(wrong), "{wrong}");
        }
    }

    #[test]
    fn filters_that_are_no_object_are_called_by_their_name() {
        let error = super::super::list_images::OPERATION.encode(&["x".into()]).unwrap_err();
        assert_eq!(error.details().field.as_deref(), Some("filters"));
    }
}
