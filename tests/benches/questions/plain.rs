//! An InfluxDB 2 with the same readings, and the same questions in Flux.

use std::fmt::Write as _;

use smartpole_model::UtcMillis;
use smartpole_tests::{Api, InfluxDb};

use crate::town::{DAY_MS, POLES, Town, YEAR_MS, ZONE};

/// Lines of a request, as InfluxData advises.
const LINES: usize = 5_000;

/// The server.
pub(crate) struct Plain(InfluxDb);

/// A row of our files.
#[derive(serde::Deserialize)]
struct Reading {
    pole: String,
    device: String,
    property: String,
    event_time: UtcMillis,
    value: f64,
}

impl Plain {
    pub(crate) async fn start() -> Self {
        Self(InfluxDb::start().await)
    }

    /// An answer, as it comes.
    pub(crate) async fn csv(&self, flux: &str) -> String {
        self.0.csv(flux).await
    }

    /// Takes over the zone's two years from the service; how many readings they are.
    pub(crate) async fn copy_history(&self, town: &Town, api: &Api) -> usize {
        let mut readings = 0;
        for month in 0..2 * YEAR_MS / (28 * DAY_MS) {
            readings += self.copy(&api.file(&town.month_readings(month)).await).await;
        }
        readings
    }

    /// Takes over what came since.
    pub(crate) async fn copy_newest(&self, town: &Town, api: &Api) {
        self.copy(&api.file(&town.newest_readings("&property=pm2_5")).await).await;
    }

    /// A line a message.
    async fn copy(&self, file: &[u8]) -> usize {
        let readings: Result<Vec<Reading>, _> = csv::Reader::from_reader(file).deserialize().collect();
        let readings = readings.expect("a table of readings");
        let messages = readings.chunk_by(|one, next| one.device == next.device && one.event_time == next.event_time);
        for some in messages.collect::<Vec<_>>().chunks(LINES) {
            self.0.write(&some.iter().map(|message| line(message)).collect::<String>()).await;
        }
        readings.len()
    }
}

fn line(message: &[Reading]) -> String {
    let Reading { pole, device, event_time, .. } = &message[0];
    let zone = if pole.as_str() < format!("p{POLES:06}").as_str() { ZONE } else { "city" };
    let fields: Vec<String> =
        message.iter().map(|Reading { property, value, .. }| format!("{property}={value}")).collect();
    format!("readings,zone={zone},pole={pole},device={device} {} {}\n", fields.join(","), event_time.0)
}

/// Readings of some properties from one instant to before another, of the zone or of all.
fn readings(properties: &[&str], from: UtcMillis, to: UtcMillis, is_zone: bool) -> String {
    let mut flux = format!("from(bucket: \"{}\") |> range(start: {from}, stop: {to})", InfluxDb::BUCKET);
    write!(flux, " |> filter(fn: (r) => r._measurement == \"readings\"").expect("a string takes all");
    if is_zone {
        write!(flux, " and r.zone == \"{ZONE}\"").expect("a string takes all");
    }
    if !properties.is_empty() {
        let fields: Vec<String> = properties.iter().map(|property| format!("r._field == \"{property}\"")).collect();
        write!(flux, " and ({})", fields.join(" or ")).expect("a string takes all");
    }
    flux + ")"
}

/// Windows of all poles of the zone together: first of each series, which the storage does, then of these.
fn windows(properties: &[&str], (every, of): (&str, &str), from: UtcMillis, to: UtcMillis) -> String {
    let window = format!("|> aggregateWindow(every: {every}, fn: {of}, createEmpty: false, timeSrc: \"_start\")");
    format!(
        "{} {window} |> group() {window} |> keep(columns: [\"_time\", \"_value\"])",
        readings(properties, from, to, true)
    )
}

/// What footfall is made of.
const FOOTFALL: [&str; 2] = ["people_in", "people_out"];

/// Hours of air, of the zone.
pub(crate) fn hours_of_air(from: UtcMillis, to: UtcMillis) -> String {
    windows(&["pm2_5"], ("1h", "mean"), from, to)
}

/// Hours of footfall, of the zone.
pub(crate) fn hours_of_footfall(from: UtcMillis, to: UtcMillis) -> String {
    windows(&FOOTFALL, ("1h", "sum"), from, to)
}

/// Means of weekdays and hours.
pub(crate) fn profile(from: UtcMillis, to: UtcMillis) -> String {
    let berlin = "import \"date\"\nimport \"timezone\"\noption location = timezone.location(name: \"Europe/Berlin\")\n";
    let cell = "{r with day: date.weekDay(t: r._time), hour: date.hour(t: r._time)}";
    let cells = format!("|> map(fn: (r) => ({cell})) |> group(columns: [\"day\", \"hour\"]) |> mean() |> group()");
    format!("{berlin}{} {cells}", hours_of_footfall(from, to))
}

/// Days beside those of 364 days before.
pub(crate) fn year_on_year(from: UtcMillis, to: UtcMillis) -> String {
    let days = |from, to| windows(&FOOTFALL, ("1d", "sum"), from, to);
    let before = days(from.plus(-YEAR_MS), from);
    let change = "{r with change: (r._value_now - r._value_before) / r._value_before}";
    format!(
        "now = {}\nbefore = {before} |> timeShift(duration: 364d)\n\
         join(tables: {{now: now, before: before}}, on: [\"_time\"]) |> map(fn: (r) => ({change}))",
        days(from, to)
    )
}

/// The newest value of each pole.
pub(crate) fn latest(town: &Town) -> String {
    format!("{} |> last() |> group() |> keep(columns: [\"pole\", \"device\", \"_time\", \"_value\"])", newest(town))
}

/// All that came live, of one property.
pub(crate) fn newest(town: &Town) -> String {
    readings(&["pm2_5"], town.newest_from(), town.newest_from().plus(DAY_MS), false)
}

/// The zone's last month.
pub(crate) fn month(town: &Town) -> String {
    let (from, to) = town.month(0);
    readings(&[], from, to, true)
}
