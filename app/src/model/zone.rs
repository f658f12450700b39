//! Time zones by their IANA names. Only the server knows the rules of each; nothing in the browser writes a time.

use std::str::FromStr;

use super::{Timestamp, time::SECOND, words::checked_text};

/// A text that names no time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Choose a time zone of the list.")]
pub struct InvalidZone;

checked_text!(
    /// `UTC`, `Europe/Berlin`: a name of the IANA time zone database that the server was built with.
    Zone,
    InvalidZone
);

impl Default for Zone {
    fn default() -> Self {
        Self("UTC".to_owned())
    }
}

impl FromStr for Zone {
    type Err = InvalidZone;
    fn from_str(text: &str) -> Result<Self, InvalidZone> {
        rules::name(text).map(Self).ok_or(InvalidZone)
    }
}

impl Zone {
    /// The names to choose from: places and UTC, without the names that exist for old programs only.
    pub fn offered() -> Vec<String> {
        rules::names().filter(|name| is_offered(name)).collect()
    }

    /// `20 Nov 2026, 15:02:11 UTC+1 (Europe/Berlin)`.
    pub fn absolute(&self, at: Timestamp) -> String {
        let (local, offset) = self.local(at);
        let text = format!("{} {}", local.date_and_time(), written(offset));
        if self.as_str() == "UTC" { text } else { format!("{text} ({self})") }
    }

    /// `15:02 UTC+1`.
    pub fn clock(&self, at: Timestamp) -> String {
        let (local, offset) = self.local(at);
        format!("{} {}", local.hours_and_minutes(), written(offset))
    }

    /// What a clock on the wall shows, as if it were UTC, and its distance from UTC in milliseconds.
    fn local(&self, at: Timestamp) -> (Timestamp, i64) {
        let offset = rules::offset_s(&self.0, at) * SECOND;
        (at.plus(offset), offset)
    }
}

/// `UTC`, `UTC+1`, `UTC-3:30`.
fn written(offset: i64) -> String {
    let minutes = offset.abs() / super::time::MINUTE;
    let sign = if offset < 0 { '-' } else { '+' };
    match (minutes / 60, minutes % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

fn is_offered(name: &str) -> bool {
    const OLD: [&str; 7] = ["Etc/", "US/", "Canada/", "Brazil/", "Chile/", "Mexico/", "SystemV/"];
    name == "UTC" || name.contains('/') && !OLD.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(feature = "ssr")]
mod rules {
    use crate::model::Timestamp;
    use jiff::tz;

    /// The name as the database writes it.
    pub fn name(text: &str) -> Option<String> {
        let zone = tz::db().get(text).ok()?;
        zone.iana_name().map(str::to_owned)
    }

    pub fn names() -> impl Iterator<Item = String> {
        tz::db().available().map(|name| name.to_string())
    }

    /// Seconds that clocks in this zone are ahead of UTC at this point.
    pub fn offset_s(name: &str, at: Timestamp) -> i64 {
        let (Ok(zone), Ok(at)) = (tz::db().get(name), jiff::Timestamp::from_millisecond(at.0)) else {
            return 0;
        };
        zone.to_offset(at).seconds().into()
    }
}

/// The browser knows UTC alone: it shows what the server wrote.
#[cfg(not(feature = "ssr"))]
mod rules {
    use crate::model::Timestamp;

    pub fn name(text: &str) -> Option<String> {
        (text == "UTC").then(|| text.to_owned())
    }

    pub fn names() -> impl Iterator<Item = String> {
        std::iter::empty()
    }

    pub fn offset_s(_: &str, _: Timestamp) -> i64 {
        0
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        name.parse().expect("a zone")
    }

    #[test]
    fn a_time_is_written_as_the_clocks_of_the_zone_show_it() {
        let winter = Timestamp(1_795_183_331_123);
        assert_eq!(Zone::default().absolute(winter), "20 Nov 2026, 14:02:11 UTC");
        assert_eq!(
            zone("Europe/Berlin").absolute(winter),
            "20 Nov 2026, 15:02:11 UTC+1 (Europe/Berlin)"
        );
        assert_eq!(zone("Asia/Kolkata").clock(winter), "19:32 UTC+5:30");
        assert_eq!(zone("America/St_Johns").clock(winter), "10:32 UTC-3:30");
        assert_eq!(zone("Europe/London").clock(winter), "14:02 UTC");
        let summer = Timestamp(1_782_950_400_000);
        assert_eq!(zone("Europe/Berlin").absolute(summer), "2 Jul 2026, 02:00:00 UTC+2 (Europe/Berlin)");
    }

    #[test]
    fn only_names_of_the_database_are_zones() {
        assert_eq!(zone("europe/berlin").as_str(), "Europe/Berlin");
        for wrong in ["", "Berlin", "Europe/Nowhere", "../../etc/passwd", "UTC\n"] {
            assert!(wrong.parse::<Zone>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_list_has_places_and_no_old_names() {
        let offered = Zone::offered();
        for wanted in ["UTC", "Europe/Berlin", "Asia/Tokyo", "America/Argentina/Ushuaia"] {
            assert!(offered.iter().any(|name| name == wanted), "{wanted}");
        }
        for old in ["US/Pacific", "EST5EDT", "Etc/GMT+1"] {
            assert!(!offered.iter().any(|name| name == old), "{old}");
        }
        assert!(offered.iter().all(|name| name.parse::<Zone>().is_ok()));
    }
}
