use app::{
    model::{AppError, Name, OrgId, Slug, place::Home, time::HOUR},
    port::Founding,
};
use async_trait::async_trait;

use super::Console;
use crate::{
    config::SignUp,
    identity::{self, NewOrg, Throttled, count_attempt},
    store::orgs,
};

/// How many organizations an account may own when it makes one more.
const OWNED: u64 = 10;
/// How many it may make in an hour.
const PER_HOUR: i64 = 3;
/// How often it may try in an hour: an address that is taken is a fact about somebody else.
const TRIES_PER_HOUR: i64 = 20;

const CLOSED: &str = "Accounts are by invitation only here, and so are organizations: only who owns one makes another.";

#[async_trait]
impl Founding for Console {
    async fn may_create_organization(&self) -> Result<(), AppError> {
        let owned = orgs::owned(&mut self.store().db.read().await?, self.account()?).await?;
        self.may_found(owned)
    }

    async fn create_organization(&self, name: Name, slug: Slug) -> Result<Home, AppError> {
        let person = self.person()?;
        Slug::choose(slug.as_str()).map_err(|error| AppError::field("slug", error.to_string()))?;
        let store = self.store();
        let (made, tried) = (format!("org-made:{}", person.id), format!("org-tried:{}", person.id));
        let counted = count_attempt(store, &[(&made, PER_HOUR), (&tried, TRIES_PER_HOUR)], HOUR).await?;
        counted.map_err(|Throttled { retry_after_s }| AppError::Throttled { retry_after_s })?;
        let answer = self.found_organization(name, slug).await;
        if answer.is_err() {
            store.uncount_attempt(&made).await?;
        }
        answer
    }
}

impl Console {
    /// Who invites people keeps the installation closed only as long as those do not bring their own organizations.
    fn may_found(&self, owned: u64) -> Result<(), AppError> {
        if owned == 0 && matches!(self.parts.sign_up, SignUp::Closed) {
            return Err(AppError::Forbidden { reason: CLOSED.to_owned() });
        }
        Ok(())
    }

    async fn found_organization(&self, name: Name, slug: Slug) -> Result<Home, AppError> {
        let person = self.person()?;
        let store = self.store();
        let mut tx = store.db.write().await?;
        // Of two tabs at once only as many win as there is room for.
        let owned = orgs::owned_for_now(&mut tx, &person.id).await?;
        self.may_found(owned)?;
        if owned >= OWNED {
            return Err(AppError::conflict(format!(
                "You own {OWNED} organizations, and cannot make another one. Transfer the ownership of one of them first."
            )));
        }
        let id: OrgId = store.ambient.id();
        let new = NewOrg {
            id: &id,
            name: &name,
            slug: &slug,
        };
        let made = identity::found_org(&mut tx, store, &self.caller, &self.parts.catalog, &new, person).await;
        let (_, project) = made.map_err(|error| {
            if error.is_unique_violation() {
                AppError::field("slug", "This address is taken. Choose another one.")
            } else {
                error.into()
            }
        })?;
        tx.commit().await?;
        Ok(Home { org: slug, project })
    }
}
