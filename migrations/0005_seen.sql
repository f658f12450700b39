-- When a member was last active in the organization, to some minutes; NULL: not since this column exists, or never.
ALTER TABLE org_members ADD COLUMN seen_at BIGINT;
-- What mail servers said may quote a link; from now on that is left out.
UPDATE mails SET error = NULL;
