use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    model::{
        AppError, OrgRole, ProjectRole, RequestId, Standing, TypedId,
        key::KeyState,
        place::VisibleProject,
        search::{Found, FoundKey, FoundPerson, FoundProject, Search},
    },
    port::Finder,
    testing::{Ports, all_projects, assert_has, member, owner, place, project, render, request},
};

struct Fixed(Result<Found, AppError>);

#[async_trait]
impl Finder for Fixed {
    async fn search(&self, _search: Search) -> Result<Found, AppError> {
        self.0.clone()
    }
}

fn ports(standing: Standing, found: Found) -> Ports {
    Ports {
        finder: Some(Arc::new(Fixed(Ok(found)))),
        ..Ports::at(place(standing))
    }
}

fn found() -> Found {
    let person = |name: &str, email: &str, org| FoundPerson {
        name: name.parse().expect("valid"),
        email: email.parse().expect("valid"),
        standing: Standing {
            org,
            project: Some(ProjectRole::Member),
        },
    };
    Found {
        projects: vec![FoundProject {
            org: place(owner()).org,
            at: VisibleProject {
                project: project(),
                standing: owner(),
            },
        }],
        people: vec![
            person("Noor Haddad", "noor.haddad@acme.example", Some(OrgRole::Member)),
            person("Jonas Lindqvist", "jonas.lindqvist@acme.example", None),
        ],
        keys: vec![FoundKey {
            name: "prompt-cache".parse().expect("valid"),
            prefix: "bw_p_2mVe".to_owned(),
            last_four: "Lr70".to_owned(),
            state: KeyState::Active,
            project_name: "prod".parse().expect("valid"),
            project: "prod".parse().expect("valid"),
            org: "acme-robotics".parse().expect("valid"),
        }],
    }
}

const FROM: &str = "from=/acme-robotics/prod/limits";

#[tokio::test]
async fn everything_stands_in_its_group_with_the_match_marked() {
    let (html, status) = render(&format!("/search?q=pro&{FROM}"), ports(owner(), found())).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "id=\"results\" data-summary=\"8 results\"",
            "href=\"/acme-robotics/prod/limits\"",
            "<mark>pro</mark>d",
            "<mark>Pro</mark>jects",
            "href=\"/acme-robotics/~/projects\"",
            "Create <mark>pro</mark>ject",
            "Add collaborator to <mark>pro</mark>d",
            "href=\"/acme-robotics/prod/settings/collaborators?new=1\"",
            "<mark>pro</mark>mpt-cache",
            "bw_p_2mVe…Lr70",
            "href=\"/acme-robotics/prod/keys?q=bw%5Fp%5F2mVe\"",
            "Noor Haddad",
            "<span class=\"end\">external</span>",
        ],
    );
    let order = ["Projects", "Pages", "Actions", "People", "Keys"].map(|title| {
        let heading = format!("id=\"found-{}\"", title.to_lowercase());
        html.find(&heading).unwrap_or_else(|| panic!("{title} is missing in {html}"))
    });
    assert!(order.is_sorted(), "{order:?}");
}

#[tokio::test]
async fn pages_and_actions_are_those_of_the_role() {
    let (html, _) = render(&format!("/search?q=&{FROM}"), ports(member(), Found::default())).await;
    assert_has(&html, &["API Keys", "<kbd>g</kbd><kbd>k</kbd>", "Explain a refused request"]);
    for hidden in ["Audit Logs", "Create project", "Add collaborator", "/~/", "Create organization"] {
        assert!(!html.contains(hidden), "{hidden} is shown in {html}");
    }
    let (html, _) = render(&format!("/search?q=&{FROM}"), ports(owner(), Found::default())).await;
    assert_has(&html, &["Create project", "Create organization"]);
}

#[tokio::test]
async fn a_request_is_explained_by_its_id() {
    let id = RequestId::from_bits(7);
    let (html, _) = render(&format!("/search?q={id}&{FROM}"), ports(member(), Found::default())).await;
    assert_has(&html, &[&format!("href=\"/acme-robotics/prod/requests?request={id}\"")]);
    let all = Ports {
        shell: Ports::at(all_projects()).shell,
        ..ports(owner(), Found::default())
    };
    let (html, _) = render(&format!("/search?q={id}&from=/acme-robotics/~/usage"), all).await;
    assert_has(&html, &[&format!("href=\"/acme-robotics/~/requests?request={id}\"")]);
}

#[tokio::test]
async fn without_a_place_there_is_what_is_everywhere() {
    for from in ["", "&from=%2F%2Fevil.example", "&from=/signin"] {
        let (html, status) = render(&format!("/search?q=pro{from}"), ports(owner(), found())).await;
        assert_eq!(status, 200);
        assert_has(&html, &["href=\"/acme-robotics/prod/keys\"", "bw_p_2mVe…Lr70"]);
        for hidden in ["found-pages", "found-people", "Create project"] {
            assert!(!html.contains(hidden), "{hidden} is shown in {html}");
        }
    }
    let (html, _) = render("/search?q=account", ports(owner(), Found::default())).await;
    assert_has(&html, &["href=\"/account\"", "Your <mark>account</mark>"]);
}

#[tokio::test]
async fn what_is_not_found_is_said_and_shown_as_it_was_typed() {
    let (html, _) = render(&format!("/search?q=%3Cscript%3E&{FROM}"), ports(owner(), Found::default())).await;
    assert_has(
        &html,
        &[
            "Nothing matches “&lt;script&gt;”.",
            "data-summary=\"0 results\"",
            "value=\"&lt;script&gt;\"",
        ],
    );
    let ports = Ports {
        finder: Some(Arc::new(Fixed(Err(AppError::SignedOut)))),
        ..Ports::default()
    };
    let answer = request("/search?q=ada", ports).await;
    assert_eq!(answer.location.as_deref(), Some("/signin?next=%2Fsearch%3Fq%3Dada"));
}
