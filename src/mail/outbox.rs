//! The link to the outbox page.

use std::sync::Arc;

use subtle::ConstantTimeEq;

use crate::{ambient::Ambient, config::PublicUrl};

/// Opens the page of the installation's mails, for its operator. Its token lives in this process only: a restart prints a
/// fresh one.
#[derive(Clone)]
pub struct OutboxLink {
    token: Arc<str>,
    origin: String,
    has_mail_server: bool,
}

impl OutboxLink {
    pub fn new(ambient: &Ambient, public_url: &PublicUrl, has_mail_server: bool) -> Self {
        Self {
            token: ambient.token().into(),
            origin: public_url.origin().to_owned(),
            has_mail_server,
        }
    }

    /// The whole address, with its secret.
    pub fn reveal(&self) -> String {
        format!("{}/operator/outbox?token={}", self.origin, self.token)
    }

    /// Of the console, as the links in mails begin.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Then the page shows what was not delivered, and neither texts nor links: who has this link opens no others with it.
    pub fn has_mail_server(&self) -> bool {
        self.has_mail_server
    }

    pub fn opens(&self, token: &str) -> bool {
        self.token.as_bytes().ct_eq(token.as_bytes()).into()
    }
}
