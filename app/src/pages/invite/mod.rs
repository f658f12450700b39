//! `/invite?token=…`: an invitation, as the holder of its link sees it.

pub mod api;
pub mod form;
#[cfg(test)]
mod tests;

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::location::Url;

use self::{
    api::{DeclineInvitation, find_invited},
    form::AcceptForm,
};
use super::signin::SignOut;
use crate::{
    icon::Icon,
    model::{
        AppError, OrgRole,
        invitation::{Guest, Invited, OpenInvitation},
    },
    ui::{
        Control, Entry, EntryFrame, Failure, Field, Form, FormError, Obstacle, PageForm, PasswordField, Submit, TextField, Time, href,
        query, refused,
    },
};

/// The address of the page.
pub const PATH: &str = "/invite";

/// The page. It acts on a posted form alone: mail scanners follow every link.
#[component]
pub fn InvitePage() -> impl IntoView {
    let token = query().get("token").unwrap_or_default();
    let (failure, typed) = refused::<AcceptForm>();
    let refused = (failure, typed.and_then(|typed| typed.name).unwrap_or_default());
    let page = Suspend::new(async move { page_for(find_invited(token.clone()).await, token, refused) });
    view! { <Suspense>{page}</Suspense> }
}

fn page_for(invited: Result<Invited, AppError>, token: String, refused: (Option<AppError>, String)) -> AnyView {
    match invited {
        Ok(Invited::Open(invitation)) => view! { <Open invitation=*invitation token refused /> }.into_any(),
        Ok(Invited::SomebodyElse { email }) => view! { <SomebodyElse email /> }.into_any(),
        Err(AppError::NotFound) => view! { <Gone /> }.into_any(),
        Err(AppError::Conflict { message }) => view! { <Held text=message /> }.into_any(),
        Err(error) => view! {
            <EntryFrame>
                <Failure error />
            </EntryFrame>
        }
        .into_any(),
    }
}

/// One page for a wrong link, an old one, and one that was used: it tells nothing of any organization.
#[component]
fn Gone() -> impl IntoView {
    view! {
        <EntryFrame wide=true>
            <Obstacle
                code=410
                kind="invitation"
                icon="mail"
                title="This invitation is not valid any more"
                text="It was answered or taken back, a newer one was sent, or it is older than 7 days. Ask whoever invited you to send it again."
            >
                <a class="btn primary" href="/signin">
                    "Sign in"
                </a>
            </Obstacle>
        </EntryFrame>
    }
}

/// The link is right, and who sent it may not invite any more.
#[component]
fn Held(text: String) -> impl IntoView {
    view! {
        <EntryFrame wide=true>
            <Obstacle code=409 kind="invitation" icon="mail" title="This invitation does not hold now" text />
        </EntryFrame>
    }
}

#[component]
fn SomebodyElse(email: String) -> impl IntoView {
    let text = format!("It is for {email}, and another account is signed in here. Sign out, then open the link of the mail again.");
    view! {
        <EntryFrame wide=true>
            <Obstacle code=409 kind="another account" icon="user-round" title="This invitation is for somebody else" text>
                <form action=SignOut::PATH method="post">
                    <button type="submit" class="btn primary">
                        "Sign out"
                    </button>
                </form>
                <a class="btn" href="/">
                    "Go to the start"
                </a>
            </Obstacle>
        </EntryFrame>
    }
}

#[component]
fn Open(invitation: OpenInvitation, token: String, refused: (Option<AppError>, String)) -> impl IntoView {
    let lead = format!("{} invited you.", invitation.invited_by);
    let (failure, name) = refused;
    let here = href(PATH, &[("token", &token)]);
    let email = invitation.email.to_string();
    let answer = match invitation.guest {
        Guest::SignedOut => view! { <SignInFirst here /> }.into_any(),
        Guest::SignedIn => view! {
            <PageForm href=here failure>
                <FormError />
                <Submit label="Accept and join" class="btn primary block" />
            </PageForm>
        }
        .into_any(),
        Guest::New => view! {
            <PageForm href=here.clone() failure>
                <FormError fields=&["name", "password"] />
                <Address email />
                <TextField label="Name" name="name" value=name autocomplete="name" required=true autofocus=true />
                <PasswordField label="Password" name="password" autocomplete="new-password" hint="At least 12 characters" />
                <Submit label="Accept and join" class="btn primary block" />
            </PageForm>
        }
        .into_any(),
    };
    view! {
        <Entry title=format!("Join {}", invitation.org) lead>
            <section class="card entry-card" aria-label="Invitation">
                <Facts invitation />
                {answer}
                <Decline token />
            </section>
        </Entry>
    }
}

/// The address that is invited: shown, not chosen.
#[component]
fn Address(email: String) -> impl IntoView {
    let input = move |control: Control| {
        view! {
            <input
                class="input"
                type="email"
                id=control.id
                name=control.name
                value=email
                autocomplete="username"
                readonly
                aria-describedby=control.described_by
            />
        }
    };
    view! { <Field label="E-mail" name="email" hint="The invitation is for this address." children=input /> }
}

#[component]
fn Facts(invitation: OpenInvitation) -> impl IntoView {
    let (role, projects) = match invitation.role {
        OrgRole::Owner => ("Owner", None),
        OrgRole::Admin => ("Admin", None),
        OrgRole::Member => ("Member", Some(invitation.projects)),
    };
    let projects = projects.filter(|projects| !projects.is_empty()).map(|projects| {
        let tags = projects
            .into_iter()
            .map(|name| view! { <span class="tag">{name}</span> })
            .collect_view();
        view! {
            <div>
                <dt>"Projects"</dt>
                <dd>
                    <span class="tags">{tags}</span>
                </dd>
            </div>
        }
    });
    view! {
        <dl class="facts lines">
            <div>
                <dt>"Role"</dt>
                <dd>{role}</dd>
            </div>
            {projects}
            <div>
                <dt>"Invited"</dt>
                <dd>
                    <Time at=invitation.sent_at now=invitation.now />
                </dd>
            </div>
            <div>
                <dt>"Open until"</dt>
                <dd>
                    <Time at=invitation.expires_at now=invitation.now />
                </dd>
            </div>
        </dl>
    }
}

/// There is an account with this address: it accepts after signing in, and comes back here.
#[component]
fn SignInFirst(here: String) -> impl IntoView {
    view! {
        <p class="hint">"You have an account on this installation. Sign in to accept; you come back here."</p>
        <a class="btn primary block" href=format!("/signin?next={}", Url::escape(&here))>
            <Icon name="log-in" />
            "Sign in"
        </a>
    }
}

#[component]
fn Decline(token: String) -> impl IntoView {
    view! {
        <Form action=DeclineInvitation::PATH>
            <FormError />
            <input type="hidden" name="token" value=token />
            <Submit label="Decline" class="btn ghost block" />
        </Form>
    }
}
