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

    /// Work that began goes on when nobody waits for it any more: it takes its place and its permit with it.
    async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| PasswordError::Busy)?;
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| PasswordError::Ended)?;
        let bounded = move || {
            let _held = (place, permit);
            work()
        };
        tokio::task::spawn_blocking(bounded).await.map_err(|_| PasswordError::Ended)
    }
}

fn salt(ambient: &Ambient) -> [u8; 16] {
    let mut salt = [0; 16];
    ambient.entropy.fill(&mut salt);
    salt
}

fn hash(password: &str, salt: &[u8]) -> Result<String, PasswordError> {
    hash_at(COST, password, salt)
}

fn hash_at((memory, passes): (u32, u32), password: &str, salt: &[u8]) -> Result<String, PasswordError> {
    let params = Params::new(memory, passes, 1, None).map_err(|error| PasswordError::Hash(error.into()))?;
    let hash: PasswordHash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(password.as_bytes(), salt)
        .map_err(PasswordError::Hash)?;
    Ok(hash.to_string())
}

/// With the parameters that stand in the stored hash, and with the work that it costs less than a new one: otherwise an
/// account with an older hash is told by its quicker answer.
fn verify(password: &str, stored: &str) -> Result<bool, PasswordError> {
    let stored = PasswordHash::new(stored).map_err(|error| PasswordError::Hash(error.into()))?;
    let right = match Argon2::default().verify_password(password.as_bytes(), &stored) {
        Ok(()) => true,
        Err(Error::PasswordInvalid) => false,
        Err(error) => return Err(PasswordError::Hash(error)),
    };
    if let Some(memory) = missing(&stored) {
        hash_at((memory, COST.1), password, b"salt of 16 bytes")?;
    }
    Ok(right)
}

/// Memory in KiB of a hash with the passes of a new one that together with this one costs as much as a new one, if there is
/// one so small. Work is memory times passes.
fn missing(stored: &PasswordHash) -> Option<u32> {
    let (memory, passes) = COST;
    let done = Params::try_from(stored).ok()?;
    let missing = (memory * passes).checked_sub(done.m_cost().saturating_mul(done.t_cost()))? / passes;
    (missing >= Params::MIN_M_COST).then_some(missing)
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

    #[test]
    fn an_older_hash_is_checked_with_the_work_of_a_new_one() {
        let missing = |costs| {
            let stored = hash_at(costs, "correct-horse-9", b"salt of 16 bytes").expect("hash");
            assert!(verify("correct-horse-9", &stored).expect("verify") && !verify("correct-horse-8", &stored).expect("verify"));
            missing(&PasswordHash::new(&stored).expect("a hash"))
        };
        assert_eq!(COST, (64, 1));
        assert_eq!(
            [missing((19, 1)), missing((16, 2)), missing((8, 1))],
            [Some(45), Some(32), Some(56)]
        );
        assert_eq!(
            [missing(COST), missing((60, 1)), missing((64, 2))],
            [None; 3],
            "as much, almost as much, more"
        );
    }

    #[tokio::test]
    async fn a_flood_is_refused_instead_of_queued() {
        let ambient = Ambient::system();
        let passwords = Passwords::new(&ambient).expect("a decoy");
        let _taken = passwords.places.acquire_many(64).await.expect("all places");
        assert!(matches!(passwords.verify("any", None).await, Err(PasswordError::Busy)));
    }

    #[tokio::test]
    async fn work_whose_client_left_counts_until_it_is_done() {
        let passwords = Passwords::new(&Ambient::system()).expect("a decoy");
        let (tell, started) = tokio::sync::oneshot::channel();
        let (finish, ended) = std::sync::mpsc::channel::<()>();
        let work = passwords.compute(move || {
            tell.send(()).expect("the test waits");
            ended.recv().expect("the test says so");
        });
        tokio::select! {
            _ = work => panic!("it waits for the test"),
            began = started => began.expect("it began"),
        }
        let free = || (passwords.permits.available_permits(), passwords.places.available_permits());
        assert_eq!(free(), (CONCURRENT - 1, WANTED - 1), "the client left, the thread did not");
        finish.send(()).expect("it waits");
        let _all = passwords.permits.acquire_many(2).await.expect("both, once it is done");
        assert_eq!(free().1, WANTED);
    }

    #[tokio::test]
    async fn the_same_password_has_another_hash_each_time() {
        let ambient = Ambient::system();
        let passwords = Passwords::new(&ambient).expect("a decoy");
        let first = passwords.hash(&ambient, "correct-horse-9").await.expect("hash");
        assert_ne!(first, passwords.hash(&ambient, "correct-horse-9").await.expect("hash"));
    }
}
