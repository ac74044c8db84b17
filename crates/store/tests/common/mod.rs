//! A square with three poles, folded into a real file.
#![allow(missing_docs, dead_code, unreachable_pub, clippy::unwrap_used, reason = "helpers of tests")]

pub mod folded;
pub mod street;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    ops::{Deref, DerefMut},
};

use folded::Folded;
use smartpole_model::{DeviceNo, Inputs, PoleNo, PropertyNo, UtcMillis, ZoneNo};
use smartpole_pipeline::{NameKind, Scope};
use smartpole_store::{Step, Wanted, Window};

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
/// 2026-03-28T21:00:00Z: the evening before a day of 23 hours.
pub const START: i64 = 1_774_731_600_000;
/// 2026-03-29T06:00:00Z: `d1` moves from P1 to P3.
pub const MOVED: i64 = START + 9 * HOUR;

/// Number, id, kind, theme.
const PROPERTIES: [(u16, &str, &str, &str); 5] = [
    (1, "pm2_5", "gauge", "air_quality"),
    (2, "temperature", "gauge", "weather"),
    (3, "people_in", "interval_count", "footfall"),
    (4, "noise", "gauge", "noise"),
    (5, "people_in_total", "total_count", "footfall"),
];

pub const ZONES: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"markt","name":"Markt","kind":"place","parent":"stadt","count":"cross_section","poles":["P1","P2"]},"geometry":{"type":"Polygon","coordinates":[[[7.3,51.5],[7.4,51.5],[7.4,51.6],[7.3,51.5]]]}},
{"type":"Feature","properties":{"id":"stadt","name":"Stadt","kind":"city","parent":null,"count":"none","poles":["P1","P2","P3"]},"geometry":{"type":"Polygon","coordinates":[[[7.2,51.4],[7.5,51.4],[7.5,51.7],[7.2,51.4]]]}}]}"#;

/// `d1` moves from P1 to P3.
pub const INSTALLED: &str = "id,pole,profile,from,line,direction\nd1,P1,station,,,\nd1,P3,station,2026-03-29T06:00:00Z,,\n\
                         d2,P2,station,,,\nd3,P1,station,,,\n";

pub const POLES: &str =
    "id,name,place,lat,lon\nP1,P1,Markt,51.55,7.31\nP2,P2,Markt,51.551,7.311\nP3,P3,Markt,51.56,7.32\n";

fn inputs(devices: &str) -> Inputs {
    inputs_of(Texts { devices, ..TEXTS })
}

/// Files of the registry that differ.
#[derive(Clone, Copy)]
pub struct Texts<'a> {
    pub poles: &'a str,
    pub devices: &'a str,
    pub zones: &'a str,
    pub calibrations: &'a str,
}

pub const TEXTS: Texts<'static> = Texts {
    poles: POLES,
    devices: INSTALLED,
    zones: ZONES,
    calibrations: "device,property,channel,from,to,offset,gain\n",
};

