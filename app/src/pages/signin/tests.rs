use crate::testing::{Ports, render};

#[tokio::test]
async fn the_form_works_without_script_and_keeps_the_way_back() {
    let (html, status) = render("/signin?next=%2Facme%2Fprod%2Faudit", Ports::default()).await;
    assert_eq!(status, 200);
    for part in [
        "action=\"/api/identity/sign_in\" method=\"post\"",
        "name=\"next\" value=\"/acme/prod/audit\"",
        "prod · Audit Logs",
        "<label for=\"f-email\">E-mail</label>",
        "autocomplete=\"current-password\"",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
    assert!(!html.contains("Show password"), "a control that needs script is there without it");
}

#[tokio::test]
async fn an_error_that_came_back_stands_beside_its_field() {
    // {"kind":"invalid","fields":[{"field":"email","message":"Enter your e-mail address."}]} in URL-safe base 64.
    let error = "eyJraW5kIjoiaW52YWxpZCIsImZpZWxkcyI6W3siZmllbGQiOiJlbWFpbCIsIm1lc3NhZ2UiOiJFbnRlciB5b3VyIGUtbWFpbCBhZGRyZXNzLiJ9XX0=";
    let path = format!("/signin?__path=%2Fapi%2Fidentity%2Fsign_in&__err={error}");
    let (html, _) = render(&path, Ports::default()).await;
    assert!(html.contains("aria-describedby=\"f-email-error\" aria-invalid=\"true\""), "{html}");
    assert_eq!(html.matches("Enter your e-mail address.").count(), 1, "{html}");
}
