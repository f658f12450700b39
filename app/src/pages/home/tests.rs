use std::sync::Arc;

use leptos::prelude::provide_context;

use crate::{
    model::{
        AppError,
        door::{Door, SignUpPolicy},
    },
    testing::{Ports, all_projects, owner, place, request},
};

#[tokio::test]
async fn the_start_leads_to_the_first_project() {
    let answer = request("/", Ports::at(place(owner()))).await;
    assert_eq!((answer.status, answer.location.as_deref()), (302, Some("/acme-robotics/prod/keys")));
}

#[tokio::test]
async fn somebody_without_a_project_is_told_whom_to_ask() {
    let answer = request("/", Ports::at(all_projects())).await;
    assert_eq!((answer.status, answer.location), (200, None));
    assert!(
        answer.html.contains("Ask an owner or admin of your organization"),
        "{}",
        answer.html
    );
    assert!(!answer.html.contains("/account/organization"), "nobody signs up here");
    let open = Ports {
        contexts: Some(Arc::new(|| {
            provide_context(Door {
                sign_up: SignUpPolicy::Open,
                contact: None,
            });
        })),
        ..Ports::at(all_projects())
    };
    let answer = request("/", open).await;
    assert!(answer.html.contains("href=\"/account/organization\""), "or makes one of their own");
}

#[tokio::test]
async fn signed_out_people_sign_in_and_come_back() {
    let ports = Ports::answering(Err(AppError::SignedOut));
    let answer = request("/acme-robotics/prod/keys?q=a%26b", ports.clone()).await;
    assert_eq!(
        (answer.status, answer.location.as_deref()),
        (302, Some("/signin?next=%2Facme%2Drobotics%2Fprod%2Fkeys%3Fq%3Da%2526b"))
    );
    assert_eq!(request("/", ports).await.location.as_deref(), Some("/signin?next=%2F"));
}

#[tokio::test]
async fn the_home_of_a_place_is_its_first_page() {
    let project = request("/acme-robotics/prod", Ports::at(place(owner()))).await;
    assert_eq!(project.location.as_deref(), Some("/acme-robotics/prod/keys"));
    let all = request("/acme-robotics/~", Ports::at(all_projects())).await;
    assert_eq!(all.location.as_deref(), Some("/acme-robotics/~/projects"));
}

#[tokio::test]
async fn unknown_and_hidden_places_look_the_same() {
    let hidden = request("/acme-robotics/prod/keys", Ports::answering(Err(AppError::NotFound))).await;
    let unknown = request("/no/such/page/here", Ports::default()).await;
    for answer in [hidden, unknown] {
        assert_eq!(answer.status, 404);
        assert!(answer.html.contains("There is nothing here"), "{}", answer.html);
    }
}

#[tokio::test]
async fn a_place_that_is_not_for_the_role_says_who_can_help() {
    let reason = "Only an owner or admin of the organization can do this.".to_owned();
    let answer = request("/acme-robotics/~/usage", Ports::answering(Err(AppError::Forbidden { reason }))).await;
    assert_eq!(answer.status, 403);
    assert!(
        answer.html.contains("Only an owner or admin of the organization can do this."),
        "{}",
        answer.html
    );
}
