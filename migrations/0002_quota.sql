-- Enforcement in full: the flex lane, peaks, budgets, and roll-ups by key and tier with latency histograms.

-- Bucket levels by lane.
CREATE TABLE bucket_levels_by_lane (
    org_id   TEXT   NOT NULL,
    scope_id TEXT   NOT NULL, -- org, project or key id
    level    TEXT   NOT NULL,
    lane     TEXT   NOT NULL, -- standard (default and priority) or flex
    model    TEXT   NOT NULL,
    metric   TEXT   NOT NULL,
    period   TEXT   NOT NULL,
    used     BIGINT NOT NULL, -- whole units, rounded up
    at       BIGINT NOT NULL,
    PRIMARY KEY (scope_id, lane, model, metric, period)
);
INSERT INTO bucket_levels_by_lane (org_id, scope_id, level, lane, model, metric, period, used, at)
SELECT org_id, scope_id, level, 'standard', model, metric, period, used, at FROM bucket_levels;
DROP TABLE bucket_levels;
ALTER TABLE bucket_levels_by_lane RENAME TO bucket_levels;

-- The highest level of a bucket in each hour; kept for two days.
CREATE TABLE bucket_peaks (
    org_id   TEXT   NOT NULL,
    scope_id TEXT   NOT NULL,
    lane     TEXT   NOT NULL,
    model    TEXT   NOT NULL,
    metric   TEXT   NOT NULL,
    period   TEXT   NOT NULL,
    hour     BIGINT NOT NULL, -- its first millisecond
    peak     BIGINT NOT NULL,
    PRIMARY KEY (scope_id, lane, model, metric, period, hour)
);
CREATE INDEX bucket_peaks_by_hour ON bucket_peaks (hour);

-- Monthly spend (calendar months in UTC) of an org, a project or a key.
CREATE TABLE budgets (
    scope_id      TEXT    NOT NULL PRIMARY KEY,
    level         TEXT    NOT NULL CHECK (level IN ('org', 'project', 'key')),
    org_id        TEXT    NOT NULL REFERENCES orgs (id),
    amount_micros BIGINT  NOT NULL CHECK (amount_micros > 0),
    warn_percents TEXT    NOT NULL, -- JSON list of whole percents, ascending
    hard_stop     BOOLEAN NOT NULL,
    updated_at    BIGINT  NOT NULL
);
CREATE INDEX budgets_by_org ON budgets (org_id);

-- Thresholds that were passed, once a month each.
CREATE TABLE budget_warnings (
    scope_id     TEXT   NOT NULL,
    month        BIGINT NOT NULL, -- its first millisecond
    percent      BIGINT NOT NULL,
    org_id       TEXT   NOT NULL,
    spent_micros BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (scope_id, month, percent)
);
CREATE INDEX budget_warnings_by_org ON budget_warnings (org_id, month);

-- Roll-ups by hour and by day, kept by the same writer as the journal. Histograms are texts of
-- `bucket:count;` that are merged by joining them.
CREATE TABLE usage_by_hour (
    project_id      TEXT   NOT NULL,
    hour            BIGINT NOT NULL, -- its first millisecond
    model           TEXT   NOT NULL,
    key_id          TEXT   NOT NULL, -- empty: no key
    tier            TEXT   NOT NULL,
    org_id          TEXT   NOT NULL,
    requests        BIGINT NOT NULL,
    tokens_in       BIGINT NOT NULL,
    tokens_cached   BIGINT NOT NULL,
    tokens_out      BIGINT NOT NULL,
    settled         BIGINT NOT NULL, -- tokens that stayed in the buckets
    cost_micros     BIGINT NOT NULL,
    errors          BIGINT NOT NULL,
    refused_org     BIGINT NOT NULL,
    refused_project BIGINT NOT NULL, -- by the project's or the key's own limit, or by a queue
    latency         TEXT   NOT NULL, -- histogram of milliseconds to the end of the answer
    first_token     TEXT   NOT NULL, -- histogram of milliseconds to the first token
    PRIMARY KEY (project_id, hour, model, key_id, tier)
);
INSERT INTO usage_by_hour (project_id, hour, model, key_id, tier, org_id, requests, tokens_in, tokens_cached, tokens_out, settled, cost_micros,
                           errors, refused_org, refused_project, latency, first_token)
SELECT project_id, hour, model, '', 'default', org_id, requests, tokens_in, tokens_cached, tokens_out, tokens_in + tokens_out, cost_micros,
       errors, refused_org, refused_project, '', ''
FROM usage_hours;
DROP TABLE usage_hours;
ALTER TABLE usage_by_hour RENAME TO usage_hours;
CREATE INDEX usage_hours_of_org ON usage_hours (org_id, hour);

CREATE TABLE usage_days (
    project_id      TEXT   NOT NULL,
    day             BIGINT NOT NULL, -- its first millisecond
    model           TEXT   NOT NULL,
    key_id          TEXT   NOT NULL,
    tier            TEXT   NOT NULL,
    org_id          TEXT   NOT NULL,
    requests        BIGINT NOT NULL,
    tokens_in       BIGINT NOT NULL,
    tokens_cached   BIGINT NOT NULL,
    tokens_out      BIGINT NOT NULL,
    settled         BIGINT NOT NULL, -- tokens that stayed in the buckets
    cost_micros     BIGINT NOT NULL,
    errors          BIGINT NOT NULL,
    refused_org     BIGINT NOT NULL,
    refused_project BIGINT NOT NULL,
    latency         TEXT   NOT NULL,
    first_token     TEXT   NOT NULL,
    PRIMARY KEY (project_id, day, model, key_id, tier)
);
INSERT INTO usage_days (project_id, day, model, key_id, tier, org_id, requests, tokens_in, tokens_cached, tokens_out, settled, cost_micros,
                        errors, refused_org, refused_project, latency, first_token)
SELECT project_id, (hour / 86400000) * 86400000, model, key_id, tier, MIN(org_id), CAST(SUM(requests) AS BIGINT), CAST(SUM(tokens_in) AS BIGINT),
       CAST(SUM(tokens_cached) AS BIGINT), CAST(SUM(tokens_out) AS BIGINT), CAST(SUM(settled) AS BIGINT), CAST(SUM(cost_micros) AS BIGINT), CAST(SUM(errors) AS BIGINT),
       CAST(SUM(refused_org) AS BIGINT), CAST(SUM(refused_project) AS BIGINT), '', ''
FROM usage_hours
GROUP BY project_id, (hour / 86400000) * 86400000, model, key_id, tier;
CREATE INDEX usage_days_of_org ON usage_days (org_id, day);

-- Found by the client's own id; only requests that bring one pay for it.
CREATE INDEX requests_by_client_id ON requests (client_request_id) WHERE client_request_id IS NOT NULL;

-- Receipts have another form now; those of the first version are not carried over.
UPDATE requests SET buckets = '{}';
