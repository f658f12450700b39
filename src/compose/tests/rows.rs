//! What everybody gets from each server function and page.

/// Statuses in the order of [`Who::ALL`]: anonymous, owner, org admin, project admin, project member, other member,
/// external, stranger.
pub type Row = (&'static str, &'static str, [u16; 8]);

pub const READ_PROJECT: [u16; 8] = [401, 200, 200, 200, 200, 404, 200, 404];
const KEYS: [u16; 8] = [401, 200, 200, 200, 403, 404, 403, 404];
pub const ORG: [u16; 8] = [401, 200, 200, 403, 403, 403, 404, 404];
pub const OWNERS: [u16; 8] = [401, 200, 403, 403, 403, 403, 404, 404];
const MANAGE_PROJECTS: [u16; 8] = [401, 200, 200, 403, 403, 404, 403, 404];
const SIGNED_IN: [u16; 8] = [401, 200, 200, 200, 200, 200, 200, 200];
/// Pages of the person, whatever they are part of.
const PERSONAL: [u16; 8] = [302, 200, 200, 200, 200, 200, 200, 200];
pub const NO_SUCH: [u16; 8] = [401, 404, 404, 404, 404, 404, 404, 404];

/// Every server function. Where a call would change the world for the next person, it is made to fail on its last check
/// (422: the role suffices, the input does not).
pub const FUNCTIONS: &[Row] = &[
    ("/api/identity/setup_state", "token=guess", [200; 8]),
    (
        "/api/identity/set_up",
        "token=guess&name=Eve&email=eve@acme.example&password=correct-horse-9&org=Second&slug=second",
        [403; 8],
    ),
    ("/api/shell/home", "", SIGNED_IN),
    ("/api/shell/switcher", "query=", SIGNED_IN),
    ("/api/shell/place", "org=acme&project=prod", READ_PROJECT),
    ("/api/keys/list", "project={prod}&page[number]=0&page[query]=", READ_PROJECT),
    ("/api/keys/disable", "project={prod}&key={key}&back=/acme/prod/keys", KEYS),
    ("/api/keys/enable", "project={prod}&key={key}&back=/acme/prod/keys", KEYS),
    ("/api/keys/revoke", "project={prod}&key={key}&back=/acme/prod/keys", KEYS),
    ("/api/limits/table", "project={prod}&lane=standard", READ_PROJECT),
    (
        "/api/limits/set",
        "project={prod}&model=*&tokens_per_minute=&requests_per_minute=99999999&tokens_per_hour=&requests_per_hour=&tokens_per_day=&requests_per_day=&seen=,,,,,&back=/acme/prod/limits",
        [401, 422, 422, 403, 403, 404, 403, 404],
    ),
    (
        "/api/limits/preview",
        "project={prod}&model=*&tokens_per_minute=&requests_per_minute=99999999&tokens_per_hour=&requests_per_hour=&tokens_per_day=&requests_per_day=",
        [401, 422, 422, 403, 403, 404, 403, 404],
    ),
    (
        "/api/limits/history",
        "project={prod}&page[number]=0&page[query]=",
        [401, 200, 200, 200, 403, 404, 403, 404],
    ),
    ("/api/budgets/list", "project={prod}&page[number]=0&page[query]=", READ_PROJECT),
    (
        "/api/budgets/set",
        "project={prod}&scope=key_00000000000000000000000000&amount=5&warn_percents=80&when_spent=warn&seen=none&back=/acme/prod/limits&back_removed=/acme/prod/limits",
        [401, 404, 404, 403, 403, 404, 403, 404],
    ),
    (
        "/api/receipts/find",
        "org={org}&project={prod}&id=req_00000000000000000000000000",
        [401, 404, 404, 404, 404, 404, 404, 404],
    ),
    ("/api/usage/report", "org={org}&project={prod}&range=Days7", READ_PROJECT),
    (
        "/api/requests/list",
        "org={org}&project={prod}&filter[text]=&part=newest",
        READ_PROJECT,
    ),
    (
        "/api/audit/list",
        "org={org}&project={prod}&page[number]=0&page[query]=",
        [401, 200, 200, 200, 403, 404, 403, 404],
    ),
    ("/api/projects/list", "org={org}&page[number]=0&page[query]=", ORG),
    ("/api/projects/preview-archive", "project={prod}", MANAGE_PROJECTS),
    // The ways in: a token alone opens them.
    ("/api/entry/find_reset", "token=guess", [200; 8]),
    ("/api/entry/may_sign_up", "", [200; 8]),
    ("/api/entry/find_sign_up", "token=guess", [200; 8]),
    ("/api/entry/find_email", "token=guess", [200; 8]),
    (
        "/api/operator/outbox",
        "token=guess&state=Failed&page[number]=0&page[query]=",
        [404; 8],
    ),
    (
        "/api/operator/try-mail-again",
        "token=guess&mail=mail_00000000000000000000000000&back=/",
        [404; 8],
    ),
    // The people of a project.
    ("/api/collaborators/list", "project={prod}&page[number]=0&page[query]=", KEYS),
    (
        "/api/collaborators/set-role",
        "project={prod}&account={member}&role=member&seen=member&back=/acme/prod/settings/collaborators",
        KEYS,
    ),
    ("/api/collaborators/preview-removal", "project={prod}&account={member}", KEYS),
    (
        "/api/collaborators/remove",
        "project={prod}&account={member}&shown[0]=key_00000000000000000000000000&back=/acme/prod/settings/collaborators",
        [401, 404, 404, 404, 403, 404, 403, 404],
    ),
    // Going elsewhere: everybody finds what is theirs.
    (
        "/api/shell/search",
        "search[text]=acme&search[org]={org}&search[project]={prod}",
        SIGNED_IN,
    ),
    ("/api/org/may_create", "", SIGNED_IN),
    // The account of the one who asks.
    ("/api/account/show", "", SIGNED_IN),
    (
        "/api/account/change-password",
        "current=wrong-password&new=quiet+river+under+glass",
        [401, 422, 422, 422, 422, 422, 422, 422],
    ),
    (
        "/api/account/end-session",
        "session=0000000000000000000000000000000000000000000000000000000000000000",
        NO_SUCH,
    ),
    ("/api/account/preview-leave", "org={org}", [401, 200, 200, 200, 200, 200, 404, 404]),
    ("/api/account/leave", "org=org_00000000000000000000000000", NO_SUCH),
    ("/api/projects/preview-restore", "project={prod}", MANAGE_PROJECTS),
    // The project is not archived.
    (
        "/api/projects/restore",
        "project={prod}&back=/acme/~/projects",
        [401, 409, 409, 403, 403, 404, 403, 404],
    ),
    ("/api/projects/preview-default", "project={prod}", MANAGE_PROJECTS),
    // It is the Default Project already, where the caller knows of it.
    (
        "/api/projects/make-default",
        "project={default}&seen={default}+all_members&back=/acme/~/projects",
        [401, 409, 409, 403, 403, 403, 404, 404],
    ),
    ("/api/project/settings", "project={prod}", KEYS),
    ("/api/organization/settings", "org={org}", OWNERS),
    ("/api/organization/preview-access", "org={org}&to=assigned_only", OWNERS),
    ("/api/organization/remove-logo", "org={org}&back=/acme/~/settings", OWNERS),
    // The last two end the sessions.
    ("/api/account/sign-out-everywhere", "", SIGNED_IN),
    ("/api/identity/sign_out", "", [200; 8]),
];

