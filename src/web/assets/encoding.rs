//! Content coding: which form of a body a client gets (RFC 9110, section 12.5.3).

use axum::http::{HeaderMap, header::ACCEPT_ENCODING};

/// A coding that assets are stored in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Brotli,
    Gzip,
    Identity,
}

impl Coding {
    /// The name of the coding in HTTP.
    pub fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }
}

/// Picks, among the codings on offer (best first), the one that the client weighs highest.
///
/// Identity is the answer also where the client refuses every coding: a body in a form that was not asked for helps more than none.
pub fn negotiate(headers: &HeaderMap, offered: &[Coding]) -> Coding {
    let mut best = (Coding::Identity, 0.0);
    for &coding in offered {
        let weight = weight(headers, coding);
        if weight > best.1 {
            best = (coding, weight);
        }
    }
    best.0
}

/// The weight of a coding, 0 (not acceptable) to 1. An unnamed coding has the weight of `*`. Unnamed identity is acceptable by default,
/// but less than anything that the client named.
fn weight(headers: &HeaderMap, coding: Coding) -> f32 {
    const UNNAMED_IDENTITY: f32 = 0.0001;
    let listed = |name: &str| {
        let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        values
            .flat_map(|value| value.split(','))
            .map(parse)
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, weight)| weight)
    };
    let unnamed = if coding == Coding::Identity { UNNAMED_IDENTITY } else { 0.0 };
    listed(coding.name()).or_else(|| listed("*")).unwrap_or(unnamed)
}

/// `gzip;q=0.5` → (`gzip`, 0.5). A weight that is no number from 0 to 1 counts as a refusal.
fn parse(element: &str) -> (&str, f32) {
    let (name, parameters) = element.split_once(';').unwrap_or((element, ""));
    let weight = match parameters.trim().split_once('=') {
        Some((key, value)) if key.trim().eq_ignore_ascii_case("q") => {
            value.trim().parse().ok().filter(|q| (0.0..=1.0).contains(q)).unwrap_or(0.0)
        }
        _ => 1.0,
    };
    (name.trim(), weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &[Coding] = &[Coding::Brotli, Coding::Gzip, Coding::Identity];

    fn chosen(accept: &str, offered: &[Coding]) -> Coding {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, accept.parse().unwrap());
        negotiate(&headers, offered)
    }

    #[test]
    fn the_best_coding_wins_where_the_client_has_no_preference() {
        assert_eq!(chosen("gzip, deflate, br, zstd", ALL), Coding::Brotli);
        assert_eq!(chosen("gzip, deflate", ALL), Coding::Gzip);
        assert_eq!(chosen("*", ALL), Coding::Brotli);
        assert_eq!(chosen("GZIP", ALL), Coding::Gzip);
    }

    #[test]
    fn weights_decide() {
        assert_eq!(chosen("br;q=0.5, gzip;q=0.8", ALL), Coding::Gzip);
        assert_eq!(chosen("br;q=0, *", ALL), Coding::Gzip);
        assert_eq!(chosen("gzip;q=0.5, identity", ALL), Coding::Identity);
        assert_eq!(chosen("gzip ; q=0.001", ALL), Coding::Gzip);
    }

    #[test]
    fn nonsense_weights_refuse_the_coding() {
        for weight in ["2", "-1", "NaN", "inf", "x", ""] {
            assert_eq!(chosen(&format!("br;q={weight}, gzip;q=0.1"), ALL), Coding::Gzip, "q={weight}");
        }
    }

    #[test]
    fn identity_is_the_last_resort() {
        assert_eq!(negotiate(&HeaderMap::new(), ALL), Coding::Identity);
        assert_eq!(chosen("zstd", ALL), Coding::Identity);
        assert_eq!(chosen("identity;q=0, *;q=0", ALL), Coding::Identity);
        assert_eq!(chosen("br, gzip", &[Coding::Identity]), Coding::Identity);
    }

    #[test]
    fn several_header_lines_count_as_one() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT_ENCODING, "deflate".parse().unwrap());
        headers.append(ACCEPT_ENCODING, "gzip".parse().unwrap());
        assert_eq!(negotiate(&headers, ALL), Coding::Gzip);
    }
}
