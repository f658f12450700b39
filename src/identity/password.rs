//! Argon2id, off the async threads and with a bound on how many run at once, so that sign-in cannot be used to exhaust
//! the machine.

use std::sync::Arc;

use app::model::{AppError, Email, Name, names::InvalidName};
use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::{Error, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use super::password_rule;
use crate::ambient::Ambient;

/// Memory in KiB and passes of a new hash, on one lane: above the smallest that the OWASP cheat sheet allows (19 MiB and
/// 2 passes), so that a sign-in takes 50 to 250 ms. `cargo bench --bench password` measures it.
const COST: (u32, u32) = if cfg!(test) { CHEAP } else { (65_536, 2) };
/// Tests sign in hundreds of times, and guard nothing.
const CHEAP: (u32, u32) = (64, 1);
/// Hashes that may be computed at the same time; further ones wait.
const CONCURRENT: usize = 2;
/// Hashes that may be wanted at the same time, waiting ones included; further ones are refused at once.
const WANTED: usize = 64;

/// Makes and checks password hashes. Cloning shares the bound.
#[derive(Clone)]
pub struct Passwords {
    permits: Arc<Semaphore>,
    places: Arc<Semaphore>,
    /// Checked when there is no account, so that an unknown address takes as long as a wrong password.
    decoy: Arc<str>,
}

/// The hash could not be computed: a fault of the server, never of the password.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    #[error("password hash: {0}")]
    Hash(Error),
    #[error("password hash: the computation was ended")]
    Ended,
    /// Everybody signs in at once, or somebody pretends to be everybody.
    #[error("password hash: too many at once")]
    Busy,
}

impl From<PasswordError> for AppError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Throttled { retry_after_s: 1 },
            error => {
                tracing::error!(%error, "a password could not be checked");
                Self::Internal
            }
        }
    }
}

impl Passwords {
    pub fn new(ambient: &Ambient) -> Result<Self, PasswordError> {
        let decoy = hash("decoy", &salt(ambient))?;
        Ok(Self {
            permits: Arc::new(Semaphore::new(CONCURRENT)),
            places: Arc::new(Semaphore::new(WANTED)),
            decoy: decoy.into(),
        })
    }

    /// The PHC string of a password.
    pub async fn hash(&self, ambient: &Ambient, password: &str) -> Result<String, PasswordError> {
        let (password, salt) = (password.to_owned(), salt(ambient));
        self.compute(move || hash(&password, &salt)).await?
    }

    /// The PHC string of a password that this person chose, unless the rule refuses it.
    pub async fn choose(
        &self,
        ambient: &Ambient,
        password: &str,
        email: &Email,
        name: &Name,
    ) -> Result<Result<String, InvalidName>, PasswordError> {
        let (password, email, name, salt) = (password.to_owned(), email.clone(), name.clone(), salt(ambient));
        let chosen = move || password_rule::check(&password, &email, &name).map(|()| hash(&password, &salt));
        Ok(match self.compute(chosen).await? {
            Ok(hash) => Ok(hash?),
            Err(refused) => Err(refused),
        })
    }

    /// Whether a stored hash was made as new ones are. Others are made anew when the password is known: at sign-in.
    pub fn is_current(stored: &str) -> bool {
        let params = PasswordHash::new(stored).ok().and_then(|hash| Params::try_from(&hash).ok());
        params.is_some_and(|params| (params.m_cost(), params.t_cost()) == COST)
    }

    /// Whether the password is right. `None` stands for "no such account": it costs the same and is always wrong.
    pub async fn verify(&self, password: &str, stored: Option<&str>) -> Result<bool, PasswordError> {
        let known = stored.is_some();
        let (password, stored) = (password.to_owned(), stored.unwrap_or(&self.decoy).to_owned());
        let right = self.compute(move || verify(&password, &stored)).await??;
        Ok(known && right)
    }

    async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordError> {
        let _place = self.places.try_acquire().map_err(|_| PasswordError::Busy)?;
        let _permit = self.permits.acquire().await.map_err(|_| PasswordError::Ended)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| PasswordError::Ended)
    }
}

fn salt(ambient: &Ambient) -> [u8; 16] {
    let mut salt = [0; 16];
    ambient.entropy.fill(&mut salt);
    salt
}

fn hash(password: &str, salt: &[u8]) -> Result<String, PasswordError> {
    let (memory, passes) = COST;
    let params = Params::new(memory, passes, 1, None).map_err(|error| PasswordError::Hash(error.into()))?;
    let hash: PasswordHash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(password.as_bytes(), salt)
        .map_err(PasswordError::Hash)?;
    Ok(hash.to_string())
}

/// With the parameters that stand in the stored hash.
fn verify(password: &str, stored: &str) -> Result<bool, PasswordError> {
    let stored = PasswordHash::new(stored).map_err(|error| PasswordError::Hash(error.into()))?;
    match Argon2::default().verify_password(password.as_bytes(), &stored) {
        Ok(()) => Ok(true),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(PasswordError::Hash(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_an_account_passes() {
        let ambient = Ambient::system();
        let passwords = Passwords::new(&ambient).expect("a decoy");
        let stored = passwords.hash(&ambient, "correct-horse-9").await.expect("hash");
        assert!(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{stored}");
        assert!(Passwords::is_current(&stored));
        assert!(!Passwords::is_current(&stored.replace("t=1", "t=2")) && !Passwords::is_current("none"));
        assert!(passwords.verify("correct-horse-9", Some(&stored)).await.expect("verify"));
        assert!(!passwords.verify("correct-horse-8", Some(&stored)).await.expect("verify"));
        assert!(!passwords.verify("decoy", None).await.expect("verify"));
    }

    #[tokio::test]
    async fn a_flood_is_refused_instead_of_queued() {
        let ambient = Ambient::system();
        let passwords = Passwords::new(&ambient).expect("a decoy");
        let _taken = passwords.places.acquire_many(64).await.expect("all places");
        assert!(matches!(passwords.verify("any", None).await, Err(PasswordError::Busy)));
    }

    #[tokio::test]
    async fn the_same_password_has_another_hash_each_time() {
        let ambient = Ambient::system();
        let passwords = Passwords::new(&ambient).expect("a decoy");
        let first = passwords.hash(&ambient, "correct-horse-9").await.expect("hash");
        assert_ne!(first, passwords.hash(&ambient, "correct-horse-9").await.expect("hash"));
    }
}
