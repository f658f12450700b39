use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    model::{
        AppError, OrgId, OrgRole, ProjectId, ProjectRole, Standing, TypedId,
        place::{Home, OrgRef, Place, Places, ProjectRef, RecentPlace, SwitcherOrg, VisibleProject},
    },
    port::Shell,
    testing::{Ports, all_projects, assert_has, member, owner, place, project, render, request},
};

struct Fixed(Places);

#[async_trait]
impl Shell for Fixed {
    async fn place(&self, _org: &str, _project: Option<&str>) -> Result<Place, AppError> {
        Err(AppError::NotFound)
    }

    async fn switcher(&self, _query: &str, _recent: &[ProjectId]) -> Result<Places, AppError> {
        Ok(self.0.clone())
    }

    async fn home(&self) -> Result<Option<Home>, AppError> {
        Ok(None)
    }
}

fn ports(places: Places) -> Ports {
    Ports {
        shell: Some(Arc::new(Fixed(places))),
        ..Ports::default()
    }
}

fn org(name: &str, role: Option<OrgRole>) -> SwitcherOrg {
    let standing = Standing {
        org: role,
        project: Some(ProjectRole::Member),
    };
    SwitcherOrg {
        org: OrgRef {
            id: OrgId::from_bits(9),
            name: name.parse().expect("valid"),
            slug: name.to_lowercase().parse().expect("valid"),
        },
        role,
        logo: None,
        matching: 1,
        projects: vec![VisibleProject {
            project: ProjectRef {
                is_default: false,
                ..project()
            },
            standing,
        }],
    }
}

#[tokio::test]
async fn the_list_keeps_the_page_and_marks_where_one_is() {
    let (html, status) = render("/account/places?from=/acme-robotics/~/usage", Ports::at(all_projects())).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "href=\"/acme-robotics/prod/usage\"",
            "href=\"/acme-robotics/~/usage\" aria-current=\"true\"",
            "<span class=\"end\">1 project</span>",
            "<span class=\"end\">owner</span>",
            ">Default</span>",
            "<span class=\"env production\">",
            "name=\"from\" value=\"/acme-robotics/~/usage\"",
        ],
    );
    let (html, _) = render("/account/places?from=/acme-robotics/prod/limits", Ports::at(place(owner()))).await;
    assert_has(&html, &["href=\"/acme-robotics/prod/limits\" aria-current=\"true\"", "#check"]);
}

#[tokio::test]
async fn a_logo_stands_in_the_place_of_the_initial() {
    let with_logo = SwitcherOrg {
        logo: Some("ab".repeat(32)),
        ..org("Tern", Some(OrgRole::Admin))
    };
    let places = Places {
        orgs: vec![with_logo, org("Hollow", None)],
        ..Places::default()
    };
    let (html, _) = render("/account/places", ports(places)).await;
    let image = "<img src=\"/tern/branding.logo?v=abababababababab\" alt=\"\" width=\"16\" height=\"16\" loading=\"lazy\"";
    assert_has(&html, &[image, "class=\"brandmark xs plain\">H</span>"]);
    assert_eq!(html.matches("<img").count(), 1, "{html}");
}

#[tokio::test]
async fn each_organization_says_the_role_and_offers_what_it_allows() {
    let places = Places {
        orgs: vec![
            org("Tern", Some(OrgRole::Admin)),
            org("Hollow", Some(OrgRole::Member)),
            org("Guest", None),
        ],
        ..Places::default()
    };
    let (html, _) = render("/account/places?from=/acme/prod/keys", ports(places.clone())).await;
    assert_has(
        &html,
        &[
            "<span class=\"end\">admin</span>",
            "<span class=\"end\">member</span>",
            "<span class=\"end\">external collaborator</span>",
            ">External</span>",
            "href=\"/tern/~/projects?new=1\"",
            "href=\"/tern/~/projects?done=page%2Dnot%2Dhere\"",
        ],
    );
    for hidden in ["/hollow/~", "/guest/~", "/account/organization"] {
        assert!(!html.contains(hidden), "{hidden} in {html}");
    }
    let (html, _) = render("/account/places?from=/tern/prod/keys", ports(places)).await;
    assert!(!html.contains("/tern/~/projects?new=1"), "the switcher itself offers it: {html}");
}

#[tokio::test]
async fn a_page_that_is_not_for_the_role_leads_to_the_first_one_and_says_so() {
    let places = Places {
        orgs: vec![org("Tern", Some(OrgRole::Member))],
        ..Places::default()
    };
    let (html, _) = render("/account/places?from=/acme/prod/audit", ports(places)).await;
    assert_has(&html, &["href=\"/tern/prod/keys?done=page%2Dnot%2Dfor%2Drole\""]);
    let (html, _) = render("/acme-robotics/prod/limits?done=page-not-for-role", Ports::at(place(member()))).await;
    assert_has(&html, &["is not for your role here"]);
}

#[tokio::test]
async fn the_last_visits_come_first_and_name_their_organization() {
    let tern = org("Tern", Some(OrgRole::Owner));
    let places = Places {
        recent: vec![RecentPlace {
            org: tern.org.clone(),
            role: tern.role,
            at: tern.projects[0].clone(),
        }],
        orgs: vec![tern],
        ..Places::default()
    };
    let (html, _) = render("/account/places", ports(places)).await;
    let (recent, all) = (html.find(">Recent<").expect("recent"), html.find("All projects").expect("all"));
    assert!(recent < all, "{html}");
    assert_has(&html, &["<bdi class=\"faint org\">Tern</bdi>"]);
}

#[tokio::test]
async fn what_is_cut_off_is_said_and_nothing_yet_is_not_nothing_matches() {
    let mut many = org("Tern", Some(OrgRole::Owner));
    many.matching = 500;
    let places = Places {
        orgs: vec![many],
        has_more: true,
        ..Places::default()
    };
    let (html, _) = render("/account/places", ports(places.clone())).await;
    assert_has(
        &html,
        &[
            "and 499 more",
            "500 projects",
            "There are more organizations",
            "data-summary=\"500 projects\"",
        ],
    );
    // A search that does not find the whole organization says nothing of all of its projects.
    let (html, _) = render("/account/places?q=prod", ports(places)).await;
    assert!(!html.contains("All projects"), "{html}");

    let (html, _) = render("/account/places", ports(Places::default())).await;
    assert_has(&html, &["You are in no project yet."]);
    let (html, _) = render("/account/places?q=%3Cb%3E", ports(Places::default())).await;
    assert_has(&html, &["Nothing matches “&lt;b&gt;”.", "value=\"&lt;b&gt;\""]);
}

#[tokio::test]
async fn who_is_signed_out_comes_back_to_the_search() {
    let ports = Ports::answering(Err(AppError::SignedOut));
    let answer = request("/account/places?q=tern", ports).await;
    assert_eq!(answer.location.as_deref(), Some("/signin?next=%2Faccount%2Fplaces%3Fq%3Dtern"));
}
