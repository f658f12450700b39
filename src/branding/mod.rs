//! Logos that people upload: only what is known to be harmless is kept, and it is written anew.

mod png;
mod svg;
#[cfg(test)]
mod tests;

use app::model::branding::{LogoKind, MAX_LOGO_BYTES};

/// A logo that may be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    pub kind: LogoKind,
    pub image: Vec<u8>,
}

/// Why a logo is refused; the sentence is for the person who chose it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(String);

impl Refused {
    fn because(problem: impl Into<String>) -> Self {
        Self(problem.into())
    }
}

/// Reads an upload as SVG or PNG, by its content and not by its name, and writes it anew.
///
/// # Errors
/// What is neither, is too large, or holds anything that is no picture.
pub fn sanitise(upload: &[u8]) -> Result<Logo, Refused> {
    if upload.is_empty() {
        return Err(Refused::because("Choose a file."));
    }
    if upload.len() > MAX_LOGO_BYTES {
        return Err(too_large());
    }
    let logo = if upload.starts_with(&png::SIGNATURE) {
        Logo {
            kind: LogoKind::Png,
            image: png::rewrite(upload)?,
        }
    } else {
        let text = std::str::from_utf8(upload).map_err(|_| Refused::because("This is neither an SVG in UTF-8 nor a PNG."))?;
        Logo {
            kind: LogoKind::Svg,
            image: svg::rewrite(text)?.into_bytes(),
        }
    };
    if logo.image.len() > MAX_LOGO_BYTES {
        return Err(too_large());
    }
    Ok(logo)
}

fn too_large() -> Refused {
    Refused::because(format!("A logo has at most {} KiB.", MAX_LOGO_BYTES / 1024))
}
