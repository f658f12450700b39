use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use app::{
    model::{
        AccountId, AppError,
        account::{Profile, SessionRef},
        preferences::{Density, Preferences, Theme},
    },
    port::{Account, Identity},
};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version, password_hash::phc::PasswordHash};
use async_trait::async_trait;
use time::OffsetDateTime;
use tower_sessions::{Expiry, Session, SessionStore, session, session_store};

use super::outcome;
use crate::{
    audit::Record,
    console::Console,
    identity::Passwords,
    store::{
        db::{execute, fetch_one},
        sessions::{self, Sessions},
        testing::on_both_engines,
    },
    testing::{PASSWORD, Who, World},
};

const NEW: &str = "quiet river under glass";

/// A browser of this person that has just signed in.
struct Browser {
    session: Session,
    console: Console,
}

impl Browser {
    async fn signed_in(world: &World, who: Who, agent: &str) -> Self {
        let browser = Self::new(world, who, agent).await;
        browser.console.sign_in(who.email().as_str(), PASSWORD).await.expect("signed in");
        browser
    }

    async fn new(world: &World, who: Who, agent: &str) -> Self {
        let end = Expiry::AtDateTime(OffsetDateTime::from_unix_timestamp(world.store.ambient.now().0 / 1_000 + 3_600).expect("a time"));
        let session = Session::new(None, Arc::new(Sessions(world.store.clone())), Some(end));
        let mut caller = world.caller(who).await;
        agent.clone_into(&mut caller.origin.agent);
        let console = Console::new(Arc::clone(&world.parts), caller, session.clone());
        Self { session, console }
    }

    async fn is_signed_in(&self, world: &World) -> bool {
        match self.session.id() {
            Some(id) => world.store.signed_in(&id).await.expect("read").is_some(),
            None => false,
        }
    }
}

/// The newest records of a chain, the oldest of them first.
pub(super) async fn newest<const N: usize>(world: &World, chain: &str) -> [Record; N] {
    let all = world.store.audit_records(chain, 0, 1_000).await.expect("records");
    let records: Vec<Record> = all.into_iter().map(|stored| stored.record).collect();
    records.last_chunk::<N>().expect("so many records").clone()
}

/// Field, before, after.
pub(super) fn changes(record: &Record) -> Vec<(&str, Option<&str>, Option<&str>)> {
    record
        .changes
        .iter()
        .map(|change| (change.field.as_str(), change.before.as_deref(), change.after.as_deref()))
        .collect()
}

pub(super) async fn id_of(world: &World, who: Who) -> AccountId {
    world.person(who).await.expect("a person").id
}

pub(super) async fn sql(world: &World, statement: &'static str, id: &str, account: &AccountId) {
    let mut tx = world.store.db.write().await.expect("begin");
    execute!(&mut tx, statement, id, account.as_str()).expect("done");
    tx.commit().await.expect("commit");
}

/// What a statement counts of the account.
pub(super) async fn rows(world: &World, statement: &'static str, account: &AccountId) -> i64 {
    let mut reader = world.store.db.read().await.expect("a reader");
    fetch_one!(&mut reader, (i64,), statement, account.as_str()).expect("counted").0
}

const SESSIONS: &str = "SELECT count(*) FROM sessions WHERE account_id = $1";

/// Sessions that somebody ends at the moment when one of them gets a new id.
#[derive(Debug)]
struct Interrupted {
    sessions: Sessions,
    of: AccountId,
    armed: AtomicBool,
}

#[async_trait]
impl SessionStore for Interrupted {
    async fn create(&self, record: &mut session::Record) -> session_store::Result<()> {
        if self.armed.load(Ordering::Relaxed) {
            let mut tx = self.sessions.0.db.write().await?;
            sessions::end_all(&mut tx, &self.of, None).await?;
            tx.commit().await?;
        }
        self.sessions.create(record).await
    }

    async fn save(&self, record: &session::Record) -> session_store::Result<()> {
        self.sessions.save(record).await
    }

    async fn load(&self, id: &session::Id) -> session_store::Result<Option<session::Record>> {
        self.sessions.load(id).await
    }

    async fn delete(&self, id: &session::Id) -> session_store::Result<()> {
        self.sessions.delete(id).await
    }
}

