//! The account menu: who is signed in, the theme, sign out.

use leptos::{form::ActionForm, prelude::*};

use crate::{
    pages::signin::SignOut,
    ui::{Icon, Theme, use_place},
};

/// The button at the top right, with its menu.
#[component]
pub fn AccountMenu() -> impl IntoView {
    let viewer = use_place().viewer;
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
            </div>
            <ThemeForm />
            <SignOutForm />
        </div>
    }
}

/// A plain form: the server keeps the choice in a cookie and returns to this page.
#[component]
fn ThemeForm() -> impl IntoView {
    let current = use_context::<Theme>().unwrap_or_default();
    let buttons = Theme::ALL
        .into_iter()
        .map(|theme| {
            let label = match theme {
                Theme::System => "System",
                Theme::Light => "Light",
                Theme::Dark => "Dark",
            };
            let pressed = if theme == current { "true" } else { "false" };
            view! {
                <button type="submit" name="theme" value=theme.as_str() aria-pressed=pressed>
                    {label}
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
    let sign_out = ServerAction::<SignOut>::new();
    view! {
        <ActionForm action=sign_out>
            <div class="menu">
                <button type="submit">
                    <Icon name="log-out" />
                    <span class="label">"Sign out"</span>
                </button>
            </div>
        </ActionForm>
    }
}
