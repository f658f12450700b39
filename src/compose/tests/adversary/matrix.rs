//! Every row and route × everybody, in open and in assigned-only organizations, and in an archived project. A new row is
//! walked without a word here.

use app::{model::organization::DefaultAccess, policy::Action};
use http::Method;

use super::{
    super::{
        FORM, ROUTES, functions,
        rows::{EXPORTS, ORG_WIDE, PAGES},
    },
    BRANDING, FORMS, LOGO, LOGO_FORM, LOGO_PAGE,
    cast::{Cast, Place, Rule, place_of},
};

const ACCESS: [DefaultAccess; 2] = [DefaultAccess::AllMembers, DefaultAccess::AssignedOnly];
/// They end the sessions.
const GOODBYES: [&str; 2] = ["/api/account/sign-out-everywhere", "/api/identity/sign_out"];

/// A request with what it is answered.
struct Case {
    method: Method,
    path: String,
    /// The type of the body.
    kind: &'static str,
    body: String,
    /// `None`: everybody gets what the owner gets.
    rule: Option<Rule>,
}

/// Every server function, page, export and form, and branding after the forms that set it.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (path, body, expected) in functions().chain(ORG_WIDE) {
        if !GOODBYES.contains(path) {
            cases.push(Case {
                method: Method::POST,
                path: (*path).to_owned(),
                kind: FORM,
                body: (*body).to_owned(),
                rule: Rule::of(place_of(body), expected, path),
            });
        }
    }
    let pages = PAGES.iter().map(|(_, address, expected)| (address, expected));
    for (address, expected) in pages.chain(EXPORTS.iter().map(|(address, expected)| (address, expected))) {
        cases.push(Case {
            method: Method::GET,
            path: (*address).to_owned(),
            kind: FORM,
            body: String::new(),
            rule: Rule::of(place_of(address), expected, address),
        });
    }
    for (path, body, action, ok) in FORMS {
        cases.push(Case {
            method: Method::POST,
            path: (*path).to_owned(),
            kind: FORM,
            body: (*body).to_owned(),
            rule: action.map(|action| Rule {
                place: place_of(path.split('?').next().unwrap_or_default()).expect("a form of a place"),
                action: Some(action),
                ok: *ok,
                anonymous: 302,
            }),
        });
    }
    cases.push(Case {
        method: Method::POST,
        path: LOGO_PAGE.to_owned(),
        kind: LOGO_FORM,
        body: LOGO.to_owned(),
        rule: Some(Rule {
            place: Place::Org,
            action: Some(Action::ManageOrg),
            ok: 302,
            anonymous: 302,
        }),
    });
    cases.extend(BRANDING.map(|path| Case {
        method: Method::GET,
        path: path.to_owned(),
        kind: FORM,
        body: String::new(),
        rule: Some(Rule {
            place: Place::Anywhere,
            action: None,
            ok: 200,
            anonymous: 404,
        }),
    }));
    cases
}

#[tokio::test]
async fn every_row_answers_everybody_as_the_matrix_says() {
    let cast = Cast::new().await;
    // Without a colour there is no sheet.
    cast.site.sql("UPDATE orgs SET brand = '#1f6feb' WHERE slug = 'acme'").await;
    for access in ACCESS {
        cast.site
            .sql(match access {
                DefaultAccess::AllMembers => "UPDATE orgs SET default_access = 'all_members'",
                DefaultAccess::AssignedOnly => "UPDATE orgs SET default_access = 'assigned_only'",
            })
            .await;
        for case in cases() {
            let Some(rule) = case.rule else { continue };
            let same = |text: &str| text.replace("=all_members", &format!("={}", access.as_str()));
            let (path, body) = (cast.site.fill_for(&same(&case.path), "").await, same(&case.body));
            for actor in &cast.people {
                let body = cast.site.fill_for(&body, &format!("{}{}", actor.name, access.as_str().len())).await;
                let answer = cast.site.ask_as(case.kind, case.method.clone(), &path, &body, &actor.cookie).await;
                let (got, expected) = (answer.status.as_u16(), rule.status(actor.facts.as_ref(), access));
                assert_eq!(
                    got,
                    expected,
                    "{} {path} {body} under {} → {} {}",
                    actor.name,
                    access.as_str(),
                    answer.location,
                    answer.body
                );
            }
        }
    }
}

#[tokio::test]
async fn an_archived_project_is_nothing_to_all_but_its_leaders_and_changes_for_nobody() {
    let cast = Cast::new().await;
    let before = cast.site.tenants().await;
    for case in cases() {
        let Some(rule) = case.rule.filter(|rule| rule.place == Place::Prod) else {
            continue;
        };
        if case.path == "/api/projects/restore" {
            continue;
        }
        // A key of another project is no key of this one.
        let body = case
            .body
            .replace("{prod}", cast.old.as_str())
            .replace("project=prod", "project=old");
        let body = body.replace("{key}", "key_00000000000000000000000000");
        let path = case.path.replace("/acme/prod", "/acme/old");
        for actor in &cast.people {
            let body = cast.site.fill_for(&body, &actor.name).await;
            let answer = cast.site.ask(case.method.clone(), &path, &body, &actor.cookie).await;
            let got = answer.status.as_u16();
            let expected = match &actor.facts {
                None => vec![rule.anonymous],
                Some(facts) if facts.leads() => match rule.status(Some(facts), DefaultAccess::AllMembers) {
                    403 => vec![403],
                    ok => vec![ok, 404, 409],
                },
                Some(_) => vec![404],
            };
            assert!(expected.contains(&got), "{} {path} {body}: {got} {}", actor.name, answer.body);
        }
    }
    assert_eq!(cast.site.tenants().await, before, "somebody changed something");
}

