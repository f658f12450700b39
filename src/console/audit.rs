use app::{
    model::{AppError, Listing, Page, audit::AuditEntry, usage::Scope},
    port::Audit,
};
use async_trait::async_trait;

use super::Console;
use crate::access::{ViewAudit, ViewOrg, authorize_org, authorize_project};

#[async_trait]
impl Audit for Console {
    async fn list(&self, scope: Scope, page: Page) -> Result<Listing<AuditEntry>, AppError> {
        let mut reader = self.store().db.read().await?;
        match scope {
            Scope::Org(org) => {
                let grant = authorize_org::<ViewOrg>(&mut reader, &self.caller, &org).await?;
                drop(reader);
                Ok(self.store().org_audit(&grant, &page).await?)
            }
            Scope::Project(project) => {
                let grant = authorize_project::<ViewAudit>(&mut reader, &self.caller, &project).await?;
                drop(reader);
                Ok(self.store().project_audit(&grant, &page).await?)
            }
        }
    }
}
