//! Without a mail server: what the operator passes on by hand.

use leptos::prelude::*;

use crate::{
    model::{Timestamp, outbox::OutboxMail},
    ui::{Badge, Empty, Note, PageHead, Time, Tone},
};

/// The newest mails with their links.
#[component]
pub fn ByHand(mails: Vec<OutboxMail>, now: Timestamp) -> impl IntoView {
    let list = if mails.is_empty() {
        view! { <Empty title="Nothing yet" text="Invitations, new passwords and notices land here, the newest first." /> }.into_any()
    } else {
        mails
            .into_iter()
            .map(|mail| view! { <OneMail mail now /> })
            .collect_view()
            .into_any()
    };
    view! {
        <PageHead title="Outbox" lead="This installation has no mail server, so its mails wait here: the newest 100." />
        <Note tone=Tone::Warn>
            "Each link opens what its reader may do, such as a new password. Pass it on to the one it is for, and to nobody else. With "
            <code>"[mail]"</code> " in the configuration this page shows what was not delivered, and no links."
        </Note>
        {list}
    }
}

#[component]
fn OneMail(mail: OutboxMail, now: Timestamp) -> impl IntoView {
    let id = mail.id.to_string();
    let heading = id.clone();
    // The address in the text can be clicked while it leads somewhere.
    let text = match mail.text.split_once(&mail.link) {
        Some((before, after)) if !mail.ended => {
            let link = mail.link.clone();
            view! { {before.to_owned()} <a href=mail.link>{link}</a> {after.to_owned()} }.into_any()
        }
        _ => mail.text.into_any(),
    };
    view! {
        <section class="card" aria-labelledby=id>
            <header>
                <div class="toolbar">
                    <h2 id=heading>{mail.subject}</h2>
                    {mail.ended.then(|| view! { <Badge tone=Tone::Line>"Ended"</Badge> })}
                </div>
                <p class="hint">"To " <strong>{mail.to.to_string()}</strong> ", " <Time at=mail.created_at now /></p>
            </header>
            <pre class="pre bare wrap">{text}</pre>
        </section>
    }
}
