use std::sync::Arc;

use app::{
    model::{
        AppError,
        time::{DAY, HOUR, MINUTE},
    },
    port::{Account, EmailChange, Entry, Identity},
};
use tower_sessions::Session;

use crate::{
    access::{Caller, Origin, api_key::Pepper},
    ambient::Ambient,
    audit::Chain,
    catalog::Catalog,
    config::SignUp,
    console::{Console, ConsoleParts},
    enforcement::Engine,
    identity::{Passwords, SetupLink},
    links::{Link, Links},
    store::{
        Store,
        db::{execute, fetch_all, fetch_one},
        sessions::Sessions,
        testing::on_both_engines,
    },
    testing::{PASSWORD, Who, World},
};

pub const NEW: &str = "quiet river under glass";

/// Tokens of the links that were mailed to this address, the oldest first.
pub async fn tokens(world: &World, email: &str) -> Vec<String> {
    const SQL: &str = "SELECT link FROM mails WHERE recipient = $1 AND state = 'waiting' AND link NOT LIKE '/%' ORDER BY created_at";
    let mut reader = world.store.db.read().await.expect("read");
    let rows = fetch_all!(&mut reader, (String,), SQL, email).expect("mails");
    rows.into_iter()
        .map(|(link,)| world.parts.links.token(&link.parse::<Link>().expect("a link")))
        .collect()
}

/// Subjects of the mails to this address, the oldest first.
pub async fn subjects(world: &World, email: &str) -> Vec<String> {
    let mut reader = world.store.db.read().await.expect("read");
    let sql = "SELECT subject FROM mails WHERE recipient = $1 AND state = 'waiting' ORDER BY created_at";
    fetch_all!(&mut reader, (String,), sql, email)
        .expect("mails")
        .into_iter()
        .map(|(subject,)| subject)
        .collect()
}

pub async fn count(world: &World, sql: &'static str) -> i64 {
    let mut reader = world.store.db.read().await.expect("read");
    fetch_one!(&mut reader, (i64,), sql).expect("a count").0
}

async fn actions(world: &World, chain: &Chain) -> Vec<String> {
    let records = world.store.audit_records(chain.as_str(), 0, 1_000).await.expect("records");
    records.into_iter().map(|stored| stored.record.action).collect()
}

pub fn with_sign_up(world: &mut World, policy: SignUp) {
    Arc::get_mut(&mut world.parts).expect("nobody else holds it yet").sign_up = policy;
}

pub fn is_dead(answer: &Result<(), AppError>) -> bool {
    matches!(answer, Err(AppError::Conflict { message }) if message.contains("not valid any more"))
}

