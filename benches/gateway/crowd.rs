//! A large organization for the measurement of pages, as SQL that both engines take.

use std::fmt::{Display, Write};

use app::model::{AccountId, KeyId, ProjectId, TypedId};

/// Of one organization, besides what it was founded with.
pub const MEMBERS: u32 = 5_000;
pub const PROJECTS: u32 = 500;
pub const KEYS: u32 = 10_000;
/// Collaborators of each project.
const COLLABORATORS: u32 = 20;
/// Of the keys, those in the first project.
const KEYS_OF_FIRST: u32 = 1_000;
/// Days with usage, before now.
const DAYS: i64 = 30;
const DAY: i64 = 86_400_000;
/// Rows of one statement.
const CHUNK: usize = 500;

/// Everything but the organization itself. `now` is in milliseconds.
pub fn statements(org: &str, now: i64) -> Vec<String> {
    let person = |number: u32| AccountId::from_bits((1 + number % MEMBERS).into());
    let project = |number: u32| ProjectId::from_bits((1 + number).into());
    let mut all = Vec::new();
    all.extend(insert("accounts (id, email, name, password_hash, created_at)", 0..MEMBERS, |n| {
        format!("'{}', 'person-{n}@acme.example', 'Person {n}', '', 0", person(n))
    }));
    all.extend(insert("org_members (org_id, account_id, role, created_at)", 0..MEMBERS, |n| {
        let role = if n < 20 { "admin" } else { "member" };
        format!("'{org}', '{}', '{role}', 0", person(n))
    }));
    all.extend(insert(
        "projects (id, org_id, slug, name, environment, owner_id, created_at)",
        0..PROJECTS,
        |n| {
            format!(
                "'{}', '{org}', 'project-{n}', 'Project {n}', 'production', '{}', 0",
                project(n),
                person(n * COLLABORATORS)
            )
        },
    ));
    all.extend(insert("project_slugs (org_id, slug, project_id, since)", 0..PROJECTS, |n| {
        format!("'{org}', 'project-{n}', '{}', 0", project(n))
    }));
    all.extend(insert("project_models (project_id, model)", 0..PROJECTS, |n| {
        format!("'{}', 'bench/instant'", project(n))
    }));
    all.extend(insert(
        "project_members (project_id, account_id, role, created_at)",
        0..PROJECTS * COLLABORATORS,
        |n| {
            let role = if n % COLLABORATORS == 0 { "admin" } else { "member" };
            format!("'{}', '{}', '{role}', 0", project(n / COLLABORATORS), person(n))
        },
    ));
    let columns = "api_keys (id, project_id, name, digest, prefix, last_four, state, permissions, created_by, created_at)";
    all.extend(insert(columns, 0..KEYS, |n| {
        let of = if n < KEYS_OF_FIRST { project(0) } else { project(n % PROJECTS) };
        let id = KeyId::from_bits((1 + n).into());
        format!(
            "'{id}', '{of}', 'key {n}', '{n:064x}', 'bw_p_{n:06}', '{:04}', 'active', '[\"inference\"]', '{}', 0",
            n % 10_000,
            person(n)
        )
    }));
    let columns = "usage_days (project_id, day, model, key_id, tier, org_id, requests, tokens_in, tokens_cached, tokens_out, settled, \
                   cost_micros, errors, refused_org, refused_project, latency, first_token)";
    let days: Vec<(u32, i64)> = (0..PROJECTS).flat_map(|n| (0..DAYS).map(move |day| (n, day))).collect();
    all.extend(insert(columns, days, |(n, day)| {
        let first = (now / DAY - day) * DAY;
        format!(
            "'{}', {first}, 'bench/instant', '', 'default', '{org}', 1000, 5000, 0, 9000, 14000, 120000, 3, 2, 1, '40:1000;', '20:1000;'",
            project(n)
        )
    }));
    all
}

/// Statements that insert a row for each of these.
fn insert<T>(into: &str, each: impl IntoIterator<Item = T>, row: impl Fn(T) -> String) -> Vec<String> {
    let rows: Vec<String> = each.into_iter().map(row).collect();
    rows.chunks(CHUNK)
        .map(|rows| {
            let mut sql = format!("INSERT INTO {into} VALUES ");
            for (at, row) in rows.iter().enumerate() {
                push(&mut sql, if at == 0 { "" } else { ", " });
                push(&mut sql, format_args!("({row})"));
            }
            sql
        })
        .collect()
}

fn push(text: &mut String, part: impl Display) {
    // A String takes everything.
    let _ = write!(text, "{part}");
}
