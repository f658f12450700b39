//! Typed identifiers: a kind prefix, `_`, and a ULID in lower-case Crockford base 32 (`proj_01jd2m7z…`).
//!
//! The prefix makes a wrong id visible in a log line and lets a reader tell what a bare id belongs to.

use std::{fmt, str::FromStr};

use super::words::checked_text;

/// Length of the part behind the prefix: a ULID in Crockford base 32.
const BODY_LEN: usize = 26;
const ALPHABET: &[u8] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// An identifier of one kind of thing.
pub trait TypedId: FromStr<Err = InvalidId> + fmt::Display {
    /// What stands in front of the underscore.
    const PREFIX: &'static str;
    /// Builds the id from the 128 bits of a ULID.
    fn from_bits(bits: u128) -> Self;
}

/// The text is no id of the expected kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an id that starts with “{expected}_”")]
pub struct InvalidId {
    pub expected: &'static str,
}

fn encode(prefix: &str, mut bits: u128) -> String {
    let mut body = [0u8; BODY_LEN];
    for slot in body.iter_mut().rev() {
        *slot = ALPHABET[(bits & 31) as usize];
        bits >>= 5;
    }
    let mut text = String::with_capacity(prefix.len() + 1 + BODY_LEN);
    text.push_str(prefix);
    text.push('_');
    text.extend(body.iter().map(|byte| char::from(*byte)));
    text
}

fn is_valid(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .is_some_and(|body| body.len() == BODY_LEN && body.bytes().all(|byte| ALPHABET.contains(&byte)))
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        checked_text!($(#[$doc])* $name, InvalidId);

        impl TypedId for $name {
            const PREFIX: &'static str = $prefix;
            fn from_bits(bits: u128) -> Self {
                Self(encode($prefix, bits))
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                if is_valid($prefix, text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidId { expected: $prefix })
                }
            }
        }
    };
}

id!(
    /// A person.
    AccountId,
    "acct"
);
id!(
    /// An organization.
    OrgId,
    "org"
);
id!(
    /// A project; it belongs to one organization for ever.
    ProjectId,
    "proj"
);
id!(
    /// An API key; rotating its secret keeps the id.
    KeyId,
    "key"
);
id!(
    /// One request, console or gateway; made by the server.
    RequestId,
    "req"
);
id!(
    /// A record of the audit log.
    AuditId,
    "evt"
);
id!(
    /// A mail in the outbox.
    MailId,
    "mail"
);
id!(
    /// A link of an account: sign-up, reset of the password, change of the e-mail address.
    LinkId,
    "link"
);
id!(
    /// An invitation into an organization.
    InvitationId,
    "inv"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text_form() {
        let id = OrgId::from_bits(u128::MAX >> 2);
        assert_eq!(id.to_string().parse::<OrgId>(), Ok(id.clone()));
        assert_eq!(id.as_str().len(), "org_".len() + BODY_LEN);
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let project = ProjectId::from_bits(7).to_string();
        assert_eq!(project.parse::<OrgId>(), Err(InvalidId { expected: "org" }));
        assert!("proj_".parse::<ProjectId>().is_err());
        assert!(project.to_uppercase().parse::<ProjectId>().is_err());
        assert!(format!("{project}0").parse::<ProjectId>().is_err());
    }

    #[test]
    fn ids_sort_by_their_bits() {
        assert!(KeyId::from_bits(1) < KeyId::from_bits(32));
        assert!(KeyId::from_bits(31) < KeyId::from_bits(32));
    }
}
