//! What results mean: medians and spreads of each kind of run, the bars they are held against, and a chart.

mod bars;
mod chart;
mod scenes;

use std::{fmt::Write as _, fs, path::Path};

use crate::{
    cli::Report,
    error::{Error, io},
    figures::Figures,
};

use self::scenes::Scenes;

/// Prints the report, or writes it with its chart.
pub(crate) fn report(asked: &Report) -> Result<(), Error> {
    let scenes = Scenes::of(read(&asked.results)?);
    let part = |path: &Option<std::path::PathBuf>| match path {
        Some(path) => fs::read_to_string(path).map_err(io(format!("read {}", path.display()))),
        None => Ok(String::new()),
    };
    let (head, notes) = (part(&asked.head)?, part(&asked.notes)?);
    let Some(path) = &asked.write else {
        print!("{}", text(&scenes, &head, &notes, None));
        return Ok(());
    };
    let chart = path
        .with_file_name(path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase())
        .with_extension("svg");
    let name = chart.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let write = |path: &Path, text: String| fs::write(path, text).map_err(io(format!("write {}", path.display())));
    write(&chart, chart::svg(&scenes))?;
    write(path, text(&scenes, &head, &notes, Some(&name)))?;
    print!("{}", bars::table(&scenes));
    Ok(())
}

fn read(path: &Path) -> Result<Vec<Figures>, Error> {
    let text = fs::read_to_string(path).map_err(io(format!("read {}", path.display())))?;
    let figures = text.lines().map(serde_json::from_str::<Figures>).collect::<Result<Vec<_>, _>>();
    figures.map_err(|source| Error::Results { path: path.to_owned(), source })
}

fn text(scenes: &Scenes, head: &str, notes: &str, chart: Option<&str>) -> String {
    let mut text = format!("# Benchmarks\n\n{head}\n");
    if let Some(chart) = chart {
        write!(text, "\n![Messages a second and CPU seconds a million messages, by system]({chart})\n")
            .unwrap_or_default();
    }
    write!(text, "\n## Bars\n\n{}\n## Runs\n\n{}\n{notes}", bars::table(scenes), scenes.table()).unwrap_or_default();
    text
}
