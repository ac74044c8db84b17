//! Foreign series by `smartpole import`: killed half-way, twice, with bad rows, in both nights of the clock.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use smartpole_tests::{Api, Artefacts, Config, Ledger, Listener, Service, eventually, smartpole};
use tokio::task::spawn_blocking;

const MAPPINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/import");

/// Places of others, and what is imported there: device, place, profile.
const FOREIGN: [(&str, &str, &str); 8] = [
    ("hand-im-ort", "F-1", "foreign-manual-quarter"),
    ("hand-am-markt", "F-2", "foreign-manual-quarter"),
    ("ihk-im-ort", "F-1", "foreign-manual-hour"),
    ("ihk-am-markt", "F-2", "foreign-manual-hour"),
    ("hystreet-411", "F-3", "foreign-laser-hour"),
    ("eco-100031297", "F-4", "foreign-loop-quarter"),
    ("denw008", "F-5", "foreign-official-station"),
    ("dmd2", "F-6", "foreign-official-station"),
];

/// The shipped registry with these places, and readings kept for long enough that fixed dates stay within.
fn config() -> Config {
    let config = Config::new().listener(Listener::new());
    let shipped = fs::read_to_string(config.registry().join("poles.csv")).expect("the registry");
    let mut poles: String = shipped
        .lines()
        .enumerate()
        .map(|(at, line)| format!("{line},{}\n", if at == 0 { "provider" } else { "" }))
        .collect();
    for n in 1..=6 {
        writeln!(poles, "F-{n},Fremd {n},Anderswo,51.55{n},7.32,,,Anbieter {n}").expect("a string takes all");
    }
    let config = config.registry_file("poles.csv", &poles).registry_file("fold.toml", "[retention]\nraw_days = 3650\n");
    FOREIGN.iter().fold(config, |config, (device, place, profile)| {
        let columns = fs::read_to_string(config.registry().join("devices.csv")).expect("the registry");
        let more = columns.lines().next().map_or(0, |names| names.split(',').count()) - 3;
        config.registry_line("devices.csv", &format!("{device},{place},{profile}{}", ",".repeat(more)))
    })
}

/// `smartpole import`: its exit code, and what it printed.
async fn import(service: &Service, mapping: &Path, file: &Path, more: &[&str]) -> (Option<i32>, String) {
    let texts = [mapping, file].map(|path| path.to_str().expect("UTF-8").to_owned());
    let [mapping, file] = texts;
    let mut line = vec!["import".to_owned(), "--url".to_owned(), service.api().base().to_owned()];
    line.extend(["--mapping".to_owned(), mapping, file]);
    line.extend(more.iter().map(|word| (*word).to_owned()));
    let run = move || smartpole(&line.iter().map(String::as_str).collect::<Vec<_>>());
    spawn_blocking(run).await.expect("no panic")
}

async fn shipped(service: &Service, name: &str) -> (Option<i32>, String) {
    let folder = PathBuf::from(MAPPINGS);
    import(service, &folder.join(format!("{name}.toml")), &folder.join(format!("fixtures/{name}.csv")), &[]).await
}

/// What windows of a device say: start and sum (of counts) or mean.
async fn windows(api: &Api, device: &str, property: &str, step: &str, of: &str, from: &str, to: &str) -> Vec<String> {
    let path = format!("/api/v1/series?device={device}&property={property}&step={step}&from={from}&to={to}");
    let items = api.all(&path).await;
    let told = items.iter().filter(|item| item["count"] != 0);
    told.map(|item| format!("{} {}", item["start"].as_str().unwrap_or_default(), item[of])).collect()
}

/// So many quarters from March on of three counters, and what each of them sums up to.
fn large(file: &Path, quarters: usize) -> i64 {
    let mut text = "t;a;b;c\n".to_owned();
    let mut sum = 0;
    for quarter in 0..quarters {
        let (day, minute) = (quarter / 96, quarter % 96 * 15);
        let n = (quarter * 7 % 23) as i64;
        sum += n;
        let time = format!("{}T{:02}:{:02}:00+0000", date_after(day), minute / 60, minute % 60);
        writeln!(text, "{time};{n};{n};{n}").expect("a string takes all");
    }
    fs::write(file, text).expect("our own folder");
    sum
}

