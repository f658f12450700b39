//! The receipt of a made-up request: the engine itself decides, after others have filled the buckets.

use std::sync::Arc;

use app::model::{
    Money, ProjectId,
    limit::{Level, Metric, ModelScope, Window},
    receipt::Lane,
};

use super::traffic::Source;
use crate::{
    ambient::SeededEntropy,
    console::ConsoleParts,
    enforcement::{BucketKey, Decision, Demand, Engine, Policy, Reservation, Rule, Rules, Source as Origin},
    identity::Founded,
    store::journal::Record,
};

/// The decision over the tokens a minute of the record's model, at both levels; it refuses where the record says so.
pub(super) fn decision(
    parts: &ConsoleParts,
    founded: &Founded,
    sources: &[Source],
    record: &Record,
    random: &SeededEntropy,
) -> Option<Decision> {
    let scope = ModelScope::One(record.model.clone());
    let plan = parts.catalog.plan(&parts.catalog.default_plan)?;
    let limit = plan.quota(&scope, Metric::Tokens, Window::Minute)?;
    let own = (record.refused == Some(Level::Project)).then_some(limit * 7 / 10);
    let room = if record.refused.is_some() {
        record.estimate / 2
    } else {
        record.estimate * 4 + random.next() % (limit / 2)
    };
    let used = own.unwrap_or(limit).saturating_sub(room);
    let scene = Scene {
        engine: Engine::new(),
        record,
        scope,
        limit,
    };
    let open: Vec<Reservation> = if record.refused == Some(Level::Org) {
        let shares = shares(founded, sources, record);
        let whole: u64 = shares.iter().map(|(_, share)| share).sum();
        let fill = |(project, share): (&ProjectId, u64)| scene.fill(project, None, used * share / whole.max(1));
        shares.into_iter().filter_map(fill).collect()
    } else {
        scene.fill(&record.project, own, used).into_iter().collect()
    };
    let asked = Demand {
        tokens: record.estimate,
        cost: Money::ZERO,
    };
    let decision = match scene.policy(&record.project, own).decide(record.arrived_at, asked) {
        Ok(admitted) => admitted.decision().clone(),
        Err(refused) => refused.with_holders(),
    };
    drop(open);
    Some(decision)
}

/// The minute before the request.
struct Scene<'a> {
    engine: Engine,
    record: &'a Record,
    scope: ModelScope,
    limit: u64,
}

impl Scene<'_> {
    fn policy(&self, project: &ProjectId, own: Option<u64>) -> Arc<Policy> {
        let rule = |level, scope: &str, limit, source| Rule {
            key: BucketKey {
                level,
                scope: scope.to_owned(),
                lane: Lane::Standard,
                model: self.scope.clone(),
                metric: Metric::Tokens,
                window: Window::Minute,
            },
            limit,
            source,
        };
        let of_project = own.map_or((self.limit, Origin::Inherited), |own| (own, Origin::Own));
        let rules = Rules {
            org: self.record.org.clone(),
            project: project.clone(),
            lane: Lane::Standard,
            limits: vec![
                rule(Level::Org, self.record.org.as_str(), self.limit, Origin::Own),
                rule(Level::Project, project.as_str(), of_project.0, of_project.1),
            ],
            budgets: vec![],
        };
        self.engine.compile(rules, self.record.arrived_at)
    }

    /// Others' requests: most have ended, the last is under way and comes back to be held.
    fn fill(&self, project: &ProjectId, own: Option<u64>, tokens: u64) -> Option<Reservation> {
        let policy = self.policy(project, own);
        let of = |tokens| Demand { tokens, cost: Money::ZERO };
        let open = tokens / 12;
        let ended = of(tokens - open);
        policy
            .decide(self.record.arrived_at, ended)
            .ok()?
            .settle(ended, self.record.arrived_at);
        policy.decide(self.record.arrived_at, of(open)).ok()
    }
}

/// The projects by their share of the traffic.
fn shares<'a>(founded: &'a Founded, sources: &'a [Source], record: &Record) -> Vec<(&'a ProjectId, u64)> {
    let mut shares: Vec<(&ProjectId, u64)> = Vec::new();
    for source in sources {
        if !shares.iter().any(|(project, _)| **project == source.project) {
            shares.push((&source.project, source.share));
        }
    }
    // The Default Project sends nothing itself; somebody always tries something there.
    shares.push((&founded.project, if record.project == founded.project { 40 } else { 4 }));
    shares
}
