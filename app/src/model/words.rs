//! Two shapes that most model types have: a closed set of words, and a text that was checked when it was made.

/// A text that is none of the allowed words; the message is for the person who chose it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Choose {allowed}.")]
pub struct UnknownWord {
    pub allowed: &'static str,
}

/// Gives an enum its words: `ALL`, `as_str` and `FromStr`. The words stand in the database, in forms and in addresses.
macro_rules! words {
    ($name:ident, $allowed:literal, $($variant:ident = $word:literal),+ $(,)?) => {
        impl $name {
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::model::words::UnknownWord;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::model::words::UnknownWord { allowed: $allowed }),
                }
            }
        }
    };
}

/// A text that only its own `FromStr` makes, also when it is deserialized.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $error:ty) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $error;
            fn try_from(text: String) -> Result<Self, $error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

pub(super) use {checked_text, words};
