use std::{fs, path::Path};

use smartpole_journal::{Options, OsFs};
use smartpole_model::UtcMillis;

use super::*;

const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/castrop-rauxel");

/// The shipped registry with these settings of the fold.
fn folder(dir: &Path, fold: &str) -> PathBuf {
    let folder = dir.join("registry");
    for (name, bytes) in inputs::read(Path::new(SHIPPED)).unwrap() {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    fs::write(folder.join("fold.toml"), fold).unwrap();
    folder
}

async fn start(dir: &Path, fold: &str) -> Result<RegistryWatch, Error> {
    fs::create_dir(dir.join("inputs")).unwrap();
    let (store, library) = (smartpole_store::Store::open(dir).unwrap(), InputLibrary::new(dir, None));
    let folded = Arc::new(RwLock::new(crate::fold_loop::restore(&store, &library).unwrap()));
    let options = Options { min_free_bytes: 0, ..Options::default() };
    let (journal, _) = Journal::open(&dir.join("journal"), options, Arc::new(OsFs)).unwrap();
    RegistryWatch::start(folder(dir, fold), &library, &journal, &folded).await
}

fn epoch(at: UtcMillis) -> String {
    format!("lateness_s = 900\nepoch = \"{at}\"\n")
}

fn in_an_hour() -> UtcMillis {
    UtcMillis(clock::now().0 + 3_600_000)
}

#[tokio::test]
async fn an_epoch_that_has_not_come_stops_a_first_start() {
    let dir = tempfile::tempdir().unwrap();
    let refused = start(dir.path(), &epoch(in_an_hour())).await.unwrap_err().to_string();
    assert!(refused.contains("fold.toml:2: epoch: "), "{refused}");
}

#[tokio::test]
async fn an_epoch_that_has_not_come_leaves_the_former_registry_in_force_and_is_tried_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut watch = start(dir.path(), &epoch(clock::now())).await.unwrap();
    assert_eq!(*watch.error().borrow(), None);

    let changed = |fold: &str| inputs::read(&folder(dir.path(), fold)).unwrap();
    let refused = watch.take(&changed(&epoch(in_an_hour()))).await.unwrap_err();
    assert!(refused.contains("fold.toml:2: epoch: ") && watch.error().borrow().is_some(), "{refused}");
    assert_eq!(watch.tried, "", "the time comes without a change of the folder");

    watch.tried = "of what is wrong at any time".to_owned();
    watch.take(&changed("city = \"\"\n")).await.unwrap_err();
    assert!(!watch.tried.is_empty());
    watch.take(&changed(&epoch(clock::now()))).await.unwrap();
    assert_eq!(*watch.error().borrow(), None);
}
