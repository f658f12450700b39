//! The outbox. A mail is put in by the transaction of what it tells of, and never touches an org's version: a mail to
//! somebody changes nothing that a key may do.

use app::model::{
    Email, Listing, MailId, Page, Timestamp,
    outbox::{DeliveryState, Undelivered, UndeliveredMail},
};

use super::{
    Store, count,
    db::{Connection, DbError, execute, fetch_all, fetch_one, fetch_optional},
    invitations::holds,
    listing, parse, pattern,
};
use crate::{ambient::Ambient, links::Link, mail::Mail};

/// Puts a mail into the outbox.
pub async fn put(on: &mut impl Connection, ambient: &Ambient, mail: &Mail) -> Result<MailId, DbError> {
    insert(on, ambient, mail, State::Waiting).await
}

/// Writes what [`put`] would, where there is nobody to write to: answering for an unknown address costs the same.
/// It is never sent and never shown.
pub async fn put_void(on: &mut impl Connection, ambient: &Ambient, mail: &Mail) -> Result<MailId, DbError> {
    insert(on, ambient, mail, State::Void).await
}

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Waiting,
    Sent,
    Failed,
    Void,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Void => "void",
        }
    }
}

async fn insert(on: &mut impl Connection, ambient: &Ambient, mail: &Mail, state: State) -> Result<MailId, DbError> {
    const SQL: &str = "
        INSERT INTO mails (id, recipient, subject, body, link, created_at, expires_at, state, next_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $6)";
    let now = ambient.now();
    let id: MailId = ambient.id_at(now);
    execute!(
        on,
        SQL,
        id.as_str(),
        mail.to.as_str(),
        mail.subject.as_str(),
        mail.body.as_str(),
        mail.link.stored(),
        now.0,
        mail.expires_at.0,
        state.as_str(),
    )?;
    Ok(id)
}

/// A mail as it lies in the outbox.
#[derive(Debug)]
pub struct StoredMail {
    pub id: MailId,
    pub to: Email,
    pub subject: String,
    /// With [`crate::mail::LINK`].
    pub body: String,
    /// As it is stored.
    pub link: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// Failures so far.
    pub attempts: i64,
}

type MailRow = (String, String, String, String, String, i64, i64, i64);

fn into_mail((id, to, subject, body, link, created, expires, attempts): MailRow) -> Result<StoredMail, DbError> {
    Ok(StoredMail {
        id: parse(id)?,
        to: parse(to)?,
        subject,
        body,
        link,
        created_at: Timestamp(created),
        expires_at: Timestamp(expires),
        attempts,
    })
}

/// How an attempt ended; the text is why.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    Sent,
    Deferred(&'a str),
    Failed(&'a str),
}

/// How the wish to make an attempt ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is this caller's to send.
    Taken,
    /// Its link opens nothing any more: nobody sends it.
    Withdrawn,
    /// Who invited may not at present: it waits until they may again, or somebody else invites.
    Postponed,
    /// Somebody else took it.
    Lost,
}

/// Why a mail was withdrawn, as the outbox shows it.
const WITHDRAWN: &str = "not tried again: its link was used, revoked or replaced";

/// What became of the wish to try a mail again.
#[derive(Debug, PartialEq, Eq)]
pub enum Requeued {
    /// It waits. These are its recipient, and the attempts that are forgotten.
    Done {
        to: Email,
        attempts: i64,
    },
    /// It waits already, or is out.
    NotFailed,
    /// It is of no use any more: its time is over, or its link opens nothing.
    Ended,
    Unknown,
}

