//! Cargo build script: puts style sheet, fonts, icons and the WASM client into the server binary, so that one file is the whole product.
//!
//! Writes `OUT_DIR/assets.rs`, the table that `mod.rs` serves. The client is what `wasm-bindgen --target web --out-name bailiwick` made in the
//! folder `BAILIWICK_CLIENT_DIR`; without that variable the server sends pages that work without script.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

#[path = "bundle.rs"]
mod bundle;

const CLIENT_DIR: &str = "BAILIWICK_CLIENT_DIR";

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> Outcome {
    println!("cargo::rerun-if-changed=style");
    println!("cargo::rerun-if-changed=src/web/assets/bundle.rs");
    println!("cargo::rerun-if-env-changed={CLIENT_DIR}");

    let mut assets = Assets::new()?;
    for (name, path) in files(Path::new("style/static"))? {
        assets.add(&name, &fs::read(path)?)?;
    }
    let sheet = bundle::flatten(&fs::read_to_string("style/main.css")?, |file| {
        Ok(fs::read_to_string(Path::new("style").join(file))?)
    })?;
    let sheet = bundle::link(&sheet, |name| assets.url(name))?;
    assets.add("main.css", sheet.as_bytes())?;

    if let Some(dir) = env::var_os(CLIENT_DIR).filter(|dir| !dir.is_empty()) {
        add_client(&mut assets, Path::new(&dir)).map_err(|cause| format!("{CLIENT_DIR}={}: {cause}", dir.display()))?;
    }
    assets.finish()
}

/// The document passes the URL of the WASM file to `init`, so the script needs no change, except to find snippets under their new names.
fn add_client(assets: &mut Assets, dir: &Path) -> Outcome {
    println!("cargo::rerun-if-changed={}", dir.display());
    let mut script = fs::read_to_string(dir.join("bailiwick.js"))?;
    let snippets = dir.join("snippets");
    if snippets.is_dir() {
        for (name, path) in files(&snippets)? {
            let url = assets.add(&format!("snippets/{name}"), &fs::read(path)?)?;
            script = script.replace(&format!("./snippets/{name}"), &url);
        }
    }
    assets.add("bailiwick.js", script.as_bytes())?;
    assets.add("bailiwick_bg.wasm", &fs::read(dir.join("bailiwick_bg.wasm"))?)?;
    Ok(())
}

/// All files under a folder with their names relative to it, sorted, so that equal input gives an equal binary.
fn files(root: &Path) -> Outcome<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|cause| format!("{}: {cause}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(root)?
                    .to_str()
                    .ok_or("a file name is not UTF-8")?
                    .replace('\\', "/");
                found.push((name, path));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The table under construction: its Rust text, and the URLs so far.
struct Assets {
    out: PathBuf,
    brotli_quality: i32,
    urls: Vec<(String, String)>,
    table: String,
}

impl Assets {
    fn new() -> Outcome<Self> {
        let out = env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?.into();
        // The best quality takes a minute on a debug client.
        let brotli_quality = if env::var("PROFILE")? == "release" { 11 } else { 5 };
        Ok(Self {
            out,
            brotli_quality,
            urls: Vec::new(),
            table: String::from("&[\n"),
        })
    }

    fn url(&self, name: &str) -> Option<String> {
        self.urls.iter().find(|(known, _)| known == name).map(|(_, url)| url.clone())
    }

    /// Adds a file in its three forms and returns its URL.
    fn add(&mut self, name: &str, content: &[u8]) -> Outcome<String> {
        let start = Sha256::digest(content)
            .iter()
            .take(8)
            .fold(0, |start: u64, &byte| start << 8 | u64::from(byte));
        let hash = format!("{start:016x}");
        let url = bundle::url(name, &hash);
        let identity = self.store(&hash, content)?;
        let brotli = self.store_if_smaller(&format!("{hash}.br"), content, &brotli(content, self.brotli_quality)?)?;
        let gzip = self.store_if_smaller(&format!("{hash}.gz"), content, &gzip(content)?)?;
        let content_type = content_type(name)?;
        writeln!(
            self.table,
            "    Asset {{ name: {name:?}, url: {url:?}, content_type: {content_type:?}, hash: {hash:?}, identity: {identity}, brotli: {brotli}, gzip: {gzip} }},"
        )?;
        self.urls.push((name.to_owned(), url.clone()));
        Ok(url)
    }

    fn store(&self, file: &str, content: &[u8]) -> Outcome<String> {
        fs::write(self.out.join(file), content)?;
        Ok(format!("include_bytes!({file:?})"))
    }

    /// A form that saves less than a tenth, as of a font, is not worth the work of unpacking it.
    fn store_if_smaller(&self, file: &str, content: &[u8], compressed: &[u8]) -> Outcome<String> {
        if compressed.len() * 10 < content.len() * 9 {
            Ok(format!("Some({})", self.store(file, compressed)?))
        } else {
            Ok(String::from("None"))
        }
    }

    fn finish(mut self) -> Outcome {
        self.table.push_str("]\n");
        Ok(fs::write(self.out.join("assets.rs"), self.table)?)
    }
}

/// # Errors
/// An extension that is not listed: with `nosniff` a browser would refuse the file.
fn content_type(name: &str) -> Outcome<&'static str> {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    Ok(match extension {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("woff2") => "font/woff2",
        _ => return Err(format!("{name}: no content type is known for this extension").into()),
    })
}

fn brotli(content: &[u8], quality: i32) -> Outcome<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        quality,
        size_hint: content.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut compressed, &params)?;
    Ok(compressed)
}

fn gzip(content: &[u8]) -> Outcome<Vec<u8>> {
    let mut compressed = Vec::new();
    flate2::read::GzEncoder::new(content, flate2::Compression::best()).read_to_end(&mut compressed)?;
    Ok(compressed)
}
