//! The mails of the installation, as its operator sees them.

use std::{collections::BTreeSet, sync::Arc};

use app::{
    model::{
        AppError, Listing, MailId, OrgRole, Page, ProjectRole, Timestamp, TypedId,
        invitation::NewInvitations,
        outbox::{DeliveryState, OutboxMail, OutboxView, Undelivered},
        time::MINUTE,
    },
    port::{Entry, Invitations, Outbox},
};

use crate::{
    config::PublicUrl,
    console::Console,
    mail::OutboxLink,
    store::{
        db::{execute, fetch_all, fetch_one},
        mails::Outcome,
        testing::on_both_engines,
    },
    testing::{NOW, Who, World},
};

/// Opens the outbox of the world, and returns its token.
fn open(world: &mut World, has_mail_server: bool) -> String {
    let url = PublicUrl::parse("https://ai.acme.example").expect("an origin");
    let outbox = OutboxLink::new(&world.store.ambient, &url, has_mail_server);
    let token = outbox.reveal().rsplit_once('=').expect("a token").1.to_owned();
    Arc::get_mut(&mut world.parts).expect("unshared").outbox = Some(outbox);
    token
}

async fn by_hand(console: &Console, token: &str, number: u32, text: &str) -> Listing<OutboxMail> {
    let page = Page {
        number,
        query: text.to_owned(),
    };
    match console.mails(token, DeliveryState::default(), page).await.expect("shown") {
        OutboxView::ByHand(list) => list,
        OutboxView::Undelivered(_) => panic!("there is no mail server"),
    }
}

async fn undelivered(console: &Console, token: &str, state: DeliveryState, text: &str) -> Undelivered {
    let page = Page {
        number: 0,
        query: text.to_owned(),
    };
    match console.mails(token, state, page).await.expect("shown") {
        OutboxView::Undelivered(list) => list,
        OutboxView::ByHand(_) => panic!("there is a mail server"),
    }
}

/// The only mail to an address.
async fn mail_to(world: &World, who: Who) -> (MailId, String) {
    let mut reader = world.store.db.read().await.expect("read");
    let sql = "SELECT id, link FROM mails WHERE recipient = $1";
    let (id, link) = fetch_one!(&mut reader, (String, String), sql, who.email().as_str()).expect("a mail");
    (id.parse().expect("an id"), world.parts.links.token(&link.parse().expect("a link")))
}

/// The newest record of the installation: action, target and fields.
async fn newest_record(world: &World) -> (String, String, String) {
    let sql = "SELECT action, target, changes FROM audit_records WHERE chain = 'installation' ORDER BY seq DESC LIMIT 1";
    let mut reader = world.store.db.read().await.expect("read");
    fetch_one!(&mut reader, (String, String, String), sql).expect("a record")
}

