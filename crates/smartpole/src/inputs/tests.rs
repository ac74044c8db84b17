use std::{collections::BTreeSet, io::Read, os::unix::fs::PermissionsExt};

use expect_test::expect;
use smartpole_model::Activation;

use super::*;
use crate::telemetry::Chain;

/// A key, which must never be seen.
const KEY: &str = "5ec2e700112233445566778899aabbcc";
const DEVICE: &str = "70b3d57ba0001b50";

/// The shipped registry with these keys.
fn registry(keys: &str) -> Files {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/castrop-rauxel");
    let mut files = read(Path::new(shipped)).unwrap();
    files.insert(KEYS.to_owned(), format!("device,activation,app_key\n{keys}").into_bytes());
    files
}

fn with_keys() -> Files {
    registry(&format!("{DEVICE},otaa,{KEY}\n"))
}

fn keep(data: &Path, files: &Files) -> String {
    InputLibrary::new(data, None).keep(files, |_| Vec::new()).unwrap().unwrap()
}

/// All bytes of all files under a folder.
fn bytes_under(dir: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => bytes.extend(bytes_under(&entry.path())),
            false => _ = File::open(entry.path()).unwrap().read_to_end(&mut bytes).unwrap(),
        }
    }
    bytes
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// What a restart says when it needs the keys, with the data folder as `data`.
#[track_caller]
fn restart_says(data: &Path, key_file: Option<PathBuf>, hash: &str) -> String {
    let error = InputLibrary::new(data, key_file).load(hash).unwrap_err();
    let said = Chain(&*error.0).to_string();
    assert!(!format!("{said}{error:?}").contains(&KEY[..6]));
    said.replace(data.to_str().unwrap(), "data").replace(hash, "HASH")
}

#[test]
fn keys_are_sealed_on_disk_and_read_after_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let hash = keep(data.path(), &with_keys());
    let on_disk = bytes_under(data.path());
    let key: smartpole_model::Key = KEY.parse().unwrap();
    assert!(holds(&on_disk, b"Am Markt 1"));
    assert!(!holds(&on_disk, KEY.as_bytes()) && !holds(&on_disk, key.bytes()));

    let inputs = InputLibrary::new(data.path(), None).load(&hash).unwrap();
    let device = inputs.registry.device_index(DEVICE).unwrap();
    let credentials = inputs.registry.devices[device].credentials.unwrap();
    assert_eq!(credentials.activation, Activation::Otaa { join_eui: None, app_key: key });
    assert!(!format!("{inputs:?}").contains(&KEY[..6]));
}

#[test]
fn the_key_file_is_made_once_for_the_service_alone() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join(KEY_FILE);
    let mut files = with_keys();
    files.remove(KEYS);
    keep(data.path(), &files);
    assert!(!file.exists(), "a registry without keys needs none");
    keep(data.path(), &with_keys());
    let first = fs::read(&file).unwrap();
    assert_eq!((first.len(), fs::metadata(&file).unwrap().permissions().mode() & 0o777), (32, 0o600));
    keep(data.path(), &registry(""));
    assert_eq!(fs::read(&file).unwrap(), first);
}

