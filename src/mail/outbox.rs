//! The link to the outbox page.

use std::sync::Arc;

use subtle::ConstantTimeEq;

use crate::{ambient::Ambient, config::PublicUrl};

/// Opens the page that shows what waits, where there is no mail server. Its token lives in this process only: a restart
/// prints a fresh one.
#[derive(Clone)]
pub struct OutboxLink {
    token: Arc<str>,
    origin: String,
}

impl OutboxLink {
    pub fn new(ambient: &Ambient, public_url: &PublicUrl) -> Self {
        Self {
            token: ambient.token().into(),
            origin: public_url.origin().to_owned(),
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

    pub fn opens(&self, token: &str) -> bool {
        self.token.as_bytes().ct_eq(token.as_bytes()).into()
    }
}
