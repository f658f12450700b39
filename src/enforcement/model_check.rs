//! Every interleaving of a few threads, by `loom`: `cargo test --features loom --lib enforcement::model_check`.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use app::model::{
    Money, OrgId, ProjectId, Timestamp, TypedId,
    limit::{Level, Metric, ModelScope, Window},
    receipt::Lane,
};
use loom::{
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use super::{
    queue::{Place, Queue, Turned},
    *,
};
use crate::{ambient::FrozenClock, catalog::Tier};

const NOW: Timestamp = Timestamp(1_000_000);

fn org() -> OrgId {
    OrgId::from_bits(1)
}

fn key(level: Level, scope: &str) -> BucketKey {
    BucketKey {
        level,
        scope: scope.to_owned(),
        lane: Lane::Standard,
        model: ModelScope::All,
        metric: Metric::Tokens,
        window: Window::Minute,
    }
}

/// An org of 10 tokens a minute and a budget of 10, for one of its projects.
fn rules(project: u128) -> Rules {
    Rules {
        org: org(),
        project: ProjectId::from_bits(project),
        lane: Lane::Standard,
        limits: vec![Rule {
            key: key(Level::Org, "org"),
            limit: 10,
            source: Source::Own,
        }],
        budgets: vec![BudgetRule {
            level: Level::Org,
            scope: "org".to_owned(),
            limit: Money(10),
            hard_stop: true,
        }],
    }
}

fn of(tokens: u64) -> Demand {
    Demand {
        tokens,
        cost: Money(i64::try_from(tokens).expect("small")),
    }
}

fn used(engine: &Engine) -> (u64, Money) {
    let (spent, held) = engine.spend(&org(), "org", NOW).expect("a budget");
    assert_eq!(held, Money(0), "nothing stays reserved");
    (engine.used(&org(), &key(Level::Org, "org"), 10, NOW), spent)
}

#[test]
fn the_last_unit_is_admitted_once() {
    loom::model(|| {
        let engine = loom::sync::Arc::new(Engine::new());
        let admitted = loom::sync::Arc::new(AtomicU32::new(0));
        let threads: Vec<_> = (0..2)
            .map(|project| {
                let (engine, admitted) = (engine.clone(), admitted.clone());
                thread::spawn(move || {
                    if let Ok(reservation) = engine.compile(rules(project), NOW).decide(NOW, of(6)) {
                        admitted.fetch_add(1, Ordering::SeqCst);
                        reservation.settle(of(6), NOW);
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().expect("no panic");
        }
        assert_eq!(admitted.load(Ordering::SeqCst), 1);
        assert_eq!(used(&engine), (6, Money(6)));
    });
}

#[test]
fn what_one_gives_back_is_there_for_another_and_for_nobody_twice() {
    loom::model(|| {
        let engine = loom::sync::Arc::new(Engine::new());
        let policy = engine.compile(rules(1), NOW);
        let open = policy.decide(NOW, of(10)).expect("empty");
        let admitted = loom::sync::Arc::new(AtomicU32::new(0));
        let giver = thread::spawn(move || drop(open));
        let taker = {
            let (policy, admitted) = (policy.clone(), admitted.clone());
            thread::spawn(move || {
                if let Ok(reservation) = policy.decide(NOW, of(7)) {
                    admitted.fetch_add(7, Ordering::SeqCst);
                    reservation.settle(of(7), NOW);
                }
            })
        };
        giver.join().expect("no panic");
        taker.join().expect("no panic");
        let sum = admitted.load(Ordering::SeqCst);
        assert_eq!(used(&engine), (u64::from(sum), Money(i64::from(sum))));
    });
}

#[test]
fn levels_are_exported_once_and_none_is_missed() {
    loom::model(|| {
        let engine = loom::sync::Arc::new(Engine::new());
        let policy = engine.compile(rules(1), NOW);
        let taker = thread::spawn(move || policy.decide(NOW, of(3)).expect("empty").settle(of(2), NOW));
        let mut last = engine.changed_levels().pop();
        taker.join().expect("no panic");
        if let Some(level) = engine.changed_levels().pop() {
            last = Some(level);
        }
        assert_eq!(last.map(|level| level.used), Some(2));
        assert!(engine.changed_levels().is_empty());
    });
}

type Waiting = Pin<Box<dyn Future<Output = Result<Place, Turned>> + Send>>;

/// A queue for one place, with somebody who holds it.
fn full_queue() -> (Queue, Place) {
    let queue = Queue::new(
        1,
        8,
        Arc::new(FrozenClock::at(NOW)),
        prometheus_client::metrics::gauge::Gauge::default(),
    );
    match look(&mut ask(&queue)) {
        Some(place) => (queue, place),
        None => panic!("an empty queue has a place"),
    }
}

fn ask(queue: &Queue) -> Waiting {
    let queue = queue.clone();
    Box::pin(async move { queue.place(Tier::Default, None).await })
}

/// The place, if it is this waiter's turn by now.
fn look(waiting: &mut Waiting) -> Option<Place> {
    match waiting.as_mut().poll(&mut Context::from_waker(futures::task::noop_waker_ref())) {
        Poll::Ready(place) => Some(place.expect("room in the queue")),
        Poll::Pending => None,
    }
}

#[test]
fn a_place_on_its_way_to_one_who_leaves_is_not_lost() {
    loom::model(|| {
        let (queue, held) = full_queue();
        let mut leaves = ask(&queue);
        assert!(look(&mut leaves).is_none());
        let giver = thread::spawn(move || drop(held));
        let leaver = thread::spawn(move || drop(leaves));
        giver.join().expect("no panic");
        leaver.join().expect("no panic");
        assert!(look(&mut ask(&queue)).is_some(), "the place is free again");
    });
}

#[test]
fn the_one_place_goes_to_exactly_one_of_two() {
    loom::model(|| {
        let (queue, held) = full_queue();
        let (mut first, mut second) = (ask(&queue), ask(&queue));
        assert!(look(&mut first).is_none());
        let giver = thread::spawn(move || drop(held));
        let late = look(&mut second);
        giver.join().expect("no panic");
        let early = look(&mut first);
        assert!(early.is_some() && late.is_none(), "in order of arrival");
        drop(early);
        assert!(look(&mut second).is_some(), "and then the next");
    });
}
