//! Reads and checks the fields of a request's body; every refusal names the field and the rule.

use serde_json::{Map, Value};

use super::errors::{ImsError, Result};

/// A JSON object and the path that leads to it.
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    path: String,
}

impl<'a> Fields<'a> {
    /// The body itself.
    pub fn of_body(body: &'a Value) -> Result<Self> {
        match body.as_object() {
            Some(object) => Ok(Self { object, path: String::new() }),
            None => Err(ImsError::field("body", format!("must be a JSON object, is {}", kind(body)))),
        }
    }

    /// An object within this one; `None` where it is absent or null.
    pub fn optional_object(&self, name: &str) -> Result<Option<Fields<'a>>> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => Fields::at(value, self.path_of(name)).map(Some),
        }
    }

    /// An object within this one.
    pub fn object(&self, name: &str) -> Result<Fields<'a>> {
        self.optional_object(name)?.ok_or_else(|| self.missing(name))
    }

    /// The objects of an array; empty where it is absent or null.
    pub fn objects(&self, name: &str) -> Result<Vec<Fields<'a>>> {
        let items = self.array(name)?.unwrap_or_default();
        let path = self.path_of(name);
        items.iter().enumerate().map(|(index, item)| Fields::at(item, format!("{path}[{index}]"))).collect()
    }

    /// An array as it came.
    pub fn array(&self, name: &str) -> Result<Option<&'a [Value]>> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(other) => Err(self.wrong(name, format!("must be an array, is {}", kind(other)))),
        }
    }

    fn at(value: &'a Value, path: String) -> Result<Fields<'a>> {
        match value.as_object() {
            Some(object) => Ok(Fields { object, path }),
            None => Err(ImsError::field(&path, format!("must be an object, is {}", kind(value)))),
        }
    }

    /// Null counts as absent, as the service's own answers use it.
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn missing(&self, name: &str) -> ImsError {
        self.wrong(name, "is required")
    }

    /// A refusal of one field of this object.
    pub fn wrong(&self, name: &str, rule: impl std::fmt::Display) -> ImsError {
        ImsError::field(&self.path_of(name), rule)
    }

    /// A string; `None` where it is absent or null.
    pub fn optional_text(&self, name: &str) -> Result<Option<String>> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() > MAXIMUM_TEXT => {
                Err(self.wrong(name, format!("is longer than {MAXIMUM_TEXT} bytes")))
            }
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => Err(self.wrong(name, format!("must be a string, is {}", kind(other)))),
        }
    }

    /// A string that must not be empty.
    pub fn text(&self, name: &str) -> Result<String> {
        match self.optional_text(name)? {
            None => Err(self.missing(name)),
            Some(text) if text.trim().is_empty() => Err(self.wrong(name, "is required, but is empty")),
            Some(text) => Ok(text),
        }
    }

    /// A string out of a list.
    pub fn one_of(&self, name: &str, allowed: &[&str]) -> Result<String> {
        self.check_one_of(name, self.text(name)?, allowed, false)
    }

    /// A string out of a list; absent or empty gives `None`.
    pub fn optional_one_of(&self, name: &str, allowed: &[&str]) -> Result<Option<String>> {
        match self.optional_text(name)? {
            Some(text) if !text.is_empty() => self.check_one_of(name, text, allowed, false).map(Some),
            _ => Ok(None),
        }
    }

    /// A string out of a list whose letter case varies in the document.
    pub fn one_of_any_case(&self, name: &str, allowed: &[&str]) -> Result<String> {
        self.check_one_of(name, self.text(name)?, allowed, true)
    }

    fn check_one_of(&self, name: &str, text: String, allowed: &[&str], any_case: bool) -> Result<String> {
        let fits = |one: &&str| if any_case { one.eq_ignore_ascii_case(&text) } else { **one == text };
        if allowed.iter().any(fits) {
            return Ok(text);
        }
        Err(self.wrong(name, format!("must be one of {}, is {text:?}", allowed.join(", "))))
    }

    /// An integer within bounds; `None` where it is absent or null.
    pub fn optional_integer(&self, name: &str, minimum: i64, maximum: i64) -> Result<Option<i64>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let number = value.as_i64().ok_or_else(|| {
            self.wrong(name, format!("must be an integer from {minimum} to {maximum}, is {}", kind(value)))
        })?;
        if (minimum..=maximum).contains(&number) {
            return Ok(Some(number));
        }
        Err(self.wrong(name, format!("must be from {minimum} to {maximum}, is {number}")))
    }

    /// An integer within bounds.
    pub fn integer(&self, name: &str, minimum: i64, maximum: i64) -> Result<i64> {
        self.optional_integer(name, minimum, maximum)?.ok_or_else(|| self.missing(name))
    }

    /// An integer that the document's table calls a string: both are taken.
    pub fn optional_integer_or_text(&self, name: &str, minimum: i64, maximum: i64) -> Result<Option<i64>> {
        let Some(Value::String(text)) = self.get(name) else {
            return self.optional_integer(name, minimum, maximum);
        };
        match text.parse::<i64>() {
            Ok(number) if (minimum..=maximum).contains(&number) => Ok(Some(number)),
            _ => {
                Err(self.wrong(name, format!("must be an integer from {minimum} to {maximum}, is {text:?}")))
            }
        }
    }

    /// The name of an image: 1 to 128 letters, digits, `-`, `.`, `_`, spaces, Chinese; no space first or last.
    pub fn image_name(&self, name: &str) -> Result<String> {
        let text = self.optional_text(name)?.ok_or_else(|| self.missing(name))?;
        let length = text.chars().count();
        if !(1..=128).contains(&length) {
            return Err(self.wrong(name, format!("must have 1 to 128 characters, has {length}")));
        }
        if text.starts_with(' ') || text.ends_with(' ') {
            return Err(self.wrong(name, "must not begin or end with a space"));
        }
        match text.chars().find(|character| !allowed_in_name(*character)) {
            Some(character) => Err(self.wrong(
                name,
                format!(
                    "may hold letters, digits, - . _ space and Chinese characters, but holds {character:?}"
                ),
            )),
            None => Ok(text),
        }
    }

    /// A description: absent, empty, or 2 to 256 characters.
    pub fn description(&self, name: &str) -> Result<String> {
        let text = self.optional_text(name)?.unwrap_or_default();
        let length = text.chars().count();
        if length == 0 || (2..=256).contains(&length) {
            return Ok(text);
        }
        Err(self.wrong(name, format!("must have 2 to 256 characters, has {length}")))
    }

    /// Tags: an array of objects, kept as it came.
    pub fn tags(&self, name: &str) -> Result<String> {
        let tags = self.objects(name)?;
        if tags.len() > MAXIMUM_TAGS {
            return Err(
                self.wrong(name, format!("must have at most {MAXIMUM_TAGS} tags, has {}", tags.len()))
            );
        }
        Ok(self.array(name)?.map_or_else(|| "[]".to_owned(), |items| Value::from(items).to_string()))
    }
}

