//! A small registry, in several versions.

use std::{collections::HashMap, sync::Arc};

use smartpole_model::{
    Inputs, PropertyNo,
    registry::{Codec, QualityRules, Spike},
};
use smartpole_pipeline::{FOLD_VERSION, LoadError, LoadInputs, SUMS_VERSION};

use super::records::{APP, NWK};

const PROPERTIES: &str = r#"
[[property]]
id = "pm2_5"
number = 1
name_de = "Feinstaub PM2,5"
name_en = "PM2.5"
unit = "ug/m3"
kind = "gauge"
decimals = 2
min = 0
max = 1000
sentinels = [-1]
theme = "air_quality"
public = true
excluded_by = ["out_of_range", "sentinel", "stuck", "warming_up"]

[[property]]
id = "people_in"
number = 2
name_de = "hinein"
name_en = "in"
unit = "{#}"
kind = "interval_count"
decimals = 0
min = 0
max = 100000
theme = "footfall"
public = true
excluded_by = ["out_of_range", "sentinel"]
opposite = "people_out"

[[property]]
id = "people_out"
number = 5
name_de = "hinaus"
name_en = "out"
unit = "{#}"
kind = "interval_count"
decimals = 0
min = 0
max = 100000
theme = "footfall"
opposite = "people_in"

[[property]]
id = "people_in_total"
number = 3
name_de = "hinein, gesamt"
name_en = "in, total"
unit = "{#}"
kind = "total_count"
counts = "people_in"
decimals = 0
min = 0
max = 4294967295
theme = "footfall"
public = false
excluded_by = ["out_of_range", "sentinel"]

[[property]]
id = "power_up"
number = 4
name_de = "eingeschaltet"
name_en = "switched on"
unit = "1"
kind = "state"
decimals = 0
min = 0
max = 1
theme = "device"
"#;

const STATION: &str = "name = \"station\"\ncodec = \"smartpole\"\ninterval_s = 300\npayload_time = true\n[counter]\nwidth_bits = 16\nmax_per_minute = 500\n";
const RADIO: &str = "name = \"radio\"\ncodec = \"cayenne_lpp\"\ninterval_s = 300\npayload_time = false\n[[mapping]]\npath = \"analog_input.1\"\nproperty = \"pm2_5\"\nunit = \"ug/m3\"\n";
const GATEWAYS: &str = "id,name,lat,lon\n0000000000000001,Eins,,\n0000000000000002,Zwei,,\n";

const ZONES: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"markt","name":"Markt","kind":"place","parent":"stadt","count":"cross_section","poles":["P1","P2"]},"geometry":{"type":"Polygon","coordinates":[[[7.3,51.5],[7.4,51.5],[7.4,51.6],[7.3,51.5]]]}},
{"type":"Feature","properties":{"id":"stadt","name":"Stadt","kind":"city","parent":null,"count":"none","poles":["P1","P2","P3"]},"geometry":{"type":"Polygon","coordinates":[[[7.2,51.4],[7.5,51.4],[7.5,51.7],[7.2,51.4]]]}}]}"#;

/// Registry files; with `later`, one device moved and one more.
pub fn files(later: bool) -> smartpole_model::registry::Files {
    let devices = match later {
        false => {
            "id,pole,profile,from,line,direction\nd1,P1,station,,,\nd2,P2,station,,,\nd3,P3,station,,,\n00000000000000a1,P1,radio,,,\n00000000000000b2,P2,radio,,,\n"
        }
        true => {
            "id,pole,profile,from,line,direction\nd1,P1,station,,,\nd1,P3,station,2026-03-29T00:00:00Z,,\nd2,P2,station,,,\nd3,P3,station,,,\nd4,P1,station,,,\n00000000000000a1,P1,radio,,,\n00000000000000b2,P2,radio,,,\n"
        }
    };
    // a new key for the device that joins, so that its former frames are forged from then on
    let app_key = if later { "0f" } else { "0e" }.repeat(16);
    let keys = format!(
        "device,activation,app_key,dev_addr,nwk_s_key,app_s_key\n00000000000000a1,abp,,26011bda,{NWK:032x},{APP:032x}\n00000000000000b2,otaa,{app_key},,,\n"
    );
    let poles =
        "id,name,place,lat,lon\nP1,Eins,Markt,51.55,7.31\nP2,Zwei,Markt,51.551,7.311\nP3,Drei,Markt,51.56,7.32\n";
    [
        ("properties.toml", PROPERTIES),
        ("poles.csv", poles),
        ("devices.csv", devices),
        ("zones.geojson", ZONES),
        ("profiles/station.toml", STATION),
        ("profiles/radio.toml", RADIO),
        ("gateways.csv", GATEWAYS),
        ("keys.csv", &keys),
    ]
    .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
    .into()
}

/// The same with little kept: readings of persons 3 days, of things 20, quarters 40.
fn short(later: bool, personal: bool) -> smartpole_model::registry::Files {
    let mut files = files(later);
    let properties =
        PROPERTIES.replace("theme = \"footfall\"", &format!("theme = \"footfall\"\npersonal = {personal}"));
    files.insert("properties.toml".to_owned(), properties.into_bytes());
    files.insert("profiles/station.toml".to_owned(), format!("sensing = \"laser\"\n{STATION}").into_bytes());
    let fold = "[retention]\nraw_days = 20\nraw_personal_days = 3\nquarter_days = 40\n";
    files.insert("fold.toml".to_owned(), fold.as_bytes().to_vec());
    files
}

