//! Loads of a store into which a fold commits.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, RwLock},
};

use smartpole_model::{Inputs, RawMessage, RecordRef, Seq, UtcMillis, registry::Files};
use smartpole_pipeline::{Env, Fold, LoadError, LoadInputs, RESETTLE};
use smartpole_store::{Queries, Sent, Store};

use super::{Encoder, Load};
use crate::{Options, Refusal, RefusedReason};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// 2026-11-25T12:00:00Z.
const START: i64 = 1_795_608_000_000;

const ZONES: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"stadt","name":"Stadt","kind":"city","count":"none","poles":["P1","P2"]},"geometry":null}]}"#;

/// Registries in which the device hangs where the hash says.
struct Registries;

impl LoadInputs for Registries {
    fn load(&self, pole: &str) -> Result<Arc<Inputs>, LoadError> {
        Ok(inputs(pole))
    }
}

fn inputs(pole: &str) -> Arc<Inputs> {
    let devices = format!("id,pole,profile,from,line,direction\nd1,{pole},pole,,,\n");
    let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/castrop-rauxel/properties.toml");
    let texts = [
        ("poles.csv", "id,name,place,lat,lon\nP1,One,Am Markt,51.55,7.31\nP2,Two,Am Markt,51.56,7.32\n"),
        ("devices.csv", devices.as_str()),
        ("zones.geojson", ZONES),
        (
            "profiles/pole.toml",
            "name = \"Pole\"\ncodec = \"smartpole\"\ninterval_s = 60\nsensing = \"laser\"\npayload_time = true\n",
        ),
    ];
    let mut files: Files = texts.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).into();
    files.insert("properties.toml".to_owned(), std::fs::read(catalogue).unwrap());
    Arc::new(Inputs::parse(&files).unwrap_or_else(|problems| panic!("{problems:#?}")))
}

/// A store with a target, and the fold that commits into it.
struct City {
    store: Store,
    fold: Arc<RwLock<Fold>>,
    library: Arc<Registries>,
    encoder: Encoder,
    seq: u64,
    _dir: tempfile::TempDir,
}

impl City {
    fn new(options: &Options) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (store, library) = (Store::open(dir.path()).unwrap(), Arc::new(Registries));
        store.set_targets(&["city".to_owned()]).unwrap();
        let env = Env { stored: &store, inputs: &*library };
        let fold = Arc::new(RwLock::new(Fold::restore(store.restore().unwrap(), &env).unwrap()));
        let queries = Queries::new(&store, Arc::clone(&fold));
        let encoder = Encoder::new(options, &store, &queries, Arc::clone(&library) as _).unwrap();
        let mut city = Self { store, fold, library, encoder, seq: 0, _dir: dir };
        city.apply(&RecordRef::Inputs { received_at: UtcMillis(START), hash: "P1" });
        city
    }

    fn apply(&mut self, record: &RecordRef<'_>) {
        self.seq += 1;
        let env = Env { stored: &self.store, inputs: &*self.library };
        self.fold.write().unwrap().apply(Seq(self.seq), record, false, &env).unwrap();
    }

    /// A report each minute.
    fn report(&mut self, from: i64, to: i64, values: &str) {
        for at in (from..to).step_by(MINUTE as usize) {
            let payload = format!("{{\"time\":\"{}\",\"values\":{{{values}}}}}", UtcMillis(at)).into_bytes();
            let (source, topic) = ("broker".to_owned(), "smartpole/castrop-rauxel/P1/d1/up".to_owned());
            let message =
                RawMessage { source, topic, payload, received_at: UtcMillis(at), qos: 1, ..RawMessage::default() };
            self.apply(&RecordRef::Message(message.as_ref()));
        }
    }

    fn commit(&mut self) {
        let mut fold = self.fold.write().unwrap();
        self.store.commit(&fold.take_changes()).unwrap();
        fold.committed();
    }

    /// The next load, if there is one.
    async fn load(&self) -> Option<Load> {
        self.encoder.load_after(self.store.place("city").unwrap()).await.unwrap()
    }

    fn note(&self, sent: &Sent) {
        self.store.note_sent("city", sent).unwrap();
    }

    /// Everything there is to send, sent without a refusal: lines.
    async fn drain(&self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(load) = self.load().await {
            lines.extend(String::from_utf8(load.lines.bytes().to_vec()).unwrap().lines().map(str::to_owned));
            self.note(&load.sent(Vec::new()));
        }
        lines
    }
}