fn inputs_of(Texts { poles, devices, zones, calibrations }: Texts<'_>) -> Inputs {
    let mut properties = String::new();
    for (number, id, kind, theme) in PROPERTIES {
        let mean = if id == "noise" { "energy" } else { "arithmetic" };
        let (min, max) = if id == "noise" { (0, 140) } else { (-100, 1000) };
        let counts = if kind == "total_count" { "counts = \"people_in\"\n" } else { "" };
        writeln!(
            properties,
            "[[property]]\nid = \"{id}\"\nnumber = {number}\nname_de = \"{id}\"\nname_en = \"{id}\"\nunit = \"1\"\nkind = \"{kind}\"\n\
             decimals = 0\nmin = {min}\nmax = {max}\ntheme = \"{theme}\"\nmean = \"{mean}\"\npublic = true\n{counts}excluded_by = [\"out_of_range\"]"
        )
        .unwrap();
    }
    let profile = "name = \"station\"\ncodec = \"smartpole\"\ninterval_s = 300\npayload_time = true\n";
    let files = [
        ("properties.toml", properties.as_str()),
        ("poles.csv", poles),
        ("devices.csv", devices),
        ("zones.geojson", zones),
        ("calibrations.csv", calibrations),
        ("profiles/station.toml", profile),
        ("profiles/slow.toml", &profile.replace("300", "1200")),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    Inputs::parse(&files.into()).unwrap()
}

pub struct Square(Folded);

impl Deref for Square {
    type Target = Folded;

    fn deref(&self) -> &Folded {
        &self.0
    }
}

impl DerefMut for Square {
    fn deref_mut(&mut self) -> &mut Folded {
        &mut self.0
    }
}

impl Square {
    pub fn new() -> Self {
        Self(Folded::new(inputs(INSTALLED), START))
    }

    /// Other files come into force, and what they change of the past is settled.
    pub fn redraw(&mut self, files: Texts<'_>, received: i64) {
        self.put_in_force(inputs_of(files), received);
    }

    /// Another `devices.csv` comes into force, and what it changes of the past is settled.
    pub fn register(&mut self, devices: &str, received: i64) {
        self.put_in_force(inputs(devices), received);
    }

    /// Reports each five minutes, at once received, from one instant to before another.
    pub fn run(&mut self, device: &str, from: i64, to: i64, values: &[(&str, i64)]) {
        for at in (from..to).step_by(5 * MINUTE as usize) {
            self.report(device, at, at, values);
        }
    }

    pub fn windows(&self, scope: Scope, property: &str, step: Step, from: i64, to: i64) -> Vec<Window> {
        let (from, to, property) = (UtcMillis(from), UtcMillis(to), number(property));
        self.queries.windows(&Wanted { scope, property, channel: None, from, to, step, as_of: None }).unwrap()
    }

    /// As of an earlier instant.
    pub fn windows_as_of(
        &self,
        as_of: i64,
        scope: Scope,
        property: &str,
        step: Step,
        from: i64,
        to: i64,
    ) -> Vec<Window> {
        let (from, to, property, as_of) = (UtcMillis(from), UtcMillis(to), number(property), Some(UtcMillis(as_of)));
        self.queries.windows(&Wanted { scope, property, channel: None, from, to, step, as_of }).unwrap()
    }

    /// The window of that length that starts then.
    pub fn window(&self, scope: Scope, property: &str, step: Step, start: i64) -> Option<Window> {
        self.windows(scope, property, step, start, start + 1).pop()
    }

    pub fn device(&self, id: &str) -> Scope {
        Scope::Device(DeviceNo(self.number(NameKind::Device, id)))
    }

    pub fn pole(&self, id: &str) -> Scope {
        Scope::Pole(self.pole_no(id))
    }

    pub fn pole_no(&self, id: &str) -> PoleNo {
        PoleNo(self.number(NameKind::Pole, id))
    }

    pub fn zone(&self, id: &str) -> Scope {
        Scope::Zone(ZoneNo(self.number(NameKind::Zone, id)))
    }
}

pub fn number(property: &str) -> PropertyNo {
    let known = PROPERTIES.iter().find(|(_, id, ..)| *id == property).unwrap();
    PropertyNo(known.0)
}

/// Readings by device, property and time.
pub type Readings = BTreeMap<(usize, &'static str, i64), i64>;
pub const DEVICES: [&str; 3] = ["d1", "d2", "d3"];
pub const MEASURED: [&str; 3] = ["pm2_5", "temperature", "people_in"];

/// Two days of reports, a fifth of them late, some twice, committed now and then.
pub fn two_days(seed: u64) -> (Square, Readings) {
    let (mut square, mut readings, mut dice) = (Square::new(), Readings::new(), seed);
    let mut throw = move |sides: i64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) as i64 % sides
    };
    for now in (START..START + 48 * HOUR).step_by(4 * MINUTE as usize) {
        let device = throw(3) as usize;
        let delay = if throw(5) == 0 { throw(20 * 60) * MINUTE } else { 0 };
        let measured = (now - delay).max(START);
        let property = MEASURED[throw(3) as usize];
        let value = if property == "people_in" { throw(9) } else { throw(60) - 20 };
        let value = *readings.entry((device, property, measured)).or_insert(value);
        for _ in 0..1 + throw(2) {
            square.report(DEVICES[device], measured, now, &[(property, value)]);
        }
        if throw(60) == 0 {
            square.commit();
        }
    }
    // the last batch: not taken, handed over, or in the file without the fold's knowing
    match seed % 3 {
        0 => {}
        1 => drop(square.take()),
        _ => square.commit_untold(),
    }
    (square, readings)
}
