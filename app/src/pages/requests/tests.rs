use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use crate::{
    model::{
        AppError, KeyId, Money, RequestId, Timestamp, TypedId,
        receipt_detail::ReceiptDetail,
        request::{Cursor, Ending, KeyOfRequest, Minute, Part, Refusal, RequestFilter, RequestLog, RequestRow},
        tier::Tier,
        usage::Scope,
    },
    pages::receipt::tests::admitted,
    port::{Receipts, Requests},
    testing::{Ports, all_projects, assert_has, member, place, render},
};

const NOW: Timestamp = Timestamp(1_795_183_331_123);
const PAGE: &str = "/acme-robotics/prod/requests";

/// A log that keeps what it was asked for.
#[derive(Default)]
struct Fake {
    rows: Vec<RequestRow>,
    older: Option<Cursor>,
    looked_until: Option<Cursor>,
    asked: Mutex<Vec<(RequestFilter, Part)>>,
}

#[async_trait]
impl Requests for Fake {
    async fn list(&self, _: Scope, filter: RequestFilter, part: Part) -> Result<RequestLog, AppError> {
        let rows: Vec<_> = if filter.text.is_empty() {
            self.rows.clone()
        } else {
            self.rows.iter().filter(|row| row.id.as_str() == filter.text).cloned().collect()
        };
        self.asked.lock().expect("no panic").push((filter, part));
        Ok(RequestLog {
            total: rows.len() as u64,
            total_is_exact: self.older.is_none(),
            rows,
            any: !self.rows.is_empty(),
            older: self.older.clone(),
            newer: None,
            looked_until: self.looked_until.clone(),
            models: vec!["acme/atlas".parse().expect("a model")],
            keys: vec![(KeyId::from_bits(7), "checkout-api".to_owned())],
            minutes: vec![Minute {
                start: NOW.plus(-11_123),
                admitted: 1_204,
                refused: 3,
            }],
            minutes_from: NOW.plus(-3_600_000),
            now: NOW,
        })
    }
}

/// Knows the requests 1 to 9.
struct Kept;

#[async_trait]
impl Receipts for Kept {
    async fn receipt(&self, _: Scope, id: RequestId) -> Result<ReceiptDetail, AppError> {
        let known = (1..10).any(|bits| RequestId::from_bits(bits) == id);
        known.then(|| ReceiptDetail { id, ..admitted() }).ok_or(AppError::NotFound)
    }
}

fn row(bits: u128) -> RequestRow {
    RequestRow {
        id: RequestId::from_bits(bits),
        client_id: Some("order-17".to_owned()),
        at: NOW.plus(-120_000),
        project: "prod".to_owned(),
        key: Some(KeyOfRequest {
            id: Some(KeyId::from_bits(7)),
            name: "checkout-api".to_owned(),
        }),
        model: "acme/atlas".parse().expect("a model"),
        tier: Tier::Priority,
        status: 200,
        code: None,
        refusal: None,
        simulated: false,
        estimated: false,
        tokens_in: 2_114,
        tokens_cached: 14,
        tokens_out: 640,
        cost: Money(9_400),
        latency_ms: 1_310,
        first_token_ms: Some(96),
    }
}

fn refused(bits: u128) -> RequestRow {
    RequestRow {
        status: 429,
        refusal: Some(Refusal::Org),
        code: Some("rate_limit_exceeded".to_owned()),
        ..row(bits)
    }
}

fn at_prod(fake: Fake) -> (Ports, Arc<Fake>) {
    let fake = Arc::new(fake);
    let ports = Ports {
        requests: Some(fake.clone()),
        receipts: Some(Arc::new(Kept)),
        ..Ports::at(place(member()))
    };
    (ports, fake)
}

fn rows(rows: Vec<RequestRow>) -> Ports {
    at_prod(Fake { rows, ..Fake::default() }).0
}

#[tokio::test]
async fn a_row_says_who_asked_what_and_what_became_of_it() {
    let estimated = RequestRow {
        estimated: true,
        simulated: true,
        ..row(2)
    };
    let (html, status) = render(PAGE, rows(vec![row(1), estimated, refused(3)])).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "2 min ago",
            "checkout-api",
            "acme/atlas",
            "priority",
            "2,114 / 640",
            "$0.0094",
            "1.31 s",
            "first 96 ms",
            ">200<",
            "429 organization",
            "title=\"rate_limit_exceeded\"",
            ">estimated<",
            ">simulated<",
            "3 requests",
        ],
    );
    assert!(
        !html.contains("<th scope=\"col\">Project</th>"),
        "one project needs no column for it"
    );
}

#[tokio::test]
async fn the_chart_can_be_read_as_a_sentence() {
    let (html, _) = render(PAGE, rows(vec![row(1)])).await;
    assert_has(
        &html,
        &["aria-label=\"Requests per minute in the last hour: 1,204 admitted, 3 refused; busiest minute 14:02 UTC with 1,207\""],
    );
}

