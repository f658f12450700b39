//! What the address asks for: `?status=refused&range=1h&q=checkout&before=…&request=req_…`.

use std::{fmt::Display, str::FromStr};

use leptos_router::params::ParamsMap;

use crate::{
    model::{
        request::{Cursor, Ending, Part, Refusal, RequestFilter, Since},
        tier::Tier,
    },
    ui::href,
};

/// The state of the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The address without parameters.
    path: String,
    pub filter: RequestFilter,
    pub part: Part,
    /// The request that is open, as the address has it.
    pub open: Option<String>,
    /// What of the address could not be understood; those filters are left out.
    pub problems: Vec<String>,
}

impl Asked {
    pub fn from_query(path: String, query: &ParamsMap) -> Self {
        let mut problems = Vec::new();
        let mut words = Words {
            query,
            problems: &mut problems,
        };
        let filter = RequestFilter {
            ending: words.one("status", "status"),
            refusal: words.one("refused", "level"),
            model: words.one("model", "model"),
            key: words.one("key", "key id"),
            tier: words.one("tier", "tier"),
            since: words.one("range", "time range").unwrap_or_default(),
            text: RequestFilter::searchable(query.get_str("q").unwrap_or_default()),
        };
        let before = words.one::<Cursor>("before", "place in the log");
        let after = words.one::<Cursor>("after", "place in the log");
        let part = match (before, after) {
            (Some(cursor), _) => Part::Before(cursor),
            (None, Some(cursor)) => Part::After(cursor),
            (None, None) => Part::Newest,
        };
        Self {
            path,
            filter,
            part,
            open: query.get("request").filter(|id| !id.is_empty()),
            problems,
        }
    }

    /// The same filters and page, with this request open.
    pub fn opening(&self, id: &str) -> String {
        let place = Self {
            open: Some(id.to_owned()),
            ..self.clone()
        };
        format!("{}#inspector", place.href())
    }

    /// The same filters and page, with none open; the row has the focus again.
    pub fn closed(&self) -> String {
        let row = self.open.as_deref().unwrap_or_default();
        format!(
            "{}#{row}",
            Self {
                open: None,
                ..self.clone()
            }
            .href()
        )
    }

    /// The first page of the filter after a change.
    pub fn with(&self, change: impl FnOnce(&mut RequestFilter)) -> String {
        let mut filter = self.filter.clone();
        change(&mut filter);
        self.page(filter, Part::Newest)
    }

    /// Another part of the same list.
    pub fn at(&self, part: Part) -> String {
        self.page(self.filter.clone(), part)
    }

    fn page(&self, filter: RequestFilter, part: Part) -> String {
        let place = Self {
            filter,
            part,
            open: None,
            ..self.clone()
        };
        place.href()
    }

    /// The whole log.
    pub fn all(&self) -> String {
        self.path.clone()
    }

    pub fn href(&self) -> String {
        let params = self.params();
        let params: Vec<(&'static str, &str)> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
        href(&self.path, &params)
    }

    /// The parameters of the address; empty ones are left out of it.
    pub fn params(&self) -> Vec<(&'static str, String)> {
        let filter = &self.filter;
        let (before, after) = match &self.part {
            Part::Newest => (String::new(), String::new()),
            Part::Before(cursor) => (cursor.to_string(), String::new()),
            Part::After(cursor) => (String::new(), cursor.to_string()),
        };
        let range = if filter.since == Since::All { "" } else { filter.since.as_str() };
        vec![
            ("status", word(filter.ending.map(Ending::as_str))),
            ("refused", word(filter.refusal.map(Refusal::as_str))),
            ("model", word(filter.model.as_ref())),
            ("key", word(filter.key.as_ref())),
            ("tier", word(filter.tier.map(Tier::as_str))),
            ("range", range.to_owned()),
            ("q", filter.text.clone()),
            ("before", before),
            ("after", after),
            ("request", self.open.clone().unwrap_or_default()),
        ]
    }
}

fn word(value: Option<impl Display>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

struct Words<'a> {
    query: &'a ParamsMap,
    problems: &'a mut Vec<String>,
}

impl Words<'_> {
    /// The value of a parameter, or a sentence that says what is wrong with it.
    fn one<T: FromStr<Err: Display>>(&mut self, name: &str, what: &str) -> Option<T> {
        let value = self.query.get_str(name).filter(|value| !value.is_empty())?;
        match value.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                let shown: String = value.chars().take(40).collect();
                self.problems.push(format!("“{shown}” is no {what}. {error}"));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{RequestId, Timestamp, TypedId};

    fn asked(params: &[(&'static str, &'static str)]) -> Asked {
        Asked::from_query("/acme/prod/requests".to_owned(), &params.iter().copied().collect())
    }

    #[test]
    fn the_address_survives_being_read() {
        let full = asked(&[
            ("status", "refused"),
            ("refused", "org"),
            ("model", "acme/atlas"),
            ("tier", "flex"),
            ("range", "1h"),
            ("q", "a&b"),
            ("before", "17.req_00000000000000000000000001"),
            ("request", "req_00000000000000000000000002"),
        ]);
        assert_eq!(full.problems, [] as [String; 0]);
        let again: ParamsMap = full.params().into_iter().collect();
        assert_eq!(Asked::from_query("/acme/prod/requests".to_owned(), &again), full);
        assert_eq!(full.filter.ending, Some(Ending::Refused));
        assert_eq!(
            full.part,
            Part::Before(Cursor {
                at: Timestamp(17),
                id: Some(RequestId::from_bits(1))
            })
        );
    }

    #[test]
    fn a_change_of_the_filter_leads_to_its_first_page() {
        let second = asked(&[("range", "1h"), ("before", "17"), ("request", "req_x")]);
        assert_eq!(
            second.with(|filter| filter.ending = Some(Ending::Ok)),
            "/acme/prod/requests?status=ok&range=1h"
        );
        assert_eq!(second.closed(), "/acme/prod/requests?range=1h&before=17#req_x");
    }

    #[test]
    fn what_is_unknown_is_named_and_left_out() {
        let wrong = asked(&[("status", "maybe"), ("key", "x"), ("before", "soon"), ("range", "1y"), ("tier", "")]);
        assert_eq!(wrong.filter, RequestFilter::default());
        assert_eq!(wrong.part, Part::Newest);
        assert_eq!(wrong.problems.len(), 4);
        assert_eq!(wrong.problems[0], "“maybe” is no status. Choose ok, refused or errors.");
    }
}
