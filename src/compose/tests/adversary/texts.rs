//! Hostile text in every field of every row, form and address: refused at its field or taken as it is, never a failure.

use app::{
    pages::project::form::SettingsForm,
    port::{Organization, ProjectSettings},
};
use http::Method;

use super::{
    super::{
        Site, Who, functions,
        rows::{ORG_WIDE, PAGES},
    },
    FORMS,
};
use crate::store::testing::on_both_engines;

/// What is typed, form-encoded.
pub(super) fn hostile() -> Vec<(&'static str, String)> {
    vec![
        ("10,000 characters", "a".repeat(10_000)),
        ("10,000 letters of two bytes", "%C3%A9".repeat(10_000)),
        ("right-to-left mark", "ab%E2%80%AEcd".to_owned()),
        ("emoji", "%F0%9F%A6%8A%F0%9F%91%A9%E2%80%8D%F0%9F%9A%80".to_owned()),
        ("NUL", "ab%00cd".to_owned()),
        ("line breaks", "ab%0D%0ABcc%3A+x%40evil.example".to_owned()),
        ("no UTF-8", "ab%FF%FEcd".to_owned()),
        ("a huge number", "99999999999999999999999999".to_owned()),
        ("the largest number", "9223372036854775807".to_owned()),
        ("a negative number", "-1".to_owned()),
        ("SQL", "%27%3B+DROP+TABLE+orgs%3B--".to_owned()),
        ("markup", "%3Cscript%3Ealert%281%29%3C%2Fscript%3E".to_owned()),
        ("nothing", String::new()),
    ]
}

fn encode(text: &str) -> String {
    serde_urlencoded::to_string([("", text)])
        .expect("a form")
        .trim_start_matches('=')
        .to_owned()
}

/// What people type; the rest is put into a form by its page.
const TYPED: [&str; 14] = [
    "name",
    "slug",
    "description",
    "environment",
    "email",
    "emails",
    "names",
    "password",
    "current",
    "new",
    "confirmation",
    "zone",
    "role",
    "amount",
];
/// They end the session of the walk.
const GOODBYES: [&str; 2] = ["/api/account/sign-out-everywhere", "/api/identity/sign_out"];

