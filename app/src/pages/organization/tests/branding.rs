use super::*;
use crate::{
    pages::organization::{RefusedLogo, form::ColourForm},
    testing::place,
};

fn branded() -> Branding {
    Branding {
        colour: Some("#1f6feb".parse().unwrap()),
        logo: Some("ab".repeat(32)),
    }
}

#[tokio::test]
async fn the_samples_show_both_schemes_and_the_logo_can_be_removed() {
    let with = OrgSettings {
        branding: branded(),
        ..settings()
    };
    let (html, _) = render(PAGE, ports(Ok(with))).await;
    assert_has(
        &html,
        &[
            "class=\"brand-sample light\"",
            "class=\"brand-sample dark\"",
            "value=\"#1f6feb\"",
            "src=\"/acme-robotics/branding.logo?v=abababababababab\"",
            "enctype=\"multipart/form-data\"",
            "action=\"/api/organization/remove-logo\"",
        ],
    );
    assert!(!html.contains("style="), "no inline style");
    let (html, _) = render(PAGE, ports(Ok(settings()))).await;
    assert!(
        !html.contains("remove-logo") && !html.contains("branding.logo"),
        "there is none yet"
    );
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field() {
    let error = AppError::field("colour", "Enter a colour");
    let typed = ColourForm {
        colour: "\"red".to_owned(),
    };
    let (html, _) = render(&format!("{PAGE}?save=colour"), ports(Ok(settings())).refusing(error, typed)).await;
    assert_has(
        &html,
        &[
            "action=\"/acme-robotics/~/settings?save=colour\" method=\"post\" data-enhanced",
            "value=\"&quot;red\"",
        ],
    );
    assert_eq!(html.matches(">Enter a colour<").count(), 1, "{html}");
    let refused = RefusedLogo(AppError::field("logo", "This SVG holds the element script"));
    let ports = Ports {
        contexts: Some(Arc::new(move || leptos::prelude::provide_context(refused.clone()))),
        ..ports(Ok(settings()))
    };
    let (html, _) = render(PAGE, ports).await;
    assert_eq!(html.matches(">This SVG holds the element script<").count(), 1, "{html}");
    assert_eq!(html.matches("aria-invalid=\"true\"").count(), 1, "{html}");
}

#[tokio::test]
async fn every_page_of_a_branded_organization_links_its_colour_and_logo() {
    let place = Place {
        branding: branded(),
        ..place(crate::testing::owner())
    };
    let (html, _) = render("/acme-robotics/prod/keys", Ports::at(place)).await;
    let (head, body) = html.split_once("<body").expect("a document");
    assert!(head.contains("href=\"/acme-robotics/branding.css?v=1f6feb\""), "{head}");
    assert_has(body, &["brandmark logo", "/acme-robotics/branding.logo?v=abababababababab"]);
    let (html, _) = render(
        "/acme-robotics/prod/keys",
        Ports::at(crate::testing::place(crate::testing::owner())),
    )
    .await;
    assert!(!html.contains("branding."));
}
