//! Data that several parts of a page wait for.

use std::future::{Future, IntoFuture};

use futures::future::{BoxFuture, FutureExt};
use leptos::task::spawn;
use tokio::sync::watch;

use crate::model::AppError;

/// Read once, for everybody who waits for it.
///
/// The read is a task of its own. Leptos polls views that wait with a waker that does nothing, on several threads: whoever is
/// polled so must not be the one who drives the read for the others, or its end may wake nobody and the page never ends. That
/// rules out `AsyncDerived`, `futures::future::Shared` and a `OnceCell`.
#[derive(Clone)]
pub struct Once<T>(watch::Receiver<Option<Result<T, AppError>>>);

/// A read that is done once, and begins now.
pub fn once<T>(read: impl Future<Output = Result<T, AppError>> + Send + 'static) -> Once<T>
where
    T: Send + Sync + 'static,
{
    let (done, wait) = watch::channel(None);
    spawn(read.map(move |result| {
        done.send_replace(Some(result));
    }));
    Once(wait)
}

impl<T: Clone + Send + Sync + 'static> IntoFuture for Once<T> {
    type Output = Result<T, AppError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(mut self) -> Self::IntoFuture {
        async move {
            match self.0.wait_for(Option::is_some).await {
                Ok(result) => result.clone().unwrap_or(Err(AppError::Internal)),
                // The read panicked; the log has it.
                Err(_) => Err(AppError::Internal),
            }
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, sync::mpsc, task::Poll, time::Duration};

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
}
