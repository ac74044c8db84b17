//! Readings that have passed retention stay until InfluxDB is known to have them.

use std::{sync::Arc, time::Duration};

use firmware_sim::{Faults, Pace, publish::publish};
use smartpole_journal::{Journal, Options, OsFs};
use smartpole_model::{Record, UtcMillis};
use smartpole_tests::{Config, InfluxDb, Listener, eventually_within, message, now};

use super::{Scene, all_is_sent, lately};

const DAY: i64 = 86_400_000;
/// What is asked about again waits for two minutes at first.
const ASKED_AGAIN: Duration = Duration::from_secs(240);
/// Readings stay for four days, and eight more with those beside them.
const RETENTION: &str = "[retention]\nraw_days = 4\nraw_personal_days = 4\nquarter_days = 3650\n";

impl<S> Scene<S> {
    /// Kills the service and lets more days pass than readings are kept, with a record on each of the last three; it does not run then.
    async fn days_pass(&mut self) {
        self.service.kill().await;
        let folder = self.service.config().data_folder().join("journal");
        let (journal, _) = Journal::open(&folder, Options::default(), Arc::new(OsFs)).expect("nobody else has it");
        for days in 13..16 {
            let record = Record::Tick { received_at: now().plus(days * DAY), connected: Vec::new() };
            journal.append_durable(record).await.expect("there is room");
        }
        journal.close().await.expect("all is written");
    }

    /// Blocks with rows and without, of before today's end.
    fn blocks(&self) -> (i64, i64) {
        let file = self.service.config().data_folder().join(smartpole_store::FILE);
        let store = rusqlite::Connection::open(file).expect("the store");
        let sql = "SELECT count(*) FILTER (WHERE rows <> x''), count(*) FILTER (WHERE rows = x'') FROM block
                   WHERE id >> 32 < ?1";
        let end = UtcMillis((now().0 / DAY + 1) * DAY).quarter().0;
        store.query_row(sql, [end], |row| Ok((row.get(0)?, row.get(1)?))).expect("our own file")
    }

    /// Sends something that means nothing: then something is committed, and with it some rows go that may.
    async fn stir(&self) {
        let nothing = [message("smartpole/nowhere", b"?".to_vec())];
        publish(&self.broker(), 99, Pace::Max, nothing.into_iter(), |_| {}).await.expect("it is acknowledged");
    }

    /// Stirs until blocks are as they should be.
    async fn blocks_are(&self, what: &str, is: impl Fn((i64, i64)) -> bool) {
        eventually_within(ASKED_AGAIN, what, async || {
            self.stir().await;
            let (with, without) = self.blocks();
            if is((with, without)) { Ok(()) } else { Err(format!("{with} with rows, {without} without")) }
        })
        .await;
    }

    /// Waits until the service has said so.
    async fn says(&self, words: &str) {
        eventually_within(ASKED_AGAIN, words, async || {
            if self.service.log().contains(words) { Ok(()) } else { Err("not said".to_owned()) }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readings_stay_until_influxdb_has_them_over_an_outage_a_bucket_made_anew_and_kill_9() {
    let (influxdb, listener) = (InfluxDb::start().await, Listener::new());
    let config = Config::new().listener(listener).influx(&influxdb).history("city");
    let config = config.registry_file("fold.toml", RETENTION);
    let mut scene = Scene::of(influxdb, listener, config, 6, Faults::typical()).await;
    scene.send_all().await;
    all_is_sent(&scene.service).await;
    scene.influxdb.stop().await;
    scene.send_some(lately(), 40).await;
    let (from, to) = (lately(), now());
    let today = format!("/api/v1/series?device=am-01-air&property=pm2_5&step=raw&from={from}&to={to}");
    let questions: Vec<String> = scene.questions().into_iter().chain([today]).collect();
    let kept = scene.answers(&questions).await;
    assert!(kept.iter().all(|items| items.len() > 30), "{:?}", kept.iter().map(Vec::len).collect::<Vec<_>>());

    scene.days_pass().await;
    scene.service.start_again().await;
    eventually_within(ASKED_AGAIN, "it is known what is held", async || {
        match scene.service.api().metric("smartpole_history_held_days").await? {
            0.0 => Err("nothing".to_owned()),
            _ => Ok(()),
        }
    })
    .await;
    for _ in 0..5 {
        scene.stir().await;
        tokio::time::sleep(Duration::from_millis(1_100)).await;
    }
    assert_eq!(scene.blocks().1, 0, "the history is away");
    scene.is_answered_as(&questions, &kept).await;

    scene.service.kill().await;
    scene.influxdb.start_again().await;
    scene.influxdb.delete_bucket().await;
    let (code, printed) = scene.influx(&["init"]).await;
    assert_eq!(code, Some(0), "{printed}");
    scene.service.start_again().await;
    all_is_sent(&scene.service).await;
    let (day, today) = (scene.span().0.plus(3_600_000).to_string(), now().to_string());
    let (day, today) = (&day[..10], &today[..10]);
    scene.says(&format!("the history lacks readings of {day}")).await;
    scene.blocks_are("what it has goes, what it lacks stays", |(with, without)| with > 300 && without > 0).await;
    scene.is_answered_as(&questions, &kept).await;

    let (code, printed) = scene.influx(&["backfill", "--from", day, "--to", today]).await;
    assert_eq!(code, Some(0), "{printed}");
    let (_, gone) = scene.blocks();
    scene.blocks_are("some have gone", |(_, without)| without > gone).await;
    scene.service.kill().await;
    scene.service.start_again().await;
    scene.blocks_are("all have gone", |(with, _)| with == 0).await;
    scene.is_answered_as(&questions, &kept).await;
    assert_eq!(scene.service.api().metric("smartpole_history_held_days").await, Ok(0.0));
}
