//! The place of the page, for components inside the shell.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use super::{Loaded, Note, Once, Tone, address, search};
use crate::{
    model::{budget::SpendMark, limit::Level, place::Place},
    pages::limits::budgets_href,
};

/// The segment of the address that stands for "All projects".
pub const ALL_PROJECTS: &str = "~";

/// The place of the address, loaded once by the shell for itself and for the page.
#[derive(Clone)]
pub struct LoadedPlace(pub Once<Place>);

/// A page of a place: `<InPlace let:place>…</InPlace>` draws its children when the place is known, else the failure.
///
/// The page waits here and not around the shell's `<Outlet/>`: what stands around an outlet on the server draws the page,
/// and so loads its data, more than once.
#[component]
pub fn InPlace<F, V>(children: F) -> impl IntoView
where
    F: FnOnce(Place) -> V + Send + 'static,
    V: IntoView + 'static,
{
    let LoadedPlace(place) = expect_context();
    view! {
        <Loaded data=place let:place>
            <Known place children />
        </Loaded>
    }
}

#[component]
fn Known<F, V>(place: Place, children: F) -> impl IntoView
where
    F: FnOnce(Place) -> V + 'static,
    V: IntoView + 'static,
{
    if let Some(address) = moved(&place) {
        return view! { <Redirect path=address /> }.into_any();
    }
    provide_context(place.clone());
    let archived = place.project.as_ref().is_some_and(|project| project.archived);
    view! {
        {place.spend_marks.iter().map(|mark| view! { <SpendNote place=place.clone() mark=mark.clone() /> }).collect_view()}
        {archived.then(|| view! { <Note tone=Tone::Warn>"This project is archived: its keys are refused. Its history stays readable."</Note> })}
        {children(place)}
    }
    .into_any()
}

/// The address of this page under the present addresses of organization and project, if it was asked for under an old one:
/// the rest of the path and the query are kept. Only for who looks at a page: what was posted is answered in place.
fn moved(place: &Place) -> Option<String> {
    let looked_at = use_context::<http::request::Parts>().is_none_or(|request| request.method.is_safe());
    let url = address();
    let mut segments = url.path().splitn(4, '/').skip(1);
    let (org, project) = (segments.next()?, segments.next()?);
    let same_project = place.project.as_ref().is_none_or(|found| found.slug.as_str() == project);
    if !looked_at || (org == place.org.slug.as_str() && same_project) {
        return None;
    }
    let page = segments.next().map(|page| format!("/{page}")).unwrap_or_default();
    Some(format!("/{}/{}{page}{}", place.org.slug, place.segment(), search(&url)))
}

/// A budget that is spent, or nearly so, at the top of every page that it concerns.
#[component]
fn SpendNote(place: Place, mark: SpendMark) -> impl IntoView {
    let whose = match (mark.level, &place.project) {
        (Level::Project, Some(project)) => project.name.to_string(),
        _ => place.org.name.to_string(),
    };
    let (tone, text) = match mark.percent {
        100 if mark.hard_stop => (
            Tone::Bad,
            format!("The monthly budget of {whose} is spent: further requests are refused."),
        ),
        percent => (Tone::Warn, format!("{percent} % of the monthly budget of {whose} is spent.")),
    };
    let budgets = place.project.is_some().then(|| {
        let href = budgets_href(&place.href("limits"));
        view! { " " <a class="link" href=href>"See the budgets"</a> }
    });
    view! { <Note tone>{text} {budgets}</Note> }
}

/// The place, for components inside of [`InPlace`] and of the shell's frame.
///
/// # Panics
/// Anywhere else: a fault of the routes.
pub fn use_place() -> Place {
    use_context::<Place>().expect("use_place() is called inside of a place")
}

impl Place {
    /// The second segment of the address: the project's slug, or `~`.
    pub fn segment(&self) -> &str {
        self.project.as_ref().map_or(ALL_PROJECTS, |project| project.slug.as_str())
    }

    /// The address of a page of this place: `href("keys")` is `/acme/prod/keys`.
    pub fn href(&self, page: &str) -> String {
        format!("/{}/{}/{page}", self.org.slug, self.segment())
    }

    /// The address of a page of "All projects" of the same organization.
    pub fn org_href(&self, page: &str) -> String {
        format!("/{}/{ALL_PROJECTS}/{page}", self.org.slug)
    }

    /// What the place is called: the project's name, or `All projects`.
    pub fn label(&self) -> String {
        self.project
            .as_ref()
            .map_or_else(|| "All projects".to_owned(), |project| project.name.to_string())
    }
}
