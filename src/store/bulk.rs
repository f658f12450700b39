//! Statements over many rows: few round trips a batch, and few texts, so that each connection prepares each of them once.

use std::sync::OnceLock;

/// Rows a statement, the largest first. A batch takes as many of each size as fit: 100 rows are 64 + 32 + 4. Every small
/// number has its own statement, because small batches are those that somebody waits for. Limits come by the dozen
/// (two metrics, three windows, one model and all), and hold for an org and its project.
const SIZES: [usize; 20] = [256, 64, 32, 24, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1];

/// One text for both engines, with as many rows of placeholders between `head` and `tail` as needed.
pub struct Bulk {
    head: &'static str,
    columns: usize,
    tail: &'static str,
    numbered: [OnceLock<String>; SIZES.len()],
    plain: [OnceLock<String>; SIZES.len()],
}

/// How an engine writes placeholders.
pub trait Placeholders {
    /// `$1`. SQLite reads that too, but as a name that it looks up in a list for every value: the cost of a statement
    /// would grow with the square of its rows. There, placeholders are `?`.
    const NUMBERED: bool;
}

impl Placeholders for sqlx::Sqlite {
    const NUMBERED: bool = false;
}

impl Placeholders for sqlx::Postgres {
    const NUMBERED: bool = true;
}

impl Bulk {
    /// `head` ends in front of the first row, `tail` begins behind the last; `columns` are the values of a row.
    pub const fn new(head: &'static str, columns: usize, tail: &'static str) -> Self {
        Self {
            head,
            columns,
            tail,
            numbered: [const { OnceLock::new() }; SIZES.len()],
            plain: [const { OnceLock::new() }; SIZES.len()],
        }
    }

    /// The text for a chunk of [`chunks`].
    pub fn text<E: Placeholders>(&'static self, rows: usize) -> &'static str {
        let size = SIZES.iter().position(|size| *size == rows).unwrap_or(SIZES.len() - 1);
        let texts = if E::NUMBERED { &self.numbered } else { &self.plain };
        texts[size].get_or_init(|| self.build(SIZES[size], E::NUMBERED))
    }

    fn build(&self, rows: usize, numbered: bool) -> String {
        let mut number = 0;
        let mut placeholder = || {
            number += 1;
            if numbered { format!("${number}") } else { "?".to_owned() }
        };
        let rows: Vec<String> = (0..rows)
            .map(|_| {
                let row: Vec<String> = (0..self.columns).map(|_| placeholder()).collect();
                format!("({})", row.join(", "))
            })
            .collect();
        format!("{}{}{}", self.head, rows.join(", "), self.tail)
    }
}

/// Cuts rows into chunks that have a statement.
pub fn chunks<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rest.len())?;
        let (chunk, left) = rest.split_at(size);
        rest = left;
        Some(chunk)
    })
}

/// `execute_rows!(on, BULK, rows, |query, row| query.bind(row.a).bind(row.b))`
macro_rules! execute_rows {
    ($on:expr, $bulk:expr, $rows:expr, |$query:ident, $row:ident| $bind:expr) => {
        async {
            for chunk in $crate::store::bulk::chunks($rows) {
                $crate::store::db::on_engine!($on, |c: DB| {
                    let text = $bulk.text::<DB>(chunk.len());
                    let query = chunk.iter().fold(sqlx::query::<DB>(text), |$query, $row| $bind);
                    async { query.execute(c).await.map(drop) }
                })?;
            }
            Ok::<(), $crate::store::db::DbError>(())
        }
        .await
    };
}

/// `fetch_rows!(on, Row, BULK, rows, |query, row| …)` → `Vec<Row>`: what the statement returns for all rows.
macro_rules! fetch_rows {
    ($on:expr, $out:ty, $bulk:expr, $rows:expr, |$query:ident, $row:ident| $bind:expr) => {
        async {
            let mut all: Vec<$out> = Vec::with_capacity($rows.len());
            for chunk in $crate::store::bulk::chunks($rows) {
                all.extend($crate::store::db::on_engine!($on, |c: DB| {
                    let text = $bulk.text::<DB>(chunk.len());
                    let query = chunk.iter().fold(sqlx::query_as::<DB, $out>(text), |$query, $row| $bind);
                    query.fetch_all(c)
                })?);
            }
            Ok::<Vec<$out>, $crate::store::db::DbError>(all)
        }
        .await
    };
}

pub(crate) use {execute_rows, fetch_rows};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_chunk_of_a_known_size() {
        for rows in [0, 1, 3, 63, 64, 100, 255, 1_024] {
            let all: Vec<usize> = (0..rows).collect();
            assert_eq!(chunks(&all).flatten().copied().collect::<Vec<_>>(), all);
            assert!(chunks(&all).all(|chunk| SIZES.contains(&chunk.len())));
        }
    }

    #[test]
    fn a_small_batch_is_one_statement_and_a_large_one_few() {
        for (rows, statements) in [(0, 0), (1, 1), (7, 1), (16, 1), (24, 1), (100, 3), (255, 6), (1_024, 4)] {
            assert_eq!(chunks(&vec![(); rows]).count(), statements, "{rows} rows");
        }
    }

    #[test]
    fn the_text_follows_the_engine() {
        static PAIRS: Bulk = Bulk::new("INSERT INTO pairs VALUES ", 2, " ON CONFLICT DO NOTHING");
        assert_eq!(
            PAIRS.text::<sqlx::Postgres>(4),
            "INSERT INTO pairs VALUES ($1, $2), ($3, $4), ($5, $6), ($7, $8) ON CONFLICT DO NOTHING"
        );
        assert_eq!(
            PAIRS.text::<sqlx::Sqlite>(1),
            "INSERT INTO pairs VALUES (?, ?) ON CONFLICT DO NOTHING"
        );
    }
}
