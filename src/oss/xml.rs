//! The little XML that the store speaks: leaf elements are read, one document is written.

use super::{PartsPage, StoredPart, plain_etag};
use quick_xml::Reader;
use quick_xml::events::Event;

/// Calls back for each element that ends: its name, and the text directly inside it. Stops at what is no XML.
fn walk(text: &str, mut visit: impl FnMut(&str, &str)) -> bool {
    let mut reader = Reader::from_str(text);
    let mut content = String::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(_)) => content.clear(),
            Ok(Event::Text(piece)) => content.push_str(&piece),
            Ok(Event::GeneralRef(entity)) => match entity.resolve_char_ref() {
                Ok(Some(character)) => content.push(character),
                _ => content.push_str(match &*entity {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    "apos" => "'",
                    _ => return false,
                }),
            },
            Ok(Event::CData(piece)) => content.push_str(&piece),
            Ok(Event::End(end)) => {
                visit(end.local_name().as_ref(), content.trim());
                content.clear();
            }
            Ok(Event::Eof) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
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

/// The name of the document element.
pub fn root(text: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(Event::Start(start) | Event::Empty(start)) => {
                return Some(start.local_name().as_ref().to_owned());
            }
            Ok(Event::Eof) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

/// A page of ListParts; none where the text is none.
pub fn parts_page(text: &str) -> Option<PartsPage> {
    if root(text)? != "ListPartsResult" {
        return None;
    }
    let mut page = PartsPage::default();
    let (mut number, mut etag, mut size) = (0, String::new(), 0);
    let (mut truncated, mut next, mut sound) = (false, None, true);
    let whole = walk(text, |name, content| match name {
        "PartNumber" => match content.parse() {
            Ok(parsed) => number = parsed,
            Err(_) => sound = false,
        },
        "ETag" => etag = plain_etag(content),
        "Size" => size = content.parse().unwrap_or(0),
        "Part" => page.parts.push(StoredPart { number, etag: core::mem::take(&mut etag), size }),
        "IsTruncated" => truncated = content == "true",
        "NextPartNumberMarker" => next = content.parse().ok(),
        _ => {}
    });
    if !whole || !sound {
        return None;
    }
    if truncated {
        page.next = next.or(page.parts.last().map(|part| part.number));
    }
    Some(page)
}

/// The body of CompleteMultipartUpload.
pub fn complete_multipart_upload(parts: &[StoredPart]) -> String {
    let mut text = String::with_capacity(64 + parts.len() * 96);
    text.push_str("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    for part in parts {
        let etag: String = part.etag.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        text.push_str(&format!(
            "<Part><PartNumber>{}</PartNumber><ETag>\"{etag}\"</ETag></Part>",
            part.number
        ));
    }
    text.push_str("</CompleteMultipartUpload>");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_parts_as_the_reference_shows_it() {
        let text = r#"<?xml version="1.0" encoding="UTF-8"?>
            <ListPartsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
              <UploadId>u</UploadId><Initiator><ID>x</ID></Initiator>
              <PartNumberMarker>1</PartNumberMarker><NextPartNumberMarker>3</NextPartNumberMarker>
              <MaxParts>2</MaxParts><IsTruncated>true</IsTruncated>
              <Part><PartNumber>2</PartNumber><ETag>&quot;7778aef83f66abc1fa1e8477f296d394&quot;</ETag>
                <Size>10485760</Size></Part>
              <Part><PartNumber>3</PartNumber><ETag>"aaaa18db4cc2f85cedef654fccc4a4x8"</ETag><Size>5</Size></Part>
            </ListPartsResult>"#;
        let page = parts_page(text).unwrap();
        assert_eq!(page.next, Some(3));
        assert_eq!(page.parts[0].etag, "7778aef83f66abc1fa1e8477f296d394");
        assert_eq!((page.parts[1].number, page.parts[1].size), (3, 5));
        assert_eq!(parts_page("<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>").unwrap().next, None);
        for none in ["", "<html></html>", "<ListPartsResult><Part><PartNumber>x</PartNumber></Part></ListPartsResult>"] {
            assert_eq!(parts_page(none), None, "{none}");
        }
    }

    #[test]
    fn what_is_written_can_be_read() {
        let parts = [StoredPart { number: 1, etag: "a&b".into(), size: 0 }];
        let text = complete_multipart_upload(&parts);
        assert_eq!(root(&text).as_deref(), Some("CompleteMultipartUpload"));
        assert_eq!(find(&text, "ETag").as_deref(), Some("\"a&b\""));
        assert_eq!(find("<a><![CDATA[x<y]]>&#65;</a>", "a").as_deref(), Some("x<yA"));
        assert_eq!(find("<a>x", "a"), None);
    }
}
