//! Members of the classes in JavaScript and in declarations, read from their sources as they are formatted: a member
//! of a class is indented by two spaces, deeper lines belong to its body.

use std::collections::BTreeMap;

/// A member of a class: its parameters in order, or none where it is a property or an accessor.
pub type Members = BTreeMap<String, Option<Vec<String>>>;

/// What a class has, its parent and its members.
#[derive(Debug)]
pub struct Class {
    pub parent: Option<String>,
    pub members: Members,
}

/// The text without its comments (texts of these sources hold no comment marks but in URLs, which have no space
/// before theirs).
fn without_comments(source: &str) -> String {
    let mut text = String::new();
    let mut rest = source;
    while let Some(start) = rest.find("/*") {
        text.push_str(&rest[..start]);
        let end = rest[start..].find("*/").expect("a comment ends");
        rest = &rest[start + end + 2..];
    }
    text.push_str(rest);
    text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

/// Every class of a source with its public members.
pub fn classes(source: &str) -> BTreeMap<String, Class> {
    let source = without_comments(source);
    let mut classes = BTreeMap::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some(head) = line.strip_prefix("declare ").unwrap_or(line).strip_prefix("class ") else {
            continue;
        };
        // What its parameters are is no part of its name.
        let (name, _) = head.split_once(['<', ' ', '{']).unwrap_or((head, ""));
        let words: Vec<&str> = head.trim_end_matches('{').split_whitespace().collect();
        let parent = words.iter().position(|word| *word == "extends").map(|at| words[at + 1].to_owned());
        // One statement per line: a signature that is broken over lines is joined again.
        let mut statements: Vec<String> = Vec::new();
        for line in lines.by_ref().take_while(|line| *line != "}") {
            let starts = line.starts_with("  ")
                && !line.starts_with("   ")
                && !line.trim_start().starts_with(['}', ')']);
            match statements.last_mut() {
                Some(last) if !starts => last.push_str(line.trim()),
                _ if starts => statements.push(line.trim().to_owned()),
                _ => {}
            }
        }
        let members = statements.iter().filter_map(|statement| member(statement)).collect();
        classes.insert(name.to_owned(), Class { parent, members });
    }
    classes
}

/// Name and parameters of a member; none for what is private.
fn member(statement: &str) -> Option<(String, Option<Vec<String>>)> {
    // Every function has a name; a class of minified code says its own.
    if statement.starts_with("static name = ") {
        return None;
    }
    let mut text = statement;
    let mut accessor = false;
    for word in ["private ", "async ", "readonly ", "get "] {
        if let Some(rest) = text.strip_prefix(word) {
            if word == "private " {
                return None;
            }
            accessor |= word == "get ";
            text = rest;
        }
    }
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '$' | '#'))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    // Private by the language or by custom, computed names, and what every class has.
    if name.is_empty() || name.starts_with(['#', '_']) || name == "constructor" {
        return None;
    }
    let method = rest.starts_with('(') && !accessor;
    Some((name.to_owned(), method.then(|| parameters(rest))))
}

/// The names between a `(` and its `)`, without marks, types and defaults.
fn parameters(text: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut depth = 0_i32;
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '(' | '{' | '[' | '<' => depth += 1,
            // The arrow of a function type closes nothing.
            '>' if before == '=' => {}
            ')' | '}' | ']' | '>' => depth -= 1,
            ',' if depth == 1 => names.push(String::new()),
            _ => {}
        }
        if depth == 0 {
            break;
        }
        let first = names.len() == 1 && names[0].is_empty();
        let mark = depth == 1 && (c == ',' || (c == '(' && first));
        if !mark {
            names.last_mut().expect("one at least").push(c);
        }
        before = c;
    }
    let name = |text: &String| text.split([':', '=', '?']).next().unwrap_or_default().trim().to_owned();
    names.iter().map(name).filter(|name| !name.is_empty()).collect()
}

#[test]
fn members_are_read_out_of_both_languages() {
    let source = "/** class No { */\nexport class A extends B {\n  static name = 'A';\n  #x;\n  readonly state: 'a' | 'b';\n  \
                  constructor(a) {\n    one(2);\n  }\n  // none(1)\n  get done() {\n    return 1;\n  }\n  async go(a, b = 2) {}\n  \
                  put(\n    a: { x: number, y: () => void },\n    c?: Map<string, number>,\n  ): void;\n  _own() {}\n  \
                  private hidden(): void;\n  [Symbol.dispose]() {}\n}\nclass C {\n  stop(): Promise<void>;\n}\n";
    let classes = classes(source);
    let names = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    let a = &classes["A"];
    assert_eq!(a.parent.as_deref(), Some("B"));
    let wanted = [("done", None), ("go", names(&["a", "b"])), ("put", names(&["a", "c"])), ("state", None)];
    assert_eq!(
        a.members,
        wanted.into_iter().map(|(name, parameters)| (name.to_owned(), parameters)).collect()
    );
    assert_eq!(classes["C"].members["stop"], names(&[]));
    assert_eq!(classes.len(), 2);
}
