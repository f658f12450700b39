//! Organization settings: name and address, and the policies that hold for all of its projects. For owners.

mod access;
pub mod api;
mod branding;
pub mod form;
#[cfg(test)]
mod tests;

use leptos::{prelude::*, server_fn::ServerFn};

use self::{
    access::AccessDialog,
    api::{RemoveLogo, find_organization},
    branding::BrandingForms,
    form::{ACCESS, EXTERNAL, ExternalForm, NAMES, NamesForm, SAVE},
};
use crate::{
    model::{
        AppError,
        number::grouped,
        organization::{DefaultAccess, ExternalUse, OrgNames, OrgSettings},
        place::Place,
    },
    pages::{account, shell::may_found},
    ui::{Alert, Card, FormError, Loaded, PageForm, PageHead, Submit, TextField, failure, href, query, refused},
};

/// A logo that was refused. The server provides it as context of that one answer.
#[derive(Clone, Debug)]
pub struct RefusedLogo(pub AppError);

/// What every part of the page needs.
#[derive(Clone)]
struct Organization {
    place: Place,
}

impl Organization {
    /// The address of this page with parameters.
    fn href(&self, params: &[(&'static str, &str)]) -> String {
        href(&self.place.org_href("settings"), params)
    }
}

/// The page `settings` below "All projects".
#[component]
pub fn OrganizationSettings(place: Place) -> impl IntoView {
    let found = find_organization(place.org.id.clone());
    let organization = Organization { place };
    view! {
        <Loaded data=found let:settings>
            <Body organization settings />
        </Loaded>
    }
}

#[component]
fn Body(organization: Organization, settings: OrgSettings) -> impl IntoView {
    let asked = query().get_str(ACCESS).and_then(|word| word.parse::<DefaultAccess>().ok());
    let dialog = asked.map(|to| view! { <AccessDialog organization=organization.clone() to /> });
    let (failed, _) = refused::<ExternalForm>();
    view! {
        <PageHead title="Organization settings" lead="For owners. Every change is recorded in the Audit Logs." />
        <Alert error=failed.or_else(|| failure(RemoveLogo::PATH)) />
        <div class="settings">
            <NameForm organization=organization.clone() names=settings.names />
            <BrandingForms organization=organization.clone() branding=settings.branding />
            <AccessPolicy organization=organization.clone() access=settings.default_access />
            <ExternalPolicy organization=organization.clone() allowed=settings.external_allowed used=settings.external />
            <DangerZone organization />
        </div>
        {dialog}
    }
}

#[component]
fn NameForm(organization: Organization, names: OrgNames) -> impl IntoView {
    let (failure, typed) = refused::<NamesForm>();
    let typed = typed.unwrap_or_else(|| NamesForm::from(&names));
    view! {
        <Card id="names" title="Name and address">
            <PageForm href=organization.href(&[(SAVE, NAMES)]) failure enhanced=true>
                <div class="body">
                    <FormError fields=&["name", "slug"] />
                    <input type="hidden" name="seen" value=typed.seen />
                    <div class="two">
                        <TextField label="Name" name="name" value=typed.name autocomplete="off" required=true />
                        <TextField
                            label="Address"
                            name="slug"
                            value=typed.slug
                            hint="The first part of every address here. The old one goes on to lead here."
                            autocomplete="off"
                            required=true
                        />
                    </div>
                </div>
                <div class="foot">
                    <Submit label="Save" />
                </div>
            </PageForm>
        </Card>
    }
}

#[component]
fn AccessPolicy(organization: Organization, access: DefaultAccess) -> impl IntoView {
    let other = access.other();
    let (text, label) = match access {
        DefaultAccess::AllMembers => (
            "Every member of the organization has at least the member role in the Default Project.",
            "Open it to assigned people only…",
        ),
        DefaultAccess::AssignedOnly => (
            "Only people who are assigned to the Default Project reach it. A member without any project loses the organization.",
            "Open it to all members…",
        ),
    };
    view! {
        <Card id="access" title="Default Project access">
            <div class="body line">
                <p>
                    <strong>{access.label()}</strong>
                    <span class="sub">{text}</span>
                </p>
                <a class="btn" href=organization.href(&[(ACCESS, other.as_str())])>
                    {label}
                </a>
            </div>
        </Card>
    }
}

/// The way to an organization beside this one, and the ways out of this one.
#[component]
fn DangerZone(organization: Organization) -> impl IntoView {
    let place = organization.place;
    let found = may_found(true).then(|| {
        view! {
            <Card id="another" title="Another organization">
                <div class="body line">
                    <p class="muted">"With members, projects, keys and limits of its own. You are its first owner."</p>
                    <a class="btn" href="/account/organization">
                        "Create organization"
                    </a>
                </div>
            </Card>
        }
    });
    let transfer = href(&place.org_href("members"), &[("transfer", "1")]);
    let leave = href(account::PATH, &[("leave", place.org.id.as_str())]);
    view! {
        {found}
        <Card id="danger" title="Ownership">
            <div class="body line">
                <p>
                    <strong>"Transfer the ownership"</strong>
                    <span class="sub">"Another member becomes an owner, and you an admin."</span>
                </p>
                <a class="btn danger" href=transfer>
                    "Transfer ownership…"
                </a>
            </div>
            <div class="body line">
                <p>
                    <strong>{format!("Leave {}", place.org.name)}</strong>
                    <span class="sub">"You lose all of its projects at once. The last owner cannot leave, nor can the owner of a project."</span>
                </p>
                <a class="btn danger" href=leave>
                    "Leave organization…"
                </a>
            </div>
        </Card>
    }
}

#[component]
fn ExternalPolicy(organization: Organization, allowed: bool, used: ExternalUse) -> impl IntoView {
    let count = |number: u64, one: &str, many: &str| format!("{} {}", grouped(number), if number == 1 { one } else { many });
    let used = format!(
        "{} switched on, {} from outside.",
        count(used.projects, "project has it", "projects have it"),
        count(used.people, "person is", "people are")
    );
    let (state, text, label) = if allowed {
        (
            "Allowed",
            "A project whose own switch is on may add accounts from outside the organization. Their usage is billed to the organization.",
            "Refuse external collaborators",
        )
    } else {
        (
            "Refused",
            "No project can add accounts from outside the organization. Those who are in one stay until they are removed.",
            "Allow external collaborators",
        )
    };
    view! {
        <Card id="external" title="External collaborators">
            <div class="body line">
                <p>
                    <strong>{state}</strong>
                    <span class="sub">{text} " " {used}</span>
                </p>
                <PageForm href=organization.href(&[(SAVE, EXTERNAL)]) failure=None enhanced=true>
                    <input type="hidden" name="allowed" value=(!allowed).to_string() />
                    <Submit label class="btn" />
                </PageForm>
            </div>
        </Card>
    }
}
