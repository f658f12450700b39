//! The request log, read out of the metering journal.
//!
//! The journal holds millions of rows, and its writer is on the way of every request: so there is no index for each filter.
//! A filtered look-up walks the index by time and reads at most [`RequestLog::LOOK`] rows; the page says where it ended and goes on from there.

mod sql;
#[cfg(test)]
mod tests;

use app::model::{
    KeyId, Money, RequestId, Timestamp,
    request::{Cursor, Ending, KeyOfRequest, Minute, Part, Refusal, RequestFilter, RequestLog, RequestRow},
    tier::Tier,
    time::{HOUR, MINUTE},
};

use super::{
    Store, count,
    db::{DbError, Reader, fetch_all, fetch_one, fetch_optional},
    parse, pattern,
};
use crate::access::{Grant, Permission, ViewOrg, ViewUsage};
use sql::{OF_ORG, OF_PROJECT, Statements};

/// Matching rows that are counted.
const MOST_COUNTED: i64 = 10_000;
/// Keys that the filter offers; others are found by their name.
const MOST_KEYS: i64 = 100;

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    client_request_id: Option<String>,
    arrived_at: i64,
    project: String,
    key_id: Option<String>,
    key_name: Option<String>,
    is_org_default: Option<bool>,
    model: String,
    tier: String,
    status: i64,
    error_code: Option<String>,
    refused_level: Option<String>,
    simulated: bool,
    estimated: bool,
    tokens_in: i64,
    tokens_cached: i64,
    tokens_out: i64,
    cost_micros: i64,
    latency_ms: i64,
    first_token_ms: Option<i64>,
}

impl Row {
    fn into_model(self, is_owner: bool) -> Result<RequestRow, DbError> {
        let level = self.refused_level.map(parse).transpose()?;
        let hidden = self.is_org_default == Some(true) && !is_owner;
        let key = match self.key_id {
            None => None,
            Some(_) if hidden => Some(KeyOfRequest {
                id: None,
                name: "Organization key".to_owned(),
            }),
            Some(id) => Some(KeyOfRequest {
                name: self.key_name.unwrap_or_else(|| id.clone()),
                id: Some(parse(id)?),
            }),
        };
        Ok(RequestRow {
            id: parse(self.id)?,
            client_id: self.client_request_id,
            at: Timestamp(self.arrived_at),
            project: self.project,
            key,
            model: parse(self.model)?,
            tier: parse(self.tier)?,
            status: u16::try_from(self.status).unwrap_or(0),
            refusal: Refusal::of(self.error_code.as_deref(), level),
            code: self.error_code,
            simulated: self.simulated,
            estimated: self.estimated,
            tokens_in: count(self.tokens_in),
            tokens_cached: count(self.tokens_cached),
            tokens_out: count(self.tokens_out),
            cost: Money(self.cost_micros),
            latency_ms: count(self.latency_ms),
            first_token_ms: self.first_token_ms.map(count),
        })
    }
}

/// Whose log is read, and by whom.
struct Reach<'a> {
    sql: &'static Statements,
    id: &'a str,
    org: &'a str,
    is_owner: bool,
}

/// The filter as the statements take it.
struct Terms {
    ending: &'static str,
    refusal: &'static str,
    model: String,
    key: String,
    tier: &'static str,
    text: String,
}

impl Terms {
    fn new(filter: &RequestFilter) -> Self {
        Self {
            ending: filter.ending.map_or("", Ending::as_str),
            refusal: filter.refusal.map_or("", Refusal::as_str),
            model: filter.model.as_ref().map(ToString::to_string).unwrap_or_default(),
            key: filter.key.as_ref().map(ToString::to_string).unwrap_or_default(),
            tier: filter.tier.map_or("", Tier::as_str),
            text: if filter.text.is_empty() {
                String::new()
            } else {
                pattern(&filter.text)
            },
        }
    }
}

/// A span of arrival, both ends included.
#[derive(Clone, Copy)]
struct Span {
    from: i64,
    to: i64,
}

/// Runs a statement that begins with the filters.
macro_rules! filtered {
    ($fetch:ident, $reader:expr, $row:ty, $sql:expr, $reach:expr, $terms:expr, $span:expr $(, $bind:expr)*) => {
        $fetch!(
            $reader, $row, $sql, $reach.id, $reach.org, $span.from, $span.to, $reach.is_owner, $terms.ending, $terms.refusal,
            $terms.model.as_str(), $terms.key.as_str(), $terms.tier, $terms.text.as_str() $(, $bind)*
        )
    };
}