/// Lets a mail that was given up be tried from now on, as often as a new one.
pub async fn requeue(on: &mut impl Connection, id: &MailId, now: Timestamp) -> Result<Requeued, DbError> {
    // Locks the row, so that of two who ask at once one learns that it waits already.
    const FIND: &str = "
        UPDATE mails SET next_at = next_at WHERE id = $1 AND state <> 'void'
        RETURNING recipient, link, state, attempts, expires_at";
    const SQL: &str = "UPDATE mails SET state = 'waiting', attempts = 0, next_at = $2 WHERE id = $1";
    let found = fetch_optional!(on, (String, String, String, i64, i64), FIND, id.as_str())?;
    let Some((to, link, state, attempts, expires_at)) = found else {
        return Ok(Requeued::Unknown);
    };
    if state != State::Failed.as_str() {
        return Ok(Requeued::NotFailed);
    }
    if has_ended(on, &link, expires_at, now).await? {
        return Ok(Requeued::Ended);
    }
    execute!(on, SQL, id.as_str(), now.0)?;
    Ok(Requeued::Done { to: parse(to)?, attempts })
}

/// Whether a mail is of no use any more: its time is over, or its link opens nothing.
async fn has_ended(on: &mut impl Connection, link: &str, expires_at: i64, now: Timestamp) -> Result<bool, DbError> {
    Ok(Timestamp(expires_at) <= now || opens(on, link).await? == Opens::Never)
}

/// What the link of a mail leads to.
#[derive(PartialEq, Eq)]
enum Opens {
    Now,
    /// The invitation is there, but whoever sent it may not grant its role.
    NotNow,
    /// It was used, revoked, or replaced by a newer one.
    Never,
}

/// What a link leads to, as it is stored with a mail. Pages are always there.
async fn opens(on: &mut impl Connection, stored: &str) -> Result<Opens, DbError> {
    const ACCOUNT: &str = "SELECT count(*) FROM account_links WHERE id = $1 AND used_at IS NULL";
    const INVITATION: &str = concat!(
        "SELECT ",
        holds!(),
        " FROM invitations i LEFT JOIN org_members m ON m.org_id = i.org_id AND m.account_id = i.invited_by
        WHERE i.id = $1 AND i.state = 'open' AND i.generation = $2"
    );
    let Ok(link) = stored.parse::<Link>() else {
        return Ok(Opens::Now);
    };
    if let Some((holds,)) = fetch_optional!(on, (bool,), INVITATION, link.id.as_str(), link.generation)? {
        return Ok(if holds { Opens::Now } else { Opens::NotNow });
    }
    let (unused,) = fetch_one!(on, (i64,), ACCOUNT, link.id.as_str())?;
    Ok(if unused > 0 { Opens::Now } else { Opens::Never })
}

#[derive(sqlx::FromRow)]
struct UndeliveredRow {
    id: String,
    recipient: String,
    subject: String,
    link: String,
    created_at: i64,
    expires_at: i64,
    attempts: i64,
    next_at: i64,
    error: Option<String>,
}

impl UndeliveredRow {
    fn into_model(self, ended: bool) -> Result<UndeliveredMail, DbError> {
        Ok(UndeliveredMail {
            id: parse(self.id)?,
            to: parse(self.recipient)?,
            subject: self.subject,
            created_at: Timestamp(self.created_at),
            ended,
            attempts: count(self.attempts),
            next_at: Timestamp(self.next_at),
            error: self.error,
        })
    }
}

/// Mails of one round.
const ROUND: i64 = 50;

impl Store {
    /// The mails that may be tried now, the longest waiting first; invitations, of which somebody can send many at once, after
    /// those that people wait for at the screen.
    pub async fn due_mails(&self) -> Result<Vec<StoredMail>, DbError> {
        const SQL: &str = "
            SELECT id, recipient, subject, body, link, created_at, expires_at, attempts FROM mails
            WHERE state = 'waiting' AND next_at <= $1
            ORDER BY CASE WHEN link LIKE 'invitation:%' THEN 1 ELSE 0 END, next_at, id LIMIT $2";
        let mut reader = self.db.read().await?;
        let rows = fetch_all!(&mut reader, MailRow, SQL, self.ambient.now().0, ROUND)?;
        rows.into_iter().map(into_mail).collect()
    }

