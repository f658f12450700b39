//! Two changes of one account never wait for each other. Only PostgreSQL lets two write at once.

use std::future::Future;

use app::{
    model::AppError,
    port::{Account, EmailChange, Entry, Identity},
};

use super::entry::{NEW, tokens};
use crate::{
    audit::{Chain, Event},
    identity::append_to_installation,
    store::{
        accounts,
        db::{Tx, fetch_one},
        testing::postgres,
    },
    testing::{PASSWORD, Who, World},
};

/// Waits until so many statements wait for a lock.
async fn waiting(world: &World, statements: i64) {
    const SQL: &str = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    loop {
        let mut reader = world.store.db.read().await.expect("read");
        if fetch_one!(&mut reader, (i64,), SQL).expect("counted").0 == statements {
            return;
        }
        drop(reader);
        tokio::task::yield_now().await;
    }
}

/// Runs both while `held` holds what they come to: one waits, then both do, then they are let go, in any order.
async fn both(
    world: &World,
    held: Tx,
    first: impl Future<Output = Result<(), AppError>>,
    second: impl Future<Output = Result<(), AppError>>,
) -> (Result<(), AppError>, Result<(), AppError>) {
    let second = async {
        waiting(world, 1).await;
        second.await
    };
    let release = async {
        waiting(world, 2).await;
        held.commit().await.expect("commit");
    };
    let (first, second, ()) = tokio::join!(first, second, release);
    (first, second)
}

#[tokio::test]
async fn a_request_for_a_new_password_meets_a_new_address() {
    let world = World::new(postgres().await).await;
    let (console, anonymous) = (world.console(Who::Owner).await, world.console(Who::Anonymous).await);
    console.request_email("ada@acme.example", PASSWORD).await.expect("asked");
    let link = tokens(&world, "ada@acme.example").await.remove(0);
    let mut held = world.store.db.write().await.expect("begin");
    let event = Event::new("installation.set_up", "", "");
    append_to_installation(&mut held, &world.store, &world.caller(Who::Owner).await, event)
        .await
        .expect("held");
    let owner = Who::Owner.email();
    let outcome = both(
        &world,
        held,
        anonymous.request_reset(owner.as_str()),
        anonymous.confirm_email(&link),
    )
    .await;
    assert_eq!(outcome, (Ok(()), Ok(())));
    assert!(
        world
            .store
            .audit_records(Chain::Installation.as_str(), 0, 1_000)
            .await
            .expect("records")
            .len()
            > 3
    );
}

#[tokio::test]
async fn a_changed_password_meets_a_reset_one() {
    let world = World::new(postgres().await).await;
    let (console, anonymous) = (world.console(Who::Owner).await, world.console(Who::Anonymous).await);
    console.sign_in(Who::Owner.email().as_str(), PASSWORD).await.expect("signed in");
    let owner = world.person(Who::Owner).await.expect("the owner");
    for _ in 0..2 {
        anonymous.request_reset(owner.email.as_str()).await.expect("asked");
        world.clock.advance(1);
    }
    let link = tokens(&world, owner.email.as_str()).await.remove(1);
    let mut held = world.store.db.write().await.expect("begin");
    accounts::lock(&mut held, &owner.id).await.expect("held");
    let outcome = both(
        &world,
        held,
        anonymous.reset(&link, NEW),
        console.change_password(PASSWORD, "amber lantern by the sea"),
    )
    .await;
    // PostgreSQL lets either go on first.
    match outcome {
        (Ok(()), Err(changed)) => assert!(
            changed.on_field("current").is_some(),
            "the password is another one by then: {changed}"
        ),
        (Err(reset), Ok(())) => assert!(matches!(reset, AppError::Conflict { .. }), "the link is void by then: {reset}"),
        both => panic!("one of both: {both:?}"),
    }
}
