use app::{
    model::{
        AppError,
        place::{Home, SetupState},
    },
    port::{Identity, Setup},
};
use async_trait::async_trait;

use super::Console;
use crate::identity::{self, Foundation};

#[async_trait]
impl Identity for Console {
    async fn setup_state(&self, token: &str) -> Result<SetupState, AppError> {
        Ok(if self.store().has_accounts().await? {
            SetupState::Done
        } else if self.parts.setup.matches(token) {
            SetupState::Open
        } else {
            SetupState::WrongLink
        })
    }

    async fn set_up(&self, setup: Setup) -> Result<Home, AppError> {
        if !self.parts.setup.matches(&setup.token) {
            return Err(AppError::Forbidden {
                reason: "This set-up link is not valid any more.".to_owned(),
            });
        }
        let slug = setup.slug.clone();
        let foundation = Foundation {
            name: setup.name,
            email: setup.email,
            password: setup.password,
            org: setup.org,
            slug: setup.slug,
            with_key: false,
        };
        let parts = &self.parts;
        let origin = self.caller.origin.clone();
        let founded = identity::found(&parts.store, &parts.passwords, &parts.catalog, &parts.pepper, origin, foundation).await?;
        identity::start_session(self.store(), &self.caller, &self.session, &founded.person).await?;
        Ok(Home {
            org: slug,
            project: founded.project_slug,
        })
    }

    async fn sign_in(&self, email: &str, password: &str) -> Result<(), AppError> {
        identity::sign_in(self.store(), &self.parts.passwords, &self.caller, &self.session, email, password).await?;
        Ok(())
    }

    async fn sign_out(&self) -> Result<(), AppError> {
        Ok(identity::sign_out(self.store(), &self.caller, &self.session).await?)
    }
}
