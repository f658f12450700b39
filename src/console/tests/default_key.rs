//! The Organization Default Key is its owners' alone: to everybody else it is a key that does not exist.

use app::{
    model::{
        AppError, KeyId, Page,
        key::{KeyLifetime, KeyState, NewKey},
        usage::Scope,
    },
    port::Keys,
};

use super::{make_default, new_key, outcome, records};
use crate::{
    console::Console,
    store::db::execute,
    store::testing::on_both_engines,
    testing::{Who, World},
};

const NAME: &str = "org-default";

/// An Organization Default Key in `prod`, which has admins, members and somebody from outside, beside a key that is for all of
/// them.
async fn default_key(world: &World) -> KeyId {
    let owner = world.console(Who::Owner).await;
    make_default(&owner, &world.prod).await.expect("the Default Project");
    Keys::create(&owner, world.prod.clone(), new_key("")).await.expect("made");
    let new = NewKey {
        name: NAME.parse().expect("a name"),
        lifetime: KeyLifetime::Never,
        idempotency: String::new(),
    };
    let key = Keys::create(&owner, world.prod.clone(), new).await.expect("made").id;
    let mut tx = world.store.db.write().await.expect("begin");
    execute!(&mut tx, "UPDATE api_keys SET is_org_default = TRUE WHERE id = $1", key.as_str()).expect("marked");
    tx.commit().await.expect("commit");
    key
}

/// The names in the list, with how many match and how many there are.
async fn listed(by: &Console, world: &World, query: &str) -> (Vec<String>, u64, u64) {
    let page = Page {
        number: 0,
        query: query.to_owned(),
    };
    let keys = Keys::list(by, world.prod.clone(), page).await.expect("listed");
    let names = keys.rows.into_iter().map(|key| key.name.to_string()).collect();
    (names, keys.total, keys.unfiltered)
}

/// What disabling, enabling and revoking this key is answered with.
async fn changes(by: &Console, world: &World, key: &KeyId) -> [Result<(), AppError>; 3] {
    let prod = || world.prod.clone();
    [
        by.disable(prod(), key.clone()).await,
        by.enable(prod(), key.clone()).await,
        by.revoke(prod(), key.clone()).await,
    ]
}

/// Whoever is no owner neither lists nor finds nor changes the key.
async fn check_that_only_owners_reach(world: &World, key: &KeyId) {
    for (who, change) in [
        (Who::OrgAdmin, "404"),
        (Who::ProjectAdmin, "404"),
        (Who::ProjectMember, "no"),
        (Who::External, "no"),
    ] {
        let person = world.console(who).await;
        assert_eq!(listed(&person, world, "").await, (vec!["ci".to_owned()], 1, 1), "{who:?}");
        assert_eq!(listed(&person, world, NAME).await, (Vec::new(), 0, 1), "{who:?}");
        let unknown: KeyId = world.store.ambient.id();
        let answers = changes(&person, world, key).await;
        assert_eq!(answers, changes(&person, world, &unknown).await, "{who:?}");
        assert_eq!(answers.map(outcome), [change; 3], "{who:?}");
    }
    let owner = world.console(Who::Owner).await;
    assert_eq!(listed(&owner, world, "").await, (vec!["ci".to_owned(), NAME.to_owned()], 2, 2));
    assert_eq!(listed(&owner, world, NAME).await, (vec![NAME.to_owned()], 1, 2));
    let keys = Keys::list(&owner, world.prod.clone(), Page::default()).await.expect("listed");
    assert_eq!(
        (keys.rows[1].state, keys.rows[1].is_org_default),
        (KeyState::Active, true),
        "nobody changed it"
    );
}

on_both_engines! {
    async fn only_owners_list_and_change_the_default_key(db: TestDb) {
        let world = World::new(db).await;
        let key = default_key(&world).await;
        check_that_only_owners_reach(&world, &key).await;
        let owner = world.console(Who::Owner).await;
        assert_eq!(changes(&owner, &world, &key).await, [Ok(()), Ok(()), Ok(())]);
        assert_eq!(
            records(&owner, Scope::Project(world.prod.clone()), 3).await,
            [
                "api_key.disabled org-default: state active → disabled",
                "api_key.enabled org-default: state disabled → active",
                "api_key.revoked org-default: state active → revoked",
            ]
        );
    }

    async fn the_old_default_key_stays_the_owners_when_the_flag_moves(db: TestDb) {
        let world = World::new(db).await;
        let key = default_key(&world).await;
        let admin = world.console(Who::OrgAdmin).await;
        make_default(&admin, &world.default_project).await.expect("moved");
        check_that_only_owners_reach(&world, &key).await;
        let owner = world.console(Who::Owner).await;
        owner.revoke(world.prod.clone(), key).await.expect("an owner still reaches it");
    }
}