    /// One page of all mails, the newest first, and whether each has ended. Void ones were never meant for anybody.
    pub async fn newest_mails(&self, page: &Page) -> Result<Listing<(StoredMail, bool)>, DbError> {
        const LIST: &str = "
            SELECT id, recipient, subject, body, link, created_at, expires_at, attempts FROM mails
            WHERE state <> 'void' AND recipient LIKE lower($1) ESCAPE '\\' ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3";
        const COUNT: &str = "
            SELECT (SELECT count(*) FROM mails WHERE state <> 'void'),
                   (SELECT count(*) FROM mails WHERE state <> 'void' AND recipient LIKE lower($1) ESCAPE '\\')";
        let (text, now) = (pattern(&page.query), self.ambient.now());
        let mut reader = self.db.read().await?;
        let rows = fetch_all!(&mut reader, MailRow, LIST, &text, i64::from(Page::SIZE), page.offset())?;
        let mut mails = Vec::new();
        for mail in rows.into_iter().map(into_mail) {
            let mail = mail?;
            let ended = has_ended(&mut reader, &mail.link, mail.expires_at.0, now).await?;
            mails.push((mail, ended));
        }
        let counts = fetch_one!(&mut reader, (i64, i64), COUNT, &text)?;
        listing(mails, Ok, counts, page, now)
    }

    /// One page of the mails that a mail server has not taken, the newest first. What they say stays in the database.
    pub async fn undelivered_mails(&self, state: DeliveryState, page: &Page) -> Result<Undelivered, DbError> {
        const LIST: &str = "
            SELECT id, recipient, subject, link, created_at, expires_at, attempts, next_at, error FROM mails
            WHERE state = $1 AND recipient LIKE lower($2) ESCAPE '\\' ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4";
        const COUNT: &str = "
            SELECT (SELECT count(*) FROM mails WHERE state = 'failed'), (SELECT count(*) FROM mails WHERE state = 'waiting'),
                   (SELECT count(*) FROM mails WHERE state = $1 AND recipient LIKE lower($2) ESCAPE '\\')";
        let (text, now) = (pattern(&page.query), self.ambient.now());
        let mut reader = self.db.read().await?;
        let rows = fetch_all!(
            &mut reader,
            UndeliveredRow,
            LIST,
            state.as_str(),
            &text,
            i64::from(Page::SIZE),
            page.offset()
        )?;
        let mut mails = Vec::new();
        for row in rows {
            let ended = has_ended(&mut reader, &row.link, row.expires_at, now).await?;
            mails.push(row.into_model(ended)?);
        }
        let (failed, waiting, matching) = fetch_one!(&mut reader, (i64, i64, i64), COUNT, state.as_str(), &text)?;
        let all = match state {
            DeliveryState::Failed => failed,
            DeliveryState::Waiting => waiting,
        };
        Ok(Undelivered {
            state,
            listing: listing(mails, Ok, (all, matching), page, now)?,
            failed: count(failed),
            waiting: count(waiting),
        })
    }

    /// Takes a mail for one attempt and says when the next one is due; one whose link opens nothing any more is given up
    /// without an attempt, and what it said is forgotten. Why the last attempt failed is kept.
    pub async fn claim_mail(&self, mail: &StoredMail, next: Timestamp) -> Result<Claim, DbError> {
        const TAKE: &str = "
            UPDATE mails SET attempts = attempts + 1, next_at = $3 WHERE id = $1 AND state = 'waiting' AND attempts = $2";
        const POSTPONE: &str = "UPDATE mails SET next_at = $3 WHERE id = $1 AND state = 'waiting' AND attempts = $2";
        const WITHDRAW: &str = "
            UPDATE mails SET state = 'failed', body = '', error = CAST($3 AS TEXT) || coalesce('; before: ' || error, '')
            WHERE id = $1 AND state = 'waiting' AND attempts = $2";
        let mut tx = self.db.write().await?;
        let (id, attempts) = (mail.id.as_str(), mail.attempts);
        let (claim, rows) = match opens(&mut tx, &mail.link).await? {
            Opens::Now => (Claim::Taken, execute!(&mut tx, TAKE, id, attempts, next.0)?),
            Opens::NotNow => (Claim::Postponed, execute!(&mut tx, POSTPONE, id, attempts, next.0)?),
            Opens::Never => (Claim::Withdrawn, execute!(&mut tx, WITHDRAW, id, attempts, WITHDRAWN)?),
        };
        tx.commit().await?;
        Ok(if rows == 1 { claim } else { Claim::Lost })
    }

