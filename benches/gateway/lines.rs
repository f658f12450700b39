//! What other benchmarks found out: lines of `bench:`, an id, a value and its unit, with tabs between, such as `bench: decision_one_thread_p50 820 ns`.

use std::{collections::BTreeMap, fs, path::Path};

use crate::{Outcome, report::Row};

const ONE_P50: &str = "decision_one_thread_p50";
const ONE_P99: &str = "decision_one_thread_p99";
const TWO_P50: &str = "decision_two_threads_p50";
const FEW_KEYS: &str = "decision_10_keys_p50";
const MANY_KEYS: &str = "decision_100000_keys_p50";
const BATCH_OF_ONE: &str = "journal_batch_1_p50";
const RECORD: &str = "journal_batch_1024_cpu";
const RESTART: &str = "restart_10000_buckets";
const SWITCHER: &str = "switcher_opens_p50";
const PASSWORD: &str = "password_p50";

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

    /// The rows of the admission decision, of the journal, of the proof of a password and of the switcher; those without their lines say so.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = vec![
            self.decision(
                "admission decision, 12 buckets, one thread",
                [(ONE_P50, "p50", 1.0), (ONE_P99, "p99", 5.0)].as_slice(),
            ),
            self.decision("the same, two threads on one org", [(TWO_P50, "p50", 3.0)].as_slice()),
            self.flatness(),
        ];
        rows.extend([
            self.at_most("a batch of one record, committed, `written`, p50", BATCH_OF_ONE, 300.0, "µs"),
            self.at_most("start with 10,000 buckets: their levels read and loaded", RESTART, 1_000.0, "ms"),
            self.password(),
            self.at_most("the switcher opens in Chromium, on 500 projects, p50", SWITCHER, 100.0, "ms"),
        ]);
        let record = self.0.get(RECORD).map(|(value, _)| format!("{value:.1} µs"));
        rows.extend(record.map(|measured| Row::noted("processor time of a record in a full batch", measured)));
        rows
    }

    /// A line whose value stands in the unit of its bar.
    fn at_most(&self, what: &str, id: &str, most: f64, unit: &str) -> Row {
        let bar = format!("≤ {most} {unit}");
        match self.0.get(id) {
            Some((value, _)) => Row::judged(what, bar, format!("{value} {unit}"), *value <= most),
            None => Row::missing(what, bar),
        }
    }

    /// Long enough to guess slowly, short enough to wait for.
    fn password(&self) -> Row {
        let (what, bar) = ("a proof of a password (Argon2id), p50", "50 to 250 ms");
        match self.0.get(PASSWORD) {
            Some((value, _)) => Row::judged(what, bar, format!("{value} ms"), (50.0..=250.0).contains(value)),
            None => Row::missing(what, bar),
        }
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