#[test]
fn a_restart_names_the_key_file_that_is_missing_damaged_or_wrong() {
    let data = tempfile::tempdir().unwrap();
    let (data, file) = (data.path(), data.path().join(KEY_FILE));
    let hash = keep(data, &with_keys());
    let mut said = Vec::new();
    for contents in [[7; 32].as_slice(), &[7; 31]] {
        fs::write(&file, contents).unwrap();
        said.push(restart_says(data, None, &hash));
    }
    fs::remove_file(&file).unwrap();
    said.push(restart_says(data, None, &hash));
    said.push(restart_says(data, Some(data.join("given.key")), &hash));
    expect![[r#"
        cannot read the keys of the registry kept in data/inputs/HASH: data/inputs/HASH/keys.csv.sealed was sealed with another key than that of data/inputs.key: put back the key file that belongs to it
        cannot read the keys of the registry kept in data/inputs/HASH: the key file data/inputs.key has 31 bytes instead of 32: put it back from a copy
        cannot read the keys of the registry kept in data/inputs/HASH: the key file data/inputs.key is missing, without which the kept keys of devices cannot be read: put it back from a copy
        cannot read the keys of the registry kept in data/inputs/HASH: the key file data/given.key is missing: put it back from a copy or, if there never was one, write 32 random bytes into it (head -c 32 /dev/urandom)"#]].assert_eq(&said.join("\n"));

    let again = InputLibrary::new(data, None).keep(&registry(""), |_| Vec::new()).unwrap();
    assert!(matches!(again, Err(KeepError::Seal(SealError::Missing { .. }))), "what is sealed must not be orphaned");
    assert!(!file.exists());
}

#[test]
fn sealed_keys_that_were_changed_or_exchanged_are_refused() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    let (hash, other) = (keep(data, &with_keys()), keep(data, &registry("")));
    let sealed = |hash: &str| data.join("inputs").join(hash).join(SEALED);
    let whole = fs::read(sealed(&hash)).unwrap();
    let mut false_ones: Vec<Vec<u8>> = [0, 4, 12, 20, 30].map(|length| whole[..length].to_vec()).into();
    for place in [0, 20, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        false_ones.push(changed);
    }
    false_ones.push(fs::read(sealed(&other)).unwrap());
    let said: BTreeSet<String> = false_ones
        .iter()
        .map(|bytes| {
            fs::write(sealed(&hash), bytes).unwrap();
            restart_says(data, None, &hash)
        })
        .collect();
    expect!["cannot read the keys of the registry kept in data/inputs/HASH: data/inputs/HASH/keys.csv.sealed is not as it was written: put it back from a copy"].assert_eq(&Vec::from_iter(said).join("\n"));
}

#[test]
fn a_key_file_that_somebody_else_provides_is_used_and_never_made() {
    let data = tempfile::tempdir().unwrap();
    fs::create_dir(data.path().join("inputs")).unwrap();
    let given = data.path().join("given.key");
    let library = InputLibrary::new(data.path(), Some(given.clone()));
    assert!(matches!(
        library.keep(&with_keys(), |_| Vec::new()).unwrap(),
        Err(KeepError::Seal(SealError::NotGiven { .. }))
    ));
    fs::write(&given, [7; 32]).unwrap();
    let hash = library.keep(&with_keys(), |_| Vec::new()).unwrap().unwrap();
    InputLibrary::new(data.path(), Some(given)).load(&hash).unwrap();
    assert!(!data.path().join(KEY_FILE).exists());
}

#[test]
fn a_registry_that_comes_back_stands_once_more_in_the_order_in_which_they_were_in_force() {
    let data = tempfile::tempdir().unwrap();
    let (one, two) = (keep(data.path(), &registry("")), keep(data.path(), &with_keys()));
    let in_force = || InputLibrary::new(data.path(), None).in_force().unwrap();
    let hashes = || in_force().into_iter().map(|(_, hash)| hash).collect::<Vec<_>>();
    assert_eq!(
        BTreeSet::from_iter(hashes()),
        BTreeSet::from([one.clone(), two.clone()]),
        "of before it was noted: as made"
    );
    let library = InputLibrary::new(data.path(), None);
    for (hash, at) in [(&one, 10), (&two, 20), (&one, 30)] {
        library.note_in_force(hash, UtcMillis(at)).unwrap();
    }
    let times = [10, 20, 30].map(UtcMillis);
    assert_eq!(in_force(), times.into_iter().zip([one.clone(), two.clone(), one.clone()]).collect::<Vec<_>>());
    for (hash, at) in [(&two, 40), (&one, 40), (&two, 40)] {
        library.note_in_force(hash, UtcMillis(at)).unwrap();
    }
    let last: Vec<String> = hashes().into_iter().skip(3).collect();
    assert_eq!(last, [two.clone(), one, two], "of one instant as they came");
}
