use std::sync::Arc;

use async_trait::async_trait;

use super::api::TryAgain;
use crate::{
    model::{
        AppError, Email, Listing, MailId, Page, Timestamp, TypedId,
        outbox::{DeliveryState, OutboxMail, OutboxView, Undelivered, UndeliveredMail},
        time::{HOUR, MINUTE},
    },
    port::Outbox,
    testing::{Ports, assert_has, failed, render},
};

const NOW: Timestamp = Timestamp(1_795_183_331_123);
const PAGE: &str = "/operator/outbox?token=printed";

enum Fake {
    ByHand(Vec<OutboxMail>),
    /// All that there are are in this state.
    Undelivered(DeliveryState, Vec<UndeliveredMail>),
}

/// The mails whose recipients match, on every page of a long list.
fn listing<M: Clone>(mails: &[M], to: fn(&M) -> &Email, page: &Page) -> Listing<M> {
    let matching = mails.iter().filter(|mail| to(mail).as_str().contains(&page.query));
    let rows: Vec<M> = matching.cloned().collect();
    Listing {
        total: rows.len() as u64 + u64::from(page.number * Page::SIZE),
        rows,
        unfiltered: mails.len() as u64,
        page: page.number,
        now: NOW,
    }
}

#[async_trait]
impl Outbox for Fake {
    async fn mails(&self, token: &str, state: DeliveryState, page: Page) -> Result<OutboxView, AppError> {
        if token != "printed" {
            return Err(AppError::NotFound);
        }
        Ok(match self {
            Self::ByHand(mails) => OutboxView::ByHand(listing(mails, |mail| &mail.to, &page)),
            Self::Undelivered(theirs, mails) => {
                let of = |state| if state == *theirs { mails.as_slice() } else { &[] };
                OutboxView::Undelivered(Undelivered {
                    state,
                    failed: of(DeliveryState::Failed).len() as u64,
                    waiting: of(DeliveryState::Waiting).len() as u64,
                    listing: listing(of(state), |mail| &mail.to, &page),
                })
            }
        })
    }
    async fn try_again(&self, _: &str, _: MailId) -> Result<(), AppError> {
        Ok(())
    }
}

fn mail(ended: bool) -> OutboxMail {
    let link = "https://ai.acme.example/signin/reset?token=link_7.x".to_owned();
    OutboxMail {
        id: MailId::from_bits(7),
        to: "noor.haddad@acme.example".parse().expect("an address"),
        subject: "Choose a <new> password".to_owned(),
        text: format!("Choose it here:\n{link}\n\nBye.\n"),
        link,
        created_at: NOW.plus(-HOUR),
        ended,
    }
}

fn refused(bits: u128, to: &str, ended: bool) -> UndeliveredMail {
    UndeliveredMail {
        id: MailId::from_bits(bits),
        to: to.parse().expect("an address"),
        subject: "Join “Acme Robotics”".to_owned(),
        created_at: NOW.plus(-HOUR),
        ended,
        attempts: 10,
        next_at: NOW.plus(MINUTE),
        error: Some("550 no such <user>".to_owned()),
    }
}

async fn page(path: &str, outbox: Fake) -> (String, u16) {
    let ports = Ports {
        outbox: Some(Arc::new(outbox)),
        ..Ports::default()
    };
    render(path, ports).await
}

#[tokio::test]
async fn each_mail_shows_its_text_with_a_link_to_follow() {
    let (html, status) = page(PAGE, Fake::ByHand(vec![mail(false), mail(true)])).await;
    assert_eq!(status, 200);
    let parts = [
        "Choose a &lt;new&gt; password",
        "noor.haddad@acme.example",
        "<a href=\"https://ai.acme.example/signin/reset?token=link_7.x\">https://ai.acme.example/signin/reset?token=link_7.x</a>",
        "Bye.",
    ];
    assert_has(&html, &parts);
    assert_eq!(html.matches(">Ended<").count(), 1, "{html}");
    assert_eq!(html.matches("<a href=\"https:").count(), 1, "a dead link leads nowhere: {html}");
}

