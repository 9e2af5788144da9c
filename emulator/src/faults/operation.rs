//! The names of operations, told from method, path and query: what rules and the request log call requests.

use http::{HeaderMap, Method, Uri, header};

use crate::server::Service;
use crate::store::bucket_of_host;

/// The operation's name (`UploadPart`, `prepare_upload`, …), where the request is one.
pub fn name(service: Service, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<&'static str> {
    match service {
        Service::Ims => image_operation(method.as_str(), uri.path()),
        Service::Huawei => crate::huawei::operation_name(method, uri.path()),
        Service::Oss => {
            let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
            let is_bucket_in_host = bucket_of_host(host).is_some();
            let is_copy = headers.contains_key("x-amz-copy-source");
            object_operation(
                method.as_str(),
                uri.path(),
                uri.query().unwrap_or(""),
                is_bucket_in_host,
                is_copy,
            )
        }
    }
}

fn image_operation(method: &str, path: &str) -> Option<&'static str> {
    let mut segments = path.strip_prefix("/api/image/v1/")?.split('/');
    let segments = [segments.next(), segments.next(), segments.next(), segments.next()];
    let [Some(collection), second, third, None] = segments else { return None };
    Some(match (method, collection, second, third) {
        ("GET", "images", None, None) => "list_images",
        ("GET", "images", Some(_), None) => "get_image",
        ("GET", "private-images", None, None) => "list_private_images",
        ("POST", "private-images", None, None) => "create_image",
        ("POST", "private-images", Some("import"), None) => "import_image",
        ("PUT", "private-images", Some(_), None) => "update_image",
        ("DELETE", "private-images", Some(_), None) => "delete_image",
        ("POST", "private-images", Some(_), Some("upload-prepare")) => "prepare_upload",
        ("POST", "private-images", Some(_), Some("upload-done")) => "complete_upload",
        ("GET" | "HEAD", "private-images", Some(_), Some("file")) => "download_image",
        ("POST", "private-images", Some(_), Some("share")) => "share_image",
        ("GET", "private-images", Some(_), Some("share")) => "list_image_shares",
        ("POST", "private-images", Some(_), Some("unshare")) => "unshare_image",
        ("GET", "private-images", Some(_), Some("oss-bucket-list")) => "list_export_buckets",
        ("POST", "custom-images", Some(_), Some("export")) => "export_image",
        ("GET", "shared-images", None, None) => "list_shared_images",
        ("DELETE", "shared-images", Some(_), None) => "delete_shared_image",
        ("POST", "shared-images", Some(_), Some("copy")) => "copy_shared_image",
        _ => return None,
    })
}

fn object_operation(
    method: &str,
    path: &str,
    query: &str,
    is_bucket_in_host: bool,
    is_copy: bool,
) -> Option<&'static str> {
    let path = path.trim_start_matches('/');
    let (bucket, key) = match path.split_once('/') {
        _ if is_bucket_in_host => (true, !path.is_empty()),
        Some((_, key)) => (true, !key.is_empty()),
        None => (!path.is_empty(), false),
    };
    let has = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    Some(match (method, bucket, key) {
        ("PUT", _, true) if has("partNumber") && is_copy => "UploadPartCopy",
        ("PUT", _, true) if has("partNumber") => "UploadPart",
        ("PUT", _, true) if is_copy => "CopyObject",
        ("PUT", _, true) => "PutObject",
        ("POST", _, true) if has("uploads") => "CreateMultipartUpload",
        ("POST", _, true) if has("uploadId") => "CompleteMultipartUpload",
        ("GET", _, true) if has("uploadId") => "ListParts",
        ("GET", _, true) => "GetObject",
        ("HEAD", _, true) => "HeadObject",
        ("DELETE", _, true) if has("uploadId") => "AbortMultipartUpload",
        ("DELETE", _, true) => "DeleteObject",
        ("PUT", true, false) => "CreateBucket",
        ("HEAD", true, false) => "HeadBucket",
        ("GET", true, false) if has("uploads") => "ListMultipartUploads",
        ("GET", true, false) if has("list-type") => "ListObjectsV2",
        ("GET", false, false) => "ListBuckets",
        _ => return None,
    })
}
