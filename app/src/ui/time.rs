//! Points in time, as the person who reads the page wants them.

use leptos::prelude::*;

use crate::model::{Timestamp, preferences::Preferences, zone::Zone};

fn zone() -> Zone {
    use_context::<Preferences>().unwrap_or_default().zone
}

/// `20 Nov 2026, 15:02:11 UTC+1 (Europe/Berlin)`: in the zone of the person.
pub fn absolute(at: Timestamp) -> String {
    zone().absolute(at)
}

/// `15:02 UTC+1`: in the zone of the person.
pub fn clock(at: Timestamp) -> String {
    zone().clock(at)
}

/// A point in time: relative to the server's `now`, absolute on hover.
#[component]
pub fn Time(at: Timestamp, now: Timestamp) -> impl IntoView {
    view! { <time datetime=at.iso() title=absolute(at)>{at.relative(now)}</time> }
}
