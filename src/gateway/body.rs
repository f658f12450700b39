//! Step 6: the body of a request. Only what enforcement must know is read.

use std::{fmt::Display, pin::pin, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::Deserialize;

use super::{
    endpoint::{Endpoint, Wanted},
    error::GatewayError,
    json::{RawObject, Text, quoted},
    patience::within,
    tier::TierChoice,
};

const MAX_BODY: usize = 10 * 1024 * 1024;
/// Lists and objects inside each other at most: what is forwarded must not exhaust the stack of who reads it next.
const MAX_DEPTH: usize = 128;
/// What is read of `stream_options`.
pub(super) const OPTIONS: &[&str] = &["include_usage"];

/// A request as far as it is read.
#[derive(Debug)]
pub(super) struct ApiRequest<'a> {
    object: RawObject<'a>,
    pub endpoint: Endpoint,
    pub model: String,
    pub tier: Option<TierChoice>,
    pub wanted: Wanted,
    /// Length of the body.
    pub bytes: u64,
}

/// Bodies come as they are: what is packed could unfold to any size.
pub(super) fn check_encoding(headers: &HeaderMap) -> Result<(), GatewayError> {
    let mut codings = headers.get_all(header::CONTENT_ENCODING).iter();
    if codings.all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Ok(());
    }
    let mut error = GatewayError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "invalid_request_error",
        "unsupported_encoding",
        "A body with a `Content-Encoding` is not read: send it uncompressed.",
    );
    error.param = Some("content-encoding".to_owned());
    Err(error)
}

/// Reads the whole body, up to 10 MiB, within this time.
pub(super) async fn read(body: Body, patience: Duration) -> Result<Bytes, GatewayError> {
    let refuse = |status, code, message: String| {
        let mut error = GatewayError::new(status, "invalid_request_error", code, message);
        error.param = Some("body".to_owned());
        Err(error)
    };
    let Some(read) = within(patience, pin!(Limited::new(body, MAX_BODY).collect())).await else {
        let message = format!("The body did not arrive within {} seconds.", patience.as_secs());
        return refuse(StatusCode::REQUEST_TIMEOUT, "request_timeout", message);
    };
    match read {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            let message = "The body has more than 10 MiB.".to_owned();
            refuse(StatusCode::PAYLOAD_TOO_LARGE, "request_too_large", message)
        }
        Err(_) => Err(GatewayError::invalid("body", "The body ended before it was complete.")),
    }
}

impl<'a> ApiRequest<'a> {
    pub(super) fn parse(endpoint: Endpoint, bytes: &'a [u8]) -> Result<Self, GatewayError> {
        let text = std::str::from_utf8(bytes).map_err(|_| GatewayError::invalid("body", "The body is not UTF-8 text."))?;
        if is_too_deep(bytes) {
            let message = format!("The body has more than {MAX_DEPTH} lists and objects inside each other.");
            return Err(GatewayError::invalid("body", message));
        }
        let object: RawObject = serde_json::from_str(text)
            .map_err(|error| GatewayError::invalid("body", format!("The body must be one JSON object: {error}.")))?;
        spelt_as_read(&object, "", endpoint.fields())?;
        Ok(Self {
            endpoint,
            model: required(&object, "model", "the id of a model")?,
            tier: tier(&object)?,
            wanted: endpoint.wanted(&object)?,
            bytes: bytes.len() as u64,
            object,
        })
    }

    /// The body for the upstream: its own model id, no `service_tier`, and the usage of a stream asked for.
    pub(super) fn forwarded(&self, upstream_model: &str) -> Result<String, GatewayError> {
        let model = quoted(upstream_model);
        let mut edits = vec![("service_tier", None), ("model", Some(model.as_str()))];
        let options;
        if self.wanted.stream {
            let usage = [("include_usage", Some("true"))];
            options = match self.object.get("stream_options") {
                Some(raw) => nested(raw, "stream_options", OPTIONS)?.with(&usage),
                None => r#"{"include_usage":true}"#.to_owned(),
            };
            edits.push(("stream_options", Some(options.as_str())));
        }
        Ok(self.object.with(&edits))
    }
}

/// True for a text that opens more than [`MAX_DEPTH`] brackets outside of strings without closing them.
fn is_too_deep(text: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    // What has no more brackets at all cannot nest them.
    let opening = text.iter().filter(|byte| matches!(byte, b'[' | b'{')).count();
    opening > MAX_DEPTH
        && text.iter().any(|byte| {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_string => escaped = true,
                b'"' => in_string = !in_string,
                b'[' | b'{' if !in_string => depth += 1,
                b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth > MAX_DEPTH
        })
}

/// An object inside the body, of which `names` are read. Where it stands is written only into an error.
pub(super) fn nested<'a>(raw: &'a str, param: impl Display, names: &[&str]) -> Result<RawObject<'a>, GatewayError> {
    let object = serde_json::from_str(raw).map_err(|_| {
        let message = format!("`{param}` must be an object without repeated fields.");
        GatewayError::invalid(param.to_string(), message)
    })?;
    spelt_as_read(&object, format_args!("{param}."), names)?;
    Ok(object)
}

