//! Uploads that were made to harm, and what is left of honest ones.

use app::model::branding::LogoKind;
use proptest::prelude::*;

use super::{Logo, png, sanitise};

fn svg(inside: &str) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 8 8\">{inside}</svg>")
}

/// A chunk with its CRC.
fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let covered = [kind.as_slice(), data].concat();
    let length = u32::try_from(data.len()).expect("short").to_be_bytes();
    [&length, covered.as_slice(), &crc32fast::hash(&covered).to_be_bytes()].concat()
}

fn header(width: u32, height: u32) -> Vec<u8> {
    let data = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    chunk(*b"IHDR", &data)
}

fn picture(chunks: &[Vec<u8>]) -> Vec<u8> {
    [png::SIGNATURE.to_vec(), chunks.concat()].concat()
}

fn refusal(upload: &[u8]) -> String {
    match sanitise(upload) {
        Ok(logo) => panic!("taken: {}", String::from_utf8_lossy(&logo.image)),
        Err(refused) => refused.to_string(),
    }
}

#[test]
fn what_does_more_than_draw_is_refused_with_its_name() {
    for (inside, part) in [
        ("<script>alert(1)</script>", "the element script"),
        ("<g><ScRiPt/></g>", "the element ScRiPt"),
        ("<rect onload=\"alert(1)\"/>", "the event handler onload"),
        ("<rect oNclick=\"alert(1)\"/>", "the event handler onclick"),
        ("<foreignObject><p/></foreignObject>", "the element foreignObject"),
        ("<use href=\"https://evil.example/a.svg#x\"/>", "the element use"),
        ("<g id=\"a\"><use href=\"#a\"/></g>", "the element use"),
        ("<a href=\"#x\"><rect/></a>", "the element a"),
        ("<image href=\"https://evil.example/a.png\"/>", "the element image"),
        ("<feImage href=\"#x\"/>", "the element feImage"),
        ("<set attributeName=\"href\" to=\"javascript:alert(1)\"/>", "the element set"),
        (
            "<animate attributeName=\"href\" values=\"javascript:alert(1)\"/>",
            "the element animate",
        ),
        ("<iframe xmlns=\"http://www.w3.org/1999/xhtml\"/>", "the element iframe"),
        ("<p xmlns=\"http://www.w3.org/1999/xhtml\"/>", "the element p"),
        ("<linearGradient href=\"//evil.example/x\"/>", "the reference href"),
        ("<linearGradient xlink:href=\"javascript:alert(1)\"/>", "the reference href"),
        ("<linearGradient xlink:href=\"data:text/html,x\"/>", "the reference href"),
        ("<rect xml:base=\"https://evil.example/\"/>", "the reference base"),
        ("<rect style=\"fill:url(https://evil.example/x)\"/>", "url(…)"),
        ("<rect fill=\"u&#114;l( &#39;//evil.example&#39; )\"/>", "url(…)"),
        ("<rect style=\"fill:ur\\6c(//evil.example)\"/>", "“\\”"),
        ("<style>@import '//evil.example';</style>", "“@import”"),
        ("<style>@im<!-- -->port '//evil.example';</style>", "“@import”"),
        ("<style><![CDATA[rect{fill:url(//evil.example)}]]></style>", "url(…)"),
        ("<rect style=\"background:url(data:text/html,x)\"/>", "“data:”"),
        ("<?xml-stylesheet href=\"//evil.example\"?>", "a processing instruction"),
    ] {
        let told = refusal(svg(inside).as_bytes());
        assert!(told.contains(part), "{inside}: {told}");
    }
}

