//! The role of a person in a list: chosen, or locked with the reason.

use leptos::prelude::*;

/// The name of a role, as a control shows it.
pub trait RoleLabel {
    fn label(self) -> &'static str;
}

impl RoleLabel for crate::model::OrgRole {
    fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Admin => "Admin",
            Self::Member => "Member",
        }
    }
}

impl RoleLabel for crate::model::ProjectRole {
    fn label(self) -> &'static str {
        match self {
            Self::Admin => "Admin",
            Self::Member => "Member",
        }
    }
}

/// A role that does not change here, and why.
#[component]
pub fn LockedRole(#[prop(into)] account: String, #[prop(into)] name: String, role: &'static str, reason: &'static str) -> impl IntoView {
    let why = format!("why-{account}");
    view! {
        <select class="select sm" aria-label=format!("Role of {name}") title=reason aria-describedby=why.clone() disabled>
            <option>{role}</option>
        </select>
        <span class="sr-only" id=why>
            {reason}
        </span>
    }
}

/// The field `role` of a form and the button that sends it. Each choice is a value with its label.
#[component]
pub fn RoleChoice(#[prop(into)] name: String, choices: Vec<(&'static str, &'static str)>, current: &'static str) -> impl IntoView {
    let options = choices
        .into_iter()
        .map(|(value, label)| view! { <option value=value selected=value == current>{label}</option> })
        .collect_view();
    view! {
        <span class="role">
            <select class="select sm" name="role" aria-label=format!("Role of {name}") autocomplete="off">
                {options}
            </select>
            <button type="submit" class="btn sm" aria-label=format!("Change the role of {name}")>
                "Change"
            </button>
        </span>
    }
}
