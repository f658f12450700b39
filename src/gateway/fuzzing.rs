//! Entrances for the fuzz targets in `fuzz/`: what strangers' bytes reach first. They panic when a promise is broken.

use http::{HeaderMap, HeaderValue, header};

use super::{auth::bearer, endpoint::Endpoint, json::RawObject};

/// Reads the value of an `Authorization` header. A key that is taken stands in the header as it is.
pub fn authorization(value: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(value) else { return };
    let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value.clone())]);
    match bearer(&headers) {
        Ok(secret) => {
            let text = value.to_str().unwrap_or_default();
            assert!(text.trim_end().ends_with(secret.reveal()), "{text}");
        }
        Err(error) => assert_eq!(error.status.as_u16(), 401),
    }
}

/// Reads a body for every endpoint. What is taken goes on as one JSON object with the upstream's model and without
/// `service_tier`; what is not is the client's fault and names a field.
pub fn body(bytes: &[u8]) {
    for endpoint in [Endpoint::Chat, Endpoint::Embeddings] {
        match endpoint.parse(bytes) {
            Ok(request) => {
                let Ok(forwarded) = request.forwarded("up/m") else {
                    panic!("{request:?}")
                };
                let object: RawObject = serde_json::from_str(&forwarded).unwrap_or_else(|error| panic!("{error}: {forwarded}"));
                assert_eq!(object.get("model"), Some("\"up/m\""));
                assert_eq!(object.get("service_tier"), None);
            }
            Err(error) => assert!(error.status.is_client_error() && error.param.is_some(), "{error:?}"),
        }
    }
}
