//! The account menu: who is signed in, the theme, sign out.

use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    icon::Icon,
    model::{
        place::Viewer,
        preferences::{Preferences, Theme},
    },
    pages::{account, signin::SignOut},
};

/// The button at the top right, with its menu.
#[component]
pub fn AccountMenu(viewer: Viewer) -> impl IntoView {
    let label = format!("Account: {}", viewer.name);
    view! {
        <button type="button" class="btn ghost icon-only" popovertarget="account" aria-haspopup="dialog" aria-label=label>
            <Icon name="circle-user-round" />
        </button>
        <div id="account" popover="auto" class="pop account" role="dialog" aria-label="Account">
            <div class="menu">
                <div class="group">
                    {viewer.name.to_string()}
                    <span class="end">{viewer.email.to_string()}</span>
                </div>
                <a href=account::PATH>
                    <Icon name="user-round" />
                    <span class="label">"Your account"</span>
                </a>
            </div>
            <ThemeForm />
            <SignOutForm />
        </div>
    }
}

/// A plain form: the server keeps the choice and returns to this page.
#[component]
fn ThemeForm() -> impl IntoView {
    let current = use_context::<Preferences>().unwrap_or_default().theme;
    let buttons = Theme::ALL
        .into_iter()
        .map(|theme| {
            let pressed = if theme == current { "true" } else { "false" };
            view! {
                <button type="submit" name="theme" value=theme.as_str() aria-pressed=pressed>
                    {theme.label()}
                </button>
            }
        })
        .collect_view();
    view! {
        <form method="post" action="/prefs/theme">
            <div class="segmented" role="group" aria-label="Theme">
                {buttons}
            </div>
        </form>
    }
}

#[component]
fn SignOutForm() -> impl IntoView {
    view! {
        <form action=SignOut::PATH method="post">
            <div class="menu">
                <button type="submit">
                    <Icon name="log-out" />
                    <span class="label">"Sign out"</span>
                </button>
            </div>
        </form>
    }
}
