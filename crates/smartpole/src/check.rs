//! `smartpole check`: every mistake in configuration and registry, before anything is started.

mod filters;
mod notes;
mod stored;
#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, fmt, io::Write as _, path::Path, process::ExitCode};

use rustix::fs::Access;
use serde::Deserialize;
use smartpole_model::{
    Inputs, Problem, Registry,
    registry::{FOLD, Files, KEYS, did_you_mean},
};
use toml::Spanned;

use crate::{
    cli, clock,
    config::{self, Config, Mistakes},
    inputs,
};

/// What was found.
#[derive(Debug)]
struct Report {
    mistakes: Mistakes,
    notes: Vec<String>,
    /// What the registry holds, if it is sound.
    summary: String,
}

/// Prints what is wrong, or what is there; the exit code is 1 if anything is wrong.
pub(crate) fn check(of: &cli::Check) -> ExitCode {
    let report = match (&of.config, &of.registry) {
        (Some(file), _) => Report::of_config(file, config::variables()),
        (None, registry) => Report::of_registry(registry.as_deref().unwrap_or(Path::new("."))),
    };
    // Whoever closed the pipe has read enough; the exit code still tells.
    writeln!(std::io::stdout(), "{report}").ok();
    if report.mistakes.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Report {
    fn new(file: &Path) -> Self {
        Self { mistakes: Mistakes::new(file), notes: Vec::new(), summary: String::new() }
    }

    fn of_config(file: &Path, variables: Vec<(String, String)>) -> Self {
        let mut report = Self::new(file);
        let config = Config::read(file, variables, &mut report.mistakes);
        if !config.data.as_os_str().is_empty() {
            report.mistakes.extend(unwritable(&config.data));
            report.notes.extend(notes::readable_by_others(&config.data.join(inputs::KEY_FILE), "keys"));
        }
        let inputs = if config.registry.is_dir() { report.add_registry(&config.registry) } else { None };
        report.mistakes.extend(inputs.iter().flat_map(|inputs| stored::misfits(&config, inputs)));
        let journal_days = config.retention.journal_days;
        report.notes.extend(inputs.iter().filter_map(|inputs| notes::outliving_readings(journal_days, inputs)));
        for target in &config.influx {
            report.mistakes.extend(inputs.iter().flat_map(|inputs| filters::mistakes(file, target, &inputs.registry)));
            report.notes.extend(notes::readable_by_others(&target.token_file, "a token"));
            let password = target.password_file.as_ref();
            report.notes.extend(password.and_then(|file| notes::readable_by_others(file, "a password")));
        }
        if let Some(openid) = &config.openid {
            report.mistakes.extend(inputs.iter().flat_map(|inputs| unknown_zones(file, openid, &inputs.registry)));
            let secret = openid.client_secret_file.as_ref();
            report.notes.extend(secret.and_then(|file| notes::readable_by_others(file, "a client secret")));
        }
        report.notes.extend(notes::unlawful(&config));
        report.notes.extend(notes::in_the_clear(&config.http));
        report
    }

    fn of_registry(folder: &Path) -> Self {
        let mut report = Self::new(folder);
        report.add_registry(folder);
        report
    }

    /// What the registry says, if it is sound.
    fn add_registry(&mut self, folder: &Path) -> Option<Inputs> {
        let files = match inputs::read(folder) {
            Ok(files) => files,
            Err(error) => {
                let message = format!("cannot be read: {error}");
                let problem = Problem::new(&folder.display().to_string(), message, "give the folder of poles.csv");
                self.mistakes.extend([problem]);
                return None;
            }
        };
        let parsed = Inputs::parse(&files).inspect(|inputs| {
            self.summary = summary(inputs);
            self.notes.extend(notes::without_identity(&inputs.registry));
            let narrow = stored::located(folder, notes::too_narrow(&files, &inputs.registry));
            self.notes.extend(narrow.iter().map(ToString::to_string));
            self.notes.extend(notes::out_of_zones(&inputs.registry));
            self.notes.extend(notes::unexpected_calibrations(&inputs.registry));
            self.notes.extend(notes::readable_by_others(&folder.join(KEYS), "keys"));
            let secrets = smartpole_notify::files(&inputs.registry.alerts.targets, folder);
            self.notes.extend(secrets.iter().filter_map(|(_, file)| notes::readable_by_others(file, "a secret")));
        });
        let (inputs, mut problems) = match parsed {
            Ok(inputs) => (Some(inputs), Vec::new()),
            Err(problems) => (None, problems),
        };
        problems.extend(routes(&files));
        problems.extend(Inputs::premature(&files, clock::now()));
        problems.extend(inputs.iter().flat_map(|inputs| secrets(inputs, folder)));
        self.mistakes.extend(stored::located(folder, problems));
        inputs
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        match self.mistakes.is_empty() {
            true => write!(f, "ok: {}", self.summary),
            false => self.mistakes.fmt(f),
        }
    }
}

fn summary(inputs: &Inputs) -> String {
    let Registry { properties, poles, devices, zones, profiles, gateways, .. } = &inputs.registry;
    let keyed = devices.iter().filter(|device| device.credentials.is_some()).count();
    let counted = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    [
        counted(poles.len(), "pole", "poles"),
        counted(devices.len(), "device", "devices"),
        counted(zones.len(), "zone", "zones"),
        counted(profiles.len(), "profile", "profiles"),
        counted(properties.iter().count(), "property", "properties"),
        counted(inputs.settings.routes.len(), "route", "routes"),
        counted(gateways.len(), "gateway", "gateways"),
        counted(keyed, "device with keys", "devices with keys"),
    ]
    .join(", ")
}

/// Passwords and secrets of those who are told of alerts that cannot be read, and the mail server's authority.
fn secrets(inputs: &Inputs, folder: &Path) -> Vec<Problem> {
    let problem = |(key, error): (&str, smartpole_notify::Error)| {
        let hint = match key {
            "ca_file" => "let it hold the certificate of the mail server's authority, as PEM",
            _ => "let its first line be the secret, readable by the service alone (chmod 600)",
        };
        Problem::new("alerts.toml", error.reason(), hint).in_field(key)
    };
    smartpole_notify::unusable(&inputs.registry.alerts.targets, folder).into_iter().map(problem).collect()
}

/// Zones that claims would limit somebody to, and that are not there.
fn unknown_zones(file: &Path, openid: &smartpole_openid::Options, registry: &Registry) -> Vec<Problem> {
    let known = || registry.zones.iter().map(|zone| zone.id.as_str());
    let unknown: BTreeSet<&str> = openid.roles.zones().filter(|id| known().all(|known| known != *id)).collect();
    let problem = |id: &str| {
        let hint = did_you_mean(id, known()).unwrap_or_else(|| "name zones of zones.geojson by their ids".to_owned());
        let message = format!("there is no zone `{id}`");
        Problem::new(&file.display().to_string(), message, hint).in_field("access.openid.roles")
    };
    unknown.into_iter().map(problem).collect()
}

/// Filters of routes that fit no topic. What else is wrong in the file, [`Inputs::parse`] says.
fn routes(files: &Files) -> Vec<Problem> {
    #[derive(Deserialize)]
    struct Fold {
        #[serde(default)]
        routes: Vec<Route>,
    }
    #[derive(Deserialize)]
    struct Route {
        filter: Spanned<String>,
    }
    let text = files.get(FOLD).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
    let fold: Fold = toml::from_str(text).unwrap_or(Fold { routes: Vec::new() });
    let wrong = fold.routes.iter().map(|route| &route.filter).filter(|filter| !is_filter(filter.get_ref()));
    let problem = |filter: &Spanned<String>| {
        let line = 1 + text[..filter.span().start].matches('\n').count();
        let hint = "`+` is one whole level and `#` the whole last one: smartpole/+/+/+/up, sensors/#";
        let message = format!("{:?} is no topic filter", filter.get_ref());
        Problem::new(FOLD, message, hint).at_line(line).in_field("filter")
    };
    wrong.map(problem).collect()
}

/// MQTT 5, §4.7.1: a wildcard stands alone in its level, `#` in the last one only. A shared subscription (§4.8.2) is
/// asked of a broker; no topic has its prefix.
fn is_filter(filter: &str) -> bool {
    let mut levels = filter.split('/').rev();
    let plain = |level: &str| !level.contains(['+', '#', '\0']);
    let last = levels.next().is_some_and(|last| matches!(last, "+" | "#") || plain(last));
    let of_topics = !filter.is_empty() && !filter.starts_with("$share/");
    of_topics && last && levels.all(|level| level == "+" || plain(level))
}

/// Why the service could not make the data folder or write to it. Nothing is written to find out.
fn unwritable(data: &Path) -> Option<Problem> {
    let existing = data.ancestors().find(|folder| folder.as_os_str().is_empty() || folder.exists())?;
    let existing = if existing.as_os_str().is_empty() { Path::new(".") } else { existing };
    let problem = |message: String| {
        let hint = "let the service's user write there, or choose another folder by `data`";
        Some(Problem::new(&data.display().to_string(), message, hint))
    };
    if !existing.is_dir() {
        return problem(format!("{} is no folder", existing.display()));
    }
    match rustix::fs::access(existing, Access::WRITE_OK | Access::EXEC_OK) {
        Ok(()) => None,
        Err(error) => problem(format!("cannot write to {}: {error}", existing.display())),
    }
}
