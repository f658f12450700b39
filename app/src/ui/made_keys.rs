//! The keys that somebody made, in the confirmation of their removal or of a weaker role.

use leptos::prelude::*;

use super::{Badge, Consequence, Note, Tone};
use crate::model::{
    made_key::{self, MadeKey},
    number::grouped,
};

/// The keys that the person made, ticked to be revoked: the fields `shown[]` and `keys[]` of a form.
#[component]
pub fn MadeKeys(
    /// Name of the person.
    name: String,
    keys: made_key::MadeKeys,
    /// Said if there is no such key.
    none: String,
    /// Whether each row says in which project its key is.
    #[prop(optional)]
    with_project: bool,
) -> impl IntoView {
    let made_key::MadeKeys { rows: keys, more } = keys;
    if keys.is_empty() {
        return view! { <p class="muted">{none}</p> }.into_any();
    }
    let used = keys.iter().filter(|key| key.requests_24h > 0);
    let used: Vec<_> = used.map(|key| key.name.clone()).collect();
    let rows = keys.into_iter().map(|key| view! { <Row made=key with_project /> }).collect_view();
    view! {
        <fieldset class="checklist">
            <legend>
                <span class="h3">{format!("Keys that {name} made")}</span>
                <span class="hint">{format!("{name} knows these secrets. A key that you leave ticked is revoked for good.")}</span>
            </legend>
            {rows}
        </fieldset>
        {(more > 0).then(|| view! { <p class="muted">{format!("{} more keys of theirs are revoked with them.", grouped(more))}</p> })}
        {(!used.is_empty())
            .then(|| {
                view! {
                    <Note tone=Tone::Warn>
                        <strong>{format!("In use: {}.", used.join(", "))}</strong>
                        " Their requests stop with them. To keep a key running, untick it and replace it by a new one soon."
                    </Note>
                }
            })}
    }
    .into_any()
}

/// Keys that a person made and that stay when the role gets weaker.
pub fn known_keys(keys: u64) -> Option<Consequence> {
    let text = match keys {
        0 => return None,
        1 => "1 key that they made: they know its secret".to_owned(),
        count => format!("{} keys that they made: they know the secrets", grouped(count)),
    };
    Some(Consequence::notes("key-round", text))
}

/// What the button of the confirmation says; `plain` where no key is revoked with the person.
pub fn removal_label(plain: &'static str, keys: &made_key::MadeKeys) -> &'static str {
    match keys.rows.len() {
        0 => plain,
        1 => "Remove and revoke the ticked key",
        _ => "Remove and revoke the ticked keys",
    }
}

#[component]
fn Row(made: MadeKey, with_project: bool) -> impl IntoView {
    let project = with_project.then(|| format!("{} · ", made.project));
    view! {
        <label>
            <input type="hidden" name="shown[]" value=made.id.to_string() />
            <input type="checkbox" name="keys[]" value=made.id.to_string() autocomplete="off" checked />
            <span class="grow">
                <strong>{made.name}</strong>
                " "
                {made.is_org_default.then(|| view! { <Badge>"Organization Default"</Badge> })}
                <span class="sub">{project} <code>{made.hint}</code></span>
            </span>
            <span class="trail">
                <strong>{grouped(made.requests_24h)}</strong>
                <span class="sub">"requests in 24 h"</span>
            </span>
        </label>
    }
}
