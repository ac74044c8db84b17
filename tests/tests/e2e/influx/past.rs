//! Readings that the store has let go of come from InfluxDB, as if it had not.

use std::{fs, time::Duration};

use firmware_sim::Faults;
use reqwest::StatusCode;
use serde_json::Value;
use smartpole_model::UtcMillis;
use smartpole_tests::{Artefacts, Config, InfluxDb, InfluxDb1, Listener, smartpole};
use tokio::task::spawn_blocking;

use super::{Scene, all_is_sent_to};

/// A day of the fleet in both, an InfluxDB 2 `city` and an InfluxDB 1 `old`.
async fn scene(hours: i64, faults: Faults, more: &str) -> Scene<(InfluxDb, InfluxDb1)> {
    let (city, old, listener) = (InfluxDb::start().await, InfluxDb1::start().await, Listener::new());
    let config = Config::new().listener(listener).influx(&city).influx1("old", &old).section(more).history("city");
    let scene = Scene::of((city, old), listener, config, hours, faults).await;
    let (code, printed) = scene.influx(&["init"]).await;
    assert_eq!(code, Some(0), "{printed}");
    scene.send_all().await;
    all_is_sent_to(&scene.service, "city").await;
    all_is_sent_to(&scene.service, "old").await;
    scene
}

impl<S> Scene<S> {
    /// First and last instant of the fleet, and a bit.
    pub(super) fn span(&self) -> (UtcMillis, UtcMillis) {
        let starts = self.town.truth().windows.iter().map(|window| window.start);
        let (first, last) = (starts.clone().min().expect("windows"), starts.max().expect("windows"));
        (first.plus(-1_000), last.plus(3_600_000))
    }

    /// What asks for readings: of devices, poles and a zone, one channel and all, a page and many.
    pub(super) fn questions(&self) -> Vec<String> {
        let (from, to) = self.span();
        let of = [
            ("device=am-01-air&property=pm2_5", 1_000),
            ("device=am-01-air&property=temperature", 17),
            ("device=am-01-people&property=people_in_total", 50),
            ("pole=LS-05&property=people_in&channel=0", 1_000),
            ("pole=AM-01&property=pm10", 333),
            ("zone=am-markt&property=pm2_5", 40),
            ("zone=altstadt&property=relative_humidity", 5_000),
            ("zone=altstadt&property=people_in_total", 5_000),
        ];
        let span = format!("step=raw&from={from}&to={to}");
        of.iter().map(|(of, limit)| format!("/api/v1/series?{of}&{span}&limit={limit}")).collect()
    }

    /// The answers to questions, page after page.
    pub(super) async fn answers(&self, questions: &[String]) -> Vec<Vec<Value>> {
        let mut answers = Vec::new();
        for question in questions {
            answers.push(self.service.api().all(question).await);
        }
        answers
    }

    /// Questions are answered as they were, and nothing is said to be missing.
    pub(super) async fn is_answered_as(&self, questions: &[String], kept: &[Vec<Value>]) {
        for ((question, must), is) in questions.iter().zip(kept).zip(self.answers(questions).await) {
            let first = is.iter().zip(must).find(|(is, must)| is != must);
            let (is, must) = (is.len(), must.len());
            assert!(first.is_none() && is == must, "{question}: {is} of {must}, {first:?}");
            assert_eq!(self.missing(question).await, 0, "{question}");
        }
    }

    /// What else is made of readings: files, their lines in order; the ways of some readings; days of a counter by both that it sends.
    async fn others(&self, kept: &[Vec<Value>]) -> Vec<(String, Vec<String>)> {
        let (from, to) = self.span();
        let mut others = Vec::new();
        for of in ["", "&zone=altstadt", "&pole=AM-01&property=pm2_5,people_in_total", "&device=am-01-air&channel=0"] {
            let question = format!("/api/v1/export?what=readings&format=csv&from={from}&to={to}{of}");
            let (status, file) = self.service.api().ask(&question).await.expect("it answers");
            assert_eq!(status, StatusCode::OK, "{question}: {file}");
            // the history does not know in which order a message named its values
            let mut lines: Vec<String> = file.lines().map(str::to_owned).collect();
            lines.sort_unstable();
            others.push((question, lines));
        }
        let asked =
            [("pm2_5", &kept[0]), ("temperature", &kept[1]), ("people_in_total", &kept[2]), ("people_in", &kept[3])];
        for (property, item) in
            asked.into_iter().flat_map(|(of, items)| [(of, &items[3]), (of, &items[items.len() / 2])])
        {
            let [device, time] = ["device", "event_time"].map(|key| item[key].as_str().expect(key));
            let question = format!("/api/v1/trace?device={device}&property={property}&time={time}");
            let way = self.service.api().get(&question).await;
            let must = [&way["reading"], &way["windows"], &way["message"]].map(ToString::to_string);
            others.push((question, must.into()));
        }
        let question = format!("/api/v1/counts/reconciled?device=am-01-people&from={from}&to={to}");
        others.push((question.clone(), vec![self.service.api().get(&question).await.to_string()]));
        others
    }

