//! `POST /v1/chat/completions`: the fields of a chat request.

use super::Wanted;
use crate::gateway::{
    body::{OPTIONS, count, field, nested},
    error::GatewayError,
    estimate::estimate_input,
    json::RawObject,
};

/// More than any model writes; the model's own bound is checked in step 7.
const MAX_OUTPUT: u64 = 10_000_000;
const MAX_CHOICES: u64 = 128;
pub(super) const FIELDS: &[&str] = &[
    "model",
    "messages",
    "stream",
    "stream_options",
    "service_tier",
    "max_completion_tokens",
    "max_tokens",
    "n",
];

/// Of `max_completion_tokens` and its older name `max_tokens` the larger counts, since both are forwarded and nobody
/// knows which one the upstream obeys.
pub(super) fn wanted(object: &RawObject<'_>) -> Result<Wanted, GatewayError> {
    let include_usage = match object.get("stream_options") {
        Some(raw) => {
            let options = nested(raw, "stream_options", OPTIONS)?;
            field::<bool>(&options, "stream_options.", "include_usage", "true or false")?
        }
        None => None,
    };
    let newer = count(object, "max_completion_tokens", MAX_OUTPUT)?;
    let older = count(object, "max_tokens", MAX_OUTPUT)?;
    Ok(Wanted {
        stream: field(object, "", "stream", "true or false")?.unwrap_or(false),
        include_usage: include_usage.unwrap_or(false),
        asked_output: newer.max(older),
        choices: count(object, "n", MAX_CHOICES)?.unwrap_or(1),
        input_estimate: estimate_input(object, FIELDS)?,
    })
}

#[cfg(test)]
mod tests {
    use crate::gateway::endpoint::Endpoint;

    fn param(body: &str) -> Option<String> {
        Endpoint::Chat.parse(body.as_bytes()).expect_err(body).param
    }

    #[test]
    fn bad_input_names_the_field() {
        let with = |rest: &str| format!(r#"{{"model":"m","messages":[{{"role":"user","content":"hi"}}]{rest}}}"#);
        for (body, field) in [
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
    }

    #[test]
    fn null_is_as_good_as_missing() {
        let body =
            r#"{"model":"m","messages":[{"role":"user","content":null}],"n":null,"stream":null,"max_tokens":null,"service_tier":null}"#;
        let request = Endpoint::Chat.parse(body.as_bytes()).expect("sound");
        let wanted = request.wanted;
        assert_eq!(
            (wanted.choices, wanted.stream, wanted.asked_output, request.tier),
            (1, false, None, None)
        );
    }

    #[test]
    fn the_larger_of_both_maxima_counts() {
        for (newer, older) in [(1, 900), (900, 1)] {
            let body = format!(r#"{{"model":"m","messages":[{{"role":"user"}}],"max_completion_tokens":{newer},"max_tokens":{older}}}"#);
            let request = Endpoint::Chat.parse(body.as_bytes()).expect("sound");
            assert_eq!(request.wanted.asked_output, Some(900));
        }
    }
}
