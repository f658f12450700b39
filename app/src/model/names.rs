//! Names that people type: display names, slugs, e-mail addresses, passwords, model ids.

use std::str::FromStr;

use super::words::checked_text;

/// Why a typed name was refused; the message is for the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidName(pub &'static str);

checked_text!(
    /// A display name: 1 to 80 characters, trimmed, no control or direction-changing characters.
    Name,
    InvalidName
);
checked_text!(
    /// The part of an address that names an org or a project: 2 to 40 of `a-z 0-9 -`. New ones are made by
    /// [`Slug::choose`]; parsing alone reads what exists, so that a word which is reserved later harms nobody.
    Slug,
    InvalidName
);
checked_text!(
    /// An e-mail address, trimmed and in lower case (ASCII only, so that no look-alike passes for another).
    Email,
    InvalidName
);
checked_text!(
    /// A model as clients name it: 1 to 100 of letters, digits and `. _ : / -`.
    ModelId,
    InvalidName
);

/// True for characters that change the direction of text or draw nothing: they make one name look like another.
pub fn is_invisible(c: char) -> bool {
    const BLANKS: [char; 11] = [
        '\u{00ad}',
        '\u{034f}',
        '\u{061c}',
        '\u{115f}',
        '\u{1160}',
        '\u{180e}',
        '\u{2800}',
        '\u{3164}',
        '\u{feff}',
        '\u{ffa0}',
        '\u{e0001}',
    ];
    c.is_control()
        || BLANKS.contains(&c)
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{e0020}'..='\u{e007f}')
}

impl FromStr for Name {
    type Err = InvalidName;
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidName("Enter a name."));
        }
        if text.chars().count() > 80 {
            return Err(InvalidName("A name has at most 80 characters."));
        }
        if text.chars().any(is_invisible) {
            return Err(InvalidName("A name has no control or invisible characters."));
        }
        Ok(Self(text.to_owned()))
    }
}

/// First path segments that belong to the server, and words that would mislead.
const RESERVED_SLUGS: &[&str] = &[
    "account", "admin", "api", "app", "assets", "auth", "branding", "docs", "events", "favicon", "fonts", "health", "healthz", "help",
    "invite", "login", "logo", "logout", "metrics", "new", "operator", "orgs", "outbox", "prefs", "readyz", "reset", "robots", "search",
    "security", "settings", "setup", "signin", "signout", "signup", "static", "status", "support", "v1", "verify", "www",
];

impl FromStr for Slug {
    type Err = InvalidName;
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let text = text.trim();
        if !(2..=40).contains(&text.len()) {
            return Err(InvalidName("An address has 2 to 40 characters."));
        }
        if !text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')) {
            return Err(InvalidName("An address has lower-case letters, digits and hyphens only."));
        }
        if text.starts_with('-') || text.ends_with('-') || text.contains("--") {
            return Err(InvalidName("A hyphen stands between two other characters."));
        }
        Ok(Self(text.to_owned()))
    }
}

impl Slug {
    /// A slug for something new: reserved words are refused.
    ///
    /// # Errors
    /// What is no slug, and what is reserved.
    pub fn choose(text: &str) -> Result<Self, InvalidName> {
        let slug: Self = text.parse()?;
        if RESERVED_SLUGS.contains(&slug.as_str()) {
            return Err(InvalidName("This address is reserved. Choose another one."));
        }
        Ok(slug)
    }

    /// The slug that a name suggests, or `None` when nothing usable is left of it.
    pub fn suggest(name: &str) -> Option<Self> {
        let mut text = String::new();
        for c in name.chars().flat_map(char::to_lowercase) {
            if c.is_ascii_alphanumeric() {
                text.push(c);
            } else if !text.is_empty() && !text.ends_with('-') {
                text.push('-');
            }
        }
        text.truncate(40);
        Self::choose(text.trim_matches('-')).ok()
    }
}

impl FromStr for Email {
    type Err = InvalidName;
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        const SHAPE: InvalidName = InvalidName("Enter an e-mail address such as name@example.com.");
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(SHAPE)?;
        let local_ok = (1..=64).contains(&local.len())
            && local
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte));
        let domain_ok = domain.contains('.')
            && domain.len() <= 189
            && domain.split('.').all(|label| {
                (1..=63).contains(&label.len())
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            });
        if local_ok && domain_ok {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(SHAPE)
        }
    }
}

