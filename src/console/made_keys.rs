//! The keys that a removed person made, as far as they were ticked.

use app::model::{AccountId, AppError, KeyId, key::KeyState, made_key::MadeKey};

use super::distinct;
use crate::{
    audit::Event,
    store::{Change, made_keys::RemovesPeople},
};

/// Revokes the ticked keys and returns the records. Any key that this person did not make, or that the caller must not know
/// of, does not exist.
pub(super) async fn revoke_ticked<P: RemovesPeople>(
    change: &mut Change<P>,
    maker: &AccountId,
    ticked: &[KeyId],
) -> Result<Vec<Event>, AppError> {
    let ticked = distinct(ticked, MadeKey::MOST).ok_or_else(|| {
        let message = format!("Tick at most {} keys; revoke others on the page API keys.", MadeKey::MOST);
        AppError::field("keys", message)
    })?;
    let mut events = Vec::with_capacity(ticked.len());
    for key in ticked {
        let found = change.revoke_made_key(maker, key).await?.ok_or(AppError::NotFound)?;
        // Somebody else revoked it first.
        if found.before != KeyState::Revoked {
            events.push(Event::new("api_key.revoked", key, &found.name).in_project(&found.project).change(
                "state",
                Some(found.before.as_str().to_owned()),
                Some(KeyState::Revoked.as_str().to_owned()),
            ));
        }
    }
    Ok(events)
}
