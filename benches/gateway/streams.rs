//! Streams are measured by a small client of our own: `wrk` only sees whole answers.
#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]

use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request,
    client::conn::http1::{self, SendRequest},
    header::{AUTHORIZATION, CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::{Outcome, load};

/// A connection that is kept alive, and what is asked on it.
struct Client {
    sender: SendRequest<Full<Bytes>>,
    authority: String,
    path: String,
    key: String,
    body: Bytes,
}

/// Two servers that are asked in turn: the baseline first.
pub struct Pair {
    baseline: Client,
    gateway: Client,
}

/// Where a client asks.
pub struct Place<'a> {
    pub authority: &'a str,
    /// What stands before `/v1/chat/completions`.
    pub prefix: &'a str,
    pub key: &'a str,
}

/// Microseconds of one stream.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    pub first_token: f64,
    pub whole: f64,
}

impl Pair {
    pub async fn connect(model: &str, baseline: Place<'_>, gateway: Place<'_>) -> Outcome<Self> {
        Ok(Self {
            baseline: Client::connect(model, baseline).await?,
            gateway: Client::connect(model, gateway).await?,
        })
    }

    /// Streams of both, one after the other, `rounds` times after a tenth of it to warm up.
    pub async fn measure(&mut self, rounds: usize, tokens: usize) -> Outcome<Vec<(Timing, Timing)>> {
        let mut timings = Vec::with_capacity(rounds);
        for round in 0..rounds + rounds / 10 {
            let both = (self.baseline.stream(tokens).await?, self.gateway.stream(tokens).await?);
            if round >= rounds / 10 {
                timings.push(both);
            }
        }
        Ok(timings)
    }
}

impl Client {
    async fn connect(model: &str, place: Place<'_>) -> Outcome<Self> {
        let connection = TcpStream::connect(place.authority).await?;
        connection.set_nodelay(true)?;
        let (sender, driver) = http1::handshake(TokioIo::new(connection)).await?;
        tokio::spawn(driver);
        Ok(Self {
            sender,
            authority: place.authority.to_owned(),
            path: format!("{}/v1/chat/completions", place.prefix),
            key: format!("Bearer {}", place.key),
            body: load::body(model, true).into(),
        })
    }

    /// Asks for one stream and reads it to its end.
    ///
    /// # Errors
    /// The answer is no success, breaks off, or has another number of chunks than its tokens, its usage and its end.
    async fn stream(&mut self, tokens: usize) -> Outcome<Timing> {
        let request = Request::post(&self.path)
            .header(HOST, &self.authority)
            .header(CONTENT_TYPE, "application/json")
            .header(AUTHORIZATION, &self.key)
            .body(Full::new(self.body.clone()))?;
        let start = Instant::now();
        self.sender.ready().await?;
        let mut answer = self.sender.send_request(request).await?;
        if !answer.status().is_success() {
            return Err(format!("a stream was answered with {}", answer.status()).into());
        }
        let (mut first, mut chunks, mut last) = (None, 0, 0);
        while let Some(frame) = answer.body_mut().frame().await {
            if let Some(bytes) = frame?.data_ref() {
                first.get_or_insert_with(|| start.elapsed());
                // A blank line ends a chunk, also where the connection cut it in two.
                for byte in bytes.iter().copied() {
                    chunks += usize::from((last, byte) == (b'\n', b'\n'));
                    last = byte;
                }
            }
        }
        let whole = start.elapsed();
        if chunks != tokens + 2 {
            return Err(format!("a stream had {chunks} chunks where {} were sent", tokens + 2).into());
        }
        Ok(Timing {
            first_token: micros(first.unwrap_or(whole)),
            whole: micros(whole),
        })
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
