//! Finding an operation in the table of them: by method and path, with who may call and what is done.

mod table;

use http::Method;
use percent_encoding::percent_decode_str;

use super::Result;
use super::call::{Answer, Call};
use table::ROWS;

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Anybody.
    Open,
    /// With a token.
    Token,
    /// With a token or a signature.
    Signed,
}

/// What is done.
#[derive(Clone, Copy)]
pub(super) enum Work {
    /// Waits for the disk for milliseconds at most.
    Blocking(fn(&Call) -> Result<Answer>),
    /// Takes the body as it comes.
    Upload,
}

/// An operation.
pub(super) struct Row {
    pub(super) operation: &'static str,
    pub(super) method: &'static str,
    /// Variables in braces.
    pub(super) path: &'static str,
    pub(super) access: Access,
    pub(super) work: Work,
}

/// Method, path and name of every operation.
pub fn described() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    ROWS.iter().map(|row| (row.method, row.path, row.operation))
}

/// What a method and a path lead to.
pub(super) enum Found {
    Row(&'static Row, Vec<(&'static str, String)>),
    /// The path is known with these methods only.
    OtherMethods(Vec<&'static str>),
    Nothing,
}

/// Finds an operation.
pub(super) fn find(method: &Method, path: &str) -> Found {
    // Keystone's own prefix is optional, and so is the slash at the end.
    let path = match path.strip_prefix("/identity") {
        Some(rest) if rest.starts_with("/v3") => rest,
        _ => path,
    };
    let path = if path.len() > 1 { path.trim_end_matches('/') } else { path };
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let mut methods = Vec::new();
    let mut best: Option<(Vec<bool>, &'static Row)> = None;
    for row in ROWS {
        let Some(fixed) = fit(row.path, &segments) else { continue };
        if row.method != method.as_str() {
            methods.push(row.method);
            continue;
        }
        if best.as_ref().is_none_or(|(known, _)| fixed > *known) {
            best = Some((fixed, row));
        }
    }
    match best {
        Some((_, row)) => Found::Row(row, parameters(row.path, &segments)),
        None if methods.is_empty() => Found::Nothing,
        None => {
            methods.sort_unstable();
            methods.dedup();
            Found::OtherMethods(methods)
        }
    }
}

/// Which segments of a template are fixed, where the path fits it: the more and the earlier, the better it fits.
fn fit(template: &str, segments: &[&str]) -> Option<Vec<bool>> {
    let parts: Vec<&str> = template.split('/').skip(1).collect();
    if parts.len() != segments.len() {
        return None;
    }
    let fits = |(part, segment): (&&str, &&str)| match part.starts_with('{') {
        true => (!segment.is_empty()).then_some(false),
        false => (part == segment).then_some(true),
    };
    parts.iter().zip(segments).map(fits).collect()
}

fn parameters(template: &'static str, segments: &[&str]) -> Vec<(&'static str, String)> {
    let variables = template.split('/').skip(1).zip(segments);
    variables
        .filter_map(|(part, segment)| {
            let name = part.strip_prefix('{')?.strip_suffix('}')?;
            Some((name, percent_decode_str(segment).decode_utf8_lossy().into_owned()))
        })
        .collect()
}

/// The name of the operation that a method and a path lead to.
pub fn operation_name(method: &Method, path: &str) -> Option<&'static str> {
    match find(method, path) {
        Found::Row(row, _) => Some(row.operation),
        Found::OtherMethods(_) | Found::Nothing => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_fixed_path_wins() {
        for (method, path, operation) in [
            ("GET", "/", Some("list_versions")),
            ("GET", "/v2.0", Some("show_version")),
            ("GET", "/v2/", Some("show_version")),
            ("GET", "/v3/", Some("show_identity_version")),
            ("GET", "/identity/v3", Some("show_identity_version")),
            ("POST", "/identity/v3/auth/tokens", Some("create_token")),
            ("GET", "/v2/images", Some("glance_list_images")),
            ("GET", "/v2/p/images", Some("list_product_images")),
            ("GET", "/v2/p/images/tags", Some("list_images_tags")),
            ("GET", "/v2/images/images", Some("glance_show_image")),
            ("POST", "/v2/p/images/resource_instances/action", Some("list_image_by_tags")),
            ("PATCH", "/v1/p/image-servers/actions/batch-delete", Some("batch_delete_image_server")),
            ("PUT", "/v2/images", None),
            ("GET", "/v9/nothing", None),
        ] {
            let found = operation_name(&method.parse().unwrap(), path);
            assert_eq!(found, operation, "{method} {path}");
        }
        assert!(
            matches!(find(&Method::PUT, "/v2/images"), Found::OtherMethods(methods) if methods == ["GET", "POST"])
        );
    }
}
