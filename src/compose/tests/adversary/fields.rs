//! Another tenant's id in every field: it must look like an id that does not exist, and nothing may happen.

use app::{
    model::key::{KeyLifetime, NewKey},
    port::Keys,
};
use http::Method;

use super::{
    super::{Site, Who, functions, rows::ORG_WIDE},
    FORMS,
};
use crate::store::db::{execute, fetch_one};

/// An id or slug of the other tenant, and one of nobody.
struct Twins {
    foreign: String,
    unknown: String,
}

/// What stands in the other tenant.
struct Foreign {
    org: String,
    project: String,
    key: String,
    account: String,
    session: String,
    request: &'static str,
}

impl Foreign {
    async fn new(site: &Site) -> Self {
        const REQUEST: &str = "INSERT INTO requests (id, org_id, project_id, model, tier, status, arrived_at, latency_ms)
            VALUES ($1, $2, $3, 'echo', 'default', 200, 1, 1)";
        const SESSION: &str = "SELECT id FROM sessions WHERE account_id = $1";
        let stranger = site.world.console(Who::Stranger).await;
        let new = NewKey {
            name: "theirs".parse().expect("a name"),
            lifetime: KeyLifetime::Never,
            idempotency: String::new(),
        };
        let key = stranger.create(site.world.other_project.clone(), new).await.expect("made").id;
        let account = site.world.person(Who::Stranger).await.expect("a person").id;
        let request = "req_0000000000000000000000000z";
        let mut tx = site.world.store.db.write().await.expect("begin");
        let (org, project) = (site.world.other_org.to_string(), site.world.other_project.to_string());
        execute!(&mut tx, REQUEST, request, &org, &project).expect("a request");
        let (session,) = fetch_one!(&mut tx, (String,), SESSION, account.as_str()).expect("a session");
        tx.commit().await.expect("commit");
        Self {
            org,
            project,
            key: key.to_string(),
            account: account.to_string(),
            session,
            request,
        }
    }

    /// What may stand in a field instead of this value; `None` for what is no id.
    fn instead_of(&self, field: &str, value: &str) -> Option<Twins> {
        let nobody = |prefix: &str| format!("{prefix}_{}", "7".repeat(26));
        let twins = |foreign: &str, unknown: String| {
            Some(Twins {
                foreign: foreign.to_owned(),
                unknown,
            })
        };
        match (field, value) {
            ("org", "acme") => twins("other", "nowhere".to_owned()),
            ("project", "prod") => twins("theirs", "nobodys".to_owned()),
            _ if value == "{org}" || value.starts_with("org_") => twins(&self.org, nobody("org")),
            _ if value == "{prod}" || value == "{default}" || value.starts_with("proj_") => twins(&self.project, nobody("proj")),
            _ if value == "{key}" || value.starts_with("key_") => twins(&self.key, nobody("key")),
            _ if value == "{member}" || value == "{other}" || value.starts_with("acct_") => twins(&self.account, nobody("acct")),
            _ if value.starts_with("inv_") && !value.contains('.') => twins("inv_66666666666666666666666666", nobody("inv")),
            _ if value.starts_with("req_") => twins(self.request, nobody("req")),
            _ if value.len() == 64 => twins(&self.session, "7".repeat(64)),
            _ => None,
        }
    }
}

/// Every request that differs from a row in one id, as (path, body) of both twins.
fn mutants(foreign: &Foreign) -> Vec<[(String, String); 2]> {
    let mut mutants = Vec::new();
    let rows = functions().chain(ORG_WIDE).map(|(path, body, _)| (*path, *body));
    for (path, body) in rows.chain(FORMS.iter().map(|(path, body, ..)| (*path, *body))) {
        for pair in body.split('&') {
            let Some((field, value)) = pair.split_once('=') else { continue };
            if let Some(twins) = foreign.instead_of(field, value) {
                let with = |id: &str| (path.to_owned(), body.replace(pair, &format!("{field}={id}")));
                mutants.push([with(&twins.foreign), with(&twins.unknown)]);
            }
        }
    }
    for (path, body, ..) in FORMS {
        for pair in path.split_once('?').map_or("", |(_, query)| query).split('&') {
            let Some((field, value)) = pair.split_once('=') else { continue };
            if let Some(twins) = foreign.instead_of(field, value) {
                let with = |id: &str| (path.replace(pair, &format!("{field}={id}")), (*body).to_owned());
                mutants.push([with(&twins.foreign), with(&twins.unknown)]);
            }
        }
        for (ours, theirs, nobodys) in [
            ("/acme/prod", "/other/theirs", "/nowhere/nobodys"),
            ("/acme/~", "/other/~", "/nowhere/~"),
            ("/prod", "/theirs", "/nobodys"),
        ] {
            if !path.contains(ours) {
                continue;
            }
            let at = |place| (path.replace(ours, place), (*body).to_owned());
            mutants.push([at(theirs), at(nobodys)]);
        }
    }
    mutants
}

/// The body without what differs between any two answers, and without the words of the question.
fn essence(body: &str, asked: &(String, String)) -> String {
    let main = body
        .split_once("<main")
        .and_then(|(_, rest)| rest.split_once("</main>"))
        .map_or(body, |(main, _)| main);
    let mut text = main.to_owned();
    if let Some((before, rest)) = main.split_once("name=\"idempotency\"") {
        let rest = rest.split_once('>').map_or("", |(_, rest)| rest);
        text = format!("{before}{rest}");
    }
    for word in asked.0.split(['/', '?', '=']).chain(asked.1.split(['&', '='])) {
        if word.len() > 4 {
            text = text.replace(word, "…");
        }
    }
    text
}

#[tokio::test]
async fn another_tenant_s_id_in_any_field_is_like_one_that_does_not_exist() {
    let site = Site::new().await;
    let foreign = Foreign::new(&site).await;
    for who in [Who::Owner, Who::ProjectAdmin] {
        let cookie = site.sign_in(who).await;
        let mutants = mutants(&foreign);
        assert!(mutants.len() > 60, "{}", mutants.len());
        for [theirs, nobodys] in mutants {
            // Keys of ours are made before the count.
            let filled = [
                (site.fill(&theirs.0, who).await, site.fill(&theirs.1, who).await),
                (site.fill(&nobodys.0, who).await, site.fill(&nobodys.1, who).await),
            ];
            let before = site.tenants().await;
            let mut answers = Vec::new();
            for asked in &filled {
                let answer = site.ask(Method::POST, &asked.0, &asked.1, &cookie).await;
                assert!(answer.status.as_u16() < 500, "{asked:?} {}", answer.body);
                answers.push((
                    answer.status.as_u16(),
                    essence(&answer.location, asked),
                    essence(&answer.body, asked),
                ));
            }
            assert_eq!(answers[0], answers[1], "{who:?} {filled:?}");
            let after = site.tenants().await;
            let is_look_up = filled[0].0 == "/acme/prod/settings/collaborators";
            let tenants = |all: &[(String, i64, i64)]| all.iter().filter(|org| !is_look_up || org.0 != "acme").cloned().collect::<Vec<_>>();
            assert_eq!(tenants(&before), tenants(&after), "{who:?} {filled:?}: something changed");
        }
    }
}
