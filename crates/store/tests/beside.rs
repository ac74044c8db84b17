//! Counts by hand and the town's calendar stand beside what is stored, and change nothing of it.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::{Arc, RwLock};

use smartpole_model::{Inputs, RawMessage, RecordRef, Seq, UtcMillis, registry::Files};
use smartpole_pipeline::{Env, Fold, LoadError, LoadInputs};
use smartpole_store::{Queries, State, Step, Store, Wanted};

const PROPERTIES: &str = "[[property]]\nid = \"people_in\"\nnumber = 3\nname_de = \"a\"\nname_en = \"a\"\nunit = \"1\"\n\
    kind = \"interval_count\"\ndecimals = 0\nmin = 0\nmax = 1000\ntheme = \"footfall\"\n";
const ZONES: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"markt","name":"Markt","kind":"place","parent":null,"count":"cross_section","poles":["P1"]},"geometry":{"type":"Polygon","coordinates":[[[7.3,51.5],[7.4,51.5],[7.4,51.6],[7.3,51.5]]]}}]}"#;
const COUNTS: &str = "device,from,to,in,out,counted_by\nd1,2026-11-25T10:00:00Z,2026-11-25T11:00:00Z,90,0,Amt\n";

fn inputs(beside: &[(&str, &str)]) -> Arc<Inputs> {
    let files = [
        ("properties.toml", PROPERTIES),
        ("poles.csv", "id,name,place,lat,lon\nP1,P1,Markt,51.55,7.31\n"),
        ("devices.csv", "id,pole,profile\nd1,P1,station\n"),
        ("zones.geojson", ZONES),
        ("profiles/station.toml", "name = \"s\"\ncodec = \"smartpole\"\ninterval_s = 300\npayload_time = true\n"),
    ];
    let files: Files =
        files.iter().chain(beside).map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    Arc::new(Inputs::parse(&files).unwrap())
}

/// The registry without these files, and with them.
struct Library;

impl LoadInputs for Library {
    fn load(&self, hash: &str) -> Result<Arc<Inputs>, LoadError> {
        Ok(inputs(if hash == "with" {
            &[("counts.csv", COUNTS), ("calendar.toml", "sunday_openings = [\"2026-11-29\"]\n")]
        } else {
            &[]
        }))
    }
}

#[test]
fn a_count_by_hand_of_the_past_and_a_sunday_opening_settle_nothing_anew() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let env = Env { stored: &store, inputs: &Library };
    let fold = Arc::new(RwLock::new(Fold::restore(store.restore().unwrap(), &env).unwrap()));
    let start: UtcMillis = "2026-11-25T10:00:00Z".parse().unwrap();
    let mut seq = 0;
    let mut apply = |record: &RecordRef<'_>| {
        seq += 1;
        fold.write().unwrap().apply(Seq(seq), record, false, &env).unwrap();
    };
    apply(&RecordRef::Inputs { received_at: start, hash: "without" });
    for n in 0..24 {
        let time = start.plus(n * 300_000);
        let topic = "smartpole/castrop-rauxel/P1/d1/up".to_owned();
        let payload = format!(r#"{{"time":"{time}","values":{{"people_in":7}}}}"#).into_bytes();
        let source = "broker".to_owned();
        let message = RawMessage { source, topic, payload, received_at: time, qos: 1, ..RawMessage::default() };
        apply(&RecordRef::Message(message.as_ref()));
    }
    let committed = fold.write().unwrap().take_changes();
    store.commit(&committed).unwrap();
    fold.write().unwrap().committed();
    apply(&RecordRef::Inputs { received_at: start.plus(7_200_000), hash: "with" });
    assert!(!fold.read().unwrap().is_resettling(), "something is to be settled anew");
    assert_eq!(fold.read().unwrap().inputs().registry.counts.len(), 1);
    let queries = Queries::new(&store, Arc::clone(&fold));
    let (scope, property) = (
        smartpole_pipeline::Scope::Device(fold.read().unwrap().device_no("d1").unwrap()),
        smartpole_model::PropertyNo(3),
    );
    let (from, to) = (start, start.plus(3_600_000));
    let wanted = Wanted { scope, property, channel: None, from, to, step: Step::Hour, as_of: None };
    let hours = queries.windows(&wanted).unwrap();
    let said: Vec<_> = hours.iter().map(|hour| (hour.aggregate.sum, hour.revision, hour.state)).collect();
    assert_eq!(said, [(84, 0, State::Provisional)]);
}
