use std::{fs, os::unix::fs::PermissionsExt as _};

use tempfile::{TempDir, tempdir};

use super::*;

fn folder() -> (TempDir, Folder) {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("poles.csv"), "id\n").unwrap();
    fs::write(dir.path().join("README.md"), "no input").unwrap();
    let folder = Folder::new(dir.path().to_owned());
    (dir, folder)
}

#[test]
fn a_file_is_replaced_whole_and_what_it_was_stays_beside_it() {
    let (dir, folder) = folder();
    folder.replace("poles.csv", Some(&hash(b"id\n")), Some(b"id\nAM-01\n")).unwrap();
    assert_eq!(folder.read().unwrap(), Files::from([("poles.csv".to_owned(), b"id\nAM-01\n".to_vec())]));
    assert_eq!(fs::read(dir.path().join("poles.csv.former")).unwrap(), b"id\n");
    assert!(!dir.path().join("poles.csv.new").exists());
}

#[test]
fn files_and_profiles_come_and_go() {
    let (_dir, folder) = folder();
    folder.replace("profiles/a.toml", None, Some(b"name = \"A\"")).unwrap();
    folder.replace("counts.csv", None, Some(b"device\n")).unwrap();
    assert_eq!(folder.read().unwrap().keys().collect::<Vec<_>>(), ["counts.csv", "poles.csv", "profiles/a.toml"]);
    folder.replace("profiles/a.toml", Some(&hash(b"name = \"A\"")), None).unwrap();
    assert_eq!(folder.read().unwrap().keys().collect::<Vec<_>>(), ["counts.csv", "poles.csv"]);
}

#[test]
fn what_somebody_else_wrote_is_not_written_over() {
    let (_dir, folder) = folder();
    for former in [None, Some(hash(b"other"))] {
        let refused = folder.replace("poles.csv", former.as_deref(), Some(b"mine"));
        assert!(matches!(refused, Err(Error::Changed(_))), "{refused:?}");
    }
    let gone = folder.replace("devices.csv", Some(&hash(b"id\n")), Some(b"mine"));
    assert!(matches!(gone, Err(Error::Changed(_))), "{gone:?}");
    assert_eq!(folder.read().unwrap()["poles.csv"], b"id\n");
}

#[test]
fn a_link_stays_one_and_permissions_stay_as_they_are() {
    let (dir, folder) = folder();
    let kept = dir.path().join("kept.csv");
    fs::rename(dir.path().join("poles.csv"), &kept).unwrap();
    fs::set_permissions(&kept, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("kept.csv", dir.path().join("poles.csv")).unwrap();
    folder.replace("poles.csv", Some(&hash(b"id\n")), Some(b"id\nAM-01\n")).unwrap();
    assert!(fs::symlink_metadata(dir.path().join("poles.csv")).unwrap().is_symlink());
    assert_eq!(fs::read(&kept).unwrap(), b"id\nAM-01\n");
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn where_it_cannot_write_it_says_which_file_and_why_and_changes_nothing() {
    let (dir, folder) = folder();
    // a folder in the way refuses everybody, also whoever is root
    fs::create_dir(dir.path().join("poles.csv.new")).unwrap();
    let refused = folder.replace("poles.csv", Some(&hash(b"id\n")), Some(b"mine")).unwrap_err();
    assert_eq!(refused.to_string(), "cannot write poles.csv");
    assert!(std::error::Error::source(&refused).is_some());
    assert_eq!(fs::read(dir.path().join("poles.csv")).unwrap(), b"id\n");
}
