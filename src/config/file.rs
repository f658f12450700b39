//! `bailiwick.toml`: its shape, and how the offer of upstreams, models and plans becomes a [`Catalog`].

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use app::model::{
    ModelId, Money,
    limit::{MAX_LIMIT, ModelScope},
};
use serde::Deserialize;

use super::{
    ConfigError, Settings,
    mail::{MailServer, MailTable},
    source::secret,
};
use crate::catalog::{Catalog, DEFAULT_QUEUE, Model, ModelKind, Plan, Price, Quota, Tier, Upstream, UpstreamKind};

/// The upstream that exists without being named.
const BUILT_IN: &str = "loopback";
const DEFAULT_CONCURRENCY: usize = 64;
const MAX_CONCURRENCY: usize = 10_000;
const MAX_QUEUE: usize = 100_000;
const DEFAULT_OUTPUT: u32 = 1_024;

/// The file as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct File {
    listen: Option<String>,
    data: Option<String>,
    database_url: Option<String>,
    public_url: Option<String>,
    trusted_proxies: Option<Vec<String>>,
    metrics_allow: Option<Vec<String>>,
    log_format: Option<String>,
    metering: MeteringTable,
    sign_up: Option<String>,
    sign_up_domains: Option<Vec<String>>,
    operator_contact: Option<String>,
    mail: Option<MailTable>,
    default_plan: Option<String>,
    upstreams: BTreeMap<String, UpstreamTable>,
    models: BTreeMap<String, ModelTable>,
    plans: BTreeMap<String, PlanTable>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct MeteringTable {
    durability: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UpstreamTable {
    base_url: String,
    secret_env: Option<String>,
    secret_file: Option<PathBuf>,
    concurrency: Option<usize>,
    queue: Option<usize>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelTable {
    upstream: String,
    upstream_id: Option<String>,
    kind: Option<String>,
    context: u32,
    default_output: Option<u32>,
    price_input: Option<toml::Value>,
    price_cached: Option<toml::Value>,
    price_output: Option<toml::Value>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanTable {
    name: Option<String>,
    models: Vec<String>,
    #[serde(default)]
    quotas: Vec<QuotaTable>,
    tiers: Option<Vec<String>>,
    flex_multiple: Option<toml::Value>,
    multi_project: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuotaTable {
    /// Left out: all models together.
    #[serde(default = "all_models")]
    model: String,
    metric: String,
    window: String,
    limit: u64,
}

fn all_models() -> String {
    ModelScope::All.as_str().to_owned()
}

impl File {
    /// # Errors
    /// The line and what is wrong there: syntax, an unknown key, a value of the wrong type.
    pub(super) fn parse(text: &str) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            ConfigError::at(format!("line {}", before.matches('\n').count() + 1), error.message())
        })
    }

    pub(super) fn settings(&self) -> Settings {
        Settings {
            listen: self.listen.clone(),
            data: self.data.clone(),
            database_url: self.database_url.clone(),
            public_url: self.public_url.clone(),
            trusted_proxies: self.trusted_proxies.clone(),
            metrics_allow: self.metrics_allow.clone(),
            log_format: self.log_format.clone(),
            metering_durability: self.metering.durability.clone(),
            sign_up: self.sign_up.clone(),
            sign_up_domains: self.sign_up_domains.clone(),
            operator_contact: self.operator_contact.clone(),
        }
    }

    /// True for the environment variable that holds the secret of an upstream or of the mail server.
    pub(super) fn names_variable(&self, name: &str) -> bool {
        let upstreams = self.upstreams.values().map(|table| table.secret_env.as_deref());
        let mail = self.mail.as_ref().map(MailTable::secret_variable);
        upstreams.chain(mail).any(|variable| variable == Some(name))
    }

    /// The way out for mail, if the file names one.
    pub(super) fn mail(&self, environment: &BTreeMap<String, String>, folder: &Path) -> Result<Option<MailServer>, ConfigError> {
        self.mail.as_ref().map(|table| table.server(environment, folder)).transpose()
    }

    /// The offer, with every reference checked. What the file leaves out is the built-in offer's.
    pub(super) fn catalog(&self, environment: &BTreeMap<String, String>, folder: &Path) -> Result<Catalog, ConfigError> {
        let mut catalog = Catalog::built_in();
        for (name, table) in &self.upstreams {
            let place = format!("upstreams.{name}");
            if name == BUILT_IN {
                return Err(ConfigError::at(place, "the name belongs to the built-in simulator"));
            }
            catalog.upstreams.insert(name.clone(), table.upstream(&place, environment, folder)?);
        }
        if !self.models.is_empty() {
            catalog.models = self.models(&catalog)?;
            if self.plans.is_empty() {
                return Err(ConfigError::at(
                    "plans",
                    "a file with models needs a plan, such as [plans.standard]",
                ));
            }
        }
        if !self.plans.is_empty() {
            catalog.plans = self.plans(&catalog)?;
        }
        catalog.default_plan = self.default_plan(&catalog)?;
        Ok(catalog)
    }

    fn models(&self, catalog: &Catalog) -> Result<BTreeMap<ModelId, Model>, ConfigError> {
        let mut models = BTreeMap::new();
        for (id, table) in &self.models {
            let place = format!("models.\"{id}\"");
            let id: ModelId = id.parse().map_err(|error| ConfigError::at(&place, error))?;
            if !catalog.upstreams.contains_key(&table.upstream) {
                return Err(ConfigError::at(format!("{place}.upstream"), unknown("upstream", &table.upstream)));
            }
            models.insert(id.clone(), table.model(&place, &id)?);
        }
        Ok(models)
    }

    fn plans(&self, catalog: &Catalog) -> Result<BTreeMap<String, Plan>, ConfigError> {
        self.plans
            .iter()
            .map(|(key, table)| Ok((key.clone(), table.plan(key, catalog)?)))
            .collect()
    }

    fn default_plan(&self, catalog: &Catalog) -> Result<String, ConfigError> {
        match &self.default_plan {
            Some(key) if catalog.plans.contains_key(key) => Ok(key.clone()),
            Some(key) => Err(ConfigError::at("default_plan", unknown("plan", key))),
            None if catalog.plans.len() == 1 => Ok(catalog.plans.keys().cloned().collect()),
            None => Err(ConfigError::at(
                "default_plan",
                "several plans exist; name the one that a new org gets",
            )),
        }
    }
}

fn unknown(what: &str, name: &str) -> String {
    format!("unknown {what} \"{name}\"")
}

impl UpstreamTable {
    fn upstream(&self, place: &str, environment: &BTreeMap<String, String>, folder: &Path) -> Result<Upstream, ConfigError> {
        let concurrency = self.concurrency.unwrap_or(DEFAULT_CONCURRENCY);
        if !(1..=MAX_CONCURRENCY).contains(&concurrency) {
            return Err(ConfigError::at(
                format!("{place}.concurrency"),
                format!("must be from 1 to {MAX_CONCURRENCY}"),
            ));
        }
        let queue = self.queue.unwrap_or(DEFAULT_QUEUE);
        if queue > MAX_QUEUE {
            return Err(ConfigError::at(format!("{place}.queue"), format!("must be from 0 to {MAX_QUEUE}")));
        }
        let secret = secret(place, self.secret_env.as_deref(), self.secret_file.as_deref(), environment, folder)?;
        let base_url = base_url(&self.base_url).map_err(|problem| ConfigError::at(format!("{place}.base_url"), problem))?;
        Ok(Upstream {
            kind: UpstreamKind::OpenAi { base_url, secret },
            concurrency,
            queue,
        })
    }
}

/// An operator's address is trusted, private networks included; a secret belongs into its own setting.
fn base_url(text: &str) -> Result<http::Uri, String> {
    let problem = || "must be an http or https address without user, query or fragment, such as https://api.example/v1".to_owned();
    let uri: http::Uri = text.trim_end_matches('/').parse().map_err(|_| problem())?;
    let scheme = matches!(uri.scheme_str(), Some("http" | "https"));
    let authority = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    if scheme && authority && uri.query().is_none() && !text.contains('#') {
        Ok(uri)
    } else {
        Err(problem())
    }
}

impl ModelTable {
    fn model(&self, place: &str, id: &ModelId) -> Result<Model, ConfigError> {
        let kind = match self.kind.as_deref() {
            None | Some("chat") => ModelKind::Chat,
            Some("embedding") => ModelKind::Embedding,
            Some(other) => {
                return Err(ConfigError::at(
                    format!("{place}.kind"),
                    format!("“{other}” is not one of chat, embedding"),
                ));
            }
        };
        let default_output = self.default_output.unwrap_or(DEFAULT_OUTPUT.min(self.context));
        if self.context == 0 || default_output > self.context {
            return Err(ConfigError::at(
                format!("{place}.default_output"),
                "must fit into context, which is at least 1",
            ));
        }
        let input = price(place, "price_input", self.price_input.as_ref())?.unwrap_or_default();
        Ok(Model {
            upstream: self.upstream.clone(),
            upstream_id: self.upstream_id.clone().unwrap_or_else(|| id.to_string()),
            kind,
            context: self.context,
            default_output,
            price: Price {
                input,
                cached: price(place, "price_cached", self.price_cached.as_ref())?.unwrap_or(input),
                output: price(place, "price_output", self.price_output.as_ref())?.unwrap_or_default(),
            },
        })
    }
}

/// A price per million tokens. A number is read by its shortest decimal form, so 0.15 is exactly 0.15.
fn price(place: &str, key: &str, value: Option<&toml::Value>) -> Result<Option<Money>, ConfigError> {
    let text = match value {
        None => return Ok(None),
        Some(toml::Value::String(text)) => text.clone(),
        Some(toml::Value::Integer(number)) => number.to_string(),
        Some(toml::Value::Float(number)) => number.to_string(),
        Some(_) => String::new(),
    };
    micros(&text).map(|micros| Some(Money(micros))).ok_or_else(|| {
        ConfigError::at(
            format!("{place}.{key}"),
            "must be an amount such as \"0.15\" (at most 6 decimals, below 1000000)",
        )
    })
}

/// `12.5` → 12,500,000.
fn micros(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole, 6) || !digits(fraction, 6) {
        return None;
    }
    format!("{whole}{fraction:0<6}").parse().ok()
}

