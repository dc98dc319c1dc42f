//! A secret that is made on first use and kept in a file, so that an embedded database needs no configuration.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use finance_auth::{JwtKey, WeakSecret};
use secrecy::SecretString;

/// Readable by its owner and by nobody else.
const PRIVATE: u32 = 0o600;

/// Bytes from the operating system in a new secret, each written as two hexadecimal digits.
const RANDOM_BYTES: usize = 64;

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretFileError {
    /// The file cannot be made, read, locked or protected.
    #[error("the secret of access tokens cannot be kept in {path}: {source}; set JWT_SECRET_KEY instead", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// Somebody wrote something else into the file.
    #[error("the secret in {path} {source}; remove the file for a new one to be made", path = path.display())]
    Weak {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: WeakSecret,
    },
}

/// A key of the secret in the file, which is made when there is none. Processes that start at once get the same.
pub(crate) fn load_or_create(path: &Path) -> Result<JwtKey, SecretFileError> {
    let failed = |source| SecretFileError::File { path: path.to_owned(), source };
    let secret = read_or_write(path).map_err(failed)?;
    JwtKey::new(&secret).map_err(|source| SecretFileError::Weak { path: path.to_owned(), source })
}

fn read_or_write(path: &Path) -> io::Result<SecretString> {
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(PRIVATE).open(path)?;
    // Whoever holds the lock finds the file empty or whole; it is freed when the file is closed.
    file.lock()?;
    protect(&file, path)?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    if !text.trim().is_empty() {
        return Ok(text.trim().into());
    }
    let secret = random_secret();
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()?;
    tracing::info!(file = %path.display(), "made a secret for access tokens and keep it in a file");
    Ok(secret.into())
}

/// Takes away what others may do with the file, which is nothing to begin with.
fn protect(file: &File, path: &Path) -> io::Result<()> {
    let mode = file.metadata()?.permissions().mode() & 0o777;
    if mode & !PRIVATE != 0 {
        file.set_permissions(Permissions::from_mode(PRIVATE))?;
        tracing::warn!(
            file = %path.display(),
            mode = format!("{mode:o}"),
            "others could read the secret of access tokens; they no longer can, but if somebody did, remove the file"
        );
    }
    Ok(())
}

fn random_secret() -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    rand::random::<[u8; RANDOM_BYTES]>()
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_secret_is_made_once_and_for_its_owner_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("finance.db.jwt-secret");
        let key = format!("{:?}", load_or_create(&path).unwrap());
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!((text.len(), mode(&path)), (128, 0o600));
        assert!(text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_eq!(format!("{:?}", load_or_create(&path).unwrap()), key);

        let other = directory.path().join("other.jwt-secret");
        assert_ne!(format!("{:?}", load_or_create(&other).unwrap()), key);
    }

    #[test]
    fn those_who_start_at_once_agree() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        let keys: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..16).map(|_| scope.spawn(|| format!("{:?}", load_or_create(&path).unwrap()))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }

    #[test]
    fn a_file_that_others_could_read_is_closed_to_them() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        std::fs::write(&path, "a secret of one's own, with more than 32 bytes\n").unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        load_or_create(&path).unwrap();
        assert_eq!(mode(&path), 0o600);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "a secret of one's own, with more than 32 bytes\n");
    }

    #[test]
    fn what_cannot_be_used_is_told_with_the_way_out() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        std::fs::write(&path, "short").unwrap();
        let error = load_or_create(&path).unwrap_err().to_string();
        assert!(error.contains("remove the file") && !error.contains("short;"), "{error}");
        let nowhere = directory.path().join("missing").join("secret");
        let error = load_or_create(&nowhere).unwrap_err().to_string();
        assert!(error.contains("set JWT_SECRET_KEY"), "{error}");
    }
}
