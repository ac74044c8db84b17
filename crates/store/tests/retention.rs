//! Seven weeks of a street that keeps little: what goes, when, and that nobody sees when exactly.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod verify_town;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::Path,
    sync::{Arc, RwLock},
};

use smartpole_model::{Inputs, PropertyNo, Quarter, RawMessage, Record, Seq, UtcMillis};
use smartpole_pipeline::{Env, Fold, RESETTLE, Restore, Scope};
use smartpole_store::{Queries, Step, Wanted};
use verify_town::{Library, Town};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// 2026-03-01T00:00:00Z.
const START: i64 = 1_772_323_200_000;
const DAYS: i64 = 50;
const ZONES: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"markt","name":"Markt","kind":"place","parent":null,"count":"cross_section","poles":["P1","P2"]},"geometry":{"type":"Polygon","coordinates":[[[7.3,51.5],[7.4,51.5],[7.4,51.6],[7.3,51.5]]]}},
{"type":"Feature","properties":{"id":"weg","name":"Weg","kind":"place","parent":null,"count":"none","poles":["P3"]},"geometry":null}]}"#;
const PROFILE: &str = "name = \"s\"\ncodec = \"smartpole\"\ninterval_s = 3600\npayload_time = true\nsensing = \"laser\"\n[counter]\nwidth_bits = 16\nmax_per_minute = 500\n";

/// Readings of persons are kept for 2 days, of things for 12, quarters for 25; `bicycles` are of persons or not.
fn inputs(bicycles: bool, d2_at: &str) -> Arc<Inputs> {
    let mut properties = String::new();
    for (number, id, kind, more) in [
        (1, "pm2_5", "gauge", "theme = \"air_quality\""),
        (2, "people_in", "interval_count", "theme = \"footfall\"\npersonal = true"),
        (3, "people_in_total", "total_count", "theme = \"footfall\"\npersonal = true\ncounts = \"people_in\""),
        (4, "bicycles", "interval_count", &format!("theme = \"traffic\"\npersonal = {bicycles}")),
    ] {
        writeln!(
            properties,
            "[[property]]\nid = \"{id}\"\nnumber = {number}\nname_de = \"{id}\"\nname_en = \"{id}\"\nunit = \"1\"\nkind = \"{kind}\"\n\
             decimals = 0\nmin = 0\nmax = 100000\nexcluded_by = [\"out_of_range\"]\n{more}"
        )
        .unwrap();
    }
    let devices = format!(
        "id,pole,profile,from,line,direction\nd1,P1,s,,,\nd2,P2,s,,,\nd2,{d2_at},s,2026-03-20T00:00:00Z,,\nd3,P1,s,,,\n"
    );
    let files = [
        ("properties.toml", properties.as_str()),
        (
            "poles.csv",
            "id,name,place,lat,lon\nP1,P1,Markt,51.55,7.31\nP2,P2,Markt,51.551,7.311\nP3,P3,Markt,51.56,7.32\n",
        ),
        ("devices.csv", devices.as_str()),
        ("zones.geojson", ZONES),
        ("profiles/s.toml", PROFILE),
        ("fold.toml", "[retention]\nraw_days = 12\nraw_personal_days = 2\nquarter_days = 25\n"),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    Arc::new(Inputs::parse(&files.into()).unwrap())
}

/// Three devices that report each two hours, every fifth time late, by hours or up to where readings expire; on the 28th day bicycles
/// become personal, on the 34th a device has stood elsewhere since the 20th of March.
fn street(seed: u64) -> Town {
    let (mut records, mut dice, mut totals) = (Vec::new(), seed, [65_000i64; 3]);
    let mut roll = move |sides: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % sides
    };
    for at in (START..START + DAYS * DAY).step_by(2 * HOUR as usize) {
        for (device, total) in totals.iter_mut().enumerate() {
            let (moment, n) = (at + roll(7_000_000) as i64, roll(300) as i64);
            *total = (*total + n) % 65_536;
            let delay = match roll(25) {
                0 | 1 => roll(40) as i64 * HOUR,
                2 => 2 * DAY - 3 * HOUR + roll(6) as i64 * HOUR,
                3 => 12 * DAY - 3 * HOUR + roll(6) as i64 * HOUR,
                _ => 0,
            };
            let values = match device {
                0 => format!("\"people_in_total\":{total},\"people_in\":0"),
                1 => format!("\"pm2_5\":{n}"),
                _ => format!("\"bicycles\":{n}"),
            };
            records.push(report(device + 1, moment, moment + delay, &values));
        }
        let received_at = UtcMillis(at + HOUR);
        records.push(Record::Tick { received_at, connected: vec!["broker".to_owned()] });
    }
    for (day, hash) in [(0, "first"), (28, "bicycles"), (34, "moved")] {
        let received_at = UtcMillis(START + day * DAY);
        records.push(Record::Inputs { received_at, hash: hash.to_owned() });
        records
            .extend((0..150).map(|_| Record::Command { received_at, text: RESETTLE.to_owned() }).filter(|_| day > 0));
    }
    records.sort_by_key(|record| (record.received_at(), !matches!(record, Record::Inputs { .. })));
    let library = [("first", inputs(false, "P2")), ("bicycles", inputs(true, "P2")), ("moved", inputs(true, "P3"))];
    Town { library: Library(library.into()), records }
}

