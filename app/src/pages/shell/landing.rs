//! Where switching leads: to the same page of another place, or to its first page with a word about why.

use super::navigation::{ORG_PAGES, PROJECT_PAGES, PageOfPlace};
use crate::{
    model::{
        LocalPath, Standing,
        place::{OrgRef, VisibleProject},
    },
    ui::{Notice, href, place::ALL_PROJECTS},
};

/// A page of a place, by its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Here {
    pub org: String,
    /// A slug, or `~`.
    pub project: String,
    /// `settings/collaborators` of `/acme/prod/settings/collaborators`.
    pub page: String,
}

impl Here {
    /// `None` for an address outside of every place.
    pub fn of(address: &str) -> Option<Self> {
        let address = address.parse::<LocalPath>().ok()?;
        let path = address.as_str().split(['?', '#']).next().unwrap_or_default();
        let mut segments = path.trim_start_matches('/').splitn(3, '/');
        let (org, project) = (segments.next()?, segments.next()?);
        let known = |segment: &str| segment.parse::<crate::model::Slug>().is_ok();
        (known(org) && (known(project) || project == ALL_PROJECTS)).then(|| Self {
            org: org.to_owned(),
            project: project.to_owned(),
            page: segments.next().unwrap_or_default().trim_end_matches('/').to_owned(),
        })
    }

    pub fn is_project(&self, org: &OrgRef, at: &VisibleProject) -> bool {
        self.org == org.slug.as_str() && self.project == at.project.slug.as_str()
    }

    pub fn is_org(&self, org: &OrgRef) -> bool {
        self.org == org.slug.as_str() && self.project == ALL_PROJECTS
    }
}

/// The page `from` in a project.
pub fn in_project(from: Option<&Here>, org: &OrgRef, at: &VisibleProject) -> String {
    let root = format!("/{}/{}", org.slug, at.project.slug);
    landing(&root, from, &PROJECT_PAGES, "keys", at.standing)
}

/// The page `from` in "All projects" of an organization.
pub fn in_org(from: Option<&Here>, org: &OrgRef, standing: Standing) -> String {
    let root = format!("/{}/{ALL_PROJECTS}", org.slug);
    landing(&root, from, &ORG_PAGES, "projects", standing)
}

fn landing(root: &str, from: Option<&Here>, pages: &[PageOfPlace], first: &str, standing: Standing) -> String {
    let first = format!("{root}/{first}");
    let Some(wanted) = from.map(|here| here.page.as_str()).filter(|page| !page.is_empty()) else {
        return first;
    };
    match pages.iter().find(|(page, ..)| *page == wanted) {
        Some((.., action)) if standing.may(*action) => format!("{root}/{wanted}"),
        Some(_) => href(&first, &[Notice::PageNotForRole.param()]),
        None => href(&first, &[Notice::PageNotHere.param()]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{member, owner, place, project};

    fn there(standing: Standing) -> VisibleProject {
        VisibleProject {
            project: project(),
            standing,
        }
    }

    fn project_from(path: &str, standing: Standing) -> String {
        in_project(Here::of(path).as_ref(), &place(owner()).org, &there(standing))
    }

    #[test]
    fn switching_keeps_the_page_where_it_exists_and_is_for_the_role() {
        for page in PROJECT_PAGES.map(|(page, ..)| page) {
            let from = format!("/other/lab/{page}?q=x");
            assert_eq!(project_from(&from, owner()), format!("/acme-robotics/prod/{page}"));
        }
        let org = place(owner()).org;
        for page in ORG_PAGES.map(|(page, ..)| page) {
            let here = Here::of(&format!("/other/~/{page}"));
            assert_eq!(in_org(here.as_ref(), &org, owner()), format!("/acme-robotics/~/{page}"));
        }
    }

    #[test]
    fn what_cannot_be_kept_leads_to_the_first_page_and_says_why() {
        let keys = "/acme-robotics/prod/keys";
        assert_eq!(
            project_from("/other/lab/audit", member()),
            format!("{keys}?done=page%2Dnot%2Dfor%2Drole")
        );
        assert_eq!(project_from("/other/~/projects", owner()), format!("{keys}?done=page%2Dnot%2Dhere"));
        let here = Here::of("/other/lab/keys");
        let all = in_org(here.as_ref(), &place(owner()).org, owner());
        assert_eq!(all, "/acme-robotics/~/projects?done=page%2Dnot%2Dhere");
    }

    #[test]
    fn from_outside_of_every_place_it_is_the_first_page() {
        for path in [
            "",
            "/",
            "/signin",
            "/account/places",
            "//evil.example/x/audit",
            "/acme%2Fprod/x/audit",
            "/other/lab",
        ] {
            assert_eq!(project_from(path, owner()), "/acme-robotics/prod/keys", "{path}");
        }
    }
}
