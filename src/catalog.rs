//! What the operator offers: upstreams, models and plans. Read from `bailiwick.toml`, validated once, then immutable.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

pub use app::model::tier::Tier;

use app::model::{
    ModelId, Money,
    limit::{MAX_LIMIT, Metric, ModelScope, Window},
    receipt::Lane,
};

/// Requests that may wait for an upstream unless the configuration says otherwise.
pub const DEFAULT_QUEUE: usize = 1_000;

/// The whole offer. Every reference inside it is known to resolve.
#[derive(Clone, Debug)]
pub struct Catalog {
    pub upstreams: BTreeMap<String, Upstream>,
    pub models: BTreeMap<ModelId, Model>,
    pub plans: BTreeMap<String, Plan>,
    /// The plan of a new org.
    pub default_plan: String,
}

/// A place that answers requests.
#[derive(Clone, Debug)]
pub struct Upstream {
    pub kind: UpstreamKind,
    /// Requests at the same time; further ones wait.
    pub concurrency: usize,
    /// Requests that may wait; further ones are refused.
    pub queue: usize,
}

#[derive(Clone, Debug)]
pub enum UpstreamKind {
    /// The built-in simulator: echoes the last user message, one token every `pace`.
    Loopback { pace: Duration },
    /// Any OpenAI-compatible server. `base_url` ends before `/chat/completions` and `/embeddings`.
    OpenAi { base_url: http::Uri, secret: Option<Secret> },
}

/// A secret of the configuration; never shown by `Debug`.
#[derive(Clone)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where the configuration says that a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    Environment(String),
    File(PathBuf),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelKind {
    Chat,
    Embedding,
}

impl ModelKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Embedding => "embedding",
        }
    }
}

/// A model as clients see it.
#[derive(Clone, Debug)]
pub struct Model {
    pub upstream: String,
    /// The name that the upstream knows it by.
    pub upstream_id: String,
    pub kind: ModelKind,
    /// Context length in tokens.
    pub context: u32,
    /// Output tokens reserved when a request names no maximum; an embedding model writes none.
    pub default_output: u32,
    pub price: Price,
}

/// Prices in micro-units per million tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    pub input: Money,
    pub cached: Money,
    pub output: Money,
}

/// The most that one request can cost: a million units of the currency. Sums of costs stay far from overflowing.
const MAX_COST: Money = Money(1_000_000_000_000);

impl Price {
    /// What a request cost, rounded up to a whole micro-unit so that nothing is free by rounding.
    /// `cached` tokens are part of `input` and are billed at their own price. At most [`MAX_COST`].
    pub fn of(&self, input: u64, cached: u64, output: u64) -> Money {
        let cached = cached.min(input);
        let part = |tokens: u64, price: Money| i128::from(tokens) * i128::from(price.0);
        let total = part(input - cached, self.input) + part(cached, self.cached) + part(output, self.output);
        let micros = (total + 999_999) / 1_000_000;
        Money(i64::try_from(micros).map_or(MAX_COST.0, |micros| micros.min(MAX_COST.0)))
    }
}

/// What an org subscribed to.
#[derive(Clone, Debug)]
pub struct Plan {
    pub name: String,
    pub models: Vec<ModelId>,
    pub quotas: Vec<Quota>,
    pub tiers: Vec<Tier>,
    /// The ceiling of flex, in thousandths of every limit: it has buckets of its own.
    pub flex_permille: u64,
    pub multi_project: bool,
}

/// An org-level ceiling: at most `limit` units of `metric` per `window`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    pub model: ModelScope,
    pub metric: Metric,
    pub window: Window,
    pub limit: u64,
}

impl Plan {
    /// A limit as it holds in a lane: the ceiling of flex is a multiple, and at least 1.
    pub fn in_lane(&self, limit: u64, lane: Lane) -> u64 {
        match lane {
            Lane::Standard => limit,
            Lane::Flex => {
                let scaled = u128::from(limit) * u128::from(self.flex_permille) / 1_000;
                u64::try_from(scaled).unwrap_or(u64::MAX).clamp(1, MAX_LIMIT)
            }
        }
    }

    /// The quota on exactly this (model, metric, window), if the plan has one.
    pub fn quota(&self, model: &ModelScope, metric: Metric, window: Window) -> Option<u64> {
        self.quotas
            .iter()
            .find(|quota| quota.model == *model && quota.metric == metric && quota.window == window)
            .map(|quota| quota.limit)
    }
}

