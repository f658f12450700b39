//! What differs between the endpoints: which fields are read, and what they ask for. Everything else is one pipeline.

mod chat;
mod embeddings;

use super::{body::ApiRequest, error::GatewayError, json::RawObject};
use crate::catalog::ModelKind;

/// An endpoint that a model answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    Chat,
    Embeddings,
}

/// What a request asks of its model.
#[derive(Debug)]
pub(super) struct Wanted {
    pub stream: bool,
    /// The client wants the usage at the end of the stream.
    pub include_usage: bool,
    /// The most output tokens of a choice, if the client names a maximum.
    pub asked_output: Option<u64>,
    /// Answers that the model writes: 0 where it writes none.
    pub choices: u64,
    /// Expected input tokens.
    pub input_estimate: u64,
}

impl Endpoint {
    /// The models that answer here.
    pub(super) fn kind(self) -> ModelKind {
        match self {
            Self::Chat => ModelKind::Chat,
            Self::Embeddings => ModelKind::Embedding,
        }
    }

    /// The path behind an upstream's base URL.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Chat => "/chat/completions",
            Self::Embeddings => "/embeddings",
        }
    }

    /// Reads a body.
    pub(super) fn parse(self, bytes: &[u8]) -> Result<ApiRequest<'_>, GatewayError> {
        ApiRequest::parse(self, bytes)
    }

    /// The fields that are read. Any other spelling of these is refused.
    pub(super) fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Chat => chat::FIELDS,
            Self::Embeddings => embeddings::FIELDS,
        }
    }

    pub(super) fn wanted(self, object: &RawObject<'_>) -> Result<Wanted, GatewayError> {
        match self {
            Self::Chat => chat::wanted(object),
            Self::Embeddings => embeddings::wanted(object),
        }
    }
}
