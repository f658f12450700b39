//! The statements of the request log, one set for a project and one for an organization.

macro_rules! columns {
    () => {
        "SELECT r.id, r.client_request_id, r.arrived_at, p.name AS project, r.key_id, k.name AS key_name, k.is_org_default, r.model, r.tier,
                r.status, r.error_code, r.refused_level, r.simulated, r.estimated, r.tokens_in, r.tokens_cached, r.tokens_out, r.cost_micros,
                r.latency_ms, r.first_token_ms
         FROM requests r JOIN projects p ON p.id = r.project_id LEFT JOIN api_keys k ON k.id = r.key_id"
    };
}

// As `Refusal::of` says.
macro_rules! refusal {
    () => {
        "CASE r.error_code WHEN 'spend_limit_exceeded' THEN 'budget' WHEN 'queue_exceeded' THEN 'queue' ELSE r.refused_level END"
    };
}

// $1 is the project or the org, $2 the org (whose keys have names), $3 and $4 bound the arrival. An empty text ($6 to $11) filters nothing. $5 is true for owners,
// who alone may look for the Organization Default Key.
macro_rules! filters {
    ($column:literal) => {
        concat!(
            " WHERE ",
            $column,
            " = $1 AND r.arrived_at >= $3 AND r.arrived_at <= $4
              AND ($6 = '' OR ($6 = 'ok' AND r.status < 400) OR ($6 = 'refused' AND (",
            refusal!(),
            ") IS NOT NULL) OR ($6 = 'errors' AND r.status >= 400 AND (",
            refusal!(),
            ") IS NULL))
              AND ($7 = '' OR (",
            refusal!(),
            ") = $7)
              AND ($8 = '' OR r.model = $8)
              AND ($9 = '' OR (r.key_id = $9 AND ($5 OR NOT EXISTS (SELECT 1 FROM api_keys d WHERE d.id = $9 AND d.is_org_default))))
              AND ($10 = '' OR r.tier = $10)
              AND ($11 = '' OR lower(r.model) LIKE lower($11) ESCAPE '\\' OR r.key_id IN (
                    SELECT n.id FROM api_keys n JOIN projects o ON o.id = n.project_id
                    WHERE o.org_id = $2 AND ($5 OR NOT n.is_org_default) AND lower(n.name) LIKE lower($11) ESCAPE '\\'))"
        )
    };
}

/// The statements of one scope.
pub struct Statements {
    pub older: &'static str,
    pub newer: &'static str,
    pub count: &'static str,
    pub exact: &'static str,
    pub older_edge: &'static str,
    pub newer_edge: &'static str,
    pub any: &'static str,
    pub models: &'static str,
    pub keys: &'static str,
    pub minutes: &'static str,
}

// `$aside` is the column as an expression, so that an engine cannot prefer the index by time over the one by id.
macro_rules! statements {
    ($column:literal, $aside:literal, $projects:literal) => {
        Statements {
            older: concat!(
                columns!(),
                filters!($column),
                " AND (r.arrived_at < $4 OR r.id < $12) ORDER BY r.arrived_at DESC, r.id DESC LIMIT $13"
            ),
            newer: concat!(
                columns!(),
                filters!($column),
                " AND (r.arrived_at > $3 OR r.id > $12) ORDER BY r.arrived_at, r.id LIMIT $13"
            ),
            count: concat!(
                "SELECT count(*) FROM (SELECT 1 AS one FROM requests r",
                filters!($column),
                " LIMIT $12) found"
            ),
            // A client may send any text as its own id, another request's id included: the request that has it as its id comes first.
            exact: concat!(
                columns!(),
                filters!($aside),
                " AND (r.id = $12 OR r.client_request_id = $12)
                  ORDER BY CASE WHEN r.id = $12 THEN 0 ELSE 1 END, r.arrived_at DESC, r.id DESC LIMIT $13"
            ),
            older_edge: concat!(
                "SELECT r.arrived_at FROM requests r WHERE ",
                $column,
                " = $1 AND r.arrived_at >= $2 AND r.arrived_at <= $3 ORDER BY r.arrived_at DESC LIMIT 1 OFFSET $4"
            ),
            newer_edge: concat!(
                "SELECT r.arrived_at FROM requests r WHERE ",
                $column,
                " = $1 AND r.arrived_at >= $2 AND r.arrived_at <= $3 ORDER BY r.arrived_at LIMIT 1 OFFSET $4"
            ),
            any: concat!("SELECT r.id FROM requests r WHERE ", $column, " = $1 LIMIT 1"),
            models: concat!(
                "SELECT DISTINCT m.model FROM project_models m JOIN projects p ON p.id = m.project_id WHERE ",
                $projects,
                " = $1 ORDER BY m.model"
            ),
            keys: concat!(
                "SELECT k.id, k.name FROM api_keys k JOIN projects p ON p.id = k.project_id WHERE ",
                $projects,
                " = $1 AND ($2 OR NOT k.is_org_default) ORDER BY coalesce(k.last_used_at, 0) DESC, lower(k.name), k.id LIMIT $3"
            ),
            minutes: concat!(
                "SELECT t.minute, count(*), CAST(sum(t.refused) AS BIGINT) FROM (
                    SELECT (r.arrived_at / 60000) * 60000 AS minute, CASE WHEN (",
                refusal!(),
                ") IS NULL THEN 0 ELSE 1 END AS refused FROM requests r WHERE ",
                $column,
                " = $1 AND r.arrived_at >= $2) t GROUP BY t.minute ORDER BY t.minute"
            ),
        }
    };
}

pub const OF_PROJECT: Statements = statements!("r.project_id", "(r.project_id || '')", "p.id");
pub const OF_ORG: Statements = statements!("r.org_id", "(r.org_id || '')", "p.org_id");
