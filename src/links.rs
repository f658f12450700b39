//! Links that open a door without a session: an invitation, a sign-up, a new password, a new e-mail address.
//!
//! A token is `<id>.<proof>`. The proof is the HMAC-SHA-256 of `kind:id:generation` under a key that is derived from the
//! pepper, so neither the database nor a copy of it holds anything that opens a door. Another generation voids the links
//! before it. What a link opens acts on POST alone: mail scanners follow every link that they see.

use std::{
    fmt::{self, Display},
    str::FromStr,
};

use app::model::words::UnknownWord;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::access::api_key::Pepper;

/// Keeps the proofs of links apart from the digests of API keys, which come from the same pepper.
const LABEL: &[u8] = b"bailiwick links 1";

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// Into an organization.
    Invitation,
    /// To a new account.
    SignUp,
    /// To a new password.
    Reset,
    /// To a new e-mail address.
    Email,
}

impl LinkKind {
    const ALL: [Self; 4] = [Self::Invitation, Self::SignUp, Self::Reset, Self::Email];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::SignUp => "sign_up",
            Self::Reset => "reset",
            Self::Email => "email",
        }
    }

    /// The page that the link leads to; it takes the token as `token` in its query.
    pub fn page(self) -> &'static str {
        match self {
            Self::Invitation => "/invite",
            Self::SignUp => "/signup/account",
            Self::Reset => "/signin/reset",
            Self::Email => "/account/email",
        }
    }
}

impl FromStr for LinkKind {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownWord {
            allowed: "invitation, sign_up, reset or email",
        })
    }
}

/// What a proof is made of; its text form is `kind:id:generation`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub kind: LinkKind,
    /// The id of the row behind the link.
    pub id: String,
    /// 1, and one more each time that the link is sent anew.
    pub generation: i64,
}

impl Link {
    /// The first link of a row.
    pub fn first(kind: LinkKind, id: impl Display) -> Self {
        Self {
            kind,
            id: id.to_string(),
            generation: 1,
        }
    }
}

impl Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.kind.as_str(), self.id, self.generation)
    }
}

impl FromStr for Link {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, ':');
        let mut part = || parts.next().ok_or("must be kind:id:generation");
        Ok(Self {
            kind: part()?.parse().map_err(|_| "no kind of link")?,
            id: part()?.to_owned(),
            generation: part()?.parse().map_err(|_| "no generation of a link")?,
        })
    }
}

/// Makes and checks the tokens of links.
#[derive(Clone)]
pub struct Links {
    key: [u8; 32],
}

impl Links {
    pub fn new(pepper: &Pepper) -> Self {
        let mut mac = hmac(&pepper.0);
        mac.update(LABEL);
        Self {
            key: mac.finalize().into_bytes().into(),
        }
    }

    /// The secret of the link, URL-safe.
    pub fn token(&self, link: &Link) -> String {
        let proof = self.proof(link).finalize().into_bytes();
        format!("{}.{}", link.id, BASE64_URL_SAFE_NO_PAD.encode(proof))
    }

    /// `/signin/reset?token=…`
    pub fn path(&self, link: &Link) -> String {
        format!("{}?token={}", link.kind.page(), self.token(link))
    }

    /// The id that a token claims to be for: enough to find the row whose [`Link`] then has to [`open`](Self::opens) with it.
    pub fn claimed<T: FromStr>(token: &str) -> Option<T> {
        token.split_once('.')?.0.parse().ok()
    }

    /// Whether the token is the one of this link; takes as long for a wrong one.
    pub fn opens(&self, token: &str, link: &Link) -> bool {
        let claim = token.split_once('.').filter(|(id, _)| *id == link.id);
        let proof = claim.and_then(|(_, proof)| BASE64_URL_SAFE_NO_PAD.decode(proof).ok());
        self.proof(link).verify_slice(&proof.unwrap_or_default()).is_ok()
    }

    fn proof(&self, link: &Link) -> Hmac<Sha256> {
        let mut mac = hmac(&self.key);
        mac.update(link.to_string().as_bytes());
        mac
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
fn hmac(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of every length")
}

#[cfg(test)]
mod tests {
    use app::model::{LinkId, TypedId};
    use proptest::prelude::*;

    use super::*;

    fn links() -> Links {
        Links::new(&Pepper([3; 32]))
    }

    fn link(kind: LinkKind, generation: i64) -> Link {
        Link {
            generation,
            ..Link::first(kind, LinkId::from_bits(7))
        }
    }

    #[test]
    fn a_token_opens_its_own_link_alone() {
        let (links, reset) = (links(), link(LinkKind::Reset, 1));
        let token = links.token(&reset);
        assert_eq!(Links::claimed::<LinkId>(&token), Some(LinkId::from_bits(7)));
        assert!(links.opens(&token, &reset));
        assert!(!links.opens(&token, &link(LinkKind::Email, 1)), "another kind");
        assert!(!links.opens(&token, &link(LinkKind::Reset, 2)), "a newer generation");
        assert!(
            !links.opens(&token, &Link::first(LinkKind::Reset, LinkId::from_bits(8))),
            "another row"
        );
        assert!(!Links::new(&Pepper([4; 32])).opens(&token, &reset), "another installation");
        let other_id = token.replacen("link_", "lynk_", 1);
        assert!(!links.opens(&other_id, &reset), "the id is part of the token");
        assert_eq!(links.path(&reset), format!("/signin/reset?token={token}"));
    }

    #[test]
    fn the_text_form_survives() {
        for kind in LinkKind::ALL {
            let link = link(kind, 12);
            assert_eq!(link.to_string().parse(), Ok(link));
        }
        assert!("reset:link_1".parse::<Link>().is_err());
        assert!("door:link_1:1".parse::<Link>().is_err());
    }

    proptest! {
        #[test]
        fn no_text_opens_a_link(text in ".{0,80}") {
            let reset = link(LinkKind::Reset, 1);
            prop_assert!(!links().opens(&text, &reset));
            let with_id = format!("{}.{text}", reset.id);
            prop_assert!(!links().opens(&with_id, &reset));
            let _ = Links::claimed::<LinkId>(&text);
        }
    }
}
