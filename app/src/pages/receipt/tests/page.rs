//! The page of a receipt.

use super::*;

struct Fake(Result<ReceiptDetail, AppError>);

#[async_trait]
impl Receipts for Fake {
    async fn receipt(&self, _: Scope, _: RequestId) -> Result<ReceiptDetail, AppError> {
        self.0.clone()
    }
}

struct NoLimits;

#[async_trait]
impl Limits for NoLimits {
    async fn table(&self, _: crate::model::ProjectId, lane: Lane) -> Result<LimitsTable, AppError> {
        Ok(LimitsTable {
            plan: "Scale".to_owned(),
            lane,
            flex_permille: None,
            rows: Vec::new(),
        })
    }
    async fn set(&self, _: crate::model::ProjectId, _: crate::model::limits_table::LimitEdit) -> Result<(), AppError> {
        Err(AppError::Internal)
    }
    async fn preview(
        &self,
        _: crate::model::ProjectId,
        _: crate::model::limits_table::LimitEdit,
    ) -> Result<crate::model::limits_table::LimitsPreview, AppError> {
        Err(AppError::Internal)
    }
    async fn history(
        &self,
        _: crate::model::ProjectId,
        _: crate::model::Page,
    ) -> Result<crate::model::Listing<crate::model::audit::AuditEntry>, AppError> {
        Err(AppError::Internal)
    }
}

fn ports(standing: Standing, answer: Result<ReceiptDetail, AppError>) -> Ports {
    Ports {
        limits: Some(Arc::new(NoLimits)),
        receipts: Some(Arc::new(Fake(answer))),
        ..Ports::at(place(standing))
    }
}

fn address() -> String {
    format!("/acme-robotics/prod/limits?t=rpm&request={}", RequestId::from_bits(7))
}

#[tokio::test]
async fn an_owner_reads_every_bucket_and_who_held_it() {
    let (html, status) = render(&address(), ports(owner(), Ok(org_full(by_project())))).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "<dialog open",
            "class=\"sheet receipt\"",
            "429 refused",
            "The organization was full; prod was not",
            "short by 48,000",
            "aria-label=\"880,000 used, 72,000 reserved, 96,000 asked, of 1,000,000\"",
            "aria-label=\"test 54.8 %, prod 32.3 %, dev 8.1 %\"",
            "/acme-robotics/test/limits?t=tpm&amp;edit=acme%2Fatlas%2Dlarge",
            "href=\"/acme-robotics/prod/limits?t=rpm\"",
            "&lt;b&gt;mine&lt;/b&gt;",
        ],
    );
    assert!(!html.contains("style=\""), "the content policy allows no inline style");
}

#[tokio::test]
async fn everybody_else_reads_how_many_others_there_were() {
    let (html, _) = render(&address(), ports(member(), Ok(org_full(others())))).await;
    assert_has(&html, &["other projects: 2", "629,000", "2 other projects held 629,000"]);
    assert!(!html.contains("Open Limits") && !html.contains(">test<"));
}

#[tokio::test]
async fn a_budget_refusal_shows_its_bar() {
    let (html, _) = render(&address(), ports(owner(), Ok(budget_spent()))).await;
    assert_has(
        &html,
        &[
            "Monthly budgets",
            "refuses when spent",
            "$249.99",
            "/acme-robotics/prod/limits?t=usd",
        ],
    );
    assert!(!html.contains("Every bucket it had to pass"));
}

#[tokio::test]
async fn an_unknown_id_is_said_plainly() {
    for (address, answer) in [
        (address(), Err(AppError::NotFound)),
        ("/acme-robotics/prod/limits?request=%3Cb%3E".to_owned(), Ok(budget_spent())),
    ] {
        let (html, status) = render(&address, ports(owner(), answer)).await;
        assert_eq!(status, 404);
        assert_has(
            &html,
            &["This request is not known here", "one of a flood of refusals", "<h1>Limits</h1>"],
        );
        assert!(!html.contains("<b>"));
    }
}
