//! Numbers for people.

/// `1234567` as `1,234,567`.
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `4_820_000` as `4.82 M`; exact below ten thousand.
pub fn compact(value: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")];
    if value < 10_000 {
        return grouped(value);
    }
    let (unit, letter) = UNITS.into_iter().find(|(unit, _)| value >= *unit).unwrap_or((1, ""));
    let whole = value / unit;
    let hundredths = (value % unit) * 100 / unit;
    match whole {
        0..10 => format!("{whole}.{hundredths:02} {letter}"),
        10..100 => format!("{whole}.{} {letter}", hundredths / 10),
        _ => format!("{} {letter}", grouped(whole)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_three() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }

    #[test]
    fn compact_keeps_three_digits() {
        assert_eq!(compact(9_999), "9,999");
        assert_eq!(compact(12_345), "12.3 k");
        assert_eq!(compact(4_820_000), "4.82 M");
        assert_eq!(compact(412_000_000), "412 M");
        assert_eq!(compact(1_900_000_000), "1.90 B");
    }
}
