//! The document's examples, as `tests/fixtures/cecloud` keeps them, and the arguments of the calls they show.

use ims_client::api::cecloud;
use ims_client::api::operation::{Argument, Operation};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::path::Path;

/// The text of a file of the project.
pub fn project_file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The text of a fixture.
pub fn text(name: &str) -> String {
    project_file(&format!("tests/fixtures/cecloud/{name}"))
}

/// A fixture, parsed.
pub fn json(name: &str) -> Value {
    serde_json::from_str(&text(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// One operation of the document with its examples.
pub struct Example(Value);

/// Parameters that examples write into the query although no table of their section names them, so that this
/// client does not send them. 1.16 is the only section whose table has `requestInfo`.
const EXAMPLE_ONLY: &[(&str, &str)] = &[
    ("shareImage", "requestInfo"),
    ("unshareImage", "requestInfo"),
    ("listImageShares", "requestInfo"),
    ("deleteSharedImage", "requestInfo"),
];

/// Every operation of the document, in its order.
pub fn examples() -> Vec<Example> {
    let Value::Array(list) = json("index.json") else { panic!("the index is a list") };
    list.into_iter().map(Example).collect()
}

/// The example of one operation of the document.
pub fn example(method: &str) -> Example {
    examples().into_iter().find(|example| example.method_of_class() == method).expect(method)
}

impl Example {
    fn field(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_else(|| panic!("{}: no text {name}", self.0))
    }

    /// The method of the public class.
    pub fn method_of_class(&self) -> &str {
        self.field("operation")
    }

    pub fn section(&self) -> &str {
        self.field("section")
    }

    pub fn http_method(&self) -> &str {
        self.field("method")
    }

    /// The path with its placeholders.
    pub fn template(&self) -> &str {
        self.field("path")
    }

    /// The operation of the core; the class shows `downloadImage` as `download`.
    pub fn operation(&self) -> &'static Operation {
        let name = match self.method_of_class() {
            "download" => "downloadImage",
            name => name,
        };
        cecloud::find(name).unwrap_or_else(|| panic!("no operation {name} in the core"))
    }

    /// The example's path, its placeholders filled.
    pub fn path(&self) -> String {
        let mut path = self.template().to_owned();
        for (name, value) in self.0["pathParameters"].as_object().expect("pathParameters") {
            path = path.replace(&format!("{{{name}}}"), value.as_str().expect("a text"));
        }
        assert!(!path.contains(['{', '}']), "every placeholder of {path} has a value");
        path
    }

    /// What the client sends of the example's query.
    pub fn query(&self) -> BTreeSet<(String, String)> {
        let mut query: BTreeSet<(String, String)> = self.0["query"]
            .as_object()
            .expect("query")
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().expect("a text").to_owned()))
            .collect();
        for (_, name) in EXAMPLE_ONLY.iter().filter(|(operation, _)| *operation == self.method_of_class()) {
            let before = query.len();
            query.retain(|(known, _)| known != name);
            assert!(
                query.len() < before,
                "{} writes {name}: the list above is right",
                self.method_of_class()
            );
        }
        query
    }

    /// Queries that the document shows beside the first one.
    pub fn other_queries(&self) -> Vec<Value> {
        self.0["examples"].as_array().cloned().unwrap_or_default()
    }

    pub fn request(&self) -> Option<Value> {
        self.0["request"].as_str().map(json)
    }

    /// The text of the response, none where the document shows none.
    pub fn response(&self) -> Option<String> {
        self.0["response"].as_str().map(text)
    }

    /// The arguments of the public method that make this request.
    pub fn arguments(&self) -> Vec<Value> {
        let mut segments = self.0["pathParameters"].as_object().expect("pathParameters").values();
        let request = || self.request().unwrap_or_else(|| panic!("{} shows no body", self.section()));
        self.operation()
            .arguments
            .iter()
            .map(|argument| match argument {
                Argument::Segment(name) => {
                    segments.next().unwrap_or_else(|| panic!("no value of {name}")).clone()
                }
                Argument::Query(..) => Value::Object(self.query_argument()),
                Argument::Body(..) => request(),
                Argument::Wrapped { inside, .. } => request()[*inside].clone(),
                Argument::Made("userIds", _) => request()["shares"]["user_ids"].clone(),
                other => panic!("no operation of CECloud takes {}", other.name()),
            })
            .collect()
    }

    fn query_argument(&self) -> Map<String, Value> {
        self.query()
            .into_iter()
            .map(|(name, value)| {
                let number = value.parse::<u64>().map(Value::from);
                (name, number.unwrap_or(Value::String(value)))
            })
            .collect()
    }
}

/// Arguments as the core takes them.
pub fn core(arguments: &[Value]) -> Vec<ims_client::json::Value> {
    arguments.iter().cloned().map(Into::into).collect()
}