on_both_engines! {
    async fn no_text_in_any_field_makes_the_server_fail(db: TestDb) {
        let site = Site::on(db).await;
        let cookie = site.sign_in(Who::Owner).await;
        let rows = functions().chain(ORG_WIDE).map(|(path, body, expected)| (*path, *body, expected[1]));
        let mut turn = 0;
        let sign_in = ("/signin", "email=nobody@acme.example&password=wrong-password", 422);
        let forms = FORMS.iter().map(|(path, body, _, ok)| (*path, *body, *ok)).chain([sign_in]);
        for (path, row, plain) in rows.chain(forms).filter(|(path, ..)| !GOODBYES.contains(path)) {
            for at in 0..row.split('&').filter(|pair| pair.contains('=')).count() {
                for (kind, text) in hostile() {
                    turn += 1;
                    let filled = site.fill_for(row, &format!("turn{turn}")).await;
                    let mut pairs: Vec<&str> = filled.split('&').filter(|pair| pair.contains('=')).collect();
                    let field = pairs[at].split('=').next().expect("a name");
                    let typed = format!("{field}={text}");
                    pairs[at] = &typed;
                    let path = site.fill(path, Who::Owner).await;
                    let answer = site.ask(Method::POST, &path, &pairs.join("&"), &cookie).await;
                    let status = answer.status.as_u16();
                    assert!(status < 500, "{path} {field} {kind}: {status} {}", answer.body);
                    assert!(path.starts_with("/api/") || !answer.body.contains("<script>alert(1)"), "{path} {field}");
                    assert!(!answer.location.contains(['\r', '\n']), "{path} {field}");
                    // What has no shape at all, such as an id, is the fault of the form and not of who fills it in.
                    let name = field.split('[').next().expect("a name");
                    let named = |name: &str| answer.body.contains(&format!("\"field\":\"{name}\""));
                    if status == 422 && plain != 422 && path.starts_with("/api/") {
                        let is_named = named(name) || (named("form") && !TYPED.contains(&name)) || kind == "no UTF-8";
                        assert!(is_named, "{path} {field} {kind}: which field? {}", answer.body);
                    }
                }
            }
        }
        assert_eq!(site.ask(Method::POST, "/api/shell/home", "", &cookie).await.status, 200, "still signed in");
    }

    async fn details_are_refused_at_their_field_or_kept(db: TestDb) {
        let site = Site::on(db).await;
        let cookie = site.sign_in(Who::Owner).await;
        let owner = site.world.console(Who::Owner).await;
        for field in ["name", "slug", "description", "workload", "escalation", "expected_spend", "environment", "tier", "owner", "key_owner"] {
            for (kind, text) in hostile() {
                let details = owner.details(site.world.prod.clone()).await.expect("read").details;
                let form = serde_urlencoded::to_string(SettingsForm::from(&details)).expect("a form");
                let changed: Vec<String> = form
                    .split('&')
                    .map(|pair| if pair.starts_with(&format!("{field}=")) { format!("{field}={text}") } else { pair.to_owned() })
                    .collect();
                let answer = site.ask(Method::POST, &format!("/acme/{}/settings", details.slug), &changed.join("&"), &cookie).await;
                let named = answer.body.contains(&format!("id=\"{field}-error\"")) || answer.body.contains("aria-invalid=\"true\"");
                match answer.status.as_u16() {
                    302 => {}
                    422 => assert!(named || kind == "no UTF-8", "{field} {kind}: {}", answer.body),
                    status => panic!("{field} {kind}: {status} {}", answer.body),
                }
            }
        }
    }

    async fn names_of_organizations_are_refused_at_their_field_or_kept(db: TestDb) {
        let site = Site::on(db).await;
        let cookie = site.sign_in(Who::Owner).await;
        let owner = site.world.console(Who::Owner).await;
        for field in ["name", "slug"] {
            for (kind, text) in hostile() {
                let settings = owner.settings(site.world.org.clone()).await.expect("read");
                let (name, slug) = (settings.names.name.as_str(), settings.names.slug.as_str());
                let typed = |own: &str, now: &str| if field == own { text.clone() } else { encode(now) };
                let path = format!("/{slug}/~/settings?save=names");
                let body = format!(
                    "name={}&slug={}&seen={}",
                    typed("name", name),
                    typed("slug", slug),
                    encode(&settings.names.version())
                );
                let answer = site.ask(Method::POST, &path, &body, &cookie).await;
                let named = answer.body.contains("aria-invalid=\"true\"") || kind == "no UTF-8";
                assert!(answer.status == 302 || (answer.status == 422 && named), "{field} {kind}: {} {}", answer.status, answer.body);
            }
        }
    }

    async fn new_projects_are_refused_at_their_field_or_made(db: TestDb) {
        let site = Site::on(db).await;
        let cookie = site.sign_in(Who::Owner).await;
        let mut turn = 0;
        for field in ["name", "slug", "description", "environment"] {
            for (kind, text) in hostile() {
                turn += 1;
                let typed = |own: &str, plain: String| if field == own { text.clone() } else { plain };
                let body = format!(
                    "name={}&slug={}&description={}&environment={}&models[]=bailiwick/echo",
                    typed("name", "Lab".to_owned()),
                    typed("slug", format!("lab-{turn}")),
                    typed("description", String::new()),
                    typed("environment", "other".to_owned()),
                );
                let answer = site.ask(Method::POST, "/acme/~/projects?new=1", &body, &cookie).await;
                let named = answer.body.contains("aria-invalid=\"true\"") || kind == "no UTF-8";
                assert!(answer.status == 302 || (answer.status == 422 && named), "{field} {kind}: {} {}", answer.status, answer.body);
            }
        }
    }

    async fn no_text_in_any_address_makes_the_server_fail(db: TestDb) {
        const PARAMS: [&str; 21] = [
            "q", "page", "sort", "owner", "environment", "role", "origin", "range", "model", "from", "to", "status", "token", "next", "new", "archive", "remove", "history", "__err", "__path", "edit",
        ];
        let site = Site::on(db).await;
        let cookie = site.sign_in(Who::Owner).await;
        for (_, address, _) in PAGES {
            let path = address.split('?').next().expect("a path");
            for (kind, text) in hostile().into_iter().filter(|(_, text)| text.len() < 1_000) {
                let query: Vec<String> = PARAMS.iter().map(|name| format!("{name}={text}")).collect();
                let query = query.join("&");
                let answer = site.ask(Method::GET, &format!("{path}?{query}"), "", &cookie).await;
                assert!(answer.status.as_u16() < 500, "{path} {kind}: {}", answer.status);
                assert!(!answer.body.contains("<script>alert(1)"), "{path}");
            }
        }
    }

    async fn what_is_taken_comes_back_as_it_was_typed(db: TestDb) {
        const TYPED: &str = "%D9%85%D8%B4%D8%B1%D9%88%D8%B9+%F0%9F%A6%8A+%3D1%2B1";
        const SHOWN: &str = "مشروع 🦊 =1+1";
        let site = Site::on(db).await;
        let cookie = site.sign_in(Who::Owner).await;
        let (org, prod) = (&site.world.org, &site.world.prod);
        let names = site.world.console(Who::Owner).await.settings(org.clone()).await.expect("read").names;
        let names = encode(&names.version());
        let details = site.world.console(Who::Owner).await.details(prod.clone()).await.expect("read").details;
        let seen = encode(&details.version());
        let lists = [
            ("/acme/~/projects?new=1", format!("name={TYPED}&slug=fox&description={TYPED}&environment=other&models[]=bailiwick/echo")),
            ("/account", format!("name={TYPED}&zone=UTC&theme=dark&density=compact")),
            ("/acme/prod/keys", format!("name={TYPED}&lifetime=30&idempotency=fox")),
            (
                "/acme/prod/settings",
                format!("name={TYPED}&slug=prod&description={TYPED}&environment=production&workload={TYPED}&escalation={TYPED}&tier=default&external_allowed=refused&seen={seen}"),
            ),
            ("/acme/~/settings?save=names", format!("name={TYPED}&slug=acme&seen={names}")),
        ];
        for (path, body) in lists {
            let answer = site.ask(Method::POST, path, &body, &cookie).await;
            assert!([200, 302].contains(&answer.status.as_u16()), "{path} {} {}", answer.status, answer.body);
        }
        for (path, body) in [
            ("/api/projects/list", format!("org={org}&page[number]=0&page[query]=%D9%85%D8%B4%D8%B1")),
            ("/api/account/show", String::new()),
            ("/api/keys/list", format!("project={prod}&page[number]=0&page[query]=%F0%9F%A6%8A")),
            ("/api/project/settings", format!("project={prod}")),
            ("/api/organization/settings", format!("org={org}")),
            ("/api/audit/list", format!("org={org}&page[number]=0&page[query]=%F0%9F%A6%8A")),
        ] {
            let answer = site.ask(Method::POST, path, &body, &cookie).await;
            assert!(answer.body.contains(SHOWN), "{path} {}", answer.body);
        }
        for path in ["/acme/~/projects", "/account", "/acme/prod/keys", "/acme/prod/settings", "/acme/~/settings", "/acme/~/audit"] {
            let answer = site.ask(Method::GET, path, "", &cookie).await;
            assert!(answer.body.contains(SHOWN), "{path}");
        }
    }
}
