//! Members: the people of an organization, their roles, and who is on the way in.

pub mod api;
mod assign;
mod choose;
mod demote;
pub mod form;
mod invite;
pub mod invite_form;
mod list;
mod matrix;
mod pending;
mod remove;
#[cfg(test)]
mod tests;
mod transfer;

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::params::ParamsMap;

use crate::{
    model::{
        AccountId, AppError, Listing, OrgRole, Page, Sort,
        invitation::Invitation,
        member::{MemberFilter, Members as MemberList},
        place::Place,
    },
    ui::{Alert, CsvLink, InPlace, LinkButton, Loaded, NotFound, Notice, PageHead, failure, href, page_number, page_of, page_param, query},
};

use self::{
    api::{ResendInvitation, RevokeInvitation, SetRole, list_members, list_pending},
    assign::AssignDialog,
    demote::DemoteDialog,
    invite::InviteDialog,
    invite_form::InviteForm,
    list::PeopleList,
    matrix::MatrixDialog,
    pending::PendingList,
    remove::RemoveDialog,
    transfer::TransferDialog,
};

/// Why nobody was invited, if it was tried, and what was typed. The server provides it as context of that one answer.
#[derive(Clone)]
pub struct InviteOutcome(pub Option<AppError>, pub InviteForm);

/// What every part of the page needs.
#[derive(Clone)]
struct Members {
    place: Place,
    /// Owners of the organization.
    owners: u64,
    /// The page of the invitations, counted from 0: it stays while one turns over the members, or filters them.
    pending: u32,
}

impl Members {
    /// The address of this page with parameters.
    fn href(&self, params: &[(&'static str, &str)]) -> String {
        href(&self.place.href("members"), params)
    }

    /// The address of the lists with a filter of the members, in their order.
    fn filtered(&self, filter: &MemberFilter, text: &str, page: &str) -> String {
        self.filtered_with(filter, text, page, &[])
    }

    /// The address of the list as it is now, with further parameters: a dialog leaves it as it was.
    fn here(&self, params: &[(&'static str, &str)]) -> String {
        let query = query();
        let page = page_of(&query);
        self.filtered_with(&filter_of(&query), &page.query, &page_param(page.number), params)
    }

    fn filtered_with(&self, filter: &MemberFilter, text: &str, page: &str, more: &[(&'static str, &str)]) -> String {
        let role = filter.role.map_or("", OrgRole::as_str);
        let project = filter.project.as_ref().map_or("", |slug| slug.as_str());
        let state = if filter.without_project { NO_PROJECT } else { "" };
        let sort = filter.sort.map(Sort::param).unwrap_or_default();
        let pending = page_param(self.pending);
        let list = [
            ("q", text),
            ("role", role),
            ("project", project),
            ("state", state),
            ("sort", &sort),
            ("page", page),
            (PENDING, &pending),
        ];
        self.href(&[&list, more].concat())
    }

    /// Where a changed role leads: who gives the own one up may not come back to this page.
    fn after_role(&self, account: &AccountId) -> String {
        if *account == self.place.viewer.account {
            "/".to_owned()
        } else {
            self.here(&[Notice::RoleChanged.param()])
        }
    }

    fn viewer_is_owner(&self) -> bool {
        self.place.standing.org == Some(OrgRole::Owner)
    }
}

/// `?state=` of the members who have no project.
pub const NO_PROJECT: &str = "no-project";

/// The page of the invitations in the address, as `page` is that of the members.
const PENDING: &str = "pending";

/// What the lists have in the address.
const LISTS: [&str; 7] = ["q", "role", "project", "state", "sort", "page", PENDING];

/// Filter and order of the address; words that it does not know filter nothing, and leave the order as it is without any.
pub fn filter_of(query: &ParamsMap) -> MemberFilter {
    MemberFilter {
        role: query.get_str("role").and_then(|word| word.parse().ok()),
        project: query.get_str("project").and_then(|slug| slug.parse().ok()),
        without_project: query.get_str("state") == Some(NO_PROJECT),
        sort: query.get_str("sort").and_then(|word| word.parse().ok()),
    }
}

/// The page of the route `members`. It stands under "All projects" only.
#[component]
pub fn MembersPage() -> impl IntoView {
    view! {
        <InPlace let:place>
            <MembersOf place />
        </InPlace>
    }
}

#[component]
fn MembersOf(place: Place) -> impl IntoView {
    if place.project.is_some() {
        return view! { <NotFound /> }.into_any();
    }
    let query = query();
    let page = page_of(&query);
    let pending = Page {
        number: page_number(&query, PENDING),
        query: page.query.clone(),
    };
    let pending = list_pending(place.org.id.clone(), pending);
    let list = list_members(place.org.id.clone(), filter_of(&query), page);
    let both = async move { Ok::<_, AppError>((list.await?, pending.await?)) };
    view! {
        <Loaded data=both let:lists>
            <Body place lists />
        </Loaded>
    }
    .into_any()
}

#[component]
fn Body(place: Place, lists: (MemberList, Listing<Invitation>)) -> impl IntoView {
    let (list, pending) = lists;
    let lead = format!(
        "Everybody in {}. Members work in the projects they are assigned to; owners and admins in all of them.",
        place.org.name
    );
    let members = Members {
        place,
        owners: list.owners,
        pending: pending.page,
    };
    let query = query();
    let (demoting, removing) = (query.get("demote"), query.get("remove"));
    let (assigning, transferring) = (query.get("assign"), query.get("transfer"));
    let dialogs = {
        let members = members.clone();
        view! {
            {demoting.map(|id| view! { <DemoteDialog members=members.clone() id to=query.get("to").unwrap_or_default() /> })}
            {removing.map(|id| view! { <RemoveDialog members=members.clone() id /> })}
            {assigning.map(|id| view! { <AssignDialog members=members.clone() id /> })}
            {transferring.filter(|_| members.viewer_is_owner()).map(|_| view! { <TransferDialog members=members.clone() /> })}
            <InviteDialog members=members.clone() />
            {query.get_str("roles").map(|_| view! { <MatrixDialog close=members.here(&[]) /> })}
        }
    };
    let csv = members.place.href("members.csv");
    let (matrix, invite) = (members.here(&[("roles", "1")]), members.here(&[("invite", "1")]));
    let failed = [SetRole::PATH, ResendInvitation::PATH, RevokeInvitation::PATH]
        .into_iter()
        .find_map(failure);
    view! {
        <PageHead title="Members" lead>
            <a class="btn" href=matrix>
                "What each role may do"
            </a>
            <CsvLink href=csv />
            <LinkButton href=invite label="Invite members" icon="user-plus" class="btn primary" reason=None />
        </PageHead>
        <Alert error=failed />
        <PeopleList members=members.clone() list />
        <PendingList members list=pending />
        {dialogs}
    }
}
