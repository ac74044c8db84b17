//! The planner's questions by HTTP, beside a plain InfluxDB 2 that is asked the same of the same readings.
//!
//! `cargo build --release && cargo bench -p smartpole-tests --bench questions`, with `tests/servers/influxd` built. A zone
//! of 20 poles has reported each hour for two years, and a city of 10,000 poles sends 5,000 messages a second while the first
//! figures are taken; InfluxDB rests meanwhile. Then both are asked in turn, with nothing else to do. Ratios count, not times: whatever else
//! the machine does slows both.

mod clock;
mod plain;
mod town;

use std::{fmt::Write as _, time::Duration};

use clock::{Times, ask};
use plain::Plain;
use smartpole_tests::{Service, eventually_within};
use town::{Town, YEAR_MS, ZONE};

/// How often each question is asked, if it does not take too long.
const ASKED: usize = 100;

/// A question, in the words of both.
struct Question {
    name: &'static str,
    /// What it is to take at most, in milliseconds.
    bar_ms: u32,
    path: String,
    flux: String,
}

#[tokio::main]
async fn main() {
    let town = Town::new();
    let mut service = Service::start(town.config()).await;
    town.tell_history(&service).await;
    let plain = Plain::start().await;
    let rows = plain.copy_history(&town, service.api()).await;
    println!("{} readings of two years of {} poles in both", rows, town::POLES);
    let load = town.load();
    town.is_loaded(&service).await;
    let questions = questions(&town);
    let busy = town::rate(&service, async |service| all(&questions, service).await).await;
    load.abort();
    eventually_within(Duration::from_secs(120), "all is folded", async || town::is_folded(service.api()).await).await;
    plain.copy_newest(&town, service.api()).await;
    println!(
        "\n| question | bar ms | at {:.0} messages/s p50, p99 | alone p50, p99 | InfluxDB 2 p50, p99 | times as fast |",
        busy.1
    );
    println!("|---|---|---|---|---|---|");
    for (question, busy) in questions.iter().zip(busy.0) {
        let alone = ask(ASKED, async || service.api().file(&question.path).await.len()).await;
        let influx = ask(ASKED, async || plain.csv(&question.flux).await.len()).await;
        println!("{}", row(question, &busy, &alone, &influx));
    }
    exports(&town, &service, &plain).await;
    service.terminate(Duration::from_secs(60)).await;
    service.start_again().await;
    let first = ask(1, async || service.api().file(&questions[0].path).await.len()).await;
    println!("\n{}, the first after a start: {:.1} ms", questions[0].name, first.p50());
}

async fn all(questions: &[Question], service: &Service) -> Vec<Times> {
    let mut times = Vec::new();
    for question in questions {
        times.push(ask(ASKED, async || service.api().file(&question.path).await.len()).await);
    }
    times
}

fn row(question: &Question, busy: &Times, alone: &Times, influx: &Times) -> String {
    let mut row = format!("| {} | {} |", question.name, question.bar_ms);
    for times in [busy, alone, influx] {
        write!(row, " {:.1}, {:.1} |", times.p50(), times.p99()).expect("a string takes all");
    }
    write!(row, " {:.0} |", influx.p50() / alone.p50()).expect("a string takes all");
    row
}

/// A file of the newest readings of all poles, and one of the zone's year, from both.
async fn exports(town: &Town, service: &Service, plain: &Plain) {
    println!(
        "\n| export as CSV | rows | smartpole rows/s | InfluxDB 2 rows/s | times as fast |\n|---|---|---|---|---|"
    );
    for (name, path, flux) in [
        ("pm2_5 of all poles, a message a minute", town.newest_readings("&property=pm2_5"), plain::newest(town)),
        ("a month of the zone, a message an hour", town.month_readings(0), plain::month(town)),
    ] {
        let lines = |file: &[u8]| file.iter().filter(|byte| **byte == b'\n').count();
        let ours = service.api().file(&path).await;
        let rows = lines(&ours) - 1;
        let alone = ask(20, async || service.api().file(&path).await.len()).await;
        let influx = ask(5, async || plain.csv(&flux).await.len()).await;
        let rate = |times: &Times| rows as f64 / times.p50() * 1e3;
        println!(
            "| {name} | {rows} | {:.0} | {:.0} | {:.1} |",
            rate(&alone),
            rate(&influx),
            rate(&alone) / rate(&influx)
        );
    }
    let path = town.newest_readings("");
    let rows = service.api().file(&path).await.iter().filter(|byte| **byte == b'\n').count() - 1;
    let alone = ask(3, async || service.api().file(&path).await.len()).await;
    println!(
        "| all properties of all poles, a message a minute | {rows} | {:.0} | | |",
        rows as f64 / alone.p50() * 1e3
    );
}

fn questions(town: &Town) -> Vec<Question> {
    let (from, to) = (town.end.plus(-YEAR_MS), town.end);
    let question = |name, bar_ms, path: String, flux| Question { name, bar_ms, path, flux };
    let footfall = |of: &str| format!("/api/v1/footfall{of}zone={ZONE}&from={from}&to={to}");
    vec![
        question(
            "a year of hours of the zone, pm2_5",
            20,
            format!("/api/v1/series?zone={ZONE}&property=pm2_5&step=1h&from={from}&to={to}&limit=10000"),
            plain::hours_of_air(from, to),
        ),
        question(
            "a year of hours of the zone, footfall",
            20,
            footfall("?step=1h&limit=10000&"),
            plain::hours_of_footfall(from, to),
        ),
        question(
            "the newest pm2_5 of 10,000 poles",
            20,
            "/api/v1/latest?property=pm2_5&limit=10000".to_owned(),
            plain::latest(town),
        ),
        question("weekday × hour of a year, footfall", 50, footfall("/profile?"), plain::profile(from, to)),
        question(
            "each day of a year beside the year before, footfall",
            50,
            footfall("?step=1d&compare=previous_year&limit=10000&"),
            plain::year_on_year(from, to),
        ),
    ]
}
