//! The edit form, and what a cell of the table says.

use crate::model::{
    AppError,
    error::Fields,
    limit::{LimitCell, LimitEdit, ModelScope, parse_limit},
    number::grouped,
};

/// Parses the fields `model`, `requests` and `tokens`; an empty limit inherits.
///
/// # Errors
/// `Invalid` with one message for every wrong field.
pub fn parse(model: &str, requests: &str, tokens: &str) -> Result<LimitEdit, AppError> {
    let mut fields = Fields::default();
    let model = fields.parse("model", model.parse::<ModelScope>());
    let requests = fields.parse("requests", parse_limit(requests));
    let tokens = fields.parse("tokens", parse_limit(tokens));
    match (model, requests, tokens) {
        (Some(model), Some(requests), Some(tokens)) => Ok(LimitEdit { model, requests, tokens }),
        _ => Err(fields.into_error()),
    }
}

/// A quota in words: grouped digits, or `unlimited`.
pub fn quota(limit: Option<u64>) -> String {
    limit.map_or_else(|| "unlimited".to_owned(), grouped)
}

/// The project's own limit in words: grouped digits, or `inherits`.
pub fn own(limit: Option<u64>) -> String {
    limit.map_or_else(|| "inherits".to_owned(), grouped)
}

/// How much of the effective limit is in use: whole per cent, 0 to 100; `None` without a limit.
pub fn percent(cell: &LimitCell) -> Option<u8> {
    let limit = cell.effective()?;
    let share = u128::from(cell.used) * 100 / u128::from(limit.max(1));
    Some(u8::try_from(share.min(100)).unwrap_or(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_limit_inherits() {
        let edit = parse("*", "", "700,000").expect("valid");
        assert_eq!((edit.model, edit.requests, edit.tokens), (ModelScope::All, None, Some(700_000)));
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let error = parse("atlas-mini", "0", "many").expect_err("two wrong limits");
        assert!(error.on_field("requests").is_some() && error.on_field("tokens").is_some());
        assert!(parse("a model", "", "").expect_err("no model").on_field("model").is_some());
    }

    #[test]
    fn use_is_a_share_of_what_holds() {
        let cell = |org, project, used| LimitCell { org, project, used };
        assert_eq!(percent(&cell(Some(1_000), Some(200), 50)), Some(25));
        assert_eq!(
            percent(&cell(Some(1_000), None, 5_000)),
            Some(100),
            "debt does not overflow the meter"
        );
        assert_eq!(percent(&cell(None, None, 5)), None);
        assert_eq!(quota(None), "unlimited");
        assert_eq!(own(None), "inherits");
    }
}
