//! The console: pages, components and typed models, shared by the WASM client and the server.
//! It knows nothing of SQL or axum; what a page needs from the server is a trait in [`port`].

#![recursion_limit = "256"]

pub mod model;
pub mod pages;
pub mod policy;
#[cfg(feature = "ssr")]
pub mod port;
#[cfg(all(test, feature = "ssr"))]
pub mod testing;
pub mod ui;

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    ParamSegment, SsrMode, StaticSegment,
    components::{ParentRoute, Route, Router, Routes},
};

use pages::{
    audit::AuditPage,
    errors::NotFoundPage,
    home::{HomePage, PlaceHome},
    keys::KeysPage,
    limits::LimitsPage,
    projects::ProjectsPage,
    setup::SetupPage,
    shell::Shell,
    signin::SignInPage,
    usage::UsagePage,
};
pub use ui::{Assets, Client, shell};
use ui::{Sprite, Theme, Toaster, Toasts};

/// The application: contexts, and the routes.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let icons = SharedValue::new(|| use_context::<Assets>().unwrap_or_default().icons).into_inner();
    provide_context(Sprite(StoredValue::new(icons)));
    let theme = SharedValue::new(|| use_context::<Theme>().unwrap_or_default()).into_inner();
    provide_context(theme);
    provide_context(Toaster::new());
    view! {
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=StaticSegment("") view=HomePage ssr=SsrMode::Async />
                <Route path=StaticSegment("setup") view=SetupPage ssr=SsrMode::Async />
                <Route path=StaticSegment("signin") view=SignInPage ssr=SsrMode::Async />
                <ParentRoute path=(ParamSegment("org"), ParamSegment("project")) view=Shell ssr=SsrMode::Async>
                    <Route path=StaticSegment("") view=PlaceHome ssr=SsrMode::Async />
                    <Route path=StaticSegment("keys") view=KeysPage ssr=SsrMode::Async />
                    <Route path=StaticSegment("limits") view=LimitsPage ssr=SsrMode::Async />
                    <Route path=StaticSegment("usage") view=UsagePage ssr=SsrMode::Async />
                    <Route path=StaticSegment("audit") view=AuditPage ssr=SsrMode::Async />
                    <Route path=StaticSegment("projects") view=ProjectsPage ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
            <Toasts />
        </Router>
    }
}