fn measurements(lines: &[String]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for line in lines {
        *counts.entry(line.split(',').next().unwrap()).or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn a_load_holds_whole_batches_and_the_windows_they_changed() {
    let mut city = City::new(&Options::default());
    city.report(START, START + HOUR, "\"people_in\":2");
    city.commit();
    city.report(START + HOUR, START + HOUR + 16 * MINUTE, "\"people_in\":1");
    city.commit();
    let lines = city.drain().await;
    let expected = [
        ("footfall", 76),
        ("footfall_15m", 4),
        ("footfall_1d", 1),
        ("footfall_1d_pole", 1),
        ("footfall_1d_zone", 1),
        ("footfall_1h", 1),
        ("footfall_1h_pole", 1),
        ("footfall_1h_zone", 1),
    ];
    assert_eq!(measurements(&lines), BTreeMap::from(expected));
    let hour = lines.iter().find(|line| line.starts_with("footfall_1h,")).unwrap();
    assert!(hour.contains("people_in_count=60i,people_in_sum=120i,people_in_coverage=100,"), "{hour}");
    assert!(city.load().await.is_none());
}

#[tokio::test]
async fn what_was_not_noted_is_made_again_as_it_was() {
    let mut city = City::new(&Options::default());
    city.report(START, START + 20 * MINUTE, "\"people_in\":2,\"pm2_5\":7.31");
    city.commit();
    let [first, again] = [city.load().await.unwrap(), city.load().await.unwrap()];
    assert_eq!(first.lines.bytes(), again.lines.bytes());
    assert_eq!((first.left, first.lines.readings_total()), (again.left, 40));
}

#[tokio::test]
async fn each_window_is_sent_once_more_when_it_is_final() {
    let mut city = City::new(&Options::default());
    city.report(START, START + 2 * HOUR, "\"people_in\":2");
    city.commit();
    city.drain().await;
    // more than a day of silence: blocks close, quarters and hours become final
    for minute in 0..30 * 60 {
        let received_at = UtcMillis(START + 2 * HOUR + minute * MINUTE);
        city.apply(&RecordRef::Tick { received_at, connected: vec!["broker"] });
    }
    city.commit();
    let lines = city.drain().await;
    let last: BTreeMap<(&str, &str), &str> = lines
        .iter()
        .map(|line| {
            let key = (line.split(',').next().unwrap(), line.rsplit(' ').next().unwrap());
            (key, line.rsplit("state=").next().unwrap().split(' ').next().unwrap())
        })
        .collect();
    let of = |measurement: &str| -> Vec<&str> {
        last.iter().filter(|((known, _), _)| *known == measurement).map(|(_, state)| *state).collect()
    };
    assert_eq!(of("footfall_15m"), ["\"final\""; 8], "{last:#?}");
    assert_eq!(of("footfall_1h"), ["\"final\""; 2]);
    assert_eq!(of("footfall_1h_pole"), ["\"final\""; 2]);
    assert_eq!(of("footfall_1d"), ["\"provisional\""], "it ended 21 hours ago");
    assert!(city.load().await.is_none());
}

#[tokio::test]
async fn before_the_first_message_nothing_is_looked_for() {
    let mut city = City::new(&Options::default());
    city.commit();
    city.drain().await;
    let place = city.store.place("city").unwrap();
    for _ in 0..3 {
        assert!(city.load().await.is_none(), "{place:?}");
    }
}

#[tokio::test]
async fn a_registry_that_moves_a_device_has_hours_and_days_of_its_place_sent() {
    let mut city = City::new(&Options::default());
    city.report(START, START + 2 * HOUR, "\"people_in\":2");
    city.commit();
    city.drain().await;
    let now = UtcMillis(START + 2 * HOUR);
    city.apply(&RecordRef::Inputs { received_at: now, hash: "P2" });
    while city.fold.read().unwrap().is_resettling() {
        city.apply(&RecordRef::Command { received_at: now, text: RESETTLE });
    }
    city.commit();
    let lines = city.drain().await;
    let hour = lines.iter().find(|line| line.starts_with("footfall_1h_pole,") && line.contains("pole=P2"));
    assert!(hour.is_some_and(|line| line.contains("people_in_count=60i,people_in_sum=120i")), "{lines:#?}");
}

#[tokio::test]
async fn what_is_filtered_refused_or_unknown_is_told_with_the_rest() {
    let options =
        Options { themes: vec!["footfall".to_owned()], resolution: vec![crate::Resolution::Raw], ..Options::default() };
    let mut city = City::new(&options);
    city.report(START, START + 20 * MINUTE, "\"people_in\":2,\"pm2_5\":7.31");
    city.commit();
    let load = city.load().await.unwrap();
    let refusal = Refusal {
        line: 3,
        field: None,
        readings: 1,
        reason: RefusedReason::OutsideRetention,
        detail: "too old".to_owned(),
        text: "footfall …".to_owned(),
    };
    let sent = load.sent(vec![refusal]);
    assert_eq!((sent.filtered, sent.forwarded, sent.windows, sent.refused.len()), (20, 19, 0, 1));
    assert_eq!(sent.refused[0].reason, "outside_retention");
    city.note(&sent);
    let standing = Queries::new(&city.store, Arc::clone(&city.fold)).targets().unwrap().remove(0);
    assert!(standing.balanced() && standing.pending == 0, "{standing:?}");
}
