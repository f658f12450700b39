//! Rate-limit headers: OpenAI's for org and project, and the IETF draft's `RateLimit-Policy` and `RateLimit`
//! (draft-ietf-httpapi-ratelimit-headers) with one named policy per level.

use std::cmp::Ordering;

use app::model::limit::{Level, Metric};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::enforcement::{BucketState, Decision, Source};

/// The names of limit, remaining and reset.
type Names = [HeaderName; 3];

/// Of requests and tokens of the org.
static ORG: [Names; 2] = [
    [
        HeaderName::from_static("x-ratelimit-limit-requests"),
        HeaderName::from_static("x-ratelimit-remaining-requests"),
        HeaderName::from_static("x-ratelimit-reset-requests"),
    ],
    [
        HeaderName::from_static("x-ratelimit-limit-tokens"),
        HeaderName::from_static("x-ratelimit-remaining-tokens"),
        HeaderName::from_static("x-ratelimit-reset-tokens"),
    ],
];
/// The same of the project.
static PROJECT: [Names; 2] = [
    [
        HeaderName::from_static("x-ratelimit-limit-project-requests"),
        HeaderName::from_static("x-ratelimit-remaining-project-requests"),
        HeaderName::from_static("x-ratelimit-reset-project-requests"),
    ],
    [
        HeaderName::from_static("x-ratelimit-limit-project-tokens"),
        HeaderName::from_static("x-ratelimit-remaining-project-tokens"),
        HeaderName::from_static("x-ratelimit-reset-project-tokens"),
    ],
];
static POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
static STATE: HeaderName = HeaderName::from_static("ratelimit");
/// Headers of an answer at most, so that none makes the map grow: these, the answer's own, and those that every answer has.
const MOST_HEADERS: usize = 32;

/// The headers for the buckets of one decision; of several buckets the one with the least remaining share is reported.
pub(super) fn rate_limits(decision: &Decision) -> HeaderMap {
    let buckets: Vec<BucketState<'_>> = decision.buckets().collect();
    let [org, project, key] = tightest(&buckets);
    let mut values = Values::new();
    for (tightest, names) in [(org, &ORG), (project, &PROJECT)] {
        for (bucket, [limit, remaining, reset]) in tightest.of_metric.iter().zip(names) {
            if let Some(bucket) = bucket {
                values.add(limit, |text| push_number(text, bucket.limit()));
                values.add(remaining, |text| push_number(text, bucket.remaining));
                values.add(reset, |text| push_duration(text, bucket.reset_ms));
            }
        }
    }
    let named = [(Level::Org, org), (Level::Project, project), (Level::Key, key)];
    let levels = || named.iter().filter_map(|(level, tightest)| Some((*level, tightest.of_all?)));
    if levels().next().is_some() {
        values.add(&POLICY, |text| push_list(text, levels(), push_policy));
        values.add(&STATE, |text| push_list(text, levels(), push_state));
    }
    values.into_headers()
}

/// Header values, one behind the other in one text, so that all of them share its allocation.
struct Values {
    text: String,
    /// Each with the end of its value.
    names: Vec<(&'static HeaderName, usize)>,
}

impl Values {
    fn new() -> Self {
        Self {
            text: String::with_capacity(512),
            names: Vec::with_capacity(MOST_HEADERS),
        }
    }

    fn add(&mut self, name: &'static HeaderName, write: impl FnOnce(&mut String)) {
        write(&mut self.text);
        self.names.push((name, self.text.len()));
    }

    fn into_headers(self) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(MOST_HEADERS);
        let (text, mut start) = (Bytes::from(self.text), 0);
        for (name, end) in self.names {
            if let Ok(value) = HeaderValue::from_maybe_shared(text.slice(start..end)) {
                headers.insert(name, value);
            }
            start = end;
        }
        headers
    }
}

/// The answer with these headers before its own: its few are moved into the map with room for all.
pub(super) fn joined(mut first: HeaderMap, mut response: Response) -> Response {
    let own = std::mem::take(response.headers_mut());
    first.extend(own);
    *response.headers_mut() = first;
    response
}

/// The tightest of the buckets that hold at one level.
#[derive(Clone, Copy, Debug, Default)]
struct Tightest<'a> {
    of_all: Option<&'a BucketState<'a>>,
    /// Of requests and of tokens.
    of_metric: [Option<&'a BucketState<'a>>; 2],
}

