//! The list: its rows, filters and order.

use super::*;

#[tokio::test]
async fn the_list_shows_what_each_project_costs_and_how_often_it_was_refused() {
    let (html, status) = render(PAGE, ports(None)).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "Default</span>",
            "Noor Haddad",
            "No owner",
            "$1,102.77",
            "class=\"num bad\"",
            "of $1,000.00",
            "Open to all members",
            "href=\"/acme-robotics/~/settings#access\"",
            "Cost, Nov",
            "611",
            "href=\"/acme-robotics/test/keys\"",
            "1–2 of 2 projects",
        ],
    );
    assert!(!html.contains("old-bot"));
}

#[tokio::test]
async fn archived_projects_have_their_own_tab_and_cannot_be_archived_again() {
    let (html, _) = render(&format!("{PAGE}?state=archived"), ports(None)).await;
    assert_has(
        &html,
        &[
            "old-bot",
            "3 days ago</time> by <bdi>Ada &lt;Osei&gt;</bdi>",
            "older-bot",
            "9 days ago</time></span>",
            "name=\"state\" value=\"archived\"",
        ],
    );
    assert!(!html.contains("?archive="));
}

#[tokio::test]
async fn headings_sort_and_keep_the_filter() {
    let (html, _) = render(PAGE, ports(None)).await;
    assert!(!html.contains("aria-sort"), "no column sorts: the Default Project comes first");
    assert_has(
        &html,
        &[
            "<th scope=\"col\" class=\"\"><a href=\"/acme-robotics/~/projects?sort=name\">Project",
            "<a href=\"/acme-robotics/~/projects?sort=%2Dcost\">Cost, Nov",
            "<a href=\"/acme-robotics/~/projects?sort=%2Dcreated\">Created",
        ],
    );
    let (html, _) = render(&format!("{PAGE}?environment=development&sort=-keys&q=t"), ports(None)).await;
    assert_has(
        &html,
        &[
            "aria-sort=\"descending\" class=\"num\"><a href=\"/acme-robotics/~/projects?q=t&amp;environment=development&amp;sort=keys\">Keys",
            "<option value=\"development\" selected",
            "name=\"sort\" value=\"-keys\"",
        ],
    );
    assert_eq!(html.matches("aria-sort").count(), 1, "{html}");
    let (html, _) = render(&format!("{PAGE}?sort=-name"), ports(None)).await;
    assert!(html.find("/test/keys") < html.find("/main/keys"), "{html}");
}

#[tokio::test]
async fn a_dialog_leaves_the_list_as_it_was() {
    let list = "?environment=development&sort=-keys&page=2";
    let (html, _) = render(&format!("{PAGE}{list}&archive={}", ProjectId::from_bits(2)), ports(None)).await;
    let kept = "/acme-robotics/~/projects?environment=development&amp;sort=%2Dkeys&amp;page=2";
    assert_has(
        &html,
        &[
            &format!("<a href=\"{kept}\" class=\"btn\">Cancel</a>"),
            &format!("<form action=\"{kept}&amp;archive=proj%5F"),
            &format!("href=\"{kept}&amp;new=1\""),
        ],
    );
}

#[tokio::test]
async fn filters_stand_in_the_address_and_unknown_words_filter_nothing() {
    let (html, _) = render(&format!("{PAGE}?owner=nobody"), ports(None)).await;
    assert_has(
        &html,
        &[
            "1–1 of 1 projects",
            "<option value=\"nobody\" selected",
            ">Noor Haddad</option>",
            "Clear",
        ],
    );
    let (html, _) = render(&format!("{PAGE}?environment=production"), ports(None)).await;
    assert_has(&html, &["No project matches", "No project here is what the filter asks for."]);
    let (html, status) = render(&format!("{PAGE}?environment=moon&owner=me&sort=size&state=old"), ports(None)).await;
    assert_eq!(status, 200);
    assert_has(&html, &["1–2 of 2 projects"]);
    assert!(!html.contains("aria-sort") && !html.contains(">Clear<"), "{html}");
}

#[tokio::test]
async fn nothing_matches_is_not_nothing_yet() {
    let (html, _) = render(&format!("{PAGE}?q=zzz"), ports(None)).await;
    assert_has(&html, &["No project matches", "“zzz”"]);
    let none = Ports {
        projects: Some(Arc::new(Fake::default())),
        ..Ports::at(all_projects())
    };
    let (html, _) = render(&format!("{PAGE}?state=archived"), none).await;
    assert_has(&html, &["No archived project"]);
}
