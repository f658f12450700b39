//! Steps 1 to 5: who calls, from where, and whether the key may do this at all.

use std::{net::IpAddr, sync::Arc};

use app::model::{Timestamp, key::KeyState};
use http::{HeaderMap, header};

use super::{Gateway, error::GatewayError, key_cache::KeyCaller};
use crate::{
    access::api_key::ApiKeySecret,
    store::admission::{KeyFacts, Permission},
    web::request::ClientAddr,
};

impl Gateway {
    /// Steps 1 to 5, as they are `now`. Any one of `permissions` is enough.
    pub(super) async fn authenticate(
        &self,
        headers: &HeaderMap,
        ClientAddr(address): ClientAddr,
        permissions: &[Permission],
        now: Timestamp,
    ) -> Result<Arc<KeyCaller>, GatewayError> {
        let secret = bearer(headers)?;
        let found = self.keys.find(&secret.digest(&self.pepper), now).await;
        let caller = found.map_err(|error| GatewayError::unavailable(&error))?.ok_or_else(invalid)?;
        let facts = &caller.facts;
        check_key(facts, now)?;
        if facts.archived {
            return Err(GatewayError::unauthorized(
                "project_archived",
                format!("The project “{}” of this API key is archived.", facts.project_name),
            ));
        }
        check_address(facts, address)?;
        if !permissions.iter().any(|wanted| facts.permissions.contains(wanted)) {
            return Err(GatewayError::forbidden(
                "permission_denied",
                "This API key lacks the permission for this request.",
            ));
        }
        Ok(caller)
    }
}

/// Step 1. The key stands in one `Authorization: Bearer` header and nowhere else: a key in a URL ends in logs.
pub(super) fn bearer(headers: &HeaderMap) -> Result<ApiKeySecret, GatewayError> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(invalid());
    };
    let text = value.to_str().map_err(|_| invalid())?;
    let (scheme, token) = text.split_once(' ').ok_or_else(invalid)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(invalid());
    }
    token.trim().parse().map_err(|_| invalid())
}

/// The same for a missing, a malformed and an unknown key.
fn invalid() -> GatewayError {
    GatewayError::unauthorized(
        "invalid_api_key",
        "No valid API key was sent. Send one in the header `Authorization: Bearer bw_…`.",
    )
}

/// Step 2. Revocation is final, so it is named first.
fn check_key(facts: &KeyFacts, now: Timestamp) -> Result<(), GatewayError> {
    let refuse = |code, message| Err(GatewayError::unauthorized(code, message));
    match (facts.state, facts.expires_at) {
        (KeyState::Revoked, _) => refuse("key_revoked", "This API key is revoked."),
        (KeyState::Disabled, _) => refuse("key_disabled", "This API key is disabled. It can be enabled again in the console."),
        (KeyState::Active, Some(at)) if at <= now => refuse("key_expired", "This API key has expired."),
        (KeyState::Active, _) => Ok(()),
    }
}

/// Step 4.
fn check_address(facts: &KeyFacts, address: IpAddr) -> Result<(), GatewayError> {
    let address = address.to_canonical();
    match &facts.networks {
        Some(networks) if !networks.iter().any(|network| network.contains(&address)) => Err(GatewayError::forbidden(
            "address_not_allowed",
            format!("This API key may not be used from {address}."),
        )),
        _ => Ok(()),
    }
}