#[test]
fn documents_that_only_look_like_pictures_are_refused() {
    let bomb = format!(
        "<!DOCTYPE svg [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>{}",
        svg("<text>&b;</text>")
    );
    let html = format!("<!DOCTYPE html><html>{}<script>alert(1)</script></html>", svg(""));
    for document in [bomb.as_str(), html.as_str()] {
        assert!(refusal(document.as_bytes()).contains("a DOCTYPE"));
    }
    let deep = svg(&format!("{}{}", "<g>".repeat(100), "</g>".repeat(100)));
    let many = svg(&"<g/>".repeat(3_000));
    let html = "<html xmlns=\"http://www.w3.org/1999/xhtml\"><script>alert(1)</script></html>";
    let (gzip, large) = (&[0x1f, 0x8b, 8, 0, 0][..], vec![b' '; 10 * 1024 * 1024]);
    let twice = format!("{}<g/>", svg(""));
    for (upload, part) in [
        (&b""[..], "Choose a file."),
        (gzip, "neither an SVG in UTF-8 nor a PNG"),
        (&large, "at most 48 KiB"),
        (deep.as_bytes(), "too complicated"),
        (many.as_bytes(), "too complicated"),
        (html.as_bytes(), "no well-formed SVG"),
        (b"<svg/>", "no well-formed SVG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><g></svg>", "no well-formed SVG"),
        (twice.as_bytes(), "no well-formed SVG"),
        (b"GIF89a", "no well-formed SVG"),
        (b"hello", "no well-formed SVG"),
    ] {
        let told = refusal(upload);
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn an_honest_drawing_keeps_its_shapes_and_loses_the_rest() {
    let drawing = svg(
        "<!-- made with care --><metadata><x:y xmlns:x=\"urn:editor\">secret</x:y></metadata>\
         <defs><linearGradient id=\"g\"><stop offset=\"0\" stop-color=\"#f00\"/></linearGradient></defs>\
         <style>.a{fill:url(#g)}</style><path class=\"a\" d=\"M0 0h8v8z\" fill=\"url('#g')\" stroke=\"#123456\"/>",
    );
    let logo = sanitise(drawing.as_bytes()).expect("taken");
    let written = String::from_utf8(logo.image.clone()).expect("text");
    assert_eq!(logo.kind, LogoKind::Svg);
    for kept in ["linearGradient", "M0 0h8v8z", "#123456", "viewBox"] {
        assert!(written.contains(kept), "{kept}: {written}");
    }
    for dropped in ["made with care", "secret", "urn:editor"] {
        assert!(!written.contains(dropped), "{dropped}: {written}");
    }
    assert_eq!(sanitise(&logo.image).expect("still harmless").kind, LogoKind::Svg);
}

#[test]
fn a_png_is_what_draws_it() {
    let pixels = chunk(*b"IDAT", &[1, 2, 3]);
    let (end, head) = (chunk(*b"IEND", &[]), header(16, 16));
    let honest = picture(&[head.clone(), pixels.clone(), end.clone()]);
    let stuffed = picture(&[
        head.clone(),
        chunk(*b"tEXt", b"Comment\0<script>alert(1)</script>"),
        chunk(*b"iCCP", b"profile"),
        pixels.clone(),
        end.clone(),
        b"PK\x03\x04 a ZIP behind the end".to_vec(),
    ]);
    let expected = Logo {
        kind: LogoKind::Png,
        image: honest.clone(),
    };
    assert_eq!(sanitise(&honest), Ok(expected.clone()));
    assert_eq!(sanitise(&stuffed), Ok(expected));

    let mut flipped = honest.clone();
    flipped[20] ^= 1;
    for damaged in [
        flipped,
        picture(&[head.clone(), end.clone()]),
        picture(&[pixels.clone(), end.clone()]),
        picture(&[head.clone(), head.clone(), pixels.clone(), end.clone()]),
        picture(&[chunk(*b"IHDR", &[0; 12]), pixels.clone(), end.clone()]),
        honest[..honest.len() - 1].to_vec(),
        picture(&[u32::MAX.to_be_bytes().to_vec(), b"IHDR".to_vec()]),
    ] {
        assert_eq!(refusal(&damaged), "This PNG is damaged.");
    }
    for (width, height) in [(1025, 16), (16, 1025), (u32::MAX, 1), (0, 16)] {
        let told = refusal(&picture(&[header(width, height), pixels.clone(), end.clone()]));
        assert!(told.contains("at most 1024 × 1024 pixels"), "{told}");
    }
    let unknown = picture(&[head, chunk(*b"EVIL", b"x"), pixels, end]);
    assert!(refusal(&unknown).contains("an extension"));
}

proptest! {
    #[test]
    fn no_upload_breaks_the_reader(tail in proptest::collection::vec(any::<u8>(), 0..300), inside in "[ -~]{0,200}") {
        let _ = sanitise(&tail);
        let _ = sanitise(&[png::SIGNATURE.as_slice(), &header(8, 8), &tail].concat());
        if let Ok(logo) = sanitise(svg(&inside).as_bytes()) {
            prop_assert!(sanitise(&logo.image).is_ok());
        }
    }
}
