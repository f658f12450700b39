//! With a mail server: what it has not taken. Neither texts nor links are shown.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{PATH, api::TryAgain};
use crate::{
    model::{
        Timestamp,
        outbox::{DeliveryState, Undelivered, UndeliveredMail},
    },
    ui::{Alert, Card, Column, Empty, Form, Notice, PageHead, Pager, SearchBox, Table, Time, failure, href, page_of, page_param, query},
};

/// The list of the address, and what every part of it needs.
#[derive(Clone)]
struct Outbox {
    token: String,
    state: DeliveryState,
    text: String,
}

impl Outbox {
    /// The address of a state, without its filter.
    fn of_state(&self, state: DeliveryState) -> String {
        href(PATH, &[("token", &self.token), ("state", state_param(state))])
    }

    /// The address of a page of the list, with one more parameter.
    fn page(&self, page: u32, (name, value): (&'static str, &str)) -> String {
        let (state, page) = (state_param(self.state), page_param(page));
        let params = [
            ("token", self.token.as_str()),
            ("state", state),
            ("q", &self.text),
            ("page", &page),
            (name, value),
        ];
        href(PATH, &params)
    }
}

/// The value of `?state=`.
fn state_param(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Failed => "",
        DeliveryState::Waiting => state.as_str(),
    }
}

/// One tab for each state, and the mails of one of them.
#[component]
pub fn UndeliveredMails(list: Undelivered) -> impl IntoView {
    let Undelivered {
        state,
        listing,
        failed,
        waiting,
    } = list;
    let address = query();
    let outbox = Outbox {
        token: address.get("token").unwrap_or_default(),
        state,
        text: page_of(&address).query,
    };
    let tab = |of: DeliveryState, label: &'static str, count: u64| {
        view! {
            <a href=outbox.of_state(of) aria-current=(of == state).then_some("page")>
                {label}
                <span class="faint">{format!(" {count}")}</span>
            </a>
        }
    };
    let tabs = (
        tab(DeliveryState::Failed, "Given up", failed),
        tab(DeliveryState::Waiting, "Waiting", waiting),
    );
    let tools = {
        let outbox = outbox.clone();
        let keep = vec![("token", outbox.token), ("state", state_param(state).to_owned())];
        move || view! { <SearchBox label="Filter by recipient" value=outbox.text keep /> }
    };
    let paging = {
        let outbox = outbox.clone();
        move |page: u32| outbox.page(page, ("", ""))
    };
    let (now, page, total, any) = (listing.now, listing.page, listing.total, listing.unfiltered > 0);
    let table = if total > 0 {
        let rows = listing.rows.into_iter();
        let rows = rows
            .map(|mail| view! { <Row outbox=outbox.clone() mail page now /> })
            .collect_view();
        let outlook = match state {
            DeliveryState::Failed => Column::Controls("Actions"),
            DeliveryState::Waiting => Column::text("Next attempt"),
        };
        let columns = vec![
            Column::text("To"),
            Column::text("Written"),
            Column::number("Attempts"),
            Column::text("What went wrong last"),
            outlook,
        ];
        view! {
            <Table label="Mails table" columns>
                {rows}
            </Table>
        }
        .into_any()
    } else if any {
        view! {
            <Empty title="Nothing matches" text="No mail of this kind goes to such an address.">
                <a class="btn" href=outbox.of_state(state)>
                    "Show all"
                </a>
            </Empty>
        }
        .into_any()
    } else {
        let (title, text) = match state {
            DeliveryState::Failed => (
                "Nothing was given up",
                "Mails that the mail server refused for good or ten times, and those whose links ended before, stand here for 30 days.",
            ),
            DeliveryState::Waiting => (
                "Nothing waits",
                "Mails that the mail server could not take yet stand here until they are out.",
            ),
        };
        view! { <Empty title text /> }.into_any()
    };
    view! {
        <PageHead title="Outbox" lead="What the mail server has not taken. What mails say, and their links, are not shown." />
        <Alert error=failure(TryAgain::PATH) />
        <nav class="tabs" aria-label="State">
            {tabs}
        </nav>
        <Card id="mails" title="Mails" quiet=true tools>
            {table}
            <Pager page total noun="mails" href=paging />
        </Card>
    }
}

#[component]
fn Row(outbox: Outbox, mail: UndeliveredMail, page: u32, now: Timestamp) -> impl IntoView {
    let outlook = match outbox.state {
        DeliveryState::Waiting => {
            let next = if mail.ended {
                view! { <span class="muted">"None: it is of no use any more"</span> }.into_any()
            } else {
                view! { <Time at=mail.next_at now /> }.into_any()
            };
            view! { <td data-label="Next attempt">{next}</td> }.into_any()
        }
        DeliveryState::Failed => view! {
            <td class="num">
                <TryAgainButton outbox mail=mail.clone() page />
            </td>
        }
        .into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="name">
                <span class="cell">
                    {mail.to.to_string()} <span class="sub">
                        <bdi>{mail.subject}</bdi>
                    </span>
                </span>
            </th>
            <td data-label="Written">
                <Time at=mail.created_at now />
            </td>
            <td class="num" data-label="Attempts">
                {mail.attempts}
            </td>
            <td data-label="What went wrong last">
                <bdi>{mail.error}</bdi>
            </td>
            {outlook}
        </tr>
    }
}

/// Puts the mail back; one that is of no use any more says so.
#[component]
fn TryAgainButton(outbox: Outbox, mail: UndeliveredMail, page: u32) -> impl IntoView {
    let label = format!("Try the mail to {} again", mail.to);
    if mail.ended {
        let reason = "Its link has ended. Whoever asked for it can ask again.";
        let why = format!("why-{}", mail.id);
        return view! {
            <button type="button" class="btn sm" aria-disabled="true" aria-label=label aria-describedby=why.clone() title=reason>
                "Try again"
            </button>
            <span class="sr-only" id=why>
                {reason}
            </span>
        }
        .into_any();
    }
    view! {
        <Form action=TryAgain::PATH>
            <input type="hidden" name="token" value=outbox.token.clone() />
            <input type="hidden" name="mail" value=mail.id.to_string() />
            <input type="hidden" name="back" value=outbox.page(page, Notice::MailRequeued.param()) />
            <button type="submit" class="btn sm" aria-label=label>
                "Try again"
            </button>
        </Form>
    }
    .into_any()
}
