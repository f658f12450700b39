//! The types of single settings, and how they are read from text.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
};

use ipnet::IpNet;

use crate::metering::Durability;

pub(super) fn default_listen() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 3000))
}

/// `ADDRESS:PORT`, `localhost:PORT`, or `:PORT` for this machine alone.
pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    let text = text.strip_prefix("localhost").unwrap_or(text);
    let full = if text.starts_with(':') {
        format!("127.0.0.1{text}")
    } else {
        text.to_owned()
    };
    full.parse()
        .map_err(|_| format!("“{text}” is not an address and port such as 127.0.0.1:3000"))
}

/// An address or a network such as `10.0.0.0/8`.
pub(super) fn network(text: &str) -> Result<IpNet, String> {
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| format!("“{text}” is not an address or network such as 10.0.0.0/8"))
}

/// Where the database is. `Debug` and errors hide it, since it may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let known = ["sqlite://", "postgres://", "postgresql://"];
        if known
            .iter()
            .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
        {
            Ok(Self(text.to_owned()))
        } else {
            Err("must be sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE".to_owned())
        }
    }

    pub(super) fn in_directory(data: &Path) -> Self {
        Self(format!("sqlite://{}", data.join("bailiwick.db").display()))
    }

    /// The whole URL, for the one who opens the database.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://…", self.0.split("://").next().unwrap_or_default())
    }
}

/// The origin that people type: scheme, host and port, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// # Errors
    /// Anything but `http://` or `https://` with a host and perhaps a port.
    pub fn parse(text: &str) -> Result<Self, String> {
        let problem = || format!("“{text}” is not an origin such as https://bailiwick.example (no path)");
        let uri: http::Uri = text.parse().map_err(|_| problem())?;
        let scheme = uri
            .scheme_str()
            .filter(|scheme| matches!(*scheme, "http" | "https"))
            .ok_or_else(problem)?;
        let authority = uri
            .authority()
            .filter(|authority| !authority.as_str().contains('@'))
            .ok_or_else(problem)?;
        if uri.path_and_query().is_some_and(|path| path.as_str() != "/") {
            return Err(problem());
        }
        Ok(Self(format!("{scheme}://{}", authority.as_str().to_ascii_lowercase())))
    }

    /// The origin of a server that people reach directly. A listener on every address is named by loopback.
    pub(super) fn of_listener(bound: SocketAddr) -> Self {
        let address = if bound.ip().is_unspecified() {
            SocketAddr::from((Ipv4Addr::LOCALHOST, bound.port()))
        } else {
            bound
        };
        Self(format!("http://{address}"))
    }

    /// `https://bailiwick.example`, as the `Origin` header spells it.
    pub fn origin(&self) -> &str {
        &self.0
    }

    /// `bailiwick.example`, without the port; an IPv6 address stands in brackets.
    pub fn host(&self) -> String {
        let authority = self
            .0
            .split_once("://")
            .and_then(|(_, rest)| rest.parse::<http::uri::Authority>().ok());
        authority.map(|authority| authority.host().to_owned()).unwrap_or_default()
    }

    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

impl LogFormat {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            other => Err(format!("“{other}” is not one of text, json")),
        }
    }
}

pub(super) fn durability(text: &str) -> Result<Durability, String> {
    match text {
        "fsync" => Ok(Durability::Fsync),
        "written" => Ok(Durability::Written),
        "relaxed" => Ok(Durability::Relaxed),
        other => Err(format!("“{other}” is not one of fsync, written, relaxed")),
    }
}
