//! Step 9: which limits and budgets hold for a request, and what a refusal says.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use app::model::{
    ModelId,
    limit::{Level, Metric, ModelScope, Window},
    number::grouped,
    receipt::{Lane, RefusedBy},
};
use http::{HeaderValue, StatusCode, header};

use super::{Gateway, error::GatewayError, headers, key_cache::KeyCaller};
use crate::{
    catalog::Plan,
    enforcement::{BucketKey, BucketState, BudgetRule, BudgetState, Decision, Policy, Rule, Rules, Source, Unknown},
    store::{
        db::DbError,
        journal::{Counted, Used, spent, used_since},
    },
};

impl Gateway {
    /// What this key has to pass for this model; compiled at its first request. A limit or budget that is new starts
    /// with what was used before it was set.
    pub(super) async fn policy(&self, caller: &KeyCaller, plan: &Plan, model: &ModelId, lane: Lane) -> Result<Arc<Policy>, GatewayError> {
        match caller.policy(model, lane) {
            Some(policy) => Ok(policy),
            // Boxed, because it is rare and large: every request has room for what it may await.
            None => Box::pin(self.compile(caller, plan, model, lane)).await,
        }
    }

    async fn compile(&self, caller: &KeyCaller, plan: &Plan, model: &ModelId, lane: Lane) -> Result<Arc<Policy>, GatewayError> {
        let rules = rules(plan, caller, model, lane);
        let unknown = self.engine.unknown(&rules);
        if !unknown.is_empty() {
            // What is on its way to the database counts as well.
            self.durable(self.meter.flush()).await?;
            let seeded = self.seed(&rules, &unknown).await;
            seeded.map_err(|error| GatewayError::unavailable(&error))?;
        }
        let policy = self.engine.compile(rules, self.ambient.now());
        caller.keep(Arc::clone(&policy), model, lane);
        Ok(policy)
    }

    async fn seed(&self, rules: &Rules, unknown: &[Unknown<'_>]) -> Result<(), DbError> {
        let (org, now) = (rules.org.as_str(), self.ambient.now());
        let mut reader = self.db.read().await?;
        // Both metrics of a window are read together.
        let mut read: HashMap<(Level, &ModelScope, Window), Used> = HashMap::new();
        for unknown in unknown {
            match unknown {
                Unknown::Limit(Rule { key, .. }) => {
                    let used = match read.entry((key.level, &key.model, key.window)) {
                        Entry::Occupied(used) => *used.get(),
                        Entry::Vacant(place) => {
                            let counted = Counted {
                                org,
                                level: key.level,
                                scope: &key.scope,
                                lane: key.lane,
                                model: &key.model,
                            };
                            *place.insert(used_since(&mut reader, counted, now.plus(-key.window.millis())).await?)
                        }
                    };
                    self.engine.seed(&rules.org, BucketKey::clone(key), used.of(key.metric), now);
                }
                Unknown::Budget(rule) => {
                    let spent = spent(&mut reader, org, rule.level, &rule.scope, now.month_start()).await?;
                    self.engine.seed_budget(&rules.org, &rule.scope, spent, now);
                }
            }
        }
        Ok(())
    }
}

/// Every limit of the request: org first, then project, then key.
///
/// A project limit above the org's counts as the org's; without one the project inherits, and its bucket only counts.
fn rules(plan: &Plan, caller: &KeyCaller, model: &ModelId, lane: Lane) -> Rules {
    let facts = &caller.facts;
    let mut limits = Vec::with_capacity(12);
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
                        let key = BucketKey {
                            level,
                            scope: scope.to_owned(),
                            lane,
                            model: model.clone(),
                            metric,
                            window,
                        };
                        let limit = plan.in_lane(limit, lane);
                        limits.push(Rule { key, limit, source });
                    }
                }
            }
        }
    }
    let budgets = caller.budgets.iter().map(|budget| BudgetRule {
        level: budget.level,
        scope: budget.scope.clone(),
        limit: budget.amount,
        hard_stop: budget.hard_stop,
    });
    Rules {
        org: facts.org.clone(),
        project: facts.project.clone(),
        lane,
        limits,
        budgets: budgets.collect(),
    }
}