/// Rows in the order of the log, and whether there are more in the direction that was read.
struct Found {
    rows: Vec<Row>,
    more: bool,
    /// Where the look-up ended early.
    edge: Option<i64>,
}

impl Store {
    /// The requests of one project.
    pub async fn project_requests(&self, grant: &Grant<ViewUsage>, filter: &RequestFilter, part: &Part) -> Result<RequestLog, DbError> {
        self.request_log(grant, &OF_PROJECT, grant.project().id.as_str(), filter, part)
            .await
    }

    /// The requests of a whole organization.
    pub async fn org_requests(&self, grant: &Grant<ViewOrg>, filter: &RequestFilter, part: &Part) -> Result<RequestLog, DbError> {
        self.request_log(grant, &OF_ORG, grant.org().id.as_str(), filter, part).await
    }

    async fn request_log<P: Permission>(
        &self,
        grant: &Grant<P>,
        sql: &'static Statements,
        id: &str,
        filter: &RequestFilter,
        part: &Part,
    ) -> Result<RequestLog, DbError> {
        let reach = Reach {
            sql,
            id,
            org: grant.org().id.as_str(),
            is_owner: grant.sees_org_default_key(),
        };
        let now = self.ambient.now();
        let span = Span {
            from: filter.since.start(now).0,
            to: i64::MAX,
        };
        let mut reader = self.db.read().await?;
        let mut log = part_of_log(&mut reader, &reach, filter, span, part).await?;
        log.any = !log.rows.is_empty() || fetch_optional!(&mut reader, (String,), sql.any, id)?.is_some();
        log.models = fetch_all!(&mut reader, (String,), sql.models, id)?
            .into_iter()
            .map(|(model,)| parse(model))
            .collect::<Result<_, _>>()?;
        log.keys = fetch_all!(&mut reader, (String, String), sql.keys, id, reach.is_owner, MOST_KEYS)?
            .into_iter()
            .map(|(id, name)| Ok((parse::<KeyId>(id)?, name)))
            .collect::<Result<_, DbError>>()?;
        (log.minutes, log.minutes_from) = minutes(&mut reader, &reach, now).await?;
        log.now = now;
        Ok(log)
    }
}

/// The rows, their number, and the ways on. The rest of the log is left empty.
async fn part_of_log(
    reader: &mut Reader,
    reach: &Reach<'_>,
    filter: &RequestFilter,
    span: Span,
    part: &Part,
) -> Result<RequestLog, DbError> {
    let mut terms = Terms::new(filter);
    if !filter.text.is_empty() {
        let by_name = std::mem::take(&mut terms.text);
        let exact = exact(reader, reach, &terms, span, &filter.text).await?;
        if !exact.is_empty() || filter.text.parse::<RequestId>().is_ok() {
            return Ok(RequestLog {
                total: exact.len() as u64,
                ..empty(models(exact, reach)?)
            });
        }
        terms.text = by_name;
    }
    let look = filter.selects();
    let (found, has_older, has_newer) = match part {
        Part::After(cursor) => {
            let newer = newer(reader, reach, &terms, span, cursor, look).await?;
            if newer.more {
                (newer, true, true)
            } else {
                // The top of the log is a full page, not what is left over above the page that was seen.
                let top = older(reader, reach, &terms, span, None, look).await?;
                let more = top.more;
                (top, more, false)
            }
        }
        Part::Before(cursor) => {
            let found = older(reader, reach, &terms, span, Some(cursor), look).await?;
            let more = found.more;
            (found, more, true)
        }
        Part::Newest => {
            let found = older(reader, reach, &terms, span, None, look).await?;
            let more = found.more;
            (found, more, false)
        }
    };
    let counted = match older_edge(reader, reach, span, look).await? {
        Some(edge) => Span { from: edge, ..span },
        None => span,
    };
    let (total,) = filtered!(fetch_one, reader, (i64,), reach.sql.count, reach, &terms, counted, MOST_COUNTED + 1)?;
    let edge = found.edge;
    let rows = models(found.rows, reach)?;
    Ok(RequestLog {
        total: count(total.min(MOST_COUNTED)),
        total_is_exact: total <= MOST_COUNTED && counted.from == span.from,
        older: rows.last().filter(|_| has_older).map(RequestRow::cursor),
        newer: rows.first().filter(|_| has_newer).map(RequestRow::cursor),
        looked_until: edge.map(|at| Cursor {
            at: Timestamp(at),
            id: None,
        }),
        ..empty(rows)
    })
}

