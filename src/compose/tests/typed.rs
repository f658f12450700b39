//! Nothing that was typed is lost when a form is refused: without script, and with it.

use app::model::AppError;

use super::*;

const SECRET: &str = "not-my-password-at-all";

/// A form that is refused: its address, what is sent, the status, and what the page must show again.
type Refusal = (&'static str, &'static str, u16, &'static [&'static str]);

const REFUSALS: &[Refusal] = &[
    (
        "/signin?next=%2Facme%2Fprod%2Faudit",
        "email=%22nobody%40acme.example&password=not-my-password-at-all",
        422,
        &["value=\"&quot;nobody@acme.example\"", "prod · Audit Logs", "password is wrong."],
    ),
    (
        "/acme/~/projects?new=1",
        "name=%3Cb%3E%22Bot&slug=prod&description=Help+%3Cdesk%3E&environment=staging&models%5B%5D=bailiwick%2Fembed",
        422,
        &[
            "value=\"&lt;b&gt;&quot;Bot\"",
            "value=\"prod\"",
            "value=\"Help &lt;desk&gt;\"",
            "<option value=\"staging\" selected",
            "value=\"bailiwick/embed\" autocomplete=\"off\" checked",
            "Another project of this organization has, or had, this address.</span>",
        ],
    ),
    (
        "/acme/~/projects?archive={prod}",
        "confirmation=%3Cprod%22&password=not-my-password-at-all",
        422,
        &[
            "value=\"&lt;prod&quot;\"",
            "Type the name of the project exactly: prod</span>",
            "Archive prod?",
        ],
    ),
    (
        "/acme/~/settings?save=names",
        "name=Acme+%3CRobots%3E&slug=No+Slug&seen=of+before",
        422,
        &[
            "value=\"Acme &lt;Robots&gt;\"",
            "value=\"No Slug\"",
            "name=\"seen\" value=\"of before\"",
        ],
    ),
    (
        "/acme/~/settings?save=names",
        "name=Acme+Labs&slug=acme&seen=of+before",
        409,
        &["value=\"Acme Labs\"", "name=\"seen\" value=\"of before\""],
    ),
    (
        "/acme/~/settings?save=colour",
        "colour=%22red",
        422,
        &["value=\"&quot;red\"", "aria-invalid=\"true\""],
    ),
    (
        "/account",
        "name=Ada+%3CN.%3E&zone=Mars%2FOlympus&theme=dark&density=compact",
        422,
        &[
            "value=\"Ada &lt;N.&gt;\"",
            "<option value=\"dark\" selected",
            "<option value=\"compact\" selected",
            "aria-invalid=\"true\"",
        ],
    ),
    (
        "/account?save=email",
        "email=new%22owner%40acme.example&password=not-my-password-at-all",
        422,
        &["value=\"new&quot;owner@acme.example\"", "aria-invalid=\"true\""],
    ),
    (
        "/account/organization",
        "name=Tern+%26+%22Hollow%22&slug=acme",
        422,
        &["value=\"Tern &amp; &quot;Hollow&quot;\"", "value=\"acme\"", "aria-invalid=\"true\""],
    ),
    (
        "/acme/~/members?transfer=1&email=othermember%40acme.example",
        "account=acct_00000000000000000000000000&confirmation=%3CAcme%3E&password=not-my-password-at-all",
        422,
        &["othermember@acme.example", "value=\"&lt;Acme&gt;\"", "aria-invalid=\"true\""],
    ),
];

#[tokio::test]
async fn a_refused_form_comes_back_as_it_was_typed_but_for_passwords() {
    let site = Site::new().await;
    let owner = site.sign_in(Who::Owner).await;
    let before = audit_heads(&site).await;
    for (path, body, status, kept) in REFUSALS {
        let path = site.fill(path, Who::Owner).await;
        let answer = site.ask(Method::POST, &path, body, &owner).await;
        assert_eq!(answer.status.as_u16(), *status, "{path} {}", answer.body);
        // Between views stand empty comments.
        let page = answer.body.replace("<!>", "");
        for kept in *kept {
            assert!(page.contains(kept), "{path}: {kept} is missing in {page}");
        }
        assert!(!page.contains(SECRET), "{path}: a password came back");
        assert!(page.contains(" autofocus") || *status == 409, "{path}: where to go on");
    }
    assert_eq!(audit_heads(&site).await, before, "nothing is half done");
}

#[tokio::test]
async fn a_script_is_told_the_refusal_and_where_the_form_leads() {
    let site = Site::new().await;
    let owner = site.sign_in(Who::Owner).await;
    for (path, body, status, _) in REFUSALS {
        let path = site.fill(path, Who::Owner).await;
        let answer = site.by_script(&path, body, &owner).await;
        assert_eq!(
            (answer.status.as_u16(), answer.location.as_str()),
            (*status, ""),
            "{path} {}",
            answer.body
        );
        let error: AppError = serde_json::from_str(&answer.body).expect("an error as data");
        assert_eq!(error.status(), *status, "{path} {}", answer.body);
    }
    let made = "name=Support+Bot&slug=&description=&environment=staging&models%5B%5D=bailiwick%2Fecho";
    let answer = site.by_script("/acme/~/projects?new=1", made, &owner).await;
    assert_eq!((answer.status.as_u16(), answer.location.as_str()), (200, "/acme/support-bot/keys"));
    let profile = "name=Ada+Osei&zone=UTC&theme=dark&density=compact";
    let answer = site.by_script("/account", profile, &owner).await;
    assert_eq!(
        (answer.status.as_u16(), answer.location.as_str()),
        (200, "/account?done=account%2Dsaved")
    );
}

/// The newest record of each chain.
async fn audit_heads(site: &Site) -> Vec<(String, i64)> {
    const SQL: &str = "SELECT chain, seq FROM audit_heads ORDER BY chain";
    let mut reader = site.world.store.db.read().await.expect("a reader");
    crate::store::db::fetch_all!(&mut reader, (String, i64), SQL).expect("heads")
}

#[tokio::test]
async fn a_form_of_one_organization_archives_nothing_of_another() {
    let site = Site::new().await;
    site.sql(
        "INSERT INTO org_members (org_id, account_id, role, created_at)
              SELECT o.id, a.id, 'owner', 0 FROM orgs o, accounts a WHERE o.slug = 'other' AND a.name = 'Ada Osei'",
    )
    .await;
    site.sql(
        "INSERT INTO projects (id, org_id, slug, name, environment, created_at)
              SELECT 'proj_00000000000000000000000123', id, 'second', 'Second', 'other', 0 FROM orgs WHERE slug = 'other'",
    )
    .await;
    let cookie = site.sign_in(Who::Owner).await;
    let body = format!("confirmation=Second&password={PASSWORD}");
    let answer = async |org: &str| {
        let path = format!("/{org}/~/projects?q=sec&archive=proj_00000000000000000000000123&sort=name");
        site.ask(Method::POST, &path, &body, &cookie).await
    };
    assert_eq!(answer("acme").await.status, 404);
    let archived = answer("other").await;
    assert_eq!(archived.status, 302, "{}", archived.body);
    assert!(
        archived.location.starts_with("/other/~/projects?q=sec&sort=name&done="),
        "{}",
        archived.location
    );
}
