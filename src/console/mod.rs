//! The use cases behind the pages: each implements a port of `app` for the caller of one request.
//! Authorize, change, audit: in one transaction.

mod account;
mod audit;
mod branding;
mod budgets;
mod collaborators;
mod entry;
mod founding;
mod identity;
mod invitations;
mod keys;
mod limits;
mod live;
mod made_keys;
mod members;
mod organization;
mod project_life;
mod project_settings;
mod projects;
mod receipts;
mod requests;
mod search;
mod shell;
#[cfg(test)]
mod tests;
mod usage;

use std::sync::Arc;

use app::{
    model::{AccountId, AppError, Name, OrgId},
    port,
};
use leptos::prelude::provide_context;
use tower_sessions::Session;

pub use live::LiveTopics;

use crate::{
    access::{Caller, Denied, Grant, Person, ViewOrg, api_key::Pepper, authorize_org},
    catalog::Catalog,
    config::SignUp,
    enforcement::Engine,
    identity::{Passwords, SetupLink},
    links::Links,
    mail::OutboxLink,
    metering::Pulse,
    store::{Store, db::Reader},
};

/// What every use case may reach.
pub struct ConsoleParts {
    pub store: Store,
    pub catalog: Arc<Catalog>,
    pub pepper: Pepper,
    pub passwords: Passwords,
    /// Tokens of links in mails.
    pub links: Links,
    pub setup: SetupLink,
    pub sign_up: SignUp,
    /// Whom people ask about the installation.
    pub operator_contact: Option<Name>,
    /// Only where pages are served.
    pub outbox: Option<OutboxLink>,
    pub engine: Arc<Engine>,
    /// What live pages listen to.
    pub pulse: Arc<Pulse>,
}

impl ConsoleParts {
    /// Whom people ask about the installation, in the operator's words if there are any.
    fn whom_to_ask(&self) -> &str {
        let contact = self.operator_contact.as_ref();
        contact.map_or("the operator of this installation", Name::as_str)
    }
}

/// The console of one request: the parts, bound to its caller and session.
#[derive(Clone)]
pub struct Console {
    parts: Arc<ConsoleParts>,
    caller: Caller,
    session: Session,
}

impl Console {
    pub fn new(parts: Arc<ConsoleParts>, caller: Caller, session: Session) -> Self {
        Self { parts, caller, session }
    }

    /// Puts every port into the Leptos context of this request.
    pub fn provide(self) {
        let console = Arc::new(self);
        provide_context::<Arc<dyn port::Identity>>(console.clone());
        provide_context::<Arc<dyn port::Account>>(console.clone());
        provide_context::<Arc<dyn port::Entry>>(console.clone());
        provide_context::<Arc<dyn port::EmailChange>>(console.clone());
        provide_context::<Arc<dyn port::Outbox>>(console.clone());
        provide_context::<Arc<dyn port::Shell>>(console.clone());
        provide_context::<Arc<dyn port::Finder>>(console.clone());
        provide_context::<Arc<dyn port::Founding>>(console.clone());
        provide_context::<Arc<dyn port::Projects>>(console.clone());
        provide_context::<Arc<dyn port::Members>>(console.clone());
        provide_context::<Arc<dyn port::Invitations>>(console.clone());
        provide_context::<Arc<dyn port::ProjectLife>>(console.clone());
        provide_context::<Arc<dyn port::ProjectSettings>>(console.clone());
        provide_context::<Arc<dyn port::Organization>>(console.clone());
        provide_context::<Arc<dyn port::Keys>>(console.clone());
        provide_context::<Arc<dyn port::Limits>>(console.clone());
        provide_context::<Arc<dyn port::Budgets>>(console.clone());
        provide_context::<Arc<dyn port::Receipts>>(console.clone());
        provide_context::<Arc<dyn port::Usage>>(console.clone());
        provide_context::<Arc<dyn port::Requests>>(console.clone());
        provide_context::<Arc<dyn port::Collaborators>>(console.clone());
        provide_context::<Arc<dyn port::Audit>>(console);
    }

    fn store(&self) -> &Store {
        &self.parts.store
    }

    fn person(&self) -> Result<&Person, AppError> {
        self.caller.person.as_ref().ok_or(AppError::SignedOut)
    }

    /// Proof that the caller sees the whole organization, or nothing where that is not so.
    async fn org_view(&self, reader: &mut Reader, org: &OrgId) -> Result<Option<Grant<ViewOrg>>, AppError> {
        match authorize_org::<ViewOrg>(reader, &self.caller, org).await {
            Ok(grant) => Ok(Some(grant)),
            Err(Denied::Forbidden(_) | Denied::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn account(&self) -> Result<&AccountId, AppError> {
        Ok(&self.person()?.id)
    }
}
