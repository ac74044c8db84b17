//! The bars that the project sets itself, and whether they are met.

use std::fmt::Write as _;

use super::scenes::{Scene, Scenes, Spread};
use crate::{
    cli::{Mode, System},
    figures::Figures,
    traffic::Format,
};

/// Devices of the runs that tell of memory.
const MANY: u64 = 10_000;

/// One bar: what was measured, and what it should be.
struct Bar {
    what: &'static str,
    should: &'static str,
    is: Option<f64>,
    met: fn(f64) -> bool,
}

fn flat_out(mode: Mode, system: System, influx: bool) -> impl Fn(&Scene) -> bool {
    move |scene| {
        let json = scene.format == Format::Json && scene.rate == 0;
        json && (scene.mode, scene.system, scene.influx) == (mode, system, influx)
    }
}

fn paced(system: System, poles: u64) -> impl Fn(&Scene) -> bool {
    move |scene| {
        let alone = scene.browsers == 0 && !scene.page;
        scene.rate > 0 && alone && (scene.system, scene.poles >= MANY) == (system, poles >= MANY)
    }
}

/// Every bar as a line.
pub(super) fn table(scenes: &Scenes) -> String {
    let mut table = "| bar | should be | is | |\n|---|---|---|---|\n".to_owned();
    for Bar { what, should, is, met } in bars(scenes) {
        let (is, verdict) = match is {
            Some(is) if met(is) => (format!("{is:.2}"), "met"),
            Some(is) => (format!("{is:.2}"), "**missed**"),
            None => ("–".to_owned(), "not run"),
        };
        writeln!(table, "| {what} | {should} | {is} | {verdict} |").unwrap_or_default();
    }
    table
}

fn bars(scenes: &Scenes) -> Vec<Bar> {
    [throughput(scenes), cpu(scenes), memory(scenes), latency(scenes), browsers(scenes), page(scenes)]
        .into_iter()
        .flatten()
        .collect()
}

fn bar(what: &'static str, should: &'static str, is: Option<f64>, met: fn(f64) -> bool) -> Bar {
    Bar { what, should, is, met }
}

fn ratio(ours: Option<Spread>, theirs: Option<Spread>) -> Option<f64> {
    Some(ours?.median / theirs?.median)
}

fn throughput(scenes: &Scenes) -> Vec<Bar> {
    let rate = |mode, system| scenes.spread(flat_out(mode, system, false), |run| Some(run.messages_per_s()));
    let share = |mode, system| ratio(rate(mode, System::Smartpole), rate(mode, system));
    let group = share(Mode::Backlog, System::BareGroup);
    vec![
        bar("backlog: messages/s, times Telegraf's", "≥ 3", share(Mode::Backlog, System::Telegraf), |is| is >= 3.0),
        bar("backlog: share of the bare subscriber with group commit", "≥ 0.60", group, |is| is >= 0.6),
        bar("live: share of the bare subscriber", "≥ 0.90", share(Mode::Live, System::Bare), |is| is >= 0.9),
    ]
}

fn cpu(scenes: &Scenes) -> Vec<Bar> {
    let cpu = |mode, system| scenes.spread(flat_out(mode, system, false), |run| Some(run.per_million(run.consumer)));
    let share = |mode| ratio(cpu(mode, System::Smartpole), cpu(mode, System::Telegraf));
    let both = |run: &Figures| Some(run.per_million(run.consumer) + run.per_million(run.server?));
    let with_influx = scenes.spread(flat_out(Mode::Live, System::Telegraf, true), both);
    let of_both = ratio(cpu(Mode::Live, System::Smartpole), with_influx);
    vec![
        bar("backlog: CPU, share of Telegraf's", "≤ 0.33", share(Mode::Backlog), |is| is <= 1.0 / 3.0),
        bar("live: CPU, share of Telegraf's", "≤ 0.33", share(Mode::Live), |is| is <= 1.0 / 3.0),
        bar("live: CPU, share of Telegraf's with InfluxDB's", "≤ 0.20", of_both, |is| is <= 0.2),
    ]
}

fn memory(scenes: &Scenes) -> Vec<Bar> {
    let peak = |system| scenes.spread(paced(system, MANY), |run| Some(run.consumer.peak_bytes as f64 / 1e6));
    let (ours, theirs) = (peak(System::Smartpole), peak(System::Telegraf));
    vec![
        bar("memory with 10,000 devices, share of Telegraf's", "≤ 1", ratio(ours, theirs), |is| is <= 1.0),
        bar("memory with 10,000 devices, MB", "≤ 75", ours.map(|spread| spread.median), |is| is <= 75.0),
    ]
}

fn latency(scenes: &Scenes) -> Vec<Bar> {
    let of = |figure: fn(&Figures) -> Option<f64>| {
        scenes.spread(paced(System::Smartpole, 0), figure).map(|spread| spread.median)
    };
    let p50 = of(|run| Some(run.acknowledged.as_ref()?.from_send.p50_ms));
    let p99 = of(|run| Some(run.acknowledged.as_ref()?.from_send.p99_ms));
    let shown = of(|run| Some(run.shown.as_ref()?.events.p99_ms));
    vec![
        bar("acknowledgement at 5,000/s: p50, ms", "≤ 10", p50, |is| is <= 10.0),
        bar("acknowledgement at 5,000/s: p99, ms", "≤ 30", p99, |is| is <= 30.0),
        bar("live page at 5,000/s: p99, ms", "≤ 100", shown, |is| is <= 100.0),
    ]
}

/// What a thousand browsers add, and whether poles notice.
fn browsers(scenes: &Scenes) -> Vec<Bar> {
    let both = |figure: fn(&Figures) -> Option<f64>| {
        let with = scenes.spread(|scene| scene.browsers > 0, figure)?.median;
        Some((with, scenes.spread(paced(System::Smartpole, 0), figure)?.median))
    };
    let more = |figure| both(figure).map(|(with, without)| with - without);
    let cores = more(|run| Some(run.consumer.cpu_s / run.seconds));
    let memory = more(|run| Some(run.consumer.peak_bytes as f64 / 1e6));
    let p99 = both(|run| Some(run.acknowledged.as_ref()?.from_send.p99_ms)).map(|(with, without)| with / without);
    vec![
        bar("1,000 live browsers at 5,000/s: cores they cost the service", "≤ 1", cores, |is| is <= 1.0),
        bar("1,000 live browsers at 5,000/s: memory they cost it, MB", "≤ 200", memory, |is| is <= 200.0),
        bar("1,000 live browsers at 5,000/s: p99 of acknowledgement, times that without", "≤ 1.5", p99, |is| {
            is <= 1.5
        }),
    ]
}

/// A Chromium that has the operators' view open.
fn page(scenes: &Scenes) -> Vec<Bar> {
    let of =
        |figure: fn(&Figures) -> Option<f64>| scenes.spread(|scene| scene.page, figure).map(|spread| spread.median);
    let frames = of(|run| Some(run.page?.frames_per_s));
    let busy = of(|run| Some(run.page?.busy));
    vec![
        bar("operators' view at 5,000/s: frames a second", "≥ 58", frames, |is| is >= 58.0),
        bar("operators' view at 5,000/s: share of its thread's time", "≤ 0.5", busy, |is| is <= 0.5),
    ]
}
