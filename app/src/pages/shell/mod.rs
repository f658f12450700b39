//! The frame around every page of a place: top bar, side navigation, switcher, account menu.

mod api;

use leptos::prelude::*;
use leptos_router::{components::Outlet, hooks::use_params_map};

use self::api::find_place;
use crate::{model::place::Place, ui::Loaded};

/// Loads the place of the address and renders the page inside of it.
#[component]
pub fn Shell() -> impl IntoView {
    let params = use_params_map();
    let segment = move |name: &str| params.read().get(name).unwrap_or_default();
    let address = Memo::new(move |_| (segment("org"), segment("project")));
    let place = Resource::new_blocking(move || address.get(), |(org, project)| find_place(org, project));
    view! {
        <Loaded data=place let:place>
            <Frame place />
        </Loaded>
    }
}

#[component]
fn Frame(place: Place) -> impl IntoView {
    provide_context(place);
    view! {
        <div class="app">
            <main class="main" id="main" tabindex="-1">
                <Outlet />
            </main>
        </div>
    }
}
