//! Cross-site requests: what changes something must come from a page of this console.
//!
//! Browsers say so themselves: `Sec-Fetch-Site` where it exists (Fetch Metadata), else `Origin` (the Fetch standard sends it
//! with every POST). A request with neither comes from no browser that we know, and is refused as well.

use std::sync::Arc;

use app::model::{AppError, LocalPath};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http::{
    HeaderMap, Method, StatusCode, Uri,
    header::{HOST, ORIGIN, REFERER},
};

use super::{Site, errors::Audience};
use crate::config::PublicUrl;

const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Refuses a change that no page of this console asked for, and drops a foreign `Referer`, which forms are led back to.
pub async fn layer(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    let host = host(&request);
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !is_safe && !is_same_origin(request.headers(), host.as_deref(), &site.public_url) {
        let reason = "The request did not come from a page of this console.".to_owned();
        return Audience::of_request(&request).refuse(&AppError::Forbidden { reason });
    }
    if request.uri().path_and_query().is_none() {
        let error = AppError::field("url", "The request names no path.");
        return Audience::of_request(&request).answer(StatusCode::BAD_REQUEST, &error);
    }
    let is_led = local_referer(request.headers(), host.as_deref(), &site.public_url).is_some();
    if !is_led {
        request.headers_mut().remove(REFERER);
    }
    if is_safe && let Some(clean) = without_planted_error(&request, is_led) {
        return Redirect::to(&clean).into_response();
    }
    next.run(request).await
}

/// Without script, the error of a form comes back in the address (`__path`, `__err`). A link from elsewhere that carries
/// one would put a stranger's words on our page: it leads to the same address without them.
fn without_planted_error(request: &Request, is_led: bool) -> Option<String> {
    let query = request.uri().query()?;
    let is_error = |pair: &&str| pair.starts_with("__err=") || pair.starts_with("__path=");
    query.split('&').find(is_error)?;
    let ours = match single(request.headers(), SEC_FETCH_SITE) {
        Some(site) => site == "same-origin",
        None => is_led,
    };
    let rest: Vec<&str> = query.split('&').filter(|pair| !is_error(pair)).collect();
    let path = request.uri().path();
    (!ours).then(|| {
        let clean = if rest.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", rest.join("&"))
        };
        // The path is the link's, too: a browser reads `//host` as another host.
        clean.parse::<LocalPath>().map_or_else(|_| "/".to_owned(), String::from)
    })
}

/// The host that the client named: HTTP/2 has it in the URI.
fn host(request: &Request) -> Option<String> {
    let authority = request.uri().authority().map(|authority| authority.as_str().to_owned());
    authority.or_else(|| single(request.headers(), HOST.as_str()).map(str::to_owned))
}

/// Was this read by a script of one of our pages? Browsers that send no fetch metadata send a referer; the layer has dropped
/// foreign ones before.
pub fn is_own_page(headers: &HeaderMap) -> bool {
    match single(headers, SEC_FETCH_SITE) {
        Some(site) => site == "same-origin",
        None => !headers.contains_key(SEC_FETCH_SITE) && headers.contains_key(REFERER),
    }
}

fn is_same_origin(headers: &HeaderMap, host: Option<&str>, public: &PublicUrl) -> bool {
    match (single(headers, SEC_FETCH_SITE), headers.contains_key(ORIGIN)) {
        (Some("same-origin"), _) | (Some("none"), false) => true,
        (None, true) if !headers.contains_key(SEC_FETCH_SITE) => {
            single(headers, ORIGIN.as_str()).is_some_and(|origin| is_ours(origin, host, public))
        }
        _ => false,
    }
}

/// The public origin, or the host that was asked under the public scheme: so a plain page never speaks for an https one.
fn is_ours(origin: &str, host: Option<&str>, public: &PublicUrl) -> bool {
    let scheme = if public.is_https() { "https" } else { "http" };
    origin.eq_ignore_ascii_case(public.origin()) || host.is_some_and(|host| origin.eq_ignore_ascii_case(&format!("{scheme}://{host}")))
}

