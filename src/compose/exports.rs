//! The lists that are exported: the use case of the list itself is asked for each page, so that its rights, its filter and what it
//! leaves out hold for the file, too.

use app::{
    model::{
        AppError, Listing, Page, Timestamp,
        collaborator::{Collaborator, CollaboratorFilter, Origin},
        key::{ApiKey, KeyStatus},
        listing::Sort,
        member::{AssignedProject, Member, MemberFilter},
        project::{ProjectColumn, ProjectFilter, ProjectRow, ProjectState},
    },
    pages::members::NO_PROJECT,
    port::{Collaborators, Keys, Members, Projects, Shell},
    ui::place::ALL_PROJECTS,
};
use futures::{StreamExt, future::BoxFuture, stream};
use http::request::Parts;
use serde::Deserialize;

use crate::{
    console::Console,
    web::csv::{CsvList, Lines, line},
};

/// The parameters of the pages; unknown words filter nothing, as there. An order by numbers that move is that of the list without
/// one: the file is read page by page.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    q: String,
    state: String,
    role: String,
    origin: String,
    project: String,
    environment: String,
    owner: String,
    sort: String,
}

/// Loads one page of a list.
type Load<T> = Box<dyn Fn(Page) -> BoxFuture<'static, Result<Listing<T>, AppError>> + Send + Sync>;

/// Opens the list at the address of the request.
///
/// # Errors
/// Those of the list.
pub async fn open(console: Console, request: Parts, list: CsvList) -> Result<Lines, AppError> {
    let asked: Asked = serde_urlencoded::from_str(request.uri.query().unwrap_or_default()).unwrap_or_default();
    let mut path = request.uri.path().trim_start_matches('/').split('/');
    let (org, project) = (path.next().unwrap_or_default(), path.next().unwrap_or_default());
    let place = console.place(org, Some(project).filter(|project| *project != ALL_PROJECTS)).await?;
    let text = asked.q.trim().to_owned();
    match (list, place.project) {
        (CsvList::Projects, None) => {
            let filter = ProjectFilter {
                state: if asked.state == "archived" {
                    ProjectState::Archived
                } else {
                    ProjectState::Active
                },
                environment: asked.environment.parse().ok(),
                owner: asked.owner.parse().ok(),
                sort: asked
                    .sort
                    .parse()
                    .ok()
                    .filter(|sort: &Sort<ProjectColumn>| sort.column.stands_still()),
            };
            let load: Load<ProjectRow> = Box::new(move |page| {
                let (console, org, filter) = (console.clone(), place.org.id.clone(), filter.clone());
                Box::pin(async move { Ok(Projects::list(&console, org, filter, page).await?.listing) })
            });
            lines(&PROJECTS, load, text, project_cells).await
        }
        (CsvList::Keys, Some(project)) => {
            let load: Load<ApiKey> = Box::new(move |page| {
                let (console, project) = (console.clone(), project.id.clone());
                Box::pin(async move { Keys::list(&console, project, page).await })
            });
            lines(&KEYS, load, text, key_cells).await
        }
        (CsvList::Collaborators, Some(project)) => {
            let filter = CollaboratorFilter {
                role: asked.role.parse().ok(),
                origin: asked.origin.parse().ok(),
            };
            let load: Load<Collaborator> = Box::new(move |page| {
                let (console, project) = (console.clone(), project.id.clone());
                Box::pin(async move { Ok(Collaborators::list(&console, project, filter, page).await?.listing) })
            });
            lines(&COLLABORATORS, load, text, collaborator_cells).await
        }
        (CsvList::Members, None) => {
            let filter = MemberFilter {
                role: asked.role.parse().ok(),
                project: asked.project.parse().ok(),
                without_project: asked.state == NO_PROJECT,
            };
            let load: Load<Member> = Box::new(move |page| {
                let (console, org, filter) = (console.clone(), place.org.id.clone(), filter.clone());
                Box::pin(async move { Ok(Members::list(&console, org, filter, page).await?.listing) })
            });
            lines(&MEMBERS, load, text, member_cells).await
        }
        _ => Err(AppError::NotFound),
    }
}

