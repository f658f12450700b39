//! Who holds an org's bucket: the part of each project, which drains in proportion as the bucket drains.

/// Below this the parts are rescaled, long before they lose digits.
const SMALLEST_SCALE: f64 = 1e-9;

/// Parts of one bucket by project, in the bucket's own unit. They explain a decision and never make one, so rounding is
/// allowed here. Draining costs the same for any number of projects: all parts share one scale.
#[derive(Clone, Debug)]
pub(super) struct Shares {
    /// A part counts its amount times this.
    scale: f64,
    /// Parts of an earlier round are 0: the bucket was empty in between.
    round: u32,
    parts: Vec<Part>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Part {
    round: u32,
    amount: f64,
}

impl Shares {
    pub(super) fn new() -> Self {
        Self {
            scale: 1.0,
            round: 0,
            parts: Vec::new(),
        }
    }

    /// The bucket drained from one level to a lower one.
    pub(super) fn drain(&mut self, before: i128, after: i128) {
        if after <= 0 {
            self.round = self.round.wrapping_add(1);
            self.scale = 1.0;
        } else if after < before {
            self.scale *= float(after) / float(before);
            if self.scale < SMALLEST_SCALE {
                for part in &mut self.parts {
                    part.amount *= self.scale;
                }
                self.scale = 1.0;
            }
        }
    }

    /// The project's part grows, or shrinks to 0 at least.
    pub(super) fn add(&mut self, project: u32, amount: i128) {
        let index = project as usize;
        if index >= self.parts.len() {
            self.parts.resize(index + 1, Part::default());
        }
        let part = &mut self.parts[index];
        if part.round != self.round {
            *part = Part {
                round: self.round,
                amount: 0.0,
            };
        }
        part.amount = (part.amount + float(amount) / self.scale).max(0.0);
    }

    /// Every part that is not 0, with its project.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, f64)> {
        let of_this_round = move |part: &Part| (part.round == self.round).then_some(part.amount * self.scale);
        (0u32..)
            .zip(&self.parts)
            .filter_map(move |(project, part)| of_this_round(part).map(|amount| (project, amount)))
            .filter(|(_, amount)| *amount > 0.0)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share is shown, not enforced")]
fn float(value: i128) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(shares: &Shares) -> Vec<(u32, i64)> {
        #[expect(clippy::cast_possible_truncation, reason = "small numbers")]
        shares.iter().map(|(project, amount)| (project, amount.round() as i64)).collect()
    }

    #[test]
    fn parts_drain_in_proportion_and_sum_up_to_the_bucket() {
        let mut shares = Shares::new();
        shares.add(0, 300);
        shares.add(2, 100);
        shares.drain(400, 200);
        assert_eq!(parts(&shares), [(0, 150), (2, 50)]);
        shares.add(1, 200);
        shares.drain(400, 100);
        assert_eq!(parts(&shares), [(0, 38), (1, 50), (2, 13)]);
        shares.add(1, -70);
        assert_eq!(parts(&shares), [(0, 38), (2, 13)]);
    }

    #[test]
    fn an_empty_bucket_forgets_who_held_it() {
        let mut shares = Shares::new();
        shares.add(0, 300);
        shares.drain(300, 0);
        assert_eq!(parts(&shares), []);
        shares.add(1, 5);
        assert_eq!(parts(&shares), [(1, 5)]);
    }

    #[test]
    fn draining_for_ever_keeps_the_digits() {
        let mut shares = Shares::new();
        let mut level: i128 = 0;
        for _ in 0..10_000 {
            shares.add(0, 1_000_000);
            shares.add(1, 3_000_000);
            level += 4_000_000;
            shares.drain(level, level / 2);
            level /= 2;
        }
        let parts = parts(&shares);
        assert!((990_000..=1_010_000).contains(&parts[0].1), "{parts:?}");
        assert!((2_990_000..=3_010_000).contains(&parts[1].1), "{parts:?}");
    }
}
