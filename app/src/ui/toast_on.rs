//! Confirmations of what an action has done.

use leptos::{prelude::*, server_fn::ServerFn};

use super::use_toaster;
use crate::model::AppError;

/// Shows `text` whenever the action has succeeded in the browser.
pub fn toast_on<S>(action: ServerAction<S>, text: &'static str)
where
    S: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let toaster = use_toaster();
    let value = action.value();
    Effect::new(move |_| {
        if value.with(|answer| matches!(answer, Some(Ok(_)))) {
            toaster.show(text);
        }
    });
}
