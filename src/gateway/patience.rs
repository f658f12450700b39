//! Waiting, but not for ever.

use std::{pin::Pin, task::Poll, time::Duration};

/// What the future resolves to, or `None` when it takes longer than this. Nearly always it is ready at once: then no clock
/// is read and no timer is set.
pub(super) async fn within<F: Future>(patience: Duration, mut future: Pin<&mut F>) -> Option<F::Output> {
    match futures::poll!(future.as_mut()) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => tokio::time::timeout(patience, future).await.ok(),
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    #[tokio::test]
    async fn only_what_takes_too_long_is_given_up() {
        let short = Duration::from_millis(10);
        assert_eq!(within(Duration::ZERO, pin!(async { 7 })).await, Some(7), "it was ready");
        let later = async {
            tokio::task::yield_now().await;
            7
        };
        assert_eq!(within(Duration::from_hours(1), pin!(later)).await, Some(7));
        assert_eq!(within(short, pin!(std::future::pending::<()>())).await, None);
    }
}
