//! The event stream of live pages, through the whole server.

use super::{
    rows::{ORG, READ_PROJECT},
    *,
};
use crate::store::db::execute;

/// A stream of this person, after its first words.
async fn stream(site: &Site, topic: &str, cookie: &str) -> Body {
    let answer = site.send(Method::GET, &format!("/events?topic={topic}"), "", cookie).await;
    assert_eq!(answer.status(), 200);
    let header = |name: &str| answer.headers()[name].to_str().expect("text").to_owned();
    assert_eq!(header("content-type"), "text/event-stream");
    assert!(header("cache-control").contains("no-store"));
    assert_eq!(header("x-accel-buffering"), "no");
    let mut body = answer.into_body();
    let first = body.frame().await.expect("a frame").expect("no error").into_data().expect("data");
    assert!(String::from_utf8_lossy(&first).contains("retry:"), "{first:?}");
    body
}

#[tokio::test]
async fn a_live_stream_is_for_those_who_may_see_its_topics() {
    let site = Site::new().await;
    let (org, prod) = (format!("org/{}", site.world.org), format!("project/{}", site.world.prod));
    let both = format!("{prod}&topic={org}");
    let foreign = format!("project/{}", site.world.other_project);
    let foreign_org = format!("org/{}", site.world.other_org);
    let unknown = format!("project/proj_{}", "0".repeat(26));
    for (topic, expected) in [
        (&prod, READ_PROJECT),
        (&org, ORG),
        (&both, [401, 200, 200, 403, 403, 404, 404, 404]),
        (&foreign, [401, 404, 404, 404, 404, 404, 404, 200]),
        (&foreign_org, [401, 404, 404, 404, 404, 404, 404, 200]),
        (&unknown, [401, 404, 404, 404, 404, 404, 404, 404]),
    ] {
        for ((who, cookie), expected) in site.cookies.iter().zip(expected) {
            let answer = site.send(Method::GET, &format!("/events?topic={topic}"), "", cookie).await;
            assert_eq!(answer.status().as_u16(), expected, "{who:?} {topic}");
        }
    }
    let owner = &site.cookies[1].1;
    let of = |topic: &str| format!("/events?topic={topic}");
    let foreign = site.ask(Method::GET, &of(&foreign), "", owner).await;
    let unknown = site.ask(Method::GET, &of(&unknown), "", owner).await;
    assert_eq!((foreign.status, foreign.body), (unknown.status, unknown.body), "both look the same");
}

#[tokio::test]
async fn another_site_reads_no_stream() {
    let site = Site::new().await;
    let path = format!("/events?topic=project/{}", site.world.prod);
    for (header, value, expected) in [
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("sec-fetch-site", "none", 403),
        ("referer", "https://elsewhere.example/", 403),
        ("accept", "text/event-stream", 403),
        ("referer", "http://127.0.0.1:3000/acme/prod/requests", 200),
        ("sec-fetch-site", "same-origin", 200),
    ] {
        let mut request = Request::get(&path)
            .header(header::HOST, "127.0.0.1:3000")
            .header(header::COOKIE, &site.cookies[1].1)
            .header(header, value)
            .body(Body::empty())
            .expect("a request");
        let peer = SocketAddr::from(([127, 0, 0, 1], 50_000));
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = site.server.clone().oneshot(request).await.expect("an answer");
        assert_eq!(answer.status(), expected, "{header}: {value}");
    }
}

#[tokio::test]
async fn a_stream_ends_within_two_seconds_when_the_right_is_gone() {
    let site = Site::new().await;
    let topic = format!("project/{}", site.world.prod);
    let member = site.sign_in(Who::ProjectMember).await;
    let admin = site.sign_in(Who::ProjectAdmin).await;
    let owner = site.sign_in(Who::Owner).await;
    let removed = stream(&site, &topic, &member).await;
    let signed_out = stream(&site, &topic, &admin).await;
    let mut stays = stream(&site, &topic, &owner).await;

    let person = site.world.person(Who::ProjectMember).await.expect("a person");
    let mut tx = site.world.store.db.write().await.expect("begin");
    execute!(&mut tx, "DELETE FROM project_members WHERE account_id = $1", person.id.as_str()).expect("removed");
    tx.commit().await.expect("commit");
    site.ask(Method::POST, "/api/identity/sign_out", "", &admin).await;
    let limit = std::time::Duration::from_secs(2);
    let ends = tokio::time::timeout(limit, async { tokio::join!(removed.collect(), signed_out.collect()) });
    let (removed, signed_out) = ends.await.expect("both end in time");
    for end in [removed, signed_out] {
        let text = end.expect("no error").to_bytes();
        assert!(String::from_utf8_lossy(&text).contains("event: gone"), "{text:?}");
    }
    assert!(futures::FutureExt::now_or_never(stays.frame()).is_none(), "others are not touched");
    site.stopping.cancel();
    assert_eq!(
        stays.collect().await.expect("no error").to_bytes(),
        "",
        "the server stops: no word, the browser comes again"
    );
}
