-- People: who added whom, the organization's policies on projects and external collaborators, and what a session was opened with.

-- Every member has at least the member role in the Default Project, or only those who are assigned to it.
ALTER TABLE orgs ADD COLUMN default_access TEXT NOT NULL DEFAULT 'all_members' CHECK (default_access IN ('all_members', 'assigned_only'));
-- Projects may switch external collaborators on.
ALTER TABLE orgs ADD COLUMN external_allowed BOOLEAN NOT NULL DEFAULT FALSE;

ALTER TABLE org_members ADD COLUMN added_by TEXT REFERENCES accounts (id);
ALTER TABLE project_members ADD COLUMN added_by TEXT REFERENCES accounts (id);
CREATE INDEX api_keys_by_creator ON api_keys (created_by);

-- Every address that a project has, or had: it is never given to another one, and old ones lead to the new one.
CREATE TABLE project_slugs (
    org_id     TEXT   NOT NULL REFERENCES orgs (id),
    slug       TEXT   NOT NULL,
    project_id TEXT   NOT NULL REFERENCES projects (id),
    since      BIGINT NOT NULL,
    PRIMARY KEY (org_id, slug)
);
INSERT INTO project_slugs (org_id, slug, project_id, since) SELECT org_id, slug, id, created_at FROM projects;

ALTER TABLE sessions ADD COLUMN address TEXT;                   -- of the client that signed in
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT ''; -- its User-Agent, cut
ALTER TABLE sessions ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
UPDATE sessions SET seen_at = created_at;

-- Counters end each at its own time: those of sign-in after minutes, others after an hour.
ALTER TABLE attempts ADD COLUMN window_end BIGINT NOT NULL DEFAULT 0;
UPDATE attempts SET window_end = window_start + 900000;

-- How a person sees the console.
ALTER TABLE accounts ADD COLUMN zone TEXT NOT NULL DEFAULT 'UTC'; -- IANA name
ALTER TABLE accounts ADD COLUMN theme TEXT NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark'));
ALTER TABLE accounts ADD COLUMN density TEXT NOT NULL DEFAULT 'comfortable' CHECK (density IN ('comfortable', 'compact'));

-- Every address that an organization has, or had: the same rule as for projects.
CREATE TABLE org_slugs (
    slug   TEXT   NOT NULL PRIMARY KEY,
    org_id TEXT   NOT NULL REFERENCES orgs (id),
    since  BIGINT NOT NULL
);
INSERT INTO org_slugs (slug, org_id, since) SELECT slug, id, created_at FROM orgs;

-- Several projects are a feature that the operator grants an organization (early access), or holds back. NULL: as its plan says.
ALTER TABLE orgs ADD COLUMN multi_project BOOLEAN;

-- Mail and links. Neither table holds what opens a door: the proof in a link is made with the installation's pepper.
CREATE TABLE mails (
    id         TEXT   NOT NULL PRIMARY KEY,
    recipient  TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    body       TEXT   NOT NULL,           -- plain text with {link}; empty once it was sent
    link       TEXT   NOT NULL,           -- a path of the console, or kind:id:generation
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,           -- when it is of no use any more
    -- A void one is written in place of a mail to nobody, so that both cost the same.
    state      TEXT   NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'void')),
    attempts   BIGINT NOT NULL DEFAULT 0,
    next_at    BIGINT NOT NULL,
    error      TEXT                       -- what the mail server said last
);
CREATE INDEX mails_waiting ON mails (next_at) WHERE state = 'waiting';
CREATE INDEX mails_by_age ON mails (created_at);

CREATE TABLE account_links (
    id         TEXT   NOT NULL PRIMARY KEY,
    kind       TEXT   NOT NULL CHECK (kind IN ('sign_up', 'reset', 'email')),
    email      TEXT   NOT NULL,           -- where the link went
    account_id TEXT REFERENCES accounts (id), -- nobody's for a sign-up, and for an address without an account
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);
CREATE INDEX account_links_by_account ON account_links (account_id, kind);
CREATE INDEX account_links_by_expiry ON account_links (expires_at);

-- Invitations into an organization. The proof in the link of one is made with the pepper; sending it again counts its
-- generation up, and voids the links before.
CREATE TABLE invitations (
    id          TEXT   NOT NULL PRIMARY KEY,
    org_id      TEXT   NOT NULL REFERENCES orgs (id),
    email       TEXT   NOT NULL,                 -- lower case
    role        TEXT   NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    invited_by  TEXT   NOT NULL REFERENCES accounts (id), -- who sent it last; has to be able to grant the role until the end
    created_at  BIGINT NOT NULL,
    sent_at     BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    generation  BIGINT NOT NULL DEFAULT 1,
    state       TEXT   NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'declined', 'revoked')),
    ended_at    BIGINT,
    accepted_by TEXT   REFERENCES accounts (id)
);
CREATE UNIQUE INDEX invitations_open ON invitations (org_id, email) WHERE state = 'open';
CREATE INDEX invitations_by_address ON invitations (org_id, email);
CREATE INDEX invitations_by_inviter ON invitations (invited_by);
CREATE TABLE invitation_projects (
    invitation_id TEXT NOT NULL REFERENCES invitations (id),
    project_id    TEXT NOT NULL REFERENCES projects (id),
    role          TEXT NOT NULL CHECK (role IN ('admin', 'member')),
    PRIMARY KEY (invitation_id, project_id)
);

-- Branding: the colour and the logo of an organization.
ALTER TABLE orgs ADD COLUMN brand TEXT; -- #rrggbb; NULL: the colour of the product
CREATE TABLE org_logos (
    org_id TEXT NOT NULL PRIMARY KEY REFERENCES orgs (id),
    kind   TEXT NOT NULL CHECK (kind IN ('svg', 'png')),
    data   TEXT NOT NULL, -- the sanitised image in base64
    hash   TEXT NOT NULL  -- SHA-256 of the image in hex
);
