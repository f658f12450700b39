//! The design system: what pages are made of.

mod copy_link;
mod dialog;
mod document;
mod entry;
mod form;
mod icon;
mod list;
mod loaded;
mod parts;
mod password;
pub mod place;
mod plain_form;
mod query;
mod row_menu;
mod script;
pub mod status;
mod theme;
mod toast_on;

pub use copy_link::CopyLink;
pub use dialog::Dialog;
pub use document::{Assets, Client, shell};
pub use entry::{Entry, EntryFrame};
pub use form::{Control, Field, Form, FormError, SelectField, Submit, TextField, failure};
pub use icon::{Icon, Logo, Sprite};
pub use list::{Pager, SearchBox};
pub use loaded::{Failure, Loaded, NotFound, Obstacle};
pub use parts::{Badge, Card, Empty, ErrorNote, LinkButton, Meter, Note, PageHead, Simulated, Time, Tone};
pub use password::PasswordField;
pub use place::use_place;
pub use plain_form::PlainForm;
pub use query::{href, page_of, page_param};
pub use row_menu::{DisabledEntry, RowMenu};
pub use script::{CopyButton, Toaster, Toasts, use_script, use_toaster};
pub use theme::Theme;
pub use toast_on::toast_on;
