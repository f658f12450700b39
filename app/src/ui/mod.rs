//! The design system: what pages are made of. Its parts run on the server; what needs a script is an island.

mod dialog;
mod document;
mod entry;
mod form;
mod list;
mod live;
mod loaded;
mod notice;
mod parts;
mod password;
mod person;
pub mod place;
mod query;
mod row_menu;
pub mod status;
mod table;
mod time;
mod title;

pub use dialog::Dialog;
pub use document::{Assets, Client, shell};
pub use entry::{Entry, EntryFrame};
pub use form::{Alert, Control, Field, Form, FormError, PageForm, SelectField, Submit, TextField, failure};
pub use list::{Pager, SearchBox};
pub use live::{Live, LiveMark, live_topic};
pub use loaded::{Failure, Loaded, NotFound, Obstacle};
pub use notice::{Notice, Toasts};
pub use parts::{Badge, Card, Empty, ErrorNote, IconLink, LinkButton, Meter, Note, PageHead, Simulated, Tone};
pub use password::PasswordField;
pub use person::Person;
pub use place::{InPlace, LoadedPlace, use_place};
pub use query::{href, page_of, page_param, query};
pub use row_menu::{DisabledEntry, RowMenu};
pub use table::{Column, Table};
pub use time::{Time, absolute, clock};
