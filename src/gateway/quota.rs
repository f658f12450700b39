//! Step 9: which buckets a request asks, and what a refusal says.

use app::model::{
    ModelId,
    limit::{Level, Metric, ModelScope, Window},
    number::grouped,
};
use http::{HeaderValue, StatusCode, header};

use super::{auth::KeyCaller, error::GatewayError, headers};
use crate::{
    catalog::Plan,
    enforcement::{Ask, BucketKey, Refusal, Source},
};

/// Every bucket of the request: org first, then project, then key.
///
/// A project limit above the org's counts as the org's; without one the project inherits, and its bucket only counts.
pub(super) fn asks(plan: &Plan, caller: &KeyCaller, model: &ModelId, tokens: u64) -> Vec<Ask> {
    let facts = &caller.facts;
    let mut asks = Vec::with_capacity(12);
    for level in [Level::Org, Level::Project, Level::Key] {
        let scope = match level {
            Level::Org => facts.org.as_str(),
            Level::Project => facts.project.as_str(),
            Level::Key => facts.key.as_str(),
        };
        for model in [ModelScope::All, ModelScope::One(model.clone())] {
            for metric in [Metric::Requests, Metric::Tokens] {
                for window in [Window::Minute, Window::Hour, Window::Day] {
                    let org = plan.quota(&model, metric, window);
                    let own = caller.limit(level, &model, metric, window);
                    let found = match level {
                        Level::Org => org.map(|limit| (limit, Source::Own)),
                        Level::Project => match (own, org) {
                            (Some(own), org) => Some((org.map_or(own, |org| org.min(own)), Source::Own)),
                            (None, org) => org.map(|limit| (limit, Source::Inherited)),
                        },
                        Level::Key => own.map(|limit| (limit, Source::Own)),
                    };
                    if let Some((limit, source)) = found {
                        let (scope, model) = (scope.to_owned(), model.clone());
                        let amount = if metric == Metric::Requests { 1 } else { tokens };
                        let key = BucketKey {
                            level,
                            scope,
                            model,
                            metric,
                            window,
                        };
                        asks.push(Ask {
                            key,
                            limit,
                            amount,
                            source,
                        });
                    }
                }
            }
        }
    }
    asks
}

impl KeyCaller {
    pub(super) fn limit(&self, level: Level, model: &ModelScope, metric: Metric, window: Window) -> Option<u64> {
        self.limits
            .iter()
            .find(|limit| limit.level == level && limit.model == *model && limit.metric == metric && limit.window == window)
            .map(|limit| limit.value)
    }
}

/// The 429: it names the level, the project, the model, the limit, what was used, what was asked, and when to retry.
pub(super) fn refused(refusal: &Refusal, caller: &KeyCaller, model: &ModelId) -> GatewayError {
    let bucket = refusal.bucket();
    let facts = &caller.facts;
    let level = match bucket.key.level {
        Level::Org => format!("organization “{}”", facts.org_name),
        Level::Project => format!("project “{}”", facts.project_name),
        Level::Key => format!("API key “{}”", facts.key_name),
    };
    let counted = match &bucket.key.model {
        ModelScope::All => "all models together".to_owned(),
        ModelScope::One(model) => format!("the model `{model}`"),
    };
    let (metric, window) = (bucket.key.metric.as_str(), bucket.key.window.as_str());
    let advice = refusal.retry_after_ms.map_or_else(
        || "This request is larger than the whole limit and can never be admitted: ask for fewer output tokens or shorten it.".to_owned(),
        |wait| format!("Try again in {}.", headers::duration(wait)),
    );
    let message = format!(
        "Rate limit of the {level} reached (level: {}, project: {}, model: {model}): limit {} {metric} per {window} for {counted}, used {}, asked {}. {advice}",
        bucket.key.level.as_str(),
        facts.project_slug,
        grouped(bucket.limit),
        grouped(bucket.used),
        grouped(bucket.asked),
    );
    let mut error = GatewayError::new(StatusCode::TOO_MANY_REQUESTS, metric, "rate_limit_exceeded", message);
    *error.headers = headers::rate_limits(&refusal.buckets);
    if let Some(wait) = refusal.retry_after_ms {
        error
            .headers
            .insert(header::RETRY_AFTER, HeaderValue::from(headers::whole_seconds(wait)));
    }
    error
}