    /// Readings that the answers to a question say are missing, on all pages.
    pub(super) async fn missing(&self, question: &str) -> u64 {
        let (mut sum, mut cursor) = (0, String::new());
        loop {
            let page = self.service.api().get(&format!("{question}{cursor}")).await;
            if let Some(readings) = page["missing"]["readings"].as_u64() {
                assert!(
                    page["missing"]["reason"].as_str().is_some_and(|reason| reason.contains("target city")),
                    "{page}"
                );
                sum += readings;
            }
            let Some(next) = page["next"].as_str() else { return sum };
            cursor = format!("&cursor={next}");
        }
    }

    /// A file by the command line says how many readings of a device's fine dust are lost of so many.
    async fn a_file_says_what_is_lost(&self, question: &str, of: usize) {
        let lost = of - self.service.api().all(question).await.len();
        let folder = Artefacts::new("lost");
        let file = folder.path().join("a.csv");
        let ((from, to), url) = (self.span(), self.service.api().base());
        let line = format!(
            "export --url {url} --device am-01-air --property pm2_5 --from {from} --to {to} -o {}",
            file.to_str().expect("our folder's name is UTF-8")
        );
        let run = move || smartpole(&line.split_whitespace().collect::<Vec<_>>());
        let (code, printed) = spawn_blocking(run).await.expect("no panic");
        assert!(
            code == Some(0) && printed.contains(&format!("; {lost} readings of that time are missing")),
            "{printed}"
        );
        let lines = fs::read_to_string(&file).expect("the file is there").lines().count();
        assert_eq!(lines, 1 + of - lost);
    }

    /// Takes the readings of all blocks of the first half of the day away, and of every other device later, as retention does.
    async fn seal(&mut self) {
        self.stop().await;
        let (from, to) = self.span();
        let middle = UtcMillis((from.0 + to.0) / 2).quarter().0;
        let file = self.service.config().data_folder().join(smartpole_store::FILE);
        let store = rusqlite::Connection::open(file).expect("the store");
        let sql = "UPDATE block SET rows = x'' WHERE id >> 32 < ?1 OR (id & 1) = 0";
        assert!(store.execute(sql, [middle]).expect("our own file") > 100);
    }

    async fn stop(&mut self) {
        assert!(self.service.terminate(Duration::from_secs(20)).await.success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readings_are_the_same_from_the_store_and_from_either_generation() {
    let mut scene = scene(24, Faults { drift: 0.3, wrap: 0.4, ..Faults::all(0.015) }, "").await;
    let questions = scene.questions();
    let kept = scene.answers(&questions).await;
    assert!(kept.iter().all(|items| items.len() > 50), "{:?}", kept.iter().map(Vec::len).collect::<Vec<_>>());
    let others = scene.others(&kept).await;
    assert!(others[..4].iter().all(|(_, lines)| lines.len() > 100), "files of a day are long");
    scene.seal().await;
    for target in ["city", "old"] {
        scene.service.configure(|config| config.history(target));
        scene.service.start_again().await;
        scene.is_answered_as(&questions, &kept).await;
        for ((question, must), (_, is)) in others.iter().zip(scene.others(&kept).await) {
            let first = is.iter().zip(must).find(|(is, must)| is != must);
            let (is, must) = (is.len(), must.len());
            assert!(first.is_none() && is == must, "{target} {question}: {is} of {must}, {first:?}");
        }
        scene.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_bucket_has_lost_is_counted_and_a_server_that_is_away_is_said() {
    let mut scene = scene(6, Faults::default(), "timeout_s = 2").await;
    let questions = scene.questions();
    let kept = scene.answers(&questions).await;
    scene.seal().await;
    scene.service.start_again().await;
    let (from, to) = scene.span();
    let hour = (from.plus(3_600_000), from.plus(7_200_000));
    scene.influxdb.0.delete(&hour.0.to_string(), &hour.1.to_string(), "_measurement=\"air_quality\"").await;
    for (question, must) in questions.iter().zip(&kept) {
        let is = scene.service.api().all(question).await;
        let lost = must.len() - is.len();
        assert_eq!(lost > 0, question.contains("pm"), "{question}: {lost} lost");
        assert_eq!(scene.missing(question).await, lost as u64, "{question}");
    }
    scene.a_file_says_what_is_lost(&questions[0], kept[0].len()).await;
    let question = &questions[0];
    scene.influxdb.0.stop().await;
    let (status, said) = scene.service.api().ask(question).await.expect("it answers");
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{said}");
    assert!(said.contains("history-away") && said.contains("target city") && said.contains("step=15m"), "{said}");
    scene.stop().await;
    scene.service.configure(|config| config.history("old"));
    scene.service.start_again().await;
    scene.influxdb.1.freeze();
    let (status, said) = scene.service.api().ask(question).await.expect("it answers");
    assert!(status == StatusCode::SERVICE_UNAVAILABLE && said.contains("within 2 s"), "{status} {said}");
    let windows = format!("/api/v1/series?device=am-01-air&property=pm2_5&step=15m&from={from}&to={to}");
    assert!(!scene.service.api().all(&windows).await.is_empty());
    let (ready, said) = scene.service.api().ask("/readyz").await.expect("it answers");
    assert_eq!(ready, StatusCode::OK, "{said}");
}
