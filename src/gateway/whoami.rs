//! `GET /v1/whoami`: steps 1 to 5, then where the key belongs and what holds for its requests.

use std::collections::BTreeSet;

use app::model::limit::{Level, ModelScope};
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::HeaderMap;
use serde_json::{Value, json};

use super::{Gateway, auth::bearer, error::GatewayError, key_cache::KeyCaller, models::READ};
use crate::{catalog::Plan, web::request::Arrival};

/// The key without its secret, its project and organization, the service tiers, and every limit.
pub(super) async fn whoami(gateway: &Gateway, arrival: &Arrival, headers: &HeaderMap) -> Result<Response, GatewayError> {
    let caller = gateway.authenticate(headers, arrival.client, READ, arrival.at).await?;
    let plan = gateway.plan_of(&caller)?;
    let limits = gateway.limits(&caller, plan)?;
    let tiers: Vec<&str> = plan.tiers.iter().map(|tier| tier.as_str()).collect();
    let facts = &caller.facts;
    let answer = json!({
        "object": "api_key",
        "id": facts.key,
        "name": facts.key_name,
        "prefix": bearer(headers)?.prefix(),
        "permissions": facts.permissions,
        "models": facts.models,
        "expires_at": facts.expires_at.map(app::model::Timestamp::iso),
        "project": { "id": facts.project, "slug": facts.project_slug, "name": facts.project_name, "environment": facts.environment },
        "organization": { "id": facts.org, "slug": facts.org_slug, "name": facts.org_name },
        "service_tiers": tiers,
        "default_service_tier": facts.default_tier,
        "limits": limits,
    });
    Ok(Json(answer).into_response())
}

impl Gateway {
    /// What is set at each level for the models that the key may call, and the lowest of it. A level without a limit of
    /// its own is `null`.
    fn limits(&self, caller: &KeyCaller, plan: &Plan) -> Result<Vec<Value>, GatewayError> {
        let quotas = plan.quotas.iter().map(|quota| (&quota.model, quota.metric, quota.window));
        let own = caller.limits.iter().map(|limit| (&limit.model, limit.metric, limit.window));
        let mut limits = Vec::new();
        for (model, metric, window) in quotas.chain(own).collect::<BTreeSet<_>>() {
            if let ModelScope::One(id) = model
                && !self.may_call(caller, id)?
            {
                continue;
            }
            let org = plan.quota(model, metric, window);
            let project = caller.limit(Level::Project, model, metric, window);
            let key = caller.limit(Level::Key, model, metric, window);
            let effective = [org, project, key].into_iter().flatten().min();
            limits.push(json!({
                "model": model,
                "metric": metric,
                "window": window,
                "organization": org,
                "project": project,
                "key": key,
                "effective": effective,
            }));
        }
        Ok(limits)
    }
}
