//! Guesses at passwords that come from many places, or are meant for many people: each bound of sign-in on its own.

use std::net::IpAddr;

use app::{
    model::{AppError, Email, time::MINUTE},
    port::Identity,
};

use crate::{
    store::testing::on_both_engines,
    testing::{PASSWORD, Who, World},
};

/// Tries a password at an account from a client address.
async fn try_from(world: &World, address: impl Into<IpAddr>, email: &Email, password: &str) -> Result<(), AppError> {
    let mut caller = world.caller(Who::Anonymous).await;
    caller.origin.address = Some(address.into());
    world.console_of(caller).sign_in(email.as_str(), password).await
}

/// A wrong guess that the password was asked for.
async fn guess(world: &World, address: impl Into<IpAddr>, email: &Email) {
    let answer = try_from(world, address, email, "wrong-password").await;
    assert!(
        answer.as_ref().is_err_and(|error| error.on_field("password").is_some()),
        "{answer:?}"
    );
}

fn stranger(number: u8) -> Email {
    format!("stranger-{number}@acme.example").parse().expect("an address")
}

/// Checks that there is a wait of at most so many minutes, and of more than one less.
fn assert_throttled(answer: &Result<(), AppError>, minutes: u64) {
    let Err(AppError::Throttled { retry_after_s }) = answer else {
        panic!("not throttled: {answer:?}");
    };
    assert!((60 * (minutes - 1) + 1..=60 * minutes).contains(retry_after_s), "{retry_after_s}");
}

on_both_engines! {
    async fn guesses_at_one_account_from_many_addresses_are_bounded(db: TestDb) {
        let world = World::new(db).await;
        let (owner, other) = (Who::Owner.email(), Who::OrgAdmin.email());
        for attempt in 0..100 {
            if attempt == 50 {
                world.clock.advance(10 * MINUTE);
            }
            // Ten from each address: as many as one of them may try at one account.
            guess(&world, [198, 51, 100, attempt / 10], &owner).await;
        }
        let elsewhere = [198, 51, 100, 99];
        assert_throttled(&try_from(&world, elsewhere, &owner, PASSWORD).await, 5);
        try_from(&world, elsewhere, &other, PASSWORD).await.expect("another account is not held up");
        world.clock.advance(5 * MINUTE - 1);
        assert_throttled(&try_from(&world, elsewhere, &owner, PASSWORD).await, 1);
        world.clock.advance(1);
        try_from(&world, elsewhere, &owner, PASSWORD).await.expect("the window is over");
    }

    async fn guesses_at_many_accounts_from_one_address_are_bounded(db: TestDb) {
        let world = World::new(db).await;
        let (owner, here) = (Who::Owner.email(), [198, 51, 100, 1]);
        for attempt in 0..60 {
            if attempt == 30 {
                world.clock.advance(10 * MINUTE);
            }
            guess(&world, here, &stranger(attempt)).await;
        }
        assert_throttled(&try_from(&world, here, &owner, PASSWORD).await, 5);
        try_from(&world, [198, 51, 100, 2], &owner, PASSWORD).await.expect("another address is not held up");
        world.clock.advance(5 * MINUTE - 1);
        assert_throttled(&try_from(&world, here, &owner, PASSWORD).await, 1);
        world.clock.advance(1);
        try_from(&world, here, &owner, PASSWORD).await.expect("the window is over");
    }

    async fn a_site_with_many_networks_counts_as_one_address(db: TestDb) {
        let world = World::new(db).await;
        let network = |site: u16, network: u16| [0x2001, 0xdb8, site, network, 0, 0, 0, 1];
        for attempt in 0..60 {
            guess(&world, network(1, u16::from(attempt)), &stranger(attempt)).await;
        }
        assert_throttled(&try_from(&world, network(1, 99), &Who::Owner.email(), PASSWORD).await, 15);
        try_from(&world, network(2, 99), &Who::Owner.email(), PASSWORD).await.expect("another site is not held up");
    }
}