fn report(device: usize, at: i64, received_at: i64, values: &str) -> Record {
    let payload = format!("{{\"time\":\"{}\",\"values\":{{{values}}}}}", UtcMillis(at)).into_bytes();
    let (source, topic) = ("broker".to_owned(), format!("smartpole/castrop-rauxel/P1/d{device}/up"));
    let received_at = UtcMillis(received_at);
    Record::Message(RawMessage { source, topic, payload, received_at, qos: 1, ..RawMessage::default() })
}

fn file(dir: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(dir.join("city.db")).unwrap()
}

/// By device: the first quarter with a block, with rows, with an hour.
fn first_quarters(file: &rusqlite::Connection) -> BTreeMap<String, [i64; 3]> {
    let sql = "SELECT id, (SELECT min(quarter) FROM block WHERE device = number),
                      (SELECT min(quarter) FROM block WHERE device = number AND rows <> x''),
                      (SELECT min(start) / 900000 FROM rollup WHERE level = 1 AND scope = 1 AND rollup.number = name.number)
               FROM name WHERE kind = 1";
    let mut statement = file.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?])));
    rows.unwrap().collect::<rusqlite::Result<_>>().unwrap()
}

#[test]
fn rows_of_persons_are_gone_after_days_those_of_things_later_and_quarters_at_last() {
    let dir = tempfile::tempdir().unwrap();
    street(1).fold(dir.path(), 20, 1_000_000);
    let file = file(dir.path());
    let sql = "SELECT day * 96, raw, personal, quarters FROM cut ORDER BY day LIMIT 1";
    let cut: [i64; 4] =
        file.query_row(sql, [], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?])).unwrap();
    let [day, raw, personal, quarters] = cut;
    assert_eq!([day - raw, day - personal, day - quarters], [20, 10, 33].map(|days| days * 96));
    let found = first_quarters(&file);
    for (device, cut) in [("d1", personal), ("d2", raw), ("d3", personal)] {
        let [block, rows, hour] = found[device];
        assert!((cut..cut + 96).contains(&rows), "{device}: {rows} from {cut} on");
        assert!((quarters..quarters + 96).contains(&block), "{device}: {block} from {quarters} on");
        assert!(hour < START / 900_000 + 96, "{device}: {hour}");
    }
}

