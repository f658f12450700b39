//! Step 6: the body of a chat request. Only what enforcement must know is read.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::{
    error::GatewayError,
    estimate::estimate_input,
    json::{RawObject, quoted},
};
use crate::catalog::Tier;

const MAX_BODY: usize = 10 * 1024 * 1024;
/// More than any model writes; the model's own bound is checked in step 7.
const MAX_OUTPUT: u64 = 10_000_000;
const MAX_CHOICES: u64 = 128;
/// What is read of a request and of its options. Any other spelling of these is refused.
pub(super) const REQUEST: &[&str] = &[
    "model",
    "messages",
    "stream",
    "stream_options",
    "service_tier",
    "max_completion_tokens",
    "max_tokens",
    "n",
];
const OPTIONS: &[&str] = &["include_usage"];

/// The tier that a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TierChoice {
    /// The best of the plan.
    Auto,
    Exactly(Tier),
}

impl TierChoice {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "auto" => Some(Self::Auto),
            "flex" => Some(Self::Exactly(Tier::Flex)),
            "default" => Some(Self::Exactly(Tier::Default)),
            "priority" => Some(Self::Exactly(Tier::Priority)),
            _ => None,
        }
    }
}

/// A chat request as far as it is read.
#[derive(Debug)]
pub(super) struct ChatRequest<'a> {
    object: RawObject<'a>,
    pub model: String,
    pub stream: bool,
    /// The client wants the usage at the end of the stream.
    pub include_usage: bool,
    pub tier: Option<TierChoice>,
    /// `max_completion_tokens` or its older name `max_tokens`: the larger, since both are forwarded and nobody knows
    /// which one the upstream obeys.
    pub asked_output: Option<u64>,
    pub choices: u64,
    /// Expected input tokens.
    pub input_estimate: u64,
    /// Length of the body.
    pub bytes: u64,
}

/// Reads the whole body, up to 10 MiB, within this time.
pub(super) async fn read(body: Body, patience: Duration) -> Result<Bytes, GatewayError> {
    let Ok(read) = tokio::time::timeout(patience, Limited::new(body, MAX_BODY).collect()).await else {
        return Err(GatewayError::new(
            StatusCode::REQUEST_TIMEOUT,
            "invalid_request_error",
            "request_timeout",
            format!("The body did not arrive within {} seconds.", patience.as_secs()),
        ));
    };
    match read {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(GatewayError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "invalid_request_error",
            "request_too_large",
            "The body has more than 10 MiB.",
        )),
        Err(_) => Err(GatewayError::invalid("body", "The body ended before it was complete.")),
    }
}

impl<'a> ChatRequest<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, GatewayError> {
        let text = std::str::from_utf8(bytes).map_err(|_| GatewayError::invalid("body", "The body is not UTF-8 text."))?;
        let object: RawObject = serde_json::from_str(text)
            .map_err(|error| GatewayError::invalid("body", format!("The body must be one JSON object: {error}.")))?;
        spelt_as_read(&object, "", REQUEST)?;
        let include_usage = match object.get("stream_options") {
            Some(raw) => {
                let options = nested(raw, "stream_options", OPTIONS)?;
                field::<bool>(&options, "stream_options.", "include_usage", "true or false")?
            }
            None => None,
        };
        let newer = count(&object, "max_completion_tokens", MAX_OUTPUT)?;
        let older = count(&object, "max_tokens", MAX_OUTPUT)?;
        Ok(Self {
            model: required(&object, "model", "the id of a model")?,
            stream: field(&object, "", "stream", "true or false")?.unwrap_or(false),
            include_usage: include_usage.unwrap_or(false),
            tier: tier(&object)?,
            asked_output: newer.max(older),
            choices: count(&object, "n", MAX_CHOICES)?.unwrap_or(1),
            input_estimate: estimate_input(&object)?,
            bytes: bytes.len() as u64,
            object,
        })
    }

    /// The body for the upstream: its own model id, no `service_tier`, and the usage of a stream asked for.
    pub(super) fn forwarded(&self, upstream_model: &str) -> Result<String, GatewayError> {
        let model = quoted(upstream_model);
        let mut edits = vec![("service_tier", None), ("model", Some(model.as_str()))];
        let options;
        if self.stream {
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

/// An object inside the body, of which `names` are read.
pub(super) fn nested<'a>(raw: &'a str, param: &str, names: &[&str]) -> Result<RawObject<'a>, GatewayError> {
    let object = serde_json::from_str(raw)
        .map_err(|_| GatewayError::invalid(param, format!("`{param}` must be an object without repeated fields.")))?;
    spelt_as_read(&object, &format!("{param}."), names)?;
    Ok(object)
}

/// What we enforce must be what the upstream reads, and some decoders do not look at case.
fn spelt_as_read(object: &RawObject<'_>, path: &str, names: &[&str]) -> Result<(), GatewayError> {
    match object.misspelt(names) {
        Some(name) => Err(GatewayError::invalid(
            format!("{path}{name}"),
            format!("`{path}{name}` differs only in case from a known field; field names are lower case."),
        )),
        None => Ok(()),
    }
}

/// A field that may be missing or `null`.
pub(super) fn field<T: DeserializeOwned>(object: &RawObject<'_>, path: &str, name: &str, wanted: &str) -> Result<Option<T>, GatewayError> {
    object
        .get(name)
        .map(|raw| {
            serde_json::from_str(raw)
                .map_err(|_| GatewayError::invalid(format!("{path}{name}"), format!("`{path}{name}` must be {wanted}.")))
        })
        .transpose()
}

