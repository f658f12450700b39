//! Hostile text in the forms behind links that open something: refused, or taken as it is, and never a failure. After a refusal
//! nothing has happened, and the link is as good as before.

use app::model::time::HOUR;
use http::Method;

use super::{
    super::{Site, Who},
    texts::hostile,
};
use crate::{
    store::{
        db::{fetch_all, fetch_one},
        testing::on_both_engines,
    },
    testing::PASSWORD,
};

/// The fields that make an account. Every password begins with words that are no guess.
const ACCOUNT: &[(&str, &str)] = &[("name", "Noor+Haddad"), ("password", "quiet+river+under+glass")];
/// The pages behind links, with what somebody fills their forms in with. The last form has no field: one that comes along is
/// not asked for.
const DOORS: [(&str, &[(&str, &str)]); 4] = [
    ("/invite", ACCOUNT),
    ("/signup/account", ACCOUNT),
    ("/signin/reset", &[("password", "quiet+river+under+glass")]),
    ("/account/email", &[("email", "")]),
];

/// The form with more text in one of its fields; for a password it is added, for anything else it stands there alone.
fn form(fields: &[(&str, &str)], hostile: Option<(&str, &str)>) -> String {
    let pairs = fields.iter().map(|(name, plain)| match hostile {
        Some((field, text)) if field == *name && field == "password" => format!("{name}={plain}{text}"),
        Some((field, text)) if field == *name => format!("{name}={text}"),
        _ => format!("{name}={plain}"),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// Whose account the link of this turn is for.
fn mailbox(page: &str, turn: u32) -> String {
    match page {
        "/signin/reset" => Who::ProjectMember.email().to_string(),
        _ => format!("turn-{turn}@acme.example"),
    }
}

/// A link to this page that was asked for a moment ago, in an hour of its own: so nobody has asked too often.
async fn fresh_link(site: &Site, page: &str, turn: u32) -> String {
    site.world.clock.advance(HOUR);
    let email = mailbox(page, turn);
    let cookie = |at: Who| site.cookies.iter().find(|(who, _)| *who == at).expect("somebody").1.as_str();
    let (path, body, cookie) = match page {
        "/invite" => (
            "/acme/~/members?invite=1",
            format!("emails={email}&role=member&project_role=member"),
            cookie(Who::Owner),
        ),
        "/signup/account" => ("/signup", format!("email={email}"), ""),
        "/signin/reset" => ("/signin/forgot", format!("email={email}"), ""),
        _ => (
            "/account?save=email",
            format!("email={email}&password={PASSWORD}"),
            cookie(Who::OtherMember),
        ),
    };
    let answer = site.ask(Method::POST, path, &body, cookie).await;
    assert!(
        [200, 302].contains(&answer.status.as_u16()),
        "{path} {} {}",
        answer.status,
        answer.body
    );
    site.link(page).await
}

/// All accounts, and how much else there is that these forms make.
async fn state(site: &Site) -> (Vec<(String, String, String, String)>, (i64, i64, i64, i64)) {
    const ACCOUNTS: &str = "SELECT id, name, email, password_hash FROM accounts ORDER BY id";
    const REST: &str = "SELECT (SELECT count(*) FROM org_members), (SELECT count(*) FROM sessions), (SELECT count(*) FROM mails),
        (SELECT CAST(sum(seq) AS BIGINT) FROM audit_heads)";
    let mut reader = site.world.store.db.read().await.expect("a reader");
    let accounts = fetch_all!(&mut reader, (String, String, String, String), ACCOUNTS).expect("accounts");
    let rest = fetch_one!(&mut reader, (i64, i64, i64, i64), REST).expect("counts");
    (accounts, rest)
}

on_both_engines! {
    async fn a_refused_form_leaves_its_link_good_and_nothing_half_done(db: TestDb) {
        let site = Site::on(db).await;
        let (mut turn, mut refused) = (0, 0);
        for (page, fields) in DOORS {
            for (field, _) in fields {
                for (kind, text) in hostile() {
                    turn += 1;
                    let link = fresh_link(&site, page, turn).await;
                    let before = state(&site).await;
                    let body = form(fields, Some((field, &text)));
                    let answer = site.ask(Method::POST, &link, &body, "").await;
                    assert!(!answer.body.contains("<script>alert(1)"), "{page} {field} {kind}");
                    assert!(!answer.location.contains(['\r', '\n']), "{page} {field} {kind}");
                    match answer.status.as_u16() {
                        422 => {
                            refused += 1;
                            assert_eq!(state(&site).await, before, "{page} {field} {kind}: half done");
                            let looked = site.ask(Method::GET, &link, "", "").await;
                            assert_eq!(looked.status, 200, "{page} {field} {kind}: the link is gone");
                            let done = site.ask(Method::POST, &link, &form(fields, None), "").await;
                            assert!([200, 302].contains(&done.status.as_u16()), "{page} {field} {kind}: {} {}", done.status, done.body);
                        }
                        200 | 302 if *field == "password" => {
                            let typed = body.split('&').find(|pair| pair.starts_with("password=")).expect("typed");
                            let sign_in = format!("email={}&{typed}", mailbox(page, turn));
                            let answer = site.by_script("/signin", &sign_in, "").await;
                            assert_eq!(answer.status, 200, "{page} {kind}: a password that was taken opens the account");
                        }
                        200 | 302 => {}
                        status => panic!("{page} {field} {kind}: {status} {}", answer.body),
                    }
                    let again = site.ask(Method::POST, &link, &form(fields, None), "").await;
                    assert_eq!(again.status, 410, "{page} {field} {kind}: it works once");
                }
            }
        }
        assert!((20..turn).contains(&refused), "{refused} of {turn}");
    }

    async fn a_link_with_anything_more_opens_nothing(db: TestDb) {
        let site = Site::on(db).await;
        for ((page, fields), turn) in DOORS.into_iter().zip(1_000..) {
            let link = fresh_link(&site, page, turn).await;
            let before = state(&site).await;
            for (kind, text) in hostile().into_iter().filter(|(_, text)| (1..1_000).contains(&text.len())) {
                for method in [Method::GET, Method::POST] {
                    let answer = site.ask(method, &format!("{link}{text}"), &form(fields, None), "").await;
                    assert_eq!(answer.status, 410, "{page} {kind} {}", answer.body);
                    assert!(!answer.body.contains("<script>alert(1)"), "{page} {kind}");
                }
            }
            assert_eq!(state(&site).await, before, "{page}");
            let done = site.ask(Method::POST, &link, &form(fields, None), "").await;
            assert!([200, 302].contains(&done.status.as_u16()), "{page} {} {}", done.status, done.body);
        }
    }
}
