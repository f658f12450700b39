//! Who people are: passwords, sessions, the throttle in front of both, and the first account of an installation.

mod change_password;
mod confirm;
mod founding;
mod password;
mod password_rule;
mod session;
mod sign_in;
mod throttle;

pub use change_password::change_password;
pub use confirm::confirm;
pub use founding::{Foundation, Founded, FoundingError, NewOrg, SetupLink, found, found_org};
pub use password::Passwords;
pub use session::{SessionLayer, authenticate, secure_removal, session_layer};
pub use sign_in::{SignInError, append_everywhere, append_to_installation, sign_in, sign_out, start_session};
pub use throttle::{Attempt, Throttled, ask_for_mail, choose_by_link, count as count_attempt, left as attempts_left};
