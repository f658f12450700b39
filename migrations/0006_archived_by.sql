-- Who archived a project. Of what was archived before, nothing is known.
ALTER TABLE projects ADD COLUMN archived_by TEXT REFERENCES accounts (id);
