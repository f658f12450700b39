//! First run: three steps from no key to a request in the usage.

use leptos::prelude::*;

use super::{
    ExampleModel, Keys,
    snippet::{Language, first_request},
};
use crate::{
    islands::CopyButton,
    ui::{LinkButton, query},
};

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
    let language = Language::from_query(query().get_str("code"));
    let model = use_context::<ExampleModel>().unwrap_or_default().0;
    let code = first_request(language, &keys.base.0, &model);
    let tabs = Language::ALL.map(|tab| {
        let current = (language == tab).then_some("page");
        view! {
            <a href=keys.href(&[("code", tab.as_str())]) aria-current=current>
                {tab.label()}
            </a>
        }
    });
    view! {
        <div class="code">
            <div class="code-head">
                <nav class="tabs bare" aria-label="Language">
                    {tabs}
                </nav>
                <CopyButton text=code.clone() label="Copy" />
            </div>
            <pre class="pre bare" tabindex="0" aria-label=language.label()>
                {code}
            </pre>
        </div>
    }
}
