//! Input tokens expected of a request, before anybody has counted them.

use std::fmt::Display;

use serde_json::value::RawValue;

use super::{
    body::{field, nested, required},
    error::GatewayError,
    json::{RawObject, Text},
};

/// Tokens that one image, or one piece of audio, is taken for; any other part is at least an image.
const IMAGE_TOKENS: u64 = 1_000;
const AUDIO_TOKENS: u64 = 2_000;

/// What is read of a message and of a part of it.
const MESSAGE: &[&str] = &["role", "content"];
const PART: &[&str] = &["type", "text", "image_url", "input_audio"];

/// What a request is expected to be worth, before the model counts it.
#[derive(Default)]
struct Measure {
    /// Of text, and of everything else that a model may read: tools, calls, schemas, unknown fields.
    bytes: u64,
    /// Tokens of parts that are no text.
    media: u64,
    /// Messages and parts of text: each is at least one token.
    pieces: u64,
}

impl Measure {
    fn tokens(&self) -> u64 {
        tokens_of_bytes(self.bytes).max(self.pieces) + self.media
    }

    /// Fields beside those that are measured by themselves. A number or a switch is no input.
    fn rest(&mut self, object: &RawObject<'_>, apart: &[&str]) {
        self.bytes += object
            .fields()
            .filter(|(name, text)| !apart.contains(name) && text.starts_with(['"', '[', '{']))
            .map(|(_, text)| text.len() as u64)
            .sum::<u64>();
    }

    fn message(&mut self, raw: &str, path: impl Display) -> Result<(), GatewayError> {
        let message = nested(raw, &path, MESSAGE)?;
        if field::<Text<'_>>(&message, format_args!("{path}."), "role", "a text")?.is_none() {
            return Err(GatewayError::invalid(format!("{path}.role"), format!("`{path}.role` is missing.")));
        }
        self.pieces += 1;
        self.rest(&message, MESSAGE);
        match message.get("content") {
            Some(content) => self.content(content, format_args!("{path}.content")),
            None => Ok(()),
        }
    }

    fn content(&mut self, content: &str, path: impl Display) -> Result<(), GatewayError> {
        let wrong = |path: &dyn Display| GatewayError::invalid(path.to_string(), format!("`{path}` must be a text or a list of parts."));
        if content.starts_with('"') {
            let Text(text) = serde_json::from_str(content).map_err(|_| wrong(&path))?;
            self.bytes += text.len() as u64;
            return Ok(());
        }
        let parts: Vec<&RawValue> = serde_json::from_str(content).map_err(|_| wrong(&path))?;
        for (index, raw) in parts.into_iter().enumerate() {
            let path = format_args!("{path}[{index}]");
            let part = nested(raw.get(), path, PART)?;
            let Text(kind) = required(&part, "type", "a text").map_err(|_| wrong(&format_args!("{path}.type")))?;
            match &*kind {
                "text" => {
                    self.pieces += 1;
                    self.rest(&part, &["type", "text"]);
                    let text = field::<Text<'_>>(&part, format_args!("{path}."), "text", "a text")?;
                    self.bytes += text.map_or(0, |Text(text)| text.len() as u64);
                }
                "image_url" => {
                    self.rest(&part, &["type", "image_url"]);
                    self.media += IMAGE_TOKENS;
                }
                "input_audio" => {
                    self.rest(&part, &["type", "input_audio"]);
                    self.media += AUDIO_TOKENS;
                }
                _ => self.media += IMAGE_TOKENS.max(tokens_of_bytes(raw.get().len() as u64)),
            }
        }
        Ok(())
    }
}

/// Text bytes / 4, rounded up, with all that is no plain text counted as it stands in the body, and a constant for each
/// image or piece of audio. The fields `apart` are no input by themselves.
pub(super) fn estimate_input(object: &RawObject<'_>, apart: &[&str]) -> Result<u64, GatewayError> {
    let raw = object
        .get("messages")
        .ok_or_else(|| GatewayError::invalid("messages", "`messages` is missing; it must be a list of messages."))?;
    let messages: Vec<&RawValue> =
        serde_json::from_str(raw).map_err(|_| GatewayError::invalid("messages", "`messages` must be a list of messages."))?;
    if messages.is_empty() {
        return Err(GatewayError::invalid("messages", "`messages` must hold at least one message."));
    }
    let mut measure = Measure::default();
    measure.rest(object, apart);
    for (index, raw) in messages.into_iter().enumerate() {
        measure.message(raw.get(), format_args!("messages[{index}]"))?;
    }
    Ok(measure.tokens())
}

/// The rule of thumb for text: four bytes a token, rounded up.
pub(super) fn tokens_of_bytes(bytes: u64) -> u64 {
    bytes.div_ceil(4)
}

#[cfg(test)]
mod tests {
    use crate::gateway::endpoint::Endpoint;

    fn estimate(body: &str) -> u64 {
        Endpoint::Chat.parse(body.as_bytes()).expect("sound").wanted.input_estimate
    }

    #[test]
    fn all_that_a_model_may_read_is_estimated() {
        let long = "x".repeat(4_000);
        let with = |rest: &str| format!(r#"{{"model":"m","messages":[{{"role":"user","content":"hi"}}]{rest}}}"#);
        let message = |rest: &str| format!(r#"{{"model":"m","messages":[{{"role":"user"{rest}}}]}}"#);
        for body in [
            with(&format!(r#","tools":[{{"function":{{"description":"{long}"}}}}]"#)),
            with(&format!(r#","functions":[{{"description":"{long}"}}]"#)),
            with(&format!(r#","response_format":{{"schema":"{long}"}}"#)),
            with(&format!(r#","anything":"{long}""#)),
            message(&format!(r#","tool_calls":[{{"arguments":"{long}"}}]"#)),
            message(&format!(
                r#","content":[{{"type":"image_url","image_url":{{}},"caption":"{long}"}}]"#
            )),
            message(&format!(r#","content":[{{"type":"refusal","refusal":"{long}"}}]"#)),
            message(&format!(r#","content":[{{"type":"file","text":"{long}"}}]"#)),
        ] {
            assert!(estimate(&body) >= 1_000, "{body}");
        }
        let image = message(&format!(r#","content":[{{"type":"image_url","image_url":{{"url":"{long}"}}}}]"#));
        assert_eq!(estimate(&image), 1_000 + 1, "the payload of an image is not text");
        assert_eq!(
            estimate(&with(r#","temperature":0.7,"seed":7,"logprobs":true"#)),
            1,
            "settings are no input"
        );
        let empty = vec![r#"{"role":"user","content":""}"#; 500].join(",");
        assert_eq!(estimate(&format!(r#"{{"model":"m","messages":[{empty}]}}"#)), 500);
    }

    #[test]
    fn the_estimate_counts_text_and_other_parts() {
        let body = r#"{"model":"m","messages":[{"role":"system","content":"12345"},
            {"role":"user","content":[{"type":"text","text":"é12"},{"type":"image_url","image_url":{}},{"type":"input_audio"}]}]}"#;
        assert_eq!(estimate(body), 3 + 1_000 + 2_000);
    }
}
