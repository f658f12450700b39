//! The rows behind links to accounts. Each opens once; the proof of a link is not in here.

use app::model::{AccountId, Email, LinkId, Timestamp};

use super::{
    db::{Connection, DbError, execute, fetch_optional},
    parse,
};
use crate::{
    ambient::Ambient,
    links::{Link, LinkKind},
};

/// A link that nobody used yet.
#[derive(Clone, Debug)]
pub struct OpenLink {
    pub id: LinkId,
    pub link: Link,
    /// Where it was sent.
    pub email: Email,
    /// `None` for a sign-up, and for an address without an account.
    pub account: Option<AccountId>,
}

/// Makes the row of a new link.
pub async fn insert(
    on: &mut impl Connection,
    ambient: &Ambient,
    kind: LinkKind,
    email: &Email,
    account: Option<&AccountId>,
    expires_at: Timestamp,
) -> Result<Link, DbError> {
    const SQL: &str = "
        INSERT INTO account_links (id, kind, email, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)";
    let now = ambient.now();
    let id: LinkId = ambient.id_at(now);
    let account = account.map(AccountId::as_str);
    execute!(on, SQL, id.as_str(), kind.as_str(), email.as_str(), account, now.0, expires_at.0)?;
    Ok(Link::first(kind, id))
}

/// The link of this id, if it can still be used.
pub async fn find(on: &mut impl Connection, id: &LinkId, kind: LinkKind, now: Timestamp) -> Result<Option<OpenLink>, DbError> {
    const SQL: &str = "
        SELECT email, account_id FROM account_links WHERE id = $1 AND kind = $2 AND used_at IS NULL AND expires_at > $3";
    let row = fetch_optional!(on, (String, Option<String>), SQL, id.as_str(), kind.as_str(), now.0)?;
    row.map(|(email, account)| {
        Ok(OpenLink {
            id: id.clone(),
            link: Link::first(kind, id),
            email: parse(email)?,
            account: account.map(parse).transpose()?,
        })
    })
    .transpose()
}

/// Uses a link up. False if somebody else just did, or its time is over: this statement decides.
pub async fn spend(on: &mut impl Connection, link: &OpenLink, now: Timestamp) -> Result<bool, DbError> {
    const SQL: &str = "UPDATE account_links SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND expires_at > $2";
    Ok(execute!(on, SQL, link.id.as_str(), now.0)? == 1)
}

/// Voids every open link to a new password or a new address of an account.
pub async fn void(on: &mut impl Connection, account: &AccountId, now: Timestamp) -> Result<(), DbError> {
    const SQL: &str = "
        UPDATE account_links SET used_at = $2 WHERE account_id = $1 AND kind IN ('reset', 'email') AND used_at IS NULL
          AND expires_at > $2";
    execute!(on, SQL, account.as_str(), now.0)?;
    Ok(())
}
