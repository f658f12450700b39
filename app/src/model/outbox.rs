//! Mails that wait for a mail server.

use serde::{Deserialize, Serialize};

use super::{Email, MailId, Timestamp};

/// What the outbox page shows, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxView {
    pub mails: Vec<OutboxMail>,
    pub now: Timestamp,
}

/// One mail.
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
    /// When its link ends, or its news are none.
    pub expires_at: Timestamp,
}