/// What we enforce must be what the upstream reads, and some decoders do not look at case.
fn spelt_as_read(object: &RawObject<'_>, path: impl Display, names: &[&str]) -> Result<(), GatewayError> {
    match object.misspelt(names) {
        Some(name) => Err(GatewayError::invalid(
            format!("{path}{name}"),
            format!("`{path}{name}` differs only in case from a known field; field names are lower case."),
        )),
        None => Ok(()),
    }
}

/// A field that may be missing or `null`.
pub(super) fn field<'a, T: Deserialize<'a>>(
    object: &RawObject<'a>,
    path: impl Display,
    name: &str,
    wanted: impl Display,
) -> Result<Option<T>, GatewayError> {
    object
        .get(name)
        .map(|raw| {
            serde_json::from_str(raw)
                .map_err(|_| GatewayError::invalid(format!("{path}{name}"), format!("`{path}{name}` must be {wanted}.")))
        })
        .transpose()
}

pub(super) fn required<'a, T: Deserialize<'a>>(object: &RawObject<'a>, name: &str, wanted: impl Display) -> Result<T, GatewayError> {
    field(object, "", name, &wanted)?.ok_or_else(|| GatewayError::invalid(name, format!("`{name}` is missing; it must be {wanted}.")))
}

pub(super) fn count(object: &RawObject<'_>, name: &str, max: u64) -> Result<Option<u64>, GatewayError> {
    let wanted = format_args!("a whole number from 1 to {max}");
    match field::<u64>(object, "", name, wanted)? {
        Some(value) if value == 0 || value > max => Err(GatewayError::invalid(name, format!("`{name}` must be {wanted}."))),
        value => Ok(value),
    }
}

fn tier(object: &RawObject<'_>) -> Result<Option<TierChoice>, GatewayError> {
    const WANTED: &str = "one of auto, default, flex, priority";
    let Some(Text(text)) = field(object, "", "service_tier", WANTED)? else {
        return Ok(None);
    };
    TierChoice::parse(&text).map(Some).ok_or_else(|| {
        let mut error = GatewayError::invalid("service_tier", format!("`service_tier` must be {WANTED}."));
        error.code = "invalid_service_tier";
        error
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn param(body: &str) -> Option<String> {
        Endpoint::Chat.parse(body.as_bytes()).expect_err(body).param
    }

    #[test]
    fn bad_input_names_the_field() {
        for (body, field) in [
            ("", "body"),
            ("[]", "body"),
            ("{", "body"),
            (r#"{"model":"m","model":"m"}"#, "body"),
            (r#"{"messages":[]}"#, "model"),
            (r#"{"model":1}"#, "model"),
            (r#"{"model":null}"#, "model"),
        ] {
            assert_eq!(param(body).as_deref(), Some(field), "{body}");
        }
        let error = Endpoint::Chat.parse(b"{\"model\":\"\xff\"}").expect_err("not UTF-8");
        assert_eq!(error.param.as_deref(), Some("body"));
    }

    #[test]
    fn a_body_may_nest_so_deep_and_brackets_in_texts_do_not_count() {
        let with = |value: &str| format!(r#"{{"model":"m","messages":[{{"role":"user","content":"hi"}}],"x":{value}}}"#);
        let nested = |depth: usize| with(&format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
        assert!(Endpoint::Chat.parse(nested(MAX_DEPTH - 1).as_bytes()).is_ok());
        assert_eq!(param(&nested(MAX_DEPTH)).as_deref(), Some("body"));
        assert_eq!(param(&"[".repeat(10_000)).as_deref(), Some("body"));
        let text = with(&format!(r#""\\\"{}""#, "[{".repeat(1_000)));
        assert!(Endpoint::Chat.parse(text.as_bytes()).is_ok(), "{text}");
    }

    #[test]
    fn only_plain_bodies_are_read() {
        for (coding, is_read) in [("identity", true), ("Identity", true), ("gzip", false), ("identity, br", false)] {
            let headers = HeaderMap::from_iter([(header::CONTENT_ENCODING, coding.parse().expect("a header"))]);
            assert_eq!(check_encoding(&headers).is_ok(), is_read, "{coding}");
        }
    }

    #[test]
    fn what_is_forwarded_keeps_unknown_fields_and_hides_ours() {
        let body = r#"{"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":0.70,"service_tier":"flex","stream":true,"stream_options":{"x":1}}"#;
        let request = Endpoint::Chat.parse(body.as_bytes()).expect("sound");
        assert_eq!(
            request.forwarded("up/m").expect("sound"),
            r#"{"model":"up/m","messages":[{"role":"user","content":"hi"}],"temperature":0.70,"stream":true,"stream_options":{"x":1,"include_usage":true}}"#
        );
    }

    proptest! {
        #[test]
        fn no_bytes_panic_the_parser(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Endpoint::Chat.parse(&bytes);
            let _ = Endpoint::Embeddings.parse(&bytes);
        }
    }
}
