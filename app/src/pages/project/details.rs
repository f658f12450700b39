//! The form of a project's details.

use leptos::prelude::*;

use super::{
    Settings,
    form::{ALLOWED, REFUSED, SettingsForm},
};
use crate::{
    model::{
        AccountId, Slug,
        project::Environment,
        project_settings::{Candidate, DefaultTier, SettingsView},
    },
    policy::{Action, reason},
    ui::{Card, Field, FormError, PageForm, SelectField, Submit, TextField, refused},
};

/// All details in one form: what was typed, if it was refused, else what holds.
#[component]
pub fn DetailsForm(settings: Settings, view: SettingsView) -> impl IntoView {
    let (failure, typed) = refused::<SettingsForm>();
    let typed = typed.unwrap_or_else(|| SettingsForm::from(&view.details));
    view! {
        <Card id="details" title="Details">
            <PageForm href=settings.href(&[]) failure enhanced=true>
                <div class="body">
                    <FormError fields=&[
                        "name",
                        "slug",
                        "description",
                        "environment",
                        "owner",
                        "key_owner",
                        "workload",
                        "expected_spend",
                        "escalation",
                        "tier",
                        "external_allowed",
                    ] />
                    <input type="hidden" name="seen" value=typed.seen.clone() />
                    <Purpose settings typed=typed.clone() slug=view.details.slug.clone() />
                    <Contacts typed=typed.clone() view=view.clone() />
                    <Terms typed view />
                </div>
                <div class="foot">
                    <Submit label="Save settings" />
                </div>
            </PageForm>
        </Card>
    }
}

/// What the project is called, where it is, and what it is for.
#[component]
fn Purpose(settings: Settings, typed: SettingsForm, slug: Slug) -> impl IntoView {
    let environment = |environment: Environment| (environment.as_str().to_owned(), environment.as_str().to_owned());
    let environments: Vec<_> = Environment::ALL.into_iter().map(environment).collect();
    view! {
        <div class="two">
            <TextField label="Name" name="name" value=typed.name autocomplete="off" required=true />
            <Address typed=typed.slug slug may_move=settings.place.standing.may(Action::ManageProjects) />
        </div>
        <TextField label="Description" name="description" value=typed.description autocomplete="off" />
        <div class="two">
            <SelectField
                label="Environment"
                name="environment"
                options=environments
                selected=typed.environment
                hint="Its first letter stands in new keys."
            />
            <TextField
                label="Primary workload"
                name="workload"
                value=typed.workload
                hint="What it is for: support chat, nightly evaluation."
                autocomplete="off"
            />
        </div>
    }
}

/// Where the project is: for those who may not move it, as it is, with the reason.
#[component]
fn Address(typed: String, slug: Slug, may_move: bool) -> impl IntoView {
    if may_move {
        let hint = "The old address goes on to lead here.";
        return view! { <TextField label="Address" name="slug" value=typed hint autocomplete="off" required=true /> }.into_any();
    }
    view! {
        <input type="hidden" name="slug" value=slug.to_string() />
        <Field label="Address" name="slug" hint=reason(Action::ManageProjects) let:control>
            <input class="input" id=control.id value=slug.to_string() disabled aria-describedby=control.described_by />
        </Field>
    }
    .into_any()
}

/// Whom to ask.
#[component]
fn Contacts(typed: SettingsForm, view: SettingsView) -> impl IntoView {
    let owners = candidates(&view.admins, view.details.owner.as_ref());
    let key_owners = candidates(&view.admins, view.details.key_owner.as_ref());
    view! {
        <div class="two">
            <SelectField label="Owner" name="owner" options=owners selected=typed.owner hint="One of the project’s admins." />
            <SelectField
                label="Key owner"
                name="key_owner"
                options=key_owners
                selected=typed.key_owner
                hint="The admin to ask about its keys."
            />
        </div>
        <div class="two">
            <TextField
                label="Escalation contact"
                name="escalation"
                value=typed.escalation
                hint="Whom to reach when it fails: an address, a channel."
                autocomplete="off"
            />
            <TextField
                label="Expected monthly spend in $"
                name="expected_spend"
                value=typed.expected_spend
                hint="An estimate, no limit. Empty for none."
                inputmode="decimal"
                autocomplete="off"
            />
        </div>
    }
}

/// How its requests are served, and who may be let in.
#[component]
fn Terms(typed: SettingsForm, view: SettingsView) -> impl IntoView {
    let tiers = tier_choices(&view.tiers, view.details.tier);
    let allowed = typed.external_allowed == ALLOWED;
    view! {
        <div class="two">
            <SelectField
                label="Default service tier"
                name="tier"
                options=tiers
                selected=typed.tier
                hint="Of requests that name none."
            />
            <ExternalSwitch allowed org_allows=view.org_allows_external />
        </div>
    }
}

/// Whether people from outside may be added. While the organization forbids it, it stays as it is, and says why.
#[component]
fn ExternalSwitch(allowed: bool, org_allows: bool) -> impl IntoView {
    let word = if allowed { ALLOWED } else { REFUSED };
    if org_allows {
        let options = vec![
            (REFUSED.to_owned(), "Refused".to_owned()),
            (ALLOWED.to_owned(), "Allowed".to_owned()),
        ];
        return view! {
            <SelectField
                label="External collaborators"
                name="external_allowed"
                options
                selected=word
                hint="People from outside the organization. Who is here stays until removed."
            />
        }
        .into_any();
    }
    view! {
        <input type="hidden" name="external_allowed" value=word />
        <Field
            label="External collaborators"
            name="external_allowed"
            hint="The organization does not allow them. An owner can, in the Organization settings."
            let:control
        >
            <select class="select" id=control.id disabled aria-describedby=control.described_by>
                <option>{if allowed { "Allowed, but not by the organization" } else { "Refused" }}</option>
            </select>
        </Field>
    }
    .into_any()
}

/// Nobody, the admins, and who is chosen now, if that is somebody else.
fn candidates(admins: &[Candidate], chosen: Option<&AccountId>) -> Vec<(String, String)> {
    let mut options = vec![(String::new(), "Nobody".to_owned())];
    options.extend(admins.iter().map(|admin| (admin.account.to_string(), admin.label.clone())));
    if let Some(other) = chosen.filter(|chosen| admins.iter().all(|admin| admin.account != **chosen)) {
        options.push((other.to_string(), "As it is: somebody of the organization".to_owned()));
    }
    options
}

/// The tiers of the plan, and the one that is chosen now, if it has left the plan.
fn tier_choices(tiers: &[DefaultTier], chosen: DefaultTier) -> Vec<(String, String)> {
    let label = |tier: DefaultTier| match tier {
        DefaultTier::Auto => "auto: the best of the plan",
        other => other.as_str(),
    };
    let mut options: Vec<_> = tiers
        .iter()
        .map(|tier| (tier.as_str().to_owned(), label(*tier).to_owned()))
        .collect();
    if !tiers.contains(&chosen) {
        options.push((chosen.as_str().to_owned(), format!("{}: not in the plan any more", chosen.as_str())));
    }
    options
}
