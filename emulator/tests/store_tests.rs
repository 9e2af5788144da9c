//! The object store, the faults, the request log and CORS over real sockets, with signers that are not s3s's.

#[path = "store/http.rs"]
mod http;
#[path = "store/sign.rs"]
mod sign;
#[path = "store/support.rs"]
mod support;

#[path = "store/cors.rs"]
mod cors;
#[path = "store/faults.rs"]
mod faults;
#[path = "store/faults_on_the_wire.rs"]
mod faults_on_the_wire;
#[path = "store/multipart.rs"]
mod multipart;
#[path = "store/multipart_errors.rs"]
mod multipart_errors;
#[path = "store/objects.rs"]
mod objects;
#[path = "store/presigned.rs"]
mod presigned;
#[path = "store/request_log.rs"]
mod request_log;
#[path = "store/signatures.rs"]
mod signatures;
#[path = "store/storage.rs"]
mod storage;