fn empty(rows: Vec<RequestRow>) -> RequestLog {
    RequestLog {
        rows,
        total: 0,
        total_is_exact: true,
        any: true,
        older: None,
        newer: None,
        looked_until: None,
        models: Vec::new(),
        keys: Vec::new(),
        minutes: Vec::new(),
        minutes_from: Timestamp(0),
        now: Timestamp(0),
    }
}

fn models(rows: Vec<Row>, reach: &Reach<'_>) -> Result<Vec<RequestRow>, DbError> {
    rows.into_iter().map(|row| row.into_model(reach.is_owner)).collect()
}

/// One row more than a page holds tells whether there is another page.
fn asked() -> i64 {
    i64::from(RequestLog::SIZE) + 1
}

fn take_page(mut rows: Vec<Row>) -> (Vec<Row>, bool) {
    let size = usize::from(RequestLog::SIZE);
    let more = rows.len() > size;
    rows.truncate(size);
    (rows, more)
}

async fn exact(reader: &mut Reader, reach: &Reach<'_>, terms: &Terms, span: Span, id: &str) -> Result<Vec<Row>, DbError> {
    filtered!(
        fetch_all,
        reader,
        Row,
        reach.sql.exact,
        reach,
        terms,
        span,
        id,
        i64::from(RequestLog::SIZE)
    )
}

/// The arrival of the last row that a look-up reads, walking back from the end of the span; `None` when it reads them all.
async fn older_edge(reader: &mut Reader, reach: &Reach<'_>, span: Span, look: bool) -> Result<Option<i64>, DbError> {
    if !look {
        return Ok(None);
    }
    let row = fetch_optional!(
        reader,
        (i64,),
        reach.sql.older_edge,
        reach.id,
        span.from,
        span.to,
        i64::from(RequestLog::LOOK)
    )?;
    Ok(row.map(|(at,)| at))
}

async fn older(
    reader: &mut Reader,
    reach: &Reach<'_>,
    terms: &Terms,
    span: Span,
    before: Option<&Cursor>,
    look: bool,
) -> Result<Found, DbError> {
    let mut span = span;
    if let Some(cursor) = before {
        span.to = cursor.at.0;
    }
    let edge = older_edge(reader, reach, span, look).await?;
    span.from = edge.unwrap_or(span.from);
    let id = before.and_then(|cursor| cursor.id.as_ref()).map_or("", RequestId::as_str);
    let rows = filtered!(fetch_all, reader, Row, reach.sql.older, reach, terms, span, id, asked())?;
    let (rows, more) = take_page(rows);
    Ok(Found {
        rows,
        more,
        edge: edge.filter(|_| !more),
    })
}

/// The rows above the cursor, read upwards. With more than [`RequestLog::LOOK`] rows above it, the top is shown instead.
async fn newer(reader: &mut Reader, reach: &Reach<'_>, terms: &Terms, span: Span, after: &Cursor, look: bool) -> Result<Found, DbError> {
    let mut span = Span {
        from: span.from.max(after.at.0),
        ..span
    };
    if look {
        let edge = fetch_optional!(
            reader,
            (i64,),
            reach.sql.newer_edge,
            reach.id,
            span.from,
            span.to,
            i64::from(RequestLog::LOOK)
        )?;
        span.to = edge.map_or(span.to, |(at,)| at);
    }
    let id = after.id.as_ref().map_or("", RequestId::as_str);
    let rows = filtered!(fetch_all, reader, Row, reach.sql.newer, reach, terms, span, id, asked())?;
    let (mut rows, more) = take_page(rows);
    rows.reverse();
    Ok(Found { rows, more, edge: None })
}

/// The requests of the last hour by minute, and the first minute that is complete: at most [`RequestLog::LOOK`] rows are read.
async fn minutes(reader: &mut Reader, reach: &Reach<'_>, now: Timestamp) -> Result<(Vec<Minute>, Timestamp), DbError> {
    let this = now.0.div_euclid(MINUTE) * MINUTE;
    let hour = Span {
        from: this - HOUR + MINUTE,
        to: i64::MAX,
    };
    let edge = older_edge(reader, reach, hour, true).await?;
    // The minute of the edge may have more rows than were read.
    let from = edge.map_or(hour.from, |at| at.div_euclid(MINUTE) * MINUTE + MINUTE);
    let rows = fetch_all!(reader, (i64, i64, i64), reach.sql.minutes, reach.id, from)?;
    let minutes = rows
        .into_iter()
        .map(|(start, all, refused)| Minute {
            start: Timestamp(start),
            admitted: count(all - refused),
            refused: count(refused),
        })
        .collect();
    Ok((minutes, Timestamp(from)))
}
