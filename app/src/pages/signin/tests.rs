use super::form::SignInForm;
use crate::{
    model::AppError,
    testing::{Ports, assert_has, focused, render},
};

#[tokio::test]
async fn the_form_works_without_script_and_keeps_the_way_back() {
    let (html, status) = render("/signin?next=%2Facme%2Fprod%2Faudit", Ports::default()).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "action=\"/signin?next=%2Facme%2Fprod%2Faudit\" method=\"post\" data-enhanced",
            "prod · Audit Logs",
            "<label for=\"f-email\">E-mail</label>",
            "autocomplete=\"current-password\"",
        ],
    );
    assert!(!html.contains("Show password"), "a control that needs script is there without it");
}

#[tokio::test]
async fn a_refusal_stands_beside_its_field_and_keeps_the_address_alone() {
    let typed = SignInForm {
        email: "ada\"@acme.example".to_owned(),
        password: "quiet river".to_owned(),
    };
    let error = AppError::field("password", "The e-mail address or the password is wrong.");
    let (html, _) = render("/signin?next=%2Facme%2Fprod%2Faudit", Ports::default().refusing(error, typed)).await;
    assert_has(
        &html,
        &["value=\"ada&quot;@acme.example\"", "prod · Audit Logs", "aria-invalid=\"true\""],
    );
    assert_eq!(html.matches("The e-mail address or the password is wrong.").count(), 1, "{html}");
    assert_eq!(focused(&html), 1, "{html}");
    assert!(!html.contains("quiet river"), "a password is never handed back");
}
