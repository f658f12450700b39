//! The listener: binding, time-outs of connections, and an end that lets streams finish.

use std::{
    convert::Infallible,
    io::{self, Write},
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use axum::{ServiceExt, response::Response};
use axum_server::{Handle, accept::NoDelayAcceptor};
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::TokioTimer;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tower::Service;

use super::Edge;
use crate::config::ConfigError;

/// A client that needs longer for its request head is gone or hostile.
const HEAD_TIME_OUT: Duration = Duration::from_secs(10);
const MAX_HEAD_BYTES: usize = 64 * 1024;
const MAX_HEADERS: usize = 100;
/// How long running answers may take after the signal to stop.
const GRACE: Duration = Duration::from_secs(30);

/// A port that is ours. Connections wait in it until [`Bound::serve`].
pub struct Bound {
    listener: TcpListener,
    pub address: SocketAddr,
}

/// Takes the port.
///
/// # Errors
/// It is in use, not allowed, or not an address of this machine.
pub fn bind(listen: SocketAddr) -> Result<Bound, ConfigError> {
    let refused = |error: io::Error| {
        let problem = match error.kind() {
            io::ErrorKind::AddrInUse => "the port is in use; stop the other program or choose another port with --listen".to_owned(),
            _ => format!("cannot listen there: {error}"),
        };
        ConfigError::at(format!("listen {listen}"), problem)
    };
    let listener = TcpListener::bind(listen).map_err(refused)?;
    listener.set_nonblocking(true).map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    Ok(Bound { listener, address })
}

impl Bound {
    /// Prints the address on stdout and answers until SIGINT or SIGTERM; then lets answers finish, 30 s at most.
    /// A second signal ends at once. `stopping` is cancelled at the first one, for what would never finish.
    pub async fn serve(self, server: Edge, stopping: CancellationToken) -> io::Result<()> {
        let handle = Handle::new();
        let stop = tokio::spawn(stop_on_signal(handle.clone(), stopping));
        let mut stdout = io::stdout();
        writeln!(stdout, "listening on http://{}", self.address)?;
        stdout.flush()?;
        let ended = self.answer(server, handle).await;
        stop.abort();
        ended
    }

    /// Answers until the handle says stop.
    async fn answer<S>(self, service: S, handle: Handle<SocketAddr>) -> io::Result<()>
    where
        S: Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static,
    {
        let mut server = axum_server::from_tcp(self.listener)?
            .acceptor(NoDelayAcceptor::new())
            .handle(handle)
            // Told which version to expect, the head's time-out begins with the connection; while it guesses, it never does.
            // Proxies that speak HTTP/2 outside speak HTTP/1.1 inside.
            .http1_only();
        let builder = server.http_builder();
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME_OUT)
            .max_buf_size(MAX_HEAD_BYTES)
            .max_headers(MAX_HEADERS);
        server.serve(service.into_make_service_with_connect_info::<SocketAddr>()).await
    }
}

async fn stop_on_signal(handle: Handle<SocketAddr>, stopping: CancellationToken) -> io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut next = async || {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    next().await;
    tracing::info!(connections = handle.connection_count(), "stopping");
    stopping.cancel();
    handle.graceful_shutdown(Some(GRACE));
    next().await;
    handle.shutdown();
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::{Router, body::Body, routing::get};
    use futures::{StreamExt, channel::mpsc};
    use parking_lot::Mutex;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
    };

    use super::*;

    const ANY_PORT: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

    #[test]
    fn a_port_in_use_is_a_clear_refusal() {
        let first = bind(ANY_PORT.into()).expect("a free port");
        assert_ne!(first.address.port(), 0);
        let error = bind(first.address).err().expect("in use").to_string();
        assert!(
            error.starts_with(&format!("listen {}: the port is in use", first.address)),
            "{error}"
        );
    }

    async fn ask(address: SocketAddr, head: &str) -> TcpStream {
        let mut connection = TcpStream::connect(address).await.expect("a connection");
        connection.write_all(head.as_bytes()).await.expect("sent");
        connection
    }

    #[tokio::test]
    async fn a_stop_lets_a_stream_finish_and_takes_no_new_connection() {
        let (chunks, stream) = mpsc::unbounded::<&str>();
        let body = Arc::new(Mutex::new(Some(Body::from_stream(stream.map(Ok::<_, io::Error>)))));
        let bound = bind(ANY_PORT.into()).expect("a free port");
        let (address, handle) = (bound.address, Handle::new());
        let router = Router::new().route("/", get(async move || body.lock().take().unwrap_or_default()));
        let server = tokio::spawn(bound.answer(router, handle.clone()));

        let mut connection = ask(address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        chunks.unbounded_send("first").expect("open");
        let mut seen = String::new();
        while !seen.contains("first") {
            let mut buffer = [0; 1024];
            let read = connection.read(&mut buffer).await.expect("read");
            seen.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
        handle.graceful_shutdown(Some(GRACE));
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        chunks.unbounded_send("last").expect("still open");
        drop(chunks);
        connection.read_to_string(&mut seen).await.expect("read to the end");
        assert!(seen.contains("last") && seen.ends_with("0\r\n\r\n"), "{seen}");
        server.await.expect("no panic").expect("ended well");
    }

    #[tokio::test]
    async fn a_head_has_a_bounded_size() {
        let bound = bind(ANY_PORT.into()).expect("a free port");
        let (address, handle) = (bound.address, Handle::new());
        let server = tokio::spawn(bound.answer(Router::new(), handle.clone()));
        let many = "a: b\r\n".repeat(MAX_HEADERS + 1);
        let mut connection = ask(address, &format!("GET / HTTP/1.1\r\nhost: x\r\n{many}\r\n")).await;
        let mut seen = String::new();
        connection.read_to_string(&mut seen).await.expect("an answer");
        assert!(seen.starts_with("HTTP/1.1 431 "), "{seen}");
        handle.shutdown();
        server.await.expect("no panic").expect("ended well");
    }
}
