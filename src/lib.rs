//! ims-client: cloud image services from a browser tab or a Node script, compiled to WebAssembly.
//!
//! Everything that thinks is plain Rust and is tested natively; everything that touches JavaScript is thin.
//! Arrows run one way: `js → upload, download, diagnose → oss, identity → service → api, auth → http`.
//!
//! | module | what it is for |
//! |---|---|
//! | [`error`] | the one error type that every rejection becomes |
//! | [`platform`] | time, randomness and sleeping, passed in |
//! | [`http`] | requests, responses, who sends them, when they are repeated |
//! | [`json`] | requests and answers as texts |
//! | [`md5`] | the digest that images are compared by |
//! | [`auth`] | who signs: headers, tokens, Keystone's tokens, access keys, AWS Signature Version 4 |
//! | [`api`] | what can be asked, without I/O: one file per operation |
//! | [`service`] | performs an operation of [`api`]: sign, send, repeat, decode |
//! | [`identity`] | asks Keystone or IAM for tokens and projects, on a client's behalf |
//! | [`oss`] | the S3 operations that moving an image needs |
//! | [`upload`] | a file to the object store: a state machine and the driver that runs it |
//! | [`download`] | the same the other way |
//! | [`diagnose`] | why it does not work, in sentences |
//! | [`inspect`] | looks into a disk image before it is uploaded, without I/O |
//! | `js` | the bindings, nothing but conversion (WebAssembly only) |

pub mod api;
pub mod auth;
#[cfg(any(feature = "cecloud", not(target_arch = "wasm32")))]
pub mod diagnose;
#[cfg(any(feature = "cecloud", feature = "openstack", not(target_arch = "wasm32")))]
pub mod download;
pub mod error;
pub mod http;
pub mod identity;
pub mod inspect;
pub mod json;
pub mod md5;
pub mod oss;
pub mod platform;
pub mod service;
pub mod task;
pub mod text;
pub mod upload;

#[cfg(target_arch = "wasm32")]
pub mod js;
