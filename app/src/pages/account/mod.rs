//! `/account`: the person's own name, password, sessions and organizations. It needs no project.

mod agent;
pub mod api;
pub mod form;
mod orgs;
mod sessions;
#[cfg(test)]
mod tests;

use leptos::{prelude::*, server_fn::ServerFn};

use self::{
    api::{ChangePassword, EndSession, SignOutEverywhere, find_account},
    form::{EMAIL, EmailForm, ProfileForm, SAVE},
    orgs::{LeaveDialog, OrgCard},
    sessions::SessionCard,
};
use super::shell::AccountMenu;
use crate::{
    icon::{Icon, Logo},
    model::{
        account::Account,
        place::Viewer,
        preferences::{Density, Preferences, Theme},
        zone::Zone,
    },
    ui::{
        Alert, Card, Form, FormError, Loaded, PageForm, PageHead, PasswordField, SelectField, Submit, TextField, failure, href, once,
        query, refused,
    },
};

/// The address of the page.
pub const PATH: &str = "/account";

/// The page, in a frame without any place.
#[component]
pub fn AccountPage() -> impl IntoView {
    let account = once(find_account());
    let viewer = account.clone();
    let bar = Suspend::new(async move { viewer.await.ok().map(|account| view! { <TopBar viewer=account.viewer /> }) });
    view! {
        <a class="skip" href="#main">
            "Skip to content"
        </a>
        <div class="app plain">
            <Suspense>{bar}</Suspense>
            <main class="main" id="main" tabindex="-1">
                <Loaded data=account let:account>
                    <Body account />
                </Loaded>
            </main>
        </div>
    }
}

#[component]
fn TopBar(viewer: Viewer) -> impl IntoView {
    view! {
        <header class="topbar">
            <a class="btn ghost icon-only" href="/" aria-label="Home">
                <Logo />
            </a>
            <a class="btn ghost" href="/">
                <Icon name="chevron-left" />
                "Back to the console"
            </a>
            <span class="spacer"></span>
            <AccountMenu viewer />
        </header>
    }
}

#[component]
fn Body(account: Account) -> impl IntoView {
    let Account {
        viewer,
        preferences,
        sessions,
        orgs,
        now,
    } = account;
    let leaving = query().get("leave").map(|id| view! { <LeaveDialog id /> });
    let failed = failure(EndSession::PATH).or_else(|| failure(SignOutEverywhere::PATH));
    view! {
        <PageHead title="Account" lead="What concerns you alone: it is the same in all of your organizations and projects." />
        <Alert error=failed />
        <div class="pair">
            <ProfileCard viewer=viewer.clone() preferences />
            <EmailCard viewer=viewer.clone() />
            <PasswordCard viewer />
        </div>
        <SessionCard sessions now />
        <OrgCard orgs />
        {leaving}
    }
}

/// One form for the name and for how the person sees the console.
#[component]
fn ProfileCard(viewer: Viewer, preferences: Preferences) -> impl IntoView {
    let (failure, typed) = refused::<ProfileForm>();
    let mut zones = Zone::offered();
    // An old name that was chosen elsewhere stays as it is.
    if !zones.iter().any(|name| name == preferences.zone.as_str()) {
        zones.push(preferences.zone.to_string());
    }
    let typed = typed.unwrap_or_else(|| ProfileForm::new(&viewer.name, &preferences));
    let zones = zones.into_iter().map(|name| (name.clone(), name)).collect();
    let themes = Theme::ALL
        .map(|theme| (theme.as_str().to_owned(), theme.label().to_owned()))
        .to_vec();
    let densities = Density::ALL
        .map(|density| (density.as_str().to_owned(), density.label().to_owned()))
        .to_vec();
    view! {
        <Card id="profile" title="Profile">
            <div class="body">
                <PageForm href=PATH failure enhanced=true>
                    <FormError fields=&["name", "zone", "theme", "density"] />
                    <TextField label="Name" name="name" value=typed.name autocomplete="name" required=true />
                    <SelectField
                        label="Time zone"
                        name="zone"
                        options=zones
                        selected=typed.zone
                        hint="Times on all pages are shown in it. Days and months of usage and budgets are in UTC."
                    />
                    <SelectField label="Theme" name="theme" options=themes selected=typed.theme />
                    <SelectField label="Density" name="density" options=densities selected=typed.density />
                    <Submit label="Save profile" />
                </PageForm>
            </div>
        </Card>
    }
}

/// The address changes when the link that is mailed there is confirmed.
#[component]
fn EmailCard(viewer: Viewer) -> impl IntoView {
    let (failure, typed) = refused::<EmailForm>();
    view! {
        <Card id="e-mail" title="E-mail">
            <div class="body">
                <PageForm href=href(PATH, &[(SAVE, EMAIL)]) failure enhanced=true>
                    <FormError fields=&["email", "password"] />
                    <p>"You sign in as " <strong>{viewer.email.to_string()}</strong></p>
                    <TextField
                        label="New address"
                        name="email"
                        kind="email"
                        value=typed.unwrap_or_default().email
                        hint="You get a mail there, and confirm it. The old address is told."
                        autocomplete="email"
                        required=true
                    />
                    <PasswordField label="Your password" name="password" autocomplete="current-password" />
                    <Submit label="Change address" />
                </PageForm>
            </div>
        </Card>
    }
}

/// With the address in a field that nobody sees, so that a password manager knows whose password changes.
#[component]
fn PasswordCard(viewer: Viewer) -> impl IntoView {
    view! {
        <Card id="password" title="Password">
            <div class="body">
                <Form action=ChangePassword::PATH>
                    <FormError fields=&["current", "new"] />
                    <input type="email" name="username" value=viewer.email.to_string() autocomplete="username" readonly hidden />
                    <PasswordField label="Current password" name="current" autocomplete="current-password" />
                    <PasswordField
                        label="New password"
                        name="new"
                        autocomplete="new-password"
                        hint="At least 12 characters. All your other sessions end."
                    />
                    <Submit label="Change password" />
                </Form>
            </div>
        </Card>
    }
}
