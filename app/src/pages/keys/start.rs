//! First run: three steps from no key to a request in the usage.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    Keys,
    snippet::{Language, first_request},
};
use crate::ui::{CopyButton, LinkButton};

#[component]
pub fn FirstRun(keys: Keys) -> impl IntoView {
    let project = keys.project.name.to_string();
    let new = keys.href(&[("new", "1")]);
    let limits = keys.place.href("limits");
    let usage = keys.place.href("usage");
    view! {
        <section class="card start" aria-labelledby="start">
            <header>
                <div>
                    <h2 id="start">{format!("Send the first request of {project}")}</h2>
                    <p class="muted">"Three steps. Then this page turns into the list of keys."</p>
                </div>
            </header>
            <ol class="steps">
                <li class="now">
                    <div>
                        <h3>"Create a key"</h3>
                        <p>{format!("It can call the models of {project}, within the project’s limits.")}</p>
                        <div class="actions">
                            <LinkButton href=new label="Create key" icon="plus" class="btn primary" reason=keys.locked() />
                            <a class="btn ghost" href=limits>
                                {format!("See the limits of {project}")}
                            </a>
                        </div>
                    </div>
                </li>
                <li>
                    <div>
                        <h3>"Call the gateway"</h3>
                        <p>"Any OpenAI client works: change the base address and the key."</p>
                        <Code keys />
                    </div>
                </li>
                <li>
                    <div>
                        <h3>"See the request"</h3>
                        <p>
                            "Its tokens and cost stand under " <a class="link" href=usage>
                                "Usage & Analytics"
                            </a> "."
                        </p>
                    </div>
                </li>
            </ol>
        </section>
    }
}

/// The first request in the language of `?code=`.
#[component]
fn Code(keys: Keys) -> impl IntoView {
    let query = use_query_map();
    let language = Memo::new(move |_| Language::from_query(query.read().get_str("code")));
    let tabs = Language::ALL.map(|tab| {
        let current = move || (language.get() == tab).then_some("page");
        view! {
            <a href=keys.href(&[("code", tab.as_str())]) aria-current=current>
                {tab.label()}
            </a>
        }
    });
    let base = keys.base.0;
    view! {
        <div class="code">
            <div class="code-head">
                <nav class="tabs bare" aria-label="Language">
                    {tabs}
                </nav>
                {
                    let base = base.clone();
                    move || view! { <CopyButton text=first_request(language.get(), &base) label="Copy" /> }
                }
            </div>
            <pre class="pre bare" tabindex="0" aria-label=move || language.get().label()>
                {move || first_request(language.get(), &base)}
            </pre>
        </div>
    }
}
