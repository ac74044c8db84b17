//! The chart: messages a second and CPU seconds, as bars that read in light and dark.

use std::fmt::Write as _;

use super::scenes::{Scene, Scenes, Spread};
use crate::cli::System;

const LEFT: f64 = 330.0;
const WIDTH: f64 = 300.0;
const ROW: f64 = 26.0;
const GAP: f64 = 120.0;

/// One line of the chart.
struct Row {
    scene: Scene,
    rate: f64,
    cpu: f64,
}

/// The scenes that were run flat out.
pub(super) fn svg(scenes: &Scenes) -> String {
    let rows: Vec<Row> = scenes.iter().filter_map(|(scene, runs)| row(scene, runs)).collect();
    let most = |of: fn(&Row) -> f64| rows.iter().map(of).fold(1.0, f64::max);
    let (most_rate, most_cpu) = (most(|row| row.rate), most(|row| row.cpu));
    let (width, height) = (LEFT + 2.0 * WIDTH + 2.0 * GAP, 60.0 + rows.len() as f64 * ROW);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <title>Messages a second (more is better) and CPU seconds a million messages (less is better)</title>\n\
         <style>text{{fill:#1d2a2f}}.o{{fill:#0b6e64}}.p{{fill:#9aa7ab}}@media(prefers-color-scheme:dark){{text{{fill:#e6ecee}}.o{{fill:#5cc4b8}}.p{{fill:#77858a}}}}</style>\n\
         <text x=\"{LEFT}\" y=\"24\" font-weight=\"bold\">messages/s</text>\n\
         <text x=\"{}\" y=\"24\" font-weight=\"bold\">CPU s a million messages</text>\n",
        LEFT + WIDTH + GAP
    );
    for (at, Row { scene, rate, cpu }) in rows.iter().enumerate() {
        let y = 40.0 + at as f64 * ROW;
        let class = if scene.system == System::Smartpole { "o" } else { "p" };
        let label = scene.to_string();
        let label = label.rsplit_once(" | ").map_or(label.as_str(), |(label, _)| label).replace(" | ", ": ");
        writeln!(svg, "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{label}</text>", LEFT - 10.0, y + 15.0)
            .unwrap_or_default();
        for (left, value, most, text) in
            [(LEFT, rate, most_rate, format!("{rate:.0}")), (LEFT + WIDTH + GAP, cpu, most_cpu, format!("{cpu:.1}"))]
        {
            let length = (value / most * WIDTH).max(1.0);
            writeln!(
                svg,
                "<rect class=\"{class}\" x=\"{left}\" y=\"{y}\" width=\"{length:.1}\" height=\"20\" rx=\"2\"/><text x=\"{:.1}\" y=\"{}\">{text}</text>",
                left + length + 6.0,
                y + 15.0
            )
            .unwrap_or_default();
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn row(scene: &Scene, runs: &[crate::figures::Figures]) -> Option<Row> {
    let median = |of: fn(&crate::figures::Figures) -> f64| Some(Spread::of(runs.iter().map(of).collect())?.median);
    let (rate, cpu) = (median(crate::figures::Figures::messages_per_s)?, median(|run| run.per_million(run.consumer))?);
    (scene.rate == 0).then(|| Row { scene: scene.clone(), rate, cpu })
}
