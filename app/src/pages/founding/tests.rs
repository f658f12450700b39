use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    model::{AppError, Name, Slug, place::Home},
    pages::founding::form::FoundingForm,
    port::Founding,
    testing::{Ports, assert_has, owner, place, render, request},
};

const PAGE: &str = "/account/organization";

/// Lets the person make organizations, or says why not.
struct Fake(Result<(), AppError>);

#[async_trait]
impl Founding for Fake {
    async fn may_create_organization(&self) -> Result<(), AppError> {
        self.0.clone()
    }
    async fn create_organization(&self, _: Name, _: Slug) -> Result<Home, AppError> {
        Err(AppError::NotFound)
    }
}

fn ports(answer: Result<(), AppError>) -> Ports {
    Ports {
        founding: Some(Arc::new(Fake(answer))),
        ..Ports::at(place(owner()))
    }
}

#[tokio::test]
async fn the_form_asks_for_name_and_address() {
    let (html, status) = render(PAGE, ports(Ok(()))).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "action=\"/account/organization\" method=\"post\" data-enhanced",
            "name=\"name\"",
            "name=\"slug\"",
            "Create organization</button>",
        ],
    );
}

#[tokio::test]
async fn a_refusal_stands_where_it_belongs() {
    let taken = AppError::field("slug", "This address is taken. Choose another one.");
    let typed = FoundingForm {
        name: "Tern & \"Hollow\"".to_owned(),
        slug: "tern".to_owned(),
    };
    let (html, _) = render(PAGE, ports(Ok(())).refusing(taken, typed.clone())).await;
    assert_has(
        &html,
        &[
            "class=\"error\">This address is taken. Choose another one.</span>",
            "aria-invalid=\"true\"",
            "value=\"Tern &amp; &quot;Hollow&quot;\"",
            "value=\"tern\"",
        ],
    );
    let throttled = AppError::Throttled { retry_after_s: 60 };
    assert_eq!(html.matches(" autofocus").count(), 1, "{html}");
    let (html, _) = render(PAGE, ports(Ok(())).refusing(throttled, typed)).await;
    assert_has(&html, &["value=\"tern\"", "Too many attempts. Try again in 60 seconds."]);
}

#[tokio::test]
async fn who_is_signed_out_signs_in_first() {
    let answer = request(PAGE, ports(Err(AppError::SignedOut))).await;
    assert_eq!(answer.location.as_deref(), Some("/signin?next=%2Faccount%2Forganization"));
}

#[tokio::test]
async fn who_may_not_is_told_before_they_type() {
    let reason = "Only who owns an organization makes another one.".to_owned();
    let (html, status) = render(PAGE, ports(Err(AppError::Forbidden { reason }))).await;
    assert_eq!(status, 403);
    assert_has(&html, &["Only who owns an organization makes another one."]);
    assert!(!html.contains("name=\"slug\""));
}
