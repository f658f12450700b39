//! The pages, one folder per area: its view, its forms, its server functions.

pub mod account;
pub mod audit;
pub mod collaborators;
pub mod entry;
pub mod errors;
pub mod founding;
pub mod home;
pub mod invite;
pub mod keys;
pub mod limits;
pub mod members;
pub mod organization;
pub mod outbox;
pub mod places;
pub mod project;
pub mod projects;
pub mod receipt;
pub mod requests;
pub mod search;
pub mod setup;
pub mod shell;
pub mod signin;
pub mod usage;
