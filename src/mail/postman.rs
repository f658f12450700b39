//! Empties the outbox, in the background.

use std::{sync::Arc, time::Duration};

use app::model::time::{DAY, HOUR, MINUTE};
use prometheus_client::{metrics::counter::Counter, registry::Registry};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Relay, address, filled, relay::Letter};
use crate::{
    links::Links,
    store::{
        Store,
        db::DbError,
        mails::{Claim, Outcome, StoredMail},
    },
};

/// Between two looks at the outbox.
const PAUSE: Duration = Duration::from_secs(2);
/// Attempts after which a mail is given up.
const ATTEMPTS: i64 = 10;
/// The pause after the first failure; it doubles from one to the next.
const FIRST_PAUSE: i64 = MINUTE;
const LONGEST_PAUSE: i64 = 6 * HOUR;
/// How long mails and spent links are kept.
const KEPT: i64 = 30 * DAY;

/// Sends what waits in the outbox, as long as there is a mail server; also throws old mails away.
pub struct Postman {
    pub store: Store,
    pub links: Links,
    /// Of the console, as links begin.
    pub origin: String,
    /// Without one everything waits.
    pub relay: Option<Relay>,
    pub counters: Arc<Counters>,
}

/// What became of mails since the start, for `/metrics`.
#[derive(Debug, Default)]
pub struct Counters {
    pub sent: Counter,
    /// Attempts that failed and are made again.
    pub deferred: Counter,
    pub failed: Counter,
    /// Their links had opened nothing any more.
    pub withdrawn: Counter,
}

impl Counters {
    pub fn register(&self, registry: &mut Registry) {
        for (name, help, counter) in [
            ("sent", "Mails that the mail server took", &self.sent),
            ("deferred", "Attempts to send a mail that are made again", &self.deferred),
            ("failed", "Mails that were given up", &self.failed),
            (
                "withdrawn",
                "Mails that were not tried again because their links were used, revoked or replaced",
                &self.withdrawn,
            ),
        ] {
            registry.register(format!("bailiwick_mails_{name}"), help, counter.clone());
        }
    }
}

impl Postman {
    /// Goes on until `stopping`, and then ends with the mail that is under way.
    pub fn start(self, stopping: CancellationToken) -> JoinHandle<()> {
        tokio::spawn(async move {
            while !stopping.is_cancelled() {
                if let Err(error) = self.round(&stopping).await {
                    tracing::error!(%error, "the outbox cannot be read; mails wait");
                }
                let _ = stopping.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
            }
        })
    }

    /// Tries what is due, once.
    pub(super) async fn round(&self, stopping: &CancellationToken) -> Result<(), DbError> {
        let now = self.store.ambient.now();
        self.store.purge_mails(now.plus(-KEPT), now).await?;
        self.store.purge_attempts().await?;
        let Some(relay) = &self.relay else { return Ok(()) };
        for mail in self.store.due_mails().await? {
            if stopping.is_cancelled() {
                break;
            }
            self.try_one(relay, mail).await?;
        }
        Ok(())
    }

    /// The attempt is counted before it is made: neither a crash nor a second process sends in a loop.
    async fn try_one(&self, relay: &Relay, mail: StoredMail) -> Result<(), DbError> {
        let now = self.store.ambient.now();
        if mail.expires_at <= now {
            return self
                .settle(&mail, Outcome::Failed("it was of no use any more before a mail server took it"))
                .await;
        }
        match self.store.claim_mail(&mail, now.plus(pause(mail.attempts))).await? {
            Claim::Taken => {}
            Claim::Withdrawn => {
                self.counters.withdrawn.inc();
                tracing::info!(mail = %mail.id, "a mail is not tried again: its link opens nothing any more");
                return Ok(());
            }
            Claim::Postponed | Claim::Lost => return Ok(()),
        }
        let link = match address(&mail.link, &self.links, &self.origin) {
            Ok(link) => link,
            Err(problem) => return self.settle(&mail, Outcome::Failed(problem)).await,
        };
        let letter = Letter {
            id: &mail.id,
            to: &mail.to,
            subject: &mail.subject,
            text: filled(&mail.body, &link),
            date: mail.created_at,
        };
        match relay.deliver(letter).await {
            Ok(()) => self.settle(&mail, Outcome::Sent).await,
            Err(refusal) if refusal.for_good || mail.attempts + 1 >= ATTEMPTS => self.settle(&mail, Outcome::Failed(&refusal.reason)).await,
            Err(refusal) => self.settle(&mail, Outcome::Deferred(&refusal.reason)).await,
        }
    }

    /// The log names a mail by its id, not by whom it was for.
    async fn settle(&self, mail: &StoredMail, outcome: Outcome<'_>) -> Result<(), DbError> {
        match &outcome {
            Outcome::Sent => {
                self.counters.sent.inc();
                tracing::info!(mail = %mail.id, "the mail server took a mail");
            }
            Outcome::Deferred(reason) => {
                self.counters.deferred.inc();
                tracing::warn!(mail = %mail.id, attempt = mail.attempts + 1, reason, "a mail could not be sent; it is tried again");
            }
            Outcome::Failed(reason) => {
                self.counters.failed.inc();
                tracing::error!(mail = %mail.id, reason, "a mail is given up");
            }
        }
        self.store.settle_mail(&mail.id, &outcome).await
    }
}

/// Milliseconds to wait after this many failures and one more.
fn pause(failures: i64) -> i64 {
    let doublings = u32::try_from(failures).unwrap_or(u32::MAX).min(16);
    (FIRST_PAUSE << doublings).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_six_hours() {
        let pauses: Vec<i64> = (0..ATTEMPTS).map(|failures| pause(failures) / MINUTE).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360]);
        assert_eq!(pause(i64::MAX), LONGEST_PAUSE);
    }
}
