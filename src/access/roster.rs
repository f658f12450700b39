//! Who knows the people of an organization: those who are in it. Somebody from outside who works in one of its projects, also
//! as an admin of it, meets there the people that were added to it, and apart from them no name, no address and no e-mail of
//! anybody: not as the maker of a key, not in the audit log, not as who added whom. Nor does a search find what is not shown.
//!
//! Every statement that joins accounts for a project page masks with these two, and takes [`Grant::outsider`] as parameter.
//!
//! [`Grant::outsider`]: super::Grant::outsider

/// What stands for a person that the reader must not know.
pub const SOMEBODY: &str = "Somebody else";

/// SQL, true if the reader may know the account `$who`; `$reader` is the parameter with the outsider's account, NULL for others.
macro_rules! knows {
    ($who:literal, $reader:literal) => {
        concat!("(CAST(", $reader, " AS TEXT) IS NULL OR ", $who, " = ", $reader, ")")
    };
}

/// SQL, the `$text` that tells of the account `$who`, or [`SOMEBODY`].
macro_rules! named {
    ($text:literal, $who:literal, $reader:literal) => {
        concat!(
            "CASE WHEN ",
            $crate::access::roster::knows!($who, $reader),
            " THEN ",
            $text,
            " ELSE 'Somebody else' END"
        )
    };
}

pub(crate) use {knows, named};
