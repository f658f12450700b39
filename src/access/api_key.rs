//! The secret of an API key: `bw_` + environment letter + `_` + 32 base62 characters + 6 of checksum.
//!
//! The checksum (CRC-32 of everything before it, in base62) lets a typo or a scanner's false hit be recognised
//! without a look-up. What is stored is the HMAC-SHA-256 of the whole secret under the server's pepper.

use std::{fmt, str::FromStr};

use app::model::project::Environment;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::ambient::Entropy;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const HEAD_LEN: usize = "bw_p_".len();
const RANDOM_LEN: usize = 32;
const CHECKSUM_LEN: usize = 6;
const LEN: usize = HEAD_LEN + RANDOM_LEN + CHECKSUM_LEN;

/// A well-formed secret. `Debug` shows the hint only.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKeySecret(String);

/// The text is no API key: wrong shape or wrong checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a well-formed API key")]
pub struct Malformed;

/// The server's pepper: 32 bytes.
#[derive(Clone)]
pub struct Pepper(pub [u8; 32]);

/// HMAC-SHA-256 of a secret: what the database holds, in hex, and is looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyDigest([u8; 32]);

impl KeyDigest {
    pub fn hex(&self) -> String {
        hex::encode(self.0)
    }
}

impl ApiKeySecret {
    /// Makes a new secret: 32 characters of 62, 190 bits, by rejection so that none is more likely.
    pub fn generate(environment: Environment, entropy: &dyn Entropy) -> Self {
        let mut text = format!("bw_{}_", environment.letter());
        while text.len() < HEAD_LEN + RANDOM_LEN {
            let mut bytes = [0u8; 48];
            entropy.fill(&mut bytes);
            let fair = bytes
                .iter()
                .filter(|byte| **byte < 248)
                .map(|byte| char::from(BASE62[usize::from(*byte % 62)]));
            text.extend(fair.take(HEAD_LEN + RANDOM_LEN - text.len()));
        }
        text.push_str(&checksum(&text));
        Self(text)
    }

    /// The whole secret, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// `bw_p_7Kd2`: enough to recognise a key, far too little to guess it.
    pub fn prefix(&self) -> &str {
        &self.0[..HEAD_LEN + 4]
    }

    pub fn last_four(&self) -> &str {
        &self.0[LEN - 4..]
    }

    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    pub fn digest(&self, pepper: &Pepper) -> KeyDigest {
        let mut mac = Hmac::<Sha256>::new_from_slice(&pepper.0).expect("HMAC takes keys of every length");
        mac.update(self.0.as_bytes());
        KeyDigest(mac.finalize().into_bytes().into())
    }
}

fn checksum(head: &str) -> String {
    let mut value = crc32fast::hash(head.as_bytes());
    let mut digits = [b'0'; CHECKSUM_LEN];
    for slot in digits.iter_mut().rev() {
        *slot = BASE62[(value % 62) as usize];
        value /= 62;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

impl FromStr for ApiKeySecret {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() == LEN
            && bytes.starts_with(b"bw_")
            && matches!(bytes[3], b'd' | b's' | b'p' | b'o')
            && bytes[4] == b'_'
            && bytes[HEAD_LEN..].iter().all(u8::is_ascii_alphanumeric);
        if shaped && checksum(&text[..HEAD_LEN + RANDOM_LEN]) == text[HEAD_LEN + RANDOM_LEN..] {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed)
        }
    }
}

impl fmt::Debug for ApiKeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKeySecret({}…{})", self.prefix(), self.last_four())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ambient::SeededEntropy;

    fn secret(seed: u64) -> ApiKeySecret {
        ApiKeySecret::generate(Environment::Production, &SeededEntropy::new(seed))
    }

    proptest! {
        #[test]
        fn a_generated_secret_parses(seed: u64) {
            let secret = secret(seed);
            prop_assert_eq!(secret.reveal().len(), 43);
            prop_assert_eq!(secret.reveal().parse::<ApiKeySecret>(), Ok(secret));
        }

        #[test]
        fn one_wrong_character_is_recognised(seed: u64, at in 5usize..43, by in 1u8..62) {
            let mut bytes = secret(seed).reveal().as_bytes().to_vec();
            let old = BASE62.iter().position(|digit| *digit == bytes[at]).expect("base62");
            bytes[at] = BASE62[(old + usize::from(by)) % 62];
            let typo = String::from_utf8(bytes).expect("ASCII");
            prop_assert_eq!(typo.parse::<ApiKeySecret>(), Err(Malformed));
        }

        #[test]
        fn no_text_panics_the_parser(text in ".{0,60}") {
            let _ = text.parse::<ApiKeySecret>();
        }
    }

    #[test]
    fn the_digest_depends_on_the_pepper() {
        let secret = secret(1);
        assert_ne!(secret.digest(&Pepper([1; 32])), secret.digest(&Pepper([2; 32])));
        assert_eq!(secret.digest(&Pepper([1; 32])).hex().len(), 64);
    }

    #[test]
    fn debug_output_hides_the_secret() {
        let secret = secret(1);
        assert!(!format!("{secret:?}").contains(&secret.reveal()[10..30]));
    }
}
