//! What each role may do: the matrix that the server enforces, as it is printed.

use leptos::prelude::*;

use crate::{
    policy::{Action, COLUMNS, words},
    ui::{Column, Dialog, Table},
};

/// The whole matrix. It stands in the URL: `?roles=1`.
#[component]
pub fn MatrixDialog(close: String) -> impl IntoView {
    let columns = std::iter::once("Action").chain(COLUMNS).map(Column::text).collect();
    let rows = Action::ALL.map(|action| {
        let cells = COLUMNS.into_iter().zip(words(action)).map(|(column, word)| {
            let class = (word == "no").then_some("muted");
            view! {
                <td data-label=column class=class>
                    {word}
                </td>
            }
        });
        view! {
            <tr>
                <th scope="row">{action.label()}</th>
                {cells.collect_view()}
            </tr>
        }
    });
    view! {
        <Dialog
            title="What each role may do"
            lead="“own”: in projects that the person is assigned to. Owners and org admins are admins of every project."
            close=close.clone()
            wide=true
        >
            <div class="body">
                <Table label="What each role may do" columns>
                    {rows}
                </Table>
            </div>
            <div class="foot">
                <a class="btn" href=close autofocus>
                    "Close"
                </a>
            </div>
        </Dialog>
    }
}