on_both_engines! {
    async fn a_reset_tells_nothing_works_once_and_ends_every_session(db: TestDb) {
        let world = World::new(db).await;
        let anonymous = world.console(Who::Anonymous).await;
        let owner = Who::Owner.email();
        anonymous.sign_in(owner.as_str(), PASSWORD).await.expect("signed in");
        for email in [owner.as_str(), "nobody@acme.example"] {
            assert_eq!(anonymous.request_reset(email).await, Ok(()));
        }
        assert_eq!(count(&world, "SELECT count(*) FROM account_links").await, 2, "the same work for both");
        assert_eq!(count(&world, "SELECT count(*) FROM mails WHERE state = 'void'").await, 1);
        let token = tokens(&world, owner.as_str()).await.remove(0);
        assert_eq!(anonymous.find_reset(&token).await, Ok(Some(owner.clone())));
        assert_eq!(anonymous.find_sign_up(&token).await, Ok(None), "a link is for one thing");
        let weak = anonymous.reset(&token, "short").await.expect_err("refused");
        assert!(weak.on_field("password").is_some());
        let own = anonymous.reset(&token, owner.as_str()).await.expect_err("refused");
        assert!(own.on_field("password").is_some());

        let sessions = "SELECT count(*) FROM sessions WHERE account_id IS NOT NULL";
        assert_eq!(count(&world, sessions).await, 1);
        world.clock.advance(1);
        anonymous.reset(&token, NEW).await.expect("changed");
        assert_eq!(count(&world, sessions).await, 0);
        assert_eq!(anonymous.find_reset(&token).await, Ok(None));
        assert!(is_dead(&anonymous.reset(&token, PASSWORD).await));
        assert!(anonymous.sign_in(owner.as_str(), PASSWORD).await.is_err());
        anonymous.sign_in(owner.as_str(), NEW).await.expect("the new password");
        assert_eq!(subjects(&world, owner.as_str()).await, ["Choose a new password", "Your password was changed"]);
        let installation = actions(&world, &Chain::Installation).await;
        let expected = [
            "installation.set_up", "session.started", "password_reset.requested", "password_reset.requested", "account.password_reset",
            "session.refused", "session.started",
        ];
        assert_eq!(installation, expected);
        let org = actions(&world, &Chain::Org(world.org.clone())).await;
        assert!(org.contains(&"account.password_reset".to_owned()), "{org:?}");
    }

    async fn a_reset_link_ends_with_its_time_and_with_another_reset(db: TestDb) {
        let world = World::new(db).await;
        let anonymous = world.console(Who::Anonymous).await;
        let owner = Who::Owner.email();
        anonymous.request_reset(owner.as_str()).await.expect("asked");
        anonymous.request_reset(owner.as_str()).await.expect("asked");
        let old = tokens(&world, owner.as_str()).await;
        assert_eq!(old.len(), 2);
        let (first, second) = tokio::join!(anonymous.reset(&old[0], NEW), anonymous.reset(&old[0], NEW));
        assert!(first.is_ok() != second.is_ok(), "of two tabs one wins: {first:?} {second:?}");
        assert!(is_dead(&anonymous.reset(&old[1], NEW).await), "older links end with it");
        world.clock.advance(1);
        anonymous.request_reset(owner.as_str()).await.expect("asked");
        let last = tokens(&world, owner.as_str()).await.remove(2);
        world.clock.advance(30 * MINUTE);
        assert_eq!(anonymous.find_reset(&last).await, Ok(None));
        assert!(is_dead(&anonymous.reset(&last, NEW).await));
        for guess in ["", "guess", "link_00000000000000000000000000.AAAA"] {
            assert_eq!(anonymous.find_reset(guess).await, Ok(None));
            assert!(is_dead(&anonymous.reset(guess, NEW).await));
        }
    }

    async fn a_changed_password_ends_the_links_that_are_out(db: TestDb) {
        let world = World::new(db).await;
        let (console, anonymous) = (world.console(Who::Owner).await, world.console(Who::Anonymous).await);
        let owner = Who::Owner.email();
        console.sign_in(owner.as_str(), PASSWORD).await.expect("signed in");
        anonymous.request_reset(owner.as_str()).await.expect("asked");
        console.request_email("ada@acme.example", PASSWORD).await.expect("asked");
        let reset = tokens(&world, owner.as_str()).await.remove(0);
        let address = tokens(&world, "ada@acme.example").await.remove(0);
        world.clock.advance(1);
        console.change_password(PASSWORD, NEW).await.expect("changed");
        assert!(is_dead(&anonymous.reset(&reset, PASSWORD).await));
        assert!(is_dead(&anonymous.confirm_email(&address).await));
        assert_eq!(subjects(&world, owner.as_str()).await.last().map(String::as_str), Some("Your password was changed"));
    }

    async fn asking_is_throttled_alike_for_everybody(db: TestDb) {
        let world = World::new(db).await;
        let anonymous = world.console(Who::Anonymous).await;
        for email in [Who::Owner.email().to_string(), "nobody@acme.example".to_owned()] {
            for spelling in [email.clone(), email.to_uppercase(), format!(" {email} ")] {
                anonymous.request_reset(&spelling).await.expect("asked");
            }
            let throttled = anonymous.request_reset(&email).await;
            assert!(matches!(throttled, Err(AppError::Throttled { retry_after_s: 1..=3_600 })), "{throttled:?}");
        }
        for number in 0..14 {
            anonymous.request_reset(&format!("n{number}@acme.example")).await.expect("asked");
        }
        let network = anonymous.request_reset("one-more@acme.example").await;
        assert!(matches!(network, Err(AppError::Throttled { .. })), "{network:?}");
        world.clock.advance(HOUR);
        anonymous.request_reset("one-more@acme.example").await.expect("the window is over");
        assert!(anonymous.request_reset("no address").await.expect_err("refused").on_field("email").is_some());
    }

    async fn a_link_takes_so_many_passwords_and_no_more(db: TestDb) {
        let mut world = World::new(db).await;
        with_sign_up(&mut world, SignUp::Open);
        let anonymous = world.console(Who::Anonymous).await;
        let (owner, new) = (Who::Owner.email(), "new@acme.example");
        anonymous.request_reset(owner.as_str()).await.expect("asked");
        anonymous.request_sign_up(new).await.expect("asked");
        let (reset, sign_up) = (tokens(&world, owner.as_str()).await.remove(0), tokens(&world, new).await.remove(0));
        let name = || "Noor Haddad".parse().expect("a name");
        for _ in 0..10 {
            assert!(anonymous.reset(&reset, "short").await.expect_err("weak").on_field("password").is_some());
            assert!(anonymous.sign_up(&sign_up, name(), "short").await.expect_err("weak").on_field("password").is_some());
        }
        for throttled in [anonymous.reset(&reset, NEW).await, anonymous.sign_up(&sign_up, name(), NEW).await] {
            assert!(matches!(throttled, Err(AppError::Throttled { .. })), "{throttled:?}");
        }
        world.clock.advance(15 * MINUTE);
        anonymous.reset(&reset, NEW).await.expect("the link still works");
        anonymous.sign_up(&sign_up, name(), NEW).await.expect("the link still works");
    }

    async fn nobody_signs_up_where_it_is_closed(db: TestDb) {
        let mut world = World::new(db).await;
        let anonymous = world.console(Who::Anonymous).await;
        assert_eq!(anonymous.may_sign_up().await, Ok(false));
        let refused = anonymous.request_sign_up("new@acme.example").await;
        assert!(matches!(refused, Err(AppError::Forbidden { .. })), "{refused:?}");
        drop(anonymous);
        with_sign_up(&mut world, SignUp::Open);
        let anonymous = world.console(Who::Anonymous).await;
        anonymous.request_sign_up("new@acme.example").await.expect("asked");
        let token = tokens(&world, "new@acme.example").await.remove(0);
        drop(anonymous);
        with_sign_up(&mut world, SignUp::Closed);
        let anonymous = world.console(Who::Anonymous).await;
        let late = anonymous.sign_up(&token, "New".parse().expect("a name"), NEW).await;
        assert!(matches!(late, Err(AppError::Forbidden { .. })), "closing voids what is out: {late:?}");
    }

    async fn nobody_signs_up_before_the_installation_is_set_up(db: TestDb) {
        let ambient = Ambient::system();
        let pepper = Pepper([3; 32]);
        let store = Store::new(db.db.clone(), ambient.clone());
        let parts = ConsoleParts {
            store: store.clone(),
            catalog: Arc::new(Catalog::built_in()),
            links: Links::new(&pepper),
            pepper,
            passwords: Passwords::new(&ambient).expect("a decoy"),
            setup: SetupLink::new(&ambient),
            sign_up: SignUp::Open,
            operator_contact: None,
            outbox: None,
            engine: Arc::new(Engine::new()),
            pulse: Arc::default(),
        };
        let session = Session::new(None, Arc::new(Sessions(store)), None);
        let console = Console::new(Arc::new(parts), Caller::anonymous(Origin::cli()), session);
        assert_eq!(console.may_sign_up().await, Ok(false), "the first account is made by the set-up link");
        let refused = console.request_sign_up("eve@acme.example").await;
        assert!(matches!(refused, Err(AppError::Forbidden { .. })), "{refused:?}");
    }

    async fn an_account_exists_once_its_address_is_verified(db: TestDb) {
        let mut world = World::new(db).await;
        with_sign_up(&mut world, SignUp::Domains(vec!["acme.example".to_owned()]));
        let anonymous = world.console(Who::Anonymous).await;
        let foreign = anonymous.request_sign_up("new@other.example").await.expect_err("refused");
        assert!(foreign.on_field("email").is_some_and(|text| !text.contains("acme.example")), "the domains are not told");
        let (new, owner) = ("new@acme.example", Who::Owner.email());
        for email in ["New@Acme.example", owner.as_str()] {
            assert_eq!(anonymous.request_sign_up(email).await, Ok(()));
        }
        assert_eq!(subjects(&world, owner.as_str()).await, ["You have an account already"]);
        assert!(world.store.credentials(&new.parse().expect("an address")).await.expect("read").is_none());
        let token = tokens(&world, new).await.remove(0);
        assert_eq!(anonymous.find_sign_up(&token).await, Ok(Some(new.parse().expect("an address"))));
        let name = || "Noor Haddad".parse().expect("a name");
        let weak = anonymous.sign_up(&token, name(), "short").await.expect_err("refused");
        assert!(weak.on_field("password").is_some());
        world.clock.advance(1);
        anonymous.request_sign_up(new).await.expect("asked again");
        anonymous.sign_up(&token, name(), NEW).await.expect("made");
        let session = "SELECT count(*) FROM sessions WHERE account_id IS NOT NULL";
        assert_eq!(count(&world, session).await, 1, "signed in");
        assert!(is_dead(&anonymous.sign_up(&token, name(), NEW).await));
        let second = tokens(&world, new).await.remove(1);
        let refused = anonymous.sign_up(&second, name(), NEW).await;
        assert!(matches!(refused, Err(AppError::Conflict { .. })) && !is_dead(&refused), "{refused:?}");
        anonymous.sign_in(new, NEW).await.expect("signed in");
        let installation = actions(&world, &Chain::Installation).await;
        assert_eq!(installation.iter().filter(|action| *action == "account.created").count(), 1);
        assert_eq!(installation.iter().filter(|action| *action == "sign_up.requested").count(), 3);
        world.clock.advance(DAY);
        assert_eq!(anonymous.find_sign_up(&second).await, Ok(None));
    }

    async fn an_address_changes_when_the_new_one_is_confirmed(db: TestDb) {
        let world = World::new(db).await;
        let owner = Who::Owner.email();
        let console = world.console(Who::Owner).await;
        let wrong = console.request_email("ada@acme.example", "wrong-password").await.expect_err("refused");
        assert!(wrong.on_field("password").is_some());
        assert_eq!(actions(&world, &Chain::Installation).await.last().map(String::as_str), Some("account.password_refused"));
        let same = console.request_email(&owner.as_str().to_uppercase(), PASSWORD).await.expect_err("refused");
        assert!(same.on_field("email").is_some());
        for email in ["ada@acme.example", Who::Stranger.email().as_str()] {
            assert_eq!(console.request_email(email, PASSWORD).await, Ok(()), "whether it is taken is not told");
        }
        assert_eq!(subjects(&world, Who::Stranger.email().as_str()).await, ["This address has an account already"]);
        assert_eq!(subjects(&world, owner.as_str()).await, ["Your address is about to change"; 2]);
        let anonymous = world.console(Who::Anonymous).await;
        let first = tokens(&world, "ada@acme.example").await.remove(0);
        assert!(is_dead(&anonymous.confirm_email(&first).await), "the second request voided it");
        world.clock.advance(1);
        console.request_email("ada@acme.example", PASSWORD).await.expect("asked again");
        anonymous.request_reset(owner.as_str()).await.expect("asked");
        let link = tokens(&world, "ada@acme.example").await.remove(1);
        assert_eq!(anonymous.find_email(&link).await, Ok(Some("ada@acme.example".parse().expect("an address"))));
        world.clock.advance(1);
        anonymous.confirm_email(&link).await.expect("changed");
        assert!(is_dead(&anonymous.confirm_email(&link).await));
        let reset = tokens(&world, owner.as_str()).await.remove(0);
        assert!(is_dead(&anonymous.reset(&reset, NEW).await), "a link in the old mailbox opens nothing any more");
        assert!(anonymous.sign_in(owner.as_str(), PASSWORD).await.is_err());
        anonymous.sign_in("ada@acme.example", PASSWORD).await.expect("signed in");
        assert_eq!(subjects(&world, owner.as_str()).await.last().map(String::as_str), Some("Your address was changed"));
        let records = world.store.audit_records(world.org.as_str(), 0, 1_000).await.expect("records");
        let changed = records.into_iter().find(|stored| stored.record.action == "account.email_changed").expect("a record").record;
        assert_eq!((changed.changes[0].before.as_deref(), changed.changes[0].after.as_deref()), (Some(owner.as_str()), Some("ada@acme.example")));
        assert_eq!(world.console(Who::Anonymous).await.request_email("x@acme.example", PASSWORD).await, Err(AppError::SignedOut));
    }

    async fn an_address_that_was_taken_meanwhile_stays_where_it_is(db: TestDb) {
        let world = World::new(db).await;
        let console = world.console(Who::Owner).await;
        console.request_email("late@acme.example", PASSWORD).await.expect("asked");
        let mut tx = world.store.db.write().await.expect("begin");
        execute!(&mut tx, "UPDATE accounts SET email = 'late@acme.example' WHERE email = $1", Who::Stranger.email().as_str()).expect("taken");
        tx.commit().await.expect("commit");
        let token = tokens(&world, "late@acme.example").await.remove(0);
        let refused = console.confirm_email(&token).await;
        assert!(matches!(refused, Err(AppError::Conflict { .. })) && !is_dead(&refused), "{refused:?}");
        assert!(world.store.credentials(&Who::Owner.email()).await.expect("read").is_some());
    }
}