/// Org-wide reads of functions that serve both scopes.
pub const ORG_WIDE: &[Row] = &[
    ("/api/usage/report", "org={org}&range=Days7", ORG),
    ("/api/requests/list", "org={org}&filter[text]=&part=newest", ORG),
    ("/api/audit/list", "org={org}&page[number]=0&page[query]=", ORG),
    ("/api/shell/place", "org=acme&project=~", ORG),
    (
        "/api/receipts/find",
        "org={org}&id=req_00000000000000000000000000",
        [401, 404, 404, 403, 403, 403, 404, 404],
    ),
];

/// Every page, at an address of its own.
pub const PAGES: &[(&str, &str, [u16; 8])] = &[
    ("/", "/", [302; 8]),
    ("/setup", "/setup?token=guess", [410; 8]),
    ("/signin", "/signin", [200; 8]),
    ("/invite", "/invite?token=guess", [410; 8]),
    (
        "/{org}/{project}/members",
        "/acme/~/members",
        [302, 200, 200, 403, 403, 403, 404, 404],
    ),
    ("/account", "/account", [302, 200, 200, 200, 200, 200, 200, 200]),
    ("/signin/forgot", "/signin/forgot", [200; 8]),
    ("/signin/reset", "/signin/reset?token=guess", [410; 8]),
    ("/signup", "/signup", [200; 8]),
    ("/signup/account", "/signup/account?token=guess", [410; 8]),
    ("/account/email", "/account/email?token=guess", [410; 8]),
    ("/operator/outbox", "/operator/outbox?token=guess", [404; 8]),
    ("/{org}/{project}", "/acme/prod", [302, 302, 302, 302, 302, 404, 302, 404]),
    ("/{org}/{project}/keys", "/acme/prod/keys", [302, 200, 200, 200, 200, 404, 200, 404]),
    (
        "/{org}/{project}/limits",
        "/acme/prod/limits",
        [302, 200, 200, 200, 200, 404, 200, 404],
    ),
    (
        "/{org}/{project}/usage",
        "/acme/prod/usage",
        [302, 200, 200, 200, 200, 404, 200, 404],
    ),
    (
        "/{org}/{project}/requests",
        "/acme/prod/requests",
        [302, 200, 200, 200, 200, 404, 200, 404],
    ),
    (
        "/{org}/{project}/audit",
        "/acme/prod/audit",
        [302, 200, 200, 200, 403, 404, 403, 404],
    ),
    (
        "/{org}/{project}/settings/collaborators",
        "/acme/prod/settings/collaborators",
        [302, 200, 200, 200, 403, 404, 403, 404],
    ),
    (
        "/{org}/{project}/projects",
        "/acme/~/projects",
        [302, 200, 200, 403, 403, 403, 404, 404],
    ),
    ("/account/places", "/account/places?from=/acme/prod/keys", PERSONAL),
    ("/account/organization", "/account/organization", PERSONAL),
    ("/search", "/search?q=acme&from=/acme/prod/keys", PERSONAL),
    (
        "/{org}/{project}/settings",
        "/acme/prod/settings",
        [302, 200, 200, 200, 403, 404, 403, 404],
    ),
    (
        "/{org}/{project}/settings",
        "/acme/~/settings",
        [302, 200, 403, 403, 403, 403, 404, 404],
    ),
];

/// Every export, at an address of its own and at one where its list does not stand.
pub const EXPORTS: &[(&str, [u16; 8])] = &[
    ("/acme/~/projects.csv", ORG),
    ("/acme/~/members.csv", ORG),
    ("/acme/prod/keys.csv", READ_PROJECT),
    ("/acme/prod/settings/collaborators.csv", KEYS),
    ("/acme/prod/projects.csv", NO_SUCH),
    ("/acme/prod/members.csv", NO_SUCH),
];