#[tokio::test]
async fn every_other_route_answers_everybody_alike_or_stands_in_the_table_of_forms() {
    let cast = Cast::new().await;
    for route in ROUTES {
        let path = route.path.replace("{file}", "nothing").replace("{*id}", "x");
        if path.contains("{org}") {
            let of_org = path.contains("/members") || path.contains("/projects");
            let place = path
                .replace("{org}", "acme")
                .replace("{project}", if of_org { "~" } else { "prod" });
            if route.method == "GET" {
                let is_export = EXPORTS.iter().any(|(export, _)| *export == place);
                assert!(is_export || BRANDING.contains(&place.as_str()), "{place} stands in no table");
                continue;
            }
            assert!(FORMS.iter().any(|(form, ..)| *form == place), "{place} stands in no table");
            continue;
        }
        // A form of one's own is walked below.
        if FORMS.iter().any(|(form, ..)| *form == path) {
            continue;
        }
        let method: Method = route.method.parse().expect("a method");
        let stranger = cast.site.ask(method.clone(), &path, "", "").await;
        for actor in &cast.people {
            let answer = cast.site.ask(method.clone(), &path, "", &actor.cookie).await;
            assert_eq!(answer.status, stranger.status, "{} {path}", actor.name);
        }
    }
    for (path, body, _, ok) in FORMS.iter().filter(|(_, _, action, _)| action.is_none()) {
        for actor in &cast.people {
            let body = cast.site.fill_for(body, &actor.name).await;
            let answer = cast.site.ask(Method::POST, path, &body, &actor.cookie).await;
            let expected = if actor.facts.is_some() { *ok } else { 302 };
            assert_eq!(answer.status.as_u16(), expected, "{} {path}: {}", actor.name, answer.body);
        }
    }
    for (topic, place, action) in [
        (format!("org/{}", cast.site.world.org), Place::Org, Action::ViewOrg),
        (format!("project/{}", cast.site.world.prod), Place::Prod, Action::ViewUsage),
    ] {
        let rule = Rule {
            place,
            action: Some(action),
            ok: 200,
            anonymous: 401,
        };
        for actor in &cast.people {
            let answer = cast
                .site
                .send(Method::GET, &format!("/events?topic={topic}"), "", &actor.cookie)
                .await;
            let expected = rule.status(actor.facts.as_ref(), DefaultAccess::AllMembers);
            assert_eq!(answer.status().as_u16(), expected, "{} {topic}", actor.name);
        }
    }
}

#[tokio::test]
async fn one_person_of_two_orgs_has_in_each_what_the_role_there_allows() {
    let cast = Cast::new().await;
    let cookie = cast.cookie("twoorgs");
    for (path, expected) in [
        ("/other/~/settings", 200),
        ("/other/~/projects", 200),
        ("/other/theirs/audit", 200),
        ("/acme/~/settings", 403),
        ("/acme/~/projects", 403),
        ("/acme/prod/keys", 200),
        ("/acme/prod/audit", 403),
        ("/acme/lab/keys", 404),
        ("/other/prod/keys", 404),
        ("/acme/theirs/keys", 404),
    ] {
        let answer = cast.site.ask(Method::GET, path, "", cookie).await;
        assert_eq!(answer.status.as_u16(), expected, "{path}");
    }
    let (org, theirs) = (&cast.site.world.org, &cast.site.world.other_project);
    let prod = &cast.site.world.prod;
    let other = &cast.site.world.other_org;
    // The role of one org is worth nothing in the other, in whichever field the ids stand.
    for (path, body, expected) in [
        (
            "/api/audit/list",
            format!("org={other}&project={prod}&page[number]=0&page[query]="),
            403,
        ),
        (
            "/api/audit/list",
            format!("org={org}&project={theirs}&page[number]=0&page[query]="),
            200,
        ),
        ("/api/audit/list", format!("org={org}&page[number]=0&page[query]="), 403),
        ("/api/projects/preview-archive", format!("project={prod}"), 403),
        ("/api/organization/settings", format!("org={org}"), 403),
        ("/api/organization/settings", format!("org={other}"), 200),
    ] {
        let answer = cast.site.ask(Method::POST, path, &body, cookie).await;
        assert_eq!(answer.status.as_u16(), expected, "{path} {body} {}", answer.body);
        assert!(expected == 200 || !answer.body.contains("Acme"), "{}", answer.body);
    }
}
