use app::{
    model::{
        AppError,
        request::{Part, RequestFilter, RequestLog},
        usage::Scope,
    },
    port::Requests,
};
use async_trait::async_trait;

use super::Console;
use crate::access::{ViewOrg, ViewUsage, authorize_org, authorize_project};

#[async_trait]
impl Requests for Console {
    async fn list(&self, scope: Scope, filter: RequestFilter, part: Part) -> Result<RequestLog, AppError> {
        let filter = RequestFilter {
            text: RequestFilter::searchable(&filter.text),
            ..filter
        };
        let mut reader = self.store().db.read().await?;
        match scope {
            Scope::Org(org) => {
                let grant = authorize_org::<ViewOrg>(&mut reader, &self.caller, &org).await?;
                drop(reader);
                Ok(self.store().org_requests(&grant, &filter, &part).await?)
            }
            Scope::Project(project) => {
                let grant = authorize_project::<ViewUsage>(&mut reader, &self.caller, &project).await?;
                drop(reader);
                Ok(self.store().project_requests(&grant, &filter, &part).await?)
            }
        }
    }
}
