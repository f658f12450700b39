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
