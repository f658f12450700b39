use leptos::prelude::*;

use super::{Control, raw_text};

/// A required field of several lines, for names and addresses.
#[component]
pub fn TextArea(control: Control, rows: &'static str, #[prop(into)] text: String) -> impl IntoView {
    let text = raw_text(&text);
    view! {
        <textarea
            id=control.id
            name=control.name
            rows=rows
            spellcheck="false"
            autocapitalize="none"
            autocomplete="off"
            required
            autofocus
            aria-describedby=control.described_by
            aria-invalid=control.invalid
        >
            {text}
        </textarea>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_does_not_end_the_field() {
        let control = Control {
            id: "f-names".to_owned(),
            name: "names",
            described_by: String::new(),
            invalid: None,
            autofocus: false,
        };
        let html = view! { <TextArea control rows="4" text="</textarea><script>alert(1)</script>" /> }.to_html();
        assert!(html.contains("&lt;/textarea>&lt;script>"), "{html}");
    }
}
