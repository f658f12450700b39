/// Text for an element whose content Leptos writes as it is, such as `<title>` and `<textarea>`: without this, what somebody
/// typed could end the element and begin another.
pub fn raw_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
