//! Console sessions: the cookie layer, and the step that turns a session into a [`Caller`].

use std::sync::Arc;

use app::model::{preferences::Preferences, time::MINUTE};
use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{SET_COOKIE, USER_AGENT},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use tower_sessions::{
    Expiry, Session, SessionManagerLayer,
    cookie::{Key, SameSite},
    service::SignedCookie,
};

use crate::{
    access::{Caller, Interface, Origin},
    store::{
        Store,
        sessions::{ACCOUNT, Sessions, SignedIn},
    },
    web::request::{ClientAddr, CurrentRequest},
};

/// How long a session lives after sign-in.
const LIFETIME: time::Duration = time::Duration::days(14);
/// Milliseconds after which a session is noted as seen again: not every request is a write.
const SEEN: i64 = 10 * MINUTE;
/// Characters that are kept of a browser's name for itself.
const AGENT_LEN: usize = 200;

pub type SessionLayer = SessionManagerLayer<Sessions, SignedCookie>;

/// The cookie layer. Over https the cookie is bound to the host (`__Host-`) and never sent in the clear.
pub fn session_layer(store: Store, cookie_key: &[u8; 64], https: bool) -> SessionLayer {
    SessionManagerLayer::new(Sessions(store))
        .with_name(if https { "__Host-bailiwick" } else { "bailiwick" })
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(LIFETIME))
        .with_signed(Key::from(cookie_key))
}

/// Browsers keep a `__Host-` cookie whose removal is not marked `Secure`, and the session layer does not mark it.
pub async fn secure_removal(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for value in response
        .headers_mut()
        .iter_mut()
        .filter(|(name, _)| *name == SET_COOKIE)
        .map(|(_, value)| value)
    {
        let marked = value
            .to_str()
            .ok()
            .filter(|text| text.starts_with("__Host-bailiwick=;"))
            .map(|text| format!("{text}; Secure; HttpOnly"));
        if let Some(Ok(marked)) = marked.map(HeaderValue::try_from) {
            *value = marked;
        }
    }
    response
}

/// Reads session and account on every request, so that an ended session or a removed account is signed out at once, and
/// leaves a [`Caller`] for the ports and their [`Preferences`] for the pages.
pub async fn authenticate(State(store): State<Store>, session: Session, mut request: Request, next: Next) -> Response {
    let origin = Origin {
        interface: Interface::Console,
        address: request.extensions().get::<ClientAddr>().map(|address| address.0),
        request: request.extensions().get::<CurrentRequest>().map(|current| current.0.clone()),
        agent: agent(request.headers()),
    };
    match signed_in(&store, &session).await {
        Ok(signed_in) => {
            let (person, preferences) = signed_in.map(|now| (now.person, now.preferences)).unzip();
            if let Some(preferences) = preferences {
                request.extensions_mut().insert::<Preferences>(preferences);
            }
            let visits = (!is_fetched(&request)).then(|| Arc::clone(&store.visits));
            request.extensions_mut().insert(Caller { person, origin, visits });
            next.run(request).await
        }
        Err(error) => {
            tracing::error!(%error, "the session could not be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

async fn signed_in(store: &Store, session: &Session) -> Result<Option<SignedIn>, Box<dyn std::error::Error + Send + Sync>> {
    let Some(id) = session.id() else { return Ok(None) };
    let Some(signed_in) = store.signed_in(&id).await? else {
        // The layer notices that there is no such session, and takes its cookie back.
        session.get_value(ACCOUNT).await?;
        return Ok(None);
    };
    if store.ambient.now().since(signed_in.seen_at) >= SEEN {
        // Only a note: a disk that is full signs nobody out.
        if let Err(error) = store.see_session(&id).await {
            tracing::warn!(%error, "a visit could not be noted");
        }
    }
    Ok(Some(signed_in))
}

/// A page that a script reads: a tab that is open follows its news, also when nobody is there. Browsers say it (Fetch Metadata);
/// those that do not, because they are old or the console is no secure place, ask for HTML when somebody goes there.
fn is_fetched(request: &Request) -> bool {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let is_navigation = match header("sec-fetch-mode") {
        Some(mode) => mode == "navigate",
        None => header("accept").is_some_and(|kinds| kinds.contains("text/html")),
    };
    request.method() == Method::GET && !is_navigation
}

/// What the client calls itself: visible ASCII and spaces only, and not longer than a list can show.
fn agent(headers: &HeaderMap) -> String {
    let text = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.chars().filter(|c| !c.is_control()).take(AGENT_LEN).collect()
}

#[cfg(test)]
mod tests {
    use app::port::Identity;

    use super::*;
    use crate::{
        console::Console,
        store::{db::execute, testing::sqlite},
        testing::{PASSWORD, Who, World},
    };

    #[tokio::test]
    async fn who_is_signed_in_stays_so_while_nothing_can_be_written() {
        let world = World::new(sqlite().await).await;
        let session = Session::new(None, Arc::new(Sessions(world.store.clone())), None);
        let console = Console::new(Arc::clone(&world.parts), world.caller(Who::Anonymous).await, session.clone());
        console.sign_in(Who::Owner.email().as_str(), PASSWORD).await.expect("signed in");
        let mut tx = world.store.db.write().await.expect("begin");
        execute!(
            &mut tx,
            "CREATE TRIGGER disk_full BEFORE UPDATE ON sessions BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
        .expect("made");
        tx.commit().await.expect("commit");
        world.clock.advance(SEEN);
        let id = session.id().expect("signed in");
        world.store.see_session(&id).await.expect_err("nothing can be written");
        let found = signed_in(&world.store, &session).await.expect("read");
        assert_eq!(found.expect("signed in").person.email, Who::Owner.email());
    }

    #[test]
    fn what_a_script_reads_is_no_visit() {
        let fetched = |method: Method, headers: &[(&str, &str)]| {
            let request = Request::builder().method(method);
            let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            is_fetched(&request.body(axum::body::Body::empty()).expect("a request"))
        };
        assert!(fetched(Method::GET, &[("sec-fetch-mode", "cors"), ("accept", "text/html")]));
        assert!(!fetched(Method::GET, &[("sec-fetch-mode", "navigate")]));
        assert!(!fetched(Method::GET, &[("accept", "text/html,*/*;q=0.8")]), "an older browser");
        assert!(fetched(Method::GET, &[("accept", "*/*")]), "a script in it");
        assert!(!fetched(Method::POST, &[("sec-fetch-mode", "cors")]), "a form that a script sends");
    }

    #[test]
    fn a_browser_is_kept_as_bounded_plain_text() {
        let of = |value: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(USER_AGENT, HeaderValue::from_bytes(value).expect("a header"));
            agent(&headers)
        };
        assert_eq!(of(b"Mozilla/5.0 (X11)"), "Mozilla/5.0 (X11)");
        assert_eq!(of(b"a\tb"), "ab");
        assert_eq!(of("Grüße".as_bytes()), "", "no visible ASCII: nothing is guessed");
        assert_eq!(of(&[b'x'; 5_000]).len(), AGENT_LEN);
        assert_eq!(agent(&HeaderMap::new()), "");
    }
}
