//! Reading a rule's fields one by one, so that every error names the field, its value and what it must be.

use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value};

use super::rule::RuleError;

/// The fields of a JSON object that have not been read yet.
pub(super) struct Fields<'a> {
    path: String,
    whole: &'a Value,
    left: Map<String, Value>,
    fields: &'a Map<String, Value>,
    known: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(source: &'a Value, path: &str) -> Result<Self, RuleError> {
        let Value::Object(fields) = source else {
            let field = path.trim_end_matches('.').to_owned();
            let field = if field.is_empty() { "the rule".to_owned() } else { field };
            return Err(RuleError { field, value: source.clone(), rule: "must be a JSON object".to_owned() });
        };
        Ok(Self { path: path.to_owned(), whole: source, left: fields.clone(), fields, known: Vec::new() })
    }

    /// The fields of an object that is the value of one of these fields.
    pub(super) fn inner(&self, name: &str, value: &'a Value) -> Result<Fields<'a>, RuleError> {
        Fields::of(value, &format!("{}{name}.", self.path))
    }

    pub(super) fn error_at(&self, name: &str, value: &Value, rule: &str) -> RuleError {
        RuleError { field: format!("{}{name}", self.path), value: value.clone(), rule: rule.to_owned() }
    }

    /// An error about a field as it stands, or about the rule as a whole ("").
    pub(super) fn error(&self, name: &str, rule: &str) -> RuleError {
        if name.is_empty() {
            let field = self.path.trim_end_matches('.');
            let field = if field.is_empty() { "the rule" } else { field };
            return RuleError { field: field.to_owned(), value: self.whole.clone(), rule: rule.to_owned() };
        }
        self.error_at(name, self.fields.get(name).unwrap_or(&Value::Null), rule)
    }

    pub(super) fn peek(&self, name: &str) -> Option<&'a Value> {
        self.fields.get(name)
    }

    /// Takes a field; null is as good as none.
    pub(super) fn take(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.left.remove(name);
        self.fields.get(name).filter(|value| !value.is_null())
    }

    fn read<T>(
        &mut self,
        name: &'static str,
        rule: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, RuleError> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| self.error_at(name, value, rule)),
        }
    }

    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<String>, RuleError> {
        self.read(name, "must be a text", |value| value.as_str().map(str::to_owned))
    }

    pub(super) fn count(&mut self, name: &'static str) -> Result<Option<u64>, RuleError> {
        self.read(name, "must be a whole number from 0", Value::as_u64)
    }

    pub(super) fn signed(&mut self, name: &'static str) -> Result<Option<i64>, RuleError> {
        self.read(name, "must be a whole number", Value::as_i64)
    }

    pub(super) fn flag(&mut self, name: &'static str) -> Result<bool, RuleError> {
        Ok(self.read(name, "must be true or false", Value::as_bool)?.unwrap_or(false))
    }

    pub(super) fn choice<T: Clone>(
        &mut self,
        name: &'static str,
        choices: &[(&str, T)],
    ) -> Result<Option<T>, RuleError> {
        let names: Vec<String> = choices.iter().map(|(name, _)| format!("{name:?}")).collect();
        let rule = format!("must be {}", names.join(" or "));
        self.read(name, &rule, |value| {
            let (_, choice) = choices.iter().find(|(name, _)| value.as_str() == Some(name))?;
            Some(choice.clone())
        })
    }

    /// The offset of a byte; true is 0, false is none.
    pub(super) fn offset(&mut self, name: &'static str) -> Result<Option<u64>, RuleError> {
        if self.peek(name) == Some(&Value::Bool(false)) {
            self.take(name);
            return Ok(None);
        }
        self.read(name, "must be true or the offset of a byte, from 0", |value| match value {
            Value::Bool(true) => Some(0),
            other => other.as_u64(),
        })
    }

    pub(super) fn status(&mut self, name: &'static str) -> Result<Option<StatusCode>, RuleError> {
        self.read(name, "must be an HTTP status from 200 to 599", |value| {
            let status = u16::try_from(value.as_u64()?).ok().filter(|status| (200..600).contains(status))?;
            StatusCode::from_u16(status).ok()
        })
    }

    pub(super) fn header_names(&mut self, name: &'static str) -> Result<Option<Vec<HeaderName>>, RuleError> {
        self.read(name, "must be the name of a header, or a list of such", |value| {
            let list = match value {
                Value::Array(list) => list.as_slice(),
                one => std::slice::from_ref(one),
            };
            list.iter().map(|name| name.as_str()?.parse().ok()).collect()
        })
    }

    pub(super) fn headers(
        &mut self,
        name: &'static str,
    ) -> Result<Option<Vec<(HeaderName, HeaderValue)>>, RuleError> {
        self.read(name, "must be an object of header names and texts", |value| {
            let pairs = value.as_object()?.iter();
            pairs.map(|(name, value)| Some((name.parse().ok()?, value.as_str()?.parse().ok()?))).collect()
        })
    }

    /// Names fields that there are, though none of them was read here.
    pub(super) fn know(&mut self, names: &[&'static str]) {
        self.known.extend(names.iter().filter(|name| !self.known.contains(name)).collect::<Vec<_>>());
    }

    /// Fails where a field is left that nobody read.
    pub(super) fn end(&self) -> Result<(), RuleError> {
        match self.left.iter().next() {
            None => Ok(()),
            Some((name, value)) if self.known.contains(&name.as_str()) => {
                Err(self.error_at(name, value, "must not stand beside the rule's action"))
            }
            Some((name, value)) => Err(self.error_at(
                name,
                value,
                &format!("is not a field here; there are {}", self.known.join(", ")),
            )),
        }
    }
}