impl FromStr for ModelId {
    type Err = InvalidName;
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte);
        if (1..=100).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName("A model id has 1 to 100 letters, digits, and the characters . _ : / -"))
        }
    }
}

/// Why a password is refused that everybody tries first. Only the server knows which they are.
pub const WELL_KNOWN: InvalidName = InvalidName("This password is among the first that an attacker tries. Choose another one.");

/// What a form can tell of a new password: 12 to 200 characters, not one of them alone, not the e-mail address.
pub fn check_password(password: &str, email: &str) -> Result<(), InvalidName> {
    let length = password.chars().count();
    if length < 12 {
        return Err(InvalidName("Use at least 12 characters."));
    }
    if length > 200 {
        return Err(InvalidName("Use at most 200 characters."));
    }
    if password.chars().all(|c| password.starts_with(c)) {
        return Err(WELL_KNOWN);
    }
    if password.to_lowercase() == email.to_lowercase() {
        return Err(InvalidName("The password must differ from the e-mail address."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_bounded() {
        assert_eq!("  Acme  ".parse::<Name>().map(String::from), Ok("Acme".to_owned()));
        assert!("".parse::<Name>().is_err());
        assert!("é".repeat(80).parse::<Name>().is_ok());
        assert!("é".repeat(81).parse::<Name>().is_err());
        assert!("a\u{202e}b".parse::<Name>().is_err());
        // The Hangul fillers and the Braille blank are letters to Unicode, and nothing to the eye.
        for blank in [
            "\u{3164}",
            "\u{2800}",
            "a\u{115f}",
            "a\u{ffa0}",
            "a\u{61c}b",
            "a\u{34f}b",
            "a\u{180e}b",
            "a\u{e0041}b",
        ] {
            assert!(blank.parse::<Name>().is_err(), "{blank:?}");
        }
        assert!(
            "مشروع 🦊 葛\u{e0100}".parse::<Name>().is_ok(),
            "letters of every script, with their variants"
        );
        assert!("a\r\nSet-Cookie: x".parse::<Name>().is_err());
    }

    #[test]
    fn slugs_refuse_reserved_and_odd_words() {
        for good in ["acme-robotics", "a1", "prod"] {
            assert!(Slug::choose(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "-a", "a-", "a--b", "Acme", "a b", "~", "é1"] {
            assert!(bad.parse::<Slug>().is_err(), "{bad}");
        }
        for reserved in ["v1", "api", "settings"] {
            assert!(Slug::choose(reserved).is_err(), "{reserved}");
            assert!(reserved.parse::<Slug>().is_ok(), "what has it already stays readable: {reserved}");
        }
    }

    #[test]
    fn a_suggested_slug_is_a_slug() {
        assert_eq!(
            Slug::suggest("Acme Robotics, Inc.").map(String::from),
            Some("acme-robotics-inc".to_owned())
        );
        assert_eq!(Slug::suggest("API"), None);
        assert_eq!(Slug::suggest("日本"), None);
    }

    #[test]
    fn e_mail_addresses_are_lower_case_and_ascii() {
        assert_eq!(
            " Ada.Osei+x@Acme.Example ".parse::<Email>().map(String::from),
            Ok("ada.osei+x@acme.example".to_owned())
        );
        for bad in [
            "",
            "ada",
            "ada@",
            "@acme.example",
            "ada@acme",
            "a da@acme.example",
            "аda@acme.example",
            "a@b..c",
            "a@b.c\r\nBcc: x@y.z",
        ] {
            assert!(bad.parse::<Email>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn weak_passwords_are_refused() {
        assert!(check_password("correct-horse-9", "a@b.example").is_ok());
        assert!(check_password("short", "a@b.example").is_err());
        assert!(check_password("aaaaaaaaaaaaaaa", "a@b.example").is_err());
        assert!(check_password("ada.osei@acme.example", "ada.osei@acme.example").is_err());
    }
}