on_both_engines! {
    async fn the_outbox_opens_with_its_own_token_alone(db: TestDb) {
        let mut world = World::new(db).await;
        let nowhere = world.console(Who::Owner).await;
        assert_eq!(nowhere.mails("", DeliveryState::Failed, Page::default()).await, Err(AppError::NotFound));
        drop(nowhere);
        for has_mail_server in [false, true] {
            let token = open(&mut world, has_mail_server);
            let owner = world.console(Who::Owner).await;
            for guess in ["", "guess", &token[1..]] {
                let refused = owner.mails(guess, DeliveryState::Failed, Page::default()).await;
                assert_eq!(refused, Err(AppError::NotFound), "an owner is no operator");
                assert_eq!(owner.try_again(guess, MailId::from_bits(7)).await, Err(AppError::NotFound));
            }
        }
    }

    async fn without_a_mail_server_the_operator_passes_links_on(db: TestDb) {
        let mut world = World::new(db).await;
        let token = open(&mut world, false);
        let anonymous = world.console(Who::Anonymous).await;
        anonymous.request_reset(Who::Owner.email().as_str()).await.expect("asked");
        anonymous.request_reset("nobody@acme.example").await.expect("asked");
        let shown = by_hand(&anonymous, &token, 0, "").await.rows;
        assert_eq!(shown.iter().map(|mail| mail.to.clone()).collect::<BTreeSet<_>>(), BTreeSet::from([Who::Owner.email()]));
        let (id, secret) = mail_to(&world, Who::Owner).await;
        let link = format!("https://ai.acme.example/signin/reset?token={secret}");
        assert_eq!(shown[0].link, link);
        assert!(shown[0].text.contains(&link) && !shown[0].ended);
        anonymous.reset(&secret, "quiet river under glass").await.expect("chosen");
        let used = by_hand(&anonymous, &token, 0, "").await.rows.into_iter().find(|mail| mail.id == id).expect("listed");
        assert!(used.ended, "its link opens nothing any more");
        assert_eq!(anonymous.try_again(&token, id).await, Err(AppError::NotFound), "nobody tries here");
    }

    async fn with_a_mail_server_no_link_is_shown_and_a_failed_mail_waits_again(db: TestDb) {
        let mut world = World::new(db).await;
        let token = open(&mut world, true);
        let anonymous = world.console(Who::Anonymous).await;
        for email in [Who::Owner.email().as_str(), Who::OrgAdmin.email().as_str(), "nobody@acme.example"] {
            anonymous.request_reset(email).await.expect("asked");
        }
        let (id, secret) = mail_to(&world, Who::Owner).await;
        let mut tx = world.store.db.write().await.expect("begin");
        execute!(&mut tx, "UPDATE mails SET attempts = 3 WHERE id = $1", id.as_str()).expect("tried");
        tx.commit().await.expect("commit");
        world.store.settle_mail(&id, &Outcome::Failed("550 no such user")).await.expect("noted");

        let failed = undelivered(&anonymous, &token, DeliveryState::Failed, "").await;
        assert_eq!((failed.failed, failed.waiting, failed.listing.total), (1, 1, 1), "none to nobody");
        let mail = &failed.listing.rows[0];
        assert_eq!((mail.to.clone(), mail.attempts, mail.error.as_deref()), (Who::Owner.email(), 3, Some("550 no such user")));
        let waiting = undelivered(&anonymous, &token, DeliveryState::Waiting, "ORGADMIN").await;
        assert_eq!(waiting.listing.rows[0].to, Who::OrgAdmin.email());
        assert_eq!(undelivered(&anonymous, &token, DeliveryState::Waiting, "zzz").await.listing.total, 0);
        for list in [&failed, &waiting] {
            let shown = serde_json::to_string(list).expect("JSON");
            assert!(!shown.contains(&secret) && !shown.contains("/signin/reset") && !shown.contains("{link}"), "{shown}");
        }

        anonymous.try_again(&token, id.clone()).await.expect("requeued");
        let (action, target, changes) = newest_record(&world).await;
        assert_eq!((action.as_str(), target), ("mail.requeued", Who::Owner.email().to_string()));
        for part in ["outbox link", "\"failed\"", "\"waiting\"", "\"3\"", "\"0\""] {
            assert!(changes.contains(part), "{changes}");
        }
        let due = world.store.due_mails().await.expect("read");
        assert!(due.iter().any(|mail| mail.id == id && mail.attempts == 0), "at once, and as often as a new one");
        assert!(matches!(anonymous.try_again(&token, id.clone()).await, Err(AppError::Conflict { .. })), "it waits");

        world.store.settle_mail(&id, &Outcome::Failed("550 no such user")).await.expect("noted");
        world.clock.advance(30 * MINUTE);
        assert!(matches!(anonymous.try_again(&token, id).await, Err(AppError::Conflict { .. })), "its link has ended");
        assert_eq!(anonymous.try_again(&token, MailId::from_bits(7)).await, Err(AppError::NotFound));
        let voids = "SELECT id FROM mails WHERE state = 'void'";
        let (void,) = fetch_one!(&mut world.store.db.read().await.expect("read"), (String,), voids).expect("a void one");
        let void = void.parse().expect("an id");
        assert_eq!(anonymous.try_again(&token, void).await, Err(AppError::NotFound), "it tells nothing of an account");
        let sql = "SELECT action FROM audit_records WHERE action = 'mail.requeued'";
        let records = fetch_all!(&mut world.store.db.read().await.expect("read"), (String,), sql).expect("records");
        assert_eq!(records.len(), 1, "what is refused is no change");
    }

    async fn a_mail_whose_link_opens_nothing_is_not_tried_again(db: TestDb) {
        let mut world = World::new(db).await;
        let token = open(&mut world, true);
        let anonymous = world.console(Who::Anonymous).await;
        anonymous.request_reset(Who::OrgAdmin.email().as_str()).await.expect("asked");
        let (reset, secret) = mail_to(&world, Who::OrgAdmin).await;
        let owner = world.console(Who::Owner).await;
        let new = NewInvitations {
            emails: vec![Who::Stranger.email()],
            role: OrgRole::Member,
            projects: Vec::new(),
            project_role: ProjectRole::Member,
        };
        owner.invite(world.org.clone(), new).await.expect("invited");
        let (invitation, _) = mail_to(&world, Who::Stranger).await;
        for id in [&reset, &invitation] {
            world.store.settle_mail(id, &Outcome::Failed("550 no such user")).await.expect("noted");
        }
        let failed = undelivered(&anonymous, &token, DeliveryState::Failed, "").await.listing;
        assert!(failed.rows.iter().all(|mail| !mail.ended));
        anonymous.reset(&secret, "quiet river under glass").await.expect("chosen");
        let pending = owner.pending(world.org.clone(), Page::default()).await.expect("listed").rows.remove(0);
        owner.resend(world.org.clone(), pending.id).await.expect("sent anew");
        let failed = undelivered(&anonymous, &token, DeliveryState::Failed, "").await.listing;
        assert_eq!((failed.total, failed.rows.iter().all(|mail| mail.ended)), (2, true));
        let waiting = undelivered(&anonymous, &token, DeliveryState::Waiting, "").await.listing;
        assert!(waiting.rows.iter().all(|mail| !mail.ended), "the notice, and the invitation that was sent anew");
        for id in [reset, invitation] {
            let refused = anonymous.try_again(&token, id).await;
            assert!(matches!(refused, Err(AppError::Conflict { .. })), "{refused:?}");
        }
    }

    async fn the_list_is_paged_with_the_newest_first(db: TestDb) {
        const SQL: &str = "INSERT INTO mails (id, recipient, subject, body, link, created_at, expires_at, state, attempts, next_at)
            VALUES ($1, 'noor.haddad@acme.example', 'Join', '', '/', $2, $2, 'failed', 1, $2)";
        let mut world = World::new(db).await;
        let mut tx = world.store.db.write().await.expect("begin");
        for number in 0..120_i64 {
            let id: MailId = world.store.ambient.id();
            execute!(&mut tx, SQL, id.as_str(), number).expect("a mail");
        }
        tx.commit().await.expect("commit");
        let token = open(&mut world, false);
        let console = world.console(Who::Anonymous).await;
        console.request_reset("nobody@acme.example").await.expect("asked");
        console.request_reset(Who::Owner.email().as_str()).await.expect("asked");
        let first = by_hand(&console, &token, 0, "").await;
        assert_eq!((first.rows.len(), first.total, first.unfiltered), (50, 121, 121), "none to nobody");
        assert_eq!((first.rows[0].to.clone(), first.rows[0].ended, first.rows[1].ended), (Who::Owner.email(), false, true));
        let last = by_hand(&console, &token, 2, "").await;
        assert_eq!((last.rows.len(), last.page, last.rows[20].created_at), (21, 2, Timestamp(0)), "the oldest is in reach");
        let noor = by_hand(&console, &token, 0, "NOOR").await;
        assert_eq!((noor.total, noor.unfiltered, noor.rows[0].created_at), (120, 121, Timestamp(119)));
        assert_eq!(by_hand(&console, &token, 0, "%").await.total, 0);
        drop(console);

        let token = open(&mut world, true);
        let console = world.console(Who::Anonymous).await;
        let first = undelivered(&console, &token, DeliveryState::Failed, "noor").await.listing;
        assert_eq!((first.rows.len(), first.total), (50, 120));
        assert_eq!(first.rows[0].created_at, Timestamp(119));
        assert!(first.now >= NOW);
    }
}
