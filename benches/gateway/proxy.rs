//! The baseline: a reverse proxy of hyper and nothing else. Keep-alive and `TCP_NODELAY` on both sides, a pool of connections.

use std::convert::Infallible;

use http_body_util::{BodyExt, Empty, combinators::UnsyncBoxBody};
use hyper::{
    Request, Response, StatusCode, Uri,
    body::{Bytes, Incoming},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

use crate::{Outcome, server};

type Answer = Response<UnsyncBoxBody<Bytes, hyper::Error>>;

/// `upstream` is its authority: `127.0.0.1:4000`.
pub fn run(upstream: &str) -> Outcome {
    let mut tcp = HttpConnector::new();
    tcp.set_nodelay(true);
    let client: Client<_, Incoming> = Client::builder(TokioExecutor::new()).build(tcp);
    let upstream = upstream.to_owned();
    server::runtime()?.block_on(server::serve(move |request| {
        let (client, upstream) = (client.clone(), upstream.clone());
        async move { Ok::<_, Infallible>(forward(&client, &upstream, request).await) }
    }))
}

async fn forward(client: &Client<HttpConnector, Incoming>, upstream: &str, mut request: Request<Incoming>) -> Answer {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let Ok(uri) = format!("http://{upstream}{path}").parse::<Uri>() else {
        return refuse(StatusCode::BAD_REQUEST);
    };
    *request.uri_mut() = uri;
    match client.request(request).await {
        Ok(answer) => answer.map(BodyExt::boxed_unsync),
        Err(_) => refuse(StatusCode::BAD_GATEWAY),
    }
}

fn refuse(status: StatusCode) -> Answer {
    let mut answer = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *answer.status_mut() = status;
    answer
}
