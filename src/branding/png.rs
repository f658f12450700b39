//! PNG: the chunks that draw the picture are copied, everything else is dropped (PNG specification, third edition, §5 and §11).

use app::model::branding::MAX_LOGO_PIXELS;

use super::Refused;

pub const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];

/// The chunks that are copied. `IHDR` is the first one and `IEND` the last.
const KEPT: [&[u8; 4]; 5] = [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"];

struct Chunk<'a> {
    kind: &'a [u8],
    /// Length, type, data and CRC.
    whole: &'a [u8],
    data: &'a [u8],
}

/// Writes the picture without text, profiles, animation and whatever stands behind its end.
pub fn rewrite(file: &[u8]) -> Result<Vec<u8>, Refused> {
    let mut rest = file.strip_prefix(&SIGNATURE).ok_or_else(broken)?;
    let mut written = SIGNATURE.to_vec();
    let (mut first, mut has_pixels) = (true, false);
    loop {
        let chunk = read(&mut rest)?;
        if first != (chunk.kind == b"IHDR") {
            return Err(broken());
        }
        if first {
            check_header(chunk.data)?;
            first = false;
        }
        has_pixels |= chunk.kind == b"IDAT";
        if KEPT.iter().any(|kept| kept.as_slice() == chunk.kind) {
            written.extend_from_slice(chunk.whole);
        } else if chunk.kind[0].is_ascii_uppercase() {
            return Err(Refused::because("This PNG needs an extension that browsers do not know."));
        }
        if chunk.kind == b"IEND" {
            return if has_pixels { Ok(written) } else { Err(broken()) };
        }
    }
}

/// Takes one chunk, and checks its CRC.
fn read<'a>(rest: &mut &'a [u8]) -> Result<Chunk<'a>, Refused> {
    let (length, _) = rest.split_first_chunk::<4>().ok_or_else(broken)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| broken())?;
    let end = length.checked_add(12).ok_or_else(broken)?;
    let (whole, behind) = rest.split_at_checked(end).ok_or_else(broken)?;
    let (covered, crc) = whole[4..].split_last_chunk::<4>().ok_or_else(broken)?;
    if crc32fast::hash(covered) != u32::from_be_bytes(*crc) {
        return Err(broken());
    }
    *rest = behind;
    let (kind, data) = covered.split_at(4);
    Ok(Chunk { kind, whole, data })
}

/// Width, height, bit depth, colour type, compression, filter, interlace.
fn check_header(data: &[u8]) -> Result<(), Refused> {
    let [w0, w1, w2, w3, h0, h1, h2, h3, depth, colour, 0, 0, 0 | 1] = *data else {
        return Err(broken());
    };
    let (width, height) = (u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]));
    if ![width, height].iter().all(|side| (1..=MAX_LOGO_PIXELS).contains(side)) {
        let message = format!("A PNG has at most {MAX_LOGO_PIXELS} × {MAX_LOGO_PIXELS} pixels; this one has {width} × {height}.");
        return Err(Refused::because(message));
    }
    match (colour, depth) {
        (0, 1 | 2 | 4 | 8 | 16) | (3, 1 | 2 | 4 | 8) | (2 | 4 | 6, 8 | 16) => Ok(()),
        _ => Err(broken()),
    }
}

fn broken() -> Refused {
    Refused::because("This PNG is damaged.")
}
