//! Typed values of the product. They parse at the edge (`FromStr`, `TryFrom`), so that the rest of the code
//! never sees an invalid one. Nothing in here knows of SQL, HTTP or the DOM.

pub mod account;
pub mod audit;
pub mod budget;
pub mod collaborator;
pub mod door;
pub mod error;
pub mod histogram;
pub mod ids;
pub mod invitation;
pub mod key;
pub mod limit;
pub mod limits_table;
pub mod listing;
pub mod local_path;
pub mod member;
pub mod money;
pub mod names;
pub mod number;
pub mod organization;
pub mod outbox;
pub mod place;
pub mod preferences;
pub mod project;
pub mod project_life;
pub mod project_settings;
pub mod receipt;
pub mod receipt_detail;
pub mod receipt_parts;
pub mod request;
pub mod role;
pub mod search;
pub mod tier;
pub mod time;
pub mod usage;
pub mod words;
pub mod zone;

pub use error::{AppError, FieldError};
pub use ids::{AccountId, AuditId, InvitationId, KeyId, LinkId, MailId, OrgId, ProjectId, RequestId, TypedId};
pub use listing::{Listing, Page};
pub use local_path::LocalPath;
pub use money::Money;
pub use names::{Email, ModelId, Name, Slug};
pub use role::{OrgRole, ProjectRole, Standing};
pub use time::Timestamp;
