//! The order of a list of images and the page of it that is shown.

use std::cmp::Ordering;

use serde_json::Value;

use super::filter::Listed;
use crate::huawei::Result;
use crate::huawei::call::Call;
use crate::huawei::refusal::{Family, Refusal};

const KEYS: [&str; 8] =
    ["name", "container_format", "disk_format", "status", "id", "size", "created_at", "updated_at"];
/// Images in an answer, however many are asked for.
const MOST: i64 = 1000;

/// A page, and the marker of the next one where there is one.
pub(in crate::huawei) struct Page {
    pub(in crate::huawei) images: Vec<Listed>,
    pub(in crate::huawei) next_marker: Option<String>,
}

/// Sorts and cuts; `default` images where the query says no number.
pub(in crate::huawei) fn cut(call: &Call, mut listed: Vec<Listed>, default: i64) -> Result<Page> {
    let order = order(call)?;
    listed.sort_by(|one, other| {
        let by_keys = order.iter().map(|(key, descending)| {
            let ordering = compare(one, other, key);
            if *descending { ordering.reverse() } else { ordering }
        });
        by_keys.fold(Ordering::Equal, Ordering::then)
    });
    let limit = call.query.number("limit", 0..=i64::from(i32::MAX), |rule| call.invalid(rule))?;
    let limit = usize::try_from(limit.unwrap_or(default).min(MOST)).unwrap_or(0);
    let first = match call.query.get("marker") {
        None => 0,
        Some(marker) => {
            let place = listed.iter().position(|listed| listed.seen.image.id == marker);
            place.map(|place| place + 1).ok_or_else(|| match call.family {
                Family::Glance => Refusal::glance(400, format!("No image found with ID {marker}")),
                _ => Refusal::img("IMG.0027", format!("marker: there is no image {marker:?} in this list")),
            })?
        }
    };
    let is_last = listed.len() <= first + limit;
    let images: Vec<Listed> = listed.into_iter().skip(first).take(limit).collect();
    let next_marker = images.last().filter(|_| !is_last).map(|last| last.seen.image.id.clone());
    Ok(Page { images, next_marker })
}

/// The keys, the most important first, each with whether it descends.
fn order(call: &Call) -> Result<Vec<(String, bool)>> {
    let refuse = |rule: String| Err(call.invalid(rule));
    let mut order = Vec::new();
    match call.query.get("sort") {
        Some(_) if call.query.get("sort_key").or(call.query.get("sort_dir")).is_some() => {
            return refuse("Old and new sorting syntax cannot be combined".to_owned());
        }
        Some(sort) => {
            for item in sort.split(',') {
                let (key, direction) = item.trim().split_once(':').unwrap_or((item.trim(), "desc"));
                order.push((key.to_owned(), direction.to_owned()));
            }
        }
        None => {
            let keys: Vec<&str> = call.query.all("sort_key").filter(|key| !key.is_empty()).collect();
            let directions: Vec<&str> = call.query.all("sort_dir").filter(|key| !key.is_empty()).collect();
            if directions.len() > 1 && directions.len() != keys.len() {
                return refuse("Number of sort dirs does not match the number of sort keys".to_owned());
            }
            let keys = if keys.is_empty() { vec!["created_at"] } else { keys };
            for (index, key) in keys.iter().enumerate() {
                let direction = directions.get(index).or(directions.first()).unwrap_or(&"desc");
                order.push(((*key).trim().to_owned(), (*direction).to_owned()));
            }
        }
    }
    let mut read = Vec::with_capacity(order.len() + 2);
    for (key, direction) in order {
        if !KEYS.contains(&key.as_str()) {
            return refuse(format!(
                "Invalid sort key: {key}. It must be one of the following: {}.",
                KEYS.join(", ")
            ));
        }
        if !["asc", "desc"].contains(&direction.as_str()) {
            return refuse(format!("Invalid sort direction: {direction}"));
        }
        read.push((key, direction == "desc"));
    }
    // What is equal in all of them still needs an order, or pages would overlap.
    let descending = read.first().is_some_and(|(_, descending)| *descending);
    for key in ["created_at", "id"] {
        if !read.iter().any(|(known, _)| known == key) {
            read.push((key.to_owned(), descending));
        }
    }
    Ok(read)
}

fn compare(one: &Listed, other: &Listed, key: &str) -> Ordering {
    match key {
        "created_at" => one.seen.image.created.cmp(&other.seen.image.created),
        "updated_at" => one.seen.image.updated.cmp(&other.seen.image.updated),
        _ => match (one.view.get(key), other.view.get(key)) {
            (Some(Value::Number(one)), Some(Value::Number(other))) => one.as_u64().cmp(&other.as_u64()),
            (Some(Value::String(one)), Some(Value::String(other))) => one.cmp(other),
            // What is not known comes first.
            (one, other) => {
                let known = |value: Option<&Value>| value.is_some_and(|value| !value.is_null());
                known(one).cmp(&known(other))
            }
        },
    }
}
