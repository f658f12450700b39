//! Console sessions: the cookie layer, and the step that turns a session into a [`Caller`].

use app::model::AccountId;
use axum::{
    extract::{Request, State},
    http::StatusCode,
    http::{HeaderValue, header::SET_COOKIE},
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
        sessions::{ACCOUNT, Sessions},
    },
    web::request::{ClientAddr, CurrentRequest},
};

/// How long a session lives after sign-in.
const LIFETIME: time::Duration = time::Duration::days(14);

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

/// Reads the account behind the session on every request, so that a removed account is signed out at once, and
/// leaves a [`Caller`] for the ports.
pub async fn authenticate(State(store): State<Store>, session: Session, mut request: Request, next: Next) -> Response {
    let origin = Origin {
        interface: Interface::Console,
        address: request.extensions().get::<ClientAddr>().map(|address| address.0),
        request: request.extensions().get::<CurrentRequest>().map(|current| current.0.clone()),
    };
    match person(&store, &session).await {
        Ok(person) => {
            request.extensions_mut().insert(Caller { person, origin });
            next.run(request).await
        }
        Err(error) => {
            tracing::error!(%error, "the session could not be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

async fn person(store: &Store, session: &Session) -> Result<Option<crate::access::Person>, Box<dyn std::error::Error + Send + Sync>> {
    match session.get::<AccountId>(ACCOUNT).await? {
        Some(account) => Ok(store.person(&account).await?),
        None => Ok(None),
    }
}
