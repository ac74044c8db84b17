//! A street with eight poles and sensors of air, folded into a real file.
#![allow(missing_docs, dead_code, unreachable_pub, clippy::unwrap_used, reason = "helpers of tests")]

use std::{
    fmt::Write as _,
    sync::{Arc, RwLock},
};

use smartpole_model::{Inputs, PoleNo, PropertyNo, RawMessage, RecordRef, Seq, UtcMillis};
use smartpole_pipeline::{Env, Fold, LoadError, LoadInputs, NameKind};
use smartpole_store::{Peers, PoleAir, PoleHours, Queries, Store, WantedHours};

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
/// 2026-11-24T23:00:00Z, a midnight of CET.
pub const DAY: i64 = 1_795_561_200_000;
/// 2026-11-25T09:45:00Z: `mover` moves from P2 to P3.
pub const MOVED: i64 = DAY + 10 * HOUR + 45 * MINUTE;

/// Number, id, unit, what else the catalogue says.
const PROPERTIES: [(u16, &str, &str, &str); 7] = [
    (1, "pm2_5", "ug/m3", ""),
    (2, "pm10", "ug/m3", ""),
    (3, "no2", "ug/m3", ""),
    (4, "o3", "ug/m3", ""),
    (5, "so2", "mg/m3", ""),
    (6, "no2_ppb", "[ppb]", "converts_to = \"no2\"\nfactor = 1.913"),
    (7, "noise_laeq", "dB", "mean = \"energy\""),
];

/// P4 to P7 stand within 700 m of P1, P8 beyond 1,500 m at a major road.
const POLES: &str = "id,name,place,lat,lon,site\nP1,P1,S,51.55,7.31,\nP2,P2,S,51.551,7.311,\nP3,P3,S,51.56,7.32,\nP4,P4,S,51.553,7.31,\n\
                     P5,P5,S,51.554,7.31,\nP6,P6,S,51.555,7.31,\nP7,P7,S,51.556,7.31,\nP8,P8,S,51.564,7.31,traffic\n";
/// `s1`, `s2` and `n8` are calibrated, `old` and `raw` are not.
const DEVICES: &str = "id,pole,profile,from\ns1,P1,station,\ns2,P1,station,\nold,P1,station,\ns3,P2,station,\n\
                       mover,P2,station,\nmover,P3,station,2026-11-25T09:45:00Z\nraw,P3,station,\nn4,P4,station,\n\
                       n5,P5,station,\nn6,P6,station,\nn7,P7,station,\nn8,P8,station,\n";
const CALIBRATIONS: &str =
    "device,property,offset,gain\ns1,pm2_5,0,1\ns1,pm10,0,1\ns2,pm2_5,0,1\ns2,pm10,0,1\nn8,pm10,0,1\n";

