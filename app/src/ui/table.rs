//! The table of a list: a region that scrolls on its own, with column headings; on a phone each row becomes a block.

use leptos::prelude::*;

use crate::{
    icon::Icon,
    model::{Sort, SortColumn},
};

/// A column, by its heading.
#[derive(Clone, Debug)]
pub enum Column {
    Text(String),
    /// Aligned to the end, with figures of equal width.
    Number(String),
    /// Controls; the heading is for screen readers.
    Controls(&'static str),
    /// The heading sorts the list.
    Sorting(SortHead),
}

/// A heading that is a link: the list sorted by its column.
#[derive(Clone, Debug)]
pub struct SortHead {
    heading: String,
    is_number: bool,
    href: String,
    /// How the list is sorted by this column now, if it is: descending or not.
    descending: Option<bool>,
}

impl Column {
    pub fn text(heading: impl Into<String>) -> Self {
        Self::Text(heading.into())
    }

    pub fn number(heading: impl Into<String>) -> Self {
        Self::Number(heading.into())
    }

    /// Makes the heading sort the list: first as the column begins, then the other way round. `now` is the present order, and
    /// `href` makes the address of another one.
    #[must_use]
    pub fn sorting<C: SortColumn>(self, column: C, now: Option<Sort<C>>, href: impl FnOnce(Sort<C>) -> String) -> Self {
        let (heading, is_number) = match self {
            Self::Text(heading) => (heading, false),
            Self::Number(heading) => (heading, true),
            other => return other,
        };
        let descending = now.filter(|now| now.column == column).map(|now| now.descending);
        let next = Sort {
            column,
            descending: descending.map_or(column.begins_descending(), |descending| !descending),
        };
        Self::Sorting(SortHead {
            heading,
            is_number,
            href: href(next),
            descending,
        })
    }
}

fn sort_head(head: SortHead) -> impl IntoView {
    let (order, icon) = match head.descending {
        Some(false) => (Some("ascending"), "arrow-up"),
        Some(true) => (Some("descending"), "arrow-down"),
        None => (None, "chevrons-up-down"),
    };
    view! {
        <th scope="col" class=head.is_number.then_some("num") aria-sort=order>
            <a href=head.href>
                {head.heading}
                <Icon name=icon />
            </a>
        </th>
    }
}

/// `label` names the region; the children are the rows.
#[component]
pub fn Table(#[prop(into)] label: String, columns: Vec<Column>, children: Children) -> impl IntoView {
    let headings = columns
        .into_iter()
        .map(|column| match column {
            Column::Text(heading) => view! { <th scope="col">{heading}</th> }.into_any(),
            Column::Number(heading) => view! { <th scope="col" class="num">{heading}</th> }.into_any(),
            Column::Sorting(head) => sort_head(head).into_any(),
            Column::Controls(heading) => view! { <th scope="col"><span class="sr-only">{heading}</span></th> }.into_any(),
        })
        .collect_view();
    view! {
        <section class="table-wrap" tabindex="0" aria-label=label>
            <table class="table stack">
                <thead>
                    <tr>{headings}</tr>
                </thead>
                <tbody>{children()}</tbody>
            </table>
        </section>
    }
}
