//! `[mail]`: where mail goes out, and in whose name.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    path::{Path, PathBuf},
};

use app::model::{Email, Name};
use serde::Deserialize;

use super::{ConfigError, source};
use crate::catalog::Secret;

const PEM: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// The table as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MailTable {
    url: String,
    from: String,
    user: Option<String>,
    secret_env: Option<String>,
    secret_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    #[serde(default)]
    allow_plain: bool,
}

/// A mail server that takes our mail.
#[derive(Clone, Debug)]
pub struct MailServer {
    /// A name or an address.
    pub host: String,
    pub port: u16,
    pub encryption: Encryption,
    pub from: Sender,
    /// User and password.
    pub credentials: Option<(String, Secret)>,
    /// Certificates in PEM that are trusted besides those of the system.
    pub ca: Option<Vec<u8>>,
}

/// How the way to the mail server is kept private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// TLS from the first byte, port 465.
    Tls,
    /// TLS after `STARTTLS`, port 587. A server that does not offer it gets nothing.
    StartTls,
    /// None: for a relay on this machine.
    Plain,
}

/// Whom mails come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    pub name: Option<Name>,
    pub email: Email,
}

impl MailTable {
    pub(super) fn secret_variable(&self) -> Option<&str> {
        self.secret_env.as_deref()
    }

    pub(super) fn server(&self, environment: &BTreeMap<String, String>, folder: &Path) -> Result<MailServer, ConfigError> {
        let at = |key: &str, problem: &str| ConfigError::at(format!("mail.{key}"), problem);
        let (implicit, host, port) = address(&self.url).ok_or_else(|| {
            at(
                "url",
                "must be smtps://HOST or smtp://HOST, perhaps with a port; the password belongs into secret_env or secret_file",
            )
        })?;
        let encryption = match (implicit, self.allow_plain) {
            (true, false) => Encryption::Tls,
            (true, true) => return Err(at("allow_plain", "excludes smtps://")),
            (false, false) => Encryption::StartTls,
            (false, true) if is_loopback(&host) => Encryption::Plain,
            (false, true) => return Err(at("allow_plain", "is for a relay on this machine, such as smtp://127.0.0.1:25")),
        };
        let secret = source::secret("mail", self.secret_env.as_deref(), self.secret_file.as_deref(), environment, folder)?;
        let credentials = match (&self.user, secret) {
            (Some(user), Some(secret)) => Some((user.clone(), secret)),
            (None, None) => None,
            (Some(_), None) => return Err(at("user", "needs secret_env or secret_file")),
            (None, Some(_)) => return Err(at("user", "is missing beside the secret")),
        };
        let ca = self.ca_file.as_ref().map(|path| {
            let path = folder.join(path);
            let pem = std::fs::read(&path).map_err(|error| at("ca_file", &format!("{}: {error}", path.display())))?;
            if pem.windows(PEM.len()).any(|window| window == PEM) {
                Ok(pem)
            } else {
                Err(at("ca_file", &format!("{} holds no certificate in PEM", path.display())))
            }
        });
        Ok(MailServer {
            host,
            port: port.unwrap_or(if implicit { 465 } else { 587 }),
            encryption,
            from: sender(&self.from).ok_or_else(|| at("from", "must be an address such as “Bailiwick <bailiwick@acme.example>”"))?,
            credentials,
            ca: ca.transpose()?,
        })
    }
}

/// Whether TLS begins at once, host, and port.
fn address(url: &str) -> Option<(bool, String, Option<u16>)> {
    let (implicit, rest) = match url.split_once("://")? {
        ("smtps", rest) => (true, rest),
        ("smtp", rest) => (false, rest),
        _ => return None,
    };
    let authority: http::uri::Authority = rest.strip_suffix('/').unwrap_or(rest).parse().ok()?;
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let shaped = !host.is_empty() && !authority.as_str().contains('@') && authority.port_u16() != Some(0);
    // A port that is no number would be taken for none.
    let whole = authority.port_u16().is_some() || !authority.as_str().trim_start_matches(authority.host()).contains(':');
    (shaped && whole).then(|| (implicit, host.to_owned(), authority.port_u16()))
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// `name@example.com` or `Name <name@example.com>`.
fn sender(text: &str) -> Option<Sender> {
    let Some((name, rest)) = text.split_once('<') else {
        return Some(Sender {
            name: None,
            email: text.parse().ok()?,
        });
    };
    let name = name.trim().trim_matches('"');
    Some(Sender {
        name: (!name.is_empty()).then(|| name.parse()).transpose().ok()?,
        email: rest.strip_suffix('>')?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_with_a_way_to_encrypt() {
        let address = |url: &str| address(url).map(|(implicit, host, port)| format!("{implicit} {host} {port:?}"));
        for (url, expected) in [
            ("smtps://mail.acme.example", Some("true mail.acme.example None")),
            ("smtp://mail.acme.example:2587/", Some("false mail.acme.example Some(2587)")),
            ("smtp://[::1]:25", Some("false ::1 Some(25)")),
            ("smtp://ada:secret@mail.acme.example", None),
            ("smtp://mail.acme.example:nine", None),
            ("smtp://mail.acme.example/inbox", None),
            ("https://mail.acme.example", None),
            ("mail.acme.example", None),
            ("smtp://", None),
        ] {
            assert_eq!(address(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        let plain = sender("Bailiwick@acme.example").expect("an address");
        assert_eq!((plain.name, plain.email.as_str()), (None, "bailiwick@acme.example"));
        let named = sender("\"Acme, AI\" <ai@acme.example>").expect("with a name");
        assert_eq!(
            (named.name.as_ref().map(Name::as_str), named.email.as_str()),
            (Some("Acme, AI"), "ai@acme.example")
        );
        for bad in [
            "",
            "Bailiwick",
            "Bailiwick <ai@acme.example",
            "Bailiwick <ai@acme.example>\r\nBcc: x@y.example",
        ] {
            assert_eq!(sender(bad), None, "{bad:?}");
        }
    }
}
