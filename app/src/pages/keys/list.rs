//! The table of keys.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    Keys,
    api::{DisableKey, EnableKey},
};
use crate::{
    icon::Icon,
    islands::CopyLink,
    model::{
        Listing, Timestamp,
        key::{ApiKey, KeyState, KeyStatus},
    },
    ui::{
        Badge, Card, Column, DisabledEntry, Empty, Form, Notice, Pager, RowMenu, SearchBox, Table, Time, Tone, page_of, page_param, query,
    },
};

/// The filter, the rows, and the pager; or why there are no rows.
#[component]
pub fn KeyList(keys: Keys, listing: Listing<ApiKey>) -> impl IntoView {
    let filter = page_of(&query()).query;
    let now = listing.now;
    let (total, page) = (listing.total, listing.page);
    let paging = {
        let (keys, filter) = (keys.clone(), filter.clone());
        move |page: u32| keys.href(&[("q", &filter), ("page", &page_param(page))])
    };
    let search = filter.clone();
    let all = keys.href(&[]);
    let rows = listing
        .rows
        .into_iter()
        .map(|key| view! { <Row keys=keys.clone() key now /> })
        .collect_view();
    view! {
            <Card
                id="keys"
                title="Keys"
                quiet=true
                tools=move || view! { <SearchBox label="Filter keys by name, person or prefix" value=search /> }
            >
                {if total == 0 {
                    view! {
                        <Empty title="No key matches" text=format!("Nothing here contains “{filter}”.")>
                            <a class="btn" href=all>"Show all keys"</a>
                        </Empty>
                    }
                        .into_any()
                } else {
                    view! {
                        <Table label="API keys table" columns=vec![Column::text("Name"), Column::text("Key"), Column::text("Created"), Column::text("Last used"), Column::text("Expires"), Column::text("Status"), Column::Controls("Actions")]>
    {rows}
    </Table>
                    }
                        .into_any()
                }}
                <Pager page total noun="keys" href=paging />
            </Card>
        }
}

#[component]
fn Row(keys: Keys, key: ApiKey, now: Timestamp) -> impl IntoView {
    let status = key.status(now);
    let dim = matches!(status, KeyStatus::Revoked | KeyStatus::Expired).then_some("dim");
    let name = key.name.to_string();
    let (tone, word) = badge(status);
    view! {
        <tr class=dim>
            <th scope="row" class="name">
                {name.clone()} {key.is_org_default.then(|| view! { <Badge>"Organization Default"</Badge> })}
                {(key.maker_left && key.state != KeyState::Revoked)
                    .then(|| {
                        view! {
                            <span title="Whoever made this key has left, and still knows its secret. Replace it by a new one.">
                                <Badge tone=Tone::Warn>"Maker has left"</Badge>
                            </span>
                        }
                    })}
                <span class="sub">{key.created_by.clone()}</span>
            </th>
            <td data-label="Key">
                <span class="copyable">
                    <code>{key.hint.clone()}</code>
                    <CopyLink text=key.id.to_string() label=format!("Copy key ID of {name}") entry=false />
                </span>
            </td>
            <td data-label="Created">
                <Time at=key.created_at now />
            </td>
            <td data-label="Last used">{moment(key.last_used_at, now)}</td>
            <td data-label="Expires">{moment(key.expires_at, now)}</td>
            <td data-label="Status">
                <Badge tone>{word}</Badge>
            </td>
            <td class="num menu-cell">
                <Menu keys key />
            </td>
        </tr>
    }
}

fn moment(at: Option<Timestamp>, now: Timestamp) -> AnyView {
    match at {
        Some(at) => view! { <Time at now /> }.into_any(),
        None => "Never".into_any(),
    }
}

fn badge(status: KeyStatus) -> (Tone, &'static str) {
    match status {
        KeyStatus::Active => (Tone::Ok, "Active"),
        KeyStatus::ExpiresSoon => (Tone::Warn, "Expires soon"),
        KeyStatus::Expired => (Tone::Bad, "Expired"),
        KeyStatus::Disabled => (Tone::Warn, "Disabled"),
        KeyStatus::Revoked => (Tone::Bad, "Revoked"),
    }
}

#[component]
fn Menu(keys: Keys, key: ApiKey) -> impl IntoView {
    let id = key.id.to_string();
    let changes = match keys.locked() {
        _ if key.state == KeyState::Revoked => ().into_any(),
        Some(reason) => view! {
            <DisabledEntry icon="ban" label="Disable" reason />
            <DisabledEntry icon="x" label="Revoke…" reason />
        }
        .into_any(),
        None => view! { <Changes keys key=key.clone() /> }.into_any(),
    };
    view! {
        <RowMenu id=format!("menu-{id}") label=key.name.to_string()>
            <CopyLink text=id label="Copy key ID" entry=true />
            {changes}
        </RowMenu>
    }
}

/// Disable or enable at once; revoke after a confirmation.
#[component]
fn Changes(keys: Keys, key: ApiKey) -> impl IntoView {
    let revoke = keys.href(&[("revoke", key.id.as_str())]);
    let here = page_of(&query());
    let (action, done, icon, label) = match key.state {
        KeyState::Disabled => (EnableKey::PATH, Notice::KeyEnabled, "circle-check", "Enable"),
        _ => (DisableKey::PATH, Notice::KeyDisabled, "ban", "Disable"),
    };
    let back = keys.href(&[("q", &here.query), ("page", &page_param(here.number)), done.param()]);
    view! {
        <Form action>
            <input type="hidden" name="project" value=keys.project.id.to_string() />
            <input type="hidden" name="key" value=key.id.to_string() />
            <input type="hidden" name="back" value=back />
            <button type="submit">
                <Icon name=icon />
                {label}
            </button>
        </Form>
        <hr />
        <a class="danger" href=revoke>
            <Icon name="x" />
            "Revoke…"
        </a>
    }
}
