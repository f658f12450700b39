use std::sync::Arc;

use leptos::prelude::provide_context;

use crate::{
    model::{
        place::{Place, ProjectRef},
        preferences::{Density, Preferences, Theme},
    },
    testing::{Ports, all_projects, assert_has, member, owner, place, project, render},
    ui::SingleKeys,
};

#[tokio::test]
async fn the_frame_names_place_and_person_even_when_its_page_fails() {
    let (html, status) = render("/acme-robotics/prod/limits", Ports::at(place(owner()))).await;
    assert_eq!(status, 500, "no port for the limits is provided");
    for part in [
        "Acme Robotics",
        "ada.osei@acme.example",
        "href=\"/acme-robotics/prod/limits\" aria-current=\"page\"",
        "href=\"/acme-robotics/~/projects?new=1\"",
        "href=\"#main\"",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
}

#[tokio::test]
async fn the_ways_elsewhere_work_without_script_and_hold_no_list() {
    let (html, _) = render("/acme-robotics/~/usage", Ports::at(all_projects())).await;
    assert_has(
        &html,
        &[
            "action=\"/account/places\"",
            "href=\"/account/places?from=%2Facme%2Drobotics%2F%7E%2Fusage\"",
            "href=\"/account/organization\"",
            "action=\"/search\"",
            "href=\"/search?from=%2Facme%2Drobotics%2F%7E%2Fusage\"",
        ],
    );
    assert!(!html.contains("/acme-robotics/prod/usage"), "{html}");
}

#[tokio::test]
async fn the_help_lists_the_pages_of_the_role_and_letters_can_be_turned_off() {
    let (html, _) = render("/acme-robotics/prod/limits", Ports::at(place(member()))).await;
    assert_has(
        &html,
        &[
            "<dd>Request log</dd>",
            "data-go=\"r\"",
            "value=\"on\" aria-pressed=\"true\"",
            "data-component=\"Shortcuts_",
        ],
    );
    assert!(!html.contains("<dd>Audit Logs</dd>"), "{html}");
    let ports = Ports {
        contexts: Some(Arc::new(|| provide_context(SingleKeys(false)))),
        ..Ports::at(place(member()))
    };
    let (html, _) = render("/acme-robotics/prod/limits", ports).await;
    assert_has(&html, &["value=\"off\" aria-pressed=\"true\"", "data-component=\"Palette_"]);
    assert!(!html.contains("data-component=\"Shortcuts_"), "{html}");
}

#[tokio::test]
async fn members_are_not_offered_what_is_not_for_them() {
    let (html, _) = render("/acme-robotics/prod/limits", Ports::at(place(member()))).await;
    for hidden in ["Audit Logs", "All projects", "Create project", "/~/"] {
        assert!(!html.contains(hidden), "{hidden} is shown in {html}");
    }
}

#[tokio::test]
async fn theme_and_density_are_in_the_first_byte() {
    let ports = Ports {
        preferences: Preferences {
            theme: Theme::Dark,
            density: Density::Compact,
            ..Preferences::default()
        },
        ..Ports::at(place(owner()))
    };
    let (html, _) = render("/acme-robotics/prod/limits", ports).await;
    assert!(
        html.contains("<html lang=\"en\" data-theme=\"dark\" data-density=\"compact\""),
        "{html}"
    );
    assert!(html.contains("value=\"dark\" aria-pressed=\"true\""), "{html}");
}

#[tokio::test]
async fn an_archived_project_says_so() {
    let archived = Place {
        project: Some(ProjectRef {
            archived: true,
            ..project()
        }),
        ..place(owner())
    };
    let (html, _) = render("/acme-robotics/prod/limits", Ports::at(archived)).await;
    assert!(html.contains("This project is archived"), "{html}");
}

#[tokio::test]
async fn pages_have_no_inline_style_or_handler() {
    let (html, _) = render("/acme-robotics/prod/limits", Ports::at(place(owner()))).await;
    for forbidden in [" style=", " onclick=", " onload=", "javascript:"] {
        assert!(!html.contains(forbidden), "{forbidden} in {html}");
    }
}

#[tokio::test]
async fn a_notice_is_one_of_a_closed_set() {
    let page = async |query: &str| {
        render(&format!("/acme-robotics/prod/limits?{query}"), Ports::at(place(owner())))
            .await
            .0
    };
    let html = page("done=limits-saved").await;
    assert!(
        html.contains("<span>Limits saved. They hold from the next request on.</span>"),
        "{html}"
    );
    let html = page("done=Call+this+number").await;
    assert!(!html.contains("Call this number") && !html.contains("class=\"toast\""), "{html}");
}

#[tokio::test]
async fn nothing_that_a_page_has_loaded_is_sent_as_data_again() {
    let (html, _) = render("/acme-robotics/prod/limits", Ports::at(place(owner()))).await;
    assert!(!html.contains("{\\\"viewer") && !html.contains("{\"viewer"), "{html}");
}
