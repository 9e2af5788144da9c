//! The enterprise project of a client, put where a call supports one and the caller names none.

use super::fields::given;
use crate::api::operation::{Argument, Operation};
use crate::api::rules::InputField;
use crate::json::Value;

const FIELD: &str = "enterprise_project_id";

/// Adds the enterprise project to the query of a list or the body of a creation. The table of permissions says of which
/// calls; lists of images that are not the project's own (public, shared, of the marketplace) know none.
pub fn add(operation: &Operation, arguments: &mut Vec<Value>, enterprise_project: &str) {
    if !operation.permission.is_some_and(|permission| permission.enterprise_project) {
        return;
    }
    let has = |fields: &[InputField]| fields.iter().any(|field| field.name == FIELD);
    for (index, argument) in operation.arguments.iter().enumerate() {
        let takes = match argument {
            Argument::Query(_, fields) | Argument::Body(_, fields) => has(fields),
            Argument::OneOf(_, shapes, _) => shapes.iter().all(|shape| has(shape.fields)),
            _ => false,
        };
        if !takes {
            continue;
        }
        // A query that was left out is an empty one; a body that was left out is a mistake that is told.
        if arguments.len() <= index && matches!(argument, Argument::Query(..)) {
            arguments.resize(index, Value::Null);
            arguments.push(Value::Object(Vec::new()));
        }
        let Some(request) = arguments.get_mut(index) else { continue };
        if request.is_null() && matches!(argument, Argument::Query(..)) {
            *request = Value::Object(Vec::new());
        }
        let text = |name: &str| given(request, name).and_then(Value::as_str);
        let foreign = text("__imagetype").is_some_and(|kind| kind != "private")
            || text("visibility").is_some_and(|who| who != "private")
            || text("member_status").is_some();
        let named = given(request, FIELD).is_some();
        if let (Value::Object(members), false, false) = (request, foreign, named) {
            members.retain(|(name, _)| name != FIELD);
            members.push((FIELD.to_owned(), Value::from(enterprise_project)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::*;

    fn added(name: &str, arguments: &str) -> String {
        let Ok(Value::Array(mut list)) = Value::parse(arguments) else { panic!("a list: {arguments}") };
        add(find(name).expect("an operation"), &mut list, "0");
        Value::Array(list).to_string()
    }

    #[test]
    fn lists_and_creations_get_it() {
        let field = r#""enterprise_project_id":"0""#;
        assert_eq!(added("listImages", "[]"), format!("[{{{field}}}]"));
        assert_eq!(added("listImages", "[null]"), format!("[{{{field}}}]"));
        let private = r#"{"__imagetype":"private","enterprise_project_id":null}"#;
        let wanted = format!(r#"[{{"__imagetype":"private",{field}}}]"#);
        assert_eq!(added("listImages", &format!("[{private}]")), wanted);
        for name in ["createImage", "createWholeImage", "importImageQuickInSafeMode", "createDataImage"] {
            assert_eq!(added(name, r#"[{"name":"a"}]"#), format!(r#"[{{"name":"a",{field}}}]"#), "{name}");
        }
        assert_eq!(added("copyImageInRegion", r#"["i",{}]"#), format!(r#"["i",{{{field}}}]"#));
    }

    #[test]
    fn nothing_else_gets_it() {
        for (name, arguments) in [
            ("listImages", r#"[{"enterprise_project_id":"all_granted_eps"}]"#),
            ("listImages", r#"[{"__imagetype":"gold"}]"#),
            ("listImages", r#"[{"__imagetype":"shared"}]"#),
            ("listImages", r#"[{"visibility":"shared","member_status":"pending"}]"#),
            ("listImages", "[7]"),
            ("listTags", "[]"),
            ("createImage", "[]"),
            ("exportImage", r#"["i",{"bucket_url":"b:o"}]"#),
            ("registerImage", r#"["i",{}]"#),
            ("copyImageCrossRegion", r#"["i",{}]"#),
            ("updateImage", r#"["i",{"set":{}}]"#),
            ("showJobProgress", r#"["j"]"#),
        ] {
            assert_eq!(added(name, arguments), arguments, "{name}");
        }
    }
}
