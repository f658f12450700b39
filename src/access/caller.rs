use std::{net::IpAddr, sync::Arc};

use app::model::{AccountId, Email, Name, RequestId};

use crate::store::visits::Visits;

/// A signed-in person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: AccountId,
    pub name: Name,
    pub email: Email,
}

/// Through which door a change came; it stands in the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interface {
    Console,
    Cli,
    /// Nobody asked: the server noticed by itself.
    System,
}

impl Interface {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Cli => "cli",
            Self::System => "system",
        }
    }
}

/// Where a call came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub interface: Interface,
    pub address: Option<IpAddr>,
    pub request: Option<RequestId>,
    /// What the client calls itself, cut and without control characters; empty when nobody said.
    pub agent: String,
}

impl Origin {
    /// The command line on the server itself.
    pub fn cli() -> Self {
        Self {
            interface: Interface::Cli,
            address: None,
            request: None,
            agent: String::new(),
        }
    }
}

/// Who asks, and from where. An anonymous caller has no person.
#[derive(Clone, Debug)]
pub struct Caller {
    pub person: Option<Person>,
    pub origin: Origin,
    /// Where the grants of this caller are noted as visits; nowhere for who is not at the console.
    pub visits: Option<Arc<Visits>>,
}

impl Caller {
    /// The server itself.
    pub fn system() -> Self {
        Self::anonymous(Origin {
            interface: Interface::System,
            address: None,
            request: None,
            agent: String::new(),
        })
    }

    pub fn anonymous(origin: Origin) -> Self {
        Self {
            person: None,
            origin,
            visits: None,
        }
    }
}