/// The date so many days after 1 March 2026, within the year.
fn date_after(day: usize) -> String {
    let lengths = [31, 30, 31, 30, 31, 31, 30, 31];
    let (mut day, mut month) = (day, 3);
    for length in lengths {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    format!("2026-{month:02}-{:02}", day + 1)
}

const LARGE: &str = r#"
name = "three counters"
[file]
delimiter = ";"
[time]
columns = ["t"]
format = "%Y-%m-%dT%H:%M:%S%z"
zone = "written"
label = "begin"
interval_s = 900
"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_is_killed_half_way_goes_on_and_nothing_counts_twice() {
    let mut service = Service::start(config()).await;
    let folder = Artefacts::new("import");
    let (file, mapping) = (folder.path().join("large.csv"), folder.path().join("large.toml"));
    let sum = large(&file, 14_400);
    let devices =
        [("a", "hand-im-ort", "people_in"), ("b", "hand-am-markt", "people_in"), ("c", "eco-100031297", "bicycles_in")];
    let series = devices.iter().fold(LARGE.to_owned(), |text, (column, device, property)| {
        text + &format!(
            "[[series]]\ncolumn = \"{column}\"\ndevice = \"{device}\"\nproperty = \"{property}\"\nunit = \"1\"\n"
        )
    });
    fs::write(&mapping, series).expect("our own folder");

    let (url, arguments) = (service.api().base().to_owned(), [mapping.clone(), file.clone()]);
    let first = spawn_blocking(move || {
        let [mapping, file] = arguments.map(|path| path.to_str().expect("UTF-8").to_owned());
        smartpole(&["import", "--url", &url, "--mapping", &mapping, &file])
    });
    eventually("the import is under way", async || match Ledger::ask(service.api()).await?.term("readings accepted") {
        0 => Err("nothing yet".to_owned()),
        _ => Ok(()),
    })
    .await;
    service.kill().await;
    let (code, said) = first.await.expect("no panic");
    assert_eq!(code, Some(1), "it cannot have come to its end: {said}");
    service.start_again().await;
    eventually("the journal is folded", async || {
        let ledger = service.api().try_get("/api/v1/ledger").await?;
        let terms = ledger["equations"][0]["terms"].as_array().ok_or("no terms")?;
        let waiting = terms.iter().find(|term| term["name"] == "not_yet_folded");
        if waiting.is_some_and(|term| term["value"] == 0) { Ok(()) } else { Err(ledger.to_string()) }
    })
    .await;
    let half = Ledger::ask(service.api()).await.expect("it answers").term("readings accepted");
    assert!(0 < half && half < 43_200, "{half}");

    let (code, said) = import(&service, &mapping, &file, &[]).await;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said.trim(), format!("14400 rows → {} values new, {half} known already, 0 conflicts", 43_200 - half));
    let (code, said) = import(&service, &mapping, &file, &[]).await;
    assert_eq!((code, said.trim()), (Some(0), "14400 rows → 0 values new, 43200 known already, 0 conflicts"));
    for (_, device, property) in devices {
        let days = format!(
            "/api/v1/series?device={device}&property={property}&step=1d&from=2026-02-28T00:00:00Z&to=2026-08-01T00:00:00Z"
        );
        let counted: i64 = service.api().all(&days).await.iter().filter_map(|day| day["sum"].as_i64()).sum();
        assert_eq!(counted, sum, "{device}");
    }
    eventually("each message has one outcome", async || match Ledger::ask(service.api()).await? {
        ledger if ledger.balanced && ledger.term("readings accepted") == 43_200 => Ok(()),
        ledger => Err(format!("{ledger:?}")),
    })
    .await;
    let config = service.config().write().to_str().expect("UTF-8").to_owned();
    let (code, verified) =
        spawn_blocking(move || smartpole(&["ledger", "verify", "--config", &config])).await.expect("no panic");
    assert_eq!(code, Some(0), "{verified}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shipped_mapping_reads_its_form_and_a_second_time_changes_nothing() {
    let service = Service::start(config()).await;
    for (name, rows, values) in [
        ("manual-count", 3, 6),
        ("ihk", 4, 4),
        ("hystreet", 5, 10),
        ("eco-counter", 10, 40),
        ("uba", 4, 4),
        ("lanuk", 4, 6),
    ] {
        let (code, said) = shipped(&service, name).await;
        let (said, warned) = said.trim().split_once('\n').unwrap_or((said.trim(), ""));
        assert_eq!(warned.contains("expects no2, not `o3`"), name == "lanuk", "{warned}");
        assert_eq!(
            (code, said),
            (Some(0), &*format!("{rows} rows → {values} values new, 0 known already, 0 conflicts")),
            "{name}"
        );
        let (code, said) = shipped(&service, name).await;
        assert_eq!(
            (code, said.lines().next().unwrap_or_default()),
            (Some(0), &*format!("{rows} rows → 0 values new, {values} known already, 0 conflicts")),
            "{name}"
        );
    }
    let api = service.api();
    let night = ("2026-10-24T22:00:00Z", "2026-10-25T05:00:00Z");
    assert_eq!(
        windows(api, "hystreet-411", "people_in", "1h", "sum", night.0, night.1).await,
        [
            "2026-10-24T23:00:00Z 20",
            "2026-10-25T00:00:00Z 12",
            "2026-10-25T01:00:00Z 2",
            "2026-10-25T02:00:00Z 0",
            "2026-10-25T03:00:00Z 0"
        ],
        "the hour that the clock showed twice is two hours"
    );
    assert_eq!(
        windows(api, "eco-100031297", "bicycles_in", "1h", "sum", night.0, night.1).await,
        ["2026-10-24T23:00:00Z 11", "2026-10-25T00:00:00Z 26", "2026-10-25T01:00:00Z 13", "2026-10-25T02:00:00Z 9"],
    );
    assert_eq!(
        windows(api, "denw008", "no2", "1h", "mean", "2026-11-28T20:00:00Z", "2026-11-29T05:00:00Z").await,
        ["2026-11-28T20:00:00Z 24", "2026-11-28T21:00:00Z 21", "2026-11-28T22:00:00Z 19", "2026-11-29T00:00:00Z 17"],
        "hours are named by their end, in CET"
    );
    let places = api.all("/api/v1/poles").await;
    let station: &Value = places.iter().find(|place| place["id"] == "F-5").expect("it is listed");
    assert_eq!(
        (&station["provider"], &station["devices"][0]["sensing"]),
        (&"Anbieter 5".into(), &"reference_station".into())
    );
    assert_eq!(station["zones"], Value::Array(Vec::new()), "it is in no zone of ours");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_keep_a_file_out_unless_they_are_left_out_and_another_value_is_a_conflict() {
    let service = Service::start(config()).await;
    let folder = Artefacts::new("import");
    let (file, mapping) = (folder.path().join("counts.csv"), PathBuf::from(MAPPINGS).join("manual-count.toml"));
    let rows = |rows: &str| {
        fs::write(&file, format!("Ort;Datum;Beginn;hinein;hinaus;gezählt von\n{rows}")).expect("our own folder");
    };
    rows(
        "Im Ort 7;29.03.2026;01:45;1;2;x\nIm Ort 7;29.03.2026;02:00;3;4;x\nIm Ort 7;29.03.2026;03:00;fünf;6;x\n\
        Im Ort 7;30.03.1999;03:00;5;6;x\nIm Ort 7;31.03.2026;03:00\n",
    );
    let (code, said) = import(&service, &mapping, &file, &[]).await;
    assert_eq!(code, Some(1), "{said}");
    for told in [
        "line 3, Datum Beginn: the clock never shows 29.03.2026 02:00: summer time begins then",
        "line 4, hinein: \"fünf\" is no number",
        "line 5, hinein: 1999-03-30T01:14:59.999Z is before 2020-01-01T00:00:00Z",
        "line 6: the line has 3 cells, the line of names 6",
        "4 mistakes in",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
    assert_eq!(Ledger::ask(service.api()).await.expect("it answers").term("readings accepted"), 0);

    let (code, said) = import(&service, &mapping, &file, &["--skip-bad"]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("values new, 0 known already, 0 conflicts, 4 mistakes left out"), "{said}");
    let counted = windows(
        service.api(),
        "hand-im-ort",
        "people_in",
        "15m",
        "sum",
        "2026-03-29T00:00:00Z",
        "2026-03-29T04:00:00Z",
    );
    assert_eq!(counted.await, ["2026-03-29T00:45:00Z 1"]);

    rows("Im Ort 7;29.03.2026;01:45;11;2;x\nIm Ort 7;29.03.2026;03:15;7;8;x\n");
    let (code, said) = import(&service, &mapping, &file, &[]).await;
    assert_eq!(code, Some(1), "{said}");
    for told in [
        "line 2, hinein: people_in of hand-im-ort is known as 1, and 11 here",
        "2 rows → 2 values new, 1 known already, 1 conflicts",
        "error: 1 values are known otherwise: what came first counts. If the provider corrected it",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
    let mut unknown = fs::read_to_string(&mapping).expect("the mapping").replace("hand-im-ort", "hand-im-orte");
    unknown = unknown.replace("unit = \"1\"", "unit = \"%\"");
    let wrong = folder.path().join("wrong.toml");
    fs::write(&wrong, &unknown).expect("our own folder");
    let (code, said) = import(&service, &wrong, &file, &[]).await;
    assert!(code == Some(1) && said.contains("`people_in` is kept in `1`, not in `%`"), "{said}");
    fs::write(&wrong, unknown.replace("unit = \"%\"", "unit = \"1\"")).expect("our own folder");
    let (code, said) = import(&service, &wrong, &file, &[]).await;
    assert!(
        code == Some(1) && said.contains("there is no device \"hand-im-orte\"; did you mean \"hand-im-ort\"?"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_that_is_not_of_the_profile_and_counts_that_are_none_are_refused_with_what_to_do() {
    let service = Service::start(config()).await;
    let folder = Artefacts::new("import");
    let (hystreet, file) =
        (PathBuf::from(MAPPINGS).join("hystreet.toml"), PathBuf::from(MAPPINGS).join("fixtures/hystreet.csv"));
    let shipped = fs::read_to_string(&hystreet).expect("the mapping");
    let wrong = folder.path().join("wrong.toml");
    for (from, to, told) in [
        (
            "interval_s = 3600",
            "interval_s = 1800",
            "an interval has 1800 s, and 3600 s by the profile `foreign-laser-hour`",
        ),
        ("hystreet-411", "denw008", "the profile `foreign-official-station` of `denw008` expects no2, not `people_in`"),
    ] {
        fs::write(&wrong, shipped.replace(from, to)).expect("our own folder");
        let (code, said) = import(&service, &wrong, &file, &[]).await;
        assert!(code == Some(1) && said.contains(told), "{said}");
    }
    let counts = folder.path().join("counts.csv");
    let rows = "Ort;Datum;Beginn;hinein;hinaus;gezählt von\nIm Ort 7;29.03.2026;01:45;-5;1,5;x\n";
    fs::write(&counts, rows).expect("our own folder");
    let (code, said) = import(&service, &PathBuf::from(MAPPINGS).join("manual-count.toml"), &counts, &[]).await;
    for told in ["line 2, hinein: -5 is not within 0 to", "line 2, hinaus: 1.5 is no whole count of people_out"] {
        assert!(code == Some(1) && said.contains(told), "{told}: {said}");
    }
    assert_eq!(Ledger::ask(service.api()).await.expect("it answers").term("readings accepted"), 0);
}
