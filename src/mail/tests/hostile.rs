//! Names and addresses that people type, in the messages as a mail server receives them.

use app::model::time::DAY;

use super::*;
use crate::testing::{NOW, smtp::Received};

/// What somebody would like to be called, by a form or past it.
const NAMES: [&str; 9] = [
    "Ada\r\nBcc: eve@evil.example",
    "Ada\nSubject: Hello\n\nAnother body",
    "Ada\r\n.\r\nMAIL FROM:<eve@evil.example>",
    "Ada\u{2028}Bcc: eve@evil.example",
    "=?utf-8?B?DQpCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?=",
    "\u{202e}elpmaxe.live",
    "مشروع 🦊",
    "{link}{link}",
    "a\u{0}b <eve@evil.example>, \"",
];

/// What goes over the wire for these.
async fn sent(mails: &[Mail]) -> Vec<Received> {
    let world = World::new(sqlite().await).await;
    let sink = Sink::start(Encryption::StartTls).await;
    let postman = postman(&world, Some(&sink.server(Encryption::StartTls)));
    for mail in mails {
        put(&world, mail).await;
    }
    round(&postman).await;
    sink.mails()
}

#[tokio::test]
async fn a_name_stays_a_name_in_header_and_body() {
    let mails: Vec<Mail> = NAMES
        .iter()
        .map(|name| Mail {
            to: "noor.haddad@acme.example".parse().expect("an address"),
            // Past the checks of every form, and past `quoted`.
            subject: format!("{name} asks you to join"),
            body: format!("{} asks you to join:\n{{link}}\n", quoted(name)),
            link: MailLink::Opens(Link::first(LinkKind::Reset, "link_00000000000000000000000007")),
            expires_at: NOW.plus(DAY),
        })
        .collect();
    let received = sent(&mails).await;
    assert_eq!(received.len(), NAMES.len(), "one message each, and none smuggled in");
    for mail in received {
        assert_eq!(mail.sender, "FROM:<ai@acme.example>", "{}", mail.raw);
        assert_eq!(mail.recipient, "TO:<noor.haddad@acme.example>", "{}", mail.raw);
        mail.assert_headers();
        let links: Vec<String> = mail.text().lines().filter(|line| line.contains("://")).map(str::to_owned).collect();
        assert_eq!(links.len(), 1, "the only link is ours: {}", mail.text());
        assert!(links[0].starts_with("https://ai.acme.example/signin/reset?token="), "{links:?}");
        assert!(!mail.text().contains("eve@evil"), "no address to click on: {}", mail.text());
    }
}
