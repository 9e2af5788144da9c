//! The document's tables of the bodies, with values at the border of each limit and beyond it.

use serde_json::{Value, json};

pub const INT_MAX: u64 = 2_147_483_647;

/// A limit as the document words it.
pub enum Limit {
    /// One of these values.
    Choice(&'static [&'static str]),
    /// 1 to 128 of the characters that 1.5 and 1.6 list.
    Name,
    /// 2 to 256 characters.
    Description,
    /// An `int` from this number.
    From(u64),
    /// A required text whose values the document leaves open.
    Text,
    /// A text that the document's own examples leave empty.
    MaybeEmpty,
    Url,
    /// A list of objects.
    Objects,
}
use Limit::{Choice, Description, From, MaybeEmpty, Name, Objects, Text, Url};

const BOOT: Limit = Choice(&["BIOS", "UEFI"]);
const FORMAT: Limit = Choice(&["raw", "qcow2"]);
const KIND: Limit = Choice(&["os_image", "data_image", "whole_image"]);
const WIDTH: Limit = Choice(&["32-bits", "64-bits"]);
const ARCH: Limit = Choice(&["x86", "arm"]);
const OS: Limit = Choice(&["linux", "windows", "other"]);
const PLATFORM: Limit = Choice(&["windows", "ubuntu", "CentOS", "kylin", "CCLinux", "other"]);

/// A table of the document: field, whether it is required, limit.
pub type Table = &'static [(&'static str, bool, Limit)];

/// The document's tables of the bodies: field, whether it is required, limit.
pub const BODIES: &[(&str, Table)] = &[
    (
        "updateImage",
        &[
            ("bootMode", true, BOOT),
            ("cpuArch", true, Text),
            ("diskFormat", true, Text),
            ("instruction", true, WIDTH),
            ("minDisk", true, From(1)),
            ("minRam", true, From(0)),
            ("name", true, Name),
            ("osType", true, OS),
            ("osVersion", true, MaybeEmpty),
            ("platform", true, PLATFORM),
        ],
    ),
    (
        "createImage",
        &[
            ("diskFormat", true, FORMAT),
            ("minDisk", true, From(1)),
            ("minRam", true, From(0)),
            ("name", true, Name),
            ("imageType", true, KIND),
            ("instruction", true, WIDTH),
            ("cpuArch", true, ARCH),
            ("description", false, Description),
            ("osType", true, OS),
            ("platform", true, PLATFORM),
            ("visibility", true, Choice(&["public", "private", "market"])),
            ("imageTags", false, Objects),
            ("usage", true, Choice(&["sec", "cke", "bms", "ecs"])),
            ("departmentId", true, Text),
            ("tenantId", true, Text),
            ("resourceGroupId", false, MaybeEmpty),
            ("bootMode", false, BOOT),
        ],
    ),
    (
        "importImage",
        &[
            ("diskFormat", true, FORMAT),
            ("minDisk", true, From(1)),
            ("minRam", true, From(0)),
            ("name", true, Name),
            ("imageType", false, KIND),
            ("instruction", true, WIDTH),
            ("cpuArch", true, ARCH),
            ("description", false, Description),
            ("osType", true, Text),
            ("platform", true, Text),
            ("visibility", true, Choice(&["private"])),
            ("imageTags", false, Objects),
            ("usage", true, Choice(&["ecs", "cks"])),
            ("departmentId", true, Text),
            ("tenantId", true, Text),
            ("resourceGroupId", false, MaybeEmpty),
            ("imageUrl", true, Url),
            ("osVersion", true, Text),
            ("volumeImages", false, Objects),
            // These two stand in the example only.
            ("imageSource", false, From(0)),
            ("region", false, Text),
        ],
    ),
    (
        "copySharedImage",
        &[
            ("tenantId", true, Text),
            ("departmentId", true, Text),
            ("resourceGroupId", true, Text),
            ("name", true, Name),
            ("description", false, Description),
        ],
    ),
    ("completeUpload", &[("result", true, Choice(&["success", "failed"])), ("uploadId", false, MaybeEmpty)]),
    ("exportImage", &[("name", true, Text), ("azId", true, Text), ("cellId", true, Text)]),
];

/// The rule in the words of the error.
pub fn words(limit: &Limit) -> String {
    match limit {
        Choice(values) => format!("must be one of '{}'", values.join("', '")),
        Name => "must have 1 to 128 characters: letters a-z and A-Z, digits, - . _ space, Chinese characters; the \
                 first and the last must not be a space"
            .into(),
        Description => "must be a text with 2 to 256 characters".into(),
        From(least) => format!("must be a whole number from {least} to {INT_MAX}"),
        Text => "must be a text with at least 1 character(s)".into(),
        MaybeEmpty => "must be a text".into(),
        Url => "must be a URL that starts with http:// or https://".into(),
        Objects => "must be a list of objects".into(),
    }
}

fn texts(list: &[&str]) -> Vec<Value> {
    list.iter().map(|text| json!(text)).collect()
}

/// Values at the border, and values beyond it.
pub fn borders(limit: &Limit) -> (Vec<Value>, Vec<Value>) {
    let (good, mut bad) = match limit {
        Choice(values) => {
            let mut bad = vec![json!(""), json!("unheard-of"), json!(format!(" {}", values[0]))];
            bad.extend(
                values.iter().map(|value| json!(value.to_uppercase())).filter(|v| !texts(values).contains(v)),
            );
            (texts(values), bad)
        }
        Name => {
            let mut good =
                texts(&["a", "-", ".", "_", "镜", "〇", "㐀", "𠀀", "a b", "Az09-._ 名称", "导入镜像"]);
            good.extend([json!("x".repeat(128)), json!("镜".repeat(128))]);
            let mut bad = texts(&[
                "",
                " ",
                " a",
                "a ",
                "a/b",
                "a\tb",
                "a\n",
                "a\u{3000}b",
                "é",
                "a+b",
                "名，称",
                "😀",
                "あ",
            ]);
            bad.extend([json!("x".repeat(129)), json!("镜".repeat(129))]);
            (good, bad)
        }
        Description => (
            vec![json!("ab"), json!("描述"), json!("x".repeat(256)), json!("述".repeat(256)), json!("😀😀")],
            vec![
                json!(""),
                json!("a"),
                json!("述"),
                json!("😀"),
                json!("x".repeat(257)),
                json!("述".repeat(257)),
            ],
        ),
        From(least) => {
            let mut bad = vec![json!(INT_MAX + 1), json!(-1), json!(1.5), json!("10"), json!("")];
            if *least > 0 {
                bad.push(json!(least - 1));
            }
            (vec![json!(least), json!(least + 1), json!(INT_MAX)], bad)
        }
        Text => (texts(&["a", "描", " ", "7074631167051202560"]), texts(&[""])),
        MaybeEmpty => (texts(&["", "a"]), vec![]),
        Url => (
            texts(&["http://h", "https://h/a?b=c", "https://10.0.0.1:8009/x.qcow2"]),
            texts(&[
                "",
                "h",
                "ftp://h/x",
                "file:///x",
                "https://",
                "https:///x",
                "https://h/a b",
                "javascript:1",
            ]),
        ),
        Objects => (vec![json!([]), json!([{}])], vec![json!({}), json!("[]")]),
    };
    bad.extend(if matches!(limit, Objects) {
        vec![json!(true), json!(1)]
    } else {
        vec![json!(true), json!([]), json!({})]
    });
    if !matches!(limit, From(_) | Objects) {
        bad.push(json!(1));
    }
    (good, bad)
}
