//! Argon2id with the parameters of the OWASP cheat sheet (19 MiB, 2 passes), off the async threads and with a bound on
//! how many run at once, so that sign-in cannot be used to exhaust the machine.

use std::sync::Arc;

use argon2::{
    Argon2, PasswordHasher, PasswordVerifier,
    password_hash::{Error, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use crate::ambient::Ambient;

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

impl Passwords {
    pub fn new(ambient: &Ambient) -> Result<Self, PasswordError> {
        let decoy = hash("decoy", &salt(ambient))?;
        Ok(Self {
            permits: Arc::new(Semaphore::new(CONCURRENT)),
            places: Arc::new(Semaphore::new(WANTED)),
            decoy: decoy.into(),
        })
    }

    /// The PHC string of a new password.
    pub async fn hash(&self, ambient: &Ambient, password: &str) -> Result<String, PasswordError> {
        let (password, salt) = (password.to_owned(), salt(ambient));
        self.compute(move || hash(&password, &salt)).await?
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
    let hash: PasswordHash = Argon2::default()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map_err(PasswordError::Hash)?;
    Ok(hash.to_string())
}

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
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
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
