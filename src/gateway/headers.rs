//! Rate-limit headers: OpenAI's for org and project, and the IETF draft's `RateLimit-Policy` and `RateLimit`
//! (draft-ietf-httpapi-ratelimit-headers) with one named policy per level.

use std::{cmp::Ordering, fmt::Write};

use app::model::limit::{Level, Metric};
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::enforcement::{BucketState, Decision, Source};

/// The names of limit, remaining and reset.
type Names = [HeaderName; 3];

/// Of requests and tokens, each of org and project.
static NAMES: [(Metric, Level, Names); 4] = [
    (
        Metric::Requests,
        Level::Org,
        [
            HeaderName::from_static("x-ratelimit-limit-requests"),
            HeaderName::from_static("x-ratelimit-remaining-requests"),
            HeaderName::from_static("x-ratelimit-reset-requests"),
        ],
    ),
    (
        Metric::Requests,
        Level::Project,
        [
            HeaderName::from_static("x-ratelimit-limit-project-requests"),
            HeaderName::from_static("x-ratelimit-remaining-project-requests"),
            HeaderName::from_static("x-ratelimit-reset-project-requests"),
        ],
    ),
    (
        Metric::Tokens,
        Level::Org,
        [
            HeaderName::from_static("x-ratelimit-limit-tokens"),
            HeaderName::from_static("x-ratelimit-remaining-tokens"),
            HeaderName::from_static("x-ratelimit-reset-tokens"),
        ],
    ),
    (
        Metric::Tokens,
        Level::Project,
        [
            HeaderName::from_static("x-ratelimit-limit-project-tokens"),
            HeaderName::from_static("x-ratelimit-remaining-project-tokens"),
            HeaderName::from_static("x-ratelimit-reset-project-tokens"),
        ],
    ),
];
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STATE: HeaderName = HeaderName::from_static("ratelimit");
/// Headers of an answer at most, so that none makes the map grow: these, the answer's own, and those that every answer has.
const MOST_HEADERS: usize = 32;

/// The headers for the buckets of one decision; of several buckets the one with the least remaining share is reported.
pub(super) fn rate_limits(decision: &Decision) -> HeaderMap {
    let buckets: Vec<BucketState<'_>> = decision.buckets().collect();
    let mut headers = HeaderMap::with_capacity(MOST_HEADERS);
    for (metric, level, [limit, remaining, reset]) in &NAMES {
        let reported = tightest(of_level(&buckets, *level).filter(|bucket| bucket.rule.key.metric == *metric));
        if let Some(bucket) = reported {
            headers.insert(limit, bucket.limit().into());
            headers.insert(remaining, bucket.remaining.into());
            insert(&mut headers, reset, duration(bucket.reset_ms));
        }
    }
    let mut policies = String::with_capacity(128);
    let mut states = String::with_capacity(96);
    for level in [Level::Org, Level::Project, Level::Key] {
        if let Some(bucket) = tightest(of_level(&buckets, level)) {
            let comma = if policies.is_empty() { "" } else { ", " };
            let (name, unit, window) = (
                level.as_str(),
                bucket.rule.key.metric.as_str(),
                bucket.rule.key.window.millis() / 1_000,
            );
            // Writing to a `String` cannot fail.
            let _ = write!(policies, "{comma}\"{name}\";q={};w={window};qu=\"{unit}\"", bucket.limit());
            let _ = write!(
                states,
                "{comma}\"{name}\";r={};t={}",
                bucket.remaining,
                whole_seconds(bucket.reset_ms)
            );
        }
    }
    if !policies.is_empty() {
        insert(&mut headers, &POLICY, policies);
        insert(&mut headers, &STATE, states);
    }
    headers
}

/// The answer with these headers before its own: its few are moved into the map with room for all.
pub(super) fn joined(mut first: HeaderMap, mut response: Response) -> Response {
    let own = std::mem::take(response.headers_mut());
    first.extend(own);
    *response.headers_mut() = first;
    response
}

/// The buckets that hold at a level: an inherited project limit is the org's bucket.
fn of_level<'a>(buckets: &'a [BucketState<'a>], level: Level) -> impl Iterator<Item = &'a BucketState<'a>> {
    let of_it = buckets.iter().filter(move |bucket| bucket.rule.key.level == level);
    of_it.map(move |bucket| {
        let key = &bucket.rule.key;
        let is_its_org = |org: &&BucketState<'_>| {
            let other = &org.rule.key;
            other.level == Level::Org && other.metric == key.metric && other.window == key.window && other.model == key.model
        };
        let inherited = (bucket.rule.source == Source::Inherited).then(|| buckets.iter().find(is_its_org));
        inherited.flatten().unwrap_or(bucket)
    })
}

fn tightest<'a>(buckets: impl Iterator<Item = &'a BucketState<'a>>) -> Option<&'a BucketState<'a>> {
    buckets.min_by(|a, b| share(a, b))
}

/// Compares remaining / limit without rounding.
fn share(a: &BucketState<'_>, b: &BucketState<'_>) -> Ordering {
    let left = u128::from(a.remaining) * u128::from(b.limit());
    left.cmp(&(u128::from(b.remaining) * u128::from(a.limit())))
}

fn insert(headers: &mut HeaderMap, name: &HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

/// OpenAI's way to write a time: `20ms`, `1.2s`, `6m0s`, `1h0m5s`.
pub(super) fn duration(millis: i64) -> String {
    let millis = millis.max(0);
    if (1..1_000).contains(&millis) {
        return format!("{millis}ms");
    }
    let (hours, minutes) = (millis / 3_600_000, millis / 60_000 % 60);
    let mut text = String::new();
    if hours > 0 {
        let _ = write!(text, "{hours}h");
    }
    if hours > 0 || minutes > 0 {
        let _ = write!(text, "{minutes}m");
    }
    let _ = write!(text, "{}", millis / 1_000 % 60);
    let fraction = format!("{:03}", millis % 1_000);
    let fraction = fraction.trim_end_matches('0');
    if !fraction.is_empty() {
        let _ = write!(text, ".{fraction}");
    }
    text.push('s');
    text
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
        ] {
            assert_eq!(duration(millis), text);
        }
    }

    #[test]
    fn waits_are_rounded_up() {
        assert_eq!((whole_seconds(0), whole_seconds(1), whole_seconds(1_001)), (0, 1, 2));
    }
}
