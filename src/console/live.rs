use std::sync::Arc;

use app::model::AppError;
use async_trait::async_trait;
use tower_sessions::Session;

use super::ConsoleParts;
use crate::{
    access::{Caller, ViewOrg, ViewUsage, authorize_org, authorize_project},
    web::events::{Topic, Watch},
};

/// The news of some topics, for the person of one session.
pub struct LiveTopics {
    parts: Arc<ConsoleParts>,
    caller: Caller,
    session: Session,
    topics: Vec<Topic>,
}

impl LiveTopics {
    pub fn new(parts: Arc<ConsoleParts>, caller: Caller, session: Session, topics: Vec<Topic>) -> Self {
        Self {
            parts,
            // Nobody is there because a tab is open.
            caller: Caller { visits: None, ..caller },
            session,
            topics,
        }
    }

    /// Reads the session again: it may have ended, or be somebody else's by now.
    async fn check_session(&self) -> Result<(), AppError> {
        let Some(id) = self.session.id() else {
            return Err(AppError::SignedOut);
        };
        let account = self.parts.store.signed_in(&id).await?.map(|now| now.person.id);
        if account.is_some() && self.caller.person.as_ref().map(|person| &person.id) == account.as_ref() {
            Ok(())
        } else {
            Err(AppError::SignedOut)
        }
    }
}

#[async_trait]
impl Watch for LiveTopics {
    fn session(&self) -> String {
        self.session.id().map(|id| id.to_string()).unwrap_or_default()
    }

    async fn check(&self) -> Result<(), AppError> {
        self.check_session().await?;
        let mut reader = self.parts.store.db.read().await?;
        for topic in &self.topics {
            match topic {
                Topic::Org(org) => drop(authorize_org::<ViewOrg>(&mut reader, &self.caller, org).await?),
                Topic::Project(project) => drop(authorize_project::<ViewUsage>(&mut reader, &self.caller, project).await?),
            }
        }
        Ok(())
    }

    fn counts(&self) -> Vec<u64> {
        let count = |topic: &Topic| match topic {
            Topic::Org(org) => self.parts.pulse.org(org),
            Topic::Project(project) => self.parts.pulse.project(project),
        };
        self.topics.iter().map(count).collect()
    }
}
