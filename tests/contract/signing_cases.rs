//! What is signed in the comparison: every request to the store with odd keys, IDs, tokens, regions, hosts, dates.

use ims_client::auth::secret::Secret;
use ims_client::auth::sigv4::Keys;
use ims_client::http::Body;
use ims_client::http::url::Endpoint;
use ims_client::oss::{Addressing, Ask, Place, StoredPart};

/// Object keys; one segment of dots alone is no key that a URL can carry and is not among them.
pub const OBJECT_KEYS: &[&str] = &[
    "img-xs6oaf7h9kvxrr",
    "a b",
    " leading and trailing ",
    "a+b",
    "100%",
    "%20",
    "%2F%2f%zz",
    "镜像/系统 盘.qcow2",
    "é\u{301}ü😀\u{10ffff}",
    "a/b/c",
    "/leading",
    "trailing/",
    "a//b///c",
    "a.b..c/...",
    ".hidden/..b/.../x",
    "~user/~",
    "(1)[2]{3}<4>",
    "!*'",
    "a!b*c'd(e)f",
    "?query#fragment&a=b;c=d",
    "a:b@c,d$e",
    "back\\slash|pipe^caret`tick\"quote",
    "tab\tnew\nline\u{7f}",
    "-._~",
    "AZaz09",
    "=&+",
];

pub const UPLOAD_IDS: &[&str] = &[
    "VXBsb2FkIElEIGZvciA2aWWpbmcncyBteS1tb3ZpZS5tMnRzIHVwbG9hZA",
    "a/b+c==",
    "a b&partNumber=9",
    "~!*'()",
    "镜像%20+",
    "a.b-c_d",
];

pub const TOKENS: &[&str] =
    &["", "plain", "FwoGZXIvYXdzEBYaD+/==", "a+b/c=", "with%2Bpercent", "two  spaces   inside", "x"];

pub const REGIONS: &[&str] = &["us-east-1", "cn-north-4", "region0", "eu-central-1", "auto"];

pub const ENDPOINTS: &[&str] = &[
    "https://store.example.com",
    "https://store.example.com:443",
    "http://store.example.com:80",
    "http://store.example.com:443",
    "https://store.example.com:8009",
    "HTTPS://Store.EXAMPLE.com:08009/",
    "https://10.253.101.4:8009",
    "http://[::1]:9000",
    "https://console.example.com/oss",
    "https://console.example.com/oss/v1.0/~team/",
    "https://console.example.com/a(1)!'*/%E9%95%9C%20%2b",
];

/// Month ends, leap days, the epoch, the turn of a year.
pub const DATES: &[(f64, &str)] = &[
    (0.0, "19700101T000000Z"),
    (951_782_399_000.0, "20000228T235959Z"),
    (951_782_400_000.0, "20000229T000000Z"),
    (1_369_353_600_000.0, "20130524T000000Z"),
    (1_706_745_599_999.0, "20240131T235959Z"),
    (1_709_251_199_000.0, "20240229T235959Z"),
    (1_709_251_200_000.0, "20240301T000000Z"),
    (1_767_225_599_000.0, "20251231T235959Z"),
    (1_767_225_600_000.0, "20260101T000000Z"),
    (4_107_542_399_000.0, "21000228T235959Z"),
];

/// Everything that goes into one signature; each case changes some of it.
#[derive(Clone, Debug)]
pub struct Case {
    pub endpoint: String,
    pub addressing: Addressing,
    pub bucket: String,
    pub key: String,
    pub upload_id: String,
    pub region: String,
    pub access_key: String,
    pub secret_key: String,
    pub session_token: String,
    pub now: f64,
    pub date: &'static str,
}

impl Default for Case {
    fn default() -> Self {
        Case {
            endpoint: "https://store.example.com:8009".into(),
            addressing: Addressing::Path,
            bucket: "iaas-image-bc9ce42d2a804f718d3022797a5cc13a".into(),
            key: "img-xs6oaf7h9kvxrr".into(),
            upload_id: "upload".into(),
            region: "us-east-1".into(),
            access_key: "AKIAIOSFODNN7EXAMPLE".into(),
            secret_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
            session_token: String::new(),
            now: DATES[3].0,
            date: DATES[3].1,
        }
    }
}

impl Case {
    pub fn place(&self) -> Place {
        Place {
            endpoint: Endpoint::parse(&self.endpoint, "endpoint").unwrap_or_else(|error| panic!("{error}")),
            signing_endpoint: None,
            bucket: self.bucket.clone(),
            key: self.key.clone(),
            region: self.region.clone(),
            addressing: self.addressing,
            clock_skew_ms: 0.0,
        }
    }