#[test]
fn a_fold_beside_from_the_beginning_and_from_each_checkpoint_finds_no_difference_whatever_either_has_let_go_of() {
    for seed in 1..4 {
        let (town, dir) = (street(seed), tempfile::tempdir().unwrap());
        let store = town.fold(dir.path(), 37, 5);
        let mut starts = vec![Restore::default()];
        while let Some(next) = store.checkpoint_from(starts.last().unwrap().cursor.plus(2)).unwrap() {
            starts.push(next);
        }
        assert_eq!(starts.len(), 4, "three checkpoints are kept whole");
        for start in starts {
            for size in [11, 5_000] {
                let (compared, found) = town.verify(&store, &start, size);
                assert_eq!((compared.differences, found), (0, vec![]), "seed {seed} from {}", start.cursor);
                assert!(start.cursor > Seq(0) || compared.blocks > 500, "{compared:?}");
            }
        }
    }
}

#[test]
fn a_process_that_dies_while_it_lets_go_goes_on_where_it_was() {
    let rest = |size, kill| {
        let (mut town, dir) = (street(5), tempfile::tempdir().unwrap());
        let last = town.records.last().and_then(Record::received_at).unwrap();
        // the same last checkpoints, and time enough for all that may go
        let tick = |n: i64| Record::Tick { received_at: last.plus(n * DAY / 40), connected: Vec::new() };
        town.records.extend((1..240).map(tick));
        town.fold(dir.path(), size, kill);
        let file = file(dir.path());
        let mut statement = file.prepare("SELECT id, hex(aggregates), hex(rows) FROM block ORDER BY id").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        rows.collect::<rusqlite::Result<Vec<(i64, String, String)>>>().unwrap()
    };
    let whole = rest(3, 1_000_000);
    assert!(whole.iter().any(|(.., rows)| rows.is_empty()) && whole.len() > 100);
    assert!(whole == rest(3, 4) && whole == rest(2, 3));
}

#[test]
fn a_window_is_known_from_the_minute_it_was_closed_and_left_out_before_once_its_readings_are_gone() {
    let (town, dir) = (street(1), tempfile::tempdir().unwrap());
    let store = town.fold(dir.path(), 20, 1_000_000);
    let env = Env { stored: &store, inputs: &town.library };
    let fold = Fold::restore(store.restore().unwrap(), &env).unwrap();
    let (scope, property) = (Scope::Device(fold.device_no("d3").unwrap()), PropertyNo(4));
    let (thing, particles) = (Scope::Device(fold.device_no("d2").unwrap()), PropertyNo(1));
    let queries = Queries::new(&store, Arc::new(RwLock::new(fold)));
    let sql = "SELECT quarter, closed_minute FROM block JOIN name ON kind = 1 AND number = device
               WHERE name.id = 'd3' AND rows = x'' AND revision = 0 AND closed_minute > 0 ORDER BY block.id DESC LIMIT 1";
    let (quarter, closed) =
        file(dir.path()).query_row(sql, [], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?))).unwrap();
    let from = Quarter(quarter).start();
    let asked = |as_of: Option<i64>| {
        let as_of = as_of.map(|minute| UtcMillis(minute * 60_000));
        let (to, step) = (from.plus(Quarter::MILLIS), Step::Quarter);
        queries.windows(&Wanted { scope, property, channel: None, from, to, step, as_of }).unwrap().pop()
    };
    let now = asked(None).unwrap().aggregate;
    assert_eq!(asked(Some(closed + 1)).map(|window| window.aggregate), Some(now));
    assert_eq!(asked(Some(closed)), None, "it was open: what it came to is not known any more");
    assert!(queries.readings(scope, property, None, (from, from.plus(Quarter::MILLIS)), None, 100).unwrap().is_empty());
    let [of_persons, of_things] = [scope, thing].map(|scope| queries.readings_kept_from(scope).unwrap());
    assert!(from < of_persons && of_things < of_persons, "{from} {of_persons} {of_things}");
    let kept = queries.readings(thing, particles, None, (of_things, of_persons), None, 100).unwrap();
    assert!(!kept.is_empty(), "readings of things are there from {of_things} on");
}
