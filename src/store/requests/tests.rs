use std::collections::BTreeSet;

use app::model::{
    AppError, KeyId, Money, ProjectId, TypedId,
    limit::Level,
    request::{Ending, Since},
    time::DAY,
    usage::Scope,
};
use app::port::Requests;

use super::*;
use crate::{
    catalog::Tier,
    store::{
        db::execute,
        journal::{Entry, Journal, Record, Tokens},
        testing::on_both_engines,
    },
    testing::{NOW, Who, World},
};

fn key(number: u128) -> KeyId {
    KeyId::from_bits(number)
}

/// A request of `prod` with the id `number`, answered at NOW.
fn record(world: &World, number: u128) -> Record {
    Record {
        id: RequestId::from_bits(number),
        client_request_id: None,
        org: world.org.clone(),
        project: world.prod.clone(),
        key: Some(key(1)),
        account: None,
        model: "acme/atlas".parse().expect("a model"),
        tier: Tier::Default,
        status: 200,
        error_code: None,
        refused: None,
        simulated: false,
        estimated: false,
        tokens: Tokens {
            input: 10,
            cached: 4,
            output: 20,
        },
        cost: Money(125),
        arrived_at: NOW,
        latency_ms: 1_310,
        first_token_ms: Some(96),
        asked_output: None,
        estimate: 30,
        reserved: 30,
        settled: 30,
        decision: None,
    }
}

fn refused(record: Record, level: Option<Level>, code: &'static str) -> Record {
    Record {
        status: 429,
        refused: level,
        error_code: Some(code),
        tokens: Tokens::default(),
        ..record
    }
}

async fn write(world: &World, records: Vec<Record>) {
    let batch: Vec<Entry> = records.into_iter().map(|record| Entry { record, keep_row: true }).collect();
    let mut tx = world.store.db.write().await.expect("begin");
    Journal::default().write(&mut tx, &batch, &[]).await.expect("written");
    tx.commit().await.expect("commit");
}

async fn add_key(world: &World, id: &KeyId, project: &ProjectId, name: &str, is_org_default: bool) {
    const SQL: &str = "
        INSERT INTO api_keys (id, project_id, name, digest, prefix, last_four, state, permissions, is_org_default, created_by, created_at)
        SELECT $1, $2, $3, $1, 'bw_p_', 'abcd', 'active', '[]', $4, min(id), 0 FROM accounts";
    let mut tx = world.store.db.write().await.expect("begin");
    execute!(&mut tx, SQL, id.as_str(), project.as_str(), name, is_org_default).expect("a key");
    tx.commit().await.expect("commit");
}

async fn log(world: &World, who: Who, filter: RequestFilter, part: Part) -> RequestLog {
    let scope = Scope::Project(world.prod.clone());
    world.console(who).await.list(scope, filter, part).await.expect("may be seen")
}

async fn ids(world: &World, filter: RequestFilter) -> Vec<u128> {
    let log = log(world, Who::ProjectMember, filter, Part::Newest).await;
    assert_eq!(log.total, log.rows.len() as u64, "the total follows the filter");
    (0..200)
        .filter(|number| log.rows.iter().any(|row| row.id == RequestId::from_bits(*number)))
        .collect()
}

fn text(text: &str) -> RequestFilter {
    RequestFilter {
        text: text.to_owned(),
        ..RequestFilter::default()
    }
}

/// 60,000 rows, one a millisecond; the oldest has another model.
const FILL: &str = "
    INSERT INTO requests (id, org_id, project_id, model, tier, status, arrived_at, latency_ms)
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 60000)
    SELECT 'req_' || CAST(900000 - n AS TEXT) || '00000000000000000000', $1, $2,
           CASE WHEN n = 60000 THEN 'acme/rare' ELSE 'acme/atlas' END, 'default', 200, CAST($3 AS BIGINT) - n, 1 FROM numbers";

