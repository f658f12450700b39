//! Mails on their way, as the operator of the installation sees them.

use serde::{Deserialize, Serialize};

use super::{Email, Listing, MailId, Timestamp, words::words};

/// What the outbox page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutboxView {
    /// There is no mail server: one page of the mails with their links, the newest first, for the operator to pass on.
    ByHand(Listing<OutboxMail>),
    /// There is one: what it has not taken. Neither texts nor links.
    Undelivered(Undelivered),
}

/// One mail, as its reader would get it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxMail {
    pub id: MailId,
    pub to: Email,
    pub subject: String,
    /// With its link in it; empty for a mail that was sent while there was a mail server.
    pub text: String,
    /// The whole address that the text names.
    pub link: String,
    pub created_at: Timestamp,
    /// It is of no use any more: its time is over, or its link was used, revoked or replaced.
    pub ended: bool,
}

/// Which mails a mail server has not taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeliveryState {
    /// For good: nobody tries again by themselves.
    #[default]
    Failed,
    Waiting,
}

words!(DeliveryState, "failed or waiting", Failed = "failed", Waiting = "waiting");

/// One page of the mails in a state, the newest first, and how many there are in each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undelivered {
    pub state: DeliveryState,
    pub listing: Listing<UndeliveredMail>,
    pub failed: u64,
    pub waiting: u64,
}

/// A mail that the mail server has not taken, without what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndeliveredMail {
    pub id: MailId,
    pub to: Email,
    pub subject: String,
    pub created_at: Timestamp,
    /// It is of no use any more: its time is over, or its link was used, revoked or replaced. Then nobody tries any more.
    pub ended: bool,
    /// That were made.
    pub attempts: u64,
    /// Of a waiting one.
    pub next_at: Timestamp,
    /// What went wrong last, if anything did.
    pub error: Option<String>,
}