pub(super) fn required<T: DeserializeOwned>(object: &RawObject<'_>, name: &str, wanted: &str) -> Result<T, GatewayError> {
    field(object, "", name, wanted)?.ok_or_else(|| GatewayError::invalid(name, format!("`{name}` is missing; it must be {wanted}.")))
}

fn count(object: &RawObject<'_>, name: &str, max: u64) -> Result<Option<u64>, GatewayError> {
    let wanted = format!("a whole number from 1 to {max}");
    match field::<u64>(object, "", name, &wanted)? {
        Some(value) if value == 0 || value > max => Err(GatewayError::invalid(name, format!("`{name}` must be {wanted}."))),
        value => Ok(value),
    }
}

fn tier(object: &RawObject<'_>) -> Result<Option<TierChoice>, GatewayError> {
    const WANTED: &str = "one of auto, default, flex, priority";
    let Some(text) = field::<String>(object, "", "service_tier", WANTED)? else {
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
        ChatRequest::parse(body.as_bytes()).expect_err(body).param
    }

    #[test]
    fn bad_input_names_the_field() {
        let with = |rest: &str| format!(r#"{{"model":"m","messages":[{{"role":"user","content":"hi"}}]{rest}}}"#);
        for (body, field) in [
            ("", "body"),
            ("[]", "body"),
            (r#"{"model":"m","model":"m"}"#, "body"),
            (r#"{"messages":[]}"#, "model"),
            (r#"{"model":1}"#, "model"),
            (r#"{"model":"m"}"#, "messages"),
            (r#"{"model":"m","messages":"hi"}"#, "messages"),
            (r#"{"model":"m","messages":[]}"#, "messages"),
            (r#"{"model":"m","messages":["hi"]}"#, "messages[0]"),
            (r#"{"model":"m","messages":[{"content":"hi"}]}"#, "messages[0].role"),
            (r#"{"model":"m","messages":[{"role":"user","content":1}]}"#, "messages[0].content"),
            (
                r#"{"model":"m","messages":[{"role":"user","content":[1]}]}"#,
                "messages[0].content[0]",
            ),
            (
                r#"{"model":"m","messages":[{"role":"user","content":[{}]}]}"#,
                "messages[0].content[0].type",
            ),
            (&with(r#","max_tokens":-1"#), "max_tokens"),
            (&with(r#","max_tokens":0"#), "max_tokens"),
            (&with(r#","max_completion_tokens":1e99"#), "max_completion_tokens"),
            (&with(r#","max_completion_tokens":99999999999"#), "max_completion_tokens"),
            (&with(r#","n":129"#), "n"),
            (&with(r#","stream":"yes""#), "stream"),
            (&with(r#","stream_options":7"#), "stream_options"),
            (&with(r#","stream_options":{"include_usage":1}"#), "stream_options.include_usage"),
            (&with(r#","service_tier":"gold""#), "service_tier"),
            (&with(r#","Model":"m""#), "Model"),
            (&with(r#","N":100"#), "N"),
            (&with(r#","Max_Tokens":9"#), "Max_Tokens"),
            (&with(",\"\u{17f}ervice_tier\":\"flex\""), "\u{17f}ervice_tier"),
            (&with(",\"max_to\u{212a}ens\":9"), "max_to\u{212a}ens"),
            (
                &with(r#","stream_options":{"Include_usage":false}"#),
                "stream_options.Include_usage",
            ),
            (
                r#"{"model":"m","messages":[{"role":"user","Content":"hi"}]}"#,
                "messages[0].Content",
            ),
        ] {
            assert_eq!(param(body).as_deref(), Some(field), "{body}");
        }
        let error = ChatRequest::parse(b"{\"model\":\"\xff\"}").expect_err("not UTF-8");
        assert_eq!(error.param.as_deref(), Some("body"));
    }

    #[test]
    fn null_is_as_good_as_missing() {
        let body =
            r#"{"model":"m","messages":[{"role":"user","content":null}],"n":null,"stream":null,"max_tokens":null,"service_tier":null}"#;
        let chat = ChatRequest::parse(body.as_bytes()).expect("sound");
        assert_eq!((chat.choices, chat.stream, chat.asked_output, chat.tier), (1, false, None, None));
    }

    #[test]
    fn the_larger_of_both_maxima_counts() {
        for (newer, older) in [(1, 900), (900, 1)] {
            let body = format!(r#"{{"model":"m","messages":[{{"role":"user"}}],"max_completion_tokens":{newer},"max_tokens":{older}}}"#);
            assert_eq!(ChatRequest::parse(body.as_bytes()).expect("sound").asked_output, Some(900));
        }
    }

    #[test]
    fn what_is_forwarded_keeps_unknown_fields_and_hides_ours() {
        let body = r#"{"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":0.70,"service_tier":"flex","stream":true,"stream_options":{"x":1}}"#;
        let chat = ChatRequest::parse(body.as_bytes()).expect("sound");
        assert_eq!(
            chat.forwarded("up/m").expect("sound"),
            r#"{"model":"up/m","messages":[{"role":"user","content":"hi"}],"temperature":0.70,"stream":true,"stream_options":{"x":1,"include_usage":true}}"#
        );
    }

    proptest! {
        #[test]
        fn no_bytes_panic_the_parser(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = ChatRequest::parse(&bytes);
        }
    }
}
