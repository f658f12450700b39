use super::{PAGE, key, ports};
use crate::{
    model::{AppError, budget::SpendMark, limit::Level},
    pages::limits::api::SetBudget,
    testing::{Ports, assert_has, failed, member, owner, place, render},
};

#[tokio::test]
async fn budgets_show_what_is_spent_and_what_was_passed() {
    let (html, _) = render(&format!("{PAGE}?t=usd"), ports(owner())).await;
    assert_has(
        &html,
        &[
            "Acme Robotics",
            "$900.00",
            "spent: requests are refused",
            "$250.00",
            "$205.00",
            "82 % spent",
            "80 % passed",
            "50, 80 %",
            "warns only",
            "checkout-api",
            "$1.50",
            "Spent in Nov 2026",
            "1–1 of 1 keys",
            "data-live=\"project/",
        ],
    );
    let (html, _) = render(&format!("{PAGE}?t=usd&edit=project"), ports(member())).await;
    assert!(!html.contains("$900.00") && !html.contains("<dialog"));
    assert_has(&html, &["$250.00", "aria-describedby=\"why-locked\""]);
}

#[tokio::test]
async fn a_budget_of_a_later_page_is_edited_on_its_page() {
    let (html, _) = render(&format!("{PAGE}?t=usd&page=2"), ports(owner())).await;
    assert_has(&html, &["?t=usd&amp;page=2&amp;edit=key%5F"]);
    let (html, _) = render(&format!("{PAGE}?t=usd&page=2&edit={}", key()), ports(owner())).await;
    assert_has(&html, &["Monthly budget of checkout-api", "t=usd&amp;page=2&amp;done=budget"]);
    let (html, _) = render(&format!("{PAGE}?t=usd&page=2&history=1"), ports(owner())).await;
    assert_has(&html, &["1–50 of 60 changes", "?t=usd&amp;page=2&amp;history=2"]);
    assert!(!html.contains("?t=tpm&amp;page=2"), "the other tabs have no pages");
}

#[tokio::test]
async fn a_budget_is_edited_in_its_dialog_with_errors_beside_the_fields() {
    let (html, _) = render(&format!("{PAGE}?t=usd&edit=project"), ports(owner())).await;
    assert_has(
        &html,
        &[
            "Monthly budget of prod",
            "name=\"amount\"",
            "value=\"250\"",
            "value=\"50, 80\"",
            "name=\"scope\" value=\"project\"",
            "name=\"seen\" value=\"250000000; 50, 80; false\"",
            "This month has cost $205.00 so far.",
        ],
    );
    let error = AppError::field("amount", "Enter an amount.");
    let path = failed::<SetBudget>(&format!("{PAGE}?t=usd&edit={}", key()), error);
    let (html, _) = render(&path, ports(owner())).await;
    assert_has(
        &html,
        &["Monthly budget of checkout-api", "aria-invalid=\"true\"", ">Enter an amount.<"],
    );
}

#[tokio::test]
async fn a_passed_threshold_stands_at_the_top_of_every_page() {
    let mark = |level, percent, hard_stop| SpendMark { level, percent, hard_stop };
    let here = crate::model::place::Place {
        spend_marks: vec![mark(Level::Org, 80, true), mark(Level::Project, 100, true)],
        ..place(owner())
    };
    let ports = Ports {
        shell: Ports::at(here).shell,
        ..ports(owner())
    };
    let (html, _) = render(PAGE, ports).await;
    assert_has(
        &html,
        &[
            "80 % of the monthly budget of Acme Robotics is spent.",
            "The monthly budget of prod is spent: further requests are refused.",
            "href=\"/acme-robotics/prod/limits?t=usd\"",
        ],
    );
}
