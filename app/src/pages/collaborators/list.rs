//! The table of people.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{People, api::SetRole, filter_of};
use crate::{
    icon::Icon,
    islands::CopyLink,
    model::{
        OrgRole, ProjectRole, Timestamp,
        collaborator::{Collaborator, CollaboratorColumn, CollaboratorFilter, Collaborators, Origin},
    },
    policy::Action,
    ui::{
        Badge, Card, Column, DisabledEntry, Empty, Form, LockedRole, Pager, Person, RoleChoice, RoleLabel, RowMenu, SearchBox, Table, Time,
        Tone, page_of, page_param, query,
    },
};

/// The filter, the rows, and the pager; or why there are no rows.
#[component]
pub fn PeopleList(people: People, list: Collaborators) -> impl IntoView {
    let text = page_of(&query()).query;
    let filter = filter_of(&query());
    let Collaborators {
        listing,
        external,
        inherited,
        ..
    } = list;
    let (now, page, total) = (listing.now, listing.page, listing.total);
    let only_inherited = inherited > 0 && inherited == listing.unfiltered && total == inherited;
    let sorting = |heading: &str, column: CollaboratorColumn| {
        Column::text(heading).sorting(column, filter.sort, |sort| {
            let sorted = CollaboratorFilter {
                sort: Some(sort),
                ..filter
            };
            people.filtered(sorted, &text, "")
        })
    };
    let columns = vec![
        sorting("Person", CollaboratorColumn::Name),
        Column::text("E-mail"),
        sorting("Role", CollaboratorColumn::Role),
        sorting("Added", CollaboratorColumn::Added),
        Column::Controls("Actions"),
    ];
    let paging = {
        let (people, text) = (people.clone(), text.clone());
        move |page: u32| people.filtered(filter, &text, &page_param(page))
    };
    let tools = {
        let (people, text) = (people.clone(), text.clone());
        move || view! { <Tools people text filter external inherited /> }
    };
    let all = people.href(&[]);
    let add = people.here(&[("new", "1")]);
    let may_add = people.locked().is_none();
    let rows = listing
        .rows
        .into_iter()
        .map(|person| view! { <Row people=people.clone() person now /> })
        .collect_view();
    view! {
        <Card id="people" title="People with access" quiet=true tools>
            {if total == 0 {
                view! {
                    <Empty title="Nobody matches" text="Nobody in this project matches the filter.">
                        <a class="btn" href=all>"Show everybody"</a>
                    </Empty>
                }
                    .into_any()
            } else {
                view! {
                    <Table label="Collaborators table" columns>
                        {rows}
                    </Table>
                }
                    .into_any()
            }}
            {only_inherited
                .then(|| {
                    view! {
                        <Empty title="Nobody was added yet" text="Owners and admins of the organization are here by their role.">
                            {may_add.then(|| view! { <a class="btn" href=add>"Add a collaborator"</a> })}
                        </Empty>
                    }
                })}
            <Pager page total noun="collaborators" href=paging />
        </Card>
    }
}

/// Search, one chip for each role and origin, and how many came from where.
#[component]
fn Tools(people: People, text: String, filter: CollaboratorFilter, external: u64, inherited: u64) -> impl IntoView {
    let chip = |label: &'static str, on: bool, filter: CollaboratorFilter| {
        let href = people.filtered(filter, &text, "");
        view! {
            <a class=if on { "chip on" } else { "chip" } href=href aria-current=on.then_some("true")>
                {label}
                {on.then(|| view! { <Icon name="x" /> })}
            </a>
        }
    };
    let roles = ProjectRole::ALL.map(|role| {
        let on = filter.role == Some(role);
        let role_of = CollaboratorFilter {
            role: (!on).then_some(role),
            ..filter
        };
        chip(role.label(), on, role_of)
    });
    // A viewer outside of the organization sees nobody who inherits a role.
    let knows_the_org = people.place.standing.org.is_some();
    let origins = Origin::ALL
        .into_iter()
        .filter(|origin| knows_the_org || *origin != Origin::Inherited)
        .map(|origin| {
            let on = filter.origin == Some(origin);
            let label = match origin {
                Origin::Member => "From the organization",
                Origin::External => "External",
                Origin::Inherited => "Inherited",
            };
            let origin = (!on).then_some(origin);
            chip(label, on, CollaboratorFilter { origin, ..filter })
        })
        .collect_view();
    let keep = [
        ("role", filter.role.map(ProjectRole::as_str)),
        ("origin", filter.origin.map(Origin::as_str)),
    ];
    let keep = keep
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?.to_owned())))
        .chain(filter.sort.map(|sort| ("sort", sort.param())))
        .collect();
    let sums = if knows_the_org {
        format!("{external} external · {inherited} inherited")
    } else {
        format!("{external} external")
    };
    view! {
        <SearchBox label="Filter by name or e-mail" value=text.clone() keep />
        {roles}
        {origins}
        <small class="muted only-wide">{sums}</small>
    }
}

