//! The throttle in front of sign-in. Attempts are counted before they are tried, so that parallel guesses all count.
//!
//! Three counters in windows of 15 minutes: the address-and-account pair is tight; the account alone is loose, so that
//! a stranger who guesses cannot easily lock its owner out; the client address bounds guessing across accounts.

use std::net::IpAddr;

use app::model::{
    AppError, Email, Timestamp,
    time::{HOUR, MINUTE},
};

use crate::store::{Store, db::DbError};

const WINDOW: i64 = 15 * MINUTE;
const PER_PAIR: i64 = 10;
const PER_ACCOUNT: i64 = 100;
const PER_ADDRESS: i64 = 60;
/// Passwords that are tried by one link.
const PER_LINK: i64 = 10;

/// Mails to one address that strangers may cause in an hour, of each kind.
const MAILS_PER_ADDRESS: i64 = 3;
/// Mails that one network may ask for in an hour, of each kind.
const MAILS_PER_NETWORK: i64 = 20;

/// The counters that one attempt touches.
pub struct Attempt {
    pair: String,
    account: String,
    address: Option<String>,
}

/// Too many attempts.
pub struct Throttled {
    pub retry_after_s: u64,
}

impl Attempt {
    pub fn new(email: &Email, address: Option<IpAddr>) -> Self {
        let network = address.map(|address| network(address, 4));
        Self {
            pair: format!("pair:{}:{email}", network.as_deref().unwrap_or("local")),
            account: format!("account:{email}"),
            address: address.map(|address| format!("address:{}", self::network(address, 3))),
        }
    }

    fn bounds(&self) -> Vec<(&str, i64)> {
        let address = self.address.as_deref().map(|address| (address, PER_ADDRESS));
        let account = [(self.pair.as_str(), PER_PAIR), (self.account.as_str(), PER_ACCOUNT)];
        account.into_iter().chain(address).collect()
    }

    /// Counts the attempt.
    pub async fn begin(&self, store: &Store) -> Result<Result<(), Throttled>, DbError> {
        count(store, &self.bounds(), WINDOW).await
    }

    /// After a success the account's own counters start anew, and the address is not charged for it: an office behind one
    /// address signs in all morning.
    pub async fn succeeded(&self, store: &Store) -> Result<(), DbError> {
        store.clear_attempts(&self.pair).await?;
        store.clear_attempts(&self.account).await?;
        match &self.address {
            Some(address) => store.uncount_attempt(address).await,
            None => Ok(()),
        }
    }
}

impl From<Throttled> for AppError {
    fn from(Throttled { retry_after_s }: Throttled) -> Self {
        Self::Throttled { retry_after_s }
    }
}

/// Counts that somebody asks for a mail of this kind to this address, before anybody looks whether it has an account: the
/// bound is the same for every address.
pub async fn ask_for_mail(store: &Store, kind: &str, email: &Email, address: Option<IpAddr>) -> Result<Result<(), Throttled>, DbError> {
    let mailbox = format!("mail:{kind}:{email}");
    let from = address.map(|address| format!("mail-from:{kind}:{}", network(address, 3)));
    let mut bounds = vec![(mailbox.as_str(), MAILS_PER_ADDRESS)];
    bounds.extend(from.as_deref().map(|from| (from, MAILS_PER_NETWORK)));
    count(store, &bounds, HOUR).await
}

/// Counts that the holder of a link chooses a password by it, before the password is looked at.
pub async fn choose_by_link(store: &Store, link: &str) -> Result<Result<(), Throttled>, DbError> {
    count(store, &[(&format!("link:{link}"), PER_LINK)], WINDOW).await
}

/// Counts an attempt on each of these subjects, with the most that each may have in a window of so many milliseconds; the
/// error says how long the fullest counter still stands. A throttled attempt adds nothing, so that a flood does not prolong
/// itself.
pub async fn count(store: &Store, bounds: &[(&str, i64)], window_ms: i64) -> Result<Result<(), Throttled>, DbError> {
    for (subject, bound) in bounds {
        if let Some((failures, end)) = store.failures(subject).await?
            && failures >= *bound
        {
            return Ok(Err(until(end, store)));
        }
    }
    for (subject, bound) in bounds {
        let (count, end) = store.count_attempt(subject, window_ms).await?;
        // Of parallel attempts that all saw room, only as many go on as there was room for.
        if count > *bound {
            return Ok(Err(until(end, store)));
        }
    }
    Ok(Ok(()))
}

/// How many attempts are left under all of these bounds.
pub async fn left(store: &Store, bounds: &[(&str, i64)]) -> Result<u64, DbError> {
    let mut left = i64::MAX;
    for (subject, bound) in bounds {
        let failures = store.failures(subject).await?.map_or(0, |(failures, _)| failures);
        left = left.min(bound - failures);
    }
    Ok(u64::try_from(left).unwrap_or(0))
}

fn until(end: Timestamp, store: &Store) -> Throttled {
    let left = end.since(store.ambient.now());
    Throttled {
        retry_after_s: u64::try_from(left).unwrap_or(0).div_ceil(1_000).max(1),
    }
}

/// An IPv6 user owns a whole /64 and a site a /48: `groups` of 16 bits of an address count as one.
fn network(address: IpAddr, groups: usize) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let prefix: Vec<String> = address.segments().iter().take(groups).map(|group| format!("{group:x}")).collect();
            format!("{}::/{}", prefix.join(":"), 16 * groups)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_count_by_their_network() {
        let network = |text: &str| network(text.parse().expect("an address"), 4);
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
    }
}
