use std::collections::BTreeSet;

use app::{
    model::{
        AppError,
        usage::{Range, Scope, UsageReport},
    },
    port::Usage,
};
use async_trait::async_trait;

use super::Console;
use crate::access::{ViewOrg, ViewUsage, authorize_org, authorize_project};

#[async_trait]
impl Usage for Console {
    async fn report(&self, scope: Scope, range: Range) -> Result<UsageReport, AppError> {
        let mut reader = self.store().db.read().await?;
        let mut report = match scope {
            Scope::Org(org) => {
                let grant = authorize_org::<ViewOrg>(&mut reader, &self.caller, &org).await?;
                drop(reader);
                self.store().org_usage(&grant, range).await?
            }
            Scope::Project(project) => {
                let grant = authorize_project::<ViewUsage>(&mut reader, &self.caller, &project).await?;
                drop(reader);
                self.store().project_usage(&grant, range).await?
            }
        };
        let models: BTreeSet<_> = report.days.iter().map(|day| day.model.clone()).collect();
        report.simulated = models.into_iter().filter(|model| self.parts.catalog.is_simulated(model)).collect();
        Ok(report)
    }
}