#[component]
fn Row(people: People, person: Collaborator, now: Timestamp) -> impl IntoView {
    let external = person.origin == Origin::External;
    view! {
        <tr>
            <th scope="row" class="name">
                <Person name=person.name.to_string() external>
                    {external
                        .then(|| {
                            view! {
                                <Badge tone=Tone::Line>
                                    <Icon name="globe" />
                                    "External"
                                </Badge>
                            }
                        })}
                </Person>
            </th>
            <td data-label="E-mail" class="mail">
                {person.email.to_string()}
            </td>
            <td data-label="Role">
                <RoleCell people=people.clone() person=person.clone() />
            </td>
            <td data-label="Added">
                <span class="cell">
                    <Time at=person.added_at now />
                    {person.added_by.clone().map(|name| view! { <span class="sub">"by " <bdi>{name}</bdi></span> })}
                </span>
            </td>
            <td class="num menu-cell">
                <Menu people person />
            </td>
        </tr>
    }
}

/// Why a role cannot change here, if so.
fn role_lock(people: &People, person: &Collaborator) -> Option<&'static str> {
    match (person.origin, person.org_role) {
        (Origin::Inherited, Some(OrgRole::Owner)) => Some("Owners of the organization are admins of every project."),
        (Origin::Inherited, _) => Some("Admins of the organization are admins of every project."),
        _ if person.is_project_owner => Some("The owner of a project is one of its admins. Choose another owner first."),
        _ => people.locked(),
    }
}

/// The role with its control; a locked one says why.
#[component]
fn RoleCell(people: People, person: Collaborator) -> impl IntoView {
    let inherited = match (person.origin, person.org_role) {
        (Origin::Inherited, Some(OrgRole::Owner)) => Some("Inherited · org owner"),
        (Origin::Inherited, _) => Some("Inherited · org admin"),
        _ => None,
    };
    let owner = person.is_project_owner;
    let control = match role_lock(&people, &person) {
        Some(reason) => view! { <LockedRole account=person.account name=person.name role=person.role.label() reason /> }.into_any(),
        None => view! { <RoleForm people person /> }.into_any(),
    };
    view! {
        <span class="role">
            {control}
            {inherited
                .map(|text| {
                    view! {
                        <Badge>
                            <Icon name="lock" />
                            {text}
                        </Badge>
                    }
                })}
            {owner.then(|| view! { <Badge tone=Tone::Accent>"Project owner"</Badge> })}
        </span>
    }
}

#[component]
fn RoleForm(people: People, person: Collaborator) -> impl IntoView {
    let name = person.name.to_string();
    let back = people.after_role(&person.account);
    let ask = people.here(&[("demote", person.account.as_str())]);
    let choices = ProjectRole::ALL.map(|role| (role.as_str(), role.label())).to_vec();
    view! {
        <Form action=SetRole::PATH>
            <input type="hidden" name="project" value=people.project.id.to_string() />
            <input type="hidden" name="account" value=person.account.to_string() />
            <input type="hidden" name="seen" value=person.role.as_str() />
            <input type="hidden" name="ask" value=ask />
            <input type="hidden" name="back" value=back />
            <RoleChoice name choices current=person.role.as_str() />
        </Form>
    }
}

#[component]
fn Menu(people: People, person: Collaborator) -> impl IntoView {
    let (id, name) = (person.account.to_string(), person.name.to_string());
    let keys = crate::ui::href(&people.place.href("keys"), &[("q", &name)]);
    let audit = crate::ui::href(&people.place.href("audit"), &[("q", &name)]);
    // An outsider finds nobody's keys by their maker, but their own.
    let finds_keys = people.place.standing.org.is_some() || person.account == people.place.viewer.account;
    let removal = match role_lock(&people, &person) {
        Some(reason) => view! { <DisabledEntry icon="user-minus" label="Remove user" reason /> }.into_any(),
        None => view! {
            <hr />
            <a class="danger" href=people.here(&[("remove", &id)])>
                <Icon name="user-minus" />
                "Remove user"
            </a>
        }
        .into_any(),
    };
    let manages_members = people.place.standing.may(Action::ManageMembers);
    let in_members = (person.origin == Origin::Inherited && manages_members).then(|| {
        let members = crate::ui::href(&people.place.org_href("members"), &[("q", person.email.as_str())]);
        view! {
            <a href=members>
                <Icon name="user-round" />
                "Open in Members"
            </a>
        }
    });
    view! {
        <RowMenu id=format!("menu-{id}") label=name>
            {in_members}
            {finds_keys
                .then(|| {
                    view! {
                        <a href=keys>
                            <Icon name="key-round" />
                            "Show their keys"
                        </a>
                    }
                })}
            <a href=audit>
                <Icon name="scroll-text" />
                "Show in Audit Logs"
            </a>
            <CopyLink text=id label="Copy account ID" entry=true />
            {removal}
        </RowMenu>
    }
}