/// The headings, then page after page; the first one is loaded before anything is answered.
async fn lines<T: Send + 'static>(
    headings: &[&str],
    load: Load<T>,
    query: String,
    cells: fn(T, Timestamp) -> Vec<String>,
) -> Result<Lines, AppError> {
    let first = load(Page {
        number: 0,
        query: query.clone(),
    })
    .await?;
    let pages = stream::try_unfold((Some(first), load, query), move |(listing, load, query)| async move {
        let Some(listing) = listing else {
            return Ok(None);
        };
        let (number, now) = (listing.page + 1, listing.now);
        let more = u64::from(number) * u64::from(Page::SIZE) < listing.total;
        let text: String = listing.rows.into_iter().map(|row| line(&cells(row, now))).collect();
        let page = Page {
            number,
            query: query.clone(),
        };
        let next = if more { Some(load(page).await?) } else { None };
        Ok(Some((text, (next, load, query))))
    });
    let headings = line(headings);
    Ok(stream::once(async move { Ok(headings) }).chain(pages).boxed())
}

const PROJECTS: [&str; 13] = [
    "id",
    "name",
    "slug",
    "description",
    "environment",
    "default",
    "owner",
    "created_at",
    "active_keys",
    "month_cost",
    "refused_24h",
    "archived_at",
    "archived_by",
];

fn project_cells(row: ProjectRow, _: Timestamp) -> Vec<String> {
    vec![
        row.id.to_string(),
        row.name.to_string(),
        row.slug.to_string(),
        row.description,
        row.environment.as_str().to_owned(),
        row.is_default.to_string(),
        row.owner.unwrap_or_default(),
        row.created_at.iso(),
        row.active_keys.to_string(),
        row.month_cost.plain(),
        row.refused_24h.to_string(),
        moment(row.archived_at),
        row.archived_by.unwrap_or_default(),
    ]
}

const KEYS: [&str; 8] = [
    "id",
    "name",
    "key",
    "state",
    "created_by",
    "created_at",
    "expires_at",
    "last_used_at",
];

fn key_cells(key: ApiKey, now: Timestamp) -> Vec<String> {
    let state = match key.status(now) {
        KeyStatus::Active | KeyStatus::ExpiresSoon => "active",
        KeyStatus::Expired => "expired",
        KeyStatus::Disabled => "disabled",
        KeyStatus::Revoked => "revoked",
    };
    vec![
        key.id.to_string(),
        key.name.to_string(),
        key.hint,
        state.to_owned(),
        key.created_by,
        key.created_at.iso(),
        moment(key.expires_at),
        moment(key.last_used_at),
    ]
}

const COLLABORATORS: [&str; 7] = ["account", "name", "email", "role", "origin", "added_at", "added_by"];

fn collaborator_cells(row: Collaborator, _: Timestamp) -> Vec<String> {
    vec![
        row.account.to_string(),
        row.name.to_string(),
        row.email.to_string(),
        row.role.as_str().to_owned(),
        Origin::as_str(row.origin).to_owned(),
        row.added_at.iso(),
        row.added_by.unwrap_or_default(),
    ]
}

const MEMBERS: [&str; 10] = [
    "account",
    "name",
    "email",
    "role",
    "projects",
    "has_access",
    "sign_in_method",
    "joined_at",
    "added_by",
    "last_active_at",
];

fn member_cells(row: Member, _: Timestamp) -> Vec<String> {
    let in_project = |project: &AssignedProject| format!("{} ({})", project.slug, project.role.as_str());
    vec![
        row.account.to_string(),
        row.name.to_string(),
        row.email.to_string(),
        row.role.as_str().to_owned(),
        row.projects.iter().map(in_project).collect::<Vec<_>>().join(", "),
        row.has_access.to_string(),
        row.sign_in.as_str().to_owned(),
        row.joined_at.iso(),
        row.added_by.unwrap_or_default(),
        moment(row.seen_at),
    ]
}

/// In UTC, or nothing.
fn moment(at: Option<Timestamp>) -> String {
    at.map(Timestamp::iso).unwrap_or_default()
}
