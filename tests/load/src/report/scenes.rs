//! Runs of one kind, together.

use std::{collections::BTreeMap, fmt, fmt::Write as _};

use crate::{
    cli::{Mode, System},
    figures::Figures,
    process::Usage,
    traffic::Format,
};

/// What was run, in the order of the table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Scene {
    pub(super) mode: Mode,
    pub(super) influx: bool,
    /// Messages a second, if they were paced.
    pub(super) rate: u64,
    pub(super) poles: u64,
    pub(super) browsers: u64,
    pub(super) page: bool,
    pub(super) system: System,
    pub(super) format: Format,
}

/// Median, smallest and largest of several rounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    pub(super) median: f64,
    least: f64,
    most: f64,
}

/// All runs by scene.
#[derive(Debug, Default)]
pub(super) struct Scenes(BTreeMap<Scene, Vec<Figures>>);

impl Scene {
    fn of(figures: &Figures) -> Self {
        let Figures { mode, influx, poles, browsers, system, format, page, .. } = *figures;
        let page = page.is_some();
        Self { mode, influx, rate: figures.rate.unwrap_or(0.0) as u64, poles, browsers, page, system, format }
    }
}

impl fmt::Display for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = match (self.mode, self.rate) {
            (Mode::Backlog, _) => "backlog".to_owned(),
            (Mode::Live, 0) => "live, flat out".to_owned(),
            (Mode::Live, rate) if self.browsers > 0 => format!("live, {rate}/s, {} browsers", self.browsers),
            (Mode::Live, rate) if self.page => format!("live, {rate}/s, Chromium at it"),
            (Mode::Live, rate) => format!("live, {rate}/s"),
        };
        let system = match self.system {
            System::Smartpole => "smartpole",
            System::Bare => "bare subscriber",
            System::BareGroup => "bare subscriber, group commit",
            System::Telegraf => "Telegraf",
        };
        let behind = match (self.influx, self.system) {
            (true, _) => " → InfluxDB",
            (false, System::Telegraf) => " → null server",
            (false, _) => "",
        };
        let format = if self.format == Format::Protobuf { ", protobuf" } else { "" };
        write!(f, "{mode} | {system}{behind}{format} | {}", self.poles)
    }
}

impl Spread {
    /// Of no round there is none.
    pub(super) fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_unstable_by(f64::total_cmp);
        Some(Self { median: *values.get(values.len() / 2)?, least: *values.first()?, most: *values.last()? })
    }

    pub(super) fn show(self, decimals: usize) -> String {
        let Self { median, least, most } = self;
        format!("**{median:.decimals$}** ({least:.decimals$}–{most:.decimals$})")
    }
}

impl Scenes {
    pub(super) fn of(figures: Vec<Figures>) -> Self {
        let mut scenes = Self::default();
        for figures in figures {
            scenes.0.entry(Scene::of(&figures)).or_default().push(figures);
        }
        scenes
    }

    /// The spread of one figure over the rounds of a scene; none if it was not run or not measured.
    pub(super) fn spread(
        &self,
        wanted: impl Fn(&Scene) -> bool,
        figure: impl Fn(&Figures) -> Option<f64>,
    ) -> Option<Spread> {
        let runs = self.0.iter().find(|(scene, _)| wanted(scene))?.1;
        Spread::of(runs.iter().filter_map(figure).collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Scene, &[Figures])> {
        self.0.iter().map(|(scene, runs)| (scene, runs.as_slice()))
    }

    /// A line a scene.
    pub(super) fn table(&self) -> String {
        let mut table = "| | system | devices | messages/s | CPU s/million | broker | server | peak memory MB | written B/message |\n\
                         |---|---|---|---|---|---|---|---|---|\n"
            .to_owned();
        for (scene, runs) in self.iter() {
            let spread = |figure: &dyn Fn(&Figures) -> Option<f64>, decimals| {
                let spread = Spread::of(runs.iter().filter_map(figure).collect());
                spread.map_or_else(|| "–".to_owned(), |spread| spread.show(decimals))
            };
            let cpu =
                |of: &dyn Fn(&Figures) -> Option<Usage>| spread(&|run| of(run).map(|usage| run.per_million(usage)), 1);
            let (consumer, broker, server) =
                (cpu(&|run| Some(run.consumer)), cpu(&|run| Some(run.broker)), cpu(&|run| run.server));
            let rate = spread(&|run| Some(run.messages_per_s()), 0);
            let memory = spread(&|run| Some(run.consumer.peak_bytes as f64 / 1e6), 0);
            let written = spread(&|run| Some(run.consumer.written_bytes as f64 / run.messages as f64), 0);
            writeln!(table, "| {scene} | {rate} | {consumer} | {broker} | {server} | {memory} | {written} |")
                .unwrap_or_default();
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_the_median_with_its_extremes() {
        let spread = Spread::of(vec![3.0, 1.0, 2.0]).unwrap();
        assert_eq!((spread.median, spread.show(1).as_str()), (2.0, "**2.0** (1.0–3.0)"));
        assert_eq!(Spread::of(Vec::new()), None);
    }
}
