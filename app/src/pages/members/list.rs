//! The table of members.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{Members, api::SetRole, filter_of};
use crate::{
    icon::Icon,
    islands::CopyLink,
    model::{
        OrgRole, Slug, Timestamp,
        member::{AssignedProject, Member, MemberColumn, MemberFilter, Members as MemberList},
    },
    policy::{self, Action, may_grant},
    ui::{
        Badge, Card, Column, DisabledEntry, Empty, Form, LockedRole, Pager, Person, RoleChoice, RoleLabel, RowMenu, SearchBox, Table, Time,
        Tone, page_of, page_param, query,
    },
};

/// How many projects a row names.
const NAMED: usize = 3;

/// The filter, the rows, and the pager; or why there are no rows.
#[component]
pub fn PeopleList(members: Members, list: MemberList) -> impl IntoView {
    let text = page_of(&query()).query;
    let filter = filter_of(&query());
    let MemberList {
        listing, without_project, ..
    } = list;
    let (now, page, total) = (listing.now, listing.page, listing.total);
    let only_oneself = listing.unfiltered == 1;
    let sorting = |heading: &str, column: MemberColumn| {
        Column::text(heading).sorting(column, filter.sort, |sort| {
            let sorted = MemberFilter {
                sort: Some(sort),
                ..filter.clone()
            };
            members.filtered(&sorted, &text, "")
        })
    };
    let columns = vec![
        sorting("Person", MemberColumn::Name),
        sorting("Role", MemberColumn::Role),
        Column::text("Projects"),
        Column::text("Sign-in method"),
        sorting("Joined", MemberColumn::Joined),
        sorting("Last active", MemberColumn::Seen),
        Column::Controls("Actions"),
    ];
    let paging = {
        let (members, text, filter) = (members.clone(), text.clone(), filter.clone());
        move |page: u32| members.filtered(&filter, &text, &page_param(page))
    };
    let tools = {
        let members = members.clone();
        move || view! { <Tools members text filter without_project /> }
    };
    let all = members.href(&[]);
    let rows = listing
        .rows
        .into_iter()
        .map(|person| view! { <Row members=members.clone() person now /> })
        .collect_view();
    let table = if total == 0 {
        view! {
            <Empty title="Nobody matches" text="Nobody in this organization matches the filter.">
                <a class="btn" href=all>
                    "Show everybody"
                </a>
            </Empty>
        }
        .into_any()
    } else {
        view! {
            <Table label="Members table" columns>
                {rows}
            </Table>
        }
        .into_any()
    };
    view! {
        <Card id="members" title="People" quiet=true tools>
            {table}
            {only_oneself
                .then(|| view! { <Empty title="Nobody else yet" text="You are the only member. Everybody else comes by invitation." /> })}
            <Pager page total noun="members" href=paging />
        </Card>
    }
}

/// Search, one chip for each role, one for those without a project, and one for the project of the address.
#[component]
fn Tools(members: Members, text: String, filter: MemberFilter, without_project: u64) -> impl IntoView {
    let chip = |class: &'static str, label: String, on: bool, filter: MemberFilter| {
        let class = format!("chip {class}{}", if on { " on" } else { "" });
        view! {
            <a class=class href=members.filtered(&filter, &text, "") aria-current=on.then_some("true")>
                {label}
                {on.then(|| view! { <Icon name="x" /> })}
            </a>
        }
    };
    let roles = OrgRole::ALL.map(|role| {
        let on = filter.role == Some(role);
        let of_role = MemberFilter {
            role: (!on).then_some(role),
            ..filter.clone()
        };
        chip("", role.label().to_owned(), on, of_role)
    });
    let stranded = (without_project > 0 || filter.without_project).then(|| {
        let of_state = MemberFilter {
            without_project: !filter.without_project,
            ..filter.clone()
        };
        chip("warn", format!("No project {without_project}"), filter.without_project, of_state)
    });
    let project = filter.project.as_ref().map(|slug| {
        let everywhere = MemberFilter {
            project: None,
            ..filter.clone()
        };
        chip("", format!("Assigned to {slug}"), true, everywhere)
    });
    let keep = [
        ("role", filter.role.map(OrgRole::as_str)),
        ("project", filter.project.as_ref().map(Slug::as_str)),
        ("state", filter.without_project.then_some(super::NO_PROJECT)),
    ];
    let keep = keep
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?.to_owned())))
        .chain(filter.sort.map(|sort| ("sort", sort.param())))
        .collect();
    view! {
        <SearchBox label="Filter by name or e-mail" value=text.clone() keep />
        {roles}
        {project}
        {stranded}
    }
}

