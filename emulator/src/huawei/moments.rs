//! Times as the services write and read them.

use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

pub(super) use crate::store::to_milliseconds;

const SECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
const SECONDS_WITH_SPACE: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
const MILLISECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
const MICROSECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");
const GLANCE_1: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]");
const SDK_DATE: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");

fn moment(milliseconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// `2018-09-06T14:03:27Z`: images and members.
pub(super) fn seconds(milliseconds: i64) -> String {
    moment(milliseconds).format(&SECONDS).unwrap_or_default()
}

/// `2024-11-06T06:19:43.195Z`: jobs, and all of Workspace.
pub(super) fn milliseconds(milliseconds: i64) -> String {
    moment(milliseconds).format(&MILLISECONDS).unwrap_or_default()
}

/// `2020-01-04T09:05:22.701000Z`: Keystone.
pub(super) fn microseconds(milliseconds: i64) -> String {
    moment(milliseconds).format(&MICROSECONDS).unwrap_or_default()
}

/// `2016-05-22T06:04:20.425000`: Glance's version 1.
pub(super) fn glance_1(milliseconds: i64) -> String {
    moment(milliseconds).format(&GLANCE_1).unwrap_or_default()
}

/// Reads `yyyy-MM-ddThh:mm:ssZ` or `yyyy-MM-dd hh:mm:ss`.
pub(super) fn parse(text: &str) -> Option<i64> {
    let moment = PrimitiveDateTime::parse(text, &SECONDS)
        .or_else(|_| PrimitiveDateTime::parse(text, &SECONDS_WITH_SPACE))
        .ok()?;
    Some(to_milliseconds(moment.assume_utc()))
}

/// Reads an `X-Sdk-Date`, `YYYYMMDDTHHMMSSZ`.
pub(super) fn parse_sdk_date(text: &str) -> Option<i64> {
    Some(to_milliseconds(PrimitiveDateTime::parse(text, &SDK_DATE).ok()?.assume_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_look_as_in_the_documents() {
        assert_eq!(seconds(1_536_242_607_000), "2018-09-06T14:03:27Z");
        assert_eq!(milliseconds(1_730_873_983_195), "2024-11-06T06:19:43.195Z");
        assert_eq!(microseconds(1_578_128_722_701), "2020-01-04T09:05:22.701000Z");
        assert_eq!(parse("2018-09-06T14:03:27Z"), Some(1_536_242_607_000));
        assert_eq!(parse("2018-09-06 14:03:27"), Some(1_536_242_607_000));
        assert_eq!(parse("2018-09-06"), None);
        assert_eq!(parse_sdk_date("20191115T033655Z"), Some(1_573_789_015_000));
        assert_eq!(parse_sdk_date("20191115T033655"), None);
    }
}
