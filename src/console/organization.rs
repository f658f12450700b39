use app::{
    model::{
        AppError, OrgId, Slug,
        branding::Colour,
        organization::{DefaultAccess, OrgNames, OrgSettings},
        project_life::AccessPreview,
        time::HOUR,
    },
    port::Organization,
};
use async_trait::async_trait;

use super::{
    Console,
    project_life::{access_event, changed_meanwhile},
};
use crate::{
    access::{ManageOrg, authorize_org},
    audit::Event,
    identity::count_attempt,
};

/// New addresses that one person may try for organizations in an hour: each answer tells of other organizations, and one that
/// was taken is never given back.
const ADDRESSES: i64 = 10;

#[async_trait]
impl Organization for Console {
    async fn settings(&self, org: OrgId) -> Result<OrgSettings, AppError> {
        let grant = authorize_org::<ManageOrg>(&mut self.store().db.read().await?, &self.caller, &org).await?;
        Ok(self.store().org_settings(&grant).await?)
    }

    async fn rename(&self, org: OrgId, names: OrgNames, seen: &str) -> Result<(), AppError> {
        let grant = authorize_org::<ManageOrg>(&mut self.store().db.read().await?, &self.caller, &org).await?;
        if self.store().org_settings(&grant).await?.names.slug != names.slug {
            Slug::choose(names.slug.as_str()).map_err(|error| AppError::field("slug", error.to_string()))?;
            self.count_address().await?;
        }
        let mut change = self.store().begin_org::<ManageOrg>(&self.caller, &org).await?;
        let before = change.names().await?;
        if before == names {
            return Ok(());
        }
        if before.version() != seen {
            return Err(AppError::conflict(
                "Somebody else has changed these names since this form was opened. Nothing was saved: reload the page, and look at them again.",
            ));
        }
        if before.slug != names.slug && !change.claim_slug(&names.slug).await? {
            return Err(AppError::field("slug", "Another organization has, or had, this address."));
        }
        change.set_names(&names).await?;
        let event = Event::new("org.updated", &org, &names.name)
            .change("name", Some(before.name.to_string()), Some(names.name.to_string()))
            .change("address", Some(before.slug.to_string()), Some(names.slug.to_string()));
        change.commit([event]).await?;
        Ok(())
    }

    async fn preview_access(&self, org: OrgId, to: DefaultAccess) -> Result<AccessPreview, AppError> {
        let grant = authorize_org::<ManageOrg>(&mut self.store().db.read().await?, &self.caller, &org).await?;
        let effects = self.store().access_effects(&grant).await?;
        Ok(AccessPreview {
            seen: effects.version(),
            from: effects.from,
            to,
            default_project: effects.default_project.1,
            organization: effects.organization,
            project: effects.project,
            invitations: effects.invitations,
        })
    }

    async fn set_access(&self, org: OrgId, to: DefaultAccess, seen: &str) -> Result<(), AppError> {
        let mut change = self.store().begin_org::<ManageOrg>(&self.caller, &org).await?;
        let effects = change.access_effects().await?;
        if effects.from == to {
            return Ok(());
        }
        if effects.version() != seen {
            return Err(changed_meanwhile(&effects.default_project.1, effects.from));
        }
        change.set_default_access(to).await?;
        let event = Event::new("org.access_changed", &org, &change.grant().org().name)
            .change(
                "default_access",
                Some(effects.from.as_str().to_owned()),
                Some(to.as_str().to_owned()),
            )
            .set("people_without_a_project_of_their_own", effects.organization.total);
        let action = match to {
            DefaultAccess::AllMembers => "member.access_regained",
            DefaultAccess::AssignedOnly => "member.lost_access",
        };
        let people = access_event(
            action,
            &org,
            &effects.organization,
            &format!("Default Project access became {}", to.as_str()),
        );
        change.commit(std::iter::once(event).chain(people)).await?;
        Ok(())
    }

    async fn set_external(&self, org: OrgId, allowed: bool) -> Result<(), AppError> {
        let mut change = self.store().begin_org::<ManageOrg>(&self.caller, &org).await?;
        let before = change.external_allowed().await?;
        if before == allowed {
            return Ok(());
        }
        change.set_external_allowed(allowed).await?;
        let word = |allowed: bool| Some(if allowed { "allowed" } else { "refused" }.to_owned());
        let event = Event::new("org.policy_changed", &org, &change.grant().org().name).change(
            "external_collaborators",
            word(before),
            word(allowed),
        );
        change.commit([event]).await?;
        Ok(())
    }

    async fn set_colour(&self, org: OrgId, colour: Option<Colour>) -> Result<(), AppError> {
        self.change_colour(org, colour).await
    }

    async fn remove_logo(&self, org: OrgId) -> Result<(), AppError> {
        self.change_logo(org, None).await
    }
}

impl Console {
    /// Counts that this person wants another address for an organization, before anybody looks whether it is free.
    async fn count_address(&self) -> Result<(), AppError> {
        let person = format!("org-address:{}", self.account()?);
        count_attempt(self.store(), &[(person.as_str(), ADDRESSES)], HOUR).await??;
        Ok(())
    }
}