#[component]
fn Row(members: Members, person: Member, now: Timestamp) -> impl IntoView {
    let is_viewer = person.account == members.place.viewer.account;
    let has_access = person.has_access;
    let last_active = match person.seen_at {
        Some(at) => view! { <Time at now /> }.into_any(),
        // Never, or not since this is recorded: the two are not told apart.
        None => view! { <span class="faint">"not seen yet"</span> }.into_any(),
    };
    view! {
        <tr class=(!has_access).then_some("flag")>
            <th scope="row" class="name">
                <Person name=person.name.to_string() email=person.email.to_string()>
                    {is_viewer.then(|| view! { <Badge>"you"</Badge> })}
                    {(!has_access).then(|| view! { <Badge tone=Tone::Warn>"No project"</Badge> })}
                </Person>
            </th>
            <td data-label="Role">
                <RoleCell members=members.clone() person=person.clone() />
            </td>
            <td data-label="Projects">
                <Projects members=members.clone() person=person.clone() />
            </td>
            <td data-label="Sign-in method">{person.sign_in.label()}</td>
            <td data-label="Joined">
                <span class="cell">
                    <Time at=person.joined_at now />
                    {person.added_by.clone().map(|name| view! { <span class="sub">"by " <bdi>{name}</bdi></span> })}
                </span>
            </td>
            <td data-label="Last active">{last_active}</td>
            <td class="num menu-cell">
                <Menu members person />
            </td>
        </tr>
    }
}

/// Why the viewer cannot change this role, if so.
fn role_lock(members: &Members, person: &Member) -> Option<&'static str> {
    let actor = members.place.standing.org.unwrap_or(OrgRole::Member);
    if !may_grant(actor, Some(person.role), Some(person.role)) {
        Some(policy::ONLY_OWNERS)
    } else if person.role == OrgRole::Owner && members.owners <= 1 {
        Some("An organization never loses its last owner.")
    } else {
        None
    }
}

/// The role with its control; a locked one says why.
#[component]
fn RoleCell(members: Members, person: Member) -> impl IntoView {
    match role_lock(&members, &person) {
        Some(reason) => view! { <LockedRole account=person.account name=person.name role=person.role.label() reason /> }.into_any(),
        None => view! { <RoleForm members person /> }.into_any(),
    }
}

#[component]
fn RoleForm(members: Members, person: Member) -> impl IntoView {
    let name = person.name.to_string();
    let actor = members.place.standing.org.unwrap_or(OrgRole::Member);
    let back = members.after_role(&person.account);
    let ask = members.here(&[("demote", person.account.as_str())]);
    let choices = OrgRole::ALL
        .into_iter()
        .filter(|role| may_grant(actor, Some(person.role), Some(*role)))
        .map(|role| (role.as_str(), role.label()))
        .collect::<Vec<_>>();
    view! {
        <Form action=SetRole::PATH>
            <input type="hidden" name="org" value=members.place.org.id.to_string() />
            <input type="hidden" name="account" value=person.account.to_string() />
            <input type="hidden" name="seen" value=person.role.as_str() />
            <input type="hidden" name="ask" value=ask />
            <input type="hidden" name="back" value=back />
            <RoleChoice name choices current=person.role.as_str() />
        </Form>
    }
}

