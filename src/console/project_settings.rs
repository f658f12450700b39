use app::{
    model::{
        AccountId, AppError, Money, ProjectId, Slug,
        error::Fields,
        names::is_invisible,
        project::MAX_DESCRIPTION,
        project_settings::{DefaultTier, ProjectDetails, SettingsView},
    },
    policy::{Action, reason},
    port::ProjectSettings,
};
use async_trait::async_trait;

use super::Console;
use crate::{
    access::{ManageProject, authorize_project},
    audit::Event,
    catalog::{Plan, Tier},
    store::{Change, project_settings::StoredDetails},
};

/// The longest of the texts besides the description, in characters.
pub(super) const LINE: usize = 200;

#[async_trait]
impl ProjectSettings for Console {
    async fn details(&self, project: ProjectId) -> Result<SettingsView, AppError> {
        let grant = authorize_project::<ManageProject>(&mut self.store().db.read().await?, &self.caller, &project).await?;
        let plan = self.parts.catalog.plan(&grant.org().plan).ok_or(AppError::Internal)?;
        let stored = self.store().project_details(&grant).await?;
        Ok(SettingsView {
            details: stored.shown_to(grant.outsider().is_some()),
            admins: stored.admins,
            tiers: tiers(plan),
            org_allows_external: stored.org_allows_external,
            archived: grant.project().archived,
        })
    }

    async fn update(&self, project: ProjectId, mut details: ProjectDetails, seen: &str) -> Result<(), AppError> {
        check_text("description", &details.description, MAX_DESCRIPTION)?;
        check_text("workload", &details.workload, LINE)?;
        check_text("escalation", &details.escalation, LINE)?;
        let mut change = self.store().begin::<ManageProject>(&self.caller, &project).await?;
        if change.grant().project().archived {
            return Err(AppError::conflict("This project is archived. Restore it to change its settings."));
        }
        let stored = change.project_details().await?;
        let shown = stored.shown_to(change.grant().outsider().is_some());
        if seen != shown.version() {
            return Err(AppError::conflict(
                "Somebody else has changed these settings since this form was opened. Nothing was saved: reload the page, and look at them again.",
            ));
        }
        if details == shown {
            return Ok(());
        }
        keep_unshown(&mut details, &shown, &stored.details);
        let plan = self.parts.catalog.plan(&change.grant().org().plan).ok_or(AppError::Internal)?;
        let may_move = change.grant().standing().may(Action::ManageProjects);
        check(&details, &stored, &tiers(plan), may_move)?;
        if details.slug != stored.details.slug && !change.claim_slug(&details.slug).await? {
            return Err(AppError::field(
                "slug",
                "Another project of this organization has, or had, this address.",
            ));
        }
        let event = describe(&mut change, &project, &stored.details, &details).await?;
        change.set_project_details(&details).await?;
        change.commit([event]).await?;
        Ok(())
    }
}

/// What is left as it was shown stays as it is, also where nothing was shown.
fn keep_unshown(details: &mut ProjectDetails, shown: &ProjectDetails, stored: &ProjectDetails) {
    if details.owner == shown.owner {
        details.owner.clone_from(&stored.owner);
    }
    if details.key_owner == shown.key_owner {
        details.key_owner.clone_from(&stored.key_owner);
    }
    if details.escalation == shown.escalation {
        details.escalation.clone_from(&stored.escalation);
    }
}

/// The choices that the plan leaves; `auto` is the best of them.
fn tiers(plan: &Plan) -> Vec<DefaultTier> {
    let of_plan = |choice: &DefaultTier| match choice {
        DefaultTier::Auto => true,
        DefaultTier::Default => plan.tiers.contains(&Tier::Default),
        DefaultTier::Flex => plan.tiers.contains(&Tier::Flex),
        DefaultTier::Priority => plan.tiers.contains(&Tier::Priority),
    };
    DefaultTier::ALL.into_iter().filter(of_plan).collect()
}

/// What the form alone cannot know. What stays as it was is not refused.
///
/// Whether an address is free tells of other projects, and one that was taken is never given back: only those who see every
/// project `may_move` one.
fn check(new: &ProjectDetails, stored: &StoredDetails, tiers: &[DefaultTier], may_move: bool) -> Result<(), AppError> {
    let old = &stored.details;
    let mut fields = Fields::default();
    if new.slug != old.slug {
        if may_move {
            fields.parse("slug", Slug::choose(new.slug.as_str()));
        } else {
            fields.refuse("slug", reason(Action::ManageProjects));
        }
    }
    let is_admin = |account: &AccountId| stored.admins.iter().any(|admin| admin.account == *account);
    for (field, was, chosen) in [("owner", &old.owner, &new.owner), ("key_owner", &old.key_owner, &new.key_owner)] {
        if chosen != was && !chosen.as_ref().is_none_or(is_admin) {
            fields.refuse(field, "Choose one of the project’s admins.");
        }
    }
    if new.tier != old.tier && !tiers.contains(&new.tier) {
        fields.refuse("tier", "This service tier is not in the organization’s plan.");
    }
    if new.external_allowed && !old.external_allowed && !stored.org_allows_external {
        fields.refuse("external_allowed", "The organization does not allow external collaborators.");
    }
    if fields.is_empty() { Ok(()) } else { Err(fields.into_error()) }
}

/// Refuses a text that is too long, of several lines, or with characters that no engine stores or nobody sees.
pub(super) fn check_text(field: &str, text: &str, most: usize) -> Result<(), AppError> {
    if text.chars().count() > most {
        return Err(AppError::field(field, format!("Enter at most {most} characters.")));
    }
    if text.chars().any(is_invisible) {
        return Err(AppError::field(field, "Enter one line, without control or invisible characters."));
    }
    Ok(())
}

/// The record, field by field.
async fn describe(
    change: &mut Change<ManageProject>,
    project: &ProjectId,
    old: &ProjectDetails,
    new: &ProjectDetails,
) -> Result<Event, AppError> {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let owners = (
        change.email_of(old.owner.as_ref()).await?,
        change.email_of(new.owner.as_ref()).await?,
    );
    let key_owners = (
        change.email_of(old.key_owner.as_ref()).await?,
        change.email_of(new.key_owner.as_ref()).await?,
    );
    let allowed = |details: &ProjectDetails| Some(if details.external_allowed { "allowed" } else { "refused" }.to_owned());
    Ok(Event::new("project.updated", project, &new.name)
        .in_project(project)
        .change("name", text(old.name.as_str()), text(new.name.as_str()))
        .change("address", text(old.slug.as_str()), text(new.slug.as_str()))
        .change("description", text(&old.description), text(&new.description))
        .change("environment", text(old.environment.as_str()), text(new.environment.as_str()))
        .change("owner", owners.0, owners.1)
        .change("key_owner", key_owners.0, key_owners.1)
        .change("workload", text(&old.workload), text(&new.workload))
        .change(
            "expected_monthly_spend",
            old.expected_spend.map(Money::display),
            new.expected_spend.map(Money::display),
        )
        .change("escalation_contact", text(&old.escalation), text(&new.escalation))
        .change("default_tier", text(old.tier.as_str()), text(new.tier.as_str()))
        .change("external_collaborators", allowed(old), allowed(new)))
}
