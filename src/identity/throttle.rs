//! The throttle in front of sign-in. Attempts are counted before they are tried, so that parallel guesses all count.
//!
//! Three counters in windows of 15 minutes: the address-and-account pair is tight; the account alone is loose, so that
//! a stranger who guesses cannot easily lock its owner out; the client address bounds guessing across accounts.

use std::net::IpAddr;

use app::model::{Email, time::MINUTE};

use crate::store::{Store, db::DbError};

const WINDOW: i64 = 15 * MINUTE;
const PER_PAIR: i64 = 10;
const PER_ACCOUNT: i64 = 100;
const PER_ADDRESS: i64 = 60;

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
        let network = address.map(network);
        Self {
            pair: format!("pair:{}:{email}", network.as_deref().unwrap_or("local")),
            account: format!("account:{email}"),
            address: network.map(|network| format!("address:{network}")),
        }
    }

    fn bounds(&self) -> impl Iterator<Item = (&str, i64)> {
        let address = self.address.as_deref().map(|address| (address, PER_ADDRESS));
        [(self.pair.as_str(), PER_PAIR), (self.account.as_str(), PER_ACCOUNT)]
            .into_iter()
            .chain(address)
    }

    /// Counts the attempt; the error says how long the longest counter still stands. A throttled attempt adds nothing,
    /// so that a flood does not prolong itself.
    pub async fn begin(&self, store: &Store) -> Result<Result<(), Throttled>, DbError> {
        for (subject, bound) in self.bounds() {
            if let Some((failures, start)) = store.failures(subject, WINDOW).await?
                && failures >= bound
            {
                let left = start.plus(WINDOW).since(store.ambient.now());
                return Ok(Err(Throttled {
                    retry_after_s: u64::try_from(left).unwrap_or(0).div_ceil(1_000).max(1),
                }));
            }
        }
        for (subject, _) in self.bounds() {
            store.count_attempt(subject, WINDOW).await?;
        }
        Ok(Ok(()))
    }

    /// After a success the account's own counters start anew; the address keeps its count.
    pub async fn succeeded(&self, store: &Store) -> Result<(), DbError> {
        store.clear_attempts(&self.pair).await?;
        store.clear_attempts(&self.account).await
    }
}

/// IPv6 users own a whole /64: count them by it.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_count_by_their_network() {
        let network = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
    }
}
