//! `GET /v1/models`, `GET /v1/models/{id}`: steps 1 to 5, then what the key may call.

use app::model::ModelId;
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{Gateway, error::GatewayError, key_cache::KeyCaller};
use crate::{
    catalog::{Model, Plan},
    store::admission::Permission,
    web::request::Arrival,
};

pub(super) const READ: &[Permission] = &[Permission::Inference, Permission::ReadOnly];

impl Gateway {
    pub(super) fn plan_of(&self, caller: &KeyCaller) -> Result<&Plan, GatewayError> {
        self.catalog
            .plan(&caller.facts.plan)
            .ok_or_else(|| GatewayError::unavailable(&"the organization's plan is not configured"))
    }

    /// Step 7: the model, if it exists, in the plan, in the project and in the key's list.
    pub(super) fn model_of(&self, caller: &KeyCaller, text: &str) -> Result<(ModelId, &Model), GatewayError> {
        let found = text
            .parse::<ModelId>()
            .ok()
            .and_then(|id| Some((self.catalog.models.get(&id)?, id)));
        match found {
            Some((model, id)) if self.may_call(caller, &id)? => Ok((id, model)),
            _ => Err(GatewayError::model_not_found(text)),
        }
    }

    pub(super) fn may_call(&self, caller: &KeyCaller, model: &ModelId) -> Result<bool, GatewayError> {
        let facts = &caller.facts;
        let in_list = facts.models.as_ref().is_none_or(|list| list.contains(model));
        Ok(in_list && facts.enabled.contains(model) && self.plan_of(caller)?.models.contains(model))
    }
}

pub(super) async fn list(gateway: &Gateway, arrival: &Arrival, headers: &HeaderMap) -> Result<Response, GatewayError> {
    let caller = gateway.authenticate(headers, arrival.client, READ, arrival.at).await?;
    let mut data = Vec::new();
    for id in gateway.catalog.models.keys() {
        if gateway.may_call(&caller, id)? {
            data.push(describe(id));
        }
    }
    Ok(Json(json!({ "object": "list", "data": data })).into_response())
}

/// `id` as it stands in the path.
pub(super) async fn one(gateway: &Gateway, arrival: &Arrival, headers: &HeaderMap, id: &str) -> Result<Response, GatewayError> {
    let caller = gateway.authenticate(headers, arrival.client, READ, arrival.at).await?;
    // What is no UTF-8 names no model.
    let id = percent_decode_str(id).decode_utf8().unwrap_or_default();
    let (id, _) = gateway.model_of(&caller, &id)?;
    Ok(Json(describe(&id)).into_response())
}

/// The configuration knows no date of a model, so `created` is 0.
fn describe(id: &ModelId) -> Value {
    json!({ "id": id, "object": "model", "created": 0, "owned_by": "bailiwick" })
}