on_both_engines! {
    async fn a_profile_is_kept_and_audited_where_it_matters(db: TestDb) {
        let world = World::new(db).await;
        let owner = world.console(Who::Owner).await;
        assert_eq!(owner.show().await.expect("read").preferences, Preferences::default());
        let profile = Profile {
            name: "Ada N. Osei".parse().expect("a name"),
            preferences: Preferences {
                zone: "Europe/Berlin".parse().expect("a zone"),
                theme: Theme::Dark,
                density: Density::Compact,
            },
        };
        owner.save_profile(profile.clone()).await.expect("saved");
        let owner = world.console(Who::Owner).await;
        let read = owner.show().await.expect("read");
        assert_eq!((read.viewer.name, read.preferences), (profile.name.clone(), profile.preferences.clone()));
        for chain in ["installation", world.org.as_str()] {
            let [record] = newest(&world, chain).await;
            assert_eq!(record.action, "account.updated");
            assert_eq!(
                changes(&record),
                [
                    ("name", Some("Ada Osei"), Some("Ada N. Osei")),
                    ("zone", Some("UTC"), Some("Europe/Berlin")),
                    ("theme", Some("system"), Some("dark")),
                    ("density", Some("comfortable"), Some("compact")),
                ]
            );
        }

        owner.save_profile(profile).await.expect("nothing to do");
        owner.set_theme(Theme::Dark).await.expect("nothing to do");
        owner.set_theme(Theme::Light).await.expect("kept");
        let [before, theme] = newest(&world, "installation").await;
        assert_eq!(before.changes.len(), 4, "what changes nothing leaves no record");
        assert_eq!(changes(&theme), [("theme", Some("dark"), Some("light"))]);
        let [org] = newest(&world, world.org.as_str()).await;
        assert_eq!(org.changes.len(), 4, "how a person likes pages is no matter of the org");
        assert_eq!(owner.show().await.expect("read").preferences.theme, Theme::Light);
    }

    async fn an_account_is_its_persons_alone(db: TestDb) {
        let world = World::new(db).await;
        let anonymous = world.console(Who::Anonymous).await;
        assert_eq!(outcome(anonymous.show().await), "401");
        assert_eq!(outcome(anonymous.set_theme(Theme::Dark).await), "401");
        assert_eq!(outcome(anonymous.change_password(PASSWORD, NEW).await), "401");
        assert_eq!(outcome(anonymous.sign_out_everywhere().await), "401");
        assert_eq!(outcome(anonymous.leave(world.org.clone()).await), "401");
        let stranger = world.console(Who::Stranger).await.show().await.expect("read");
        assert_eq!(stranger.orgs.iter().map(|row| &row.org.id).collect::<Vec<_>>(), [&world.other_org]);
        assert!(world.console(Who::External).await.show().await.expect("read").orgs.is_empty());
    }

    async fn sessions_are_listed_and_ended(db: TestDb) {
        let world = World::new(db).await;
        let laptop = Browser::signed_in(&world, Who::Owner, "Firefox/145.0 Linux").await;
        world.clock.advance(60_000);
        let phone = Browser::signed_in(&world, Who::Owner, "CriOS/142.0 iPhone").await;
        let other = Browser::signed_in(&world, Who::OrgAdmin, "curl/8.9.1").await;

        let listed = laptop.console.show().await.expect("read").sessions;
        let shown: Vec<_> = listed.iter().map(|row| (row.agent.as_str(), row.address.as_deref(), row.is_own)).collect();
        assert_eq!(
            shown,
            [
                ("CriOS/142.0 iPhone", Some("192.0.2.7"), false),
                ("Firefox/145.0 Linux", Some("192.0.2.7"), true),
            ]
        );

        let own = laptop.console.end_session(listed[1].id.clone()).await;
        assert!(matches!(own, Err(AppError::Conflict { .. })), "{own:?}");
        let theirs = other.console.show().await.expect("read").sessions[0].id.clone();
        assert_eq!(laptop.console.end_session(theirs).await, Err(AppError::NotFound), "of another account");
        let unknown: SessionRef = "0".repeat(64).parse().expect("a digest");
        assert_eq!(laptop.console.end_session(unknown).await, Err(AppError::NotFound));

        laptop.console.end_session(listed[0].id.clone()).await.expect("ended");
        assert!(!phone.is_signed_in(&world).await && laptop.is_signed_in(&world).await);
        assert_eq!(laptop.console.end_session(listed[0].id.clone()).await, Err(AppError::NotFound), "it is gone");
        phone.session.insert("late", 1).await.expect("in memory");
        assert!(phone.session.save().await.is_err() || !phone.is_signed_in(&world).await, "a late request revives nothing");
        let [record] = newest(&world, world.org.as_str()).await;
        assert_eq!(record.action, "session.revoked");
        assert_eq!(
            changes(&record),
            [("address", Some("192.0.2.7"), None), ("browser", Some("CriOS/142.0 iPhone"), None)]
        );
    }

    async fn signing_out_everywhere_ends_every_session_of_the_account(db: TestDb) {
        let world = World::new(db).await;
        let here = Browser::signed_in(&world, Who::Owner, "").await;
        let there = Browser::signed_in(&world, Who::Owner, "").await;
        let other = Browser::signed_in(&world, Who::OrgAdmin, "").await;
        here.console.sign_out_everywhere().await.expect("ended");
        assert!(!here.is_signed_in(&world).await && !there.is_signed_in(&world).await);
        assert!(other.is_signed_in(&world).await);
        for chain in ["installation", world.org.as_str()] {
            let [record] = newest(&world, chain).await;
            assert_eq!(record.action, "session.all_ended");
            assert_eq!(changes(&record), [("sessions ended", None, Some("2"))]);
        }
    }

    async fn a_new_password_needs_the_old_one_and_ends_the_other_sessions(db: TestDb) {
        let world = World::new(db).await;
        let here = Browser::signed_in(&world, Who::Owner, "").await;
        let there = Browser::signed_in(&world, Who::Owner, "").await;
        let refused = |answer: Result<(), AppError>| answer.expect_err("refused");
        assert!(refused(here.console.change_password("wrong-password", NEW).await).on_field("current").is_some());
        let [record] = newest(&world, "installation").await;
        assert_eq!(record.action, "account.password_refused");
        for weak in ["short", "Passw0rd1234", "ada osei 2026", PASSWORD] {
            assert!(refused(here.console.change_password(PASSWORD, weak).await).on_field("new").is_some(), "{weak}");
        }
        assert!(there.is_signed_in(&world).await, "nothing is half done");

        let before = here.session.id();
        here.console.change_password(PASSWORD, NEW).await.expect("changed");
        assert!(here.is_signed_in(&world).await && !there.is_signed_in(&world).await);
        assert_ne!(here.session.id(), before, "the own session has a new id");
        for chain in ["installation", world.org.as_str()] {
            let [record] = newest(&world, chain).await;
            assert_eq!(record.action, "account.password_changed");
            assert_eq!(changes(&record), [("sessions ended", None, Some("1"))]);
        }
        let anonymous = world.console(Who::Anonymous).await;
        let email = Who::Owner.email();
        assert!(anonymous.sign_in(email.as_str(), PASSWORD).await.is_err());
        anonymous.sign_in(email.as_str(), NEW).await.expect("the new one");
    }

    async fn guesses_at_the_current_password_are_throttled(db: TestDb) {
        let world = World::new(db).await;
        let here = Browser::signed_in(&world, Who::Owner, "").await;
        for _ in 0..10 {
            assert!(here.console.change_password("wrong-password", NEW).await.expect_err("wrong").on_field("current").is_some());
        }
        let throttled = here.console.change_password(PASSWORD, NEW).await;
        assert!(matches!(throttled, Err(AppError::Throttled { .. })), "{throttled:?}");
    }

    async fn no_session_that_raced_a_password_change_is_valid(db: TestDb) {
        let world = World::new(db).await;
        let here = Browser::signed_in(&world, Who::Owner, "").await;
        let mut late = Vec::new();
        for _ in 0..4 {
            late.push(Browser::new(&world, Who::Anonymous, "").await);
        }
        let email = Who::Owner.email();
        let sign_ins = futures::future::join_all(late.iter().map(|browser| browser.console.sign_in(email.as_str(), PASSWORD)));
        let (changed, _) = tokio::join!(here.console.change_password(PASSWORD, NEW), sign_ins);
        changed.expect("changed");
        assert!(here.is_signed_in(&world).await);
        for browser in &late {
            assert!(!browser.is_signed_in(&world).await, "with the old password");
        }
        assert_eq!(rows(&world, SESSIONS, &id_of(&world, Who::Owner).await).await, 1);
    }

    async fn no_session_outlives_the_end_of_all_by_its_new_id(db: TestDb) {
        let world = World::new(db).await;
        let owner = id_of(&world, Who::Owner).await;
        let store = Arc::new(Interrupted { sessions: Sessions(world.store.clone()), of: owner.clone(), armed: AtomicBool::new(false) });
        let session = Session::new(None, store.clone(), None);
        let console = Console::new(Arc::clone(&world.parts), world.caller(Who::Owner).await, session.clone());
        console.sign_in(Who::Owner.email().as_str(), PASSWORD).await.expect("signed in");
        store.armed.store(true, Ordering::Relaxed);
        console.change_password(PASSWORD, NEW).await.expect("changed");
        assert_eq!(rows(&world, SESSIONS, &owner).await, 0, "they were all ended");
        assert_eq!(session.id(), None, "and the cookie is taken back");
        assert_eq!(outcome(console.change_password(NEW, PASSWORD).await), "401");
    }

    async fn a_hash_of_other_costs_is_made_anew_at_sign_in(db: TestDb) {
        let world = World::new(db).await;
        let before = Browser::signed_in(&world, Who::Owner, "").await;
        let older = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(32, 1, 1, None).expect("costs"));
        let older: PasswordHash = older.hash_password_with_salt(PASSWORD.as_bytes(), b"salt-of-16-bytes").expect("a hash");
        let owner = id_of(&world, Who::Owner).await;
        let older = older.to_string();
        sql(&world, "UPDATE accounts SET password_hash = $1 WHERE id = $2", &older, &owner).await;
        let stored = || async { world.store.credentials(&Who::Owner.email()).await.expect("read").expect("known").password_hash };

        let anonymous = world.console(Who::Anonymous).await;
        assert!(anonymous.sign_in(Who::Owner.email().as_str(), "wrong-password").await.is_err());
        assert_eq!(stored().await, older, "a wrong password changes nothing");
        let now = Browser::signed_in(&world, Who::Owner, "").await;
        assert!(Passwords::is_current(&stored().await));
        assert!(now.is_signed_in(&world).await && before.is_signed_in(&world).await, "the password is the same");
        Browser::signed_in(&world, Who::Owner, "").await;
    }
}
