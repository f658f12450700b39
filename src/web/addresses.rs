//! Who a request comes from: the peer, or whom a trusted proxy vouches for.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use http::HeaderMap;
use ipnet::IpNet;

use super::request::ClientAddr;

const X_FORWARDED_FOR: &str = "x-forwarded-for";
/// What a proxy leaves in a request, even one that was not told to name the client.
const PROXY_HEADERS: [&str; 6] = [
    X_FORWARDED_FOR,
    "forwarded",
    "via",
    "x-real-ip",
    "x-forwarded-host",
    "x-forwarded-proto",
];

/// False when a peer that is no trusted proxy sent a forwarding header: behind it may stand anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vouched(pub bool);

/// Who sends this request.
pub fn find(request: &Request, trusted: &[IpNet]) -> (ClientAddr, Vouched) {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
    resolve(peer, request.headers(), trusted)
}

/// The rightmost address of `X-Forwarded-For` that is no trusted proxy, if the peer is one; else the peer.
/// What stands further left was written by that address itself and proves nothing.
pub fn resolve(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> (ClientAddr, Vouched) {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
    let peer = peer.to_canonical();
    if !is_trusted(peer) {
        let forwarded = PROXY_HEADERS.iter().any(|name| headers.contains_key(*name));
        return (ClientAddr(peer), Vouched(!forwarded));
    }
    let mut client = peer;
    let values: Vec<_> = headers.get_all(X_FORWARDED_FOR).iter().collect();
    let hops = values.iter().rev().flat_map(|value| value.to_str().unwrap_or_default().rsplit(','));
    for hop in hops {
        let Some(address) = parse_hop(hop.trim()) else { break };
        client = address;
        if !is_trusted(address) {
            break;
        }
    }
    (ClientAddr(client), Vouched(true))
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:4711`.
fn parse_hop(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()))
        .ok()
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(peer: &str, forwarded: &[&str]) -> (String, bool) {
        let trusted = ["10.0.0.0/8".parse().expect("a network"), "::1/128".parse().expect("a network")];
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(X_FORWARDED_FOR, value.parse().expect("a header"));
        }
        let (client, vouched) = resolve(peer.parse().expect("an address"), &headers, &trusted);
        (client.0.to_string(), vouched.0)
    }

    #[test]
    fn a_stranger_cannot_name_another_address() {
        assert_eq!(resolved("192.0.2.9", &["127.0.0.1"]), ("192.0.2.9".to_owned(), false));
        assert_eq!(resolved("192.0.2.9", &[]), ("192.0.2.9".to_owned(), true));
    }

    #[test]
    fn the_rightmost_untrusted_hop_is_the_client() {
        for (forwarded, client) in [
            (&["192.0.2.1"][..], "192.0.2.1"),
            (&["203.0.113.5, 192.0.2.1"], "192.0.2.1"),
            (&["203.0.113.5, 192.0.2.1, 10.1.1.1"], "192.0.2.1"),
            (&["203.0.113.5", "192.0.2.1, 10.1.1.1"], "192.0.2.1"),
            (&["192.0.2.1:4711"], "192.0.2.1"),
            (&["[2001:db8::1]:4711"], "2001:db8::1"),
            (&["::ffff:192.0.2.1"], "192.0.2.1"),
            (&["10.2.2.2, 10.1.1.1"], "10.2.2.2"),
            (&["192.0.2.1, unknown, 10.1.1.1"], "10.1.1.1"),
            (&["192.0.2.1, "], "10.0.0.1"),
            (&[], "10.0.0.1"),
        ] {
            assert_eq!(resolved("10.0.0.1", forwarded), (client.to_owned(), true), "{forwarded:?}");
        }
        assert_eq!(resolved("::ffff:10.0.0.1", &["192.0.2.1"]).0, "192.0.2.1");
    }
}
