//! SVG: what could do more than draw is refused with its name, then the allow-list of `svg-hush` writes the picture anew.

use xml::{
    ParserConfig,
    attribute::OwnedAttribute,
    name::OwnedName,
    reader::{EventReader, XmlEvent},
};

use super::Refused;

const SVG: &str = "http://www.w3.org/2000/svg";
const XHTML: &str = "http://www.w3.org/1999/xhtml";
const MAX_ELEMENTS: usize = 2_000;
const MAX_DEPTH: usize = 64;
/// Elements that run, load, lead, move, or draw others again and again.
const REFUSED_ELEMENTS: [&str; 18] = [
    "a",
    "animate",
    "animatecolor",
    "animatemotion",
    "animatetransform",
    "audio",
    "embed",
    "feimage",
    "foreignobject",
    "handler",
    "iframe",
    "image",
    "listener",
    "object",
    "script",
    "set",
    "use",
    "video",
];

/// Checks the picture, writes it anew, and checks what was written.
pub fn rewrite(text: &str) -> Result<String, Refused> {
    check(text)?;
    let mut written = Vec::new();
    svg_hush::Filter::new()
        .filter(text.as_bytes(), &mut written)
        .map_err(|_| no_svg())?;
    let written = String::from_utf8(written).map_err(|_| no_svg())?;
    check(&written)?;
    Ok(written)
}

/// Refuses everything that is more than a still picture by itself.
fn check(text: &str) -> Result<(), Refused> {
    let reader: EventReader<&[u8]> = ParserConfig::new()
        .cdata_to_characters(true)
        .ignore_comments(true)
        .max_attributes(200)
        .create_reader(text.as_bytes());
    let (mut elements, mut depth, mut in_style) = (0, 0, false);
    for event in reader {
        match event.map_err(|_| no_svg())? {
            XmlEvent::StartElement { name, attributes, .. } => {
                elements += 1;
                depth += 1;
                if elements > MAX_ELEMENTS || depth > MAX_DEPTH {
                    return Err(Refused::because("This SVG is too complicated: simplify it, or use a PNG."));
                }
                if elements == 1 && !is_svg(&name, "svg") {
                    return Err(no_svg());
                }
                check_element(&name)?;
                attributes.iter().try_for_each(check_attribute)?;
                in_style = name.local_name.eq_ignore_ascii_case("style");
            }
            XmlEvent::EndElement { .. } => {
                depth -= 1;
                in_style = false;
            }
            XmlEvent::Characters(css) if in_style => check_css(&css)?,
            XmlEvent::Doctype { .. } => return Err(refused("a DOCTYPE")),
            XmlEvent::ProcessingInstruction { .. } => return Err(refused("a processing instruction")),
            _ => {}
        }
    }
    if elements == 0 { Err(no_svg()) } else { Ok(()) }
}

fn is_svg(name: &OwnedName, local: &str) -> bool {
    name.namespace.as_deref() == Some(SVG) && name.local_name == local
}

/// Elements of editors have namespaces of their own, and are dropped; those of HTML would run.
fn check_element(name: &OwnedName) -> Result<(), Refused> {
    let is_refused = REFUSED_ELEMENTS.contains(&name.local_name.to_ascii_lowercase().as_str());
    if is_refused || name.namespace.as_deref() == Some(XHTML) {
        return Err(refused(&format!("the element {}", name.local_name)));
    }
    Ok(())
}

fn check_attribute(attribute: &OwnedAttribute) -> Result<(), Refused> {
    let name = attribute.name.local_name.to_ascii_lowercase();
    if name.starts_with("on") {
        return Err(refused(&format!("the event handler {name}")));
    }
    let leads_out = match name.as_str() {
        "href" => !attribute.value.trim().starts_with('#'),
        "src" | "base" => true,
        _ => false,
    };
    if leads_out {
        return Err(refused(&format!("the reference {name} to another file")));
    }
    check_css(&attribute.value)
}

/// Attributes and style sheets may point with `url(#…)` into the picture itself, and load nothing. An escape could hide a word.
fn check_css(css: &str) -> Result<(), Refused> {
    let bare: String = css.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    let bare = bare.to_ascii_lowercase();
    for hostile in ["@import", "javascript:", "data:", "expression(", "\\", "/*", "image-set("] {
        if bare.contains(hostile) {
            return Err(refused(&format!("“{hostile}”")));
        }
    }
    let inside = |rest: &str| rest.trim_start_matches(['"', '\'']).starts_with('#');
    if bare.split("url(").skip(1).all(inside) {
        Ok(())
    } else {
        Err(refused("a reference url(…) to another file"))
    }
}

fn refused(part: &str) -> Refused {
    Refused::because(format!(
        "This SVG holds {part}, which a logo must not have. Export it as a plain SVG, or use a PNG."
    ))
}

fn no_svg() -> Refused {
    Refused::because("This is no well-formed SVG and no PNG.")
}
