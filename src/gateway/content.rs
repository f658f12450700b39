//! What a whole answer, or one chunk of a stream, says: how much the model wrote, and what the upstream counted.

use memchr::memchr;
use serde_json::value::RawValue;

use super::json::RawObject;
use crate::metering::Tokens;

/// An answer or a chunk, as far as it is read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Content {
    /// Bytes that the model wrote: text as it reads, anything else (a tool call) as it stands in the JSON.
    pub text_bytes: u64,
    /// The upstream's own count. Half a count is none: what is missing is not zero.
    pub usage: Option<Tokens>,
    /// The chunk is there for the usage alone.
    pub is_usage_alone: bool,
}

impl Content {
    /// `None` for what is no answer: nobody can say how much of it the model wrote.
    pub(super) fn read(object: &RawObject<'_>) -> Option<Self> {
        let choices: Vec<&RawValue> = match object.get("choices") {
            Some(raw) => serde_json::from_str(raw).ok()?,
            None => Vec::new(),
        };
        let has_usage = object.get("usage").is_some();
        if !has_usage && object.get("choices").is_none() {
            return None;
        }
        Some(Self {
            text_bytes: choices.iter().map(|choice| choice_bytes(choice.get())).sum(),
            usage: object.get("usage").and_then(usage),
            is_usage_alone: has_usage && choices.is_empty(),
        })
    }
}

/// The answer stands in `message`, in a stream in `delta`.
fn choice_bytes(raw: &str) -> u64 {
    let Ok(choice) = serde_json::from_str::<RawObject>(raw) else {
        return raw.len() as u64;
    };
    let parts: Vec<&str> = ["delta", "message", "text"].iter().filter_map(|name| choice.get(name)).collect();
    match parts.as_slice() {
        [] => raw.len() as u64,
        parts => parts.iter().map(|part| part_bytes(part)).sum(),
    }
}

fn part_bytes(raw: &str) -> u64 {
    let Ok(part) = serde_json::from_str::<RawObject>(raw) else {
        return text_bytes(raw);
    };
    part.fields()
        .filter(|(name, value)| *name != "role" && !matches!(*value, "[]" | "{}" | "true" | "false"))
        .map(|(name, value)| if name == "content" { text_bytes(value) } else { written(value) })
        .sum()
}

/// A text without its quotes and escapes; anything else as it stands.
fn text_bytes(raw: &str) -> u64 {
    let without_quotes = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
    let bytes = match without_quotes {
        Some(plain) if memchr(b'\\', plain.as_bytes()).is_none() => plain.len(),
        _ => serde_json::from_str::<String>(raw).map_or(raw.len(), |text| text.len()),
    };
    bytes as u64
}

fn written(raw: &str) -> u64 {
    if raw == "\"\"" { 0 } else { raw.len() as u64 }
}

fn usage(raw: &str) -> Option<Tokens> {
    let usage: RawObject = serde_json::from_str(raw).ok()?;
    Some(Tokens {
        output: count(&usage, "completion_tokens")?,
        ..input_tokens(&usage)?
    })
}

/// The upstream's count for embeddings: nothing is written, so the input is all of it.
pub(super) fn embeddings_usage(answer: &RawObject<'_>) -> Option<Tokens> {
    input_tokens(&serde_json::from_str(answer.get("usage")?).ok()?)
}

fn input_tokens(usage: &RawObject<'_>) -> Option<Tokens> {
    let input = count(usage, "prompt_tokens")?;
    let details = usage.get("prompt_tokens_details").map(serde_json::from_str::<RawObject>);
    let cached = details.and_then(Result::ok).and_then(|details| count(&details, "cached_tokens"));
    Some(Tokens {
        input,
        cached: cached.unwrap_or(0).min(input),
        output: 0,
    })
}

fn count(object: &RawObject<'_>, name: &str) -> Option<u64> {
    serde_json::from_str(object.get(name)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Content> {
        Content::read(&serde_json::from_str(text).ok()?)
    }

    fn bytes(choice: &str) -> u64 {
        let text = format!(r#"{{"choices":[{choice}]}}"#);
        read(&text).expect("an answer").text_bytes
    }

    #[test]
    fn everything_that_the_model_wrote_is_counted() {
        for (choice, expected) in [
            (r#"{"delta":{"role":"assistant","content":""}}"#, 0),
            (r#"{"delta":{},"finish_reason":"stop"}"#, 0),
            (r#"{"delta":{"content":"\u00e9\n"}}"#, 3),
            (
                r#"{"message":{"role":"assistant","content":"abc","refusal":null,"annotations":[]}}"#,
                3,
            ),
            (r#"{"delta":{"content":"","tool_calls":[{"a":"12345"}]}}"#, 15),
            (r#"{"delta":{"reasoning":"12345"}}"#, 7),
            (r#"{"delta":"abc"}"#, 3),
            (r#"{"text":"abc"}"#, 3),
            (r#"{"other":1}"#, 11),
            ("1234", 4),
        ] {
            assert_eq!(bytes(choice), expected, "{choice}");
        }
        for unknown in [
            "",
            "[1]",
            "{}",
            r#"{"error":{"message":"x"}}"#,
            r#"{"choices":7}"#,
            r#"{"choices":[],"choices":[]}"#,
        ] {
            assert_eq!(read(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn half_a_count_is_none() {
        let counted = |usage: &str| read(&format!(r#"{{"choices":[],"usage":{usage}}}"#)).expect("an answer");
        for half in [
            "{}",
            r#"{"prompt_tokens":5}"#,
            r#"{"completion_tokens":5}"#,
            r#"{"prompt_tokens":null,"completion_tokens":5}"#,
            r#"{"prompt_tokens":-1,"completion_tokens":5}"#,
            "7",
        ] {
            let content = counted(half);
            assert_eq!((content.usage, content.is_usage_alone), (None, true), "{half}");
        }
        let whole = r#"{"prompt_tokens":5,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":9}}"#;
        let tokens = Tokens {
            input: 5,
            cached: 5,
            output: 2,
        };
        assert_eq!(counted(whole).usage, Some(tokens));
    }
}
