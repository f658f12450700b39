//! An OpenAI-compatible server over HTTP/1.1: pooled connections, `TCP_NODELAY`, bounded connects.

use std::{error::Error, io};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, ResponseFuture, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

use super::{AnswerBody, Call, SetupError, Timeouts, UpstreamError};
use crate::{catalog::Secret, gateway::endpoint::Endpoint};

pub(super) struct HttpUpstream {
    client: Pool,
    chat: Uri,
    embeddings: Uri,
    authorization: Option<HeaderValue>,
}

/// Root certificates are asked for only where TLS is spoken.
enum Pool {
    Plain(Client<HttpConnector, Full<Bytes>>),
    Tls(Client<HttpsConnector<HttpConnector>, Full<Bytes>>),
}

impl Pool {
    fn request(&self, request: Request<Full<Bytes>>) -> ResponseFuture {
        match self {
            Self::Plain(client) => client.request(request),
            Self::Tls(client) => client.request(request),
        }
    }
}

impl HttpUpstream {
    pub(super) fn new(base_url: &Uri, secret: Option<&Secret>, timeouts: Timeouts) -> Result<Self, SetupError> {
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(timeouts.connect));
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new());
        let client = if base_url.scheme_str() == Some("https") {
            tcp.enforce_http(false);
            let tls = HttpsConnectorBuilder::new().with_native_roots()?.https_only().enable_http1();
            Pool::Tls(builder.build(tls.wrap_connector(tcp)))
        } else {
            Pool::Plain(builder.build(tcp))
        };
        let base_url = base_url.to_string();
        let uri = |endpoint: Endpoint| {
            let text = format!("{}{}", base_url.trim_end_matches('/'), endpoint.path());
            text.parse().map_err(|_| SetupError::Url)
        };
        let authorization = secret.map(|Secret(text)| {
            let mut value = HeaderValue::try_from(format!("Bearer {text}")).map_err(|_| SetupError::Secret)?;
            value.set_sensitive(true);
            Ok::<_, SetupError>(value)
        });
        Ok(Self {
            client,
            chat: uri(Endpoint::Chat)?,
            embeddings: uri(Endpoint::Embeddings)?,
            authorization: authorization.transpose()?,
        })
    }

    pub(super) async fn send(&self, call: Call) -> Result<Response<AnswerBody>, UpstreamError> {
        let accept = if call.stream { "text/event-stream" } else { "application/json" };
        let mut request = Request::new(Full::new(call.body));
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = match call.endpoint {
            Endpoint::Chat => self.chat.clone(),
            Endpoint::Embeddings => self.embeddings.clone(),
        };
        let headers = request.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        headers.insert(
            header::USER_AGENT,
            HeaderValue::from_static(concat!("bailiwick/", env!("CARGO_PKG_VERSION"))),
        );
        if let Some(authorization) = &self.authorization {
            headers.insert(header::AUTHORIZATION, authorization.clone());
        }
        match self.client.request(request).await {
            Ok(response) => Ok(response.map(|body| AnswerBody::new(body.map_err(io::Error::other)))),
            Err(error) => {
                let cause = error.source().map(ToString::to_string).unwrap_or_default();
                tracing::warn!(id = call.id.as_str(), %error, cause, "an upstream gave no answer");
                Err(if error.is_connect() {
                    UpstreamError::NotReached
                } else {
                    UpstreamError::Broken
                })
            }
        }
    }
}
