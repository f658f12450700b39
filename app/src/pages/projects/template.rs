//! Several projects from a template. The dialog stands in the URL: `?template=1`. What would be made is shown first; the form is
//! a page form, so that the names stay without script, too.

use leptos::prelude::*;

use super::{Projects, TemplateOutcome, create::ModelList, form::TemplateForm};
use crate::{
    model::{
        AppError, ModelId,
        number::grouped,
        template::{MAX_PROJECTS, Planned, Step, Template},
    },
    ui::{Dialog, DialogFoot, Field, FormError, PageForm, TextArea},
};

/// The form, or what it would make.
#[component]
pub fn TemplateDialog(projects: Projects, models: Vec<ModelId>) -> impl IntoView {
    match use_context::<TemplateOutcome>() {
        Some(TemplateOutcome::Planned(planned, form)) => view! { <Preview projects planned form /> }.into_any(),
        Some(TemplateOutcome::Back(form)) => view! { <Names projects models typed=Some(form) failure=None /> }.into_any(),
        Some(TemplateOutcome::Refused(error, form)) => view! { <Names projects models typed=Some(form) failure=Some(error) /> }.into_any(),
        None => view! { <Names projects models typed=None failure=None /> }.into_any(),
    }
}

/// The address that the form posts to: the dialog stays open.
fn action(projects: &Projects) -> String {
    projects.here(&[("template", "1")])
}

#[component]
fn Names(projects: Projects, models: Vec<ModelId>, typed: Option<TemplateForm>, failure: Option<AppError>) -> impl IntoView {
    let close = projects.here(&[]);
    let ticked = typed.as_ref().map(|typed| typed.models.clone());
    let typed = typed.unwrap_or_default();
    let chosen = typed.template.parse().unwrap_or_default();
    let choices = Template::ALL
        .map(|template| {
            view! {
                <label class="choice">
                    <input type="radio" name="template" value=template.as_str() checked=template == chosen />
                    <span>
                        <strong>{template.label()}</strong>
                        <span class="sub">{template.text()}</span>
                    </span>
                </label>
            }
        })
        .collect_view();
    let names = typed.names;
    view! {
        <Dialog
            title="Create projects from a template"
            lead=format!("In {}. The next step shows them; nothing is made before you confirm.", projects.place.org.name)
            close=close.clone()
            wide=true
        >
            <PageForm href=action(&projects) failure>
                <div class="body">
                    <FormError fields=&["names"] />
                    <fieldset class="choices">
                        <legend class="label">"Template"</legend>
                        {choices}
                    </fieldset>
                    <Field
                        label="Names"
                        name="names"
                        hint=format!("One on each line, at most {MAX_PROJECTS}. The addresses follow from them.")
                        let:control
                    >
                        <TextArea control rows="5" text=names />
                    </Field>
                    <ModelList models ticked />
                </div>
                <DialogFoot close label="Preview" />
            </PageForm>
        </Dialog>
    }
}

/// What will be made, with the fields that make exactly this.
#[component]
fn Preview(projects: Projects, planned: Vec<Planned>, form: TemplateForm) -> impl IntoView {
    let close = projects.here(&[]);
    let count = match planned.len() {
        1 => "1 project".to_owned(),
        several => format!("{} projects", grouped(several as u64)),
    };
    let hidden = |name: &'static str, value: String| view! { <input type="hidden" name=name value=value /> };
    let models = form.models.iter().map(|model| hidden("models[]", model.clone())).collect_view();
    let may_call = form.models.join(", ");
    let rows = planned
        .into_iter()
        .map(|planned| view! { <Row org=projects.place.org.slug.to_string() planned /> })
        .collect_view();
    view! {
        <Dialog
            title=format!("Create {count}?")
            lead="You become their owner. They are made all together, or none of them."
            close=close.clone()
            wide=true
        >
            <PageForm href=action(&projects) failure=None>
                <div class="body">
                    {hidden("template", form.template)}
                    {hidden("names", form.names)}
                    {models}
                    <table class="table plain">
                        <thead>
                            <tr>
                                <th scope="col">"Project"</th>
                                <th scope="col">"Address"</th>
                                <th scope="col">"Environment"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                    <p class="muted">"Models: " {may_call}</p>
                </div>
                <div class="foot">
                    <a class="btn" href=close>
                        "Cancel"
                    </a>
                    <button type="submit" class="btn" name="step" value=Step::Edit.as_str()>
                        "Back"
                    </button>
                    <button type="submit" class="btn primary" name="step" value=Step::Create.as_str()>
                        {format!("Create {count}")}
                    </button>
                </div>
            </PageForm>
        </Dialog>
    }
}

#[component]
fn Row(org: String, planned: Planned) -> impl IntoView {
    let new = planned.new;
    let environment = new.environment.as_str();
    let detail = if new.workload.is_empty() {
        new.description
    } else {
        format!("Workload: {}", new.workload)
    };
    view! {
        <tr>
            <th scope="row" class="name">
                <bdi>{new.name.to_string()}</bdi>
                <span class="sub">
                    <bdi>{detail}</bdi>
                </span>
            </th>
            <td>
                <code>{format!("/{org}/{}", new.slug)}</code>
            </td>
            <td>
                <span class=format!("env {environment}")>{environment}</span>
            </td>
        </tr>
    }
}
