//! The dialog that edits limits, and its preview.

use super::*;

#[tokio::test]
async fn the_dialog_shows_all_windows_and_their_ceilings() {
    let (html, _) = render(&format!("{PAGE}?edit=*"), ports(owner())).await;
    assert_has(
        &html,
        &[
            "Limits of prod",
            "At most 1,000,000",
            "value=\"700000\"",
            "The organization has no limit here.",
            "name=\"model\" value=\"*\"",
            "name=\"seen\" value=\"700000,,,,95000000,\"",
        ],
    );
    for rate in Rate::ALL {
        assert_has(&html, &[&format!("name=\"{}\"", rate.field()), rate.label()]);
    }
}

#[tokio::test]
async fn a_ceiling_that_is_passed_is_named_beside_its_field() {
    let error = AppError::field("tokens_per_minute", "The organization allows at most 500,000 tokens per minute.");
    let path = failed::<SetLimits>(&format!("{PAGE}?edit=bailiwick/echo"), error);
    let (html, _) = render(&path, ports(owner())).await;
    assert_has(&html, &["<dialog open", "aria-invalid=\"true\""]);
    let shown = html.matches(">The organization allows at most 500,000 tokens per minute.<").count();
    assert_eq!(shown, 1);
}

#[tokio::test]
async fn a_preview_shows_the_difference_and_keeps_what_was_typed() {
    let query = "?t=tpm&model=*&tokens_per_minute=400000&tokens_per_hour=1000&preview=1";
    let (html, status) = render(&format!("{PAGE}{query}"), ports(owner())).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "<del>250,000</del>",
            "<ins>400,000</ins>",
            "refused 63,870 requests",
            "41,208 of them would have fitted",
            "value=\"400000\"",
            "Tokens per minute can never be reached: the limit of tokens per hour is lower.",
            "formmethod=\"get\"",
        ],
    );
}

#[tokio::test]
async fn a_preview_names_what_is_wrong_before_anything_is_saved() {
    let (html, _) = render(&format!("{PAGE}?model=*&tokens_per_minute=many&preview=1"), ports(owner())).await;
    assert_has(
        &html,
        &["<dialog open", "aria-invalid=\"true\"", "value=\"many\"", ">Enter a whole number"],
    );
    let above = Fake {
        rows: rows(true),
        refuses: Some(AppError::field("tokens_per_minute", "The organization has 1,000,000.")),
        ..Fake::default()
    };
    let (html, _) = render(
        &format!("{PAGE}?model=*&tokens_per_minute=2000000&preview=1"),
        ports_of(owner(), above),
    )
    .await;
    assert_has(
        &html,
        &["aria-invalid=\"true\"", ">The organization has 1,000,000.<", "value=\"2000000\""],
    );
    assert!(!html.contains("<del>"));
}
