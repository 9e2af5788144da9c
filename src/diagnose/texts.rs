//! Sentences that do not depend on anything, and the rules to paste.

use super::say;

/// What Node's error codes mean: any of these codes, what follows «The image service at https://… », and the advice.
pub static NODE: &[(&[&str], &str, &str)] = &[
    (
        &["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"],
        "shows a certificate whose time is over or has not begun",
        "Look at this machine's clock first; if it is right, the server needs a new certificate.",
    ),
    (
        &["ERR_TLS_CERT_ALTNAME_INVALID", "HOSTNAME_MISMATCH"],
        "shows a certificate for another name",
        "Use the name that stands in the certificate as the host of the endpoint, or have a certificate made for \
         this one.",
    ),
    (
        &[
            "SELF_SIGNED",
            "UNABLE_TO_VERIFY",
            "UNABLE_TO_GET_ISSUER",
            "CERT_",
            "INVALID_CA",
            "INVALID_PURPOSE",
        ],
        "shows a certificate that Node does not trust: it is self-signed, or from an authority of your own",
        "Start Node with NODE_EXTRA_CA_CERTS=/path/to/ca.pem, or pass agent: new https.Agent({ ca: \
         fs.readFileSync('/path/to/ca.pem') }).",
    ),
    (
        &["WRONG_VERSION_NUMBER", "EPROTO", "ERR_SSL"],
        "does not speak TLS as expected: at this port it probably speaks http",
        "Try the endpoint with http://, or the port where the server speaks https.",
    ),
    (
        &["HPE_"],
        "answers something that is not HTTP: at this port it probably speaks https or another protocol",
        "Try the endpoint with https://, or another port.",
    ),
    (
        &["ECONNREFUSED"],
        "refuses the connection: nothing listens at this port, or a firewall says no",
        "Look at host and port of the endpoint, and whether the server runs.",
    ),
    (
        &["ENOTFOUND", "EAI_AGAIN", "EAI_"],
        "cannot be found: its name has no address",
        "Look at the spelling of the host, at DNS, and whether a VPN is needed.",
    ),
    (
        &["ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT", "EADDRNOTAVAIL"],
        "cannot be reached: the way there ends somewhere",
        "Look at firewall and VPN; through a proxy pass an agent that knows it: agent: new ProxyAgent(…).",
    ),
    (
        &["ECONNRESET", "UND_ERR_SOCKET", "EPIPE", "ECONNABORTED", "closed without an answer", "hang up"],
        "closes the connection without an answer",
        "Perhaps it expects https where the endpoint says http; otherwise its own log, or that of a proxy or \
         firewall in between, knows why.",
    ),
];

/// What a gateway must send to let the page in, as nginx writes it.
pub fn service_rule(origin: &str, headers: &str, cookies: bool) -> String {
    say(&[
        "Let the service, or the gateway in front of it, answer pages of this origin, errors and OPTIONS requests \
         included. In nginx:\n  add_header Access-Control-Allow-Origin \"",
        origin,
        "\" always;\n  add_header Access-Control-Allow-Methods \"GET, POST, PUT, DELETE\" always;\n  add_header \
         Access-Control-Allow-Headers \"",
        headers,
        "\" always;\n",
        if cookies { "  add_header Access-Control-Allow-Credentials \"true\" always;\n" } else { "" },
        "  add_header Access-Control-Expose-Headers \"Date, X-Request-Id, Content-Range, Retry-After\" always;\n  \
         if ($request_method = OPTIONS) { return 204; }\nElsewhere the same five headers. Or pass requests on from \
         the page's own server and use endpoint: '/ims'.",
    ])
}

/// The CORS rule of a bucket, ready to paste.
pub fn bucket_rule(origin: &str, store: &str, bucket: &str) -> String {
    say(&[
        "Set the CORS rule of the bucket:\n  aws s3api put-bucket-cors --endpoint-url ",
        store,
        " --bucket ",
        bucket,
        " --cors-configuration '{\"CORSRules\":[{\"AllowedOrigins\":[\"",
        origin,
        "\"],\"AllowedMethods\":[\"GET\",\"HEAD\",\"PUT\",\"POST\",\"DELETE\"],\"AllowedHeaders\":[\"*\"],\
         \"ExposeHeaders\":[\"ETag\",\"x-amz-request-id\",\"Date\"],\"MaxAgeSeconds\":3600}]}'\nConsoles of object \
         stores take the same JSON (often without the outermost braces).",
    ])
}