impl KeyCaller {
    pub(super) fn limit(&self, level: Level, model: &ModelScope, metric: Metric, window: Window) -> Option<u64> {
        self.limits
            .iter()
            .find(|limit| limit.level == level && limit.model == *model && limit.metric == metric && limit.window == window)
            .map(|limit| limit.value)
    }

    /// `organization “Acme Robotics”`, for sentences.
    fn name_of(&self, level: Level) -> String {
        match level {
            Level::Org => format!("organization “{}”", self.facts.org_name),
            Level::Project => format!("project “{}”", self.facts.project_name),
            Level::Key => format!("API key “{}”", self.facts.key_name),
        }
    }
}

/// The 429: it names the level, the project, the model, the limit, what was used, what was asked, and when to retry.
pub(super) fn refused(decision: &Decision, caller: &KeyCaller, model: &ModelId) -> GatewayError {
    let refused = decision.refused();
    let wait = refused.and_then(|refused| refused.retry_after_ms);
    let mut error = match refused.map(|refused| refused.by) {
        Some(RefusedBy::Budget(index)) => decision.budget(index).map(|budget| over_budget(&budget, decision, caller)),
        Some(RefusedBy::Bucket(index)) => decision.bucket(index).map(|bucket| over_limit(&bucket, wait, caller, model)),
        Some(RefusedBy::Queue) | None => None,
    }
    .unwrap_or_else(|| GatewayError::unavailable(&"a decision that refuses without a reason"));
    *error.headers = headers::rate_limits(decision);
    if let Some(wait) = wait {
        error
            .headers
            .insert(header::RETRY_AFTER, HeaderValue::from(headers::whole_seconds(wait)));
    }
    error
}

fn over_limit(bucket: &BucketState<'_>, wait: Option<i64>, caller: &KeyCaller, model: &ModelId) -> GatewayError {
    let key = &bucket.rule.key;
    let counted = match &key.model {
        ModelScope::All => "all models together".to_owned(),
        ModelScope::One(model) => format!("the model `{model}`"),
    };
    let lane = match key.lane {
        Lane::Standard => "",
        Lane::Flex => " of the flex tier",
    };
    let (metric, window) = (key.metric.as_str(), key.window.as_str());
    let advice = wait.map_or_else(
        || "This request is larger than the whole limit and can never be admitted: ask for fewer output tokens or shorten it.".to_owned(),
        |wait| format!("Try again in {}.", headers::duration(wait)),
    );
    let message = format!(
        "Rate limit of the {} reached (level: {}, project: {}, model: {model}): limit {} {metric} per {window}{lane} for {counted}, used {}, asked {}. {advice}",
        caller.name_of(key.level),
        key.level.as_str(),
        caller.facts.project_slug,
        grouped(bucket.limit()),
        grouped(bucket.used),
        grouped(bucket.asked),
    );
    GatewayError::new(StatusCode::TOO_MANY_REQUESTS, metric, "rate_limit_exceeded", message)
}

/// The `type` is the one that clients know from OpenAI for an exhausted budget.
fn over_budget(budget: &BudgetState<'_>, decision: &Decision, caller: &KeyCaller) -> GatewayError {
    let rule = budget.rule;
    let wait = decision.refused().and_then(|refused| refused.retry_after_ms);
    let advice = wait.map_or_else(
        || "This request alone is estimated to cost more than the whole budget: ask for fewer output tokens or shorten it.".to_owned(),
        |wait| {
            let renewal = decision.at().plus(wait).absolute();
            format!("It renews on {renewal}; an organization owner or admin can raise it.")
        },
    );
    let message = format!(
        "Monthly budget of the {} reached (level: {}, project: {}): budget {}, spent {}, reserved {}, this request is estimated at {}. {advice}",
        caller.name_of(rule.level),
        rule.level.as_str(),
        caller.facts.project_slug,
        rule.limit.display(),
        budget.spent.display(),
        budget.reserved.display(),
        decision.demand().cost.display(),
    );
    GatewayError::new(StatusCode::TOO_MANY_REQUESTS, "insufficient_quota", "spend_limit_exceeded", message)
}
