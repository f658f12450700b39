//! Data that several parts of a page wait for.

use std::{future::Future, pin::Pin};

use futures::{FutureExt, future::Shared};

use crate::model::AppError;

/// Read once, for everybody who waits for it; the first of them starts it. Not a `Resource`, which would be sent to the client,
/// and not an `AsyncDerived`: of two who wait for one of those, one may be forgotten when it is ready (leptos 0.8), and the page
/// never ends.
pub type Once<T> = Shared<Pin<Box<dyn Future<Output = Result<T, AppError>> + Send>>>;

/// A read that is done once.
pub fn once<T: Clone>(read: impl Future<Output = Result<T, AppError>> + Send + 'static) -> Once<T> {
    read.boxed().shared()
}
