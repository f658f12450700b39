//! Links out of mails: each works once, for one thing, in its time, and never after what it was for has changed. The reset
//! in two tabs stands with the ways in.

use app::{
    model::{
        AppError,
        time::{DAY, HOUR, MINUTE},
    },
    port::{EmailChange, Entry, Identity},
};

use super::entry::{NEW, count, is_dead, subjects, tokens, with_sign_up};
use crate::{
    config::SignUp,
    store::testing::on_both_engines,
    testing::{PASSWORD, Who, World},
};

const OTHER: &str = "calm mountain above clouds";

fn name() -> app::model::Name {
    "Noor Haddad".parse().expect("a name")
}

on_both_engines! {
    async fn of_two_tabs_one_signs_up(db: TestDb) {
        let mut world = World::new(db).await;
        with_sign_up(&mut world, SignUp::Open);
        let (one, two) = (world.console(Who::Anonymous).await, world.console(Who::Anonymous).await);
        one.request_sign_up("noor@acme.example").await.expect("asked");
        let token = tokens(&world, "noor@acme.example").await.remove(0);
        let (first, second) = tokio::join!(one.sign_up(&token, name(), NEW), two.sign_up(&token, name(), OTHER));
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        let (kept, other) = if first.is_ok() { (NEW, OTHER) } else { (OTHER, NEW) };
        let fresh = world.console(Who::Anonymous).await;
        assert!(fresh.sign_in("noor@acme.example", other).await.is_err(), "the second password is worth nothing");
        fresh.sign_in("noor@acme.example", kept).await.expect("signed in");
        assert_eq!(count(&world, "SELECT count(*) FROM accounts WHERE email = 'noor@acme.example'").await, 1);
        assert_eq!(count(&world, "SELECT count(*) FROM org_members m JOIN accounts a ON a.id = m.account_id WHERE a.email = 'noor@acme.example'").await, 0);
    }

    async fn two_links_to_one_address_make_one_account(db: TestDb) {
        let mut world = World::new(db).await;
        with_sign_up(&mut world, SignUp::Open);
        let (one, two) = (world.console(Who::Anonymous).await, world.console(Who::Anonymous).await);
        for spelling in ["noor@acme.example", "NOOR@ACME.example"] {
            one.request_sign_up(spelling).await.expect("asked");
            world.clock.advance(1);
        }
        let tokens = tokens(&world, "noor@acme.example").await;
        assert_eq!(tokens.len(), 2);
        let (first, second) = tokio::join!(one.sign_up(&tokens[0], name(), NEW), two.sign_up(&tokens[1], name(), NEW));
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        assert!(!matches!((first, second), (Err(AppError::Internal), _) | (_, Err(AppError::Internal))), "a refusal, no failure");
        // An address that only delivers to the same person is another account.
        for other in ["noor+x@acme.example", "n.oor@acme.example"] {
            one.request_sign_up(other).await.expect("asked");
            assert_eq!(subjects(&world, other).await, ["Make your account"]);
        }
        for alike in ["n\u{43e}or@acme.example", "noor@\u{430}cme.example", "noor\u{200b}@acme.example", "noor@acme.example\r\nBcc: x@evil.example"] {
            assert!(one.request_sign_up(alike).await.expect_err("refused").on_field("email").is_some(), "{alike:?}");
        }
    }

    async fn a_sign_up_link_ends_with_its_day(db: TestDb) {
        let mut world = World::new(db).await;
        with_sign_up(&mut world, SignUp::Open);
        let anonymous = world.console(Who::Anonymous).await;
        anonymous.request_sign_up("noor@acme.example").await.expect("asked");
        let token = tokens(&world, "noor@acme.example").await.remove(0);
        world.clock.advance(DAY - 1);
        assert!(anonymous.find_sign_up(&token).await.expect("found").is_some());
        world.clock.advance(1);
        assert!(is_dead(&anonymous.sign_up(&token, name(), NEW).await));
        assert_eq!(count(&world, "SELECT count(*) FROM accounts WHERE email = 'noor@acme.example'").await, 0);
    }

    async fn of_two_tabs_one_confirms_the_address(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        owner.request_email("ada@acme.example", PASSWORD).await.expect("asked");
        let token = tokens(&world, "ada@acme.example").await.remove(0);
        world.clock.advance(DAY - 1);
        let (one, two) = (world.console(Who::Anonymous).await, world.console(Who::Stranger).await);
        let (first, second) = tokio::join!(one.confirm_email(&token), two.confirm_email(&token));
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        assert!(is_dead(&one.confirm_email(&token).await));
        assert!(world.person(Who::Stranger).await.is_some(), "it is about the account that asked, whoever opens the link");
        assert_eq!(count(&world, "SELECT count(*) FROM accounts WHERE email = 'ada@acme.example'").await, 1);
        let changes = "SELECT count(*) FROM audit_records WHERE chain = 'installation' AND action = 'account.email_changed'";
        assert_eq!(count(&world, changes).await, 1);
    }

    async fn an_address_link_ends_with_its_day_and_with_a_reset(db: TestDb) {
        let world = World::new(db).await;
        let (owner, anonymous) = (world.console(Who::Owner).await, world.console(Who::Anonymous).await);
        owner.request_email("ada@acme.example", PASSWORD).await.expect("asked");
        let late = tokens(&world, "ada@acme.example").await.remove(0);
        world.clock.advance(DAY);
        assert!(is_dead(&anonymous.confirm_email(&late).await));
        owner.request_email("eve@evil.example", PASSWORD).await.expect("asked, by whoever took the session");
        let planted = tokens(&world, "eve@evil.example").await.remove(0);
        anonymous.request_reset(Who::Owner.email().as_str()).await.expect("asked");
        let reset = tokens(&world, Who::Owner.email().as_str()).await.remove(0);
        world.clock.advance(1);
        anonymous.reset(&reset, NEW).await.expect("changed");
        assert!(is_dead(&anonymous.confirm_email(&planted).await), "a reset takes the account back");
        anonymous.sign_in(Who::Owner.email().as_str(), NEW).await.expect("the address is the old one");
    }

    async fn a_link_is_for_one_thing_and_as_it_was_sent(db: TestDb) {
        let mut world = World::new(db).await;
        with_sign_up(&mut world, SignUp::Open);
        let (owner, anonymous) = (world.console(Who::Owner).await, world.console(Who::Anonymous).await);
        // In this order: who asks for another address voids the resets that are out.
        owner.request_email("ada@acme.example", PASSWORD).await.expect("asked");
        anonymous.request_reset(Who::Owner.email().as_str()).await.expect("asked");
        anonymous.request_sign_up("noor@acme.example").await.expect("asked");
        let reset = tokens(&world, Who::Owner.email().as_str()).await.remove(0);
        let sign_up = tokens(&world, "noor@acme.example").await.remove(0);
        let address = tokens(&world, "ada@acme.example").await.remove(0);
        for wrong in [&sign_up, &address] {
            assert!(is_dead(&anonymous.reset(wrong, NEW).await));
        }
        for wrong in [&reset, &address] {
            assert!(is_dead(&anonymous.sign_up(wrong, name(), NEW).await));
        }
        for wrong in [&reset, &sign_up] {
            assert!(is_dead(&anonymous.confirm_email(wrong).await));
        }
        // The id of one with the seal of another, other spellings, and one bit more.
        let ((id, seal), (other, _)) = (reset.split_once('.').expect("two parts"), sign_up.split_once('.').expect("two parts"));
        let forged = [
            format!("{other}.{seal}"),
            id.to_owned(),
            format!("{id}."),
            format!("{id}.{seal}A"),
            format!("{id}.{seal}="),
            format!("{id}.{}", seal.to_uppercase()),
            format!("{}.{seal}", id.to_uppercase()),
            format!(" {reset}"),
            format!("{reset}\0"),
            "a".repeat(10_000),
        ];
        for forged in forged {
            assert!(is_dead(&anonymous.reset(&forged, NEW).await), "{forged:?}");
        }
        world.clock.advance(30 * MINUTE - 1);
        anonymous.reset(&reset, NEW).await.expect("the true one works to its last moment");
        world.clock.advance(HOUR);
        assert!(is_dead(&anonymous.reset(&reset, OTHER).await));
    }
}