impl Catalog {
    /// The offer of an installation without a file: the simulator, three models, one plan.
    ///
    /// # Panics
    /// Never: the built-in ids are valid, which a test checks.
    #[expect(clippy::expect_used, reason = "constants that a test parses")]
    pub fn built_in() -> Self {
        let id = |text: &str| text.parse::<ModelId>().expect("a built-in model id is valid");
        let model = |upstream_id: &str, default_output, input, output| Model {
            upstream: "loopback".to_owned(),
            upstream_id: upstream_id.to_owned(),
            kind: ModelKind::Chat,
            context: 128_000,
            default_output,
            price: Price {
                input: Money(input),
                cached: Money(input / 10),
                output: Money(output),
            },
        };
        let echo = id("bailiwick/echo");
        let large = id("bailiwick/echo-large");
        let embed = id("bailiwick/embed");
        let quota = |model: ModelScope, metric, limit| Quota {
            model,
            metric,
            window: Window::Minute,
            limit,
        };
        Self {
            upstreams: BTreeMap::from([(
                "loopback".to_owned(),
                Upstream {
                    kind: UpstreamKind::Loopback {
                        pace: Duration::from_millis(10),
                    },
                    concurrency: 256,
                    queue: DEFAULT_QUEUE,
                },
            )]),
            models: BTreeMap::from([
                (echo.clone(), model("bailiwick/echo", 256, 150_000, 600_000)),
                (large.clone(), model("bailiwick/echo-large", 1_024, 2_500_000, 10_000_000)),
                (
                    embed.clone(),
                    Model {
                        kind: ModelKind::Embedding,
                        context: 8_192,
                        ..model("bailiwick/embed", 0, 20_000, 0)
                    },
                ),
            ]),
            plans: BTreeMap::from([(
                "standard".to_owned(),
                Plan {
                    name: "Standard".to_owned(),
                    models: vec![echo.clone(), large.clone(), embed.clone()],
                    quotas: vec![
                        quota(ModelScope::All, Metric::Requests, 6_000),
                        quota(ModelScope::All, Metric::Tokens, 2_000_000),
                        quota(ModelScope::One(echo.clone()), Metric::Requests, 3_000),
                        quota(ModelScope::One(echo), Metric::Tokens, 1_000_000),
                        quota(ModelScope::One(large.clone()), Metric::Requests, 600),
                        quota(ModelScope::One(large), Metric::Tokens, 500_000),
                        quota(ModelScope::One(embed.clone()), Metric::Requests, 3_000),
                        quota(ModelScope::One(embed), Metric::Tokens, 1_000_000),
                    ],
                    tiers: vec![Tier::Flex, Tier::Default, Tier::Priority],
                    flex_permille: 1_000,
                    multi_project: true,
                },
            )]),
            default_plan: "standard".to_owned(),
        }
    }

    /// The plan of this key. None stands in for one that left the configuration: it would be another ceiling.
    pub fn plan(&self, key: &str) -> Option<&Plan> {
        self.plans.get(key)
    }

    /// True for a model that the built-in simulator answers.
    pub fn is_simulated(&self, model: &ModelId) -> bool {
        self.models
            .get(model)
            .and_then(|model| self.upstreams.get(&model.upstream))
            .is_some_and(|upstream| matches!(upstream.kind, UpstreamKind::Loopback { .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_offer_resolves() {
        let catalog = Catalog::built_in();
        assert!(catalog.plan("gone").is_none());
        let plan = catalog.plan(&catalog.default_plan).expect("the default plan");
        for model in &plan.models {
            assert!(catalog.is_simulated(model), "{model}");
        }
    }

    #[test]
    fn a_cost_is_rounded_up_and_cached_tokens_have_their_price() {
        let price = Price {
            input: Money(2_500_000),
            cached: Money(250_000),
            output: Money(10_000_000),
        };
        assert_eq!(price.of(0, 0, 0), Money(0));
        assert_eq!(price.of(1, 0, 0), Money(3));
        assert_eq!(price.of(1_000_000, 0, 0), Money(2_500_000));
        assert_eq!(price.of(1_000_000, 1_000_000, 0), Money(250_000));
        assert_eq!(price.of(10, 99, 1), price.of(10, 10, 1));
        assert_eq!(price.of(u64::MAX, 0, u64::MAX), MAX_COST);
    }
}
