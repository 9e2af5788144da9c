//! The query of a request: pairs, decoded, in the order they came.

use super::Result;
use super::refusal::Refusal;

/// The decoded pairs.
#[derive(Clone, Debug, Default)]
pub(super) struct Query(pub(super) Vec<(String, String)>);

impl Query {
    pub(super) fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The last value of a name; an empty one is as good as none.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    /// All values of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A whole number within bounds; `refuse` says how a wrong one is refused.
    pub(super) fn number(
        &self,
        name: &str,
        bounds: std::ops::RangeInclusive<i64>,
        refuse: impl Fn(String) -> Refusal,
    ) -> Result<Option<i64>> {
        let Some(text) = self.get(name) else { return Ok(None) };
        match text.parse() {
            Ok(number) if bounds.contains(&number) => Ok(Some(number)),
            _ => Err(refuse(format!(
                "{name}: must be a whole number from {} to {}, is {text:?}",
                bounds.start(),
                bounds.end()
            ))),
        }
    }

    /// One of some values.
    pub(super) fn choice(
        &self,
        name: &str,
        choices: &[&str],
        refuse: impl Fn(String) -> Refusal,
    ) -> Result<Option<&str>> {
        match self.get(name) {
            Some(text) if !choices.contains(&text) => {
                Err(refuse(format!("{name}: must be one of {}, is {text:?}", choices.join(", "))))
            }
            value => Ok(value),
        }
    }
}
