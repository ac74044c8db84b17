//! What the planner's answers cost: CPU time of the whole process, without a network and with nothing else to do.
//!
//! `cargo bench -p smartpole-api --bench answers`; with a word, those alone whose name has it, and with a number, each so many times, for
//! a profiler. Rows are lines of a table or items of JSON; what is printed is the median. Of `then`, the questions of the store's bench
//! `as_of`, there are also how many times the CPU of the plain question those about an earlier minute take; the bar is twice.
#![allow(
    clippy::unwrap_used,
    dead_code,
    missing_docs,
    reason = "the fixture is that of the tests, of which a part is used"
)]

#[path = "../tests/http/desk.rs"]
mod desk;
#[path = "../tests/http/fixture.rs"]
mod fixture;

use std::{fmt::Write as _, net::Ipv4Addr};

use axum::{Router, body::Body, http::Request};
use firmware_sim::synthetic;
use fixture::{City, at};
use futures::StreamExt;
use smartpole_api::{Options, Peer, router};
use smartpole_model::{Inputs, RawMessageRef, RecordRef, Seq, UtcMillis};
use smartpole_pipeline::Env;
use tower::ServiceExt;

/// As the service has it.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;
/// Messages a commit, as the service has it.
const BATCH: u64 = 10_000;

/// What a message says: property, decimals, level.
const VALUES: [(&str, usize, i64); 8] = [
    ("pm1", 1, 52),
    ("pm2_5", 1, 73),
    ("pm4", 1, 95),
    ("pm10", 1, 121),
    ("no2", 1, 184),
    ("temperature", 2, 2_130),
    ("relative_humidity", 1, 612),
    ("pressure", 1, 10_132),
];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let times = words.iter().find_map(|word| word.parse().ok());
    let chosen = words.into_iter().find(|word| word.parse::<usize>().is_err()).unwrap_or_default();
    for (name, make) in [("many", many as fn() -> Shape), ("hours", hours), ("minutes", minutes), ("then", then)] {
        let shape = make();
        let wanted = |of: &&Question| format!("{name} {}", of.name).contains(&chosen);
        if !shape.questions.iter().any(|of| wanted(&of)) {
            continue;
        }
        let town = Town::told(&shape).await;
        for question in shape.questions.iter().filter(wanted) {
            town.measure(name, question, times).await;
        }
    }
}

/// A city, how often it sends, and what is asked of it.
struct Shape {
    poles: usize,
    /// Which of a pole's devices send.
    devices: &'static [&'static str],
    every: i64,
    until: i64,
    /// Whether one message of twenty is half a day to a day late.
    is_late: bool,
    questions: Vec<Question>,
}

