//! Where Huawei Cloud's services stand in a region.
//!
//! Source: Huawei Cloud, “Regions and Endpoints”. One name follows from the other, but for what the table says; a region
//! that is not known yet is named the same way.

use crate::error::{Error, Result};
use crate::http::url::Endpoint;
use crate::json::Quoted;

/// Regions whose names end otherwise.
const OTHER_ENDS: &[(&str, &str)] = &[("eu-west-101", "myhuaweicloud.eu")];

/// The endpoint of a service (`ims`, `iam`, `workspace`, `obs`) in a region.
pub fn endpoint(service: &str, region: &str) -> Result<Endpoint> {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let edge = |byte: Option<&u8>| byte.is_some_and(|byte| *byte != b'-');
    let bytes = region.as_bytes();
    // What is not such a name could lead the credentials to somebody else's host.
    if bytes.len() > 40
        || !bytes.iter().all(|byte| letters(*byte))
        || !edge(bytes.first())
        || !edge(bytes.last())
    {
        let rule = "must be the ID of a region, such as cn-north-4: small letters, digits and -";
        return Err(Error::invalid("region", Quoted(region).to_string(), rule));
    }
    Endpoint::parse(&format!("https://{service}.{region}.{}", end(region)), "region")
}

/// The domain of a region's services.
fn end(region: &str) -> &'static str {
    OTHER_ENDS.iter().find(|(name, _)| *name == region).map_or("myhuaweicloud.com", |(_, end)| end)
}

/// Whether a service stands in the cloud that the region is one of.
pub fn is_of_cloud(service: &Endpoint, region: &str) -> bool {
    service.origin().strip_suffix(end(region)).is_some_and(|front| front.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_follow_from_the_region() {
        let url = |service, region| endpoint(service, region).unwrap().url("", "");
        assert_eq!(url("ims", "cn-north-4"), "https://ims.cn-north-4.myhuaweicloud.com");
        assert_eq!(url("iam", "eu-west-101"), "https://iam.eu-west-101.myhuaweicloud.eu");
        assert_eq!(url("workspace", "ap-southeast-3"), "https://workspace.ap-southeast-3.myhuaweicloud.com");
        assert_eq!(url("obs", "my-kualalumpur-1"), "https://obs.my-kualalumpur-1.myhuaweicloud.com");
    }

    #[test]
    fn a_cloud_of_ones_own_is_not_the_public_one() {
        let is_there = |url| is_of_cloud(&Endpoint::parse(url, "endpoint").unwrap(), "cn-north-4");
        assert!(is_there("https://ims.cn-north-4.myhuaweicloud.com"));
        assert!(is_there("https://IMS.ap-southeast-1.myhuaweicloud.com/v2"));
        for own in [
            "https://ims.example.com",
            "http://127.0.0.1:80",
            "https://ims.eu-west-101.myhuaweicloud.eu",
            "https://ims.myhuaweicloud.com.example.com",
            "https://myhuaweicloud.com",
        ] {
            assert!(!is_there(own), "{own}");
        }
    }

    #[test]
    fn a_region_cannot_lead_elsewhere() {
        for bad in [
            "",
            "-",
            "a.evil.example/",
            "CN-NORTH-4",
            "cn-north-4-",
            "-cn",
            "a@b",
            "a b",
            "区",
            &"a".repeat(41),
        ] {
            let error = endpoint("ims", bad).unwrap_err();
            assert_eq!(error.details().field.as_deref(), Some("region"), "{bad}");
        }
    }
}
