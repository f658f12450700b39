//! What happens while a page is open: one event stream per visible tab, and the parts of the page that follow it.

use std::{cell::RefCell, rc::Rc, time::Duration};

use leptos::{prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys};
use serde::Deserialize;
use wasm_bindgen::{JsValue, closure::Closure};

use super::{all, fetch_document, go_to};

/// Between two look-ups of the page.
const REST: Duration = Duration::from_secs(2);
/// Look-ups after the last news of a part whose levels fall by themselves: 70 s.
const DECAY_ROUNDS: u32 = 35;
/// After an answer that no browser tries again, such as that of a proxy whose server starts anew, and a look-up that failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Listens for every part with `data-live` (see `ui::Live`), once per document, while the tab can be seen. A part with news
/// is fetched again with its page, unless the person is in it: then it says how many there are.
#[island]
pub fn LiveStream() -> impl IntoView {
    Effect::new(|_| {
        let parts = find_parts();
        if parts.is_empty() {
            return;
        }
        let elements: Vec<_> = parts.iter().map(|part| part.element.clone()).collect();
        let tab = Tab(Rc::new(RefCell::new(State { parts, ..State::default() })));
        for element in elements {
            tab.follow_leaving(&element);
        }
        for event in ["visibilitychange", "pageshow"] {
            let tab = tab.clone();
            window_event_listener_untyped(event, move |_| tab.follow_visibility());
        }
        tab.follow_visibility();
    });
}

/// One element of the page.
struct Part {
    element: web_sys::Element,
    topic: String,
    decays: bool,
    /// News that are not shown yet.
    news: u64,
    /// Those of them that the look-up under way will show, if it is for this part.
    awaited: Option<u64>,
    /// There may be news that nobody counted.
    stale: bool,
    rounds: u32,
}

impl Part {
    fn wants(&self) -> bool {
        self.news > 0 || self.stale || self.rounds > 0
    }

    /// Is the person in it, with the pointer or the focus?
    fn is_held(&self) -> bool {
        self.element.matches(":hover, :focus-within").unwrap_or(false)
    }
}

#[derive(Default)]
struct State {
    parts: Vec<Part>,
    source: Option<web_sys::EventSource>,
    /// A look-up is under way or was a moment ago.
    resting: bool,
}

impl State {
    fn is_connected(&self) -> bool {
        let is_open = |source: &web_sys::EventSource| source.ready_state() == web_sys::EventSource::OPEN;
        self.source.as_ref().is_some_and(is_open)
    }
}

#[derive(Clone)]
struct Tab(Rc<RefCell<State>>);

/// The data of an event.
#[derive(Deserialize)]
struct News {
    topic: String,
    new: u64,
}

fn find_parts() -> Vec<Part> {
    let elements = document().body().map(|body| all(&body, "[data-live]")).unwrap_or_default();
    let part = |element: web_sys::Element| {
        Some(Part {
            topic: element.get_attribute("data-live")?,
            decays: element.has_attribute("data-live-decay"),
            element,
            news: 0,
            awaited: None,
            stale: false,
            rounds: 0,
        })
    };
    elements.into_iter().filter_map(part).collect()
}

impl Tab {
    fn follow_visibility(&self) {
        let is_open = self.0.borrow().source.is_some();
        if document().hidden() {
            self.close();
            mark("", "Paused");
        } else if !is_open {
            self.open();
        }
    }

    /// What came while the person was in a part is shown once they have left it.
    fn follow_leaving(&self, element: &web_sys::Element) {
        for event in ["pointerleave", "focusout"] {
            let tab = self.clone();
            let left = Closure::<dyn Fn()>::new(move || {
                let tab = tab.clone();
                // Only then the focus is where it goes to.
                set_timeout(move || tab.pump(), Duration::ZERO);
            });
            // Refused by no browser: the name is a string and the callback a function.
            let _ = element.add_event_listener_with_callback(event, left.into_js_value().unchecked_ref());
        }
    }

    fn close(&self) {
        if let Some(source) = self.0.borrow_mut().source.take() {
            source.close();
        }
    }

    fn open(&self) {
        let address = address(&self.0.borrow().parts);
        // Refused only for an address that is no URL.
        let Ok(source) = web_sys::EventSource::new(&address) else { return };
        self.listen(&source, "open", |tab, _| tab.opened());
        self.listen(&source, "error", |tab, _| tab.failed());
        self.listen(&source, "message", |tab, event| tab.heard(&event));
        self.listen(&source, "gone", |tab, _| {
            tab.close();
            reload();
        });
        self.0.borrow_mut().source = Some(source);
    }

    fn listen(&self, source: &web_sys::EventSource, name: &str, act: impl Fn(&Tab, JsValue) + 'static) {
        let tab = self.clone();
        let callback = Closure::<dyn Fn(JsValue)>::new(move |event| act(&tab, event)).into_js_value();
        // Refused by no browser: the name is a string and the callback a function.
        let _ = source.add_event_listener_with_callback(name, callback.unchecked_ref());
    }

    /// The page is older than the stream: a tab can have been hidden for an hour.
    fn opened(&self) {
        mark("ok", "Live");
        for part in &mut self.0.borrow_mut().parts {
            part.stale = true;
        }
        self.pump();
    }

