use std::sync::Arc;

use async_trait::async_trait;

use super::api::SetLimits;
use crate::{
    model::{
        AppError, ProjectId, Standing,
        limit::{LimitCell, LimitEdit, LimitRow, LimitsTable, ModelScope},
    },
    port::Limits,
    testing::{Ports, assert_has, failed, member, owner, place, render},
};

struct Fake(Vec<LimitRow>);

#[async_trait]
impl Limits for Fake {
    async fn table(&self, _: ProjectId) -> Result<LimitsTable, AppError> {
        Ok(LimitsTable {
            plan: "Scale".to_owned(),
            rows: self.0.clone(),
        })
    }
    async fn set(&self, _: ProjectId, _: LimitEdit) -> Result<(), AppError> {
        Ok(())
    }
}

fn cell(org: Option<u64>, project: Option<u64>, used: u64) -> LimitCell {
    LimitCell { org, project, used }
}

fn ports(standing: Standing) -> Ports {
    let rows = vec![
        LimitRow {
            model: ModelScope::All,
            detail: "every model together".to_owned(),
            simulated: false,
            requests: cell(None, None, 7),
            tokens: cell(Some(1_000_000), Some(700_000), 350_000),
            refused_24h: 9_120,
        },
        LimitRow {
            model: "bailiwick/echo".parse().unwrap(),
            detail: "chat · 128k context".to_owned(),
            simulated: true,
            requests: cell(Some(60), None, 3),
            tokens: cell(Some(500_000), None, 0),
            refused_24h: 0,
        },
    ];
    Ports {
        limits: Some(Arc::new(Fake(rows))),
        ..Ports::at(place(standing))
    }
}

const PAGE: &str = "/acme-robotics/prod/limits";

#[tokio::test]
async fn both_levels_stand_side_by_side() {
    let (html, status) = render(PAGE, ports(owner())).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "All models",
            "1,000,000",
            "700,000",
            "inherits",
            "500,000",
            "9,120",
            "simulated",
            "Scale",
        ],
    );
    assert_has(&html, &["aria-valuenow=\"50\"", "?t=tpm&amp;edit=%2A"]);
}

#[tokio::test]
async fn requests_have_their_own_tab_and_no_limit_is_said() {
    let (html, _) = render(&format!("{PAGE}?t=rpm"), ports(owner())).await;
    assert_has(&html, &["unlimited", "inherits", "60"]);
    assert!(!html.contains("700,000"));
}

#[tokio::test]
async fn the_dialog_shows_both_values_and_their_ceilings() {
    let (html, _) = render(&format!("{PAGE}?edit=*"), ports(owner())).await;
    assert_has(
        &html,
        &[
            "Limits of prod",
            "At most 1,000,000",
            "value=\"700000\"",
            "The organization has no limit here.",
            "name=\"model\" value=\"*\"",
        ],
    );
}

#[tokio::test]
async fn a_ceiling_that_is_passed_is_named_beside_its_field() {
    let error = AppError::field("tokens", "The organization allows at most 500,000 tokens per minute.");
    let path = failed::<SetLimits>(&format!("{PAGE}?edit=bailiwick/echo"), error);
    let (html, _) = render(&path, ports(owner())).await;
    assert_has(&html, &["<dialog open", "aria-invalid=\"true\""]);
    assert_eq!(
        html.matches(">The organization allows at most 500,000 tokens per minute.<").count(),
        1,
        "{html}"
    );
}

#[tokio::test]
async fn a_member_sees_the_limits_and_cannot_edit_them() {
    let (html, status) = render(&format!("{PAGE}?edit=*"), ports(member())).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "700,000",
            "id=\"why-locked\"",
            "aria-describedby=\"why-locked\"",
            "Only an owner or admin of the organization can do this.",
        ],
    );
    assert!(!html.contains("<dialog") && !html.contains("edit=%2A"));
}

#[tokio::test]
async fn a_plan_without_models_is_an_empty_state() {
    let ports = Ports {
        limits: Some(Arc::new(Fake(Vec::new()))),
        ..Ports::at(place(owner()))
    };
    let (html, _) = render(PAGE, ports).await;
    assert_has(&html, &["No model yet"]);
}
