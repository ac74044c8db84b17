//! Files by `smartpole export`, beside a service that goes on taking messages in.

use std::fs;

use firmware_sim::{Pace, publish::publish};
use smartpole_tests::{Artefacts, Config, Listener, Service, eventually, json_at, message, now, smartpole, up};
use tokio::task::spawn_blocking;

/// Values a device sends, so many milliseconds apart, in the last two whole hours.
const VALUES: i64 = 2_000;
const APART_MS: i64 = 3_000;
const HOUR_MS: i64 = 3_600_000;

/// What is asked for on the command line, and of the interface: as files cite their question, before and behind its span.
const FILES: [(&str, (&str, &str)); 5] = [
    ("--format csv", ("what=readings", "format=csv")),
    ("--excel-de --zone altstadt", ("what=readings&zone=altstadt", "format=csv&csv=excel_de")),
    ("--format geojson --property pm2_5", ("what=readings&property=pm2_5", "format=geojson")),
    ("--format parquet", ("what=readings", "format=parquet")),
    ("--what windows --each pole --step 1h", ("what=windows&each=pole", "step=1h&format=csv")),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_file_from_the_command_line_is_the_one_of_the_interface_byte_by_byte() {
    let listener = Listener::new();
    let service = Service::start(Config::new().listener(listener)).await;
    let begun = now();
    let to = begun.plus(-begun.0.rem_euclid(HOUR_MS));
    let sent = (0..VALUES).map(|n| {
        let at = to.plus(-APART_MS * (VALUES - n));
        message(&up("AM-01", "am-01-air"), json_at(at, "pm2_5", &format!("{}.{}", n % 40, n % 10)))
    });
    publish(&listener.broker(), 0, Pace::Max, sent, |_| {}).await.expect("they are acknowledged");
    eventually("all are folded", async || match service.api().try_get("/api/v1/ledger").await? {
        ledger if ledger["as_of"]["seq"].as_i64() >= Some(VALUES) => Ok(()),
        ledger => Err(format!("{}", ledger["as_of"])),
    })
    .await;
    let (folder, from) = (Artefacts::new("export"), to.plus(-2 * HOUR_MS));
    for (n, (options, (of, how))) in FILES.into_iter().enumerate() {
        let file = folder.path().join(format!("{n}"));
        let line = format!(
            "export --url {} --from {from} --to {to} {options} -o {}",
            service.api().base(),
            file.to_str().expect("our folder's name is UTF-8")
        );
        let run = move || smartpole(&line.split_whitespace().collect::<Vec<_>>());
        let (code, printed) = spawn_blocking(run).await.expect("no panic");
        assert_eq!(code, Some(0), "{options}: {printed}");
        let own = fs::read(&file).expect("the file is there");
        let span = format!("from={from}&to={to}").replace(':', "%3A");
        let other = service.api().file(&format!("/api/v1/export?{of}&{span}&{how}")).await;
        assert!(own.len() > 200, "{options}: {} bytes", own.len());
        assert!(own == other, "{options}: {} bytes, {} by the interface", own.len(), other.len());
    }
    let left =
        fs::read_dir(folder.path()).expect("our folder").filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    assert_eq!(left.filter(|name| name.ends_with(".part")).count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_interface_refuses_is_said_and_no_file_is_made() {
    let service = Service::start(Config::new().listener(Listener::new())).await;
    let folder = Artefacts::new("no-export");
    let file = folder.path().join("a.csv");
    let line = format!(
        "export --url {} --zone altstatt --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z -o {}",
        service.api().base(),
        file.to_str().expect("our folder's name is UTF-8")
    );
    let run = move || smartpole(&line.split_whitespace().collect::<Vec<_>>());
    let (code, printed) = spawn_blocking(run).await.expect("no panic");
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.contains("did you mean \"altstadt\"?"), "{printed}");
    assert!(!file.exists() && !file.with_extension("csv.part").exists());
}
