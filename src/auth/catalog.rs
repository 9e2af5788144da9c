//! The service catalog of a Keystone token: which endpoint of which service is meant.

use crate::error::{Error, Kind, Result};
use crate::http::url::Endpoint;
use crate::json::{Quoted, Value};
use crate::text;

/// Which endpoint of a catalog is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The type of the service: `image`.
    pub service: &'static str,
    /// `public`, `internal` or `admin`.
    pub interface: String,
    /// Needed only where the catalog lists several.
    pub region: Option<String>,
}

/// An endpoint of a service as the catalog lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogPlace {
    pub interface: String,
    pub region: String,
    pub url: String,
}

fn list(of: Option<&Value>) -> &[Value] {
    if let Some(Value::Array(items)) = of { items } else { &[] }
}

/// The endpoints of the wanted service.
pub(super) fn places(about: &Value, wanted: &Wanted) -> Vec<CatalogPlace> {
    let text = |of: &Value, name| of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let services = list(about.get("catalog")).iter();
    let services = services.filter(|service| text(service, "type") == wanted.service);
    let endpoints = services.flat_map(|service| list(service.get("endpoints")));
    let place = |endpoint: &Value| {
        let region = [text(endpoint, "region_id"), text(endpoint, "region")];
        let region = region.into_iter().find(|region| !region.is_empty()).unwrap_or_default();
        CatalogPlace { interface: text(endpoint, "interface"), region, url: text(endpoint, "url") }
    };
    endpoints.map(place).collect()
}

/// The one place that is wanted.
pub(super) fn choose(places: &[CatalogPlace], wanted: &Wanted) -> Result<Endpoint> {
    let fits = |place: &&CatalogPlace| place.interface == wanted.interface;
    let mut regions: Vec<&str> = Vec::new();
    for place in places.iter().filter(fits) {
        if !regions.contains(&place.region.as_str()) {
            regions.push(&place.region);
        }
    }
    let place = match &wanted.region {
        Some(region) => places.iter().filter(fits).find(|place| place.region == *region),
        None if regions.len() > 1 => {
            let rule = format!("is required: the service stands in {}", text::join(&regions, ", "));
            return Err(Error::invalid("region", "undefined", rule));
        }
        None => places.iter().find(fits),
    };
    let Some(place) = place else {
        if let Some(region) = wanted.region.as_ref().filter(|_| !regions.is_empty()) {
            let rule = format!("must be a region of the service: {}", text::join(&regions, ", "));
            return Err(Error::invalid("region", Quoted(region).to_string(), rule));
        }
        return Err(Error::new(
            Kind::Unsupported,
            format!(
                "the catalog of the token lists no {} endpoint of a service of type {}; a token without a project \
                 has no catalog; otherwise give the endpoint",
                wanted.interface, wanted.service
            ),
        ));
    };
    // The operations name the version of the API.
    Endpoint::parse(&place.url, "endpoint").map(Endpoint::without_version)
}
