//! What the palette shows: what the server found, and the pages and actions that this place has for this person.

use super::mark::find;
use crate::{
    model::{
        OrgRole, RequestId,
        place::Place,
        search::{Found, FoundKey, FoundPerson, FoundProject, PER_GROUP},
    },
    pages::{
        account,
        shell::{
            ORG_PAGES, PROJECT_PAGES, PageOfPlace,
            landing::{Here, in_project},
            letter, may_found,
        },
    },
    policy::Action,
    ui::href,
};

/// Results of one kind.
#[derive(Debug, PartialEq, Eq)]
pub struct Group {
    pub title: &'static str,
    pub hits: Vec<Hit>,
}

/// One result.
#[derive(Debug, PartialEq, Eq)]
pub struct Hit {
    pub icon: &'static str,
    pub label: String,
    /// What tells it from its namesakes.
    pub detail: String,
    pub end: End,
    pub href: String,
}

/// What stands at the end of a row.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    Nothing,
    Word(&'static str),
    Environment(&'static str),
    /// Prefix and last four characters of a key.
    Hint(String),
    /// The shortcut.
    Keys(Vec<&'static str>),
}

/// The groups that have results, at most [`PER_GROUP`] each. `here` is the address that the person comes from, and `place` what
/// it resolves to for them.
pub fn groups(text: &str, here: Option<&Here>, place: Option<&Place>, found: Found) -> Vec<Group> {
    let project = |found: FoundProject| Hit {
        icon: "folder",
        label: found.at.project.name.to_string(),
        detail: found.org.name.to_string(),
        end: End::Environment(found.at.project.environment.as_str()),
        href: in_project(here, &found.org, &found.at),
    };
    let people = place.map(|place| found.people.into_iter().map(|found| person(place, found)).collect());
    let groups = [
        ("Projects", found.projects.into_iter().map(project).collect()),
        ("Pages", pages(text, place)),
        ("Actions", actions(text, place)),
        ("People", people.unwrap_or_default()),
        ("Keys", found.keys.into_iter().map(key).collect()),
    ];
    let mut groups: Vec<Group> = groups.into_iter().map(|(title, hits)| Group { title, hits }).collect();
    for group in &mut groups {
        group.hits.truncate(PER_GROUP);
    }
    groups.retain(|group| !group.hits.is_empty());
    groups
}

/// The pages of the place, then those of its organization, then the person's own, by their names.
fn pages(text: &str, place: Option<&Place>) -> Vec<Hit> {
    let mut hits = place.map(|place| pages_of(text, place)).unwrap_or_default();
    let account = Hit {
        icon: "user-round",
        label: "Your account".to_owned(),
        detail: String::new(),
        end: End::Nothing,
        href: account::PATH.to_owned(),
    };
    hits.extend(Some(account).filter(|hit| is_found(&hit.label, text)));
    hits
}

fn pages_of(text: &str, place: &Place) -> Vec<Hit> {
    let of = |pages: &'static [PageOfPlace], detail: String, address: &dyn Fn(&str) -> String, here: bool| {
        pages
            .iter()
            .filter(|(_, label, _, action)| is_found(label, text) && place.standing.may(*action))
            .map(|(page, label, icon, _)| Hit {
                icon,
                label: (*label).to_owned(),
                detail: detail.clone(),
                // The letters lead to the pages of the side navigation.
                end: letter(page)
                    .filter(|_| here)
                    .map_or(End::Nothing, |letter| End::Keys(vec!["g", letter])),
                href: address(page),
            })
            .collect::<Vec<_>>()
    };
    let name = place.org.name.to_string();
    let org = |page: &str| place.org_href(page);
    match &place.project {
        None => of(&ORG_PAGES, name, &org, true),
        Some(project) => {
            let mut hits = of(&PROJECT_PAGES, project.name.to_string(), &|page| place.href(page), true);
            hits.extend(of(&ORG_PAGES, name, &org, false));
            hits
        }
    }
}

fn is_found(label: &str, text: &str) -> bool {
    text.is_empty() || find(label, text).is_some()
}

/// What can be done here, by its name. A request is explained by its id.
fn actions(text: &str, place: Option<&Place>) -> Vec<Hit> {
    let mut hits = Vec::new();
    if let Some(place) = place {
        if place.standing.may(Action::ManageProjects) {
            let href = href(&place.org_href("projects"), &[("new", "1")]);
            hits.push(action("folder-plus", "Create project".to_owned(), href));
        }
        if let Some(project) = place.project.as_ref().filter(|_| place.standing.may(Action::ManageProject)) {
            let href = href(&place.href("settings/collaborators"), &[("new", "1")]);
            hits.push(action("user-plus", format!("Add collaborator to {}", project.name), href));
        }
        if place.standing.may(Action::ViewUsage) {
            let href = place.href("requests");
            hits.push(action("logs", "Explain a refused request by its id".to_owned(), href));
        }
    }
    if may_found(place.is_some_and(|place| place.standing.org == Some(OrgRole::Owner))) {
        hits.push(action("plus", "Create organization".to_owned(), "/account/organization".to_owned()));
    }
    hits.retain(|hit| is_found(&hit.label, text));
    let request = text.parse::<RequestId>().ok();
    let explain = place
        .filter(|place| place.standing.may(Action::ViewUsage))
        .zip(request)
        .map(|(place, id)| {
            let href = format!("{}?request={id}", place.href("requests"));
            action("logs", format!("Explain request {id}"), href)
        });
    hits.splice(0..0, explain);
    hits
}

fn action(icon: &'static str, label: String, href: String) -> Hit {
    Hit {
        icon,
        label,
        detail: String::new(),
        end: End::Nothing,
        href,
    }
}

/// Leads to the person's row: among the members, or among the collaborators for who does not manage those.
fn person(place: &Place, person: FoundPerson) -> Hit {
    let has_members = ORG_PAGES
        .iter()
        .any(|(page, .., action)| *page == "members" && place.standing.may(*action));
    let list = match &place.project {
        _ if has_members && person.standing.org.is_some() => place.org_href("members"),
        Some(_) => place.href("settings/collaborators"),
        None => place.org_href("audit"),
    };
    Hit {
        icon: "user-round",
        label: person.name.to_string(),
        detail: person.email.to_string(),
        end: End::Word(person.role()),
        href: href(&list, &[("q", person.email.as_str())]),
    }
}

fn key(key: FoundKey) -> Hit {
    Hit {
        icon: "key-round",
        label: key.name.to_string(),
        detail: key.project_name.to_string(),
        href: href(&format!("/{}/{}/keys", key.org, key.project), &[("q", &key.prefix)]),
        end: End::Hint(format!("{}…{}", key.prefix, key.last_four)),
    }
}
