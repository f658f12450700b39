//! Step 8: the service tier of a request, and how long it is willing to wait for its turn.

use http::{HeaderMap, HeaderName};

use super::error::GatewayError;
use crate::catalog::{Plan, Tier};

/// The longest expected wait that a request accepts, in milliseconds.
const QUEUE_THRESHOLD: HeaderName = HeaderName::from_static("queue_threshold");
const LEAST_THRESHOLD: i64 = 50;
const MOST_THRESHOLD: i64 = 20_000;

/// The tier that a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TierChoice {
    /// The best of the plan.
    Auto,
    Exactly(Tier),
}

impl TierChoice {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "auto" => Some(Self::Auto),
            "flex" => Some(Self::Exactly(Tier::Flex)),
            "default" => Some(Self::Exactly(Tier::Default)),
            "priority" => Some(Self::Exactly(Tier::Priority)),
            _ => None,
        }
    }

    /// The tier that a request runs under. What it leaves out is the project's default.
    pub(super) fn choose(asked: Option<Self>, default: &str, plan: &Plan, headers: &HeaderMap) -> Result<ChosenTier, GatewayError> {
        let choice = asked.or_else(|| Self::parse(default)).unwrap_or(Self::Auto);
        let used = match choice {
            Self::Auto => plan.tiers.iter().max().copied(),
            Self::Exactly(tier) => Some(tier).filter(|tier| plan.tiers.contains(tier)),
        };
        Ok(ChosenTier {
            used: used.ok_or_else(|| not_in_plan(plan))?,
            auto: choice == Self::Auto,
            most_wait: most_wait(headers, choice)?,
        })
    }
}

/// The tier that a request runs under, and whether the gateway chose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ChosenTier {
    pub used: Tier,
    pub auto: bool,
    /// Milliseconds: when the wait for a place is expected to be longer, the request is refused at once.
    pub most_wait: Option<i64>,
}

fn not_in_plan(plan: &Plan) -> GatewayError {
    let allowed: Vec<&str> = std::iter::once("auto").chain(plan.tiers.iter().map(|tier| tier.as_str())).collect();
    let message = format!(
        "This service tier is not in the organization's plan. Available: {}.",
        allowed.join(", ")
    );
    let mut error = GatewayError::invalid("service_tier", message);
    error.code = "invalid_service_tier";
    error
}

/// The header `queue_threshold`, which only those tiers have whose requests may be put off.
fn most_wait(headers: &HeaderMap, choice: TierChoice) -> Result<Option<i64>, GatewayError> {
    let refuse = |message: String| Err(GatewayError::invalid(QUEUE_THRESHOLD.as_str(), message));
    let mut values = headers.get_all(QUEUE_THRESHOLD).iter();
    let value = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit())),
        (Some(_), Some(_)) => None,
    };
    match value.and_then(|text| text.parse().ok()) {
        Some(millis) if !(LEAST_THRESHOLD..=MOST_THRESHOLD).contains(&millis) => out_of_range(refuse),
        None => out_of_range(refuse),
        Some(_) if !matches!(choice, TierChoice::Auto | TierChoice::Exactly(Tier::Flex)) => {
            refuse("The header `queue_threshold` is for requests of the service tiers flex and auto.".to_owned())
        }
        Some(millis) => Ok(Some(millis)),
    }
}

fn out_of_range(refuse: impl Fn(String) -> Result<Option<i64>, GatewayError>) -> Result<Option<i64>, GatewayError> {
    refuse(format!(
        "The header `queue_threshold` must be one whole number of milliseconds from {LEAST_THRESHOLD} to {MOST_THRESHOLD}."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    fn choose(asked: &str, thresholds: &[&str]) -> Result<ChosenTier, String> {
        let catalog = Catalog::built_in();
        let plan = catalog.plan("standard").expect("built in");
        let mut headers = HeaderMap::new();
        for value in thresholds {
            headers.append(QUEUE_THRESHOLD, value.parse().expect("a header"));
        }
        let choice = TierChoice::choose(TierChoice::parse(asked), "default", plan, &headers);
        choice.map_err(|error| error.param.expect("a field"))
    }

    #[test]
    fn a_threshold_is_for_flex_and_auto_within_its_bounds() {
        for (tier, value) in [("flex", "50"), ("auto", "20000")] {
            assert_eq!(choose(tier, &[value]).expect(value).most_wait, value.parse().ok());
        }
        assert_eq!(choose("flex", &[]).expect("none").most_wait, None);
        for value in ["49", "20001", "abc", "", "-50", "+50", "50.5", "99999999999999999999"] {
            assert_eq!(choose("flex", &[value]).expect_err(value), "queue_threshold");
        }
        assert_eq!(choose("flex", &["50", "50"]).expect_err("twice"), "queue_threshold");
        for tier in ["default", "priority", "left out"] {
            assert_eq!(choose(tier, &["50"]).expect_err(tier), "queue_threshold");
        }
    }
}
