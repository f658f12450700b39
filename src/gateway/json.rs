//! A JSON object of which only single fields are read or changed: everything else keeps its bytes.

use std::{borrow::Cow, collections::HashSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// The fields in their order, values unparsed. A name that comes twice is an error: readers would disagree about it.
#[derive(Debug)]
pub(super) struct RawObject<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> RawObject<'a> {
    /// The field's text, unless it is missing or `null`.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        let (_, value) = self.0.iter().find(|(key, _)| key == name)?;
        Some(value.get()).filter(|text| *text != "null")
    }

    /// The fields that are not `null`, in their order.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_ref(), value.get()))
            .filter(|(_, text)| *text != "null")
    }

    /// A field that differs from one of `names` in nothing but case. Some decoders take the one for the other, so that
    /// a server behind us might obey what we have not read.
    pub(super) fn misspelt(&self, names: &[&str]) -> Option<&str> {
        let keys = self.0.iter().map(|(key, _)| key.as_ref());
        keys.filter(|key| !names.contains(key))
            .find(|key| names.iter().any(|name| folded(key).eq(folded(name))))
    }

    /// The object as text, with fields replaced, added at the end (`Some`) or left out (`None`).
    pub(super) fn with(&self, edits: &[(&str, Option<&str>)]) -> String {
        let kept = self.0.iter().filter_map(|(key, value)| {
            let edit = edits.iter().find(|(name, _)| key == name);
            Some((key.as_ref(), edit.map_or(Some(value.get()), |(_, text)| *text)?))
        });
        let added = edits.iter().filter_map(|(name, text)| {
            let is_new = !self.0.iter().any(|(key, _)| key == name);
            Some((*name, text.filter(|_| is_new)?))
        });
        let parts = self.0.iter().map(|(key, value)| key.len() + value.get().len() + PUNCTUATION);
        let mut text = String::with_capacity(parts.sum::<usize>() + ROOM_FOR_EDITS);
        text.push('{');
        for (key, value) in kept.chain(added) {
            if text.len() > 1 {
                text.push(',');
            }
            push_quoted(&mut text, key);
            text.push(':');
            text.push_str(value);
        }
        text.push('}');
        text
    }
}

/// Bytes of `"":,` around a field.
const PUNCTUATION: usize = 4;
/// Bytes that the fields which are added usually need.
const ROOM_FOR_EDITS: usize = 64;

/// Most names are written as they are.
fn push_quoted(text: &mut String, name: &str) {
    if name.bytes().all(|byte| byte >= b' ' && !matches!(byte, b'"' | b'\\')) {
        text.push('"');
        text.push_str(name);
        text.push('"');
    } else {
        text.push_str(&quoted(name));
    }
}

/// A JSON string.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl<'de: 'a, 'a> Deserialize<'de> for RawObject<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields: Self::Value = Vec::with_capacity(USUAL);
                let mut names = HashSet::new();
                while let Some(Text(key)) = map.next_key()? {
                    if comes_twice(&fields, &mut names, &key) {
                        return Err(A::Error::custom(format_args!("the field “{key}” comes twice")));
                    }
                    fields.push((key, map.next_value()?));
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Fields).map(RawObject)
    }
}

/// Most objects have no more fields.
const USUAL: usize = 8;
/// Up to so many fields, looking at each is faster than a set.
const FEW: usize = 16;

fn comes_twice(fields: &[(Cow<'_, str>, &RawValue)], names: &mut HashSet<String>, key: &str) -> bool {
    if fields.len() < FEW {
        return fields.iter().any(|(other, _)| other == key);
    }
    if names.is_empty() {
        names.extend(fields.iter().map(|(name, _)| name.clone().into_owned()));
    }
    !names.insert(key.to_owned())
}

/// The letters of a name without their case, as the decoders fold them that match names loosely: ASCII, and the two
/// characters beyond it that fold to an ASCII letter (the long s and the Kelvin sign).
fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().map(|c| match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        c => c.to_ascii_lowercase(),
    })
}

/// A JSON string, copied only if it holds escapes.
#[derive(Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_fields_change() {
        let text = r#"{"a": 1.50 ,"b":"é\u00e9","service_tier":"flex","c":{"d":[ 1,2 ]}}"#;
        let object: RawObject = serde_json::from_str(text).expect("an object");
        let edited = object.with(&[("service_tier", None), ("a", Some("2")), ("new", Some("true"))]);
        assert_eq!(edited, r#"{"a":2,"b":"é\u00e9","c":{"d":[ 1,2 ]},"new":true}"#);
    }

    #[test]
    fn many_fields_are_read_in_linear_time_and_duplicates_among_them_are_found() {
        let many: Vec<String> = (0..200_000).map(|n| format!("\"f{n}\":0")).collect();
        assert!(serde_json::from_str::<RawObject>(&format!("{{{}}}", many.join(","))).is_ok());
        for first in ["f0", "f15", "f16", "f19"] {
            let text = format!("{{{},\"{first}\":1}}", many[..20].join(","));
            let error = serde_json::from_str::<RawObject>(&text).expect_err(first).to_string();
            assert!(error.contains("comes twice"), "{error}");
        }
    }

    #[test]
    fn names_that_differ_in_case_alone_are_told() {
        for (key, found) in [
            ("model", false),
            ("Model", true),
            ("models", false),
            ("\u{17f}ervice_tier", true),
            ("to\u{212a}en", true),
        ] {
            let text = format!(r#"{{"{key}":1}}"#);
            let object: RawObject = serde_json::from_str(&text).expect("an object");
            assert_eq!(object.misspelt(&["model", "service_tier", "token"]), found.then_some(key));
        }
    }

    #[test]
    fn a_name_that_comes_twice_is_refused_in_every_spelling() {
        assert!(serde_json::from_str::<RawObject>(r#"{"model":1,"mod\u0065l":2}"#).is_err());
        assert!(serde_json::from_str::<RawObject>("[]").is_err());
    }
}
