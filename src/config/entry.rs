//! Who may make an account without an invitation.

use app::model::Email;

use super::{ConfigError, Layers, Sourced, parse};

/// The operator's policy for sign-up. Invitations work under each of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SignUp {
    /// Nobody.
    #[default]
    Closed,
    /// Who has a mailbox in one of these domains, in lower case; a sub-domain is another domain.
    Domains(Vec<String>),
    /// Who has a mailbox.
    Open,
}

impl SignUp {
    pub fn admits(&self, email: &Email) -> bool {
        match self {
            Self::Closed => false,
            Self::Domains(domains) => email
                .as_str()
                .rsplit_once('@')
                .is_some_and(|(_, domain)| domains.iter().any(|known| known == domain)),
            Self::Open => true,
        }
    }
}

/// The word of `sign_up`, before its domains are known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Policy {
    Closed,
    Domains,
    Open,
}

fn policy(text: &str) -> Result<Policy, String> {
    match text {
        "closed" => Ok(Policy::Closed),
        "domains" => Ok(Policy::Domains),
        "open" => Ok(Policy::Open),
        other => Err(format!("“{other}” is not one of closed, domains, open")),
    }
}

fn domain(text: &str) -> Result<String, String> {
    let parsed = format!("x@{text}").parse::<Email>().ok();
    let domain = parsed.and_then(|email| email.as_str().strip_prefix("x@").map(str::to_owned));
    domain.ok_or_else(|| format!("“{text}” is not a domain such as acme.example"))
}

pub(super) fn sign_up(layers: &Layers<'_>) -> Result<SignUp, ConfigError> {
    let word = layers.text("sign_up", |settings| settings.sign_up.clone());
    let place = word.as_ref().map_or_else(|| "sign_up".to_owned(), |found| found.place.clone());
    let policy = parse(word, policy)?.unwrap_or(Policy::Closed);
    let domains = layers.list("sign_up_domains", |settings| settings.sign_up_domains.clone());
    match (policy, domains) {
        (Policy::Domains, Some(Sourced { place, value })) if !value.is_empty() => {
            let domains = value.iter().map(|text| domain(text));
            let domains: Result<_, _> = domains.collect();
            domains.map(SignUp::Domains).map_err(|problem| ConfigError::at(place, problem))
        }
        (Policy::Domains, _) => Err(ConfigError::at(
            place,
            "“domains” needs sign_up_domains, such as [\"acme.example\"]",
        )),
        (_, Some(found)) => Err(ConfigError::at(found.place, "has a meaning with sign_up = \"domains\" only")),
        (Policy::Closed, None) => Ok(SignUp::Closed),
        (Policy::Open, None) => Ok(SignUp::Open),
    }
}
