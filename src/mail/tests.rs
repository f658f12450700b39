mod dead_links;
mod hostile;

use std::{sync::Arc, time::Duration};

use app::model::{
    MailId,
    time::{HOUR, MINUTE},
};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    config::{Encryption, MailServer, PublicUrl},
    links::LinkKind,
    store::{
        db::{execute, fetch_one},
        mails,
        testing::{on_both_engines, sqlite},
    },
    testing::{
        Who, World,
        smtp::{Manner, Sink},
    },
};

#[test]
fn a_typed_name_makes_no_link_and_no_line() {
    for (name, expected) in [
        ("Acme Robotics", "“Acme Robotics”"),
        ("J.R. Osei", "“J. R. Osei”"),
        ("http://evil.example/x", "“http: //evil. example/x”"),
        ("pay@evil.example", "“pay@ evil. example”"),
        ("a\r\nBcc: x", "“aBcc: x”"),
        ("{link}", "“link”"),
        ("أكمي 🤖", "“أكمي 🤖”"),
    ] {
        assert_eq!(quoted(name), expected);
    }
}

#[test]
fn every_mail_has_its_link_whatever_was_typed() {
    let typed: Email = "{link}@evil.example".parse().expect("an address");
    let name = || "{link}".parse().expect("a name");
    let (link, now) = (Link::first(LinkKind::Reset, "link_00000000000000000000000007"), Timestamp(0));
    for mail in [
        texts::reset(&typed, link.clone(), now),
        texts::password_changed(&typed, now),
        texts::sign_up(&typed, link.clone(), now),
        texts::has_account(&typed, now),
        texts::confirm_address(&typed, link.clone(), now),
        texts::address_taken(&typed, now),
        texts::address_may_change(&typed, &typed, now),
        texts::address_changed(&typed, &typed, "{link}", now),
        texts::invitation(&typed, &name(), &name(), link, now),
    ] {
        let text = filled(&mail.body, "https://ai.acme.example/x");
        assert_eq!(
            text.lines().filter(|line| *line == "https://ai.acme.example/x").count(),
            1,
            "{text}"
        );
        assert_eq!(text.contains(typed.as_str()), mail.body.contains(typed.as_str()), "{text}");
    }
}

/// How a mail stands: state, attempts, error, body.
type Standing = (String, i64, Option<String>, String);

fn postman(world: &World, server: Option<&MailServer>) -> Postman {
    let url = PublicUrl::parse("https://ai.acme.example").expect("an origin");
    Postman {
        store: world.store.clone(),
        links: world.parts.links.clone(),
        origin: url.origin().to_owned(),
        relay: server.map(|server| Relay::patient(server, &url, Duration::from_millis(500)).expect("a relay")),
        counters: Arc::default(),
    }
}

fn reset(world: &World) -> Mail {
    let link = Link::first(LinkKind::Reset, "link_00000000000000000000000007");
    let until = world.store.ambient.now().plus(24 * HOUR);
    texts::reset(&"noor.haddad@acme.example".parse().expect("an address"), link, until)
}

/// Puts a mail into the outbox. A link to a new password is there as long as the mail is worth sending.
async fn put(world: &World, mail: &Mail) -> MailId {
    const LINK_ROW: &str = "
        INSERT INTO account_links (id, kind, email, created_at, expires_at) VALUES ($1, 'reset', $2, 0, $3) ON CONFLICT (id) DO NOTHING";
    let mut tx = world.store.db.write().await.expect("begin");
    if let MailLink::Opens(link) = &mail.link
        && link.kind == LinkKind::Reset
    {
        execute!(&mut tx, LINK_ROW, link.id.as_str(), mail.to.as_str(), mail.expires_at.0).expect("a link");
    }
    let id = mails::put(&mut tx, &world.store.ambient, mail).await.expect("put");
    tx.commit().await.expect("commit");
    id
}

async fn standing(world: &World, id: &MailId) -> Standing {
    let mut reader = world.store.db.read().await.expect("read");
    let sql = "SELECT state, attempts, error, body FROM mails WHERE id = $1";
    fetch_one!(&mut reader, Standing, sql, id.as_str()).expect("a mail")
}

async fn round(postman: &Postman) {
    postman.round(&CancellationToken::new()).await.expect("a round");
}