fn inputs() -> Inputs {
    let mut properties = String::new();
    for (number, id, unit, more) in PROPERTIES {
        writeln!(
            properties,
            "[[property]]\nid = \"{id}\"\nnumber = {number}\nname_de = \"{id}\"\nname_en = \"{id}\"\nunit = \"{unit}\"\n\
             kind = \"gauge\"\ndecimals = 1\nmin = 0\nmax = 1000\ntheme = \"air_quality\"\n{more}"
        )
        .unwrap();
    }
    let files = [
        ("properties.toml", properties.as_str()),
        ("poles.csv", POLES),
        ("devices.csv", DEVICES),
        ("calibrations.csv", CALIBRATIONS),
        ("zones.geojson", r#"{"type":"FeatureCollection","features":[]}"#),
        ("profiles/station.toml", "name = \"station\"\ncodec = \"smartpole\"\ninterval_s = 600\npayload_time = true\n"),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    Inputs::parse(&files.into()).unwrap()
}

struct Registry(Arc<Inputs>);

impl LoadInputs for Registry {
    fn load(&self, _: &str) -> Result<Arc<Inputs>, LoadError> {
        Ok(Arc::clone(&self.0))
    }
}

pub struct Street {
    pub queries: Queries,
    store: Store,
    fold: Arc<RwLock<Fold>>,
    registry: Registry,
    seq: u64,
    _dir: tempfile::TempDir,
}

impl Street {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let registry = Registry(Arc::new(inputs()));
        let env = Env { stored: &store, inputs: &registry };
        let fold = Arc::new(RwLock::new(Fold::restore(store.restore().unwrap(), &env).unwrap()));
        let queries = Queries::new(&store, Arc::clone(&fold));
        let mut street = Self { queries, store, fold, registry, seq: 0, _dir: dir };
        street.apply(&RecordRef::Inputs { received_at: UtcMillis(DAY), hash: "street" });
        street
    }

    fn apply(&mut self, record: &RecordRef<'_>) {
        self.seq += 1;
        let env = Env { stored: &self.store, inputs: &self.registry };
        self.fold.write().unwrap().apply(Seq(self.seq), record, false, &env).unwrap();
    }

    /// A message with values of one instant, received at another.
    pub fn report(&mut self, device: &str, measured: i64, received: i64, values: &[(&str, &str)]) {
        let values: Vec<String> = values.iter().map(|(property, value)| format!("\"{property}\":{value}")).collect();
        let payload = format!("{{\"time\":\"{}\",\"values\":{{{}}}}}", UtcMillis(measured), values.join(","));
        let (source, received_at) = ("broker".to_owned(), UtcMillis(received));
        let (topic, payload) = (format!("smartpole/castrop-rauxel/P1/{device}/up"), payload.into_bytes());
        let message = RawMessage { source, topic, payload, received_at, qos: 1, ..RawMessage::default() };
        self.apply(&RecordRef::Message(message.as_ref()));
    }

    /// Reports at once received, from one instant to before another.
    pub fn run(&mut self, device: &str, from: i64, to: i64, every: i64, values: &[(&str, &str)]) {
        for at in (from..to).step_by(every as usize) {
            self.report(device, at, at, values);
        }
    }

    pub fn commit(&self) {
        let mut fold = self.fold.write().unwrap();
        self.store.commit(&fold.take_changes()).unwrap();
        fold.committed();
    }

    pub fn pole(&self, id: &str) -> PoleNo {
        PoleNo(self.fold.read().unwrap().number(NameKind::Pole, id).unwrap())
    }

    /// The hours of a pole from one instant to another.
    pub fn air(&self, pole: &str, from: i64, to: i64) -> PoleAir {
        self.air_as_of(pole, from, to, None)
    }

    /// As of an earlier instant.
    pub fn air_as_of(&self, pole: &str, from: i64, to: i64, as_of: Option<i64>) -> PoleAir {
        let (poles, span) = ([self.pole(pole)], (UtcMillis(from), UtcMillis(to)));
        let hours = self.queries.air_hours(&poles, span, as_of.map(UtcMillis), |_, air| air);
        hours.unwrap().remove(0)
    }

    /// The hours of one property.
    pub fn hours(&self, pole: &str, property: &str, from: i64, to: i64, as_of: Option<i64>) -> PoleHours {
        let (poles, properties) = ([self.pole(pole)], [number(property)]);
        let (from, to, as_of) = (UtcMillis(from), UtcMillis(to), as_of.map(UtcMillis));
        let wanted = WantedHours { poles: &poles, properties: &properties, from, to, as_of };
        self.queries.pole_hours(&wanted, |_, mut hours| hours.remove(0)).unwrap().remove(0)
    }

    /// A pole beside the poles around it.
    pub fn peers(&self, pole: &str, property: &str, from: i64, to: i64, as_of: Option<i64>) -> Option<Peers> {
        let span = (UtcMillis(from), UtcMillis(to));
        self.queries.peers(self.pole(pole), &[number(property)], span, as_of.map(UtcMillis)).unwrap().remove(0)
    }
}

fn number(property: &str) -> PropertyNo {
    let known = PROPERTIES.iter().find(|(_, id, ..)| *id == property).unwrap();
    PropertyNo(known.0)
}