    /// Notes how an attempt ended. What a mail said is forgotten once it is out.
    pub async fn settle_mail(&self, id: &MailId, outcome: &Outcome<'_>) -> Result<(), DbError> {
        const SENT: &str = "UPDATE mails SET state = 'sent', body = '', error = NULL WHERE id = $1";
        const FAILED: &str = "UPDATE mails SET state = $2, error = $3 WHERE id = $1";
        let mut tx = self.db.write().await?;
        match outcome {
            Outcome::Sent => execute!(&mut tx, SENT, id.as_str())?,
            Outcome::Deferred(reason) => execute!(&mut tx, FAILED, id.as_str(), State::Waiting.as_str(), *reason)?,
            Outcome::Failed(reason) => execute!(&mut tx, FAILED, id.as_str(), State::Failed.as_str(), *reason)?,
        };
        tx.commit().await
    }

    /// Throws away mails from before `kept`, and links that ended.
    pub async fn purge_mails(&self, kept: Timestamp, now: Timestamp) -> Result<(), DbError> {
        const OLD: &str = "
            SELECT count(*) FROM (SELECT 1 FROM mails WHERE created_at <= $1 UNION ALL SELECT 1 FROM account_links WHERE expires_at <= $2) a";
        let mut reader = self.db.read().await?;
        let (old,) = fetch_one!(&mut reader, (i64,), OLD, kept.0, now.0)?;
        drop(reader);
        if old == 0 {
            return Ok(());
        }
        let mut tx = self.db.write().await?;
        execute!(&mut tx, "DELETE FROM mails WHERE created_at <= $1", kept.0)?;
        execute!(&mut tx, "DELETE FROM account_links WHERE expires_at <= $1", now.0)?;
        tx.commit().await
    }
}

#[cfg(test)]
mod tests {
    use app::model::{Timestamp, time::HOUR};

    use super::*;
    use crate::{
        ambient::Ambient,
        links::LinkKind,
        mail::MailLink,
        store::{db::fetch_all, testing::on_both_engines},
    };

    on_both_engines! {
        async fn a_mail_waits_without_what_its_link_opens(db: TestDb) {
            let ambient = Ambient::system();
            let mail = Mail {
                to: "noor@acme.example".parse().expect("an address"),
                subject: "Join “Acme”".to_owned(),
                body: "Accept: {link}".to_owned(),
                link: MailLink::Opens(Link::first(LinkKind::Invitation, "inv_1")),
                expires_at: ambient.now().plus(HOUR),
            };
            let mut tx = db.db.write().await.expect("begin");
            put(&mut tx, &ambient, &mail).await.expect("put");
            put_void(&mut tx, &ambient, &mail).await.expect("put");
            tx.commit().await.expect("commit");
            let mut reader = db.db.read().await.expect("read");
            let sql = "SELECT recipient, body, link, state, next_at FROM mails ORDER BY state DESC";
            let rows = fetch_all!(&mut reader, (String, String, String, String, i64), sql).expect("rows");
            assert_eq!((rows[0].0.as_str(), rows[0].1.as_str()), ("noor@acme.example", "Accept: {link}"));
            assert_eq!((rows[0].2.as_str(), rows[0].3.as_str()), ("invitation:inv_1:1", "waiting"));
            assert!(ambient.now().since(Timestamp(rows[0].4)) >= 0, "at once");
            assert_eq!(rows[1].3, "void");
        }
    }
}