impl PlanTable {
    fn plan(&self, key: &str, catalog: &Catalog) -> Result<Plan, ConfigError> {
        let place = format!("plans.{key}");
        let mut models = Vec::new();
        for (index, text) in self.models.iter().enumerate() {
            let known = catalog.models.keys().find(|id| id.as_str() == text);
            let at = || format!("{place}.models[{index}]");
            let id = known.ok_or_else(|| ConfigError::at(at(), unknown("model", text)))?;
            if models.contains(id) {
                return Err(ConfigError::at(at(), format!("repeats \"{id}\"")));
            }
            models.push(id.clone());
        }
        Ok(Plan {
            name: self.name.clone().unwrap_or_else(|| key.to_owned()),
            quotas: self.quotas(&place, &models)?,
            models,
            tiers: self.tiers(&place)?,
            flex_permille: self.flex_permille(&place)?,
            multi_project: self.multi_project.unwrap_or(true),
        })
    }

    /// `2` or `"1.5"`; left out, flex has as much as the limits themselves.
    fn flex_permille(&self, place: &str) -> Result<u64, ConfigError> {
        let Some(value) = &self.flex_multiple else {
            return Ok(1_000);
        };
        let text = match value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Integer(number) => number.to_string(),
            other => other.to_string(),
        };
        let millionths = micros(&text).filter(|millionths| (1_000..=1_000_000_000).contains(millionths) && millionths % 1_000 == 0);
        let permille = millionths.and_then(|millionths| u64::try_from(millionths / 1_000).ok());
        permille.ok_or_else(|| {
            ConfigError::at(
                format!("{place}.flex_multiple"),
                format!("\"{text}\" is no multiple from 0.001 to 1000 with at most three decimals"),
            )
        })
    }

    fn quotas(&self, place: &str, models: &[ModelId]) -> Result<Vec<Quota>, ConfigError> {
        let mut seen = BTreeSet::new();
        let mut quotas = Vec::new();
        for (index, table) in self.quotas.iter().enumerate() {
            let at = |key: &str| format!("{place}.quotas[{index}].{key}");
            let quota = Quota {
                model: table.model.parse().map_err(|error| ConfigError::at(at("model"), error))?,
                metric: table.metric.parse().map_err(|error| ConfigError::at(at("metric"), error))?,
                window: table.window.parse().map_err(|error| ConfigError::at(at("window"), error))?,
                limit: table.limit,
            };
            if matches!(&quota.model, ModelScope::One(model) if !models.contains(model)) {
                return Err(ConfigError::at(
                    at("model"),
                    format!("\"{}\" is not in the plan's models", table.model),
                ));
            }
            if !(1..=MAX_LIMIT).contains(&quota.limit) {
                return Err(ConfigError::at(at("limit"), format!("must be from 1 to {MAX_LIMIT}")));
            }
            if !seen.insert((table.model.clone(), quota.metric, quota.window)) {
                return Err(ConfigError::at(format!("{place}.quotas[{index}]"), "repeats an earlier quota"));
            }
            quotas.push(quota);
        }
        Ok(quotas)
    }

    fn tiers(&self, place: &str) -> Result<Vec<Tier>, ConfigError> {
        let Some(words) = &self.tiers else {
            return Ok(vec![Tier::Default]);
        };
        let mut tiers = BTreeSet::new();
        for (index, word) in words.iter().enumerate() {
            tiers.insert(match word.as_str() {
                "flex" => Tier::Flex,
                "default" => Tier::Default,
                "priority" => Tier::Priority,
                other => {
                    let problem = format!("“{other}” is not one of flex, default, priority");
                    return Err(ConfigError::at(format!("{place}.tiers[{index}]"), problem));
                }
            });
        }
        if !tiers.contains(&Tier::Default) {
            return Err(ConfigError::at(format!("{place}.tiers"), "must contain \"default\""));
        }
        Ok(tiers.into_iter().collect())
    }
}
