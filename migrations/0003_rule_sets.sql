-- What the receipts of the same limits and budgets have in common is stored once, so that a request's own row stays short.
CREATE TABLE rule_sets (
    id    TEXT NOT NULL PRIMARY KEY, -- digest of `rules`
    rules TEXT NOT NULL              -- JSON: lane, limits and budgets without what was in use
);
ALTER TABLE requests ADD COLUMN rule_set TEXT; -- then `buckets` has the figures alone; NULL: a whole receipt
