use crate::{
    model::AppError,
    pages::founding::api::CreateOrganization,
    testing::{Ports, assert_has, failed, owner, place, render, request},
};

const PAGE: &str = "/account/organization";

#[tokio::test]
async fn the_form_asks_for_name_and_address() {
    let (html, status) = render(PAGE, Ports::at(place(owner()))).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "action=\"/api/org/create\"",
            "name=\"name\"",
            "name=\"slug\"",
            "Create organization</button>",
        ],
    );
}

#[tokio::test]
async fn a_refusal_stands_where_it_belongs() {
    let taken = AppError::field("slug", "This address is taken. Choose another one.");
    let (html, _) = render(&failed::<CreateOrganization>(PAGE, taken), Ports::at(place(owner()))).await;
    assert_has(
        &html,
        &[
            "class=\"error\">This address is taken. Choose another one.</span>",
            "aria-invalid=\"true\"",
        ],
    );
    let throttled = AppError::Throttled { retry_after_s: 60 };
    let (html, _) = render(&failed::<CreateOrganization>(PAGE, throttled), Ports::at(place(owner()))).await;
    assert_has(&html, &["Too many attempts. Try again in 60 seconds."]);
}

#[tokio::test]
async fn who_is_signed_out_signs_in_first() {
    let answer = request(PAGE, Ports::answering(Err(AppError::SignedOut))).await;
    assert_eq!(answer.location.as_deref(), Some("/signin?next=%2Faccount%2Forganization"));
}
