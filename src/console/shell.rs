use app::{
    model::{
        AppError, ProjectId, Slug,
        place::{Home, Place, Places},
    },
    policy::{self, Action},
    port::Shell,
};
use async_trait::async_trait;

use super::Console;

#[async_trait]
impl Shell for Console {
    async fn place(&self, org: &str, project: Option<&str>) -> Result<Place, AppError> {
        let person = self.person()?;
        // What is no slug names nothing; PostgreSQL would refuse some of it with an error of its own.
        let is_slug = |text: &str| text.parse::<Slug>().is_ok();
        if !is_slug(org) || !project.is_none_or(is_slug) {
            return Err(AppError::NotFound);
        }
        let place = self.store().place(person, org, project).await?.ok_or(AppError::NotFound)?;
        if project.is_none() && !place.standing.may(Action::ViewOrg) {
            return Err(AppError::Forbidden {
                reason: policy::reason(Action::ViewOrg).to_owned(),
            });
        }
        Ok(place)
    }

    async fn switcher(&self, query: &str, recent: &[ProjectId]) -> Result<Places, AppError> {
        Ok(self.store().places(self.person()?, query, recent).await?)
    }

    async fn home(&self) -> Result<Option<Home>, AppError> {
        Ok(self.store().home(self.person()?).await?)
    }
}
