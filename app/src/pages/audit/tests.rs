use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    model::{
        AppError, AuditId, Listing, Page, Timestamp, TypedId,
        audit::{AuditEntry, Change},
        time::HOUR,
        usage::Scope,
    },
    port::Audit,
    testing::{Ports, all_projects, assert_has, member, owner, place, render},
};

const NOW: Timestamp = Timestamp(1_795_183_331_123);

struct Fake(Vec<AuditEntry>);

#[async_trait]
impl Audit for Fake {
    async fn list(&self, _: Scope, page: Page) -> Result<Listing<AuditEntry>, AppError> {
        let rows: Vec<_> = self.0.iter().filter(|entry| entry.action.contains(&page.query)).cloned().collect();
        Ok(Listing {
            total: rows.len() as u64,
            rows,
            unfiltered: self.0.len() as u64,
            page: page.number,
            now: NOW,
        })
    }
}

fn entry(bits: u128, action: &str) -> AuditEntry {
    AuditEntry {
        id: AuditId::from_bits(bits),
        seq: 41,
        at: NOW.plus(-HOUR),
        actor: "Ada Osei".to_owned(),
        action: action.to_owned(),
        target: "checkout-canary".to_owned(),
        target_id: "key_00000000000000000000000007".to_owned(),
        project: Some("prod".to_owned()),
        address: Some("10.4.18.22".to_owned()),
        interface: "console".to_owned(),
        changes: vec![Change {
            field: "state".to_owned(),
            before: Some("active".to_owned()),
            after: Some("<revoked>".to_owned()),
        }],
        hash: "9f86d081884c7d65".to_owned(),
    }
}

fn ports(entries: Vec<AuditEntry>) -> Ports {
    Ports {
        audit: Some(Arc::new(Fake(entries))),
        ..Ports::at(place(owner()))
    }
}

const PAGE: &str = "/acme-robotics/prod/audit";

#[tokio::test]
async fn the_list_links_to_every_record() {
    let entries = vec![entry(1, "api_key.revoked"), entry(2, "project.created")];
    let (html, status) = render(PAGE, ports(entries)).await;
    assert_eq!(status, 200);
    assert_has(
        &html,
        &[
            "api_key.revoked",
            "project.created",
            "Ada Osei",
            "1 h ago",
            "1–2 of 2 events",
            &format!("event={}", AuditId::from_bits(2)).replace('_', "%5F"),
        ],
    );
    assert!(!html.contains("id=\"record\""));
}

#[tokio::test]
async fn a_record_shows_what_changed_and_its_place_in_the_chain() {
    let id = AuditId::from_bits(1);
    let (html, _) = render(&format!("{PAGE}?event={id}"), ports(vec![entry(1, "api_key.revoked")])).await;
    assert_has(
        &html,
        &[
            "<del>active</del>",
            "<ins>&lt;revoked&gt;</ins>",
            "10.4.18.22",
            "console",
            "9f86d081884c7d65",
            ">41<",
            "Permalink",
        ],
    );
    assert_has(&html, &["aria-current=\"true\" class=\"row-link\"><code>api_key.revoked"]);
}

#[tokio::test]
async fn a_record_that_is_not_on_the_page_can_be_looked_for() {
    let id = AuditId::from_bits(9);
    let (html, status) = render(&format!("{PAGE}?event={id}"), ports(vec![entry(1, "api_key.revoked")])).await;
    assert_eq!(status, 200);
    assert_has(&html, &["This event is not on this page", "Look for it"]);
}

#[tokio::test]
async fn nothing_matches_is_not_nothing_yet() {
    let (html, _) = render(&format!("{PAGE}?q=zzz"), ports(vec![entry(1, "api_key.revoked")])).await;
    assert_has(&html, &["No event matches", "“zzz”"]);
    let (html, _) = render(PAGE, ports(Vec::new())).await;
    assert_has(&html, &["Nothing has happened yet"]);
}

#[tokio::test]
async fn a_member_is_told_whom_to_ask() {
    let ports = Ports {
        shell: Ports::at(place(member())).shell,
        ..ports(vec![entry(1, "api_key.revoked")])
    };
    let (html, status) = render(PAGE, ports).await;
    assert_eq!(status, 403);
    assert_has(&html, &["Only an admin of the project can do this."]);
    assert!(!html.contains("api_key.revoked"));
}

#[tokio::test]
async fn the_organization_has_its_own_log() {
    let ports = Ports {
        shell: Ports::at(all_projects()).shell,
        ..ports(vec![entry(1, "api_key.revoked")])
    };
    let (html, status) = render("/acme-robotics/~/audit", ports).await;
    assert_eq!(status, 200);
    assert_has(&html, &["All projects", "api_key.revoked"]);
}
