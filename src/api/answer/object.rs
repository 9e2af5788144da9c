//! Objects in the shape of a table. A page of a list holds a thousand of them, alike but for their values: this is where the
//! time goes, and adaptors that the compiler, which goes for size, would make calls of are written out.

use super::{AnswerField, FieldKind, not_understood, value};
use crate::error::Result;
use crate::json::Scanner;

/// What an object had in one place, as the next one has it again: one object after the other has the same members in the
/// same order, and most of an answer need not be taken apart.
pub struct Known<'a> {
    /// All that stands before the value: comma, name, colon.
    lead: &'a str,
    /// Where in it the name begins.
    name: usize,
    /// Its place in the table; behind the end where it is not there.
    field: usize,
}

/// Whether a value that begins so has the promised shape as it came.
#[inline(always)]
fn is_kept(first: u8, kind: FieldKind) -> bool {
    match kind {
        FieldKind::Text => first == b'"',
        FieldKind::Number | FieldKind::Percent => first == b'-' || first.is_ascii_digit(),
        FieldKind::Flag => matches!(first, b't' | b'f'),
        FieldKind::List => first == b'[',
        // Not white space either, before what may be null.
        FieldKind::Any => first > b' ' && first != b'n',
        FieldKind::Object(_) | FieldKind::Open(_) | FieldKind::ListOf(_) => false,
    }
}

/// The next member by its name: its place in the table, and where in what stands before its value the name begins; none at
/// the end of the object.
fn look_up<'a>(
    scanner: &mut Scanner<'a>,
    fields: &[AnswerField],
    first: &mut bool,
    order: &mut Vec<Known<'a>>,
    place: usize,
) -> Result<Option<(usize, usize)>> {
    let before = scanner.at();
    if !scanner.next(b'}', first)? {
        return Ok(None);
    }
    scanner.peek();
    let name = scanner.at() - before;
    let spelled = scanner.name()?;
    scanner.peek();
    let field = fields.iter().position(|field| field.name == spelled).unwrap_or(usize::MAX);
    if place == order.len() {
        order.push(Known { lead: scanner.piece(before, scanner.at()), name, field });
    }
    Ok(Some((field, name)))
}

/// Which fields of a table came. No table has more than 128 (a test counts).
#[derive(Default)]
struct Seen([u64; 2]);

impl Seen {
    #[inline(always)]
    fn has(&self, index: usize) -> bool {
        match self.0.get(index / 64) {
            Some(word) => word >> (index % 64) & 1 == 1,
            None => false,
        }
    }

    #[inline(always)]
    fn add(&mut self, index: usize) {
        if let Some(word) = self.0.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }
}

/// Passes over the members from `place` on that are as the objects before had them and are written as they came: most of
/// a list. True where the next one is as they had it, up to its value.
fn pass_kept<'a>(
    scanner: &mut Scanner<'a>,
    fields: &'static [AnswerField],
    order: &[Known<'a>],
    seen: &mut Seen,
    place: &mut usize,
) -> Result<bool> {
    while let Some(known) = order.get(*place) {
        let Some(first) = scanner.after(known.lead) else { return Ok(false) };
        match fields.get(known.field) {
            Some(field) if is_kept(first, field.kind) && !seen.has(known.field) => {}
            _ => return Ok(true),
        }
        scanner.go_behind(known.lead);
        scanner.pass()?;
        seen.add(known.field);
        *place += 1;
    }
    Ok(false)
}

