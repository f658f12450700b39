//! Without a mail server: what the operator passes on by hand.

use leptos::prelude::*;

use super::PATH;
use crate::{
    model::{Listing, Timestamp, outbox::OutboxMail},
    ui::{Badge, Empty, Note, PageHead, Pager, SearchBox, Time, Tone, href, page_of, page_param, query},
};

/// One page of the mails, with their links.
#[component]
pub fn ByHand(list: Listing<OutboxMail>) -> impl IntoView {
    let address = query();
    let token = address.get("token").unwrap_or_default();
    let text = page_of(&address).query;
    let (now, page, total) = (list.now, list.page, list.total);
    let all = href(PATH, &[("token", &token)]);
    let body = if list.unfiltered == 0 {
        view! { <Empty title="Nothing yet" text="Invitations, new passwords and notices land here, the newest first." /> }.into_any()
    } else if total == 0 {
        view! {
            <Empty title="Nothing matches" text="No mail goes to such an address.">
                <a class="btn" href=all>
                    "Show all"
                </a>
            </Empty>
        }
        .into_any()
    } else {
        let mails = list.rows.into_iter().map(|mail| view! { <OneMail mail now /> });
        mails.collect_view().into_any()
    };
    let keep = vec![("token", token.clone())];
    let search = (list.unfiltered > 0).then(|| {
        view! {
            <div class="toolbar">
                <SearchBox label="Filter by recipient" value=text.clone() keep />
            </div>
        }
    });
    let paging = move |page: u32| href(PATH, &[("token", &token), ("q", &text), ("page", &page_param(page))]);
    view! {
        <PageHead title="Outbox" lead="This installation has no mail server, so its mails wait here, the newest first." />
        <Note tone=Tone::Warn>
            "Each link opens what its reader may do, such as a new password. Pass it on to the one it is for, and to nobody else. With "
            <code>"[mail]"</code> " in the configuration this page shows what was not delivered, and no links."
        </Note>
        {search}
        {body}
        {(total > 0).then(|| view! { <Pager page total noun="mails" href=paging /> })}
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