/// What the inputs `ruled` ask of `pm2_5`.
pub const RULES: QualityRules = QualityRules {
    stuck: Some(4),
    spike: Some(Spike { neighbours: 5, deviations_milli: 3_000, least: 20 }),
    step: Some(100),
    warming_up_s: 900,
    uncalibrated: false,
    peer: None,
};

pub struct Library(HashMap<String, Arc<Inputs>>);

#[allow(clippy::too_many_lines, reason = "a table of registries")]
pub fn library() -> Library {
    let parse = |later| Arc::new(Inputs::parse(&files(later)).unwrap());
    let mut mended = files(false);
    let radio = RADIO.replace("unit = \"ug/m3\"", "unit = \"ug/m3\"\nscale = 10");
    mended.insert("profiles/radio.toml".to_owned(), radio.into_bytes());
    let mended = Arc::new(Inputs::parse(&mended).unwrap());
    let mut ruled = Inputs::parse(&files(false)).unwrap();
    ruled.registry.rules.insert((PropertyNo(1), None), RULES);
    let devices = "id,pole,profile,from,to,state,reversed\nd1,P1,station,,2026-03-28T22:00:00Z,,\nd1,P3,station,2026-03-28T22:00:00Z,,,0\n\
                   d2,P2,station,,,,\nd3,P3,station,,,stock,\n00000000000000a1,P1,radio,,,,\n00000000000000b2,P2,radio,,,,\n";
    let mut moved = files(false);
    moved.insert("devices.csv".to_owned(), devices.as_bytes().to_vec());
    let calibrations =
        "device,property,channel,from,to,offset,gain\nd2,pm2_5,0,2026-03-28T22:37:00Z,2026-03-29T01:10:00Z,1.5,2\n";
    moved.insert("calibrations.csv".to_owned(), calibrations.as_bytes().to_vec());
    let moved = Arc::new(Inputs::parse(&moved).unwrap());
    let mut clearing = files(false);
    let station = format!("{STATION}resets_at_power_up = true\nresets_at = \"01:00\"\n");
    clearing.insert("profiles/station.toml".to_owned(), station.into_bytes());
    let clearing = Arc::new(Inputs::parse(&clearing).unwrap());
    let mut ruled_mended = Inputs::clone(&mended);
    ruled_mended.registry.rules.insert((PropertyNo(1), None), RULES);
    let counted = |mut counted: smartpole_model::registry::Files, scale: &str| {
        let radio = RADIO.replace("\"pm2_5\"", "\"people_in_total\"").replace("\"ug/m3\"", "\"{#}\"");
        let counter = "[counter]\nwidth_bits = 16\nmax_per_minute = 500\n";
        counted.insert(
            "profiles/radio.toml".to_owned(),
            format!("sensing = \"tof\"\n{radio}scale = {scale}\n{counter}").into_bytes(),
        );
        Arc::new(Inputs::parse(&counted).unwrap())
    };
    let mut untimed = files(false);
    untimed.insert(
        "profiles/station.toml".to_owned(),
        STATION.replace("payload_time = true", "payload_time = false").into_bytes(),
    );
    let untimed = Arc::new(Inputs::parse(&untimed).unwrap());
    let mut foreign = Inputs::parse(&files(false)).unwrap();
    foreign.registry.profiles.values_mut().for_each(|profile| profile.codec = Codec::Foreign);
    let kept = |later, personal| Arc::new(Inputs::parse(&short(later, personal)).unwrap());
    let mut unsaid = short(false, true);
    unsaid.insert("profiles/station.toml".to_owned(), STATION.as_bytes().to_vec());
    let all = [
        ("short", kept(false, true)),
        ("short, without sensing", Arc::new(Inputs::parse(&unsaid).unwrap())),
        ("short, later", kept(true, true)),
        ("short, of things", kept(false, false)),
        ("clearing", clearing),
        ("moved", moved),
        ("first", parse(false)),
        ("first, former", parse(false)),
        ("untimed", untimed),
        ("later", parse(true)),
        ("mended", mended),
        ("ruled", Arc::new(ruled)),
        ("ruled, mended", Arc::new(ruled_mended)),
        ("foreign", Arc::new(foreign)),
        ("counted", counted(files(false), "1000")),
        ("counted, mended", counted(files(false), "100")),
        ("short, counted", counted(short(false, true), "100")),
    ];
    Library(all.map(|(hash, inputs)| (hash.to_owned(), inputs)).into())
}

impl LoadInputs for Library {
    fn load(&self, hash: &str) -> Result<Arc<Inputs>, LoadError> {
        self.0.get(hash).cloned().ok_or_else(|| LoadError(format!("no inputs {hash}").into()))
    }

    /// A name says if a former program kept it.
    fn fold_version(&self, hash: &str) -> Result<Option<u32>, LoadError> {
        Ok(Some(if hash.ends_with(", former") { SUMS_VERSION - 1 } else { FOLD_VERSION }))
    }
}
