//! What Node's error codes mean, and the rules to paste.

use super::{Text, say};

/// Any of these pieces of an error, what it means (it follows «The image service at https://… »), and the advice.
pub static NODE: &[(&[&str], &str, &str)] = &[
    (
        &["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"],
        "shows a certificate whose time is over or has not begun",
        "Set this machine's clock right; if it is, the server needs a new certificate.",
    ),
    (
        &["ERR_TLS_CERT_ALTNAME_INVALID"],
        "shows a certificate for another name",
        "Use the name in the certificate as host of the endpoint.",
    ),
    (
        &["SELF_SIGNED", "UNABLE_TO_", "CERT_"],
        "shows a certificate that Node does not trust: self-signed, or from an authority of your own",
        "Start Node with NODE_EXTRA_CA_CERTS=/path/to/ca.pem, or pass agent: new https.Agent({ ca: \
         fs.readFileSync('/path/to/ca.pem') }).",
    ),
    (
        &["WRONG_VERSION_NUMBER", "EPROTO", "ERR_SSL"],
        "does not speak https at this port, but probably http",
        "Try http://, or the port for https.",
    ),
    (
        &["HPE_"],
        "does not speak http at this port, but probably https",
        "Try https://, or the port for http.",
    ),
    (&["bad port"], "is at a port that fetch never asks", "Let the service listen at another port."),
    (
        &["ECONNREFUSED"],
        "refuses the connection: nothing listens at this port, or a firewall says no",
        "Look at host and port, and whether the server runs.",
    ),
    (
        &["ENOTFOUND", "EAI_"],
        "cannot be found: its name has no address",
        "Look at the spelling of the host, at DNS and VPN.",
    ),
    (
        &["ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"],
        "cannot be reached",
        "Look at firewall and VPN; a proxy needs an agent that knows it (option agent).",
    ),
    (
        &["ECONNRESET", "UND_ERR_SOCKET", "EPIPE", "closed without", "hang up"],
        "closes the connection without an answer",
        "Perhaps it expects https where the endpoint says http; otherwise its log, or that of a proxy in between, \
         knows why.",
    ),
];

/// What a gateway must send to let the page in, as nginx writes it.
pub fn service_rule(origin: &str, headers: &str, cookies: bool) -> Text {
    say(&[
        "Send these headers with every answer of the service, errors included, and answer OPTIONS with 204. In nginx:\
         \nadd_header Access-Control-Allow-Origin \"",
        origin,
        "\" always;\nadd_header Access-Control-Allow-Methods \"GET, POST, PUT, DELETE\" always;\nadd_header \
         Access-Control-Allow-Headers \"content-type, ",
        headers,
        "\" always;\nadd_header Access-Control-Expose-Headers \"Date, X-Request-Id, Content-Range, Retry-After\" \
         always;\n",
        if cookies { "add_header Access-Control-Allow-Credentials true always;\n" } else { "" },
        "if ($request_method = OPTIONS) { return 204; }\nOr let the page's own server pass requests on, and use \
         endpoint: '/ims'.",
    ])
}

/// The CORS rule of a bucket, ready to paste.
pub fn bucket_rule(origin: &str, store: &str, bucket: &str) -> Text {
    say(&[
        "Set the CORS rule of the bucket:\naws s3api put-bucket-cors --endpoint-url ",
        store,
        " --bucket ",
        bucket,
        " --cors-configuration '{\"CORSRules\":[{\"AllowedOrigins\":[\"",
        origin,
        "\"],\"AllowedMethods\":[\"GET\",\"HEAD\",\"PUT\",\"POST\",\"DELETE\"],\"AllowedHeaders\":[\"*\"],\
         \"ExposeHeaders\":[\"ETag\",\"x-amz-request-id\",\"Date\"],\"MaxAgeSeconds\":3600}]}'",
    ])
}
