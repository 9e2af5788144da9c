//! The images of tests/fixtures/images: the files, how each was made, and what was recorded of it.

use ims_client::json::Value;
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::sync::LazyLock;

/// An image as its commands made it.
pub struct Image {
    pub name: String,
    pub bytes: Vec<u8>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/images")
}

fn json(name: &str) -> Value {
    let text = fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    Value::parse(&text).unwrap_or_else(|error| panic!("{name}: {error:?}"))
}

/// What `qemu-img` and oslo.utils said.
pub static RECORDED: LazyLock<Value> = LazyLock::new(|| json("recorded.json"));
/// Name, image, steps, problem of each damaged image.
pub static DAMAGED: LazyLock<Vec<[Value; 4]>> = LazyLock::new(|| {
    list(json("damaged.json").get("damaged").expect("a list"))
        .iter()
        .map(|entry| list(entry).to_vec().try_into().expect("name, image, steps, problem"))
        .collect()
});
pub static IMAGES: LazyLock<Vec<Image>> = LazyLock::new(|| {
    let defined = json("images.json");
    let Some(Value::Object(images)) = defined.get("images") else { panic!("images.json has no images") };
    images.iter().map(|(name, _)| Image { name: name.clone(), bytes: unpack(name) }).collect()
});

fn unpack(name: &str) -> Vec<u8> {
    let packed = fs::File::open(folder().join(format!("{name}.zst")))
        .unwrap_or_else(|_| panic!("{name}: no image; tests/fixtures/images/regenerate.py {name} makes it"));
    let mut bytes = Vec::new();
    let mut reader = ruzstd::decoding::StreamingDecoder::new(packed).expect("an image that zstd packed");
    reader.read_to_end(&mut bytes).expect("a whole image");
    bytes
}

pub fn list(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        other => panic!("not a list: {other}"),
    }
}

pub fn image(name: &str) -> &'static [u8] {
    match IMAGES.iter().find(|image| image.name == name) {
        Some(image) => &image.bytes,
        None => panic!("there is no image {name}"),
    }
}

/// What was recorded of an image under `qemu` or `oslo`.
pub fn recorded(by: &str, name: &str) -> &'static Value {
    RECORDED
        .get(by)
        .and_then(|all| all.get(name))
        .unwrap_or_else(|| panic!("{by} was not asked about {name}"))
}