on_both_engines! {
    async fn a_mail_is_delivered_once_with_its_link(db: TestDb) {
        let world = World::new(db).await;
        let sink = Sink::start(Encryption::StartTls).await;
        let postman = postman(&world, Some(&sink.server(Encryption::StartTls)));
        let id = put(&world, &reset(&world)).await;
        let mut tx = world.store.db.write().await.expect("begin");
        mails::put_void(&mut tx, &world.store.ambient, &reset(&world)).await.expect("put");
        tx.commit().await.expect("commit");
        round(&postman).await;
        round(&postman).await;
        let [mail] = sink.mails().try_into().expect("one mail, once");
        assert!(mail.encrypted);
        assert_eq!(mail.greeting, "ai.acme.example", "no name of this machine");
        assert_eq!((mail.sender.as_str(), mail.recipient.as_str()), ("FROM:<ai@acme.example>", "TO:<noor.haddad@acme.example>"));
        let headers = mail.headers();
        let header = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        assert_eq!(header("From"), Some("\"Acme AI\" <ai@acme.example>"));
        assert_eq!(header("To"), Some("noor.haddad@acme.example"));
        assert_eq!(header("Subject"), Some("Choose a new password"));
        assert_eq!(header("Date"), Some("Fri, 20 Nov 2026 14:02:11 +0000"), "of the test's clock");
        assert_eq!(header("Message-ID"), Some(format!("<{id}@acme.example>").as_str()));
        assert_eq!(header("Auto-Submitted"), Some("auto-generated"));
        let link = Link::first(LinkKind::Reset, "link_00000000000000000000000007");
        let expected = format!("https://ai.acme.example{}", world.parts.links.path(&link));
        assert!(mail.text().lines().any(|line| line == expected), "{}", mail.text());
        assert_eq!(standing(&world, &id).await, ("sent".to_owned(), 1, None, String::new()));
        assert_eq!(postman.counters.sent.get(), 1);
    }

    async fn invitations_wait_until_the_others_are_sent(db: TestDb) {
        let world = World::new(db).await;
        let until = world.store.ambient.now().plus(24 * HOUR);
        let link = Link::first(LinkKind::Invitation, "inv_00000000000000000000000007");
        let (org, inviter) = ("Acme Robotics".parse().expect("a name"), "Ada Osei".parse().expect("a name"));
        let invitation = texts::invitation(&"pim@acme.example".parse().expect("an address"), &org, &inviter, link, until);
        put(&world, &invitation).await;
        world.clock.advance(1);
        put(&world, &reset(&world)).await;
        let due = world.store.due_mails().await.expect("read");
        let to: Vec<_> = due.iter().map(|mail| mail.to.as_str()).collect();
        assert_eq!(to, ["noor.haddad@acme.example", "pim@acme.example"], "a reset first");
    }

    async fn a_server_that_is_busy_is_asked_again_later(db: TestDb) {
        let world = World::new(db).await;
        let sink = Sink::start(Encryption::Tls).await;
        let postman = postman(&world, Some(&sink.server(Encryption::Tls)));
        sink.behave(Manner::Says("451 try again later"));
        let id = put(&world, &reset(&world)).await;
        round(&postman).await;
        round(&postman).await;
        let (state, attempts, error, body) = standing(&world, &id).await;
        assert_eq!((state.as_str(), attempts), ("waiting", 1), "not before its time");
        assert!(error.is_some_and(|error| error.contains("451") || error.contains("try again later")));
        assert!(body.contains(LINK), "without what the link opens");
        sink.behave(Manner::Takes);
        world.clock.advance(MINUTE - 1);
        round(&postman).await;
        assert!(sink.mails().is_empty());
        world.clock.advance(1);
        round(&postman).await;
        assert_eq!(sink.mails().len(), 1);
        assert_eq!(standing(&world, &id).await.0, "sent");
    }

    async fn old_mails_and_links_are_thrown_away(db: TestDb) {
        let world = World::new(db).await;
        put(&world, &texts::password_changed(&Who::Owner.email(), world.store.ambient.now())).await;
        let mut tx = world.store.db.write().await.expect("begin");
        let sql = "INSERT INTO account_links (id, kind, email, created_at, expires_at) VALUES ('link_1', 'reset', 'a@acme.example', 0, $1)";
        execute!(&mut tx, sql, world.store.ambient.now().0 + 1).expect("a link");
        tx.commit().await.expect("commit");
        let postman = postman(&world, None);
        let count = async || {
            let mut reader = world.store.db.read().await.expect("read");
            let sql = "SELECT (SELECT count(*) FROM mails), (SELECT count(*) FROM account_links)";
            fetch_one!(&mut reader, (i64, i64), sql).expect("counts")
        };
        round(&postman).await;
        assert_eq!(count().await, (1, 1), "without a server it waits");
        world.clock.advance(1);
        round(&postman).await;
        assert_eq!(count().await, (1, 0));
        world.clock.advance(30 * 24 * HOUR);
        round(&postman).await;
        assert_eq!(count().await, (0, 0));
    }
}

#[tokio::test]
async fn a_refused_mail_is_given_up_at_once_and_any_other_after_ten_attempts() {
    let world = World::new(sqlite().await).await;
    let sink = Sink::start(Encryption::StartTls).await;
    let postman = postman(&world, Some(&sink.server(Encryption::StartTls)));
    sink.behave(Manner::Says("550 no such user"));
    let unknown = put(&world, &reset(&world)).await;
    round(&postman).await;
    let (state, attempts, error, _) = standing(&world, &unknown).await;
    assert_eq!((state.as_str(), attempts), ("failed", 1));
    assert!(error.is_some_and(|error| error.contains("no such user")));
    sink.behave(Manner::Says("451 busy"));
    let busy = put(&world, &reset(&world)).await;
    for _ in 0..12 {
        round(&postman).await;
        world.clock.advance(6 * HOUR / 2);
    }
    assert_eq!(standing(&world, &busy).await.0, "failed", "it is of no use after a day");
    let notice = texts::password_changed(&"noor.haddad@acme.example".parse().expect("an address"), world.store.ambient.now());
    let notice = put(&world, &notice).await;
    for _ in 0..12 {
        round(&postman).await;
        world.clock.advance(6 * HOUR);
    }
    let (state, attempts, ..) = standing(&world, &notice).await;
    assert_eq!((state.as_str(), attempts), ("failed", 10));
    assert_eq!(postman.counters.failed.get(), 3);
    assert!(sink.mails().is_empty());
}

