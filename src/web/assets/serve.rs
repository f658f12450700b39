//! The routes of the assets: content coding, validation and caching.

use axum::{
    Router,
    extract::Path,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY, X_CONTENT_TYPE_OPTIONS},
    },
    response::{IntoResponse, Response},
    routing::get,
};

use super::{
    ASSETS, Asset,
    encoding::{Coding, negotiate},
    named,
};

/// A URL with a hash never changes its content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// A URL without a hash changes with a release.
const A_DAY: &str = "public, max-age=86400";

/// `/assets/{file}`, `/favicon.ico` and `/robots.txt`, for any router state. All of it is public: no session is read.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/assets/{file}", get(asset))
        .route("/favicon.ico", get(favicon))
        .route("/robots.txt", get(robots))
}

async fn asset(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let found = ASSETS.iter().find(|asset| asset.url.strip_prefix("/assets/") == Some(&file));
    found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |asset| respond(asset, &headers, FOR_EVER))
}

/// Browsers ask for it where no document names an icon, such as for a JSON answer.
async fn favicon(headers: HeaderMap) -> Response {
    named("favicon.svg").map_or_else(|| StatusCode::NOT_FOUND.into_response(), |icon| respond(icon, &headers, A_DAY))
}

/// A console has nothing for search engines.
async fn robots() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CACHE_CONTROL, A_DAY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, "User-agent: *\nDisallow: /\n").into_response()
}

fn respond(asset: &'static Asset, request: &HeaderMap, cache: &'static str) -> Response {
    let (coding, body) = form(asset, request);
    let tag = format!("\"{}-{}\"", asset.hash, coding.name());
    let unchanged = matches(request, &tag);
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        body.into_response()
    };
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(CACHE_CONTROL, cache);
    set(VARY, "accept-encoding");
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    if !unchanged {
        set(CONTENT_TYPE, asset.content_type);
        if coding != Coding::Identity {
            set(CONTENT_ENCODING, coding.name());
        }
    }
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(ETAG, tag);
    }
    response
}

/// The form of the content that suits the client best.
fn form(asset: &'static Asset, request: &HeaderMap) -> (Coding, &'static [u8]) {
    let forms = [
        (Coding::Brotli, asset.brotli),
        (Coding::Gzip, asset.gzip),
        (Coding::Identity, Some(asset.identity)),
    ];
    let offered: Vec<_> = forms
        .iter()
        .filter(|(_, content)| content.is_some())
        .map(|(coding, _)| *coding)
        .collect();
    let chosen = negotiate(request, &offered);
    let content = forms.into_iter().find_map(|(coding, content)| content.filter(|_| coding == chosen));
    (chosen, content.unwrap_or(asset.identity))
}

/// Whether the client holds the form already: weak comparison with a list of tags (RFC 9110, section 13.1.2).
fn matches(request: &HeaderMap, tag: &str) -> bool {
    let values = request.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|held| held == "*" || held.strip_prefix("W/").unwrap_or(held) == tag)
}

#[cfg(test)]
mod tests {
    use axum::{
        body::Body,
        http::{
            Request,
            header::{ACCEPT_ENCODING, CONTENT_LENGTH},
        },
    };
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::{super::url, *};

    async fn send(method: &str, path: &str, headers: &[(HeaderName, &str)]) -> (StatusCode, HeaderMap, Vec<u8>) {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let response = routes::<()>().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, body.collect().await.unwrap().to_bytes().to_vec())
    }

    #[tokio::test]
    async fn a_style_sheet_comes_in_the_form_that_was_asked_for() {
        let css = named("main.css").unwrap();
        for (accept, coding, body) in [
            ("gzip, br", Some("br"), css.brotli.unwrap()),
            ("gzip", Some("gzip"), css.gzip.unwrap()),
            ("zstd", None, css.identity),
        ] {
            let (status, headers, content) = send("GET", css.url, &[(ACCEPT_ENCODING, accept)]).await;
            assert_eq!(status, StatusCode::OK);
            assert_eq!(headers.get(CONTENT_ENCODING).map(|value| value.to_str().unwrap()), coding);
            assert_eq!(content, body);
            assert_eq!(headers[CONTENT_TYPE], "text/css; charset=utf-8");
            assert_eq!(headers[CACHE_CONTROL], FOR_EVER);
            assert_eq!(headers[VARY], "accept-encoding");
            assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
        }
    }

    #[tokio::test]
    async fn every_asset_has_a_type_that_a_browser_takes() {
        for asset in ASSETS {
            let (status, headers, content) = send("GET", asset.url, &[]).await;
            assert_eq!((status, content.as_slice()), (StatusCode::OK, asset.identity), "{}", asset.name);
            assert_eq!(headers[CONTENT_TYPE], asset.content_type);
        }
        assert_eq!(named("fonts/inter.woff2").unwrap().content_type, "font/woff2");
        assert_eq!(named("icons.svg").unwrap().content_type, "image/svg+xml");
    }

    #[tokio::test]
    async fn a_held_tag_is_answered_with_304_for_its_own_form_only() {
        let path = url("main.css").unwrap();
        let (_, headers, _) = send("GET", path, &[(ACCEPT_ENCODING, "br")]).await;
        let tag = headers[ETAG].to_str().unwrap().to_owned();
        for held in [tag.clone(), format!("\"other\", W/{tag}"), String::from("*")] {
            let (status, headers, content) = send("GET", path, &[(ACCEPT_ENCODING, "br"), (IF_NONE_MATCH, &held)]).await;
            assert_eq!((status, content.len()), (StatusCode::NOT_MODIFIED, 0), "{held}");
            assert_eq!(headers[ETAG], tag);
            assert_eq!(headers[CACHE_CONTROL], FOR_EVER);
        }
        let (status, ..) = send("GET", path, &[(ACCEPT_ENCODING, "gzip"), (IF_NONE_MATCH, &tag)]).await;
        assert_eq!(status, StatusCode::OK);
    }

    #[tokio::test]
    async fn head_has_the_headers_without_the_body() {
        let css = named("main.css").unwrap();
        let (status, headers, content) = send("HEAD", css.url, &[]).await;
        assert_eq!((status, content.len()), (StatusCode::OK, 0));
        assert_eq!(headers[CONTENT_LENGTH], css.identity.len().to_string());
    }

    #[tokio::test]
    async fn other_names_and_methods_are_refused() {
        let stale = url("main.css").unwrap().replace("main.", "main.0");
        for path in [
            "/assets/main.css",
            "/assets/..%2fmain.css",
            "/assets/fonts/inter.woff2",
            "/assets/",
            stale.as_str(),
        ] {
            assert_eq!(send("GET", path, &[]).await.0, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(send("POST", url("main.css").unwrap(), &[]).await.0, StatusCode::METHOD_NOT_ALLOWED);
    }

    #[tokio::test]
    async fn well_known_paths_answer() {
        let (status, headers, content) = send("GET", "/favicon.ico", &[]).await;
        assert_eq!(
            (status, content.as_slice()),
            (StatusCode::OK, named("favicon.svg").unwrap().identity)
        );
        assert_eq!(headers[CONTENT_TYPE], "image/svg+xml");
        assert_eq!(headers[CACHE_CONTROL], A_DAY);
        let (status, _, content) = send("GET", "/robots.txt", &[]).await;
        assert_eq!(
            (status, content.as_slice()),
            (StatusCode::OK, b"User-agent: *\nDisallow: /\n".as_slice())
        );
    }
}
