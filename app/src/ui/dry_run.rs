//! Dialogs that read something first: what a change would do, or what may be chosen. The read may be refused.

use std::future::Future;

use leptos::prelude::*;

use super::{Dialog, ErrorNote, Note, Tone};
use crate::model::AppError;

/// Reads the preview of whatever the address names, and draws the children with it; else says why there is none.
#[component]
pub fn DryRun<I, T, P, R, F, V>(
    title: &'static str,
    /// The address of the page without the dialog.
    #[prop(into)]
    close: String,
    /// `None` for an id of another kind: nothing has it.
    id: Option<I>,
    preview: P,
    children: F,
) -> impl IntoView
where
    I: Send + 'static,
    T: Send + 'static,
    P: FnOnce(I) -> R + Send + 'static,
    R: Future<Output = Result<T, AppError>> + Send + 'static,
    F: FnOnce(T) -> V + Send + 'static,
    V: IntoView + 'static,
{
    let dialog = Suspend::new(async move {
        let found = match id {
            Some(id) => preview(id).await,
            None => Err(AppError::NotFound),
        };
        match found {
            Ok(found) => children(found).into_any(),
            Err(error) => view! { <Refused title close error /> }.into_any(),
        }
    });
    view! { <Suspense>{dialog}</Suspense> }
}

/// A dialog that says why it could not be read.
#[component]
pub fn Refused(#[prop(into)] title: String, close: String, error: AppError) -> impl IntoView {
    view! { <Closed title close body=move || view! { <ErrorNote error /> } /> }
}

/// A dialog that says what stands against the change.
#[component]
pub fn Blocked(#[prop(into)] title: String, #[prop(into)] close: String, obstacle: String) -> impl IntoView {
    view! { <Closed title close body=move || view! { <Note tone=Tone::Warn>{obstacle}</Note> } /> }
}

/// A dialog that can only be closed.
#[component]
fn Closed(title: String, close: String, #[prop(into)] body: ViewFnOnce) -> impl IntoView {
    view! {
        <Dialog title close=close.clone()>
            <div class="body">{body.run()}</div>
            <div class="foot">
                <a class="btn" href=close>
                    "Close"
                </a>
            </div>
        </Dialog>
    }
}
