//! The two secrets of an installation: made on the first start, kept in the data directory, or given by the environment.

use std::{
    collections::BTreeMap,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

use super::ConfigError;
use crate::{access::api_key::Pepper, ambient::Entropy};

/// 64 bytes in hex.
pub const COOKIE_KEY: &str = "BAILIWICK_COOKIE_KEY";
/// 32 bytes in hex.
pub const KEY_PEPPER: &str = "BAILIWICK_KEY_PEPPER";

/// What sessions and API keys are proven with. Losing the pepper voids every API key, losing the cookie key every session.
#[derive(Clone)]
pub struct Secrets {
    pub cookie_key: [u8; 64],
    pub pepper: Pepper,
}

/// The secrets that the environment gives; never shown by `Debug`.
#[derive(Clone, Default)]
pub(super) struct Given {
    cookie_key: Option<[u8; 64]>,
    pepper: Option<[u8; 32]>,
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Given(…)")
    }
}

impl Given {
    pub(super) fn read(environment: &BTreeMap<String, String>) -> Result<Self, ConfigError> {
        Ok(Self {
            cookie_key: given(environment, COOKIE_KEY)?,
            pepper: given(environment, KEY_PEPPER)?,
        })
    }
}

fn given<const N: usize>(environment: &BTreeMap<String, String>, name: &str) -> Result<Option<[u8; N]>, ConfigError> {
    let refused = || ConfigError::at(name, format!("must be {N} bytes in hex ({} digits)", 2 * N));
    environment.get(name).map(|text| decode(text).ok_or_else(refused)).transpose()
}

impl Secrets {
    /// Reads the secrets, making those that do not exist yet: `DATA/secrets/{cookie.key,pepper.key}` in hex,
    /// file mode 0600, folder mode 0700. Makes the data directory as well, since it is the first to need it.
    pub(super) fn load(given: &Given, data: &Path, entropy: &dyn Entropy) -> Result<Self, ConfigError> {
        let cannot_make = |error| ConfigError::at(data.display(), format!("the data directory cannot be made: {error}"));
        DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(cannot_make)?;
        let folder = data.join("secrets");
        let stored_cookie_key = || stored(&folder.join("cookie.key"), entropy);
        let stored_pepper = || stored(&folder.join("pepper.key"), entropy);
        Ok(Self {
            cookie_key: given.cookie_key.map_or_else(stored_cookie_key, Ok)?,
            pepper: Pepper(given.pepper.map_or_else(stored_pepper, Ok)?),
        })
    }
}

fn stored<const N: usize>(path: &Path, entropy: &dyn Entropy) -> Result<[u8; N], ConfigError> {
    let at = |problem: &dyn std::fmt::Display| ConfigError::at(path.display(), problem);
    if !path.try_exists().map_err(|error| at(&error))? {
        let mut bytes = [0; N];
        entropy.fill(&mut bytes);
        create(path, &hex::encode(bytes), entropy).map_err(|error| at(&format!("cannot be written: {error}")))?;
    }
    let mode = fs::metadata(path).map_err(|error| at(&error))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(at(&format!(
            "others may read this secret (mode {:03o}); chmod 600 it",
            mode & 0o777
        )));
    }
    let text = fs::read_to_string(path).map_err(|error| at(&format!("cannot be read: {error}")))?;
    decode(&text).ok_or_else(|| at(&format!("must hold {N} bytes in hex")))
}

fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text.trim(), &mut bytes).ok().map(|()| bytes)
}

/// Writes a file that appears whole or not at all. A link does not replace what another first start made meanwhile.
fn create(path: &Path, text: &str, entropy: &dyn Entropy) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut suffix = [0; 8];
    entropy.fill(&mut suffix);
    let temporary = path.with_extension(hex::encode(suffix));
    let written = write_whole(&temporary, text).and_then(|()| fs::hard_link(&temporary, path));
    fs::remove_file(&temporary)?;
    match written {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other.and_then(|()| File::open(folder)?.sync_all()),
    }
}

fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ambient::SeededEntropy;

    fn load(environment: &[(&str, &str)], data: &Path, seed: u64) -> Result<Secrets, ConfigError> {
        let environment = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Secrets::load(&Given::read(&environment)?, data, &SeededEntropy::new(seed))
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("exists").permissions().mode() & 0o777
    }

    #[test]
    fn the_first_start_makes_private_secrets_and_later_ones_read_them() {
        let data = tempfile::tempdir().expect("a folder");
        let first = load(&[], data.path(), 1).expect("made");
        let second = load(&[], data.path(), 2).expect("read");
        assert_eq!(first.cookie_key, second.cookie_key);
        assert_eq!(first.pepper.0, second.pepper.0);
        assert_ne!(first.cookie_key[..32], first.pepper.0);
        let folder = data.path().join("secrets");
        assert_eq!(
            (mode(&folder), mode(&folder.join("cookie.key")), mode(&folder.join("pepper.key"))),
            (0o700, 0o600, 0o600)
        );
        assert_eq!(fs::read_dir(folder).expect("a folder").count(), 2, "no temporary file stays");
    }

    #[test]
    fn a_secret_that_others_may_read_is_refused() {
        let data = tempfile::tempdir().expect("a folder");
        load(&[], data.path(), 1).expect("made");
        let path = data.path().join("secrets/pepper.key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("changed");
        let error = load(&[], data.path(), 1).err().expect("refused").to_string();
        assert!(error.ends_with("others may read this secret (mode 640); chmod 600 it"), "{error}");
    }

    #[test]
    fn the_environment_wins_and_is_checked() {
        let data = tempfile::tempdir().expect("a folder");
        let (cookie, pepper) = ("ab".repeat(64), "cd".repeat(32));
        let given = load(&[(COOKIE_KEY, &cookie), (KEY_PEPPER, &pepper)], data.path(), 1).expect("given");
        assert_eq!((given.cookie_key, given.pepper.0), ([0xab; 64], [0xcd; 32]));
        assert!(!data.path().join("secrets").exists(), "nothing is written");
        let file = data.path().join("secrets.txt");
        fs::write(&file, "").expect("written");
        let error = load(&[], &file, 1).err().expect("refused").to_string();
        assert!(error.contains("secrets.txt: the data directory cannot be made: "), "{error}");
        let error = load(&[(COOKIE_KEY, "abc")], data.path(), 1).err().expect("refused");
        assert_eq!(error.to_string(), "BAILIWICK_COOKIE_KEY: must be 64 bytes in hex (128 digits)");
    }

    #[test]
    fn a_damaged_file_is_named() {
        let data = tempfile::tempdir().expect("a folder");
        load(&[], data.path(), 1).expect("made");
        fs::write(data.path().join("secrets/cookie.key"), "00ff").expect("written");
        let error = load(&[], data.path(), 1).err().expect("refused").to_string();
        assert!(error.ends_with("secrets/cookie.key: must hold 64 bytes in hex"), "{error}");
    }
}
