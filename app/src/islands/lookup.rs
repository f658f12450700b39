//! Search while typing: a page of the server draws the answer, and one part of it is taken into this page.

use std::{cell::Cell, rc::Rc, time::Duration};

use leptos::{prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys};

use super::{fetch_document, go_to};

/// Longer than between two letters of a word that is being typed.
pub const PAUSE: Duration = Duration::from_millis(80);

const NO_ANSWER: &str = "The server gave no answer. Type again.";

/// A search form, and the part with the same id in this page and in the page that the form leads to.
#[derive(Clone)]
pub struct Lookup {
    form: web_sys::HtmlFormElement,
    part: web_sys::Element,
    asked: Rc<Cell<u32>>,
    answered: Rc<Cell<u32>>,
}

impl Lookup {
    /// `None` on a page without them.
    pub fn new(form: &str, part: &str) -> Option<Self> {
        Some(Self {
            form: document().get_element_by_id(form)?.dyn_into().ok()?,
            part: document().get_element_by_id(part)?,
            asked: Rc::default(),
            answered: Rc::default(),
        })
    }

    /// The part of this page that takes the answers.
    pub fn part(&self) -> &web_sys::Element {
        &self.part
    }

    /// What is shown answers what was typed last.
    pub fn is_settled(&self) -> bool {
        self.asked == self.answered && self.asked.get() > 0
    }

    /// Asks after `pause`, unless there is a newer question by then; `then` is told when the answer stands.
    pub fn ask(&self, pause: Duration, then: impl Fn(&Self) + 'static) {
        let number = self.asked.get().wrapping_add(1);
        self.asked.set(number);
        let lookup = self.clone();
        let ask = async move {
            if lookup.asked.get() != number {
                return;
            }
            let Some(address) = lookup.address() else { return };
            let page = fetch_document(&address).await;
            if lookup.asked.get() != number {
                return;
            }
            match page {
                // Such as the sign-in page, which leads back to the answer.
                Ok(Ok(page)) if page.get_element_by_id(&lookup.part.id()).is_none() => go_to(&address),
                Ok(Ok(page)) => {
                    lookup.answered.set(number);
                    lookup.take(&page);
                    then(&lookup);
                }
                Ok(Err(_)) | Err(_) => {
                    lookup.part.set_text_content(Some(NO_ANSWER));
                    lookup.say(NO_ANSWER);
                }
            }
        };
        set_timeout(move || spawn_local(ask), pause);
    }

    /// The address that the browser itself would send the form to.
    fn address(&self) -> Option<String> {
        let fields = web_sys::FormData::new_with_form(&self.form).ok()?;
        let query = web_sys::UrlSearchParams::new_with_str_sequence_sequence(&fields).ok()?;
        let action = self.form.get_attribute("action")?;
        Some(format!("{action}?{}", String::from(query.to_string())))
    }

    fn take(&self, page: &web_sys::Document) {
        if let Some(fresh) = page.get_element_by_id(&self.part.id()) {
            self.part.set_inner_html(&fresh.inner_html());
            self.say(&fresh.get_attribute("data-summary").unwrap_or_default());
        }
    }

    /// Writes into the status beside the part, which is read out.
    fn say(&self, text: &str) {
        if let Some(status) = document().get_element_by_id(&format!("{}-status", self.part.id())) {
            status.set_text_content(Some(text));
        }
    }
}