/// Writes an object in the shape of a table; `open`: with what the table does not know as it came. `order` is what the
/// objects before had: empty, or of the same table.
pub fn write_object<'a>(
    scanner: &mut Scanner<'a>,
    fields: &'static [AnswerField],
    open: bool,
    order: &mut Vec<Known<'a>>,
    out: &mut String,
) -> Result<()> {
    let mut seen = Seen::default();
    let mut first = true;
    // Where members begin that are written as they came, one after the other: they are copied in one piece.
    let mut copied: Option<usize> = None;
    if !scanner.take(b'{') {
        return Err(scanner.broken("an object").into());
    }
    out.push('{');
    let inside = out.len();
    let mut place = 0;
    loop {
        let (before, from) = (scanner.at(), place);
        // A member begins with its name, and behind another one with its comma.
        let begin = |out: &String, before, name| if out.len() > inside { before } else { before + name };
        let is_known = pass_kept(scanner, fields, order, &mut seen, &mut place)?;
        if place > from {
            first = false;
            copied.get_or_insert(begin(out, before, order.get(from).map_or(0, |known| known.name)));
        }
        let before = scanner.at();
        let member = match order.get(place) {
            Some(known) if is_known => {
                scanner.go_behind(known.lead);
                Some((known.field, known.name))
            }
            _ => look_up(scanner, fields, &mut first, order, place)?,
        };
        let member = member.map(|(index, name)| (index, begin(out, before, name)));
        (first, place) = (false, place + 1);
        let mut field = None;
        if let Some((index, start)) = member {
            field = fields.get(index).filter(|_| !seen.has(index));
            let value = scanner.byte();
            let is_kept = match field {
                Some(field) => is_kept(value, field.kind),
                None => open && index >= fields.len() && is_kept(value, FieldKind::Any),
            };
            if is_kept {
                scanner.pass()?;
                seen.add(index);
                copied.get_or_insert(start);
                continue;
            }
        }
        let (from, end) = (copied.take(), out.len());
        let (Some((index, start)), Some(field)) = (member, field) else {
            out.push_str(from.map_or("", |from| scanner.piece(from, before)));
            if member.is_none() {
                break;
            }
            scanner.pass()?;
            continue;
        };
        // The name stands right behind what is copied, and goes along.
        let lead = scanner.at();
        out.push_str(scanner.piece(from.unwrap_or(start), lead));
        let written = out.len();
        scanner.peek();
        let value_at = scanner.at();
        scanner.pass()?;
        if value(scanner.piece(value_at, scanner.at()), field.kind, out)? {
            seen.add(index);
        } else {
            out.truncate(from.map_or(end, |_| written - (lead - before)));
        }
    }
    out.push('}');
    for (index, field) in fields.iter().enumerate() {
        if field.required && !seen.has(index) {
            return Err(not_understood(&format_args!("the field {} is missing", field.name)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, Value, json};

    const FIELDS: &[AnswerField] = &[
        AnswerField { name: "id", kind: FieldKind::Text, required: false },
        AnswerField { name: "size", kind: FieldKind::Number, required: false },
        AnswerField { name: "tags", kind: FieldKind::List, required: false },
        AnswerField { name: "any", kind: FieldKind::Any, required: false },
    ];

    /// A member as it comes, what is read of it, and whether only an open table reads it.
    type Member = (&'static str, Option<(&'static str, Value)>, bool);

    fn members() -> Vec<Member> {
        vec![
            (r#""id":"a""#, Some(("id", json!("a"))), false),
            (r#""id": "b""#, Some(("id", json!("b"))), false),
            (r#""id" : 7 "#, Some(("id", json!("7"))), false),
            (r#""\u0069d":{}"#, None, false),
            (r#""size":12"#, Some(("size", json!(12))), false),
            (r#" "size":"34""#, Some(("size", json!(34))), false),
            (r#""size":"?""#, None, false),
            (r#""tags":null"#, Some(("tags", json!([]))), false),
            (r#""new":{"x":[1,"}"]}"#, Some(("new", json!({"x": [1, "}"]}))), true),
            (r#""new":null"#, None, true),
            (r#""any":{}"#, Some(("any", json!({}))), false),
            (r#""any": null"#, None, false),
        ]
    }

    /// All orders of up to three of them, each once.
    fn orders() -> Vec<Vec<usize>> {
        let all = 0..members().len();
        let mut orders = vec![Vec::new()];
        let mut last = orders.clone();
        for _ in 0..3 {
            last = last
                .iter()
                .flat_map(|order: &Vec<usize>| all.clone().map(move |next| [&order[..], &[next]].concat()))
                .filter(|order| (0..order.len()).all(|place| !order[..place].contains(&order[place])))
                .collect();
            orders.extend(last.clone());
        }
        orders
    }

    #[test]
    fn whatever_the_object_before_had_an_object_reads_the_same() {
        let (members, orders) = (members(), orders());
        for open in [false, true] {
            let expected = |order: &[usize]| {
                let mut read = Map::new();
                for &index in order {
                    if let (_, Some((name, value)), unknown) = &members[index]
                        && (open || !unknown)
                        && !read.contains_key(*name)
                    {
                        read.insert((*name).to_owned(), value.clone());
                    }
                }
                read
            };
            let spelled = |order: &[usize]| {
                let members: Vec<_> = order.iter().map(|&index| members[index].0).collect();
                format!("{{{}}}", members.join(","))
            };
            for before in orders.iter().filter(|order| order.len() < 3) {
                let before_text = spelled(before);
                for order in &orders {
                    let text = spelled(order);
                    let mut known = Vec::new();
                    for (text, order) in [(&before_text, before), (&text, order)] {
                        let (mut scanner, mut out) = (Scanner::new(text), String::new());
                        write_object(&mut scanner, FIELDS, open, &mut known, &mut out).unwrap();
                        scanner.end().unwrap();
                        // serde_json takes the last of two of a name: there must not be two.
                        let read: Map<String, Value> = serde_json::from_str(&out).unwrap();
                        assert_eq!(read, expected(order), "{before_text} {text}: {out}");
                        assert_eq!(
                            out.matches("\"id\"").count(),
                            usize::from(read.contains_key("id")),
                            "{out}"
                        );
                    }
                }
            }
        }
    }
}