    pub fn keys(&self) -> Keys {
        Keys {
            access_key: self.access_key.clone(),
            secret_key: Secret::new(self.secret_key.clone()),
            session_token: Secret::new(self.session_token.clone()),
        }
    }

    /// Every request that moving an image sends to the store.
    pub fn asks<'a>(&'a self, parts: &'a [StoredPart]) -> Vec<Ask<'a>> {
        let upload_id = self.upload_id.as_str();
        vec![
            Ask::CreateMultipartUpload,
            Ask::UploadPart { number: 1, upload_id, body: Body::of(b"part".to_vec()) },
            Ask::UploadPart { number: 10_000, upload_id, body: Body::Empty },
            Ask::PutObject { body: Body::of(b"file".to_vec()) },
            Ask::ListParts { upload_id, marker: 0 },
            Ask::ListParts { upload_id, marker: 1_000 },
            Ask::CompleteMultipartUpload { upload_id, parts },
            Ask::AbortMultipartUpload { upload_id },
            Ask::HeadObject,
            Ask::DeleteObject,
        ]
    }
}

/// Cases that vary one thing after the other.
pub fn listed() -> Vec<Case> {
    let base = Case::default;
    let mut cases: Vec<Case> = Vec::new();
    for key in OBJECT_KEYS {
        cases.push(Case { key: (*key).into(), ..base() });
        cases.push(Case { key: (*key).into(), addressing: Addressing::Virtual, ..base() });
    }
    cases.extend(UPLOAD_IDS.iter().map(|id| Case { upload_id: (*id).into(), ..base() }));
    cases.extend(TOKENS.iter().map(|token| Case { session_token: (*token).into(), ..base() }));
    cases.extend(REGIONS.iter().map(|region| Case { region: (*region).into(), ..base() }));
    for endpoint in ENDPOINTS {
        cases.push(Case { endpoint: (*endpoint).into(), ..base() });
    }
    for endpoint in ["https://store.example.com", "http://store.example.com:9000/base"] {
        let bucket = "my.bucket-1".into();
        cases.push(Case { endpoint: endpoint.into(), addressing: Addressing::Virtual, bucket, ..base() });
    }
    cases.extend(["a b", "桶", "A_b.c", "a+b%"].map(|bucket| Case { bucket: bucket.into(), ..base() }));
    cases.extend(DATES.iter().map(|(now, date)| Case { now: *now, date, ..base() }));
    for (access_key, secret_key) in [("AK+/=", "s/e+c=r et"), ("AK", "钥匙"), ("A", "")] {
        cases.push(Case { access_key: access_key.into(), secret_key: secret_key.into(), ..base() });
    }
    cases
}

/// Cases drawn from a seed: everything at once, out of characters that encoders disagree about.
pub fn drawn(count: usize) -> Vec<Case> {
    const CHARACTERS: &[char] = &[
        'a', 'Z', '0', '-', '.', '_', '~', ' ', '+', '%', '/', '!', '*', '\'', '(', ')', '&', '=', '?', '#',
        ';', ':', '@', ',', '$', '[', ']', '"', '<', '>', '\\', '^', '`', '{', '|', '}', 'é', '镜', '😀',
        '\u{301}', '\u{a0}',
    ];
    let mut seed = 20_250_530_u64;
    let mut next = move |most: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % most
    };
    let mut cases = Vec::new();
    for _ in 0..count {
        let mut text = |most: usize| -> String {
            let length = 1 + next(most);
            (0..length).map(|_| CHARACTERS[next(CHARACTERS.len())]).collect()
        };
        // A prefix in each segment keeps `.` and `..` out.
        let key = text(24).split('/').map(|segment| format!("k{segment}")).collect::<Vec<_>>().join("/");
        let (upload_id, bucket) = (format!("u{}", text(16)), format!("b{}", text(8)).replace('/', "-"));
        let secret_key = text(40);
        let session_token: String = text(60).chars().filter(|c| c.is_ascii_graphic()).collect();
        let (now, date) = DATES[next(DATES.len())];
        let (endpoint, region) =
            (ENDPOINTS[next(ENDPOINTS.len())].into(), REGIONS[next(REGIONS.len())].into());
        cases.push(Case {
            endpoint,
            bucket,
            key,
            upload_id,
            region,
            secret_key,
            session_token,
            now,
            date,
            ..Case::default()
        });
    }
    cases
}
