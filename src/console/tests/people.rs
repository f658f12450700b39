use app::{
    model::{AppError, place::SetupState},
    port::{Identity, Setup},
};

use crate::{
    store::testing::on_both_engines,
    testing::{PASSWORD, Who, World},
};

on_both_engines! {
    async fn set_up_works_once_and_only_with_its_link(db: TestDb) {
        let world = World::new(db).await;
        let anonymous = world.console(Who::Anonymous).await;
        let token = world.parts.setup.token().to_owned();
        assert_eq!(anonymous.setup_state(&token).await, Ok(SetupState::Done));
        let setup = |token: &str| Setup {
            token: token.to_owned(),
            name: "Eve".parse().expect("a name"),
            email: "eve@acme.example".parse().expect("an address"),
            password: PASSWORD.to_owned(),
            org: "Second".parse().expect("a name"),
            slug: "second".parse().expect("a slug"),
        };
        assert!(matches!(anonymous.set_up(setup("guess")).await, Err(AppError::Forbidden { .. })));
        assert!(matches!(anonymous.set_up(setup(&token)).await, Err(AppError::Conflict { .. })));
        assert!(world.store.credentials(&"eve@acme.example".parse().expect("an address")).await.expect("read").is_none());
    }

    async fn sign_in_tells_nothing_and_is_throttled(db: TestDb) {
        let world = World::new(db).await;
        let console = world.console(Who::Anonymous).await;
        let owner = Who::Owner.email();
        console.sign_in(owner.as_str(), PASSWORD).await.expect("signed in");
        let wrong = console.sign_in(owner.as_str(), "wrong-password").await;
        let unknown = console.sign_in("nobody@acme.example", PASSWORD).await;
        assert_eq!(wrong, unknown);
        for _ in 0..9 {
            assert_eq!(console.sign_in(owner.as_str(), "wrong-password").await, wrong);
        }
        let throttled = console.sign_in(owner.as_str(), PASSWORD).await;
        assert!(matches!(throttled, Err(AppError::Throttled { retry_after_s: 1..=900 })), "{throttled:?}");
        world.clock.advance(15 * 60 * 1_000 + 1);
        console.sign_in(owner.as_str(), PASSWORD).await.expect("the window is over");
    }

    async fn parallel_guesses_all_count(db: TestDb) {
        let world = World::new(db).await;
        let console = world.console(Who::Anonymous).await;
        let email = Who::Owner.email();
        let guesses = (0..30).map(|_| console.sign_in(email.as_str(), "wrong-password"));
        let answers = futures::future::join_all(guesses).await;
        let tried = answers.iter().filter(|answer| !matches!(answer, Err(AppError::Throttled { .. }))).count();
        assert!((1..=10).contains(&tried), "{tried} of 30 parallel guesses reached the password");
    }

    async fn right_sign_ins_do_not_use_up_an_office(db: TestDb) {
        let world = World::new(db).await;
        let console = world.console(Who::Anonymous).await;
        for _ in 0..61 {
            console.sign_in(Who::Owner.email().as_str(), PASSWORD).await.expect("signed in");
        }
    }
}
