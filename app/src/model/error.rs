//! What a person may know about a failure, and can do about it. Causes stay in the server's log.

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// One field of a form, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The `name` of the form control.
    pub field: String,
    /// A sentence that says what is allowed.
    pub message: String,
}

impl FieldError {
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}

/// The error of every server function and port: the wire tier. It carries no cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AppError {
    /// 422: some fields are wrong; nothing was done.
    #[error("{}", summary(fields))]
    Invalid { fields: Vec<FieldError> },
    /// 401: there is no session, or it ended.
    #[error("Sign in to go on.")]
    SignedOut,
    /// 403: the person may know of the thing, but the role does not allow the action.
    #[error("{reason}")]
    Forbidden { reason: String },
    /// 404: it does not exist, or the person must not know that it does.
    #[error("There is nothing here, or nothing that you may see.")]
    NotFound,
    /// 409: the state changed meanwhile, or a rule of the product stands against it.
    #[error("{message}")]
    Conflict { message: String },
    /// 429: too many attempts.
    #[error("Too many attempts. Try again in {retry_after_s} seconds.")]
    Throttled { retry_after_s: u64 },
    /// 500: our fault; the request id finds the cause in the log.
    #[error("Something went wrong on the server. Nothing was changed.")]
    Internal,
    /// The server could not be reached or did not answer in the expected form.
    #[error("The server could not be reached. Check the connection and try again.")]
    Unreachable,
}

fn summary(fields: &[FieldError]) -> String {
    fields.iter().map(|field| field.message.as_str()).collect::<Vec<_>>().join(" ")
}

impl AppError {
    /// A refusal of one field.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid {
            fields: vec![FieldError::new(field, message)],
        }
    }

    /// A rule of the product that stands against the change.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::Conflict { message: message.into() }
    }

    /// The message for one form control, if it is the reason.
    pub fn on_field(&self, name: &str) -> Option<String> {
        match self {
            Self::Invalid { fields } => fields.iter().find(|error| error.field == name).map(|error| error.message.clone()),
            _ => None,
        }
    }

    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Self::Invalid { .. } => 422,
            Self::SignedOut => 401,
            Self::Forbidden { .. } => 403,
            Self::NotFound => 404,
            Self::Conflict { .. } => 409,
            Self::Throttled { .. } => 429,
            Self::Internal => 500,
            Self::Unreachable => 503,
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Deserialization(_) => Self::Unreachable,
            ServerFnErrorErr::Args(detail) | ServerFnErrorErr::MissingArg(detail) => Self::field("form", detail),
            _ => Self::Internal,
        }
    }
}

/// Collects the errors of several fields, so that a form shows all of them at once.
#[derive(Default)]
pub struct Fields(Vec<FieldError>);

impl Fields {
    /// Parses one field; remembers the error and goes on.
    pub fn parse<T, E: std::fmt::Display>(&mut self, field: &str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.0.push(FieldError::new(field, error.to_string()))).ok()
    }

    /// Adds an error that is no parse error.
    pub fn refuse(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError::new(field, message));
    }

    /// The errors so far, as the answer of a form.
    pub fn into_error(self) -> AppError {
        AppError::Invalid { fields: self.0 }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