/// The first projects, each a link to all members in it; or why there are none.
#[component]
fn Projects(members: Members, person: Member) -> impl IntoView {
    if person.role != OrgRole::Member {
        return view! { <span class="muted">"All projects, as admin"</span> }.into_any();
    }
    let assign = members.here(&[("assign", person.account.as_str())]);
    if !person.has_access {
        return view! {
            <a class="btn sm" href=assign aria-label=format!("Add {} to a project", person.name)>
                "Add to a project"
            </a>
        }
        .into_any();
    }
    if person.projects.is_empty() {
        return view! { <span class="muted">"The Default Project, as every member"</span> }.into_any();
    }
    let more = person.projects.len().saturating_sub(NAMED);
    let rest = person.projects.iter().skip(NAMED).map(|project| project.name.as_str());
    let rest = rest.collect::<Vec<_>>().join(", ");
    let tags = person
        .projects
        .into_iter()
        .take(NAMED)
        .map(|AssignedProject { name, slug, role }| {
            let title = format!("{} in {name}", role.as_str());
            let here = MemberFilter {
                project: Some(slug),
                ..MemberFilter::default()
            };
            view! {
                <a class="tag" href=members.filtered(&here, "", "") title=title>
                    {name.to_string()}
                </a>
            }
        })
        .collect_view();
    view! {
        <span class="tags">
            {tags}
            {(more > 0)
                .then(|| {
                    view! {
                        <span class="tag more" title=rest.clone()>
                            {format!("+{more}")}
                            <span class="sr-only">{format!(": {rest}")}</span>
                        </span>
                    }
                })}
        </span>
    }
    .into_any()
}

#[component]
fn Menu(members: Members, person: Member) -> impl IntoView {
    let (id, name, email) = (person.account.to_string(), person.name.to_string(), person.email.to_string());
    let audit = crate::ui::href(&members.place.href("audit"), &[("q", &email)]);
    let is_viewer = person.account == members.place.viewer.account;
    let assign = (person.role == OrgRole::Member).then(|| {
        view! {
            <a href=members.here(&[("assign", &id)])>
                <Icon name="folder-plus" />
                "Add to projects…"
            </a>
        }
    });
    let concerned = if is_viewer {
        members.viewer_is_owner()
    } else {
        person.role != OrgRole::Owner
    };
    let transfer = concerned.then(|| {
        if !members.viewer_is_owner() {
            return view! { <DisabledEntry icon="shield" label="Transfer ownership" reason=policy::reason(Action::ManageOrg) /> }
                .into_any();
        }
        let to = if is_viewer { "" } else { email.as_str() };
        view! {
            <a href=members.here(&[("transfer", "1"), ("email", to)])>
                <Icon name="shield" />
                "Transfer ownership…"
            </a>
        }
        .into_any()
    });
    let end = match role_lock(&members, &person) {
        Some(reason) => view! { <DisabledEntry icon="user-minus" label=if is_viewer { "Leave organization" } else { "Remove from organization" } reason /> }
            .into_any(),
        None if is_viewer => view! {
            <hr />
            <a class="danger" href=crate::ui::href(crate::pages::account::PATH, &[("leave", members.place.org.id.as_str())])>
                <Icon name="log-out" />
                "Leave organization…"
            </a>
        }
        .into_any(),
        None => view! {
            <hr />
            <a class="danger" href=members.here(&[("remove", &id)])>
                <Icon name="user-minus" />
                "Remove from organization…"
            </a>
        }
        .into_any(),
    };
    view! {
        <RowMenu id=format!("menu-{id}") label=name>
            {assign}
            <a href=audit>
                <Icon name="scroll-text" />
                "Show in Audit Logs"
            </a>
            <CopyLink text=id label="Copy account ID" entry=true />
            {transfer}
            {end}
        </RowMenu>
    }
}
