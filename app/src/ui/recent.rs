//! The projects that a person was in lately. They live in the cookie `recent`: what it names is checked each time it is drawn.

use http::{HeaderValue, header::SET_COOKIE};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use crate::model::ProjectId;

/// How many are remembered.
const MOST: usize = 5;

/// The visits that the browser remembers, newest first.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    ids: Vec<ProjectId>,
    /// The person comes to a page now. False while a script looks the page up again.
    is_visit: bool,
    /// The cookie is for HTTPS only.
    is_secure: bool,
}

impl Recent {
    /// Reads the value of the cookie; nonsense in it is skipped.
    pub fn new(cookie: &str, is_visit: bool, is_secure: bool) -> Self {
        Self {
            ids: cookie.split('.').filter_map(|id| id.parse().ok()).take(MOST).collect(),
            is_visit,
            is_secure,
        }
    }

    pub fn ids(&self) -> &[ProjectId] {
        &self.ids
    }

    /// Remembers a visit with the answer to this request.
    pub fn visit(&self, project: &ProjectId) {
        if let (Some(response), Some(cookie)) = (use_context::<ResponseOptions>(), self.cookie(project))
            && let Ok(cookie) = HeaderValue::try_from(cookie)
        {
            response.append_header(SET_COOKIE, cookie);
        }
    }

    /// The cookie after a visit, unless it stays as it is.
    fn cookie(&self, project: &ProjectId) -> Option<String> {
        if !self.is_visit || self.ids.first() == Some(project) {
            return None;
        }
        let others = self.ids.iter().filter(|id| *id != project);
        let ids = std::iter::once(project).chain(others).take(MOST);
        let value = ids.map(ProjectId::as_str).collect::<Vec<_>>().join(".");
        let secure = if self.is_secure { "; Secure" } else { "" };
        Some(format!("recent={value}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly{secure}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TypedId;

    fn id(bits: u128) -> ProjectId {
        ProjectId::from_bits(bits)
    }

    #[test]
    fn the_newest_visit_comes_first_and_five_are_kept() {
        let mut value = String::new();
        for bits in 1..=7 {
            let cookie = Recent::new(&value, true, true).cookie(&id(bits)).expect("a new visit");
            assert!(cookie.ends_with("; HttpOnly; Secure"), "{cookie}");
            value = cookie.split(['=', ';']).nth(1).expect("a value").to_owned();
        }
        let recent = Recent::new(&value, true, false);
        assert_eq!(recent.ids(), [7, 6, 5, 4, 3].map(id));
        let again = recent.cookie(&id(5)).expect("it moves to the front");
        assert!(again.starts_with(&format!("recent={}.{}.{}.", id(5), id(7), id(6))), "{again}");
    }

    #[test]
    fn nothing_changes_where_one_is_already_and_for_a_script() {
        let value = id(1).to_string();
        assert_eq!(Recent::new(&value, true, false).cookie(&id(1)), None);
        assert_eq!(Recent::new(&value, false, false).cookie(&id(2)), None);
        assert!(Recent::new("x.<script>..", true, false).ids().is_empty());
    }
}