#[tokio::test]
async fn the_mails_to_pass_on_are_searched_and_paged() {
    let (html, _) = page(&format!("{PAGE}&q=noor&page=2"), Fake::ByHand(vec![mail(false)])).await;
    let parts = [
        "name=\"token\" value=\"printed\"",
        "aria-label=\"Filter by recipient\"",
        "value=\"noor\"",
        "51–51 of 51 mails",
        "href=\"/operator/outbox?token=printed&amp;q=noor\"",
    ];
    assert_has(&html, &parts);
    let (html, _) = page(&format!("{PAGE}&q=zzz"), Fake::ByHand(vec![mail(false)])).await;
    assert_has(&html, &["Nothing matches", "href=\"/operator/outbox?token=printed\"", "Show all"]);
}

#[tokio::test]
async fn without_the_token_there_is_no_such_page() {
    for path in ["/operator/outbox", "/operator/outbox?token=guess"] {
        for outbox in [
            Fake::ByHand(vec![mail(false)]),
            Fake::Undelivered(DeliveryState::Failed, vec![refused(1, "noor.haddad@acme.example", false)]),
        ] {
            let (html, status) = page(path, outbox).await;
            assert_eq!(status, 404);
            assert_has(&html, &["There is nothing here"]);
            assert!(!html.contains("noor.haddad"), "{html}");
        }
    }
    let (html, _) = page(PAGE, Fake::ByHand(Vec::new())).await;
    assert_has(&html, &["Nothing yet"]);
}

#[tokio::test]
async fn what_was_given_up_says_why_and_can_be_tried_again() {
    let mails = vec![
        refused(1, "noor.haddad@acme.example", false),
        refused(2, "jonas.lindqvist@acme.example", true),
    ];
    let failed_ones = |mails: &[UndeliveredMail]| Fake::Undelivered(DeliveryState::Failed, mails.to_vec());
    let (html, status) = page(PAGE, failed_ones(&mails)).await;
    assert_eq!(status, 200);
    let parts = [
        "Given up<span class=\"faint\"> 2</span>",
        "href=\"/operator/outbox?token=printed&amp;state=waiting\"",
        "noor.haddad@acme.example",
        "Join “Acme Robotics”",
        "550 no such &lt;user&gt;",
        "1 h ago",
        "name=\"token\" value=\"printed\"",
        "value=\"/operator/outbox?token=printed&amp;done=mail%2Drequeued\"",
        "Try the mail to noor.haddad@acme.example again",
        "Its link has ended. Whoever asked for it can ask again.",
        "1–2 of 2 mails",
    ];
    assert_has(&html, &parts);
    assert_eq!(html.matches("name=\"mail\"").count(), 1, "one has ended: {html}");
    let (html, _) = page(&format!("{PAGE}&q=zzz"), failed_ones(&mails)).await;
    assert_has(&html, &["Nothing matches", "Show all", "name=\"token\" value=\"printed\""]);
    let (html, _) = page(&format!("{PAGE}&state=waiting"), failed_ones(&mails)).await;
    assert_has(&html, &["Nothing waits"]);
    let waiting = Fake::Undelivered(DeliveryState::Waiting, mails.clone());
    let (html, _) = page(&format!("{PAGE}&state=waiting"), waiting).await;
    assert_has(&html, &["in 1 min", "None: it is of no use any more"]);
    let (html, _) = page(PAGE, failed_ones(&[])).await;
    assert_has(&html, &["Nothing was given up"]);
    let error = AppError::conflict("This mail waits already, or was sent meanwhile.");
    let (html, _) = page(&failed::<TryAgain>(PAGE, error), failed_ones(&mails)).await;
    assert_eq!(html.matches("This mail waits already").count(), 1, "{html}");
}
