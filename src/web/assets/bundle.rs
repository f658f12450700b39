//! How files become assets: one style sheet out of many, and names that change with the content.
//!
//! Pure text in, text out. The build script (`embed.rs`) uses it; the tests below run with the library's.

use std::error::Error;

/// The folder of static files, as style sheets one folder deep refer to it.
const STATIC: &str = "../static/";

/// Replaces each `@import url("file") layer(name);` line of the main style sheet by the file in a layer block.
///
/// # Errors
/// An import in another form, or one that `read` cannot read; the message names it.
pub fn flatten(main: &str, mut read: impl FnMut(&str) -> Result<String, Box<dyn Error>>) -> Result<String, Box<dyn Error>> {
    let mut sheet = String::new();
    for line in compact(main).lines() {
        if let Some(import) = line.strip_prefix("@import ") {
            let (file, layer) = parse_import(import).ok_or_else(|| format!("not `@import url(\"file\") layer(name);`: {line}"))?;
            let css = read(file).map_err(|cause| format!("{file}: {cause}"))?;
            sheet.extend(["@layer ", layer, " {\n", &compact(&css), "}\n"]);
        } else {
            sheet.extend([line, "\n"]);
        }
    }
    Ok(sheet)
}

fn parse_import(import: &str) -> Option<(&str, &str)> {
    import.strip_prefix("url(\"")?.strip_suffix(");")?.split_once("\") layer(")
}

/// Drops comments, indentation and empty lines; compression takes care of the rest.
fn compact(css: &str) -> String {
    let mut kept = String::new();
    let mut rest = css;
    while let Some((before, comment)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// Replaces each `url("../static/name")` by the URL of that asset.
///
/// # Errors
/// A name that is no asset: a style sheet with a dead link must not ship.
pub fn link(css: &str, url: impl Fn(&str) -> Option<String>) -> Result<String, Box<dyn Error>> {
    let mut parts = css.split(STATIC);
    let mut linked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, after) = part.split_once('"').ok_or("a url() without closing quote")?;
        linked.push_str(&url(name).ok_or_else(|| format!("no static file {name}"))?);
        linked.push('"');
        linked.push_str(after);
    }
    Ok(linked)
}

/// The URL of an asset: its file name with the hash before the extension, so that a URL never changes its content.
pub fn url(name: &str, hash: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    match file.rsplit_once('.') {
        Some((stem, extension)) => format!("/assets/{stem}.{hash}.{extension}"),
        None => format!("/assets/{file}.{hash}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_become_layers_in_their_order() {
        let main =
            "/* head */\n@layer base, components;\n@import url(\"base.css\") layer(base);\n@import url(\"a/b.css\") layer(components);\n";
        let sheet = flatten(main, |file| Ok(format!("/* {file} */\n.x {{\n  content: \"{file}\";\n}}\n"))).unwrap();
        assert_eq!(
            sheet,
            "@layer base, components;\n@layer base {\n.x {\ncontent: \"base.css\";\n}\n}\n@layer components {\n.x {\ncontent: \"a/b.css\";\n}\n}\n"
        );
    }

    #[test]
    fn an_import_that_cannot_be_flattened_is_an_error() {
        let unlayered = flatten("@import url(\"base.css\");", |_| Ok(String::new())).unwrap_err();
        assert!(unlayered.to_string().contains("base.css"));
        let missing = flatten("@import url(\"gone.css\") layer(base);", |_| Err("no such file".into())).unwrap_err();
        assert_eq!(missing.to_string(), "gone.css: no such file");
    }

    #[test]
    fn comments_over_several_lines_go_and_strings_stay() {
        assert_eq!(compact("a {\n  /* one\n     two */\n  b: \"c  d\";\n\n}"), "a {\nb: \"c  d\";\n}\n");
    }

    #[test]
    fn links_point_at_hashed_names() {
        let css = "a { src: url(\"../static/fonts/x.woff2\") format(\"woff2\"); mask: url(\"../static/m.svg\") center; }";
        let linked = link(css, |name| Some(url(name, "0f"))).unwrap();
        assert_eq!(
            linked,
            "a { src: url(\"/assets/x.0f.woff2\") format(\"woff2\"); mask: url(\"/assets/m.0f.svg\") center; }"
        );
        assert_eq!(link(css, |_| None).unwrap_err().to_string(), "no static file fonts/x.woff2");
    }

    #[test]
    fn the_hash_stands_before_the_extension() {
        assert_eq!(url("bailiwick_bg.wasm", "ab12"), "/assets/bailiwick_bg.ab12.wasm");
        assert_eq!(url("fonts/LICENSE", "ab12"), "/assets/LICENSE.ab12");
    }
}
