//! The mails of an installation without a mail server.

use app::{
    model::{
        AppError,
        outbox::{OutboxMail, OutboxView},
    },
    port::Outbox,
};
use async_trait::async_trait;

use super::super::Console;
use crate::mail;

#[async_trait]
impl Outbox for Console {
    async fn mails(&self, token: &str) -> Result<OutboxView, AppError> {
        let outbox = self
            .parts
            .outbox
            .as_ref()
            .filter(|outbox| outbox.opens(token))
            .ok_or(AppError::NotFound)?;
        let mails = self.store().newest_mails().await?.into_iter().map(|mail| {
            let link = mail::address(&mail.link, &self.parts.links, outbox.origin()).map_err(|problem| {
                tracing::error!(mail = %mail.id, problem, "a mail has no link");
                AppError::Internal
            })?;
            Ok(OutboxMail {
                text: mail::filled(&mail.body, &link),
                link,
                id: mail.id,
                to: mail.to,
                subject: mail.subject,
                created_at: mail.created_at,
                expires_at: mail.expires_at,
            })
        });
        Ok(OutboxView {
            mails: mails.collect::<Result<_, AppError>>()?,
            now: self.store().ambient.now(),
        })
    }
}