struct Question {
    name: &'static str,
    path: String,
    /// Earlier minutes as of which it is asked, too.
    then: Vec<(&'static str, i64)>,
}

impl Question {
    fn new((name, path): (&'static str, String)) -> Self {
        Self { name, path, then: Vec::new() }
    }
}

/// What is asked once of a city that is never late.
fn shape(poles: usize, every: i64, until: i64, questions: impl IntoIterator<Item = (&'static str, String)>) -> Shape {
    let questions = questions.into_iter().map(Question::new).collect();
    Shape { poles, devices: &["air"], every, until, is_late: false, questions }
}

/// 10,000 poles, ten minutes.
fn many() -> Shape {
    let (every, until) = (1, 10);
    let export = "/api/v1/export?what=readings&format=csv";
    let span = span(0, until);
    let questions = [
        ("export of one property", format!("{export}&property=pm2_5&{span}")),
        ("export of all", format!("{export}&{span}")),
        ("newest values", "/api/v1/latest?property=pm2_5&limit=10000".to_owned()),
    ];
    shape(10_000, every, until, questions)
}

/// A zone of 20 poles, a year.
fn hours() -> Shape {
    let (every, until) = (HOUR, 365 * DAY);
    let export = "/api/v1/export?what=readings&format=csv&zone=district-0";
    let series = format!("/api/v1/series?zone=district-0&property=pm2_5&step=1h&limit=10000&{}", span(0, until));
    let questions = [
        ("export of a month", format!("{export}&{}", span(until - 28 * DAY, until))),
        ("export of a month of one property", format!("{export}&property=pm2_5&{}", span(until - 28 * DAY, until))),
        ("year as JSON", series.clone()),
        ("year as a table", format!("{series}&format=csv")),
    ];
    shape(20, every, until, questions)
}

/// 20 poles, two weeks.
fn minutes() -> Shape {
    let (every, until) = (1, 14 * DAY);
    let export = format!("/api/v1/export?what=readings&format=csv&{}", span(0, until));
    let questions = [("export of all", export.clone()), ("export for Excel", format!("{export}&csv=excel_de"))];
    shape(20, every, until, questions)
}

/// 20 poles with two sensors each, a month: the story of the store's bench `as_of`.
fn then() -> Shape {
    let until = 30 * DAY;
    let question = |(name, asked, step, days): (&'static str, &str, &str, i64)| {
        let from = until - days * DAY;
        let path = format!("/api/v1/series?{asked}&property=temperature&step={step}&limit=10000&{}", span(from, until));
        let then = vec![("an hour ago", until - HOUR), ("a day ago", until - DAY), ("the middle", (from + until) / 2)];
        Question { name, path, then }
    };
    let questions = [
        ("device, a week of quarters", "device=p000000-air", "15m", 7),
        ("pole, a month of hours", "pole=p000000", "1h", 30),
        ("zone, a day of quarters", "zone=district-0", "15m", 1),
        ("zone, a month of hours", "zone=district-0", "1h", 30),
        ("zone, a month of days", "zone=district-0", "1d", 30),
    ];
    let questions = questions.map(question).into();
    Shape { poles: 20, devices: &["air", "count"], every: HOUR / 4, until, is_late: true, questions }
}

/// Parameters of a span, in minutes.
fn span(from: i64, to: i64) -> String {
    format!("from={}&to={}", at(from), at(to))
}

/// A city that was told all.
struct Town {
    city: City,
    /// Made once, as the server does: that takes as long as many an answer.
    routes: Router,
}

impl Town {
    async fn told(shape: &Shape) -> Self {
        let inputs = Inputs::parse(&synthetic(shape.poles, 1)).unwrap();
        let topic = |pole, device| format!("smartpole/castrop-rauxel/p{pole:06}/p{pole:06}-{device}/up");
        let topics = (0..shape.poles).flat_map(|pole| shape.devices.iter().map(move |device| topic(pole, device)));
        let topics: Vec<String> = topics.collect();
        let city = City::over(inputs, Options::default()).await;
        let town = Self { routes: router(city.state.clone()), city };
        let (mut dice, mut seq) = (Dice(1), Seq(1));
        for minute in (0..shape.until).step_by(shape.every as usize) {
            for (n, topic) in topics.iter().enumerate() {
                let time = at(minute).plus(n as i64 * 60_000 / topics.len() as i64);
                let late = shape.is_late && dice.around(50) > 47;
                let delay = if late { (DAY * 3 / 4 + dice.around(DAY / 4)) * 60_000 } else { 300 + dice.around(200) };
                seq = seq.next();
                town.tell(seq, topic, time, &payload(time.plus(-delay), &mut dice));
            }
        }
        town.city.commit();
        town
    }

    fn tell(&self, seq: Seq, topic: &str, received_at: UtcMillis, payload: &[u8]) {
        let City { fold, store, library, .. } = &self.city;
        let (source, principal, peer) = ("broker", "", "");
        let message = RawMessageRef { source, topic, payload, received_at, principal, peer, qos: 1, retained: false };
        let env = Env { stored: store, inputs: library };
        fold.write().unwrap().apply(seq, &RecordRef::Message(message), false, &env).unwrap();
        if seq.0.is_multiple_of(BATCH) {
            self.city.commit();
        }
    }

    async fn measure(&self, shape: &str, question: &Question, times: Option<usize>) {
        let Question { name, path, then } = question;
        let times = times.unwrap_or(if then.is_empty() { 9 } else { 41 });
        let (bytes, rows) = self.ask(path).await;
        let plain = self.cost(path, times).await;
        let (name, rate) = (format!("{shape} {name}"), rows as f64 / plain);
        print!("{name:40} {rows:>8} rows, {bytes:>10} bytes: {:>8.2} ms, {rate:>9.0} rows/s", plain * 1e3);
        for (when, minute) in then {
            let cost = self.cost(&format!("{path}&as_of={}", at(*minute)), times).await;
            print!("; as of {when} {:.2} times", cost / plain);
        }
        println!();
    }

    /// CPU seconds of an answer: the median of so many.
    async fn cost(&self, path: &str, times: usize) -> f64 {
        let mut all = Vec::new();
        for _ in 0..times {
            let start = cpu();
            self.ask(path).await;
            all.push(cpu() - start);
        }
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    }

    /// Bytes and rows of an answer.
    async fn ask(&self, path: &str) -> (usize, usize) {
        let mut request = Request::get(path).body(Body::empty()).unwrap();
        request.extensions_mut().insert(Peer(Ipv4Addr::LOCALHOST.into()));
        let response = self.routes.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let is_json = response.headers()["content-type"] == "application/json";
        let (mut body, mut bytes, mut rows) = (response.into_body().into_data_stream(), 0, 0);
        while let Some(piece) = body.next().await {
            let piece = piece.unwrap();
            let ends = |byte: &&u8| **byte == if is_json { b'{' } else { b'\n' };
            (bytes, rows) = (bytes + piece.len(), rows + piece.iter().filter(ends).count());
        }
        (bytes, rows - 1)
    }
}

fn payload(time: UtcMillis, dice: &mut Dice) -> Vec<u8> {
    let mut text = format!(r#"{{"time":"{time}","values":{{"#);
    for (n, (property, decimals, level)) in VALUES.into_iter().enumerate() {
        let value = level + dice.around(if level > 10_000 { 3 } else { (level / 50).max(1) });
        let (power, comma) = (10_i64.pow(decimals as u32), if n == 0 { "" } else { "," });
        write!(text, "{comma}\"{property}\":{}.{:0decimals$}", value / power, value % power).unwrap();
    }
    text.push_str("}}");
    text.into_bytes()
}

/// A noise that is the same in each run.
struct Dice(u64);

impl Dice {
    /// Evenly in ±`spread`.
    fn around(&mut self, spread: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as i64 % (2 * spread + 1) - spread
    }
}

/// CPU seconds of this process.
fn cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
