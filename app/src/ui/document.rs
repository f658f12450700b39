//! The document around the application: rendered by the server alone.

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use super::Theme;
use crate::App;

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

/// The whole document. Reads [`Assets`] and [`Theme`] from the context.
pub fn shell() -> impl IntoView {
    let assets = use_context::<Assets>().unwrap_or_default();
    let theme = use_context::<Theme>().unwrap_or_default();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.as_str()>
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

/// Loads the client and hydrates the page.
#[component]
fn Boot(client: Client) -> impl IntoView {
    let Client { js, wasm } = client;
    let script = format!("import init, {{ hydrate }} from {js:?}; await init({{ module_or_path: {wasm:?} }}); hydrate();");
    view! {
        <link rel="modulepreload" href=js nonce=use_nonce() />
        <link rel="preload" href=wasm r#as="fetch" type="application/wasm" crossorigin="anonymous" />
        <script type="module" nonce=use_nonce()>{script}</script>
    }
}
