use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    model::{
        AppError, MailId, Timestamp, TypedId,
        outbox::{OutboxMail, OutboxView},
        time::{HOUR, MINUTE},
    },
    port::Outbox,
    testing::{Ports, assert_has, render},
};

const NOW: Timestamp = Timestamp(1_795_183_331_123);

struct Fake(Vec<OutboxMail>);

#[async_trait]
impl Outbox for Fake {
    async fn mails(&self, token: &str) -> Result<OutboxView, AppError> {
        if token != "printed" {
            return Err(AppError::NotFound);
        }
        Ok(OutboxView {
            mails: self.0.clone(),
            now: NOW,
        })
    }
}

fn mail(expires_at: Timestamp) -> OutboxMail {
    let link = "https://ai.acme.example/signin/reset?token=link_7.x".to_owned();
    OutboxMail {
        id: MailId::from_bits(7),
        to: "noor.haddad@acme.example".parse().expect("an address"),
        subject: "Choose a <new> password".to_owned(),
        text: format!("Choose it here:\n{link}\n\nBye.\n"),
        link,
        created_at: NOW.plus(-HOUR),
        expires_at,
    }
}

async fn page(path: &str, mails: Vec<OutboxMail>) -> (String, u16) {
    let ports = Ports {
        outbox: Some(Arc::new(Fake(mails))),
        ..Ports::default()
    };
    render(path, ports).await
}

#[tokio::test]
async fn each_mail_shows_its_text_with_a_link_to_follow() {
    let (html, status) = page("/operator/outbox?token=printed", vec![mail(NOW.plus(MINUTE)), mail(NOW)]).await;
    assert_eq!(status, 200);
    let parts = [
        "Choose a &lt;new&gt; password",
        "noor.haddad@acme.example",
        "<a href=\"https://ai.acme.example/signin/reset?token=link_7.x\">https://ai.acme.example/signin/reset?token=link_7.x</a>",
        "Bye.",
    ];
    assert_has(&html, &parts);
    assert_eq!(html.matches(">Ended<").count(), 1, "{html}");
}

#[tokio::test]
async fn without_the_token_there_is_no_such_page() {
    for path in ["/operator/outbox", "/operator/outbox?token=guess"] {
        let (html, status) = page(path, vec![mail(NOW)]).await;
        assert_eq!(status, 404);
        assert_has(&html, &["There is nothing here"]);
        assert!(!html.contains("noor.haddad"), "{html}");
    }
    let (html, _) = page("/operator/outbox?token=printed", Vec::new()).await;
    assert_has(&html, &["Nothing yet"]);
}