/// Bytes of a string that the document does not limit: enough for any URL.
const MAXIMUM_TEXT: usize = 8192;
/// The document says nothing; this only keeps a row small.
const MAXIMUM_TAGS: usize = 100;

fn allowed_in_name(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '-' | '.' | '_' | ' ')
        || matches!(character, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => format!("the boolean {flag}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the string {:?}", text.chars().take(40).collect::<String>()),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refusal<T: std::fmt::Debug>(result: Result<T>) -> String {
        result.unwrap_err().detail
    }

    #[test]
    fn names_follow_the_document() {
        for good in ["a", "a b", "镜像-1.0_测试", &"x".repeat(128), &"镜".repeat(128)] {
            let body = json!({ "name": good });
            assert_eq!(Fields::of_body(&body).unwrap().image_name("name").unwrap(), good);
        }
        for bad in ["", " a", "a ", "a/b", "a\u{0}", "é", &"x".repeat(129)] {
            let body = json!({ "name": bad });
            assert!(
                refusal(Fields::of_body(&body).unwrap().image_name("name")).starts_with("name: "),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn a_refusal_names_the_path_of_the_field() {
        let body = json!({ "volumeImages": [{ "minDisk": 1 }, { "minDisk": "x" }] });
        let volumes = Fields::of_body(&body).unwrap().objects("volumeImages").unwrap();
        assert_eq!(volumes[0].optional_integer_or_text("minDisk", 1, 9).unwrap(), Some(1));
        let text = refusal(volumes[1].optional_integer_or_text("minDisk", 1, 9));
        assert_eq!(text, "volumeImages[1].minDisk: must be an integer from 1 to 9, is \"x\"");
    }

    #[test]
    fn integers_are_integers() {
        let body = json!({ "a": 1.5, "b": "7", "c": 3 });
        let fields = Fields::of_body(&body).unwrap();
        assert!(fields.integer("a", 0, 9).is_err());
        assert!(fields.integer("b", 0, 9).is_err());
        assert_eq!(fields.integer("c", 0, 9).unwrap(), 3);
        assert_eq!(refusal(fields.integer("d", 0, 9)), "d: is required");
    }
}
