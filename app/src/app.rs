//! The application: its routes.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    ParamSegment, SsrMode, StaticSegment,
    components::{ParentRoute, Route, Router, Routes},
};

use crate::{
    islands::{Forms, LiveStream},
    pages::{
        account::AccountPage,
        audit::AuditPage,
        collaborators::CollaboratorsPage,
        entry::{ConfirmEmailPage, ForgotPage, NewAccountPage, ResetPage, SignUpPage},
        errors::NotFoundPage,
        founding::FoundingPage,
        home::{HomePage, PlaceHome},
        invite::InvitePage,
        keys::KeysPage,
        limits::LimitsPage,
        members::MembersPage,
        outbox::OutboxPage,
        places::PlacesPage,
        project::SettingsPage,
        projects::ProjectsPage,
        requests::RequestsPage,
        search::SearchPage,
        setup::SetupPage,
        shell::Shell,
        signin::SignInPage,
        usage::UsagePage,
    },
    ui::Toasts,
};

/// The page of the address. Links are ordinary ones: each page comes from the server, complete and with its status.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=StaticSegment("") view=HomePage ssr=SsrMode::Async />
                <Route path=StaticSegment("setup") view=SetupPage ssr=SsrMode::Async />
                <Route path=StaticSegment("signin") view=SignInPage ssr=SsrMode::Async />
                <Route path=StaticSegment("search") view=SearchPage ssr=SsrMode::Async />
                <Route path=(StaticSegment("account"), StaticSegment("places")) view=PlacesPage ssr=SsrMode::Async />
                <Route path=(StaticSegment("account"), StaticSegment("organization")) view=FoundingPage ssr=SsrMode::Async />
                <Route path=StaticSegment("invite") view=InvitePage ssr=SsrMode::Async />
                <Route path=StaticSegment("account") view=AccountPage ssr=SsrMode::Async />
                <Route path=(StaticSegment("signin"), StaticSegment("forgot")) view=ForgotPage ssr=SsrMode::Async />
                <Route path=(StaticSegment("signin"), StaticSegment("reset")) view=ResetPage ssr=SsrMode::Async />
                <Route path=StaticSegment("signup") view=SignUpPage ssr=SsrMode::Async />
                <Route path=(StaticSegment("signup"), StaticSegment("account")) view=NewAccountPage ssr=SsrMode::Async />
                <Route path=(StaticSegment("account"), StaticSegment("email")) view=ConfirmEmailPage ssr=SsrMode::Async />
                <Route path=(StaticSegment("operator"), StaticSegment("outbox")) view=OutboxPage ssr=SsrMode::Async />
                <ParentRoute path=(ParamSegment("org"), ParamSegment("project")) view=Shell ssr=SsrMode::Async>
                    <Route path=StaticSegment("") view=PlaceHome ssr=SsrMode::Async />
                    <Route path=StaticSegment("keys") view=KeysPage ssr=SsrMode::Async />
                    <Route path=StaticSegment("limits") view=LimitsPage ssr=SsrMode::Async />
                    <Route path=StaticSegment("usage") view=UsagePage ssr=SsrMode::Async />
                    <Route path=StaticSegment("requests") view=RequestsPage ssr=SsrMode::Async />
                    <Route path=StaticSegment("audit") view=AuditPage ssr=SsrMode::Async />
                    <Route path=(StaticSegment("settings"), StaticSegment("collaborators")) view=CollaboratorsPage ssr=SsrMode::Async />
                    <Route path=StaticSegment("projects") view=ProjectsPage ssr=SsrMode::Async />
                    <Route path=StaticSegment("members") view=MembersPage ssr=SsrMode::Async />
                    <Route path=StaticSegment("settings") view=SettingsPage ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
            <Toasts />
        </Router>
        <Forms />
        <LiveStream />
    }
}
