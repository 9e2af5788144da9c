//! The little XML that the store speaks: leaf elements are read, one document is written.
//!
//! A scanner of a page, because the store's answers need no more (elements, entities, CDATA; no DTD) and the small
//! parsers of crates.io cost ten times its weight in the browser.

use super::{PartsPage, StoredPart, plain_etag};
use crate::text::{before, split_once, trim, whole_number};

/// Calls back for each element that ends: its local name, and the text directly inside it. False where the text is
/// cut off or no XML.
fn walk(text: &str, mut visit: impl FnMut(&str, &str)) -> bool {
    let mut open: Vec<&str> = Vec::new();
    let mut content = String::new();
    let mut rest = text;
    loop {
        let Some((before, tagged)) = split_once(rest, "<") else {
            return open.is_empty() && trim(rest).is_empty();
        };
        if !unescape(before, &mut content) {
            return false;
        }
        let special = [("![CDATA[", "]]>"), ("!--", "-->"), ("?", "?>"), ("!", ">")];
        let inside = special.into_iter().find_map(|(head, tail)| Some((tagged.strip_prefix(head)?, tail)));
        if let Some((inside, tail)) = inside {
            let Some((inside, after)) = split_once(inside, tail) else { return false };
            if tail == "]]>" {
                content.push_str(inside);
            }
            rest = after;
            continue;
        }
        let Some((tag, after)) = split_once(tagged, ">") else { return false };
        rest = after;
        if let Some(name) = tag.strip_prefix("/") {
            let name = local(name);
            if open.pop() != Some(name) {
                return false;
            }
            visit(name, trim(&content));
            content.clear();
        } else if let Some(tag) = tag.strip_suffix("/") {
            visit(local(tag), "");
        } else {
            open.push(local(tag));
            content.clear();
        }
    }
}

/// The name of a tag without attributes and namespace prefix.
fn local(tag: &str) -> &str {
    let name = before(tag, " \t\r\n\u{c}");
    split_once(name, ":").map_or(name, |(_, name)| name)
}

/// The number of a character, decimal or, behind an x, hexadecimal.
fn code(digits: &str) -> Option<u32> {
    let Some(digits) = digits.strip_prefix("x") else { return whole_number(digits)?.try_into().ok() };
    let add = |sum: u32, c: char| sum.checked_mul(16)?.checked_add(c.to_digit(16)?);
    if digits.is_empty() { None } else { digits.chars().try_fold(0, add) }
}

/// Adds a text with its entities replaced; false where one is unknown.
fn unescape(mut text: &str, into: &mut String) -> bool {
    while let Some((front, after)) = split_once(text, "&") {
        into.push_str(front);
        let Some((entity, rest)) = split_once(after, ";") else { return false };
        let number = entity.strip_prefix("#").and_then(code);
        let character = match (entity, number) {
            ("amp", _) => Some('&'),
            ("lt", _) => Some('<'),
            ("gt", _) => Some('>'),
            ("quot", _) => Some('"'),
            ("apos", _) => Some('\''),
            (_, Some(number)) => char::from_u32(number),
            _ => None,
        };
        let Some(character) = character else { return false };
        into.push(character);
        text = rest;
    }
    into.push_str(text);
    true
}

/// The text of the first element with this name.
pub fn find(text: &str, name: &str) -> Option<String> {
    let mut found = None;
    walk(text, |element, content| {
        if element == name && found.is_none() {
            found = Some(content.to_owned());
        }
    });
    found
}

/// The name of the document element of a whole document.
pub fn root(text: &str) -> Option<String> {
    let mut last = None;
    // The document element is the one that ends last.
    walk(text, |element, _| last = Some(element.to_owned())).then_some(last).flatten()
}

/// The IDs of the multipart uploads of this key out of an answer to ListMultipartUploads; none where it is none.
pub fn uploads_of(text: &str, wanted: &str) -> Option<Vec<String>> {
    if root(text)? != "ListMultipartUploadsResult" {
        return None;
    }
    let (mut key, mut id, mut found) = (String::new(), String::new(), Vec::new());
    walk(text, |name, content| match name {
        "Key" => content.clone_into(&mut key),
        "UploadId" => content.clone_into(&mut id),
        "Upload" if key == wanted => found.push(core::mem::take(&mut id)),
        _ => {}
    });
    Some(found)
}

/// The page of ListParts behind this part; none where the text is none, or where the pages would have no end.
pub fn parts_page(text: &str, marker: u32) -> Option<PartsPage> {
    if root(text)? != "ListPartsResult" {
        return None;
    }
    let mut page = PartsPage::default();
    let (mut number, mut etag, mut size) = (0, String::new(), 0);
    let whole = |text: &str| whole_number(text).and_then(|number| u32::try_from(number).ok());
    let (mut truncated, mut next, mut sound) = (false, None, true);
    walk(text, |name, content| match name {
        "PartNumber" => match whole(content) {
            Some(parsed) => number = parsed,
            None => sound = false,
        },
        "ETag" => etag = plain_etag(content),
        "Size" => size = whole_number(content).unwrap_or(0),
        "Part" => page.parts.push(StoredPart { number, etag: core::mem::take(&mut etag), size }),
        "IsTruncated" => truncated = content == "true",
        "NextPartNumberMarker" => next = whole(content),
        _ => {}
    });
    if !sound {
        return None;
    }
    if truncated {
        let last = page.parts.last().map(|part| part.number);
        page.next = Some([next, last].into_iter().flatten().find(|next| *next > marker)?);
    }
    Some(page)
}

