-- The data model of the main path: accounts, organizations, projects, keys, limits, metering, audit.
-- One text for SQLite and PostgreSQL. Ids and JSON are TEXT, times are UTC milliseconds, money is micro-units.

CREATE TABLE accounts (
    id            TEXT    NOT NULL PRIMARY KEY,
    email         TEXT    NOT NULL UNIQUE, -- lower case
    name          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,        -- PHC string
    created_at    BIGINT  NOT NULL
);

CREATE TABLE sessions (
    id           TEXT   NOT NULL PRIMARY KEY, -- SHA-256 of the cookie's id, in hex: a copy of the table opens no session
    account_id   TEXT   REFERENCES accounts (id),
    data         TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Failed attempts by account and by address; a row is a counter in a window.
CREATE TABLE attempts (
    subject      TEXT   NOT NULL PRIMARY KEY,
    failures     BIGINT NOT NULL,
    window_start BIGINT NOT NULL
);

CREATE TABLE orgs (
    id         TEXT   NOT NULL PRIMARY KEY,
    slug       TEXT   NOT NULL UNIQUE,
    name       TEXT   NOT NULL,
    plan       TEXT   NOT NULL,
    version    BIGINT NOT NULL DEFAULT 0, -- touched first by every change of the org, which serialises them
    created_at BIGINT NOT NULL
);

CREATE TABLE org_members (
    org_id     TEXT   NOT NULL REFERENCES orgs (id),
    account_id TEXT   NOT NULL REFERENCES accounts (id),
    role       TEXT   NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, account_id)
);
CREATE INDEX org_members_by_account ON org_members (account_id);

CREATE TABLE projects (
    id                     TEXT    NOT NULL PRIMARY KEY,
    org_id                 TEXT    NOT NULL REFERENCES orgs (id),
    slug                   TEXT    NOT NULL,
    name                   TEXT    NOT NULL,
    description            TEXT    NOT NULL DEFAULT '',
    environment            TEXT    NOT NULL CHECK (environment IN ('development', 'staging', 'production', 'other')),
    is_default             BOOLEAN NOT NULL DEFAULT FALSE,
    owner_id               TEXT    REFERENCES accounts (id),
    key_owner_id           TEXT    REFERENCES accounts (id),
    primary_workload       TEXT    NOT NULL DEFAULT '',
    expected_monthly_spend BIGINT,
    escalation_contact     TEXT    NOT NULL DEFAULT '',
    default_tier           TEXT    NOT NULL DEFAULT 'default' CHECK (default_tier IN ('auto', 'default', 'flex', 'priority')),
    external_allowed       BOOLEAN NOT NULL DEFAULT FALSE,
    created_at             BIGINT  NOT NULL,
    archived_at            BIGINT,
    UNIQUE (org_id, slug)
);
CREATE UNIQUE INDEX projects_one_default ON projects (org_id) WHERE is_default;

CREATE TABLE project_members (
    project_id TEXT   NOT NULL REFERENCES projects (id),
    account_id TEXT   NOT NULL REFERENCES accounts (id),
    role       TEXT   NOT NULL CHECK (role IN ('admin', 'member')),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, account_id)
);
CREATE INDEX project_members_by_account ON project_members (account_id);

-- Models that a project may call, among those of the org's plan.
CREATE TABLE project_models (
    project_id TEXT NOT NULL REFERENCES projects (id),
    model      TEXT NOT NULL,
    PRIMARY KEY (project_id, model)
);

CREATE TABLE api_keys (
    id             TEXT    NOT NULL PRIMARY KEY,
    project_id     TEXT    NOT NULL REFERENCES projects (id),
    name           TEXT    NOT NULL,
    digest         TEXT    NOT NULL UNIQUE, -- HMAC-SHA-256 of the secret under the pepper, in hex
    prefix         TEXT    NOT NULL,        -- the first characters of the secret
    last_four      TEXT    NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN ('active', 'disabled', 'revoked')),
    permissions    TEXT    NOT NULL,        -- JSON list of inference, read-only, resources
    models         TEXT,                    -- JSON list of model ids; NULL allows all of the project
    networks       TEXT,                    -- JSON list of CIDR blocks; NULL allows every address
    is_org_default BOOLEAN NOT NULL DEFAULT FALSE,
    created_by     TEXT    NOT NULL REFERENCES accounts (id),
    created_at     BIGINT  NOT NULL,
    expires_at     BIGINT,
    last_used_at   BIGINT,
    idempotency    TEXT,                    -- of the form that made it
    UNIQUE (project_id, idempotency)
);
CREATE INDEX api_keys_by_project ON api_keys (project_id);