/// Of org, project and key.
fn tightest<'a>(buckets: &'a [BucketState<'a>]) -> [Tightest<'a>; 3] {
    let mut levels = [Tightest::default(); 3];
    for bucket in buckets {
        let level = &mut levels[match bucket.rule.key.level {
            Level::Org => 0,
            Level::Project => 1,
            Level::Key => 2,
        }];
        let of_metric = &mut level.of_metric[match bucket.rule.key.metric {
            Metric::Requests => 0,
            Metric::Tokens => 1,
        }];
        let holding = holding(bucket, buckets);
        for tightest in [&mut level.of_all, of_metric] {
            if tightest.is_none_or(|least| share(holding, least).is_lt()) {
                *tightest = Some(holding);
            }
        }
    }
    levels
}

/// The bucket that holds: an inherited project limit is the org's bucket.
fn holding<'a>(bucket: &'a BucketState<'a>, buckets: &'a [BucketState<'a>]) -> &'a BucketState<'a> {
    let key = &bucket.rule.key;
    let is_its_org = |org: &&BucketState<'_>| {
        let other = &org.rule.key;
        other.level == Level::Org && other.metric == key.metric && other.window == key.window && other.model == key.model
    };
    let inherited = (bucket.rule.source == Source::Inherited).then(|| buckets.iter().find(is_its_org));
    inherited.flatten().unwrap_or(bucket)
}

/// Compares remaining / limit without rounding.
fn share(a: &BucketState<'_>, b: &BucketState<'_>) -> Ordering {
    let left = u128::from(a.remaining) * u128::from(b.limit());
    left.cmp(&(u128::from(b.remaining) * u128::from(a.limit())))
}

fn push_list<'a>(
    text: &mut String,
    levels: impl Iterator<Item = (Level, &'a BucketState<'a>)>,
    push: impl Fn(&mut String, &BucketState<'_>),
) {
    for (index, (level, bucket)) in levels.enumerate() {
        text.push_str(if index == 0 { "\"" } else { ", \"" });
        text.push_str(level.as_str());
        push(text, bucket);
    }
}

fn push_policy(text: &mut String, bucket: &BucketState<'_>) {
    let key = &bucket.rule.key;
    text.push_str("\";q=");
    push_number(text, bucket.limit());
    text.push_str(";w=");
    push_number(text, key.window.millis() / 1_000);
    text.push_str(";qu=\"");
    text.push_str(key.metric.as_str());
    text.push('"');
}

fn push_state(text: &mut String, bucket: &BucketState<'_>) {
    text.push_str("\";r=");
    push_number(text, bucket.remaining);
    text.push_str(";t=");
    push_number(text, whole_seconds(bucket.reset_ms));
}

fn push_number(text: &mut String, number: impl itoa::Integer) {
    text.push_str(itoa::Buffer::new().format(number));
}

/// OpenAI's way to write a time: `20ms`, `1.2s`, `6m0s`, `1h0m5s`.
pub(super) fn duration(millis: i64) -> String {
    let mut text = String::new();
    push_duration(&mut text, millis);
    text
}

fn push_duration(text: &mut String, millis: i64) {
    let millis = millis.max(0);
    if (1..1_000).contains(&millis) {
        push_number(text, millis);
        text.push_str("ms");
        return;
    }
    let (hours, minutes) = (millis / 3_600_000, millis / 60_000 % 60);
    if hours > 0 {
        push_number(text, hours);
        text.push('h');
    }
    if hours > 0 || minutes > 0 {
        push_number(text, minutes);
        text.push('m');
    }
    push_number(text, millis / 1_000 % 60);
    let (mut rest, mut unit) = (millis % 1_000, 100);
    if rest > 0 {
        text.push('.');
    }
    while rest > 0 {
        push_number(text, rest / unit);
        (rest, unit) = (rest % unit, unit / 10);
    }
    text.push('s');
}

/// Seconds, rounded up, so that who waits them is admitted.
pub(super) fn whole_seconds(millis: i64) -> i64 {
    millis.max(0).saturating_add(999) / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_openai_does() {
        for (millis, text) in [
            (0, "0s"),
            (20, "20ms"),
            (1_200, "1.2s"),
            (1_000, "1s"),
            (61_050, "1m1.05s"),
            (360_000, "6m0s"),
            (3_605_000, "1h0m5s"),
            (3_600_007, "1h0m0.007s"),
            (-1, "0s"),
        ] {
            assert_eq!(duration(millis), text);
        }
    }

    #[test]
    fn waits_are_rounded_up() {
        assert_eq!((whole_seconds(0), whole_seconds(1), whole_seconds(1_001)), (0, 1, 2));
    }
}
