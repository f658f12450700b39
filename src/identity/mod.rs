//! Who people are: passwords, sessions, the throttle in front of both, and the first account of an installation.

mod founding;
mod password;
mod session;
mod sign_in;
mod throttle;

pub use founding::{Foundation, Founded, FoundingError, SetupLink, found};
pub use password::Passwords;
pub use session::{SessionLayer, authenticate, secure_removal, session_layer};
pub use sign_in::{SignInError, sign_in, sign_out, start_session};
pub use throttle::{Throttled, count as count_attempt};
