//! The keys that a removed person made.

use std::collections::BTreeSet;

use app::model::{AccountId, AppError, KeyId, key::KeyState};

use crate::{
    audit::Event,
    store::{Change, made_keys::RemovesPeople},
};

/// Revokes the keys that this person made, however many, but for those that are kept, and returns the records. A kept key that
/// the person did not make, or that the caller must not know of, does not exist.
pub(super) async fn revoke_all_but<P: RemovesPeople>(
    change: &mut Change<P>,
    maker: &AccountId,
    kept: &[KeyId],
) -> Result<Vec<Event>, AppError> {
    let mut kept: BTreeSet<&KeyId> = kept.iter().collect();
    let made = change.made_keys(maker).await?;
    let mut events = Vec::new();
    for key in &made {
        // One that somebody else revoked before is neither kept nor told of.
        if kept.remove(&key.id) || key.state == KeyState::Revoked {
            continue;
        }
        change.revoke_made_key(&key.id).await?;
        events.push(Event::new("api_key.revoked", &key.id, &key.name).in_project(&key.project).change(
            "state",
            Some(key.state.as_str().to_owned()),
            Some(KeyState::Revoked.as_str().to_owned()),
        ));
    }
    if kept.is_empty() { Ok(events) } else { Err(AppError::NotFound) }
}
