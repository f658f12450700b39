//! Lists as CSV (RFC 4180), sent page by page.

use std::sync::Arc;

use app::model::AppError;
use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use futures::{future::BoxFuture, stream::BoxStream};
use http::{
    header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    request::Parts,
};

use super::{Site, errors::Audience};

/// A list that can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsvList {
    Projects,
    Keys,
    Collaborators,
    Members,
}

impl CsvList {
    fn disposition(self) -> &'static str {
        match self {
            Self::Projects => "attachment; filename=\"projects.csv\"",
            Self::Keys => "attachment; filename=\"keys.csv\"",
            Self::Collaborators => "attachment; filename=\"collaborators.csv\"",
            Self::Members => "attachment; filename=\"members.csv\"",
        }
    }
}

/// Lines of a list; what fails later cuts the download off.
pub type Lines = BoxStream<'static, Result<String, AppError>>;

/// Opens the list at the address of a request, for its caller.
pub type OpenExport = Arc<dyn Fn(Parts, CsvList) -> BoxFuture<'static, Result<Lines, AppError>> + Send + Sync>;

/// Sends the list.
pub async fn send(list: CsvList, State(site): State<Arc<Site>>, parts: Parts) -> Response {
    let audience = Audience::of_parts(&parts);
    match (site.console.export)(parts, list).await {
        Err(error) => audience.refuse(&error),
        Ok(lines) => {
            let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, list.disposition())];
            (headers, Body::from_stream(lines)).into_response()
        }
    }
}

/// A line: every cell quoted. What a spreadsheet would take for a formula gets an apostrophe before it, also behind spaces and
/// quotes, which some of them skip.
pub fn line<T: AsRef<str>>(cells: &[T]) -> String {
    let quoted = cells.iter().map(|cell| {
        let cell = cell.as_ref();
        let first = cell.trim_start_matches([' ', '"', '\'']);
        let guard = if first.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
            "'"
        } else {
            ""
        };
        format!("\"{guard}{}\"", cell.replace('"', "\"\""))
    });
    let mut line = quoted.collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_no_formula_runs() {
        assert_eq!(
            line(&["a,b", "say \"x\"", "", "two\nlines"]),
            "\"a,b\",\"say \"\"x\"\"\",\"\",\"two\nlines\"\r\n"
        );
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\"=1", "'=1"] {
            let line = line(&[formula]);
            assert!(line.starts_with("\"'"), "{line}");
        }
        assert_eq!(line(&["a=b", "1-2"]), "\"a=b\",\"1-2\"\r\n");
    }
}
