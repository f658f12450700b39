//! The mail server, over SMTP. What a client would tell of its machine is made of the installation instead: the name in the
//! greeting, the message id, the date.

use std::{
    net::IpAddr,
    time::{Duration, SystemTime},
};

use app::model::{Email, MailId, Timestamp};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, SinglePart, header},
    transport::smtp::{
        Error,
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};

use crate::config::{ConfigError, Encryption, MailServer, PublicUrl};

/// How long the server may take for one command. A whole mail may take half as long again, which is less than the shortest
/// pause between two attempts; so may TLS, where the client has no bound of its own.
const PATIENCE: Duration = Duration::from_secs(30);
/// Answers that speak of our sign-in, not of the mail: another attempt may find the configuration mended.
const SIGN_IN: [u16; 4] = [530, 534, 535, 538];
/// Characters that are kept of what a server says.
const REASON: usize = 300;

/// A mail as it is sent.
pub struct Letter<'a> {
    pub id: &'a MailId,
    pub to: &'a Email,
    pub subject: &'a str,
    /// With its link.
    pub text: String,
    pub date: Timestamp,
}

/// Why a mail was not taken.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Another attempt is of no use.
    pub for_good: bool,
    pub reason: String,
}

/// The way to a mail server.
pub struct Relay {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// For a whole mail.
    patience: Duration,
    /// The part of message ids behind the `@`.
    domain: String,
}

impl Relay {
    /// Opens no connection yet.
    ///
    /// # Errors
    /// A certificate or an address that cannot be used.
    pub fn new(server: &MailServer, public_url: &PublicUrl) -> Result<Self, ConfigError> {
        Self::patient(server, public_url, PATIENCE)
    }

    pub(super) fn patient(server: &MailServer, public_url: &PublicUrl, patience: Duration) -> Result<Self, ConfigError> {
        let tls = match server.encryption {
            Encryption::Tls => Tls::Wrapper(tls(server)?),
            Encryption::StartTls => Tls::Required(tls(server)?),
            Encryption::Plain => Tls::None,
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
            .port(server.port)
            .tls(tls)
            .hello_name(greeting(public_url))
            .timeout(Some(patience));
        if let Some((user, secret)) = &server.credentials {
            transport = transport.credentials(Credentials::new(user.clone(), secret.0.clone()));
        }
        let name = server.from.name.as_ref().map(ToString::to_string);
        Ok(Self {
            transport: transport.build(),
            patience: patience + patience / 2,
            from: Mailbox::new(
                name,
                address(&server.from.email).map_err(|problem| ConfigError::at("mail.from", problem))?,
            ),
            domain: server
                .from
                .email
                .as_str()
                .rsplit_once('@')
                .map_or("", |(_, domain)| domain)
                .to_owned(),
        })
    }

    /// Hands a mail over. The server has it once this returns without an error.
    pub(super) async fn deliver(&self, letter: Letter<'_>) -> Result<(), Refusal> {
        let message = self.message(letter).map_err(|reason| Refusal { for_good: true, reason })?;
        match tokio::time::timeout(self.patience, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(refusal(&error)),
            Err(_) => Err(Refusal {
                for_good: false,
                reason: format!("no answer within {} s", self.patience.as_secs()),
            }),
        }
    }

    fn message(&self, letter: Letter<'_>) -> Result<Message, String> {
        let date = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(letter.date.0).unwrap_or(0));
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address(letter.to)?))
            .subject(letter.subject)
            .date(date)
            .message_id(Some(format!("<{}@{}>", letter.id, self.domain)))
            // RFC 3834: no answering machine answers.
            .raw_header(header::HeaderValue::new(
                header::HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .singlepart(SinglePart::plain(letter.text))
            .map_err(|error| error.to_string())
    }
}

fn tls(server: &MailServer) -> Result<TlsParameters, ConfigError> {
    let at = |problem: lettre::transport::smtp::Error| ConfigError::at("mail.ca_file", problem);
    let mut tls = TlsParameters::builder(server.host.clone());
    if let Some(pem) = &server.ca {
        tls = tls.add_root_certificate(Certificate::from_pem(pem).map_err(at)?);
    }
    tls.build().map_err(at)
}

fn address(email: &Email) -> Result<Address, String> {
    email
        .as_str()
        .parse()
        .map_err(|error| format!("the address cannot be used: {error}"))
}

/// The host of the console.
fn greeting(public_url: &PublicUrl) -> ClientId {
    let host = public_url.host();
    match host.trim_start_matches('[').trim_end_matches(']').parse() {
        Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
        Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
        Err(_) => ClientId::Domain(host),
    }
}

/// Some servers quote what they refuse, also cut or encoded: from where a link begins to be a secret, nothing of what they say gets
/// into the log or onto the outbox page.
fn refusal(error: &Error) -> Refusal {
    let said = error.to_string();
    let said = match said.to_ascii_lowercase().find("token=") {
        Some(at) => format!("{}…", said.get(..at).unwrap_or_default()),
        None => said,
    };
    let ours = error.status().is_some_and(|code| SIGN_IN.contains(&u16::from(code)));
    Refusal {
        for_good: error.is_permanent() && !ours,
        reason: said.chars().filter(|c| !c.is_control()).take(REASON).collect(),
    }
}
