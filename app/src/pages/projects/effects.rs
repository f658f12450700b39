//! What a dry run lists: keys and people.

use leptos::prelude::*;

use crate::{
    model::{Timestamp, number::grouped, project::StoppingKey, project_life::People},
    ui::Time,
};

/// The keys that a change stops or disables, with their traffic and when each was used last.
#[component]
pub fn KeyTable(keys: Vec<StoppingKey>, now: Timestamp) -> impl IntoView {
    if keys.is_empty() {
        return view! { <p class="muted">"None."</p> }.into_any();
    }
    let rows = keys
        .into_iter()
        .map(|key| {
            view! {
                <tr>
                    <th scope="row" class="name">
                        {key.name}
                        <code class="sub">{key.hint}</code>
                    </th>
                    <td class="num">
                        <strong>{grouped(key.requests_24h)}</strong>
                        <span class="sub">
                            {match key.last_used {
                                Some(at) => view! { <Time at now /> }.into_any(),
                                None => "never used".into_any(),
                            }}
                        </span>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="table plain">
            <thead class="sr-only">
                <tr>
                    <th scope="col">"Key"</th>
                    <th scope="col">"Requests in 24 h, last use"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// The people whom a change concerns, and what follows for them.
#[component]
pub fn PeopleList(
    people: People,
    /// Said below the list, when there is anybody in it.
    #[prop(into)]
    consequence: String,
) -> impl IntoView {
    if people.total == 0 {
        return view! { <p class="muted">"Nobody."</p> }.into_any();
    }
    let unnamed = people.unnamed();
    let rows = people
        .first
        .into_iter()
        .map(|person| {
            view! {
                <li>
                    <span class="who">
                        <span class="who-name">
                            <bdi>{person.name.to_string()}</bdi>
                        </span>
                        <span class="sub">{person.email.to_string()}</span>
                    </span>
                </li>
            }
        })
        .collect_view();
    view! {
        <ul class="people">
            {rows} {(unnamed > 0).then(|| view! { <li class="muted">{format!("and {} more", grouped(unnamed))}</li> })}
        </ul>
        <p class="muted">
            <small>{consequence}</small>
        </p>
    }
    .into_any()
}
