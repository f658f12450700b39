//! Embeddings of the simulator: unit vectors that the tokens of a text alone decide, so that texts with words in common
//! lie closer together than others.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AnswerBody, Call, refuse, respond, split, whole};
use crate::ambient::SeededEntropy;

const DEFAULT_DIMENSIONS: usize = 256;
const MAX_DIMENSIONS: usize = 1_024;
/// Numbers of an answer at most.
const MAX_NUMBERS: usize = 1024 * 1024;
/// Dimensions that a token takes part in.
const SPREAD: usize = 8;

#[derive(Deserialize)]
struct Body {
    model: String,
    input: Input,
    dimensions: Option<usize>,
    encoding_format: Option<Encoding>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Input {
    Text(String),
    Texts(Vec<String>),
    Ids(Vec<u32>),
    Lists(Vec<Vec<u32>>),
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Encoding {
    #[default]
    Float,
    Base64,
}

pub(super) fn answer(call: &Call) -> Response<AnswerBody> {
    let body: Body = match serde_json::from_slice(&call.body) {
        Ok(body) => body,
        Err(error) => return refuse(format_args!("The simulator cannot read this request: {error}.")),
    };
    let dimensions = body.dimensions.unwrap_or(DEFAULT_DIMENSIONS);
    if !(1..=MAX_DIMENSIONS).contains(&dimensions) {
        return refuse(format_args!("`dimensions` must be from 1 to {MAX_DIMENSIONS}."));
    }
    let texts = body.input.seeds();
    if texts.len() * dimensions > MAX_NUMBERS {
        return refuse(format_args!(
            "The simulator writes at most {MAX_NUMBERS} numbers in one answer: send fewer texts, or ask for fewer dimensions."
        ));
    }
    let encoding = body.encoding_format.unwrap_or_default();
    let data: Vec<Value> = texts
        .iter()
        .enumerate()
        .map(|(index, seeds)| json!({ "object": "embedding", "index": index, "embedding": encoding.write(&vector(seeds, dimensions)) }))
        .collect();
    let tokens: usize = texts.iter().map(Vec::len).sum();
    let usage = json!({ "prompt_tokens": tokens, "total_tokens": tokens });
    let answer = json!({ "object": "list", "data": data, "model": body.model, "usage": usage });
    respond(StatusCode::OK, "application/json", whole(answer.to_string()))
}

impl Input {
    /// The tokens of each text, as seeds.
    fn seeds(&self) -> Vec<Vec<u64>> {
        let of_text = |text: &String| split(text).map(|token| hash(token.trim_start())).collect();
        let of_ids = |ids: &Vec<u32>| ids.iter().map(|id| u64::from(*id)).collect();
        match self {
            Self::Text(text) => vec![of_text(text)],
            Self::Texts(texts) => texts.iter().map(of_text).collect(),
            Self::Ids(ids) => vec![of_ids(ids)],
            Self::Lists(lists) => lists.iter().map(of_ids).collect(),
        }
    }
}

/// FNV-1a of the lower-case word.
fn hash(token: &str) -> u64 {
    token.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The sum of what each token adds to a few dimensions, brought to the length 1.
fn vector(seeds: &[u64], dimensions: usize) -> Vec<f32> {
    let mut sums = vec![0i32; dimensions];
    for seed in seeds {
        let random = SeededEntropy::new(*seed);
        for _ in 0..SPREAD {
            let bits = random.next();
            let place = usize::try_from(bits >> 32).unwrap_or_default() % dimensions;
            sums[place] = sums[place].saturating_add(if bits & 1 == 0 { 1 } else { -1 });
        }
    }
    if sums.iter().all(|sum| *sum == 0) {
        sums[0] = 1;
    }
    let length = sums.iter().map(|sum| f64::from(*sum).powi(2)).sum::<f64>().sqrt();
    #[expect(clippy::cast_possible_truncation, reason = "embeddings are numbers of 32 bits")]
    sums.iter().map(|sum| (f64::from(*sum) / length) as f32).collect()
}

impl Encoding {
    /// A list of numbers, or their little-endian bytes in Base64.
    fn write(self, vector: &[f32]) -> Value {
        match self {
            Self::Float => json!(vector),
            Self::Base64 => {
                let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
                json!(STANDARD.encode(bytes))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embed(text: &str) -> Vec<f32> {
        vector(&Input::Text(text.to_owned()).seeds()[0], DEFAULT_DIMENSIONS)
    }

    fn likeness(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn vectors_have_the_length_1_and_like_texts_are_near() {
        let (robot, arm, poem) = (embed("the robot arm"), embed("a robot ARM"), embed("roses are red"));
        for vector in [&robot, &arm, &poem, &embed(" "), &vector(&[7], 1)] {
            assert!((likeness(vector, vector) - 1.0).abs() < 1e-5);
        }
        assert_eq!(robot, embed("the robot arm"));
        assert!(likeness(&robot, &arm) > likeness(&robot, &poem) + 0.2);
    }

    #[test]
    fn both_encodings_say_the_same() {
        let vector = embed("hello");
        let Value::String(text) = Encoding::Base64.write(&vector) else {
            panic!("no text")
        };
        let bytes = STANDARD.decode(text).expect("Base64");
        let read: Vec<f32> = bytes
            .chunks_exact(4)
            .map(|four| f32::from_le_bytes(four.try_into().expect("four bytes")))
            .collect();
        assert_eq!(read, vector);
    }
}
