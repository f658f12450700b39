//! The document around the application: rendered by the server alone.

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use crate::{App, model::preferences::Preferences};

/// Addresses of the static files, with their content hash. The server provides them as context.
#[derive(Clone, Default)]
pub struct Assets {
    pub css: String,
    /// The text font, preloaded.
    pub font: String,
    /// The icon sprite.
    pub icons: String,
    pub favicon: String,
    /// `None` serves pages without script.
    pub client: Option<Client>,
}

/// The WASM client.
#[derive(Clone)]
pub struct Client {
    pub js: String,
    pub wasm: String,
}

/// The whole document. Reads [`Assets`] and [`Preferences`] from the context.
pub fn shell() -> impl IntoView {
    let assets = use_context::<Assets>().unwrap_or_default();
    let Preferences { theme, density, .. } = use_context().unwrap_or_default();
    // Outside of islands nothing is hydrated, so no data goes to the client.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.as_str() data-density=density.as_str() data-icons=assets.icons>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="description" content="Administration console" />
                <meta name="robots" content="noindex" />
                <link rel="preload" href=assets.font r#as="font" type="font/woff2" crossorigin="anonymous" />
                <link rel="stylesheet" href=assets.css />
                <link rel="icon" href=assets.favicon />
                {assets.client.map(|client| view! { <Boot client /> })}
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Wakes the islands of the page up, the outer ones first. An island inside of the children of another one is told by
/// them (`$$on_hydrate`) whose contexts it sees.
const WAKE: &str = "
const wake = (element, enter) => {
  if (element.localName === 'leptos-island') {
    enter?.();
    client[element.dataset.component](element);
  } else if (element.localName === 'leptos-children') {
    enter = element.$$on_hydrate;
  }
  for (const child of element.children) wake(child, enter);
};
wake(document.body);
";

/// Loads the client and starts it.
#[component]
fn Boot(client: Client) -> impl IntoView {
    let Client { js, wasm } = client;
    let script = format!("import * as client from {js:?};\nawait client.default({{ module_or_path: {wasm:?} }});\nclient.hydrate();{WAKE}");
    view! {
        <link rel="modulepreload" href=js nonce=use_nonce() />
        <link rel="preload" href=wasm r#as="fetch" type="application/wasm" crossorigin="anonymous" />
        <script type="module" nonce=use_nonce()>
            {script}
        </script>
    }
}
