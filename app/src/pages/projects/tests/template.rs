use super::*;
use crate::pages::projects::{TemplateOutcome, form::TemplateForm};

const DIALOG: &str = "/acme-robotics/~/projects?template=1";

fn form(names: &str, models: &[&str]) -> TemplateForm {
    TemplateForm {
        template: "customer".to_owned(),
        names: names.to_owned(),
        models: models.iter().map(|model| (*model).to_owned()).collect(),
        ..TemplateForm::default()
    }
}

/// The page as the answer to the form.
fn answered(outcome: TemplateOutcome) -> Ports {
    Ports {
        contexts: Some(Arc::new(move || leptos::prelude::provide_context(outcome.clone()))),
        ..ports(None)
    }
}

#[tokio::test]
async fn the_form_offers_four_templates_and_ticks_all_models_of_the_plan() {
    let (html, status) = render(DIALOG, ports(None)).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "Create projects from a template",
            "action=\"/acme-robotics/~/projects?template=1\"",
            "value=\"environment\" checked",
            "By team",
            "By workload",
            "By customer",
            "<textarea",
            "at most 20",
            ">Preview<",
        ],
    );
    assert_eq!(html.matches("name=\"models[]\"").count(), 2);
    assert_eq!(html.matches("autocomplete=\"off\" checked").count(), 2, "{html}");
    assert!(!html.contains("value=\"create\""), "nothing is made before it was shown");
    let (html, _) = render(&format!("{PAGE}?new=1"), ports(None)).await;
    assert_eq!(html.matches("name=\"models[]\"").count(), 2, "one project has models, too");
}

#[tokio::test]
async fn the_preview_lists_what_will_be_made_and_posts_exactly_that() {
    let form = form("Globex\nInitech", &["bailiwick/echo"]);
    let planned = expand(&form.parse().expect("valid")).expect("valid");
    let (html, _) = render(DIALOG, answered(TemplateOutcome::Planned(planned, form))).await;
    assert_has(
        &html,
        &[
            "Create 2 projects?",
            "Globex",
            "/acme-robotics/initech",
            "Customer: Globex",
            "production",
            "name=\"template\" value=\"customer\"",
            "name=\"names\" value=\"Globex\nInitech\"",
            "name=\"models[]\" value=\"bailiwick/echo\"",
            "name=\"step\" value=\"edit\"",
            "name=\"step\" value=\"create\"",
        ],
    );
    assert!(!html.contains("<textarea"));
}

#[tokio::test]
async fn what_was_typed_stays_when_it_is_refused_and_on_the_way_back() {
    let typed = form("Globex\nGlobex", &["bailiwick/embed"]);
    let error = expand(&typed.parse().expect("valid")).expect_err("twice");
    for outcome in [TemplateOutcome::Refused(error, typed.clone()), TemplateOutcome::Back(typed)] {
        let refused = matches!(outcome, TemplateOutcome::Refused(..));
        // Also at the bare address.
        let (html, _) = render(PAGE, answered(outcome)).await;
        assert_has(&html, &["Globex\nGlobex</textarea>", "value=\"customer\" checked"]);
        assert_eq!(html.matches("autocomplete=\"off\" checked").count(), 1, "{html}");
        assert_eq!(html.contains("Line 2: This is the address globex again"), refused);
        assert_eq!(html.contains("aria-invalid=\"true\""), refused);
    }
}

#[tokio::test]
async fn early_access_refuses_templates_with_the_reason() {
    let held_back = "Several projects are in early access. Ask platform@acme.example for more.";
    let (html, _) = render(DIALOG, at(all_projects(), None, Some(held_back))).await;
    assert_eq!(html.matches(held_back).count(), 2, "on the page and in the dialog");
    assert!(!html.contains("<textarea"));
}

#[tokio::test]
async fn a_role_without_the_right_gets_no_form() {
    let all = Place {
        standing: member(),
        ..all_projects()
    };
    let (html, _) = render(DIALOG, at(all, None, None)).await;
    assert!(!html.contains("<dialog"));
}
