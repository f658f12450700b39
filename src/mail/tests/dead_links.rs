//! Mails whose links open nothing any more before a mail server takes them.

use app::{
    model::{OrgRole, Page, ProjectRole, invitation::NewInvitations},
    port::{EmailChange, Entry, Invitations},
};

use super::*;
use crate::{
    store::{
        db::{execute, fetch_all},
        testing::TestDb,
    },
    testing::{PASSWORD, smtp::Received},
};

const GUEST: &str = "noor.haddad@acme.example";

/// A world whose mail server is busy until it is told otherwise, and its postman.
async fn busy(db: TestDb) -> (World, Sink, Postman) {
    let world = World::new(db).await;
    let sink = Sink::start(Encryption::StartTls).await;
    sink.behave(Manner::Says("451 try again later"));
    let postman = postman(&world, Some(&sink.server(Encryption::StartTls)));
    (world, sink, postman)
}

/// The mails that arrive once the server takes them again.
async fn arrivals(world: &World, sink: &Sink, postman: &Postman) -> Vec<String> {
    sink.behave(Manner::Takes);
    world.clock.advance(MINUTE);
    round(postman).await;
    sink.mails().iter().map(Received::text).collect()
}

/// The mails to an address, the oldest first: state, whether an error is noted, and whether a text is kept.
async fn mails_to(world: &World, email: &str) -> Vec<(String, bool, bool)> {
    let mut reader = world.store.db.read().await.expect("read");
    let sql = "SELECT state, error, body FROM mails WHERE recipient = $1 ORDER BY id";
    let rows = fetch_all!(&mut reader, (String, Option<String>, String), sql, email).expect("mails");
    let row = |(state, error, body): (String, Option<String>, String)| (state, error.is_some(), !body.is_empty());
    rows.into_iter().map(row).collect()
}

async fn invite(world: &World) -> crate::console::Console {
    let owner = world.console(Who::Owner).await;
    let new = NewInvitations {
        emails: vec![GUEST.parse().expect("an address")],
        role: OrgRole::Member,
        projects: Vec::new(),
        project_role: ProjectRole::Member,
    };
    owner.invite(world.org.clone(), new).await.expect("invited");
    owner
}

fn withdrawn() -> (String, bool, bool) {
    ("failed".to_owned(), true, false)
}

fn sent() -> (String, bool, bool) {
    ("sent".to_owned(), false, false)
}

on_both_engines! {
    async fn a_revoked_invitation_does_not_arrive(db: TestDb) {
        let (world, sink, postman) = busy(db).await;
        let owner = invite(&world).await;
        round(&postman).await;
        assert_eq!(mails_to(&world, GUEST).await, [("waiting".to_owned(), true, true)]);
        let invitation = owner.pending(world.org.clone(), Page::default()).await.expect("listed").rows.remove(0).id;
        owner.revoke_invitation(world.org.clone(), invitation).await.expect("revoked");
        assert!(arrivals(&world, &sink, &postman).await.is_empty(), "a stranger learns nothing");
        let counters = &postman.counters;
        assert_eq!((counters.withdrawn.get(), counters.failed.get(), counters.deferred.get()), (1, 0, 1));
        assert_eq!(mails_to(&world, GUEST).await, [withdrawn()]);
    }

    async fn an_invitation_waits_while_its_sender_may_not_invite(db: TestDb) {
        let (world, sink, postman) = busy(db).await;
        invite(&world).await;
        round(&postman).await;
        let mut tx = world.store.db.write().await.expect("begin");
        execute!(&mut tx, "UPDATE org_members SET role = CASE role WHEN 'owner' THEN 'member' ELSE 'owner' END").expect("demoted");
        tx.commit().await.expect("commit");
        assert!(arrivals(&world, &sink, &postman).await.is_empty(), "its link opens nothing now");
        assert_eq!(mails_to(&world, GUEST).await, [("waiting".to_owned(), true, true)]);
        let mut tx = world.store.db.write().await.expect("begin");
        execute!(&mut tx, "UPDATE org_members SET role = 'owner'").expect("an owner again");
        tx.commit().await.expect("commit");
        world.clock.advance(HOUR);
        assert_eq!(arrivals(&world, &sink, &postman).await.len(), 1);
        assert_eq!(postman.counters.withdrawn.get(), 0);
    }

    async fn of_an_invitation_that_is_sent_again_the_newest_mail_arrives(db: TestDb) {
        let (world, sink, postman) = busy(db).await;
        let owner = invite(&world).await;
        round(&postman).await;
        world.clock.advance(1);
        let invitation = owner.pending(world.org.clone(), Page::default()).await.expect("listed").rows.remove(0).id;
        owner.resend(world.org.clone(), invitation.clone()).await.expect("sent anew");
        let arrived = arrivals(&world, &sink, &postman).await;
        assert_eq!(arrived.len(), 1, "{arrived:?}");
        let renewed = Link { generation: 2, ..Link::first(LinkKind::Invitation, invitation) };
        assert!(arrived[0].contains(&world.parts.links.token(&renewed)), "{arrived:?}");
        assert_eq!(mails_to(&world, GUEST).await, [withdrawn(), sent()]);
    }

    async fn a_used_link_takes_the_others_with_it(db: TestDb) {
        let (world, sink, postman) = busy(db).await;
        let anonymous = world.console(Who::Anonymous).await;
        let email = Who::OrgAdmin.email();
        for _ in 0..2 {
            anonymous.request_reset(email.as_str()).await.expect("asked");
            world.clock.advance(1);
        }
        let mut reader = world.store.db.read().await.expect("read");
        let (link,) = fetch_one!(&mut reader, (String,), "SELECT link FROM mails ORDER BY id LIMIT 1").expect("a mail");
        drop(reader);
        let token = world.parts.links.token(&link.parse().expect("a link"));
        anonymous.reset(&token, "quiet river under glass").await.expect("chosen");
        let arrived = arrivals(&world, &sink, &postman).await;
        assert_eq!(arrived.len(), 1, "the notice: {arrived:?}");
        assert!(arrived[0].contains("was changed"), "{arrived:?}");
        assert_eq!(mails_to(&world, email.as_str()).await, [withdrawn(), withdrawn(), sent()]);
    }

    async fn an_address_that_was_asked_for_again_gets_the_newest_link(db: TestDb) {
        let (world, sink, postman) = busy(db).await;
        let admin = world.console(Who::OrgAdmin).await;
        for new in ["first@acme.example", "second@acme.example"] {
            admin.request_email(new, PASSWORD).await.expect("asked");
            world.clock.advance(1);
        }
        let arrived = arrivals(&world, &sink, &postman).await;
        assert_eq!(arrived.len(), 3, "one link, and two notices to the old address: {arrived:?}");
        assert_eq!(mails_to(&world, "first@acme.example").await, [withdrawn()]);
        assert_eq!(mails_to(&world, "second@acme.example").await, [sent()]);
    }
}