/// The header's value, if it stands there once.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// The path of the page that the request came from, if it is one of ours.
fn local_referer(headers: &HeaderMap, host: Option<&str>, public: &PublicUrl) -> Option<LocalPath> {
    let uri: Uri = single(headers, REFERER.as_str())?.parse().ok()?;
    let origin = format!("{}://{}", uri.scheme_str()?, uri.authority()?);
    if !is_ours(&origin, host, public) {
        return None;
    }
    uri.path_and_query()?.as_str().parse().ok()
}

/// Where a plain form leads back to. The layer has dropped foreign referers before.
pub fn back(headers: &HeaderMap) -> String {
    let uri = single(headers, REFERER.as_str()).and_then(|referer| referer.parse::<Uri>().ok());
    let path = uri.and_then(|uri| uri.path_and_query()?.as_str().parse::<LocalPath>().ok());
    path.map_or_else(|| "/".to_owned(), String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().expect("a header"));
        }
        headers
    }

    fn passes(pairs: &[(&'static str, &str)], public: &str) -> bool {
        let public = PublicUrl::parse(public).expect("an origin");
        is_same_origin(&headers(pairs), Some("127.0.0.1:3000"), &public)
    }

    #[test]
    fn only_our_own_pages_change_something() {
        let public = "https://bailiwick.example";
        for good in [
            &[("sec-fetch-site", "same-origin")][..],
            &[("sec-fetch-site", "same-origin"), ("origin", "https://bailiwick.example")],
            &[("sec-fetch-site", "none")],
            &[("origin", "https://bailiwick.example")],
            &[("origin", "https://127.0.0.1:3000")],
        ] {
            assert!(passes(good, public), "{good:?}");
        }
        for bad in [
            &[][..],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none"), ("origin", "https://bailiwick.example")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://bailiwick.example")],
            &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
            &[
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-site", "none"),
                ("origin", "https://bailiwick.example"),
            ],
            &[("origin", "null")],
            &[("origin", "http://127.0.0.1:3000")],
            &[("origin", "https://bailiwick.example.evil.example")],
            &[("origin", "https://bailiwick.example"), ("origin", "https://evil.example")],
        ] {
            assert!(!passes(bad, public), "{bad:?}");
        }
        assert!(passes(&[("origin", "http://127.0.0.1:3000")], "http://localhost:3000"));
    }

    #[test]
    fn a_form_leads_back_to_our_pages_only() {
        let public = PublicUrl::parse("https://bailiwick.example").expect("an origin");
        let local = |referer: &str| local_referer(&headers(&[("referer", referer)]), None, &public).map(String::from);
        assert_eq!(
            local("https://bailiwick.example/acme/prod/keys?q=a"),
            Some("/acme/prod/keys?q=a".to_owned())
        );
        for foreign in [
            "https://evil.example/acme",
            "http://bailiwick.example/",
            "https://bailiwick.example//evil.example",
            "/acme",
        ] {
            assert_eq!(local(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn an_error_in_a_link_from_elsewhere_is_dropped() {
        let clean = |uri: &str, site: Option<&str>, is_led| {
            let mut request = Request::get(uri).body(axum::body::Body::empty()).expect("a request");
            if let Some(site) = site {
                request.headers_mut().insert(SEC_FETCH_SITE, site.parse().expect("a header"));
            }
            without_planted_error(&request, is_led)
        };
        let planted = "/signin?next=%2Fa&__path=%2Fapi%2Fx&__err=abc";
        assert_eq!(clean(planted, Some("cross-site"), true).as_deref(), Some("/signin?next=%2Fa"));
        assert_eq!(clean(planted, Some("none"), false).as_deref(), Some("/signin?next=%2Fa"));
        assert_eq!(clean("/signin?__err=abc", None, false).as_deref(), Some("/signin"));
        assert_eq!(clean(planted, Some("same-origin"), false), None);
        assert_eq!(
            clean(planted, None, true),
            None,
            "a browser without fetch metadata, after our own form"
        );
        assert_eq!(clean("/signin?next=%2Fa", Some("cross-site"), false), None);
        for elsewhere in ["//evil.example?__err=x", "//evil.example/a?b=c&__path=x", "///evil.example?__err=x"] {
            assert_eq!(clean(elsewhere, Some("cross-site"), false).as_deref(), Some("/"), "{elsewhere}");
        }
    }
}
