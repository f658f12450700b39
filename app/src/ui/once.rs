//! Data that several parts of a page wait for.

use std::{
    future::{Future, IntoFuture},
    pin::pin,
};

use futures::future::{BoxFuture, Either, FutureExt, select};
use leptos::{reactive::owner::Owner, task::spawn};
use tokio::sync::watch;
use tracing::Instrument;

use crate::model::AppError;

/// Read once, for everybody who waits for it.
///
/// The read is a task of its own. Leptos polls views that wait with a waker that does nothing, on several threads: whoever is
/// polled so must not be the one who drives the read for the others, or its end may wake nobody and the page never ends. That
/// rules out `AsyncDerived`, `futures::future::Shared` and a `OnceCell`.
#[derive(Clone)]
pub struct Once<T>(watch::Receiver<Option<Result<T, AppError>>>);

/// A read that is done once, and begins now. It ends early when nobody waits for it any more, as when the client is gone.
pub fn once<T>(read: impl Future<Output = Result<T, AppError>> + Send + 'static) -> Once<T>
where
    T: Send + Sync + 'static,
{
    let (done, wait) = watch::channel(None);
    let task = async move {
        let read = match select(pin!(read), pin!(done.closed())).await {
            Either::Left((result, _)) => Some(result),
            Either::Right(_) => None,
        };
        if read.is_some() {
            done.send_replace(read);
        }
    };
    // What is logged inside carries the name of the request. The task sees its contexts, and does not keep them: among them are
    // those who wait.
    let owner = Owner::current().map(|owner| owner.child()).unwrap_or_default();
    owner.with(|| spawn(task.instrument(tracing::Span::current())));
    Once(wait)
}

impl<T: Clone + Send + Sync + 'static> IntoFuture for Once<T> {
    type Output = Result<T, AppError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(mut self) -> Self::IntoFuture {
        async move {
            if let Ok(result) = self.0.wait_for(Option::is_some).await {
                return result.clone().unwrap_or(Err(AppError::Internal));
            }
            tracing::error!("a read that the page waits for panicked");
            Err(AppError::Internal)
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, sync::mpsc, task::Poll, time::Duration};

    use futures::channel::oneshot;
    use leptos::prelude::provide_context;

    use super::*;

    /// What is ready while somebody polls it who only looks, and somebody who waits comes in between.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_waits_is_woken_though_others_only_look() {
        let _ = any_spawner::Executor::init_tokio();
        let (start, begun) = mpsc::channel();
        let (poll, polled) = mpsc::channel();
        let mut ready = false;
        let data = once(poll_fn(move |context| {
            if ready {
                return Poll::Ready(Ok(7));
            }
            ready = true;
            context.waker().wake_by_ref();
            start.send(()).expect("the test goes on");
            polled.recv().expect("somebody waits");
            Poll::Pending
        }));

        let look = data.clone().into_future();
        let looker = tokio::task::spawn_blocking(|| look.now_or_never());
        tokio::task::spawn_blocking(move || begun.recv())
            .await
            .expect("no panic")
            .expect("the read began");
        let mut waiter = data.into_future();
        let waiter = tokio::spawn(poll_fn(move |context| {
            let answer = waiter.poll_unpin(context);
            // Nobody hears it when the read is over.
            poll.send(()).ok();
            answer
        }));
        let answer = tokio::time::timeout(Duration::from_mins(1), waiter).await.expect("woken");
        assert_eq!(answer.expect("no panic"), Ok(7));
        looker.await.expect("no panic");
    }

    #[derive(Clone)]
    struct Waiting(#[expect(dead_code, reason = "it is held")] Once<()>);

    #[tokio::test]
    async fn a_read_ends_with_the_request_that_waits_for_it() {
        let _ = any_spawner::Executor::init_tokio();
        let (held, dropped) = oneshot::channel::<()>();
        let request = Owner::new();
        request.with(|| {
            let data = once(async move {
                let _held = held;
                std::future::pending().await
            });
            provide_context(Waiting(data));
        });
        tokio::task::yield_now().await;
        drop(request);
        let ended = tokio::time::timeout(Duration::from_mins(1), dropped).await.expect("the read ends");
        assert!(ended.is_err(), "without an answer");
    }
}
