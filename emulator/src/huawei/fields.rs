//! Reading the fields of a JSON body, so that every refusal names the field, its value and what it must be.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::Result;
use super::call::invalid;
use super::refusal::{Family, Refusal};

/// The fields of an object that have not been read yet.
pub(super) struct Fields {
    /// What stands before a field's name in a refusal, e.g. `root_volume.`.
    path: String,
    family: Family,
    left: Map<String, Value>,
}

impl Fields {
    pub(super) fn of(value: Value, family: Family) -> Result<Self> {
        Self::at(value, String::new(), family)
    }

    fn at(value: Value, path: String, family: Family) -> Result<Self> {
        match value {
            Value::Object(left) => Ok(Self { path, family, left }),
            other => {
                let name = if path.is_empty() { "the body" } else { path.trim_end_matches('.') };
                Err(invalid(family, &format!("{name}: must be a JSON object, is {other}")))
            }
        }
    }

    /// A refusal for this field.
    pub(super) fn refuse(&self, name: &str, rule: impl AsRef<str>) -> Refusal {
        invalid(self.family, &format!("{}{name}: {}", self.path, rule.as_ref()))
    }

    /// Takes a field; null is as good as none.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.left.remove(name).filter(|value| !value.is_null())
    }

    /// Whether the field is there and not null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.left.get(name).is_some_and(|value| !value.is_null())
    }

    fn missing(&self, name: &str) -> Refusal {
        self.refuse(name, "is required")
    }

    /// A text.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.refuse(name, format!("must be a text, is {other}"))),
        }
    }

    /// A text of so many characters.
    pub(super) fn sized(&mut self, name: &str, sizes: RangeInclusive<usize>) -> Result<Option<String>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let length = text.chars().count();
        if sizes.contains(&length) {
            return Ok(Some(text));
        }
        let rule = format!("must have {} to {} characters, has {length}", sizes.start(), sizes.end());
        Err(self.refuse(name, rule))
    }

    /// A text of so many characters that must be there.
    pub(super) fn required(&mut self, name: &str, sizes: RangeInclusive<usize>) -> Result<String> {
        self.sized(name, sizes)?.ok_or_else(|| self.missing(name))
    }

    /// One of some texts.
    pub(super) fn choice(&mut self, name: &str, choices: &[&'static str]) -> Result<Option<&'static str>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        match choices.iter().find(|choice| **choice == text) {
            Some(choice) => Ok(Some(choice)),
            None => Err(self.refuse(name, format!("must be one of {}, is {text:?}", choices.join(", ")))),
        }
    }

    /// One of some texts, which must be there.
    pub(super) fn required_choice(&mut self, name: &str, choices: &[&'static str]) -> Result<&'static str> {
        self.choice(name, choices)?.ok_or_else(|| self.missing(name))
    }

    /// A whole number within bounds.
    pub(super) fn integer(&mut self, name: &str, bounds: RangeInclusive<i64>) -> Result<Option<i64>> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => match value.as_i64() {
                Some(number) if bounds.contains(&number) => Ok(Some(number)),
                _ => {
                    let (least, most) = (bounds.start(), bounds.end());
                    Err(self
                        .refuse(name, format!("must be a whole number from {least} to {most}, is {value}")))
                }
            },
        }
    }

    /// A whole number within bounds that must be there.
    pub(super) fn required_integer(&mut self, name: &str, bounds: RangeInclusive<i64>) -> Result<i64> {
        self.integer(name, bounds)?.ok_or_else(|| self.missing(name))
    }

    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(other) => Err(self.refuse(name, format!("must be true or false, is {other}"))),
        }
    }

    fn list(&mut self, name: &str) -> Result<Option<Vec<Value>>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Array(list)) => Ok(Some(list)),
            Some(other) => Err(self.refuse(name, format!("must be a list, is {other}"))),
        }
    }

    /// A list of texts of 1 to `longest` characters, none twice.
    pub(super) fn texts(
        &mut self,
        name: &str,
        counts: RangeInclusive<usize>,
        longest: usize,
    ) -> Result<Option<Vec<String>>> {
        let Some(list) = self.list(name)? else { return Ok(None) };
        if !counts.contains(&list.len()) {
            let rule = format!("must have {} to {} items, has {}", counts.start(), counts.end(), list.len());
            return Err(self.refuse(name, rule));
        }
        let mut texts: Vec<String> = Vec::with_capacity(list.len());
        for value in list {
            let Some(text) = value.as_str().filter(|text| (1..=longest).contains(&text.chars().count()))
            else {
                return Err(self
                    .refuse(name, format!("items must be texts of 1 to {longest} characters, not {value}")));
            };
            if texts.iter().any(|known| known == text) {
                return Err(self.refuse(name, format!("names {text:?} twice")));
            }
            texts.push(text.to_owned());
        }
        Ok(Some(texts))
    }

    /// An object.
    pub(super) fn object(&mut self, name: &str) -> Result<Option<Fields>> {
        let path = format!("{}{name}.", self.path);
        self.take(name).map(|value| Fields::at(value, path, self.family)).transpose()
    }

    /// An object that must be there.
    pub(super) fn required_object(&mut self, name: &str) -> Result<Fields> {
        self.object(name)?.ok_or_else(|| self.missing(name))
    }

    /// A list of objects, each of which is read by `read`.
    pub(super) fn objects<T>(
        &mut self,
        name: &str,
        counts: RangeInclusive<usize>,
        mut read: impl FnMut(&mut Fields) -> Result<T>,
    ) -> Result<Option<Vec<T>>> {
        let Some(list) = self.list(name)? else { return Ok(None) };
        if !counts.contains(&list.len()) {
            let rule = format!("must have {} to {} items, has {}", counts.start(), counts.end(), list.len());
            return Err(self.refuse(name, rule));
        }
        let mut things = Vec::with_capacity(list.len());
        for (index, value) in list.into_iter().enumerate() {
            let mut fields = Fields::at(value, format!("{}{name}[{index}].", self.path), self.family)?;
            things.push(read(&mut fields)?);
            fields.end()?;
        }
        Ok(Some(things))
    }

    /// Refuses a field that nobody read: the services ignore it, but a test wants to know of a name misspelt.
    pub(super) fn end(&self) -> Result<()> {
        match self.left.iter().find(|(_, value)| !value.is_null()) {
            None => Ok(()),
            Some((name, _)) => Err(self.refuse(name, "is not a field here")),
        }
    }
}
