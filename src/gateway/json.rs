//! A JSON object of which only single fields are read or changed: everything else keeps its bytes.

use std::{borrow::Cow, fmt};

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
        let mut text = String::from("{");
        for (key, value) in kept.chain(added) {
            if text.len() > 1 {
                text.push(',');
            }
            text.push_str(&quoted(key));
            text.push(':');
            text.push_str(value);
        }
        text.push('}');
        text
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
                let mut fields: Self::Value = Vec::new();
                while let Some(Name(key)) = map.next_key()? {
                    if fields.iter().any(|(other, _)| *other == key) {
                        return Err(A::Error::custom(format_args!("the field “{key}” comes twice")));
                    }
                    if fields.len() == MAX_FIELDS {
                        return Err(A::Error::custom("too many fields"));
                    }
                    fields.push((key, map.next_value()?));
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Fields).map(RawObject)
    }
}

/// Fields of one object at most: the search for duplicates is quadratic.
const MAX_FIELDS: usize = 1_000;

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

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
    fn a_name_that_comes_twice_is_refused_in_every_spelling() {
        assert!(serde_json::from_str::<RawObject>(r#"{"model":1,"mod\u0065l":2}"#).is_err());
        assert!(serde_json::from_str::<RawObject>("[]").is_err());
    }
}
