//! Clients that are slow or stop reading, and a database that refuses: nothing is held for ever.

use axum::{Router, response::IntoResponse};
use futures::{StreamExt, stream};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
};

use super::{
    upstreams::{Reply, mock, world},
    *,
};

const SHORT: Duration = Duration::from_millis(100);

/// Events without end.
fn flood() -> axum::response::Response {
    let event = format!(
        "data: {{\"choices\":[{{\"delta\":{{\"content\":\"{}\"}}}}]}}\n\n",
        "x".repeat(10_000)
    );
    let body = stream::repeat(event).map(Ok::<_, std::io::Error>);
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(body)).into_response()
}

async fn behind(reply: Reply, timeouts: Timeouts) -> World {
    let (url, _) = mock(Some(reply)).await;
    world(url, timeouts).await
}

fn streaming(world: &World) -> Request<Body> {
    let body = echo_with("hi", &json!({ "stream": true })).to_string();
    World::request(Method::POST, CHAT, world.secret.reveal(), body)
}

/// The world's only upstream has one place: a second request tells whether it is free.
async fn place_is_free(world: &World) -> bool {
    let answer = world.send_head(streaming(world)).await;
    answer.status() == StatusCode::OK
}

#[tokio::test]
async fn a_client_that_does_not_read_loses_its_place_and_its_stream() {
    let timeouts = Timeouts {
        idle: SHORT,
        ..Timeouts::default()
    };
    let world = behind(flood, timeouts).await;
    let mut unread = world.send_head(streaming(&world)).await.into_body();
    assert!(place_is_free(&world).await, "it waits for a place, and gets it after the time-out");
    let broken = loop {
        if let Err(error) = unread.frame().await.expect("no clean end") {
            break error;
        }
    };
    assert!(broken.to_string().contains("does not read"), "{broken}");
    let row = world.end().await.remove(0);
    assert_eq!((row.status, row.error_code.as_deref()), (499, Some("client_closed")));
}

#[tokio::test]
async fn a_connection_that_stalls_loses_its_place() {
    let timeouts = Timeouts {
        idle: SHORT,
        ..Timeouts::default()
    };
    let world = behind(flood, timeouts).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let world = Arc::new(world);
    let router = Router::new().fallback({
        let world = Arc::clone(&world);
        move |request| world.send_head(request)
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut stalled = TcpStream::connect(address).await.expect("connected");
    let body = echo_with("hi", &json!({ "stream": true })).to_string();
    let head = format!(
        "POST {CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\n\r\n{body}",
        world.secret.reveal(),
        body.len()
    );
    stalled.write_all(head.as_bytes()).await.expect("sent");
    stalled.readable().await.expect("the answer begins");
    assert!(place_is_free(&world).await);
    drop(stalled);
}

#[tokio::test]
async fn a_client_that_leaves_frees_its_place_at_once() {
    let silent = || {
        let body = stream::pending::<Result<Bytes, std::io::Error>>();
        ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(body)).into_response()
    };
    let world = behind(silent, Timeouts::default()).await;
    for _ in 0..3 {
        assert!(place_is_free(&world).await);
    }
    let rows = world.end().await;
    assert!(rows.iter().all(|row| row.error_code.as_deref() == Some("client_closed")) && rows.len() == 3);
}

#[tokio::test]
async fn a_database_that_refuses_records_stops_answers_and_admissions_and_loses_nothing() {
    let timeouts = Timeouts {
        durable: SHORT,
        ..Timeouts::default()
    };
    let world = World::with(with_quota(Metric::Tokens, 1_000_000), timeouts).await;
    assert_eq!(world.chat(&echo("hi")).await.status, StatusCode::OK);
    world.seed.sql("ALTER TABLE requests RENAME TO requests_away").await;
    let unavailable = (503, "unavailable".to_owned());
    assert_eq!(world.chat(&echo("hi")).await.refusal(), unavailable);
    assert!(world.meter.is_failing());
    let used = world.org_tokens();
    assert_eq!(world.chat(&echo("hi")).await.refusal(), unavailable);
    assert_eq!(world.org_tokens(), used, "nothing is admitted");
    world.seed.sql("ALTER TABLE requests_away RENAME TO requests").await;
    while world.meter.is_failing() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(world.chat(&echo("hi")).await.status, StatusCode::OK);
    assert_eq!(world.rows().await.len(), 3, "that of the first failure was kept, too");
}

#[tokio::test]
async fn a_stream_whose_record_is_refused_breaks_off() {
    let timeouts = Timeouts {
        durable: SHORT,
        ..Timeouts::default()
    };
    let world = World::with(catalog(), timeouts).await;
    assert_eq!(world.chat(&echo("hi")).await.status, StatusCode::OK);
    world.seed.sql("ALTER TABLE requests RENAME TO requests_away").await;
    let answer = world.send_head(streaming(&world)).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.into_body().collect().await.is_err());
}

#[tokio::test]
async fn a_body_that_does_not_come_is_refused() {
    let timeouts = Timeouts {
        body: SHORT,
        ..Timeouts::default()
    };
    let world = World::with(catalog(), timeouts).await;
    let never = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
    let request = World::request(Method::POST, CHAT, world.secret.reveal(), never);
    assert_eq!(world.send(request).await.refusal(), (408, "request_timeout".to_owned()));
}

#[tokio::test]
async fn a_key_that_is_revoked_while_its_body_arrives_is_refused() {
    let world = Arc::new(World::new().await);
    let body = stream::once({
        let world = Arc::clone(&world);
        // Runs when the body is read: the key has been looked at.
        async move {
            world.seed.sql("UPDATE api_keys SET state = 'revoked'").await;
            world.seed.clock.advance(2_000);
            Ok::<_, std::io::Error>(echo("hi").to_string())
        }
    });
    let request = World::request(Method::POST, CHAT, world.secret.reveal(), Body::from_stream(body));
    assert_eq!(world.send(request).await.refusal(), (401, "key_revoked".to_owned()));
}
