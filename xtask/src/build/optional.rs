//! Members that may be left out may be `undefined`, too, also where TypeScript tells these apart
//! (`exactOptionalPropertyTypes`): options are handed on as they came, and the core reads both alike.

/// What callers are given, and hand to a platform that tells these apart.
const GIVEN: &[&str] = &["FetchInit", "UnsignedRequest"];

/// The declarations with `| undefined` behind the type of each member that may be left out, but for what callers are given.
pub fn or_undefined(text: &str) -> String {
    let given = GIVEN.iter().filter_map(|name| text.find(&format!("export interface {name} {{")));
    let Some(begin) = given.min() else { return all_or_undefined(text) };
    let end = text[begin..].find("\n}").map_or(text.len(), |length| begin + length);
    all_or_undefined(&text[..begin]) + &text[begin..end] + &or_undefined(&text[end..])
}

fn all_or_undefined(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + text.len() / 20);
    let mut rest = text;
    while let Some((before, kind, after)) = next_member(rest) {
        written.push_str(before);
        let inner = all_or_undefined(kind);
        if inner.trim_end().ends_with("undefined") {
            written.push_str(&inner);
        } else if inner.contains("=>") && !inner.trim_start().starts_with('{') {
            written.push_str(&format!("({inner}) | undefined"));
        } else {
            written.push_str(&format!("{inner} | undefined"));
        }
        rest = after;
    }
    written.push_str(rest);
    written
}

/// What stands before the type of the next such member, its type, and what follows.
fn next_member(text: &str) -> Option<(&str, &str, &str)> {
    let mut at = 0;
    let mut is_comment = false;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let begins_comment = trimmed.starts_with("/*");
        if (is_comment || begins_comment) && !trimmed.starts_with("//") {
            is_comment = !line.contains("*/");
        } else {
            for place in members_of(trimmed) {
                let begin = at + (line.len() - trimmed.len()) + place;
                if let Some(length) = length_of_type(&text[begin..]) {
                    return Some((&text[..begin], &text[begin..begin + length], &text[begin + length..]));
                }
            }
        }
        at += line.len();
    }
    None
}

/// Where the types begin of the members of a line that may be left out, and of a parameter that begins it.
fn members_of(line: &str) -> impl Iterator<Item = usize> {
    let inside = line.match_indices(['{', ';']).filter_map(|(at, _)| {
        let begin = at + 1 + (line[at + 1..].len() - line[at + 1..].trim_start().len());
        Some(begin + type_after_name(&line[begin..])?)
    });
    type_after_name(line).into_iter().chain(inside)
}

/// Where the type begins, if a member that may be left out stands here.
fn type_after_name(line: &str) -> Option<usize> {
    let name = line.strip_prefix("readonly ").unwrap_or(line);
    let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$' || c == '"'))?;
    (end > 0 && name[end..].starts_with("?: ")).then_some(line.len() - name.len() + end + "?: ".len())
}

/// So long is the type: up to the semicolon that ends the member, or the bracket that ends the object. What ends with a comma
/// or a parenthesis is the type of a parameter.
fn length_of_type(text: &str) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(character) = text[at..].chars().next() {
        let rest = &text[at..];
        let skipped = match character {
            '/' if rest.starts_with("/*") => rest.find("*/")? + 2,
            '\'' | '"' => rest[1..].find(character)? + 2,
            '=' if rest.starts_with("=>") => 2,
            ',' if depth == 0 => return None,
            '(' | '[' | '{' | '<' => {
                depth += 1;
                1
            }
            '}' if depth == 0 => return Some(text[..at].trim_end().len()),
            ')' | ']' | '}' | '>' => {
                depth = depth.checked_sub(1)?;
                1
            }
            ';' if depth == 0 => return Some(at),
            other => other.len_utf8(),
        };
        at += skipped;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::or_undefined;

    #[test]
    fn what_may_be_left_out_may_be_undefined() {
        for (given, expected) in [
            ("  name?: string;\n", "  name?: string | undefined;\n"),
            ("  readonly a?: 'x;' | \"y\";\n", "  readonly a?: 'x;' | \"y\" | undefined;\n"),
            ("  a: string;\n  f(b?: string): void;\n", "  a: string;\n  f(b?: string): void;\n"),
            ("  a?: (b: C<D>) => void;\n", "  a?: ((b: C<D>) => void) | undefined;\n"),
            ("  a?: string | undefined;\n", "  a?: string | undefined;\n"),
            (
                "  a?: {\n    /** The user's; */\n    b?: 1;\n    c: () => void;\n  };\n",
                "  a?: {\n    /** The user's; */\n    b?: 1 | undefined;\n    c: () => void;\n  } | undefined;\n",
            ),
            ("/**\n * a?: b;\n */\n", "/**\n * a?: b;\n */\n"),
            (
                "  f(a?: B & { c?: D; e?: F<G> }, h?: I): J;\n",
                "  f(a?: B & { c?: D | undefined; e?: F<G> | undefined }, h?: I): J;\n",
            ),
            (
                "  f(\n    a?: B & { c?: D },\n    e?: F,\n  ): void;\n  g?: H;\n",
                "  f(\n    a?: B & { c?: D | undefined },\n    e?: F,\n  ): void;\n  g?: H | undefined;\n",
            ),
            (
                "export interface FetchInit {\n  a?: b;\n}\nexport interface C {\n  d?: e;\n}\n",
                "export interface FetchInit {\n  a?: b;\n}\nexport interface C {\n  d?: e | undefined;\n}\n",
            ),
            ("  /** Of it. */\n  a?: 'b';\n", "  /** Of it. */\n  a?: 'b' | undefined;\n"),
        ] {
            assert_eq!(or_undefined(given), expected);
            assert_eq!(or_undefined(expected), expected, "once is enough");
        }
    }
}
