//! The open request, beside the list on wide screens and in its place on narrow ones. Its state stands in the address.

use leptos::prelude::*;

use super::address::Asked;
use crate::{
    islands::EscapeTo,
    model::{AppError, place::Place, receipt_detail::ReceiptDetail, request::RequestRow},
    pages::receipt::Opened,
    ui::IconLink,
};

/// The receipt of the request `id`, with links to the rows before and after it in the list.
#[component]
pub fn RequestInspector(
    asked: Asked,
    place: Place,
    id: String,
    found: Result<ReceiptDetail, AppError>,
    shown: Vec<RequestRow>,
) -> impl IntoView {
    let at = shown.iter().position(|row| row.id.as_str() == id);
    let neighbour = |index: Option<usize>| index.and_then(|index| shown.get(index)).map(|row| asked.opening(row.id.as_str()));
    let newer = neighbour(at.and_then(|at| at.checked_sub(1)));
    let older = neighbour(at.map(|at| at + 1));
    let (close, escape) = (asked.closed(), asked.closed());
    view! {
        <aside class="card inspector receipt" aria-label="Request">
            <Opened id found place heading="inspector">
                <IconLink icon="arrow-up" label="Newer request" href=newer />
                <IconLink icon="arrow-down" label="Older request" href=older />
                <IconLink icon="x" label="Close" href=Some(close) />
            </Opened>
            <EscapeTo href=escape />
        </aside>
    }
}
