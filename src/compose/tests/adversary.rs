//! People whom the world of [`Who`] lacks, and what they try: every row and route in several kinds of place, other tenants'
//! ids, hostile text, odd addresses, rights that are gone.

mod cast;
mod emails;
mod fields;
mod links;
mod matrix;
mod raw_paths;
mod rights;
mod texts;

use app::policy::Action;

use super::{Site, Who};
use crate::store::db::fetch_all;

/// The forms of pages, with a body that harms nobody. A route of this kind without a row fails the matrix.
/// With them stand what the form asks for, or `None` where it is one's own, and the status for those who may.
pub const FORMS: &[(&str, &str, Option<Action>, u16)] = &[
    ("/acme/prod/keys", "name=ci&lifetime=30&idempotency=", Some(Action::ManageKeys), 200),
    (
        "/acme/prod/settings",
        "name=prod&slug=prod&description=d&environment=production&owner={member}&key_owner={member}&workload=w&expected_spend=5\
         &escalation=e&tier=default&external_allowed=refused&seen=stale",
        Some(Action::ManageProject),
        409,
    ),
    (
        "/acme/prod/settings/collaborators",
        "email=nobody@acme.example&role=owner&announced={member}",
        Some(Action::ManageProject),
        422,
    ),
    (
        "/acme/~/members",
        "emails=nobody&role=member&project_role=member",
        Some(Action::ManageMembers),
        422,
    ),
    (
        "/acme/~/members?transfer=1",
        "account={member}&confirmation=wrong&password=wrong-password",
        Some(Action::ManageOrg),
        422,
    ),
    (
        "/acme/~/projects",
        "template=team&names=&step=create",
        Some(Action::ManageProjects),
        422,
    ),
    (
        "/acme/~/projects?new=1",
        "name=Lab&slug=lab&description=&environment=other",
        Some(Action::ManageProjects),
        422,
    ),
    (
        "/acme/~/projects?archive={prod}",
        "confirmation=prod&password=wrong-password",
        Some(Action::ManageProjects),
        422,
    ),
    (
        "/acme/~/settings?save=names",
        "name=Acme&slug=acme&seen=stale",
        Some(Action::ManageOrg),
        409,
    ),
    ("/acme/~/settings?save=colour", "colour=blue", Some(Action::ManageOrg), 422),
    // What holds already.
    ("/acme/~/settings?save=external", "allowed=false", Some(Action::ManageOrg), 302),
    ("/acme/~/settings?access=all_members", "seen=stale", Some(Action::ManageOrg), 302),
    ("/account", "name=&zone=UTC&theme=dark&density=compact", None, 422),
    (
        "/account?save=email",
        "email=new-{who}@acme.example&password=wrong-password",
        None,
        422,
    ),
    ("/account/organization", "name=Other&slug=other", None, 422),
];

/// The form of a logo, which is a file, at [`LOGO_PAGE`] as a browser sends it.
pub const LOGO_FORM: &str = "multipart/form-data; boundary=x";
pub const LOGO_PAGE: &str = "/acme/~/settings";
pub const LOGO: &str = "--x\r\nContent-Disposition: form-data; name=\"logo\"; filename=\"a.svg\"\r\nContent-Type: image/svg+xml\r\n\r\n\
    <svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0h8v8z\"/></svg>\r\n--x--\r\n";
/// What every page of the organization is framed with.
pub const BRANDING: [&str; 2] = ["/acme/branding.css", "/acme/branding.logo"];

impl Site {
    /// Version and audit head of every org: equal before and after means that nothing happened.
    async fn tenants(&self) -> Vec<(String, i64, i64)> {
        const SQL: &str =
            "SELECT o.slug, o.version, COALESCE(h.seq, -1) FROM orgs o LEFT JOIN audit_heads h ON h.chain = o.id ORDER BY o.id";
        let mut reader = self.world.store.db.read().await.expect("a reader");
        fetch_all!(&mut reader, (String, i64, i64), SQL).expect("orgs")
    }
}
