use app::{
    model::{
        AppError, KeyId, Listing, Page, ProjectId,
        key::{ApiKey, CreatedKey, KeyState, NewKey},
    },
    port::Keys,
};
use async_trait::async_trait;

use super::Console;
use crate::{
    access::{ManageKeys, ViewKeys, api_key::ApiKeySecret, authorize_project},
    audit::Event,
    store::{
        Change,
        keys::{self, KeyRecord},
    },
};

#[async_trait]
impl Keys for Console {
    async fn list(&self, project: ProjectId, page: Page) -> Result<Listing<ApiKey>, AppError> {
        let grant = authorize_project::<ViewKeys>(&mut self.store().db.read().await?, &self.caller, &project).await?;
        Ok(self.store().keys(&grant, &page).await?)
    }

    async fn create(&self, project: ProjectId, new: NewKey) -> Result<CreatedKey, AppError> {
        let mut change = self.begin(&project).await?;
        let ambient = &self.store().ambient;
        let now = ambient.now();
        let id: KeyId = ambient.id();
        let secret = ApiKeySecret::generate(change.grant().project().environment, &*ambient.entropy);
        let record = KeyRecord {
            id: &id,
            project: &project,
            name: &new.name,
            secret: &secret,
            created_by: self.account()?,
            created_at: now,
            expires_at: new.lifetime.expires_at(now),
            is_org_default: false,
            idempotency: Some(new.idempotency.as_str())
                .filter(|token| (1..=100).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())),
        };
        if let Err(error) = keys::insert(&mut change, &record, &self.parts.pepper).await {
            return Err(if error.is_unique_violation() {
                AppError::conflict(
                    "This form was sent before and made its key once. If you did not save the secret, revoke that key and create another.",
                )
            } else {
                error.into()
            });
        }
        let event = Event::new("api_key.created", &id, &new.name)
            .in_project(&project)
            .set("prefix", secret.prefix())
            .set("permissions", "inference")
            .set(
                "expires",
                record.expires_at.map_or_else(|| "never".to_owned(), app::model::Timestamp::iso),
            );
        change.commit([event]).await?;
        Ok(CreatedKey {
            id,
            name: new.name,
            secret: secret.reveal().to_owned(),
        })
    }

    async fn disable(&self, project: ProjectId, key: KeyId) -> Result<(), AppError> {
        self.set_state(project, key, KeyState::Disabled, "api_key.disabled").await
    }

    async fn enable(&self, project: ProjectId, key: KeyId) -> Result<(), AppError> {
        self.set_state(project, key, KeyState::Active, "api_key.enabled").await
    }

    async fn revoke(&self, project: ProjectId, key: KeyId) -> Result<(), AppError> {
        self.set_state(project, key, KeyState::Revoked, "api_key.revoked").await
    }
}

impl Console {
    async fn begin(&self, project: &ProjectId) -> Result<Change<ManageKeys>, AppError> {
        let change = self.store().begin::<ManageKeys>(&self.caller, project).await?;
        if change.grant().project().archived {
            return Err(AppError::conflict("This project is archived; its keys cannot change."));
        }
        Ok(change)
    }

    async fn set_state(&self, project: ProjectId, key: KeyId, after: KeyState, action: &'static str) -> Result<(), AppError> {
        let mut change = self.begin(&project).await?;
        let (name, before) = change.key(&key).await?.ok_or(AppError::NotFound)?;
        if before == KeyState::Revoked {
            return Err(AppError::conflict("This key is revoked, which is final."));
        }
        if before == after {
            return Ok(());
        }
        change.set_key_state(&key, after).await?;
        let event = Event::new(action, &key, &name).in_project(&project).change(
            "state",
            Some(before.as_str().to_owned()),
            Some(after.as_str().to_owned()),
        );
        change.commit([event]).await?;
        Ok(())
    }
}
