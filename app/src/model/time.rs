//! Points in time: UTC milliseconds since 1970. Formatting is pure and in UTC, so that server and client agree.

use serde::{Deserialize, Serialize};

pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// UTC milliseconds since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Timestamp(pub i64);

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Timestamp {
    pub fn plus(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` to this point; negative when it lies before.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Midnight (UTC) of the same day.
    pub fn day_start(self) -> Self {
        Self(self.0.div_euclid(DAY) * DAY)
    }

    /// Midnight (UTC) of the first day of the same month.
    pub fn month_start(self) -> Self {
        let (_, _, day) = self.date();
        self.day_start().plus(-(i64::from(day) - 1) * DAY)
    }

    /// Year, month (1 to 12) and day of the month, in UTC: Howard Hinnant's `civil_from_days`.
    pub fn date(self) -> (i64, u8, u8) {
        let z = self.0.div_euclid(DAY) + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = doy - (153 * mp + 2) / 5 + 1;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = yoe + era * 400 + i64::from(month <= 2);
        (year, u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1))
    }

    /// `2026-11-20T14:02:11.123Z`, for `<time datetime>` and exports.
    pub fn iso(self) -> String {
        let (year, month, day) = self.date();
        let ms = self.0.rem_euclid(DAY);
        format!(
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
            ms / HOUR,
            ms % HOUR / MINUTE,
            ms % MINUTE / SECOND,
            ms % SECOND
        )
    }

    /// `20 Nov 2026, 14:02:11 UTC`: for what is the same for everybody, such as the end of a month. What happened to a
    /// person is shown in their zone, see `ui::absolute`.
    pub fn absolute(self) -> String {
        format!("{} UTC", self.date_and_time())
    }

    /// `20 Nov 2026, 14:02:11`.
    pub(super) fn date_and_time(self) -> String {
        let (year, month, day) = self.date();
        let name = MONTHS[usize::from(month) - 1];
        let seconds = self.0.rem_euclid(MINUTE) / SECOND;
        format!("{day} {name} {year}, {}:{seconds:02}", self.hours_and_minutes())
    }

    /// `14:02`.
    pub(super) fn hours_and_minutes(self) -> String {
        let ms = self.0.rem_euclid(DAY);
        format!("{:02}:{:02}", ms / HOUR, ms % HOUR / MINUTE)
    }

    /// `Nov 20`: a label on a day axis.
    pub fn day_label(self) -> String {
        let (_, month, day) = self.date();
        format!("{} {day}", MONTHS[usize::from(month) - 1])
    }

    /// `Nov 2026`.
    pub fn month_label(self) -> String {
        let (year, month, _) = self.date();
        format!("{} {year}", MONTHS[usize::from(month) - 1])
    }

    /// The first millisecond (UTC) of the next month.
    pub fn next_month(self) -> Self {
        self.month_start().plus(32 * DAY).month_start()
    }

    /// `2 min ago`, `in 6 days`, `just now`.
    pub fn relative(self, now: Self) -> String {
        let distance = now.since(self);
        let span = distance.abs();
        let (count, unit) = match span {
            0..45_000 => return "just now".to_owned(),
            45_000..HOUR => ((span + MINUTE / 2) / MINUTE, "min"),
            HOUR..DAY => (span / HOUR, "h"),
            _ => (span / DAY, if span / DAY == 1 { "day" } else { "days" }),
        };
        if distance >= 0 {
            format!("{count} {unit} ago")
        } else {
            format!("in {count} {unit}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_dates() {
        assert_eq!(Timestamp(0).iso(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp(951_782_400_000).iso(), "2000-02-29T00:00:00.000Z");
        assert_eq!(Timestamp(1_795_183_331_123).absolute(), "20 Nov 2026, 14:02:11 UTC");
        assert_eq!(Timestamp(-1).iso(), "1969-12-31T23:59:59.999Z");
        assert_eq!(Timestamp(1_795_183_331_123).month_start().iso(), "2026-11-01T00:00:00.000Z");
        assert_eq!(Timestamp(1_795_183_331_123).month_label(), "Nov 2026");
        assert_eq!(Timestamp(1_795_183_331_123).next_month().iso(), "2026-12-01T00:00:00.000Z");
        assert_eq!(
            Timestamp(1_795_183_331_123).next_month().next_month().iso(),
            "2027-01-01T00:00:00.000Z"
        );
    }

    #[test]
    fn distances_are_short_words() {
        let now = Timestamp(1_000 * DAY);
        assert_eq!(now.plus(-10 * SECOND).relative(now), "just now");
        assert_eq!(now.plus(-2 * MINUTE).relative(now), "2 min ago");
        assert_eq!(now.plus(-3 * HOUR).relative(now), "3 h ago");
        assert_eq!(now.plus(-DAY).relative(now), "1 day ago");
        assert_eq!(now.plus(6 * DAY).relative(now), "in 6 days");
    }
}