#[tokio::test]
async fn a_server_that_quotes_a_link_does_not_pass_it_on() {
    let world = World::new(sqlite().await).await;
    let sink = Sink::start(Encryption::StartTls).await;
    let postman = postman(&world, Some(&sink.server(Encryption::StartTls)));
    let link = Link::first(LinkKind::Reset, "link_00000000000000000000000007");
    let token = world.parts.links.token(&link);
    let said = format!("550 refused for https://ai.acme.example/signin/reset?token={token}");
    sink.behave(Manner::Says(said.leak()));
    let id = put(&world, &reset(&world)).await;
    round(&postman).await;
    let error = standing(&world, &id).await.2.expect("a reason");
    assert!(error.contains("refused for") && !error.contains(&token), "{error}");
}

#[tokio::test]
async fn a_refused_sign_in_is_ours_to_mend() {
    let world = World::new(sqlite().await).await;
    let sink = Sink::start(Encryption::StartTls).await;
    let postman = postman(&world, Some(&sink.server(Encryption::StartTls)));
    sink.behave(Manner::Says("530 sign in first"));
    let id = put(&world, &reset(&world)).await;
    round(&postman).await;
    assert_eq!(standing(&world, &id).await.0, "waiting");
}

#[tokio::test]
async fn nothing_leaves_without_encryption_or_to_a_stranger() {
    let world = World::new(sqlite().await).await;
    let bare = Sink::start(Encryption::Plain).await;
    let encrypted = Sink::start(Encryption::StartTls).await;
    let unknown = MailServer {
        ca: None,
        ..encrypted.server(Encryption::StartTls)
    };
    for server in [bare.server(Encryption::StartTls), bare.server(Encryption::Tls), unknown] {
        let id = put(&world, &reset(&world)).await;
        round(&postman(&world, Some(&server))).await;
        let (state, attempts, error, _) = standing(&world, &id).await;
        assert_eq!((state.as_str(), attempts, error.is_some()), ("waiting", 1, true));
    }
    assert!(bare.mails().is_empty() && encrypted.mails().is_empty());
    let id = put(&world, &reset(&world)).await;
    round(&postman(&world, Some(&bare.server(Encryption::Plain)))).await;
    assert_eq!(
        standing(&world, &id).await.0,
        "sent",
        "a relay on this machine may do without, when the operator says so"
    );
}

#[tokio::test]
async fn a_server_that_is_away_or_silent_holds_nothing_up() {
    let world = World::new(sqlite().await).await;
    let sink = Sink::start(Encryption::Tls).await;
    sink.behave(Manner::Hangs);
    let server = sink.server(Encryption::Tls);
    let silent = put(&world, &reset(&world)).await;
    round(&postman(&world, Some(&server))).await;
    drop(sink);
    let away = put(&world, &reset(&world)).await;
    round(&postman(&world, Some(&server))).await;
    for id in [silent, away] {
        let (state, attempts, error, _) = standing(&world, &id).await;
        assert_eq!((state.as_str(), attempts, error.is_some()), ("waiting", 1, true));
    }
}

#[tokio::test]
async fn no_name_becomes_a_header() {
    let world = World::new(sqlite().await).await;
    let sink = Sink::start(Encryption::StartTls).await;
    let postman = postman(&world, Some(&sink.server(Encryption::StartTls)));
    for name in [
        "Acme\r\nBcc: eve@evil.example",
        "Acme\r\n\r\nSubject: x",
        "أكمي \u{202e}🤖",
        "=?utf-8?q?x?=",
        "Acme\n.\nQUIT",
    ] {
        let mail = Mail {
            subject: format!("Join {name}"),
            body: format!("{name}\n.\n{LINK}\n"),
            ..reset(&world)
        };
        put(&world, &mail).await;
    }
    round(&postman).await;
    let mails = sink.mails();
    assert_eq!(mails.len(), 5);
    for mail in mails {
        mail.assert_headers();
        assert_eq!(mail.recipient, "TO:<noor.haddad@acme.example>");
    }
}

#[tokio::test]
async fn the_postman_ends_when_the_server_does() {
    let world = World::new(sqlite().await).await;
    let sink = Sink::start(Encryption::StartTls).await;
    let id = put(&world, &reset(&world)).await;
    let stopping = CancellationToken::new();
    let running = postman(&world, Some(&sink.server(Encryption::StartTls))).start(stopping.clone());
    for _ in 0..500 {
        if standing(&world, &id).await.0 == "sent" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(sink.mails().len(), 1);
    stopping.cancel();
    running.await.expect("it ends");
}
