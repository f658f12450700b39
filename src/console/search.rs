use app::{
    model::{
        AccountId, AppError, OrgId, Page, ProjectId, ProjectRole, Standing,
        collaborator::{Collaborator, CollaboratorFilter, Origin},
        search::{Found, FoundPerson, PER_GROUP, Search},
    },
    port::Finder,
};
use async_trait::async_trait;

use super::Console;
use crate::access::{Denied, ManageMembers, ManageProject, authorize_org, authorize_project};

#[async_trait]
impl Finder for Console {
    async fn search(&self, search: Search) -> Result<Found, AppError> {
        let person = self.person()?;
        let Search { text, org, project } = search;
        let near = org.as_ref().map_or("", OrgId::as_str);
        let projects = self.store().find_projects(person, &text, near).await?;
        // Without a text there is nobody and no key to find; projects are a start.
        if text.trim().is_empty() {
            return Ok(Found {
                projects,
                ..Found::default()
            });
        }
        let near = project.as_ref().map_or("", ProjectId::as_str);
        let keys = self.store().find_keys(person, &text, near).await?;
        let mut people = match &org {
            Some(org) => self.members(org, &text).await?,
            None => Vec::new(),
        };
        if let Some(project) = &project {
            let others = self.collaborators(project, &text).await?;
            let is_new = |(account, _): &(AccountId, FoundPerson)| !people.iter().any(|(known, _)| known == account);
            let others: Vec<_> = others.into_iter().filter(is_new).collect();
            people.extend(others);
        }
        let people = people.into_iter().take(PER_GROUP).map(|(_, person)| person).collect();
        Ok(Found { projects, people, keys })
    }
}

impl Console {
    /// The members of an organization that a text finds, for those who manage them; nobody for others.
    async fn members(&self, org: &OrgId, text: &str) -> Result<Vec<(AccountId, FoundPerson)>, AppError> {
        let grant = authorize_org::<ManageMembers>(&mut self.store().db.read().await?, &self.caller, org).await;
        Ok(match allowed(grant)? {
            Some(grant) => self.store().find_members(&grant, text).await?,
            None => Vec::new(),
        })
    }

    /// The people of a project that a text finds, for its admins; nobody for others. An admin from outside finds those whom
    /// the Collaborators page shows them.
    async fn collaborators(&self, project: &ProjectId, text: &str) -> Result<Vec<(AccountId, FoundPerson)>, AppError> {
        let grant = authorize_project::<ManageProject>(&mut self.store().db.read().await?, &self.caller, project).await;
        let Some(grant) = allowed(grant)? else { return Ok(Vec::new()) };
        let page = Page {
            number: 0,
            query: text.to_owned(),
        };
        let found = self.store().collaborators(&grant, CollaboratorFilter::default(), &page).await?;
        Ok(found.listing.rows.into_iter().take(PER_GROUP).map(found_person).collect())
    }
}

fn found_person(row: Collaborator) -> (AccountId, FoundPerson) {
    let project = (row.origin != Origin::Inherited).then_some::<ProjectRole>(row.role);
    let standing = Standing {
        org: row.org_role,
        project,
    };
    let person = FoundPerson {
        name: row.name,
        email: row.email,
        standing,
    };
    (row.account, person)
}

/// A search finds less for who may see less; it refuses nobody.
fn allowed<G>(grant: Result<G, Denied>) -> Result<Option<G>, AppError> {
    match grant {
        Ok(grant) => Ok(Some(grant)),
        Err(Denied::Forbidden(_) | Denied::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