on_both_engines! {
    async fn every_filter_selects_what_it_says(db: TestDb) {
        let world = World::new(db).await;
        add_key(&world, &key(1), &world.prod, "checkout-api", false).await;
        add_key(&world, &key(2), &world.prod, "batch_50%", false).await;
        let plain = || record(&world, 1);
        write(&world, vec![
            plain(),
            refused(record(&world, 2), Some(Level::Org), "rate_limit_exceeded"),
            refused(record(&world, 3), Some(Level::Project), "rate_limit_exceeded"),
            refused(record(&world, 4), Some(Level::Key), "rate_limit_exceeded"),
            refused(record(&world, 5), Some(Level::Org), "spend_limit_exceeded"),
            refused(record(&world, 6), None, "queue_exceeded"),
            Record { status: 502, error_code: Some("upstream_unreachable"), ..record(&world, 7) },
            Record { status: 429, error_code: Some("rate_limited_upstream"), ..record(&world, 8) },
            Record { model: "acme/quill".parse().expect("a model"), tier: Tier::Flex, ..record(&world, 9) },
            Record { key: Some(key(2)), client_request_id: Some("mine-7".to_owned()), ..record(&world, 10) },
            Record { arrived_at: NOW.plus(-2 * DAY), ..record(&world, 11) },
        ]).await;
        let by = |change: fn(&mut RequestFilter)| {
            let mut filter = RequestFilter::default();
            change(&mut filter);
            filter
        };
        for (filter, expected) in [
            (RequestFilter::default(), (1..=11).collect()),
            (by(|filter| filter.ending = Some(Ending::Ok)), vec![1, 9, 10, 11]),
            (by(|filter| filter.ending = Some(Ending::Refused)), vec![2, 3, 4, 5, 6]),
            (by(|filter| filter.ending = Some(Ending::Errors)), vec![7, 8]),
            (by(|filter| filter.refusal = Some(Refusal::Org)), vec![2]),
            (by(|filter| filter.refusal = Some(Refusal::Project)), vec![3]),
            (by(|filter| filter.refusal = Some(Refusal::Key)), vec![4]),
            (by(|filter| filter.refusal = Some(Refusal::Budget)), vec![5]),
            (by(|filter| filter.refusal = Some(Refusal::Queue)), vec![6]),
            (by(|filter| filter.model = Some("acme/quill".parse().expect("a model"))), vec![9]),
            (by(|filter| filter.tier = Some(Tier::Flex)), vec![9]),
            (by(|filter| filter.key = Some(key(2))), vec![10]),
            (by(|filter| filter.since = Since::Day), (1..=10).collect()),
            (by(|filter| { filter.since = Since::Day; filter.key = Some(key(9)); }), vec![]),
            (text("mine-7"), vec![10]),
            (text("mine\0-7"), vec![10]),
            (text(&"z\0".repeat(100_000)), vec![]),
            (text(RequestId::from_bits(5).as_str()), vec![5]),
            (text(RequestId::from_bits(99).as_str()), vec![]),
            (text("QUILL"), vec![9]),
            (text("batch_5"), vec![10]),
            (text("50%"), vec![10]),
            (text("batchx"), vec![]),
            (text("mine"), vec![]),
        ] {
            assert_eq!(ids(&world, filter.clone()).await, expected, "{filter:?}");
        }
    }
    async fn the_request_that_has_an_id_comes_before_those_that_only_claim_it(db: TestDb) {
        let world = World::new(db).await;
        let claims = |number| Record {
            client_request_id: Some(RequestId::from_bits(1).to_string()),
            arrived_at: NOW.plus(60_000),
            ..record(&world, number)
        };
        write(&world, vec![record(&world, 1), claims(2), claims(3)]).await;
        let found = log(&world, Who::Owner, text(RequestId::from_bits(1).as_str()), Part::Newest).await;
        let ids: Vec<_> = found.rows.iter().map(|row| row.id.clone()).collect();
        assert_eq!(ids, [1, 3, 2].map(RequestId::from_bits));
    }
    async fn paging_leaves_no_gap_and_repeats_nothing_under_equal_times(db: TestDb) {
        let world = World::new(db).await;
        // 120 rows in 4 milliseconds: every page ends inside of one.
        let rows = (1..=120).map(|number| Record {
            arrived_at: NOW.plus(i64::try_from(number % 4).expect("small")),
            status: if number % 2 == 0 { 200 } else { 500 },
            ..record(&world, number)
        });
        write(&world, rows.collect()).await;
        for (filter, all) in [
            (RequestFilter::default(), 120),
            (RequestFilter { ending: Some(Ending::Ok), ..RequestFilter::default() }, 60),
        ] {
            let mut seen = Vec::new();
            let mut part = Part::Newest;
            let mut pages = Vec::new();
            loop {
                let log = log(&world, Who::Owner, filter.clone(), part.clone()).await;
                assert_eq!((log.total, log.total_is_exact), (all, true));
                assert_eq!(log.newer.is_some(), !pages.is_empty(), "a way back exists from the second page on");
                seen.extend(log.rows.iter().map(|row| (row.at, row.id.clone())));
                pages.push(log.rows.clone());
                let Some(older) = log.older else { break };
                part = Part::Before(older);
            }
            assert!(seen.is_sorted_by(|a, b| a > b), "newest first");
            assert_eq!(seen.iter().collect::<BTreeSet<_>>().len() as u64, all);
            // And back: the page above the last one is the one before it.
            let last = pages.last().and_then(|rows| rows.first()).expect("a row");
            let up = log(&world, Who::Owner, filter.clone(), Part::After(last.cursor())).await;
            assert_eq!(up.rows, pages[pages.len() - 2]);
            assert!(up.older.is_some());
        }
        let top = log(&world, Who::Owner, RequestFilter::default(), Part::After(Cursor { at: NOW.plus(2), id: None })).await;
        assert_eq!((top.rows.len(), top.newer.is_some()), (50, true), "60 rows lie above");
        let top = log(&world, Who::Owner, RequestFilter::default(), Part::After(Cursor { at: NOW.plus(3), id: None })).await;
        assert_eq!((top.rows.len(), top.newer), (50, None), "what is left above is shown as a full first page");
    }
    async fn a_look_up_reads_a_bounded_number_of_rows_and_can_be_continued(db: TestDb) {
        let world = World::new(db).await;
        let mut tx = world.store.db.write().await.expect("begin");
        execute!(&mut tx, FILL, world.org.as_str(), world.prod.as_str(), NOW.0).expect("filled");
        tx.commit().await.expect("commit");
        let rare = RequestFilter { model: Some("acme/rare".parse().expect("a model")), ..RequestFilter::default() };
        let first = log(&world, Who::Owner, rare.clone(), Part::Newest).await;
        assert_eq!((first.rows.len(), first.total, first.total_is_exact), (0, 0, false));
        let until = first.looked_until.expect("there is more to read");
        let second = log(&world, Who::Owner, rare, Part::Before(until)).await;
        assert_eq!((second.rows.len(), second.looked_until), (1, None));
        let all = log(&world, Who::Owner, RequestFilter::default(), Part::Newest).await;
        assert_eq!((all.total, all.total_is_exact, all.looked_until), (10_000, false, None));
        assert!(all.minutes_from > Timestamp(NOW.0 - HOUR), "a minute that was not read to its end is not drawn");
    }
    async fn other_tenants_requests_are_never_in_a_log(db: TestDb) {
        let world = World::new(db).await;
        write(&world, vec![
            record(&world, 1),
            Record { project: world.default_project.clone(), ..record(&world, 2) },
            Record { org: world.other_org.clone(), project: world.other_project.clone(), client_request_id: Some("theirs".to_owned()), ..record(&world, 3) },
        ]).await;
        assert_eq!(ids(&world, RequestFilter::default()).await, [1]);
        for theirs in [text("theirs"), text(RequestId::from_bits(3).as_str()), text(RequestId::from_bits(2).as_str())] {
            assert_eq!(ids(&world, theirs).await, [] as [u128; 0]);
        }
        let owner = world.console(Who::Owner).await;
        let all = owner.list(Scope::Org(world.org.clone()), RequestFilter::default(), Part::Newest).await.expect("an owner");
        assert_eq!(all.total, 2);
        let stranger = world.console(Who::Stranger).await.list(Scope::Project(world.prod.clone()), RequestFilter::default(), Part::Newest).await;
        assert_eq!(stranger.expect_err("unknown to them"), AppError::NotFound);
    }
    async fn the_organization_default_key_has_a_name_for_owners_only(db: TestDb) {
        let world = World::new(db).await;
        add_key(&world, &key(1), &world.prod, "crown-jewel", true).await;
        write(&world, vec![record(&world, 1)]).await;
        let theirs = log(&world, Who::ProjectAdmin, RequestFilter::default(), Part::Newest).await;
        assert_eq!(theirs.rows[0].key, Some(KeyOfRequest { id: None, name: "Organization key".to_owned() }));
        assert_eq!(theirs.keys, [], "not among the choices");
        let by_key = RequestFilter { key: Some(key(1)), ..RequestFilter::default() };
        for filter in [text("crown"), by_key.clone()] {
            assert_eq!(log(&world, Who::OrgAdmin, filter.clone(), Part::Newest).await.rows, []);
            let owners = log(&world, Who::Owner, filter, Part::Newest).await;
            assert_eq!(owners.rows[0].key, Some(KeyOfRequest { id: Some(key(1)), name: "crown-jewel".to_owned() }));
            assert_eq!(owners.keys, [(key(1), "crown-jewel".to_owned())]);
        }
    }
    async fn the_minutes_of_the_last_hour_are_counted_whatever_the_filter(db: TestDb) {
        let world = World::new(db).await;
        write(&world, vec![
            record(&world, 1),
            refused(record(&world, 2), Some(Level::Org), "rate_limit_exceeded"),
            Record { arrived_at: NOW.plus(-MINUTE), ..record(&world, 3) },
            Record { arrived_at: NOW.plus(-HOUR), ..record(&world, 4) },
        ]).await;
        let log = log(&world, Who::Owner, text("nothing"), Part::Newest).await;
        assert!(log.rows.is_empty() && log.any);
        let this = Timestamp(NOW.0 / MINUTE * MINUTE);
        assert_eq!(log.minutes, [
            Minute { start: this.plus(-MINUTE), admitted: 1, refused: 0 },
            Minute { start: this, admitted: 1, refused: 1 },
        ]);
        assert_eq!(log.minutes_from, this.plus(MINUTE - HOUR));
    }
}

