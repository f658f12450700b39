//! The archive dialog: the dry run first, then the name typed to confirm. It stands in the URL: `?archive=proj_…`.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{Projects, api::preview_archive};
use crate::{
    model::{AppError, ProjectId, number::grouped, project::ArchivePreview},
    ui::{Dialog, ErrorNote, Form, FormError, Note, Submit, TextField, Tone, forget_on_close},
};

/// The dialog, while the address names a project.
#[component]
pub fn ArchiveDialog(projects: Projects) -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| query.read().get("archive"));
    forget_on_close(projects.archive, move || asked.with(Option::is_some));
    // Asked only when the dialog opens; an id of another kind is a project that does not exist.
    let preview = Resource::new(
        move || asked.get(),
        |asked| async move {
            match asked {
                None => Ok(None),
                Some(id) => {
                    let id: ProjectId = id.parse().map_err(|_| AppError::NotFound)?;
                    preview_archive(id).await.map(Some)
                }
            }
        },
    );
    let projects = StoredValue::new(projects);
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let projects = projects.get_value();
                match preview.await {
                    Ok(None) => ().into_any(),
                    Ok(Some(preview)) => view! { <Confirm projects preview /> }.into_any(),
                    Err(error) => view! { <Refused projects error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Refused(projects: Projects, error: AppError) -> impl IntoView {
    let close = projects.href(&[]);
    view! {
        <Dialog title="Archive project" close=close.clone()>
            <div class="body">
                <ErrorNote error />
            </div>
            <div class="foot">
                <a class="btn" href=close>
                    "Close"
                </a>
            </div>
        </Dialog>
    }
}

#[component]
fn Confirm(projects: Projects, preview: ArchivePreview) -> impl IntoView {
    let close = projects.href(&[]);
    let name = preview.name.to_string();
    let end = match preview.obstacle.clone() {
        Some(obstacle) => view! {
            <div class="body">
                <Note tone=Tone::Warn>{obstacle}</Note>
            </div>
            <div class="foot">
                <a class="btn" href=close.clone()>
                    "Close"
                </a>
            </div>
        }
        .into_any(),
        None => view! { <ConfirmForm projects preview=preview.clone() /> }.into_any(),
    };
    view! {
        <Dialog
            title=format!("Archive {name}?")
            lead="Nothing is deleted: history stays readable to owners and admins. Counted just now, and again when you confirm."
            close
            wide=true
        >
            {preview.obstacle.is_none().then(|| view! { <Effects preview /> })}
            {end}
        </Dialog>
    }
}

/// What stops.
#[component]
fn Effects(preview: ArchivePreview) -> impl IntoView {
    let keys = preview
        .keys
        .iter()
        .map(|key| {
            view! {
                <tr>
                    <th scope="row" class="name">
                        {key.name.clone()}
                        <code class="sub">{key.hint.clone()}</code>
                    </th>
                    <td class="num">
                        <strong>{grouped(key.requests_24h)}</strong>
                    </td>
                </tr>
            }
        })
        .collect_view();
    let stranded = preview
        .stranded
        .iter()
        .map(|person| view! { <li>{person.clone()}</li> })
        .collect_view();
    view! {
        <div class="body">
            <dl class="facts three">
                <div>
                    <dt>"Keys that stop"</dt>
                    <dd>{preview.keys.len()}</dd>
                </div>
                <div>
                    <dt>"Requests, last 24 h"</dt>
                    <dd>{grouped(preview.requests_24h)}</dd>
                </div>
                <div>
                    <dt>"Lose the organization"</dt>
                    <dd>{preview.stranded.len()}</dd>
                </div>
            </dl>
            <div class="pair">
                <section aria-labelledby="archive-keys">
                    <h3 id="archive-keys">"Keys refused from that moment"</h3>
                    {if preview.keys.is_empty() {
                        view! { <p class="muted">"None."</p> }.into_any()
                    } else {
                        view! {
                            <table class="table plain">
                                <thead class="sr-only">
                                    <tr>
                                        <th scope="col">"Key"</th>
                                        <th scope="col">"Requests in 24 h"</th>
                                    </tr>
                                </thead>
                                <tbody>{keys}</tbody>
                            </table>
                        }
                            .into_any()
                    }}
                </section>
                <section aria-labelledby="archive-people">
                    <h3 id="archive-people">"People left with no project"</h3>
                    {if preview.stranded.is_empty() {
                        view! { <p class="muted">"Nobody."</p> }.into_any()
                    } else {
                        view! {
                            <ul class="people">{stranded}</ul>
                            <p class="muted">
                                <small>"They lose the organization until an admin adds them to another project."</small>
                            </p>
                        }
                            .into_any()
                    }}
                </section>
            </div>
        </div>
    }
}

#[component]
fn ConfirmForm(projects: Projects, preview: ArchivePreview) -> impl IntoView {
    let close = projects.href(&[]);
    let name = preview.name.to_string();
    view! {
        <Form action=projects.archive>
            <div class="body">
                <FormError fields=&["confirmation"] />
                <input type="hidden" name="project" value=preview.id.to_string() />
                <input type="hidden" name="back" value=close.clone() />
                <TextField label=format!("Type “{name}” to confirm") name="confirmation" autocomplete="off" required=true autofocus=true />
            </div>
            <div class="foot">
                <a class="btn" href=close>
                    "Cancel"
                </a>
                <Submit label=format!("Archive {name}") class="btn danger" />
            </div>
        </Form>
    }
}
