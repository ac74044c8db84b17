//! Keys of devices on our own disk: sealed by AES-256-GCM (NIST SP 800-38D), so that a copy of the data folder without the
//! key file gives none of them away.
//!
//! `"SPK1" · id of the sealing key (8 bytes) · nonce (12) · ciphertext · tag (16)`. What the text is (the file's name and the
//! registry's hash) is sealed with it, so that one registry's keys cannot be passed off as another's. Nonces are random: a
//! key seals one file each time a registry changes, far from the 2³² at which that would be unwise (8.3).

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    digest::{SHA256, digest},
    rand::{SecureRandom, SystemRandom},
};

/// What a sealed file begins with.
const MAGIC: &[u8] = b"SPK1";
const ID_LEN: usize = 8;
const KEY_LEN: usize = 32;

/// Why keys cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SealError {
    #[error(
        "the key file {file} is missing, without which the kept keys of devices cannot be read: put it back from a copy",
        file = file.display()
    )]
    Missing { file: PathBuf },
    #[error(
        "the key file {file} is missing: put it back from a copy or, if there never was one, write 32 random bytes into it (head -c 32 /dev/urandom)",
        file = file.display()
    )]
    NotGiven { file: PathBuf },
    #[error("cannot use the key file {file}", file = file.display())]
    KeyFile { file: PathBuf, source: io::Error },
    #[error("the key file {file} has {length} bytes instead of 32: put it back from a copy", file = file.display())]
    Length { file: PathBuf, length: usize },
    #[error(
        "{sealed} was sealed with another key than that of {file}: put back the key file that belongs to it",
        sealed = sealed.display(),
        file = file.display()
    )]
    OtherKey { sealed: PathBuf, file: PathBuf },
    #[error("{sealed} is not as it was written: put it back from a copy", sealed = sealed.display())]
    Changed { sealed: PathBuf },
    #[error("the system gives no random bytes")]
    Random,
}

/// Where the sealing key is.
#[derive(Clone, Debug)]
pub(crate) struct KeyFile {
    pub(crate) path: PathBuf,
    /// Whether somebody else provides it; else it is made when it is first needed.
    pub(crate) given: bool,
}

impl KeyFile {
    /// The key, which must be there.
    pub(crate) fn read(&self) -> Result<SealingKey, SealError> {
        let file = self.path.clone();
        match fs::read(&file) {
            Ok(bytes) => SealingKey::new(&bytes, file),
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.given => Err(SealError::NotGiven { file }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(SealError::Missing { file }),
            Err(source) => Err(SealError::KeyFile { file, source }),
        }
    }

    /// The key, or a new one if nothing was ever sealed and nobody else provides it.
    pub(crate) fn read_or_make(&self, ever_sealed: bool) -> Result<SealingKey, SealError> {
        match self.read() {
            Err(SealError::Missing { file }) if !ever_sealed => {
                write_new(&file, &random::<KEY_LEN>()?).map_err(|source| SealError::KeyFile { file, source })?;
                self.read()
            }
            read => read,
        }
    }
}

/// Writes a new key, durably and for the service's user alone. A crash leaves all of it or nothing.
fn write_new(path: &Path, key: &[u8]) -> io::Result<()> {
    let building = path.with_extension("key.new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&building)?;
    file.write_all(key)?;
    file.sync_all()?;
    fs::rename(&building, path)?;
    path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
}

fn random<const N: usize>() -> Result<[u8; N], SealError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| SealError::Random)?;
    Ok(bytes)
}

/// A key in use. It never shows itself.
#[derive(Debug)]
pub(crate) struct SealingKey {
    key: LessSafeKey,
    /// Tells a wrong key from a changed file.
    id: [u8; ID_LEN],
    file: PathBuf,
}

impl SealingKey {
    fn new(bytes: &[u8], file: PathBuf) -> Result<Self, SealError> {
        let Ok(key) = UnboundKey::new(&AES_256_GCM, bytes) else {
            return Err(SealError::Length { file, length: bytes.len() });
        };
        let mut id = [0; ID_LEN];
        id.copy_from_slice(&digest(&SHA256, &[b"smartpole inputs key", bytes].concat()).as_ref()[..ID_LEN]);
        Ok(Self { key: LessSafeKey::new(key), id, file })
    }

    /// Seals `text`, which is `what`.
    pub(crate) fn seal(&self, what: &str, text: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce = random()?;
        let head = [MAGIC, &self.id, &nonce].concat();
        let mut body = text.to_vec();
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.key
            .seal_in_place_append_tag(nonce, Aad::from(what), &mut body)
            .expect("a registry's file is shorter than the cipher's 64 GiB");
        Ok([head, body].concat())
    }

    /// The text of the file `sealed`, which is `what`.
    pub(crate) fn open(&self, what: &str, sealed: &Path, bytes: &[u8]) -> Result<Vec<u8>, SealError> {
        let changed = || SealError::Changed { sealed: sealed.to_owned() };
        let (id, rest) =
            bytes.strip_prefix(MAGIC).and_then(|rest| rest.split_at_checked(ID_LEN)).ok_or_else(changed)?;
        if id != self.id {
            return Err(SealError::OtherKey { sealed: sealed.to_owned(), file: self.file.clone() });
        }
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or_else(changed)?;
        let (nonce, mut body) = (Nonce::assume_unique_for_key(*nonce), body.to_vec());
        let text = self.key.open_in_place(nonce, Aad::from(what), &mut body).map_err(|_| changed())?;
        Ok(text.to_vec())
    }
}
