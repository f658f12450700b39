//! The upstream: OpenAI's chat answer with a truthful `usage`, at once, after 20 ms, or as a stream. The path chooses.

use std::{convert::Infallible, time::Duration};

use bytes::Bytes;
use futures::{Stream, stream};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    Request, Response,
    body::{Frame, Incoming},
    header::{CONTENT_TYPE, HeaderValue},
};

use crate::{Outcome, server};

/// Of a model that is not instant.
const DELAY: Duration = Duration::from_millis(20);
/// Between two tokens of the paced stream.
const PACE: Duration = Duration::from_millis(1);
/// Tokens of the paced stream, and of the one that never waits.
pub const PACED_TOKENS: usize = 8;
pub const BURST_TOKENS: usize = 512;

const WHOLE: &str = r#"{"id":"chatcmpl-bench","object":"chat.completion","created":1700000000,"model":"bench","choices":[{"index":0,"message":{"role":"assistant","content":"A bailiwick is the area that somebody is responsible for.","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":27,"completion_tokens":12,"total_tokens":39,"prompt_tokens_details":{"cached_tokens":0}}}"#;
const TOKEN: &str = "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"bench\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word\"},\"finish_reason\":null}]}\n\n";
const DONE: &str = "data: [DONE]\n\n";

type Answer = Response<UnsyncBoxBody<Bytes, Infallible>>;

pub fn run() -> Outcome {
    server::runtime()?.block_on(server::serve(answer))
}

async fn answer(request: Request<Incoming>) -> Result<Answer, Infallible> {
    let (head, mut body) = request.into_parts();
    while let Some(Ok(_)) = body.frame().await {}
    Ok(match head.uri.path().split('/').nth(1) {
        Some("slow") => {
            tokio::time::sleep(DELAY).await;
            whole()
        }
        Some("paced") => streamed(PACED_TOKENS, Some(PACE)),
        Some("burst") => streamed(BURST_TOKENS, None),
        _ => whole(),
    })
}

fn whole() -> Answer {
    typed("application/json", Full::from(WHOLE).boxed_unsync())
}

fn streamed(tokens: usize, pace: Option<Duration>) -> Answer {
    typed("text/event-stream", StreamBody::new(chunks(tokens, pace)).boxed_unsync())
}

fn typed(kind: &'static str, body: UnsyncBoxBody<Bytes, Infallible>) -> Answer {
    let mut answer = Response::new(body);
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

/// Every chunk is flushed by itself: the server is given nothing while the stream waits, or at least yields.
fn chunks(tokens: usize, pace: Option<Duration>) -> impl Stream<Item = Result<Frame<Bytes>, Infallible>> + Send {
    stream::unfold(0, move |index| async move {
        match pace {
            _ if index == 0 => {}
            Some(pace) => tokio::time::sleep(pace).await,
            None => tokio::task::yield_now().await,
        }
        let chunk = match index {
            index if index < tokens => Bytes::from_static(TOKEN.as_bytes()),
            index if index == tokens => usage(tokens),
            index if index == tokens + 1 => Bytes::from_static(DONE.as_bytes()),
            _ => return None,
        };
        Some((Ok(Frame::data(chunk)), index + 1))
    })
}

fn usage(tokens: usize) -> Bytes {
    let total = tokens + 27;
    format!(
        "data: {{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"bench\",\"choices\":[],\
         \"usage\":{{\"prompt_tokens\":27,\"completion_tokens\":{tokens},\"total_tokens\":{total}}}}}\n\n"
    )
    .into()
}
