//! Where the person is signed in.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    agent::describe,
    api::{EndSession, SignOutEverywhere},
};
use crate::{
    model::{Timestamp, account::SessionRow},
    ui::{Badge, Card, Column, Form, Table, Time, Tone},
};

/// The sessions, this one marked, each other one with a button that ends it. Above them the way to end all at once.
#[component]
pub fn SessionCard(sessions: Vec<SessionRow>, now: Timestamp) -> impl IntoView {
    let rows = sessions.into_iter().map(|session| view! { <Row session now /> }).collect_view();
    let columns = vec![
        Column::text("Browser"),
        Column::text("Address"),
        Column::text("Signed in"),
        Column::text("Last seen"),
        Column::Controls("Actions"),
    ];
    view! {
        <Card id="sessions" title="Sessions" tools=|| view! { <EndAll /> }>
            <Table label="Sessions table" columns>
                {rows}
            </Table>
        </Card>
    }
}

#[component]
fn EndAll() -> impl IntoView {
    view! {
        <Form action=SignOutEverywhere::PATH>
            <button type="submit" class="btn sm">
                "Sign out everywhere"
            </button>
        </Form>
    }
}

#[component]
fn Row(session: SessionRow, now: Timestamp) -> impl IntoView {
    let browser = describe(&session.agent);
    let label = format!("End the session of {browser}, last seen {}", session.seen_at.relative(now));
    let control = if session.is_own {
        ().into_any()
    } else {
        view! {
            <Form action=EndSession::PATH>
                <input type="hidden" name="session" value=session.id.to_string() />
                <button type="submit" class="btn sm" aria-label=label>
                    "End session"
                </button>
            </Form>
        }
        .into_any()
    };
    view! {
        <tr>
            <th scope="row" class="name" title=session.agent>
                {browser} " " {session.is_own.then(|| view! { <Badge tone=Tone::Ok>"This session"</Badge> })}
            </th>
            <td data-label="Address">{session.address.unwrap_or_else(|| "unknown".to_owned())}</td>
            <td data-label="Signed in">
                <Time at=session.started_at now />
            </td>
            <td data-label="Last seen">
                {if session.is_own { "now".into_any() } else { view! { <Time at=session.seen_at now /> }.into_any() }}
            </td>
            <td class="num">{control}</td>
        </tr>
    }
}
