//! The query of a request: paging, the filter of 1.10 and the order of 1.16.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::errors::{Code, ImsError, Result};
use super::image_lists::Page;
use super::shares::Order;

/// The document limits pages nowhere; this bounds what one answer costs.
const MAXIMUM_PAGE_SIZE: i64 = 1000;

/// The decoded pairs of a query.
#[derive(Clone, Debug, Default)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Decodes a query; a name that stands twice is refused, since services differ in which one they take.
    pub fn parse(text: &str) -> Result<Query> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            if pairs.iter().any(|(known, _)| *known == name) {
                return Err(ImsError::field(&name, "stands twice in the query"));
            }
            pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(Query { pairs })
    }

    /// The value of a name; empty counts as absent.
    pub fn optional(&self, name: &str) -> Option<&str> {
        let pair = self.pairs.iter().find(|(known, value)| known == name && !value.is_empty());
        pair.map(|(_, value)| value.as_str())
    }

    fn number(&self, name: &str, maximum: i64) -> Result<Option<i64>> {
        let Some(text) = self.optional(name) else { return Ok(None) };
        match text.parse::<i64>() {
            Ok(number) if (1..=maximum).contains(&number) => Ok(Some(number)),
            _ => Err(ImsError::field(name, format!("must be an integer from 1 to {maximum}, is {text:?}"))),
        }
    }

    /// `current` and `size`, both required.
    pub fn page(&self) -> Result<Page> {
        let required = |name: &str| ImsError::field(name, "is required");
        let size = self.number("size", MAXIMUM_PAGE_SIZE)?.ok_or_else(|| required("size"))?;
        let current = self.number("current", i64::MAX)?.ok_or_else(|| required("current"))?;
        Ok(Page { current, size })
    }

    /// `current` and `size` where the document has them in the example only (1.14).
    pub fn optional_page(&self) -> Result<Page> {
        let size = self.number("size", MAXIMUM_PAGE_SIZE)?.unwrap_or(10);
        let current = self.number("current", i64::MAX)?.unwrap_or(1);
        Ok(Page { current, size })
    }

    /// `filter=name:lk:TEXT|imageId:eq:ID`, with or without a `|` at the end.
    pub fn filter(&self) -> Result<Filter> {
        let mut filter = Filter::default();
        for term in self.optional("filter").unwrap_or_default().split('|').filter(|term| !term.is_empty()) {
            let mut words = term.splitn(3, ':');
            let target = match (words.next(), words.next()) {
                (Some("name"), Some("lk")) => &mut filter.name,
                (Some("imageId"), Some("eq")) => &mut filter.image_id,
                _ => {
                    let rule = format!("knows name:lk:TEXT and imageId:eq:ID joined by |, not {term:?}");
                    return Err(ImsError::field("filter", rule));
                }
            };
            match words.next() {
                Some(text) if !text.is_empty() && target.is_none() => *target = Some(text.to_owned()),
                Some(text) if !text.is_empty() => {
                    return Err(ImsError::field("filter", format!("{term:?} is the second of its kind")));
                }
                _ => return Err(ImsError::field("filter", format!("{term:?} has nothing to look for"))),
            }
        }
        if filter.name.as_deref().is_some_and(|name| name.contains("fail-DBGet")) {
            return Err(ImsError::new(Code::DbGetFail, "asked for by the filter fail-DBGet"));
        }
        Ok(filter)
    }

    /// `orderBy=createdAt:desc`; the newest first where it is absent.
    pub fn order(&self) -> Result<Order> {
        let text = self.optional("orderBy").unwrap_or("createdAt:desc");
        let (name, direction) = text.split_once(':').unwrap_or((text, "asc"));
        let column = match name {
            "createdAt" => "created_at",
            "updatedAt" => "updated_at",
            _ => {
                return Err(ImsError::field(
                    "orderBy",
                    format!("knows createdAt and updatedAt, not {name:?}"),
                ));
            }
        };
        let descending = match direction {
            "desc" => true,
            "asc" => false,
            _ => return Err(ImsError::field("orderBy", format!("ends in :asc or :desc, not {direction:?}"))),
        };
        Ok(Order { column, descending })
    }
}

/// What the private list is narrowed by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The name contains this.
    pub name: Option<String>,
    /// The ID contains this: the document says so, although the operator is called eq.
    pub image_id: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = ImsError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Query> {
        Query::parse(parts.uri.query().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(text: &str) -> Result<Filter> {
        let encoded: String =
            form_urlencoded::Serializer::new(String::new()).append_pair("filter", text).finish();
        Query::parse(&encoded).unwrap().filter()
    }

    #[test]
    fn filters_are_those_of_the_document() {
        let both = Filter { name: Some("a:b".to_owned()), image_id: Some("img-1".to_owned()) };
        assert_eq!(filter("name:lk:a:b|imageId:eq:img-1").unwrap(), both);
        assert_eq!(filter("name:lk:a:b|imageId:eq:img-1|").unwrap(), both);
        assert_eq!(filter("").unwrap(), Filter::default());
        for bad in ["name:eq:a", "size:lk:1", "name", "name:lk", "name:lk:", "name:lk:a|name:lk:b"] {
            assert!(filter(bad).unwrap_err().detail.starts_with("filter: "), "{bad}");
        }
    }

    #[test]
    fn pages_begin_with_1_and_are_bounded() {
        let page = |text: &str| Query::parse(text).unwrap().page();
        assert_eq!(page("current=2&size=10").unwrap().offset(), 10);
        for bad in [
            "",
            "current=1",
            "size=1",
            "current=0&size=1",
            "current=1&size=0",
            "current=1&size=1001",
            "current=x&size=1",
            "current=1&size=-1",
        ] {
            assert!(page(bad).is_err(), "{bad}");
        }
        assert_eq!(page("current=9223372036854775807&size=1000").unwrap().offset(), i64::MAX);
        assert!(Query::parse("size=1&size=2").is_err());
    }
}
