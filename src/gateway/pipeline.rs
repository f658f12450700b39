//! The pipeline of the module's table, step by step, for every endpoint that a model answers.

use std::{pin::pin, sync::Arc, time::Duration};

use app::model::{ModelId, Money};
use axum::{body::Body, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::{
    Gateway,
    body::{self, ApiRequest},
    endpoint::Endpoint,
    error::GatewayError,
    headers,
    key_cache::KeyCaller,
    patience::within,
    quota, relay,
    ticket::{Terms, Ticket, Work},
    tier::{ChosenTier, TierChoice},
    upstream::{Answer, Call, Upstream, UpstreamError},
};
use crate::{
    catalog::{Model, Plan, Tier},
    enforcement::{Demand, queue::Turned},
    metering::{Record, Slot, Tokens},
    store::admission::Permission,
    web::request::Arrival,
};

/// Waiting for a place in the metering queue: longer means that the database is stuck.
const SLOT_WAIT: Duration = Duration::from_secs(2);
/// Milliseconds after which what is known of a key is asked for again.
const STALE: i64 = 1_000;
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-client-request-id");

/// Answers a request to `endpoint`.
pub(super) async fn answer(
    gateway: &Arc<Gateway>,
    endpoint: Endpoint,
    arrival: Arrival,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, GatewayError> {
    // The key comes first, so that strangers cannot make us hold bodies; a slow body must not outlive the key.
    let permissions = &[Permission::Inference];
    let mut caller = gateway.authenticate(headers, arrival.client, permissions, arrival.at).await?;
    body::check_encoding(headers)?;
    let bytes = body::read(body, gateway.timeouts.body).await?;
    let now = gateway.ambient.now();
    if now.since(arrival.at) > STALE {
        caller = gateway.authenticate(headers, arrival.client, permissions, now).await?;
    }
    serve(gateway, caller, arrival, headers, &endpoint.parse(&bytes)?).await
}

/// Steps 7 to 12.
async fn serve(
    gateway: &Arc<Gateway>,
    caller: Arc<KeyCaller>,
    arrival: Arrival,
    headers: &HeaderMap,
    request: &ApiRequest<'_>,
) -> Result<Response, GatewayError> {
    let (model_id, model) = gateway.model_of(&caller, &request.model)?;
    check_model(request, model)?;
    let plan = gateway.plan_of(&caller)?;
    let tier = TierChoice::choose(request.tier, &caller.facts.default_tier, plan, headers)?;
    let upstream = gateway
        .upstreams
        .get(&model.upstream)
        .ok_or_else(|| GatewayError::unavailable(&"a model without upstream"))?;
    let call = Call {
        endpoint: request.endpoint,
        body: request.forwarded(&model.upstream_id)?.into(),
        stream: request.wanted.stream,
        id: arrival.id.clone(),
        at: arrival.at,
    };
    if gateway.meter.is_failing() {
        return Err(GatewayError::unavailable(&"the database refuses records"));
    }
    let slot = match within(SLOT_WAIT, pin!(gateway.meter.slot())).await {
        Some(slot) => slot.map_err(|error| GatewayError::unavailable(&error))?,
        None => return Err(GatewayError::unavailable(&"the metering queue is full")),
    };
    let id = arrival.id.clone();
    let client_request_id = client_request_id(headers);
    let (ticket, answer_headers) = admit(
        gateway,
        &caller,
        arrival,
        client_request_id,
        request,
        model_id,
        model,
        tier.used,
        plan,
        slot,
    )
    .await?;
    let answered = run(upstream, call, request, tier, ticket).await;
    let response = answered.unwrap_or_else(|error| error.answer(&id));
    Ok(headers::joined(answer_headers, response))
}

/// Step 7b.
fn check_model(request: &ApiRequest<'_>, model: &Model) -> Result<(), GatewayError> {
    if model.kind != request.endpoint.kind() {
        let message = format!(
            "The model `{}` is for {} and does not answer here.",
            request.model,
            model.kind.as_str()
        );
        return Err(GatewayError::invalid("model", message));
    }
    if request.wanted.asked_output.is_some_and(|asked| asked > u64::from(model.context)) {
        let message = format!(
            "The model `{}` has a context of {} tokens: `max_completion_tokens` or `max_tokens` must not be more.",
            request.model, model.context
        );
        return Err(GatewayError::invalid("max_completion_tokens", message));
    }
    Ok(())
}

/// Step 9: one decision over all buckets. A refusal is recorded before it is answered.
#[expect(clippy::too_many_arguments, reason = "the decision joins everything the steps before found out")]
async fn admit(
    gateway: &Arc<Gateway>,
    caller: &KeyCaller,
    arrival: Arrival,
    client_request_id: Option<String>,
    request: &ApiRequest<'_>,
    model_id: ModelId,
    model: &Model,
    tier: Tier,
    plan: &Plan,
    slot: Slot,
) -> Result<(Ticket, HeaderMap), GatewayError> {
    let wanted = &request.wanted;
    let output = wanted.asked_output.unwrap_or_else(|| u64::from(model.default_output)) * wanted.choices;
    let estimate = wanted.input_estimate + output;
    let policy = gateway.policy(caller, plan, &model_id, tier.lane()).await?;
    let demand = Demand {
        tokens: estimate,
        cost: model.price.of(wanted.input_estimate, 0, output),
    };
    let now = gateway.ambient.now();
    let facts = &caller.facts;
    let mut record = Record {
        id: arrival.id,
        client_request_id,
        org: facts.org.clone(),
        project: facts.project.clone(),
        key: Some(facts.key.clone()),
        account: Some(facts.created_by.clone()),
        simulated: gateway.catalog.is_simulated(&model_id),
        model: model_id.clone(),
        tier,
        status: StatusCode::OK.as_u16(),
        error_code: None,
        refused: None,
        estimated: false,
        tokens: Tokens::default(),
        cost: Money::ZERO,
        arrived_at: arrival.at,
        latency_ms: now.since(arrival.at),
        first_token_ms: None,
        asked_output: wanted.asked_output,
        estimate,
        reserved: 0,
        settled: 0,
        decision: None,
    };
    match policy.decide(now, demand) {
        Ok(reservation) => {
            record.reserved = estimate;
            record.decision = Some(reservation.decision().clone());
            let answer_headers = headers::rate_limits(reservation.decision());
            let terms = Terms {
                price: model.price,
                input_estimate: wanted.input_estimate,
                most_input: request.bytes.max(model.context.into()),
                most_output: u64::from(model.context) * wanted.choices,
            };
            let ticket = Ticket::new(Arc::clone(gateway), slot, reservation, record, terms);
            Ok((ticket, answer_headers))
        }
        Err(refusal) => {
            let error = quota::refused(&refusal, caller, &model_id);
            record.status = error.status.as_u16();
            record.error_code = Some(error.code);
            record.refused = refusal.refused_level();
            record.decision = Some(*refusal);
            // Boxed, so that no admitted request has room for it.
            Box::pin(gateway.durable(slot.record(record))).await?;
            Err(error)
        }
    }
}

/// Steps 10 to 12.
async fn run(
    upstream: &Upstream,
    call: Call,
    request: &ApiRequest<'_>,
    tier: ChosenTier,
    mut ticket: Ticket,
) -> Result<Response, GatewayError> {
    let place = match upstream.place(tier).await {
        Ok(place) => place,
        Err(Turned::Full) => return Err(ticket.fail(UpstreamError::Busy.into(), Work::Nothing).await),
        Err(Turned::TooLong { expected_ms }) => {
            ticket.refused_by_queue(expected_ms);
            return Err(ticket.fail(GatewayError::queue_exceeded(expected_ms), Work::Nothing).await);
        }
    };
    ticket.sent();
    let answer = match upstream.send(call, place).await {
        Ok(answer) => answer,
        Err(error) => {
            let work = if error == UpstreamError::NotReached {
                ticket.unsent();
                Work::Nothing
            } else {
                Work::Partial
            };
            return Err(ticket.fail(error.into(), work).await);
        }
    };
    if answer.status.is_client_error() || answer.status.is_server_error() {
        return Box::pin(pass_on(answer, ticket)).await;
    }
    if !answer.status.is_success() {
        tracing::error!(id = ticket.id(), status = %answer.status, "an upstream redirects; is its base_url right?");
        drop(answer);
        return Err(ticket.fail(UpstreamError::Broken.into(), Work::Nothing).await);
    }
    if answer.is_event_stream() {
        return Ok(relay::stream(answer, ticket, request.wanted.include_usage, tier));
    }
    relay::whole(answer, ticket, request.endpoint, tier).await
}

/// An error of the upstream goes on as what it is, except what concerns the operator's own secret or account.
async fn pass_on(answer: Answer, ticket: Ticket) -> Result<Response, GatewayError> {
    let (status, content_type, retry_after) = (answer.status, answer.content_type.clone(), answer.retry_after.clone());
    let ours = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Some(UpstreamError::Unauthorized),
        StatusCode::PAYMENT_REQUIRED => Some(UpstreamError::Unpaid),
        _ => None,
    };
    if let Some(error) = ours {
        tracing::error!(id = ticket.id(), %status, "an upstream refused the configured secret or its account");
        drop(answer);
        return Err(ticket.fail(error.into(), Work::Nothing).await);
    }
    let bytes = match answer.collect().await {
        Ok(bytes) => bytes,
        Err(error) => return Err(ticket.fail(error.into(), Work::Nothing).await),
    };
    ticket.finish(status.as_u16(), Some("upstream_error"), Work::Nothing).await?;
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        content_type.unwrap_or(HeaderValue::from_static("application/json")),
    );
    if let Some(retry_after) = retry_after {
        headers.insert(header::RETRY_AFTER, retry_after);
    }
    Ok(response)
}

/// The client's own id, if it is at most 128 visible ASCII characters; it is kept beside ours and never trusted.
fn client_request_id(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(CLIENT_REQUEST_ID)?.to_str().ok()?;
    let is_sound = !text.is_empty() && text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_sound.then(|| text.to_owned())
}
