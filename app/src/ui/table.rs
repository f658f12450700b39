//! The table of a list: a region that scrolls on its own, with column headings; on a phone each row becomes a block.

use leptos::prelude::*;

/// A column, by its heading.
#[derive(Clone, Debug)]
pub enum Column {
    Text(String),
    /// Aligned to the end, with figures of equal width.
    Number(String),
    /// Controls; the heading is for screen readers.
    Controls(&'static str),
}

impl Column {
    pub fn text(heading: impl Into<String>) -> Self {
        Self::Text(heading.into())
    }

    pub fn number(heading: impl Into<String>) -> Self {
        Self::Number(heading.into())
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