/// The plan of a statement, one step a line.
async fn plan(world: &World, sql: &str) -> String {
    let mut reader = world.store.db.read().await.expect("read");
    let sql: &'static str = Box::leak(format!("EXPLAIN QUERY PLAN {sql}").into_boxed_str());
    let steps = fetch_all!(&mut reader, (i64, i64, i64, String), sql).expect("planned");
    steps.into_iter().map(|(_, _, _, step)| step).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn every_look_up_walks_an_index() {
    let world = World::new(crate::store::testing::sqlite().await).await;
    for (sql, index) in [
        (OF_PROJECT, "requests_by_project (project_id=?"),
        (OF_ORG, "requests_by_org (org_id=?"),
    ] {
        for statement in [
            sql.older,
            sql.newer,
            sql.older_edge,
            sql.newer_edge,
            sql.count,
            sql.minutes,
            sql.any,
        ] {
            let plan = plan(&world, statement).await;
            assert!(plan.contains(index), "{statement}\n{plan}");
            assert!(!plan.contains("SCAN r"), "{statement}\n{plan}");
            // Only rows of the same millisecond are sorted.
            assert!(!plan.contains("USE TEMP B-TREE FOR ORDER BY"), "{statement}\n{plan}");
        }
        let exact = plan(&world, sql.exact).await;
        assert!(exact.contains("requests_by_client_id") && !exact.contains("SCAN r"), "{exact}");
    }
}
