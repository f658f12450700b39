//! Dialogs that open without the errors of the last time.

use leptos::{prelude::*, server_fn::ServerFn};

/// Clears the last answer of an action whenever its dialog closes.
pub fn forget_on_close<S>(action: ServerAction<S>, open: impl Fn() -> bool + Send + Sync + 'static)
where
    S: ServerFn + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
    S::Error: Send + Sync + 'static,
{
    Effect::new(move |before: Option<bool>| {
        let now = open();
        if before == Some(true) && !now {
            action.clear();
        }
        now
    });
}
