//! `POST /v1/embeddings`: the fields of an embeddings request. `dimensions`, `encoding_format` and `user` are the
//! upstream's to judge.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor},
};

use super::Wanted;
use crate::gateway::{body::required, error::GatewayError, estimate::tokens_of_bytes, json::RawObject};

pub(super) const FIELDS: &[&str] = &["model", "input", "service_tier"];
const WANTED: &str = "a text, a list of texts, a list of token ids, or a list of lists of token ids, none of them empty";

/// The input is one of four shapes; a model writes nothing, so no output is reserved.
pub(super) fn wanted(object: &RawObject<'_>) -> Result<Wanted, GatewayError> {
    let input: Input = required(object, "input", WANTED)?;
    Ok(Wanted {
        stream: false,
        include_usage: false,
        asked_output: None,
        choices: 0,
        input_estimate: input.tokens(),
    })
}

/// How much the input is. The texts and ids themselves are not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Input {
    /// Texts, each at least one token: their number and their bytes together.
    Texts { count: u64, bytes: u64 },
    /// One text as token ids.
    Ids(u64),
    /// Several texts as token ids: ids of all of them.
    Lists(u64),
}

impl Input {
    fn tokens(self) -> u64 {
        match self {
            Self::Texts { count, bytes } => tokens_of_bytes(bytes).max(count),
            Self::Ids(ids) | Self::Lists(ids) => ids,
        }
    }

    /// Both together, if a list may hold both.
    fn and(self, next: Self) -> Option<Self> {
        match (self, next) {
            (Self::Texts { count, bytes }, Self::Texts { bytes: more, .. }) => Some(Self::Texts {
                count: count + 1,
                bytes: bytes + more,
            }),
            (Self::Ids(ids), Self::Ids(more)) => Some(Self::Ids(ids + more)),
            (Self::Lists(ids), Self::Lists(more)) => Some(Self::Lists(ids + more)),
            _ => None,
        }
    }
}

/// One text, or a list of what is all of one kind.
impl<'de> Deserialize<'de> for Input {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Shape::Input)
    }
}

/// An item of the input's list: a text, an id, or a list of ids.
struct Item(Input);

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Shape::Item).map(Item)
    }
}

/// Where in the input a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Input,
    Item,
}

impl<'de> Visitor<'de> for Shape {
    type Value = Input;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(WANTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Input, E> {
        if text.is_empty() {
            return Err(E::custom("an empty text"));
        }
        Ok(Input::Texts {
            count: 1,
            bytes: text.len() as u64,
        })
    }

    fn visit_u64<E: Error>(self, id: u64) -> Result<Input, E> {
        match self {
            Self::Item if u32::try_from(id).is_ok() => Ok(Input::Ids(1)),
            _ => Err(E::custom("not a token id")),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Input, A::Error> {
        if self == Self::Item {
            let mut ids = 0;
            while list.next_element::<u32>()?.is_some() {
                ids += 1;
            }
            return if ids == 0 {
                Err(A::Error::custom("an empty list"))
            } else {
                Ok(Input::Lists(ids))
            };
        }
        let Some(Item(mut whole)) = list.next_element()? else {
            return Err(A::Error::custom("an empty list"));
        };
        while let Some(Item(next)) = list.next_element()? {
            whole = whole.and(next).ok_or_else(|| A::Error::custom("a list of several kinds"))?;
        }
        Ok(whole)
    }
}

#[cfg(test)]
mod tests {
    use crate::gateway::endpoint::Endpoint;

    fn estimate(input: &str) -> Option<u64> {
        let body = format!(r#"{{"model":"m","input":{input},"dimensions":7}}"#);
        match Endpoint::Embeddings.parse(body.as_bytes()) {
            Ok(request) => Some(request.wanted.input_estimate),
            Err(error) => {
                assert_eq!(error.param.as_deref(), Some("input"), "{input}");
                None
            }
        }
    }

    #[test]
    fn the_four_shapes_are_estimated_and_all_others_refused() {
        for (input, tokens) in [
            (r#""12345""#, 2),
            (r#"["12345678","a","b","c"]"#, 4),
            (r#"["\u00e912","1234"]"#, 2),
            ("[1,2,3]", 3),
            ("[[1,2],[3]]", 3),
            ("[4294967295]", 1),
        ] {
            assert_eq!(estimate(input), Some(tokens), "{input}");
        }
        for input in [
            "null",
            "1",
            "true",
            "{}",
            r#""""#,
            "[]",
            "[[]]",
            "[[[1]]]",
            "[-1]",
            "[1.5]",
            "[4294967296]",
            r#"["a",1]"#,
            r#"[1,"a"]"#,
            "[[1],2]",
            r#"["a",""]"#,
            r#"[["a"]]"#,
            "[null]",
            r#"[{"a":1}]"#,
        ] {
            assert_eq!(estimate(input), None, "{input}");
        }
    }

    #[test]
    fn a_missing_input_and_a_misspelt_one_are_named() {
        for (body, field) in [(r#"{"model":"m"}"#, "input"), (r#"{"model":"m","input":"a","Input":"b"}"#, "Input")] {
            let error = Endpoint::Embeddings.parse(body.as_bytes()).expect_err(body);
            assert_eq!(error.param.as_deref(), Some(field));
        }
    }

    #[test]
    fn nothing_but_the_model_and_our_own_field_changes_on_the_way() {
        let body = r#"{"model":"m","input":["a"],"encoding_format":"base64","user":"u","service_tier":"flex","dimensions":3}"#;
        let request = Endpoint::Embeddings.parse(body.as_bytes()).expect("sound");
        assert_eq!(
            request.forwarded("up/m").expect("sound"),
            r#"{"model":"up/m","input":["a"],"encoding_format":"base64","user":"u","dimensions":3}"#
        );
    }
}
