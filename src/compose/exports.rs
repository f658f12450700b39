//! The lists that are exported: the use case of the list itself is asked for each page, so that its rights, its filter and what it
//! leaves out hold for the file, too.

use app::{
    model::{
        AppError, Listing, Page, Sort, SortColumn, Timestamp,
        collaborator::{Collaborator, Origin},
        key::{ApiKey, KeyStatus},
        member::{AssignedProject, Member},
        project::ProjectRow,
    },
    pages::{collaborators, members, projects},
    port::{Collaborators, Keys, Members, Projects, Shell},
    ui::{page_of, place::ALL_PROJECTS},
};
use futures::{StreamExt, future::BoxFuture, stream};
use http::request::Parts;

use crate::{
    console::Console,
    web::csv::{CsvList, Lines, line},
};

/// Loads one page of a list.
type Load<T> = Box<dyn Fn(Page) -> BoxFuture<'static, Result<Listing<T>, AppError>> + Send + Sync>;

/// Opens the list at the address of the request.
///
/// # Errors
/// Those of the list.
pub async fn open(console: Console, request: Parts, list: CsvList) -> Result<Lines, AppError> {
    let asked: Vec<(String, String)> = serde_urlencoded::from_str(request.uri.query().unwrap_or_default()).unwrap_or_default();
    let query = asked.into_iter().collect();
    let mut path = request.uri.path().trim_start_matches('/').split('/');
    let (org, project) = (path.next().unwrap_or_default(), path.next().unwrap_or_default());
    let place = console.place(org, Some(project).filter(|project| *project != ALL_PROJECTS)).await?;
    let text = page_of(&query).query;
    match (list, place.project) {
        (CsvList::Projects, None) => {
            let mut filter = projects::filter_of(&query);
            filter.sort = readable(filter.sort);
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
            let filter = collaborators::filter_of(&query);
            let load: Load<Collaborator> = Box::new(move |page| {
                let (console, project) = (console.clone(), project.id.clone());
                Box::pin(async move { Ok(Collaborators::list(&console, project, filter, page).await?.listing) })
            });
            lines(&COLLABORATORS, load, text, collaborator_cells).await
        }
        (CsvList::Members, None) => {
            let mut filter = members::filter_of(&query);
            filter.sort = readable(filter.sort);
            let load: Load<Member> = Box::new(move |page| {
                let (console, org, filter) = (console.clone(), place.org.id.clone(), filter.clone());
                Box::pin(async move { Ok(Members::list(&console, org, filter, page).await?.listing) })
            });
            lines(&MEMBERS, load, text, member_cells).await
        }
        _ => Err(AppError::NotFound),
    }
}

/// Page by page a list can be read only in an order that stands still meanwhile.
fn readable<C: SortColumn>(sort: Option<Sort<C>>) -> Option<Sort<C>> {
    sort.filter(|sort| sort.column.stands_still())
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
    "active_keys",
    "month_cost",
    "refused_24h",
    "archived_at",
    "archived_by",
    "created_at",
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
        row.active_keys.to_string(),
        row.month_cost.plain(),
        row.refused_24h.to_string(),
        moment(row.archived_at),
        row.archived_by.unwrap_or_default(),
        row.created_at.iso(),
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