-- Limits below the org; the org's quotas are the plan's, in the configuration.
CREATE TABLE limits (
    level      TEXT   NOT NULL CHECK (level IN ('project', 'key')),
    scope_id   TEXT   NOT NULL, -- project id or key id
    model      TEXT   NOT NULL, -- model id, or * for all together
    metric     TEXT   NOT NULL CHECK (metric IN ('requests', 'tokens')),
    period     TEXT   NOT NULL CHECK (period IN ('minute', 'hour', 'day')),
    value      BIGINT NOT NULL CHECK (value > 0),
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (scope_id, model, metric, period)
);

-- The metering journal: one row a gateway request, admitted or refused.
CREATE TABLE requests (
    id                TEXT    NOT NULL PRIMARY KEY,
    client_request_id TEXT,
    org_id            TEXT    NOT NULL,
    project_id        TEXT    NOT NULL,
    key_id            TEXT,
    account_id        TEXT,
    model             TEXT    NOT NULL,
    tier              TEXT    NOT NULL,
    status            BIGINT  NOT NULL,
    error_code        TEXT,
    refused_level     TEXT,             -- org, project or key, when a limit refused it
    simulated         BOOLEAN NOT NULL DEFAULT FALSE,
    estimated         BOOLEAN NOT NULL DEFAULT FALSE,
    tokens_in         BIGINT  NOT NULL DEFAULT 0,
    tokens_cached     BIGINT  NOT NULL DEFAULT 0,
    tokens_out        BIGINT  NOT NULL DEFAULT 0,
    cost_micros       BIGINT  NOT NULL DEFAULT 0,
    arrived_at        BIGINT  NOT NULL,
    latency_ms        BIGINT  NOT NULL,
    first_token_ms    BIGINT,
    asked_output      BIGINT,           -- max_completion_tokens as sent
    estimate          BIGINT  NOT NULL DEFAULT 0,
    reserved          BIGINT  NOT NULL DEFAULT 0,
    settled           BIGINT  NOT NULL DEFAULT 0,
    buckets           TEXT    NOT NULL DEFAULT '[]' -- JSON: every bucket with level, limit, used and asked
);
CREATE INDEX requests_by_project ON requests (project_id, arrived_at);
CREATE INDEX requests_by_org ON requests (org_id, arrived_at);

-- Hourly roll-up, kept by the same writer as the journal.
CREATE TABLE usage_hours (
    project_id      TEXT   NOT NULL,
    model           TEXT   NOT NULL,
    hour            BIGINT NOT NULL, -- its first millisecond
    org_id          TEXT   NOT NULL,
    requests        BIGINT NOT NULL,
    tokens_in       BIGINT NOT NULL,
    tokens_cached   BIGINT NOT NULL,
    tokens_out      BIGINT NOT NULL,
    cost_micros     BIGINT NOT NULL,
    errors          BIGINT NOT NULL,
    refused_org     BIGINT NOT NULL,
    refused_project BIGINT NOT NULL, -- by the project's or the key's own limit
    PRIMARY KEY (project_id, hour, model)
);
CREATE INDEX usage_hours_by_org ON usage_hours (org_id, hour);

-- Bucket levels, stored with each metering batch, so that a restart forgets no use.
CREATE TABLE bucket_levels (
    org_id   TEXT   NOT NULL,
    scope_id TEXT   NOT NULL, -- org, project or key id
    level    TEXT   NOT NULL,
    model    TEXT   NOT NULL,
    metric   TEXT   NOT NULL,
    period   TEXT   NOT NULL,
    used     BIGINT NOT NULL, -- whole units, rounded up
    at       BIGINT NOT NULL,
    PRIMARY KEY (scope_id, model, metric, period)
);

-- One chain per org (`org_…`) and one for the installation (`installation`).
CREATE TABLE audit_records (
    chain       TEXT   NOT NULL,
    seq         BIGINT NOT NULL,
    id          TEXT   NOT NULL UNIQUE,
    at          BIGINT NOT NULL,
    actor_id    TEXT,
    actor       TEXT   NOT NULL,
    action      TEXT   NOT NULL,
    target_kind TEXT   NOT NULL,
    target_id   TEXT   NOT NULL,
    target      TEXT   NOT NULL,
    project_id  TEXT,
    address     TEXT,
    interface   TEXT   NOT NULL,
    request_id  TEXT,
    changes     TEXT   NOT NULL, -- JSON list of field, before, after
    prev_hash   TEXT   NOT NULL,
    hash        TEXT   NOT NULL,
    PRIMARY KEY (chain, seq)
);
CREATE INDEX audit_records_by_project ON audit_records (project_id, seq);

CREATE TABLE audit_heads (
    chain TEXT   NOT NULL PRIMARY KEY,
    seq   BIGINT NOT NULL,
    hash  TEXT   NOT NULL
);
