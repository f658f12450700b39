use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    model::{
        AppError,
        place::{Home, SetupState},
    },
    port::{Identity, Setup},
    testing::{Ports, render},
};

/// Only the set-up state is asked for when the page is rendered.
struct State(SetupState);

#[async_trait]
impl Identity for State {
    async fn setup_state(&self, token: &str) -> Result<SetupState, AppError> {
        assert_eq!(token, "one-time");
        Ok(self.0)
    }
    async fn set_up(&self, _setup: Setup) -> Result<Home, AppError> {
        Err(AppError::Internal)
    }
    async fn sign_in(&self, _email: &str, _password: &str) -> Result<(), AppError> {
        Err(AppError::Internal)
    }
    async fn sign_out(&self) -> Result<(), AppError> {
        Err(AppError::Internal)
    }
}

async fn page(state: SetupState) -> (String, u16) {
    let ports = Ports {
        identity: Some(Arc::new(State(state))),
        ..Ports::default()
    };
    render("/setup?token=one-time", ports).await
}

#[tokio::test]
async fn the_right_link_shows_the_form_and_carries_its_token() {
    let (html, status) = page(SetupState::Open).await;
    assert_eq!(status, 200);
    for part in [
        "action=\"/api/identity/set_up\" method=\"post\"",
        "name=\"token\" value=\"one-time\"",
        "autocomplete=\"new-password\"",
        "<label for=\"f-slug\">Address</label>",
        "At least 12 characters",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
}

#[tokio::test]
async fn an_old_link_says_where_the_new_one_is() {
    let (html, status) = page(SetupState::WrongLink).await;
    assert_eq!(status, 403);
    assert!(
        html.contains("This link is not valid any more") && !html.contains("<form"),
        "{html}"
    );
}

#[tokio::test]
async fn a_finished_set_up_leads_to_sign_in() {
    let (html, status) = page(SetupState::Done).await;
    assert_eq!(status, 410);
    assert!(html.contains("href=\"/signin\"") && !html.contains("<form"), "{html}");
}
