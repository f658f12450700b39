//! What the dialogs of a project share: the dry run comes first, and may be refused.

use std::future::Future;

use leptos::prelude::*;

use crate::{
    model::{AppError, ProjectId},
    ui::{Dialog, ErrorNote, Note, Tone},
};

/// Reads the dry run of the project that the address names, and draws the children with it; else says why there is none.
/// An id of another kind is a project that does not exist.
#[component]
pub fn DryRun<T, R, F, V>(
    title: &'static str,
    /// The address of the page without the dialog.
    close: String,
    id: String,
    preview: fn(ProjectId) -> R,
    children: F,
) -> impl IntoView
where
    T: Send + 'static,
    R: Future<Output = Result<T, AppError>> + Send + 'static,
    F: FnOnce(T) -> V + Send + 'static,
    V: IntoView + 'static,
{
    let id: Result<ProjectId, AppError> = id.parse().map_err(|_| AppError::NotFound);
    let dialog = Suspend::new(async move {
        let found = match id {
            Ok(id) => preview(id).await,
            Err(error) => Err(error),
        };
        match found {
            Ok(found) => children(found).into_any(),
            Err(error) => view! { <Closed title=title.to_owned() close body=move || view! { <ErrorNote error /> } /> }.into_any(),
        }
    });
    view! { <Suspense>{dialog}</Suspense> }
}

/// A dialog that says what stands against the change.
#[component]
pub fn Blocked(title: String, close: String, obstacle: String) -> impl IntoView {
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
