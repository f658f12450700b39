//! The rule for new passwords: the shape that forms check, and not one of those that are tried first.

use app::model::{
    Email, Name,
    names::{self, InvalidName},
};

/// A password that is found within so many guesses is as good as on a list: 30,000 well-known passwords, names and words,
/// rows of the keyboard, sequences, dates and repetitions, with the usual substitutions and endings.
const GUESSES: u64 = 1_000_000_000;

/// Characters that the estimate looks at: it tries all substitutions, whose number grows with the length.
const ESTIMATED: usize = 32;

/// Famous for being strong, and so among the first that are tried.
const FAMOUS: [&str; 2] = ["correcthorsebatterystaple", "changemeplease"];

/// What every installation has in common, for whoever guesses.
const PRODUCT: &str = "bailiwick";

/// The rule for a new password of this person: 12 to 200 characters, neither well known nor made of the person's own
/// name, address or the product's name. For some passwords it takes as long as a hash does.
pub fn check(password: &str, email: &Email, name: &Name) -> Result<(), InvalidName> {
    names::check_password(password, email.as_str())?;
    let own: Vec<&str> = email
        .as_str()
        .split(['@', '.', '+', '-', '_'])
        .chain(name.as_str().split_whitespace())
        .chain([PRODUCT, email.as_str(), name.as_str()])
        .filter(|word| word.chars().count() > 2)
        .collect();
    let begin: String = password.chars().take(ESTIMATED).collect();
    let plain: String = password.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    if FAMOUS.contains(&plain.as_str()) || zxcvbn::zxcvbn(&begin, &own).guesses() < GUESSES {
        return Err(names::WELL_KNOWN);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> bool {
        let email = "ada.osei@acme.example".parse().expect("an address");
        let name = "Ada Osei".parse().expect("a name");
        check(password, &email, &name).is_err()
    }

    #[test]
    fn passwords_that_are_tried_first_are_refused() {
        for weak in [
            "short",
            "aaaaaaaaaaaaaaa",
            "123456789012",
            "1234567890123",
            "abcdefghijkl",
            "administrator",
            "Administrator1",
            "iloveyou1234",
            "letmeinletmein",
            "password1234",
            "Passw0rd1234",
            "P@ssword12345",
            "passwordpassword",
            "PasswordPassword",
            "qwertyuiop12",
            "qwertyuiopasdf",
            "1qaz2wsx3edc",
            "welcome12345",
            "Football2024!",
            "changemeplease",
            "Correct Horse Battery Staple",
        ] {
            assert!(refused(weak), "{weak}");
        }
    }

    #[test]
    fn what_everybody_knows_of_the_person_and_the_product_is_refused() {
        for weak in [
            "ada.osei@acme.example",
            "ada.osei12345",
            "Ada Osei 2024",
            "acme.example1",
            "bailiwick1234",
            "Bailiwick2026!",
        ] {
            assert!(refused(weak), "{weak}");
        }
    }

    #[test]
    fn others_pass() {
        for good in [
            "correct-horse-9",
            "demo-console-2026",
            "quiet river under glass",
            "grünes Fahrrad am See",
            "N7#vqL2$xWp9",
        ] {
            assert!(!refused(good), "{good}");
        }
        assert!(refused(&"x1".repeat(101)), "202 characters");
    }
}
