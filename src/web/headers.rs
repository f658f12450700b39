//! Headers that every answer carries, and the content security policy of pages.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS},
};

use crate::config::PublicUrl;

/// For everything that is no page: nothing may load, nobody may frame it.
const BARE_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
/// What the console has no use for.
const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()";
/// Two years. Subdomains are not ours to decide about.
const HSTS: &str = "max-age=63072000";

/// Set on every answer.
const ALWAYS: [(HeaderName, &str); 5] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Set where the handler said nothing: pages bring their policy with the nonce, assets may be kept.
const UNLESS_SET: [(HeaderName, &str); 2] = [(CONTENT_SECURITY_POLICY, BARE_POLICY), (CACHE_CONTROL, "no-store")];

pub fn add(headers: &mut HeaderMap, public_url: &PublicUrl) {
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for (name, value) in UNLESS_SET {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if public_url.is_https() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
}

/// The policy of a page: its own scripts and style sheet, inline scripts only with this answer's nonce.
pub fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; font-src 'self'; \
         img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
    )
}
