//! What other benchmarks found out: lines of `bench:`, an id, a value and its unit, with tabs between, such as `bench: decision-p50 820 ns`.

use std::{collections::BTreeMap, fs, path::Path};

use crate::{Outcome, report::Row};

const ONE_P50: &str = "decision-p50";
const ONE_P99: &str = "decision-p99";
const TWO_P50: &str = "decision-two-threads-p50";
const FEW_KEYS: &str = "decision-keys-10";
const MANY_KEYS: &str = "decision-keys-100000";

/// Values by their id, each with its unit.
#[derive(Default)]
pub struct Lines(BTreeMap<String, (f64, String)>);

impl Lines {
    pub fn read(file: &Path) -> Outcome<Self> {
        let mut lines = BTreeMap::new();
        for line in fs::read_to_string(file)?.lines() {
            if let Some(rest) = line.strip_prefix("bench:\t") {
                let [id, value, unit] = rest.split('\t').collect::<Vec<_>>()[..] else {
                    return Err(format!("{}: not `bench:`, id, value and unit: {line}", file.display()).into());
                };
                lines.insert(id.to_owned(), (value.parse()?, unit.to_owned()));
            }
        }
        Ok(Self(lines))
    }

    /// The rows of the admission decision; those without their lines say so.
    pub fn decision_rows(&self) -> Vec<Row> {
        let mut rows = vec![
            self.decision(
                "admission decision, 12 buckets, one thread",
                [(ONE_P50, "p50", 1.0), (ONE_P99, "p99", 5.0)].as_slice(),
            ),
            self.decision("the same, two threads on one org", [(TWO_P50, "p50", 3.0)].as_slice()),
            self.flatness(),
        ];
        let known = [ONE_P50, ONE_P99, TWO_P50, FEW_KEYS, MANY_KEYS];
        let others = self.0.iter().filter(|(id, _)| !known.contains(&id.as_str()));
        rows.extend(others.map(|(id, (value, unit))| Row::noted(id, format!("{value} {unit}"))));
        rows
    }

    /// Microseconds: the lines give nanoseconds.
    fn micros(&self, id: &str) -> Option<f64> {
        self.0.get(id).map(|(value, _)| value / 1_000.0)
    }

    fn decision(&self, what: &str, bars: &[(&str, &str, f64)]) -> Row {
        let bar = bars
            .iter()
            .map(|(_, name, most)| format!("{name} ≤ {most} µs"))
            .collect::<Vec<_>>()
            .join(", ");
        let found: Option<Vec<_>> = bars.iter().map(|(id, name, most)| Some((name, self.micros(id)?, most))).collect();
        let Some(found) = found else {
            return Row::missing(what, bar);
        };
        let measured = found
            .iter()
            .map(|(name, value, _)| format!("{name} {value:.2} µs"))
            .collect::<Vec<_>>()
            .join(", ");
        Row::judged(what, bar, measured, found.iter().all(|(_, value, most)| value <= most))
    }

    fn flatness(&self) -> Row {
        let (what, bar) = ("cost of a decision from 10 to 100,000 keys", "flat (± 20 %)");
        match (self.micros(FEW_KEYS), self.micros(MANY_KEYS)) {
            (Some(few), Some(many)) => {
                let change = (many / few - 1.0) * 100.0;
                Row::judged(
                    what,
                    bar,
                    format!("{few:.2} µs to {many:.2} µs: {change:+.0} %"),
                    change.abs() <= 20.0,
                )
            }
            _ => Row::missing(what, bar),
        }
    }
}