/// The body of CompleteMultipartUpload.
pub fn complete_multipart_upload(parts: &[StoredPart]) -> String {
    let length: usize = parts.iter().map(|part| part.etag.len() + 64).sum();
    let mut text = String::with_capacity(128 + length);
    text.push_str("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    for part in parts {
        text.push_str("<Part><PartNumber>");
        text.push_str(&part.number.to_string());
        text.push_str("</PartNumber><ETag>\"");
        for letter in part.etag.chars() {
            match letter {
                '&' => text.push_str("&amp;"),
                '<' => text.push_str("&lt;"),
                '>' => text.push_str("&gt;"),
                letter => text.push(letter),
            }
        }
        text.push_str("\"</ETag></Part>");
    }
    text.push_str("</CompleteMultipartUpload>");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_uploads_of_one_key_are_told_from_those_of_others() {
        let text = "<ListMultipartUploadsResult><Prefix>a</Prefix>\
                    <Upload><Key>a</Key><UploadId>1</UploadId></Upload>\
                    <Upload><UploadId>2</UploadId><Key>ab</Key></Upload>\
                    <Upload><UploadId>3</UploadId><Key>a</Key></Upload></ListMultipartUploadsResult>";
        assert_eq!(uploads_of(text, "a").unwrap(), ["1", "3"]);
        assert_eq!(uploads_of("<Error><Code>AccessDenied</Code></Error>", "a"), None);
    }

    #[test]
    fn a_page_of_parts_as_the_reference_shows_it() {
        let text = r#"<?xml version="1.0" encoding="UTF-8"?>
            <ListPartsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
              <UploadId>u</UploadId><Initiator><ID>x</ID></Initiator><Empty/>
              <PartNumberMarker>1</PartNumberMarker><NextPartNumberMarker>3</NextPartNumberMarker>
              <MaxParts>2</MaxParts><IsTruncated>true</IsTruncated>
              <Part><PartNumber>2</PartNumber><ETag>&quot;7778aef83f66abc1fa1e8477f296d394&quot;</ETag>
                <Size>10485760</Size></Part>
              <Part><PartNumber>3</PartNumber><ETag>"aaaa18db4cc2f85cedef654fccc4a4x8"</ETag><Size>5</Size></Part>
            </ListPartsResult>"#;
        let page = parts_page(text, 1).unwrap();
        assert_eq!(page.next, Some(3));
        assert_eq!(page.parts[0].etag, "7778aef83f66abc1fa1e8477f296d394");
        assert_eq!((page.parts[1].number, page.parts[1].size), (3, 5));
        assert_eq!(
            parts_page("<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>", 7)
                .unwrap()
                .next,
            None
        );
        for none in [
            "",
            "<html></html>",
            "<ListPartsResult><Part><PartNumber>x</PartNumber></Part></ListPartsResult>",
        ] {
            assert_eq!(parts_page(none, 0), None, "{none}");
        }
    }

    #[test]
    fn a_page_of_parts_leads_on_or_is_none() {
        let next = |marker, rest: &str| {
            let text = format!("<ListPartsResult><IsTruncated>true</IsTruncated>{rest}</ListPartsResult>");
            parts_page(&text, marker).map(|page| page.next)
        };
        let told = "<NextPartNumberMarker>2</NextPartNumberMarker>";
        let part = "<Part><PartNumber>3</PartNumber><ETag>e</ETag></Part>";
        assert_eq!(next(1, told), Some(Some(2)));
        assert_eq!(next(2, part), Some(Some(3)), "a store that tells no marker");
        assert_eq!(next(2, &format!("{told}{part}")), Some(Some(3)), "or the one that it was asked with");
        for (marker, rest) in [(2, told), (3, told), (3, part), (0, "")] {
            assert_eq!(next(marker, rest), None, "the same page for ever: {marker} {rest}");
        }
    }

    #[test]
    fn what_is_written_can_be_read() {
        let parts = [StoredPart { number: 1, etag: "a&b".into(), size: 0 }];
        let text = complete_multipart_upload(&parts);
        assert_eq!(root(&text).as_deref(), Some("CompleteMultipartUpload"));
        assert_eq!(find(&text, "ETag").as_deref(), Some("\"a&b\""));
        assert_eq!(
            find("<!-- <b> --><s:a x='1'><![CDATA[x<y]]>&#65;&#x42;</s:a>", "a").as_deref(),
            Some("x<yAB")
        );
    }

    #[test]
    fn what_is_cut_off_or_no_xml_is_none() {
        for (text, root_name) in [("<a>x", None), ("<a><b></a>", None), ("<a>&what;</a>", None), ("<a", None)]
        {
            assert_eq!(root(text).as_deref(), root_name, "{text}");
        }
        let whole = "<?xml version=\"1.0\"?><a><b>é&amp;</b><![CDATA[]]><c/></a>";
        for end in (0..=whole.len()).filter(|end| whole.is_char_boundary(*end)) {
            let _ = (root(&whole[..end]), find(&whole[..end], "b"), parts_page(&whole[..end], 0));
        }
    }
}
