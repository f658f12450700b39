//! The table, on the screen and in `benches/RESULTS.md`.

use std::fs;

use crate::{Outcome, facts::facts};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/RESULTS.md");
const METHOD: &str = include_str!("../method.md");

/// One line of the table.
pub struct Row {
    what: String,
    bar: String,
    measured: String,
    verdict: Verdict,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Holds,
    FallsShort,
    Missing,
    /// It has no bar.
    Noted,
}

impl Verdict {
    fn text(self) -> &'static str {
        match self {
            Self::Holds => "yes",
            Self::FallsShort => "**no**",
            Self::Missing => "**not measured**",
            Self::Noted => "",
        }
    }
}

impl Row {
    pub fn judged(what: impl Into<String>, bar: impl Into<String>, measured: impl Into<String>, holds: bool) -> Self {
        let verdict = if holds { Verdict::Holds } else { Verdict::FallsShort };
        Self::new(what, bar, measured, verdict)
    }

    pub fn missing(what: impl Into<String>, bar: impl Into<String>) -> Self {
        Self::new(what, bar, "", Verdict::Missing)
    }

    /// A number that explains others.
    pub fn noted(what: impl Into<String>, measured: impl Into<String>) -> Self {
        Self::new(what, "", measured, Verdict::Noted)
    }

    fn new(what: impl Into<String>, bar: impl Into<String>, measured: impl Into<String>, verdict: Verdict) -> Self {
        Self {
            what: what.into(),
            bar: bar.into(),
            measured: measured.into(),
            verdict,
        }
    }

    fn cells(&self) -> [&str; 4] {
        [&self.what, &self.bar, &self.measured, self.verdict.text()]
    }
}

/// Prints the table and writes the file.
pub fn publish(rows: &[Row]) -> Outcome {
    let table = table(rows);
    println!("\n{table}");
    let short: Vec<&Row> = rows
        .iter()
        .filter(|row| matches!(row.verdict, Verdict::FallsShort | Verdict::Missing))
        .collect();
    let verdict = if short.is_empty() {
        "Nothing: every bar holds.".to_owned()
    } else {
        short
            .iter()
            .map(|row| format!("- {}: {}", row.what, row.shortfall()))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let machine = facts().join("\n- ");
    let text = format!(
        "# Results\n\nWritten by `make bench`, which repeats all of it.\n\n{table}\n## What falls short\n\n{verdict}\n\n## The machine\n\n- {machine}\n\n{METHOD}"
    );
    fs::write(FILE, text)?;
    Ok(())
}

impl Row {
    fn shortfall(&self) -> String {
        match self.verdict {
            Verdict::Missing => "not measured in this run".to_owned(),
            _ => format!("wanted {}, measured {}", self.bar, self.measured),
        }
    }
}

/// Markdown whose columns also line up on a screen.
pub fn table(rows: &[Row]) -> String {
    let head = ["what", "bar", "measured", "holds?"];
    let widths: [usize; 4] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| row.cells()[column]);
        cells
            .chain([head[column]])
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    });
    let line = |cells: [&str; 4]| {
        let padded: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("| {} |\n", padded.join(" | "))
    };
    let rule = widths.map(|width| "-".repeat(width));
    let mut text = line(head) + &line(rule.each_ref().map(String::as_str));
    text.extend(rows.iter().map(|row| line(row.cells())));
    text
}
