//! Small parts that every page uses.

use leptos::prelude::*;

use super::title::PageTitle;

use crate::icon::Icon;
use crate::model::{AppError, place::Place};

/// What a badge or a note means. Colour never says it alone: the text does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Plain,
    Ok,
    Warn,
    Bad,
    Accent,
    /// An outline.
    Line,
}

impl Tone {
    fn class(self, base: &'static str) -> String {
        let modifier = match self {
            Self::Plain => return base.to_owned(),
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Accent => "accent",
            Self::Line => "line",
        };
        format!("{base} {modifier}")
    }
}

/// The heading of a page, with its actions as children. Sets the title of the document, too.
#[component]
pub fn PageHead(
    #[prop(into)] title: String,
    #[prop(optional, into)] lead: String,
    /// The page that this one belongs to: its name and address.
    #[prop(optional)]
    within: Option<(&'static str, String)>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let crumbs = within.map(|(name, href)| {
        view! {
            <nav aria-label="Breadcrumb">
                <ol class="crumbs">
                    <li>
                        <a href=href>{name}</a>
                    </li>
                    <li aria-current="page">{title.clone()}</li>
                </ol>
            </nav>
        }
    });
    let full = match use_context::<Place>() {
        Some(place) => format!("{title} · {} · {}", place.label(), place.org.name),
        None => format!("{title} · Bailiwick"),
    };
    view! {
        <PageTitle text=full />
        <div class="page-head">
            <div>
                {crumbs}
                <h1>{title}</h1>
                {(!lead.is_empty()).then(|| view! { <p>{lead}</p> })}
            </div>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
}

/// A link that looks like a small button with an icon; without an address it is a disabled button.
#[component]
pub fn IconLink(icon: &'static str, label: &'static str, href: Option<String>) -> impl IntoView {
    match href {
        Some(href) => view! {
            <a class="btn ghost icon-only sm" href=href aria-label=label>
                <Icon name=icon />
            </a>
        }
        .into_any(),
        None => view! {
            <button type="button" class="btn ghost icon-only sm" aria-label=label disabled>
                <Icon name=icon />
            </button>
        }
        .into_any(),
    }
}

/// A card with its title. `tools` stand beside the title; with `quiet` the title is for screen readers only.
#[component]
pub fn Card(
    /// The id of the heading, unique on the page.
    id: &'static str,
    #[prop(into)] title: String,
    #[prop(optional)] quiet: bool,
    #[prop(optional, into)] tools: Option<ViewFnOnce>,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby=id>
            <header>
                <div class="toolbar">
                    <h2 id=id class=quiet.then_some("sr-only")>{title}</h2>
                    {tools.map(ViewFnOnce::run)}
                </div>
            </header>
            {children()}
        </section>
    }
}

/// A remark in the flow of the page.
#[component]
pub fn Note(#[prop(optional)] tone: Tone, children: Children) -> impl IntoView {
    let icon = match tone {
        Tone::Warn | Tone::Bad => "triangle-alert",
        Tone::Ok => "circle-check",
        Tone::Plain | Tone::Accent | Tone::Line => "info",
    };
    view! {
        <div class=tone.class("note")>
            <Icon name=icon />
            <div>{children()}</div>
        </div>
    }
}

/// What went wrong, read out at once.
#[component]
pub fn ErrorNote(error: AppError) -> impl IntoView {
    view! {
        <div role="alert">
            <Note tone=Tone::Bad>{error.to_string()}</Note>
        </div>
    }
}

/// A word or two of state.
#[component]
pub fn Badge(#[prop(optional)] tone: Tone, children: Children) -> impl IntoView {
    view! { <span class=tone.class("badge")>{children()}</span> }
}

/// The mark of numbers and models that come from the built-in simulator.
#[component]
pub fn Simulated() -> impl IntoView {
    view! { <span class="badge line" title="Answered by the built-in simulator, not by a model">"simulated"</span> }
}

/// "Nothing yet" or "nothing matches", with the next step as children.
#[component]
pub fn Empty(#[prop(into)] title: String, #[prop(into)] text: String, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    view! {
        <div class="empty">
            <h3>{title}</h3>
            <p>{text}</p>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
}

/// A link that looks like a button. With a `reason` it is disabled, and says why.
#[component]
pub fn LinkButton(
    #[prop(into)] href: String,
    #[prop(into)] label: String,
    #[prop(optional)] icon: Option<&'static str>,
    #[prop(default = "btn")] class: &'static str,
    /// Why the person may not do it; `None` if they may.
    reason: Option<&'static str>,
) -> impl IntoView {
    let id = format!("why-{}", label.to_lowercase().replace(' ', "-"));
    let content = (icon.map(|name| view! { <Icon name /> }), label);
    match reason {
        None => view! { <a class=class href=href>{content}</a> }.into_any(),
        Some(reason) => view! {
            <button type="button" class=class aria-disabled="true" aria-describedby=id.clone() title=reason>
                {content}
            </button>
            <span class="sr-only" id=id>{reason}</span>
        }
        .into_any(),
    }
}

/// A level between 0 and 100 percent, with its value in words.
#[component]
pub fn Meter(
    /// What is measured, for screen readers.
    #[prop(into)]
    label: String,
    percent: u8,
    #[prop(into)] text: String,
    /// Where a mark stands over the bar, in per cent: a peak, or a threshold.
    #[prop(default = None)]
    mark: Option<u8>,
) -> impl IntoView {
    let percent = percent.min(100);
    let mark = mark.map(|mark| format!("{}%", mark.min(100)));
    let class = match percent {
        0..75 => "meter",
        75..95 => "meter warn",
        _ => "meter bad",
    };
    view! {
        <svg
            class=class
            role="meter"
            aria-label=label
            aria-valuenow=percent.to_string()
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuetext=text.clone()
            preserveAspectRatio="none"
        >
            <rect class="track" width="100%" height="100%" />
            <rect class="fill" width=format!("{percent}%") height="100%" />
            {mark.map(|at| view! { <line class="mark" x1=at.clone() x2=at y1="0" y2="100%" /> })}
        </svg>
        <span class="sub">{text}</span>
    }
}