    /// The browser connects again by itself, but not after an answer that was no stream.
    fn failed(&self) {
        mark("warn", "Offline");
        let is_over = |source: &web_sys::EventSource| source.ready_state() == web_sys::EventSource::CLOSED;
        if self.0.borrow().source.as_ref().is_some_and(is_over) {
            self.close();
            let tab = self.clone();
            set_timeout(move || tab.follow_visibility(), PATIENCE);
        }
    }

    fn heard(&self, event: &JsValue) {
        let data = event.dyn_ref::<web_sys::MessageEvent>().and_then(|event| event.data().as_string());
        let Some(Ok(news)) = data.map(|text| serde_json::from_str::<News>(&text)) else {
            return;
        };
        for part in self.0.borrow_mut().parts.iter_mut().filter(|part| part.topic == news.topic) {
            part.news += news.new;
            part.rounds = if part.decays { DECAY_ROUNDS } else { 0 };
        }
        self.pump();
    }

    /// Looks the page up if a part wants it and may change, at most once in [`REST`].
    fn pump(&self) {
        let mut state = self.0.borrow_mut();
        for part in state.parts.iter().filter(|part| part.news > 0 && part.is_held()) {
            offer(part);
        }
        let wanted = state.parts.iter().any(|part| part.wants() && !part.is_held());
        // Without a connection nothing is asked for: its return makes everything stale.
        if !wanted || state.resting || !state.is_connected() {
            return;
        }
        state.resting = true;
        // What happens from now on may be missing in the copy, and stays wanted.
        for part in state.parts.iter_mut().filter(|part| part.wants()) {
            part.awaited = Some(part.news);
            part.stale = false;
        }
        drop(state);
        let tab = self.clone();
        spawn_local(async move {
            let page = fetch_page().await;
            let rest = if page.is_ok() { REST } else { PATIENCE };
            tab.swap(page);
            set_timeout(move || tab.rested(), rest);
        });
    }

    fn rested(&self) {
        let mut state = self.0.borrow_mut();
        state.resting = false;
        for part in &mut state.parts {
            part.rounds = part.rounds.saturating_sub(1);
        }
        drop(state);
        self.pump();
    }

    /// Takes the parts over from a fresh copy of the page, but for those that the person is in by now. A part that the copy
    /// has not stays as it is: the next copy would not have it either.
    fn swap(&self, page: Result<Option<web_sys::Document>, JsValue>) {
        for part in &mut self.0.borrow_mut().parts {
            let Some(shown) = part.awaited.take() else { continue };
            match &page {
                Ok(page) if !part.is_held() => {
                    if let Some(fresh) = page.as_ref().and_then(|page| page.get_element_by_id(&part.element.id())) {
                        part.element.set_inner_html(&fresh.inner_html());
                    }
                    part.news = part.news.saturating_sub(shown);
                }
                _ => part.stale = true,
            }
        }
        let state = self.0.borrow();
        if page.is_ok() && state.is_connected() && state.parts.iter().all(|part| part.news == 0) {
            mark("ok", "Live");
        }
    }
}

/// `/events?topic=…`, each topic once.
fn address(parts: &[Part]) -> String {
    let mut topics: Vec<&str> = parts.iter().map(|part| part.topic.as_str()).collect();
    topics.sort_unstable();
    topics.dedup();
    let query: Vec<String> = topics.iter().map(|topic| format!("topic={topic}")).collect();
    format!("/events?{}", query.join("&"))
}

/// Says in the part that there are news, and leads to them. A screen reader hears of the first one only.
fn offer(part: &Part) {
    mark("", "Paused");
    let Ok(Some(place)) = part.element.query_selector("[data-live-news]") else {
        return;
    };
    if let Ok(Some(link)) = place.query_selector("a") {
        link.set_text_content(Some(&format!("{} new", part.news)));
        // Refused only for a name that no attribute can have.
        let _ = link.set_attribute("href", &here());
    }
    if let Ok(Some(status)) = place.query_selector("[role=status]")
        && place.has_attribute("hidden")
    {
        let _ = place.remove_attribute("hidden");
        status.set_text_content(Some("There are new entries."));
    }
}

/// Writes the state into the mark of the page.
fn mark(tone: &str, text: &str) {
    let Ok(Some(mark)) = document().query_selector("[data-live-mark]") else {
        return;
    };
    mark.set_class_name(&format!("badge {tone}"));
    let _ = mark.remove_attribute("hidden");
    if let Ok(Some(state)) = mark.query_selector("[data-live-state]") {
        state.set_text_content(Some(text));
    }
}

/// The address of the page without its fragment.
fn here() -> String {
    let location = window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

/// The server answers what it must: the page, the sign-in page, or that there is nothing.
fn reload() {
    go_to(&here());
}

/// A fresh copy of the page, whose scripts do not run; `None` when there is no such page for this person any more. An error
/// may be over at the next look-up.
async fn fetch_page() -> Result<Option<web_sys::Document>, JsValue> {
    match fetch_document(&here()).await? {
        Ok(page) => Ok(Some(page)),
        Err(401 | 403 | 404 | 410) => Ok(None),
        Err(_) => Err(JsValue::NULL),
    }
}
