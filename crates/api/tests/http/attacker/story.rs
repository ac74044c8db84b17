//! What happens in the attacked city, and the city itself.

use smartpole_api::Options;
use smartpole_model::UtcMillis;

use crate::fixture::{City, parsed};

const POLES: &str = "id,name,place,lat,lon\nP0,0,A,51.5,7.3\nP1,1,A,51.5,7.3\nP2,2,B,51.5,7.3\nP3,3,,51.5,7.3\n";
const DEVICES: &str = "id,pole,profile\nc0,P0,p\nc1,P1,p\nc2,P2,p\nc3,P3,p\n";
const PROFILE: &str =
    "name = \"P\"\ncodec = \"smartpole\"\ninterval_s = 900\npayload_time = true\nsensing = \"laser\"\n";
const COUNT: &str = "unit = \"1\"\nkind = \"interval_count\"\ndecimals = 0\nmin = 0\nmax = 10000\ntheme = \"footfall\"\npersonal = true\n";

/// Place `a` with two counters, place `b` with one; district `d` holds both and a counter of its own.
pub(crate) const ZONES: [(&str, &str, &[&str]); 3] =
    [("a", "place", &["P0", "P1"]), ("b", "place", &["P2"]), ("d", "district", &["P0", "P1", "P2", "P3"])];
/// The parts of the district, by their counters.
pub(crate) const LEAVES: [&[usize]; 3] = [&[0, 1], &[2], &[3]];

/// Monday, 30 November 2026, 00:00 in Castrop-Rauxel, in minutes since the fixture's first.
pub(crate) const MONDAY: i64 = 6_540;
pub(crate) const HOUR: i64 = 60;
pub(crate) const DAY: i64 = 24 * HOUR;
/// Hours of the week in which somebody may pass, from Monday: evening, night and morning.
pub(crate) const HOURS: [i64; 4] = [21, 22, 24 + 5, 24 + 6];

/// Counts of four counters, in and out, in the quarters of [`HOURS`]; `None`: nothing was sent.
pub(crate) type Counts = Vec<Vec<[Option<i64>; 2]>>;

#[derive(Clone, Debug)]
pub(crate) struct Story {
    pub(crate) counts: Counts,
    /// Which hours of which counter are sent six hours late.
    pub(crate) late: Vec<Vec<bool>>,
    /// Whether place `a` counts who comes in.
    pub(crate) cordon: bool,
}

impl Story {
    /// What was known in time.
    pub(crate) fn known(&self, counter: usize, quarter: usize) -> [Option<i64>; 2] {
        if self.late[counter][quarter / 4] { [None; 2] } else { self.counts[counter][quarter] }
    }

    /// Messages by receipt: minute, counter, payload.
    pub(crate) fn messages(&self) -> Vec<(i64, usize, String)> {
        let mut messages = Vec::new();
        for (counter, counts) in self.counts.iter().enumerate() {
            for (at, hour) in HOURS.iter().enumerate() {
                let start = MONDAY + hour * HOUR;
                let samples =
                    (0..4).filter_map(|quarter| sample(start + 15 * quarter + 7, counts[4 * at + quarter as usize]));
                let samples: Vec<_> = samples.collect();
                let received = start + HOUR + if self.late[counter][at] { 6 * HOUR } else { 2 };
                messages.push((received, counter, format!(r#"{{"samples":[{}]}}"#, samples.join(","))));
            }
        }
        messages.sort_by_key(|(received, ..)| *received);
        messages
    }
}

fn sample(minute: i64, [r#in, out]: [Option<i64>; 2]) -> Option<String> {
    let (r#in, out) = r#in.zip(out)?;
    Some(format!(r#"{{"time":"{}","values":{{"people_in":{in},"people_out":{out}}}}}"#, at(minute)))
}

pub(crate) fn at(minute: i64) -> UtcMillis {
    "2026-11-25T10:00:00Z".parse::<UtcMillis>().unwrap().plus(minute * 60_000)
}

pub(crate) async fn build(cordon: bool) -> City {
    let count = |id: &str| if cordon && id == "a" { "cordon_in" } else { "cross_section" };
    let zones = ZONES.map(|(id, kind, poles)| (id, kind, count(id), poles));
    let files = files_of(&zones, "P1");
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    City::over(parsed(&files), Options::default()).await
}

/// A zone: id, kind, counting rule, poles.
type Drawn<'a> = (&'a str, &'a str, &'a str, &'a [&'a str]);

/// All poles, so that each is in a zone; it has no sum.
const CITY: Drawn<'_> = ("city", "city", "none", &["P0", "P1", "P2", "P3"]);

/// The registry of these zones and the city around them, by which counter 1 hangs at a pole and always did.
pub(crate) fn files_of(zones: &[Drawn<'_>], counter_1: &str) -> [(&'static str, String); 5] {
    let feature = |(id, kind, count, poles): &Drawn<'_>| {
        let poles = serde_json::to_string(poles).unwrap();
        format!(
            r#"{{"type":"Feature","properties":{{"id":"{id}","name":"{id}","kind":"{kind}","count":"{count}","poles":{poles}}},"geometry":null}}"#
        )
    };
    let features: Vec<String> = zones.iter().chain([&CITY]).map(feature).collect();
    let property = |id: &str, n: u8| {
        format!("[[property]]\nid = \"{id}\"\nnumber = {n}\nname_de = \"x\"\nname_en = \"x\"\n{COUNT}")
    };
    [
        ("poles.csv", POLES.to_owned()),
        ("devices.csv", DEVICES.replace("c1,P1", &format!("c1,{counter_1}"))),
        ("zones.geojson", format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))),
        ("properties.toml", property("people_in", 1) + &property("people_out", 2)),
        ("profiles/p.toml", PROFILE.to_owned()),
    ]
}
