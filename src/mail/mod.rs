//! Mail to people: what is said in it, and the way out. It is put into the outbox in the transaction of what it tells of
//! (`store::mails`), and [`Postman`] sends it from there.

mod outbox;
mod postman;
mod relay;
#[cfg(test)]
mod tests;
pub mod texts;

use std::fmt::Display;

use app::model::{Email, Timestamp};

use crate::links::{Link, Links};
pub use outbox::OutboxLink;
pub use postman::Postman;
pub use relay::Relay;

/// The line of a body that its link takes.
pub const LINK: &str = "{link}";

/// A mail that is to be sent. It has one link and is plain text; nothing in it is secret before the link is made.
#[derive(Clone, Debug)]
pub struct Mail {
    pub to: Email,
    pub subject: String,
    /// With [`LINK`] once, on a line of its own. Names that people typed go in through [`quoted`].
    pub body: String,
    pub link: MailLink,
    /// When it is of no use any more: then it is not sent.
    pub expires_at: Timestamp,
}

/// Where the link of a mail leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailLink {
    /// To a page of the console, such as `/signin`.
    Page(&'static str),
    /// To what its token opens.
    Opens(Link),
}

impl MailLink {
    /// As it is stored: a path, or `kind:id:generation`.
    pub(crate) fn stored(&self) -> String {
        match self {
            Self::Page(path) => (*path).to_owned(),
            Self::Opens(link) => link.to_string(),
        }
    }
}

/// The address behind what [`MailLink::stored`] wrote; `origin` is that of the console.
pub(crate) fn address(stored: &str, links: &Links, origin: &str) -> Result<String, &'static str> {
    if stored.starts_with('/') {
        return Ok(format!("{origin}{stored}"));
    }
    Ok(format!("{origin}{}", links.path(&stored.parse()?)))
}

/// A body with its link. Only a whole line gives way to it: an address that people typed may hold the same word, and shows as
/// it is.
pub(crate) fn filled(body: &str, link: &str) -> String {
    body.replacen(&format!("\n{LINK}\n"), &format!("\n{link}\n"), 1)
}

/// A name that somebody typed, in quotation marks and so that no mail program makes a link of it: the only link of a mail
/// is ours.
pub fn quoted(name: impl Display) -> String {
    let mut text = String::from("“");
    let name = name.to_string();
    let mut rest = name.chars().filter(|c| !matches!(c, '{' | '}') && !c.is_control()).peekable();
    while let Some(c) = rest.next() {
        text.push(c);
        if matches!(c, '.' | ':' | '@') && rest.peek().is_some_and(|next| !next.is_whitespace()) {
            text.push(' ');
        }
    }
    text.push('”');
    text
}