#[tokio::test]
async fn filters_of_the_address_reach_the_port_and_stay_in_every_link() {
    let (ports, fake) = at_prod(Fake {
        rows: vec![refused(1)],
        older: Some(Cursor { at: NOW, id: None }),
        ..Fake::default()
    });
    let (html, status) = render(&format!("{PAGE}?status=refused&refused=org&tier=flex&range=1h"), ports).await;
    assert_eq!(status, 200);
    let (filter, part) = fake.asked.lock().expect("no panic")[0].clone();
    assert_eq!(
        (filter.ending, filter.refusal, filter.tier),
        (Some(Ending::Refused), Some(Refusal::Org), Some(Tier::Flex))
    );
    assert_eq!(part, Part::Newest);
    let kept = "status=refused&amp;refused=org&amp;tier=flex&amp;range=1h";
    assert_has(
        &html,
        &[
            &format!("{kept}&amp;before={}", NOW.0),
            &format!("{kept}&amp;request="),
            "1+ requests",
            "<input type=\"hidden\" name=\"status\" value=\"refused\"",
            "Clear",
        ],
    );
}

#[tokio::test]
async fn an_unknown_filter_is_explained() {
    let (ports, fake) = at_prod(Fake {
        rows: vec![row(1)],
        ..Fake::default()
    });
    let (html, status) = render(&format!("{PAGE}?status=maybe&before=%00"), ports).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &["“maybe” is no status. Choose ok, refused or errors.", "is no place in the log"],
    );
    assert_eq!(fake.asked.lock().expect("no panic")[0], (RequestFilter::default(), Part::Newest));
}

#[tokio::test]
async fn nothing_matches_is_not_nothing_yet() {
    let (html, _) = render(PAGE, rows(Vec::new())).await;
    assert_has(&html, &["No request yet", "Open API Keys", "data-live=\"project/"]);
    assert!(!html.contains("Requests per minute"));
    let (html, _) = render(&format!("{PAGE}?q=zzz"), rows(vec![row(1)])).await;
    assert_has(&html, &["No request matches", "“zzz”", "Show all requests"]);
    let looked = Fake {
        rows: vec![row(1)],
        looked_until: Some(Cursor { at: NOW, id: None }),
        ..Fake::default()
    };
    let (html, _) = render(&format!("{PAGE}?q=zzz"), at_prod(looked).0).await;
    assert_has(&html, &["Looked through 50,000 requests", "Look further"]);
}

#[tokio::test]
async fn a_row_opens_beside_the_list_with_the_ways_to_its_neighbours() {
    let open = format!("{PAGE}?range=1h&request={}", RequestId::from_bits(2));
    let (html, status) = render(&open, rows(vec![refused(1), row(2), row(3)])).await;
    assert_eq!(status, 200);
    let id = |bits: u128| RequestId::from_bits(bits).to_string().replace('_', "%5F");
    assert_has(
        &html,
        &[
            "class=\"card inspector receipt\"",
            "class=\"sheet-bar\"",
            "<h2 id=\"inspector\" tabindex=\"-1\" autofocus",
            "200 answered",
            "checkout-api",
            &format!("request={}#inspector\" aria-label=\"Newer request\"", id(1)),
            &format!("request={}#inspector\" aria-label=\"Older request\"", id(3)),
            &format!("?range=1h#{}", RequestId::from_bits(2)),
            "aria-current=\"true\"",
            "Key and model",
        ],
    );
}

#[tokio::test]
async fn a_request_of_another_page_opens_too_and_an_unknown_one_says_so() {
    let at = |id: &str| format!("{PAGE}?status=ok&request={id}");
    let (html, _) = render(&at(RequestId::from_bits(9).as_str()), rows(vec![row(1)])).await;
    assert_has(
        &html,
        &[
            "class=\"card inspector receipt\"",
            "200 answered",
            "aria-label=\"Newer request\" disabled",
        ],
    );
    for unknown in [RequestId::from_bits(10).as_str(), "%3Cnonsense%3E"] {
        let (html, status) = render(&at(unknown), rows(vec![row(1)])).await;
        assert_eq!(status, 200, "the list is there, and goes on following what happens");
        assert_has(&html, &["This request is not known here"]);
        assert!(!html.contains("<nonsense>"));
    }
}

#[tokio::test]
async fn only_the_newest_page_is_live() {
    let (html, _) = render(PAGE, rows(vec![row(1)])).await;
    assert_has(
        &html,
        &[
            "id=\"requests\" data-live=\"project/proj_",
            "id=\"per-minute\" data-live=",
            "data-live-mark",
        ],
    );
    let (html, _) = render(&format!("{PAGE}?before=17"), rows(vec![row(1)])).await;
    assert!(!html.contains("data-live"));
}

#[tokio::test]
async fn the_organization_has_its_own_log_with_a_column_for_the_project() {
    let ports = Ports {
        shell: Ports::at(all_projects()).shell,
        ..rows(vec![row(1)])
    };
    let (html, status) = render("/acme-robotics/~/requests", ports).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "<th scope=\"col\">Project</th>",
            "data-live=\"org/org_",
            "Every request of Acme Robotics",
        ],
    );
}
