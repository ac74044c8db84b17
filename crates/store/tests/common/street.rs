//! A street with eight poles and sensors of air, folded into a real file.

use std::{
    fmt::Write as _,
    ops::{Deref, DerefMut},
};

use smartpole_model::{Inputs, PoleNo, PropertyNo, UtcMillis};
use smartpole_pipeline::NameKind;
use smartpole_store::{Peers, PoleAir, PoleHours, WantedHours};

use super::{HOUR, MINUTE, folded::Folded};

/// 2026-11-24T23:00:00Z, a midnight of CET.
pub const DAY: i64 = 1_795_561_200_000;
/// 2026-11-25T09:45:00Z: `mover` moves from P2 to P3.
pub const MOVED: i64 = DAY + 10 * HOUR + 45 * MINUTE;

/// Number, id, unit, what else the catalogue says.
const PROPERTIES: [(u16, &str, &str, &str); 8] = [
    (1, "pm2_5", "ug/m3", ""),
    (2, "pm10", "ug/m3", ""),
    (3, "no2", "ug/m3", ""),
    (4, "o3", "ug/m3", ""),
    (5, "so2", "mg/m3", ""),
    (6, "no2_ppb", "[ppb]", "converts_to = \"no2\"\nfactor = 1.913"),
    (7, "noise_laeq", "dB", "mean = \"energy\""),
    (8, "relative_humidity", "%", ""),
];

/// P4 to P7 stand within 700 m of P1, P8 beyond 1,500 m at a major road.
const POLES: &str = "id,name,place,lat,lon,site\nP1,P1,S,51.55,7.31,\nP2,P2,S,51.551,7.311,\nP3,P3,S,51.56,7.32,\nP4,P4,S,51.553,7.31,\n\
                     P5,P5,S,51.554,7.31,\nP6,P6,S,51.555,7.31,\nP7,P7,S,51.556,7.31,\nP8,P8,S,51.564,7.31,traffic\n";
const ZONES: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"stadt","name":"Stadt","kind":"city","count":"none"},"geometry":{"type":"Polygon","coordinates":[[[7.3,51.5],[7.4,51.5],[7.4,51.6],[7.3,51.6],[7.3,51.5]]]}}]}"#;
/// `s1`, `s2` and `n8` are calibrated, `old` and `raw` are not.
const DEVICES: &str = "id,pole,profile,from\ns1,P1,station,\ns2,P1,station,\nold,P1,station,\ns3,P2,station,\n\
                       mover,P2,station,\nmover,P3,station,2026-11-25T09:45:00Z\nraw,P3,station,\nn4,P4,station,\n\
                       n5,P5,station,\nn6,P6,station,\nn7,P7,station,\nn8,P8,station,\ndry,P6,drying,\n";
const CALIBRATIONS: &str =
    "device,property,offset,gain\ns1,pm2_5,0,1\ns1,pm10,0,1\ns2,pm2_5,0,1\ns2,pm10,0,1\nn8,pm10,0,1\n";

fn inputs(devices: &str) -> Inputs {
    let mut properties = String::new();
    for (number, id, unit, more) in PROPERTIES {
        let max = if more.contains("energy") { 140 } else { 1000 };
        writeln!(
            properties,
            "[[property]]\nid = \"{id}\"\nnumber = {number}\nname_de = \"{id}\"\nname_en = \"{id}\"\nunit = \"{unit}\"\n\
             kind = \"gauge\"\ndecimals = 1\nmin = 0\nmax = {max}\ntheme = \"air_quality\"\n{more}"
        )
        .unwrap();
    }
    let files = [
        ("properties.toml", properties.as_str()),
        ("poles.csv", POLES),
        ("devices.csv", devices),
        ("calibrations.csv", CALIBRATIONS),
        ("zones.geojson", ZONES),
        ("profiles/station.toml", "name = \"station\"\ncodec = \"smartpole\"\ninterval_s = 600\npayload_time = true\n"),
        (
            "profiles/drying.toml",
            "name = \"drying\"\ncodec = \"smartpole\"\ninterval_s = 600\npayload_time = true\n[humidity]\nkappa = 0.4\ncap = 95\n",
        ),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    Inputs::parse(&files.into()).unwrap()
}

pub struct Street(Folded);

impl Deref for Street {
    type Target = Folded;

    fn deref(&self) -> &Folded {
        &self.0
    }
}

impl DerefMut for Street {
    fn deref_mut(&mut self) -> &mut Folded {
        &mut self.0
    }
}

impl Street {
    pub fn new() -> Self {
        Self(Folded::new(inputs(DEVICES), DAY))
    }

    /// A `devices.csv` in which these lines are others comes into force, and what it changes of the past is settled.
    pub fn change(&mut self, lines: &[(&str, &str)], received: i64) {
        let changed = |devices: String, (line, other): &(&str, &str)| {
            assert!(devices.contains(line), "{line}");
            devices.replace(line, other)
        };
        self.put_in_force(inputs(&lines.iter().fold(DEVICES.to_owned(), changed)), received);
    }

    /// Reports at once received, from one instant to before another.
    pub fn run(&mut self, device: &str, from: i64, to: i64, every: i64, values: &[(&str, &str)]) {
        for at in (from..to).step_by(every as usize) {
            self.report(device, at, at, values);
        }
    }

    pub fn pole(&self, id: &str) -> PoleNo {
        PoleNo(self.number(NameKind::Pole, id))
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
