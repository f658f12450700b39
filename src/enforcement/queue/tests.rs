//! The order, the bounds and the bookkeeping of places.

use std::{
    pin::Pin,
    sync::atomic::{AtomicUsize, Ordering},
    task::{Context, Poll, Waker},
};

use proptest::prelude::*;

use super::*;
use crate::ambient::FrozenClock;

type Pending = Pin<Box<dyn Future<Output = Result<Place, Turned>>>>;

fn queue(concurrency: usize, capacity: usize) -> (Queue, FrozenClock) {
    let clock = FrozenClock::at(Timestamp(1_800_000_000_000));
    (Queue::new(concurrency, capacity, Arc::new(clock.clone()), Gauge::default()), clock)
}

fn poll(pending: &mut Pending) -> Poll<Result<Place, Turned>> {
    pending.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

fn ask(queue: &Queue, tier: Tier, most_wait: Option<i64>) -> Pending {
    let queue = queue.clone();
    Box::pin(async move { queue.place(tier, most_wait).await })
}

/// A request that gets its place at once.
fn taken(queue: &Queue) -> Place {
    match poll(&mut ask(queue, Tier::Default, None)) {
        Poll::Ready(Ok(place)) => place,
        other => panic!("no free place: {other:?}"),
    }
}

/// A request that stands in the queue.
fn waiting(queue: &Queue, tier: Tier) -> Pending {
    let mut pending = ask(queue, tier, None);
    assert!(poll(&mut pending).is_pending());
    pending
}

fn turned(queue: &Queue, tier: Tier, most_wait: i64) -> Option<Turned> {
    match poll(&mut ask(queue, tier, Some(most_wait))) {
        Poll::Ready(Err(turned)) => Some(turned),
        Poll::Ready(Ok(_)) | Poll::Pending => None,
    }
}

#[test]
fn better_tiers_go_first_and_within_a_tier_the_first_to_come() {
    let (queue, _) = queue(1, 10);
    let mut place = taken(&queue);
    let order = [Tier::Flex, Tier::Default, Tier::Priority, Tier::Flex, Tier::Default, Tier::Priority];
    let mut waiters: Vec<Pending> = order.iter().map(|tier| waiting(&queue, *tier)).collect();
    assert_eq!(queue.0.waiting.get(), 6);
    for expected in [2, 5, 1, 4, 0, 3] {
        drop(place);
        let served: Vec<(usize, Place)> = waiters
            .iter_mut()
            .enumerate()
            .filter_map(|(index, waiter)| match poll(waiter) {
                Poll::Ready(place) => Some((index, place.expect("a place"))),
                Poll::Pending => None,
            })
            .collect();
        let [(index, next)] = <[(usize, Place); 1]>::try_from(served).expect("exactly one is served");
        assert_eq!(index, expected);
        // A future that is done is not asked again.
        waiters[index] = Box::pin(std::future::pending());
        place = next;
    }
    assert_eq!(queue.0.waiting.get(), 0);
}

#[test]
fn a_full_queue_turns_away_and_one_who_leaves_makes_room() {
    let (queue, _) = queue(1, 1);
    let place = taken(&queue);
    let waiter = waiting(&queue, Tier::Default);
    assert!(matches!(
        poll(&mut ask(&queue, Tier::Default, None)),
        Poll::Ready(Err(Turned::Full))
    ));
    drop(waiter);
    let mut next = waiting(&queue, Tier::Default);
    drop(place);
    assert!(matches!(poll(&mut next), Poll::Ready(Ok(_))));
}

#[test]
fn a_place_that_was_handed_to_one_who_left_goes_to_the_next() {
    let (queue, _) = queue(1, 10);
    let place = taken(&queue);
    let first = waiting(&queue, Tier::Default);
    let mut second = waiting(&queue, Tier::Default);
    // Handed over, but never looked at.
    drop(place);
    assert!(poll(&mut second).is_pending());
    drop(first);
    let Poll::Ready(Ok(place)) = poll(&mut second) else {
        panic!("the place was lost");
    };
    drop(place);
    drop(taken(&queue));
}

#[test]
fn a_panic_gives_the_place_back() {
    let (queue, _) = queue(1, 0);
    let caught = std::panic::catch_unwind({
        let queue = std::panic::AssertUnwindSafe(queue.clone());
        move || {
            let _place = taken(&queue);
            std::panic::resume_unwind(Box::new("a panic while a place is held"));
        }
    });
    assert!(caught.is_err());
    drop(taken(&queue));
}

#[test]
fn the_expected_wait_follows_the_hold_times_the_places_and_those_ahead() {
    let (queue, clock) = queue(2, 10);
    let (one, two) = (taken(&queue), taken(&queue));
    let too_long = |expected_ms| Some(Turned::TooLong { expected_ms });
    assert_eq!(
        turned(&queue, Tier::Flex, 499),
        too_long(500),
        "a second for each place, until more is known"
    );
    assert_eq!(turned(&queue, Tier::Flex, 500), None);
    clock.advance(400);
    drop((one, two));
    let _held = (taken(&queue), taken(&queue));
    assert_eq!(turned(&queue, Tier::Flex, 50), too_long(200), "held for 400 ms each, two at a time");
    let _ahead = (waiting(&queue, Tier::Default), waiting(&queue, Tier::Flex));
    assert_eq!(turned(&queue, Tier::Flex, 50), too_long(600));
    assert_eq!(turned(&queue, Tier::Default, 50), too_long(400), "flex stands behind");
    assert_eq!(turned(&queue, Tier::Priority, 50), too_long(200));
    clock.advance(4_000);
    assert_eq!(
        turned(&queue, Tier::Priority, 50),
        too_long(2_000),
        "they are held longer than the mean"
    );
}

#[test]
fn a_free_place_is_given_whatever_the_threshold() {
    let (queue, _) = queue(1, 0);
    assert_eq!(turned(&queue, Tier::Flex, 0), None);
}

proptest! {
    /// Whatever comes and goes: never more places than there are, never a free place while somebody waits, and at
    /// the end all of them are free.
    #[test]
    fn no_place_is_lost_or_made(steps in prop::collection::vec((0..4u8, any::<prop::sample::Index>()), 0..200)) {
        let (queue, clock) = queue(3, 5);
        let (mut places, mut waiters): (Vec<Place>, Vec<Pending>) = (Vec::new(), Vec::new());
        for (step, which) in steps {
            clock.advance(7);
            match step {
                0 if !places.is_empty() => drop(places.swap_remove(which.index(places.len()))),
                1 if !waiters.is_empty() => drop(waiters.swap_remove(which.index(waiters.len()))),
                _ => waiters.push(ask(&queue, [Tier::Flex, Tier::Default, Tier::Priority][which.index(3)], None)),
            }
            // Twice: the last to come may have sent an earlier one away.
            for _ in 0..2 {
                waiters.retain_mut(|waiter| match poll(waiter) {
                    Poll::Pending => true,
                    Poll::Ready(answer) => {
                        places.extend(answer);
                        false
                    }
                });
            }
            prop_assert!(places.len() <= 3);
            prop_assert!(waiters.is_empty() || places.len() == 3);
            prop_assert_eq!(queue.0.waiting.get(), i64::try_from(waiters.len()).expect("few"));
        }
        drop((places, waiters));
        prop_assert_eq!(queue.0.state.lock().held, 0);
        prop_assert_eq!(queue.0.state.lock().lengths, [0; 3]);
        prop_assert_eq!(queue.0.state.lock().taken_at, 0);
    }
}

#[test]
fn a_full_queue_lets_a_better_tier_in_and_sends_the_last_of_the_worst_away() {
    let (queue, _) = queue(1, 2);
    let mut first = ask(&queue, Tier::Default, None);
    let Poll::Ready(Ok(held)) = poll(&mut first) else {
        panic!("a free place")
    };
    let (mut early, mut late) = (ask(&queue, Tier::Flex, None), ask(&queue, Tier::Flex, None));
    assert!(poll(&mut early).is_pending() && poll(&mut late).is_pending());
    let mut better = ask(&queue, Tier::Priority, None);
    assert!(poll(&mut better).is_pending(), "it waits for its turn");
    assert!(matches!(poll(&mut late), Poll::Ready(Err(Turned::Full))));
    let mut equal = ask(&queue, Tier::Flex, None);
    assert!(
        matches!(poll(&mut equal), Poll::Ready(Err(Turned::Full))),
        "nobody is sent away for an equal"
    );
    assert_eq!(queue.0.waiting.get(), 2);
    drop(held);
    assert!(matches!(poll(&mut better), Poll::Ready(Ok(_))));
    assert!(matches!(poll(&mut early), Poll::Ready(Ok(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_wake_up_is_lost_between_threads() {
    let (queue, _) = queue(2, 10_000);
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let requests: Vec<_> = (0..2_000usize)
        .map(|number| {
            let (queue, running, most) = (queue.clone(), Arc::clone(&running), Arc::clone(&most));
            tokio::spawn(async move {
                let tier = [Tier::Flex, Tier::Default, Tier::Priority][number % 3];
                let asked = queue.place(tier, None);
                // Every fifth is a client that leaves before long.
                let place = if number % 5 == 0 {
                    tokio::select! {
                        biased;
                        () = tokio::task::yield_now() => return,
                        place = asked => place,
                    }
                } else {
                    asked.await
                };
                let place = place.expect("room in the queue");
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                running.fetch_sub(1, Ordering::SeqCst);
                drop(place);
            })
        })
        .collect();
    for request in requests {
        request.await.expect("no panic");
    }
    assert!(most.load(Ordering::SeqCst) <= 2);
    assert_eq!((queue.0.state.lock().held, queue.0.waiting.get()), (0, 0));
}
