//! What the pages need from the server: one narrow trait per area. A port is bound to the caller of the request
//! when it is provided to the Leptos context, so no method takes a session or an account.

use std::sync::Arc;

use leptos::prelude::use_context;

use crate::model::AppError;

mod account;
mod audit;
mod budgets;
mod collaborators;
mod entry;
mod founding;
mod identity;
mod invitations;
mod keys;
mod limits;
mod members;
mod organization;
mod outbox;
mod project_life;
mod project_settings;
mod projects;
mod receipts;
mod requests;
mod search;
mod shell;
mod usage;

pub use account::Account;
pub use audit::Audit;
pub use budgets::Budgets;
pub use collaborators::Collaborators;
pub use entry::{EmailChange, Entry};
pub use founding::Founding;
pub use identity::{Identity, Setup};
pub use invitations::Invitations;
pub use keys::Keys;
pub use limits::Limits;
pub use members::Members;
pub use organization::Organization;
pub use outbox::Outbox;
pub use project_life::ProjectLife;
pub use project_settings::ProjectSettings;
pub use projects::Projects;
pub use receipts::Receipts;
pub use requests::Requests;
pub use search::Finder;
pub use shell::Shell;
pub use usage::Usage;

/// The port `P` of this request, such as `port::<dyn Keys>()?`.
///
/// # Errors
/// `Internal` when the server did not provide it: a fault of the composition, not of the caller.
pub fn port<P: ?Sized + Send + Sync + 'static>() -> Result<Arc<P>, AppError> {
    use_context::<Arc<P>>().ok_or(AppError::Internal)
}
