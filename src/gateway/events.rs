//! Server-sent events: a stream of bytes cut into events, and the data that an event carries.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};
use memchr::memchr2_iter;

/// One event at most; a larger one is handed on in pieces, unread.
const MAX_EVENT: usize = 4 * 1024 * 1024;
const LONGEST_BREAK: usize = "\r\n\r\n".len();

/// A part of a stream, byte for byte.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A whole event with its blank line.
    Event(Bytes),
    /// A piece of an event that is too large to be read.
    Fragment(Bytes),
}

/// Cuts a stream into events.
#[derive(Default)]
pub(super) struct Events {
    buffer: BytesMut,
    /// No blank line begins before this index of the buffer.
    scanned: usize,
    /// The event that goes on in the buffer has been handed on in part.
    torn: bool,
}

impl Events {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole event, or a piece of one that grows too large.
    pub(super) fn take(&mut self) -> Option<Piece> {
        let Some(end) = event_end(&self.buffer, self.scanned) else {
            if self.buffer.len() <= MAX_EVENT {
                self.scanned = self.buffer.len().saturating_sub(LONGEST_BREAK);
                return None;
            }
            // What could be the beginning of the blank line stays.
            let piece = self.buffer.split_to(self.buffer.len() - LONGEST_BREAK).freeze();
            (self.scanned, self.torn) = (0, true);
            return Some(Piece::Fragment(piece));
        };
        let bytes = self.buffer.split_to(end).freeze();
        self.scanned = 0;
        let torn = std::mem::take(&mut self.torn);
        Some(if torn { Piece::Fragment(bytes) } else { Piece::Event(bytes) })
    }

    /// What is left at the end of the stream.
    pub(super) fn rest(&mut self) -> Piece {
        let bytes = self.buffer.split().freeze();
        if self.torn { Piece::Fragment(bytes) } else { Piece::Event(bytes) }
    }
}

/// Index behind the first blank line (`\n\n`, `\r\n\r\n` or `\r\r`).
fn event_end(buffer: &[u8], from: usize) -> Option<usize> {
    memchr2_iter(b'\n', b'\r', &buffer[from..]).find_map(|at| {
        let rest = &buffer[from + at..];
        let breaks: [&[u8]; 3] = [b"\n\n", b"\r\n\r\n", b"\r\r"];
        breaks
            .iter()
            .find(|blank| rest.starts_with(blank))
            .map(|blank| from + at + blank.len())
    })
}

/// What an event carries.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Data<'a> {
    /// Nothing: a comment, or fields that steer the client.
    Nothing,
    /// Its `data` lines, joined.
    Text(Cow<'a, str>),
    /// It is no event as the standard defines it.
    Unreadable,
}

/// Reads an event as the standard has it, with a byte order mark before the first and any of the three line ends.
pub(super) fn data_of(event: &[u8]) -> Data<'_> {
    let Ok(text) = std::str::from_utf8(event) else {
        return Data::Unreadable;
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut data: Option<Cow<'_, str>> = None;
    for line in text.split(['\n', '\r']).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        match name {
            "data" => {
                let value = value.strip_prefix(' ').unwrap_or(value);
                match &mut data {
                    None => data = Some(Cow::Borrowed(value)),
                    Some(lines) => {
                        let lines = lines.to_mut();
                        lines.push('\n');
                        lines.push_str(value);
                    }
                }
            }
            "" | "event" | "id" | "retry" => {}
            _ => return Data::Unreadable,
        }
    }
    match data {
        None => Data::Nothing,
        Some(Cow::Borrowed(line)) => Data::Text(Cow::Borrowed(line.trim())),
        Some(Cow::Owned(lines)) => Data::Text(Cow::Owned(lines.trim().to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(data: &str) -> Data<'_> {
        Data::Text(data.into())
    }

    #[test]
    fn an_event_is_read_in_every_spelling() {
        assert_eq!(data_of(b"data: a\n\n"), text("a"));
        assert_eq!(data_of(b"data:a\r\ndata: b\r\n\r\n"), text("a\nb"));
        assert_eq!(data_of("\u{feff}id: 7\rdata: a\r\r".as_bytes()), text("a"));
        for nothing in ["", "\n", ": ping\n\n", "event: x\nretry: 5\n\n"] {
            assert_eq!(data_of(nothing.as_bytes()), Data::Nothing);
        }
        for unreadable in [&b"{\"a\":1}\n\n"[..], b"data: \xff\n\n", b"Data: a\n\n"] {
            assert_eq!(data_of(unreadable), Data::Unreadable);
        }
    }

    #[test]
    fn an_event_that_is_too_large_comes_in_fragments_to_its_end() {
        let mut events = Events::default();
        events.push(b"data: ");
        assert_eq!(events.take(), None);
        events.push(&vec![b'x'; MAX_EVENT]);
        assert!(matches!(events.take(), Some(Piece::Fragment(piece)) if piece.len() > MAX_EVENT - 10));
        events.push(b"\n\ndata: [DONE]\n\nda");
        assert_eq!(events.take(), Some(Piece::Fragment(Bytes::from_static(b"xxxx\n\n"))));
        assert_eq!(events.take(), Some(Piece::Event(Bytes::from_static(b"data: [DONE]\n\n"))));
        assert_eq!(events.take(), None);
        assert_eq!(events.rest(), Piece::Event(Bytes::from_static(b"da")));
    }
}
