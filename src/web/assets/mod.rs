//! Static assets, compiled into the binary by `embed.rs`: style sheet, fonts, icons and the WASM client.
//!
//! A URL holds a hash of its content, so a browser may keep what it got for ever and a new release is a new URL.

mod encoding;
mod serve;

#[cfg(test)]
mod bundle;

pub use serve::routes;

/// A file in the forms that it is served in. A compressed form exists only where it saves a tenth at least.
struct Asset {
    /// Path under `style/static/`, or `main.css`, `bailiwick.js`, `bailiwick_bg.wasm`.
    name: &'static str,
    /// `/assets/<stem>.<hash>.<extension>`
    url: &'static str,
    content_type: &'static str,
    /// The first 64 bits of the SHA-256 of the content, in hex.
    hash: &'static str,
    identity: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The URL of an asset by its name. `bailiwick.js` and `bailiwick_bg.wasm` exist only in a binary that was built with a client.
fn url(name: &str) -> Option<&'static str> {
    named(name).map(|asset| asset.url)
}

/// The URLs that the document needs, for the Leptos context. Without a client in the binary, `client` is `None`.
pub fn urls() -> app::Assets {
    let of = |name| url(name).unwrap_or_default().to_owned();
    let client = url("bailiwick.js").zip(url("bailiwick_bg.wasm"));
    app::Assets {
        css: of("main.css"),
        font: of("fonts/inter.woff2"),
        icons: of("icons.svg"),
        favicon: of("favicon.svg"),
        client: client.map(|(js, wasm)| app::Client {
            js: js.to_owned(),
            wasm: wasm.to_owned(),
        }),
    }
}

fn named(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_gets_every_url_it_needs() {
        let app::Assets {
            css,
            font,
            icons,
            favicon,
            client,
        } = urls();
        for (url, stem) in [(css, "main."), (font, "inter."), (icons, "icons."), (favicon, "favicon.")] {
            assert!(url.starts_with(&format!("/assets/{stem}")), "{url}");
        }
        assert_eq!(client.is_some(), url("bailiwick_bg.wasm").is_some());
        assert_eq!(url("gone.css"), None);
    }

    #[test]
    fn urls_are_unique_and_flat() {
        for (index, asset) in ASSETS.iter().enumerate() {
            assert!(!asset.url["/assets/".len()..].contains('/'), "{}", asset.url);
            assert!(ASSETS[index + 1..].iter().all(|other| other.url != asset.url), "{}", asset.url);
        }
    }

    #[test]
    fn the_style_sheet_is_whole_and_refers_only_to_assets() {
        let css = std::str::from_utf8(named("main.css").unwrap().identity).unwrap();
        assert!(!css.contains("@import"));
        assert!(css.starts_with("@layer reset, tokens, base, layout, components, utilities;"));
        assert_eq!(css.matches('{').count(), css.matches('}').count());
        let urls: Vec<_> = css.split("url(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(urls.len() >= 2, "the fonts are linked");
        for linked in urls {
            assert!(ASSETS.iter().any(|asset| asset.url == linked), "{linked}");
        }
    }

    #[test]
    fn compressed_forms_decode_to_the_content() {
        use std::io::Read;
        for asset in ASSETS {
            let mut decoded = Vec::new();
            if let Some(brotli) = asset.brotli {
                brotli::Decompressor::new(brotli, 4096).read_to_end(&mut decoded).unwrap();
                assert_eq!(decoded, asset.identity, "{} br", asset.name);
            }
            decoded.clear();
            if let Some(gzip) = asset.gzip {
                flate2::read::GzDecoder::new(gzip).read_to_end(&mut decoded).unwrap();
                assert_eq!(decoded, asset.identity, "{} gzip", asset.name);
            }
        }
        assert!(named("main.css").is_some_and(|css| css.brotli.is_some() && css.gzip.is_some()));
        assert!(
            named("fonts/inter.woff2").is_some_and(|font| font.brotli.is_none()),
            "compressed already"
        );
    }

    #[test]
    fn every_icon_has_a_name_of_its_own_and_one_size() {
        let sprite = std::str::from_utf8(named("icons.svg").unwrap().identity).unwrap();
        let ids: Vec<_> = sprite
            .split("<symbol id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(ids.is_sorted_by(|one, next| one < next), "sorted, without repetition: {ids:?}");
        assert_eq!(sprite.matches("viewBox=\"0 0 24 24\"").count(), ids.len());
    }
}
