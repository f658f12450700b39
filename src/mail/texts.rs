//! What the mails say. Each is short, says who asked for it, and what to do if it was not the reader.

use app::model::{Email, Name, Timestamp, time::DAY};

use super::{Mail, MailLink, quoted};
use crate::links::Link;

/// How long a notice is worth sending.
const NOTICE: i64 = 7 * DAY;

fn mail(to: &Email, subject: &str, body: String, link: MailLink, expires_at: Timestamp) -> Mail {
    Mail {
        to: to.clone(),
        subject: subject.to_owned(),
        body,
        link,
        expires_at,
    }
}

/// The way to a new password.
pub fn reset(to: &Email, link: Link, expires_at: Timestamp) -> Mail {
    let body = "Somebody, probably you, asked for a new password for your Bailiwick account.\n\n\
        Choose it here within 30 minutes; the link works once:\n{link}\n\n\
        If it was not you, ignore this mail: nothing changes.\n";
    mail(to, "Choose a new password", body.to_owned(), MailLink::Opens(link), expires_at)
}

/// After a reset, and after a change under `/account`.
pub fn password_changed(to: &Email, now: Timestamp) -> Mail {
    let body = "The password of your Bailiwick account was changed, and the sessions that used the old one were ended.\n\n\
        If it was not you, make sure that nobody else reads your mail, then choose another password:\n{link}\n";
    let link = MailLink::Page("/signin/forgot");
    mail(to, "Your password was changed", body.to_owned(), link, now.plus(NOTICE))
}

/// To somebody who wants an account.
pub fn sign_up(to: &Email, link: Link, expires_at: Timestamp) -> Mail {
    let body = "Somebody, probably you, asked for a Bailiwick account with this address.\n\n\
        Make it here within 24 hours; the link works once:\n{link}\n\n\
        If it was not you, ignore this mail: no account is made.\n";
    mail(to, "Make your account", body.to_owned(), MailLink::Opens(link), expires_at)
}

/// To somebody who wants an account and has one.
pub fn has_account(to: &Email, now: Timestamp) -> Mail {
    let body = "Somebody, probably you, asked for a Bailiwick account with this address. It has one already. \
        Sign in, or choose a new password there:\n{link}\n\n\
        If it was not you, ignore this mail: nothing changes.\n";
    mail(
        to,
        "You have an account already",
        body.to_owned(),
        MailLink::Page("/signin"),
        now.plus(NOTICE),
    )
}

/// To the new address of an account.
pub fn confirm_address(to: &Email, link: Link, expires_at: Timestamp) -> Mail {
    let body = "Somebody, probably you, wants to use this address for a Bailiwick account.\n\n\
        Confirm it here within 24 hours; the link works once:\n{link}\n\n\
        If it was not you, ignore this mail: nothing changes.\n";
    mail(to, "Confirm your new address", body.to_owned(), MailLink::Opens(link), expires_at)
}

/// To the new address of an account, when another account has it.
pub fn address_taken(to: &Email, now: Timestamp) -> Mail {
    let body = "Somebody wants to use this address for another Bailiwick account. It belongs to yours, so nothing changes. \
        If it was you, sign in with this address instead:\n{link}\n";
    mail(
        to,
        "This address has an account already",
        body.to_owned(),
        MailLink::Page("/signin"),
        now.plus(NOTICE),
    )
}

/// To the old address, as soon as somebody asks.
pub fn address_may_change(to: &Email, new: &Email, now: Timestamp) -> Mail {
    let body = format!(
        "Somebody, probably you, asked to change the address of your Bailiwick account from this one to {new}. It changes once \
         that address is confirmed.\n\nIf it was not you, choose a new password at once: that also ends the request.\n{{link}}\n"
    );
    let link = MailLink::Page("/signin/forgot");
    mail(to, "Your address is about to change", body, link, now.plus(NOTICE))
}

/// To the old address, when it is done.
pub fn address_changed(to: &Email, new: &Email, ask: &str, now: Timestamp) -> Mail {
    let body = format!(
        "The address of your Bailiwick account was changed from this one to {new}. Sign in with that one from now on:\n{{link}}\n\n\
         If it was not you, ask {ask} for help.\n"
    );
    mail(to, "Your address was changed", body, MailLink::Page("/signin"), now.plus(NOTICE))
}

/// Into an organization.
pub fn invitation(to: &Email, org: &Name, by: &Name, link: Link, expires_at: Timestamp) -> Mail {
    let (org, by) = (quoted(org), quoted(by));
    let body = format!(
        "{by} invites you to join {org}.\n\nAccept or decline here; the link works once, until {}:\n{{link}}\n\n\
         If you do not know what this is about, ignore this mail: nothing changes.\n",
        expires_at.absolute()
    );
    mail(to, &format!("Join {org}"), body, MailLink::Opens(link), expires_at)
}
