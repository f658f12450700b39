//! When members were last active in an organization.

use std::sync::Arc;

use app::{
    model::{AccountId, OrgId, OrgRole, Page, Timestamp, member::MemberFilter, time::MINUTE},
    port::{Keys, Members},
};
use tower_sessions::Session;

use crate::{
    access::Caller,
    console::Console,
    store::{
        db::{execute, fetch_one},
        orgs,
        sessions::Sessions,
        testing::on_both_engines,
    },
    testing::{NOW, Who, World},
};

/// As [`World::console`], with visits noted as for a person at a browser.
async fn at_browser(world: &World, who: Who) -> Console {
    let caller = Caller {
        visits: Some(Arc::clone(&world.store.visits)),
        ..world.caller(who).await
    };
    let session = Session::new(None, Arc::new(Sessions(world.store.clone())), None);
    Console::new(Arc::clone(&world.parts), caller, session)
}

async fn look(world: &World, who: Who) {
    let console = at_browser(world, who).await;
    Keys::list(&console, world.prod.clone(), Page::default()).await.expect("listed");
}

async fn account(world: &World, who: Who) -> AccountId {
    world.person(who).await.expect("a person").id
}

/// What the page shows.
async fn shown(world: &World, who: Who) -> Option<Timestamp> {
    let owner = world.console(Who::Owner).await;
    let list = Members::list(&owner, world.org.clone(), MemberFilter::default(), Page::default());
    let rows = list.await.expect("listed").listing.rows;
    rows.into_iter().find(|row| row.email == who.email()).expect("a member").seen_at
}

/// What stands in the database.
async fn stored(world: &World, org: &OrgId, account: &AccountId) -> Option<i64> {
    const SQL: &str = "SELECT seen_at FROM org_members WHERE org_id = $1 AND account_id = $2";
    let mut reader = world.store.db.read().await.expect("read");
    fetch_one!(&mut reader, (Option<i64>,), SQL, org.as_str(), account.as_str())
        .expect("a member")
        .0
}

async fn version(world: &World) -> i64 {
    let mut reader = world.store.db.read().await.expect("read");
    fetch_one!(&mut reader, (i64,), "SELECT version FROM orgs WHERE slug = 'acme'")
        .expect("the org")
        .0
}

on_both_engines! {
    async fn a_member_is_seen_at_most_once_in_five_minutes(db: TestDb) {
        let world = World::new(db).await;
        let member = account(&world, Who::ProjectMember).await;
        let before = version(&world).await;
        assert_eq!(shown(&world, Who::ProjectMember).await, None, "never");

        look(&world, Who::ProjectMember).await;
        assert_eq!(shown(&world, Who::ProjectMember).await, Some(NOW), "also before it is written");
        assert_eq!(stored(&world, &world.org, &member).await, None, "no page waits for a write");
        world.store.write_visits().await.expect("written");
        assert_eq!(stored(&world, &world.org, &member).await, Some(NOW.0));

        world.clock.advance(5 * MINUTE - 1);
        look(&world, Who::ProjectMember).await;
        world.store.write_visits().await.expect("written");
        assert_eq!(stored(&world, &world.org, &member).await, Some(NOW.0));
        world.clock.advance(1);
        look(&world, Who::ProjectMember).await;
        world.store.write_visits().await.expect("written");
        assert_eq!(stored(&world, &world.org, &member).await, Some(NOW.plus(5 * MINUTE).0));

        assert_eq!(shown(&world, Who::OtherMember).await, None, "others are not seen with them");
        assert_eq!(version(&world).await, before, "no key is read again for that");
    }
    async fn only_where_somebody_is_let_in_and_a_member_they_are_seen(db: TestDb) {
        let world = World::new(db).await;
        let stranger = account(&world, Who::Stranger).await;
        let mut tx = world.store.db.write().await.expect("begin");
        orgs::insert_member(&mut tx, &world.org, &stranger, OrgRole::Member, NOW.0).await.expect("a member of both");
        tx.commit().await.expect("commit");
        let theirs = at_browser(&world, Who::Stranger).await;
        Keys::list(&theirs, world.other_project.clone(), Page::default()).await.expect("listed");
        Keys::list(&theirs, world.prod.clone(), Page::default()).await.expect_err("not assigned");
        Members::list(&theirs, world.org.clone(), MemberFilter::default(), Page::default()).await.expect_err("no admin");
        look(&world, Who::External).await;
        // The command line and the server itself.
        Keys::list(&world.console(Who::OrgAdmin).await, world.prod.clone(), Page::default()).await.expect("listed");
        world.store.write_visits().await.expect("written");
        assert_eq!(stored(&world, &world.other_org, &stranger).await, Some(NOW.0));
        for who in [Who::Stranger, Who::OrgAdmin] {
            let account = account(&world, who).await;
            assert_eq!(stored(&world, &world.org, &account).await, None, "{who:?}");
        }
    }
    async fn a_visit_that_cannot_be_written_fails_nothing(db: TestDb) {
        let world = World::new(db).await;
        let mut tx = world.store.db.write().await.expect("begin");
        execute!(&mut tx, "ALTER TABLE org_members RENAME COLUMN seen_at TO lost").expect("gone");
        tx.commit().await.expect("commit");
        look(&world, Who::ProjectMember).await;
        world.store.write_visits().await.expect_err("no column");
        look(&world, Who::ProjectMember).await;
    }
}
