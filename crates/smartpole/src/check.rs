//! `smartpole check`: every mistake in configuration and registry, before anything is started.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write as _},
    io::Write as _,
    path::Path,
    process::ExitCode,
};

use rustix::fs::Access;
use serde::Deserialize;
use smartpole_model::{
    Inputs, Problem, Registry,
    registry::{FOLD, Files},
};
use toml::Spanned;

use crate::{
    cli,
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
        }
        if config.registry.is_dir() {
            report.add_registry(&config.registry);
        }
        if !config.http.listen.ip().is_loopback() {
            let note = "http.listen: the interface has no login yet: keep it behind a proxy that has one";
            report.notes.push(note.to_owned());
        }
        report
    }

    fn of_registry(folder: &Path) -> Self {
        let mut report = Self::new(folder);
        report.add_registry(folder);
        report
    }

    fn add_registry(&mut self, folder: &Path) {
        let files = match inputs::read(folder) {
            Ok(files) => files,
            Err(error) => {
                let message = format!("cannot be read: {error}");
                let problem = Problem::new(&folder.display().to_string(), message, "give the folder of poles.csv");
                return self.mistakes.extend([problem]);
            }
        };
        let parsed = Inputs::parse(&files).map(|inputs| {
            self.summary = summary(&inputs);
            self.notes.extend(without_identity(&inputs.registry));
        });
        let located = |problem: Problem| {
            let file = folder.join(&problem.file).display().to_string();
            Problem { file, ..problem }
        };
        let problems = parsed.err().unwrap_or_default().into_iter().chain(routes(&files));
        self.mistakes.extend(problems.map(located));
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
    let Registry { properties, poles, devices, zones, profiles, .. } = &inputs.registry;
    let counted = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    [
        counted(poles.len(), "pole", "poles"),
        counted(devices.len(), "device", "devices"),
        counted(zones.len(), "zone", "zones"),
        counted(profiles.len(), "profile", "profiles"),
        counted(properties.iter().count(), "property", "properties"),
        counted(inputs.settings.routes.len(), "route", "routes"),
    ]
    .join(", ")
}

/// Profiles of MQTT poles whose payloads' time is not trusted. Nobody else gives such a message a time, so that its
/// event time is its receipt, and the same message delivered twice is two readings. (A LoRaWAN network gives one.)
fn without_identity(registry: &Registry) -> impl Iterator<Item = String> {
    let mut devices: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for device in registry.devices.iter().filter(|device| !is_dev_eui(&device.id)) {
        for assignment in &device.assignments {
            devices.entry(&assignment.profile).or_default().insert(&device.id);
        }
    }
    let trusted = |profile: &&str| registry.profiles.get(*profile).is_none_or(|profile| profile.payload_time);
    devices.retain(|profile, _| !trusted(profile));
    devices.into_iter().map(|(profile, devices)| {
        let mut names: String = devices.iter().copied().take(3).collect::<Vec<_>>().join(", ");
        if devices.len() > 3 {
            write!(names, " and {} more", devices.len() - 3).unwrap_or_default();
        }
        format!(
            "no identity: profile {profile} has payload_time = false, so a message delivered twice counts twice ({names})"
        )
    })
}

/// Devices of a LoRaWAN network are known by their DevEUI, 16 hex digits.
fn is_dev_eui(id: &str) -> bool {
    id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
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

#[cfg(test)]
mod tests {
    use std::fs;

    use expect_test::{Expect, expect};

    use super::*;

    const DEPLOY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy");

    /// A folder with a copy of the shipped configuration and registry.
    struct Copy(tempfile::TempDir);

    impl Copy {
        fn new() -> Self {
            let copy = Self(tempfile::tempdir().unwrap());
            for (name, bytes) in inputs::read(&Path::new(DEPLOY).join("castrop-rauxel")).unwrap() {
                copy.write(&format!("castrop-rauxel/{name}"), &String::from_utf8(bytes).unwrap());
            }
            copy.write("smartpole.toml", &fs::read_to_string(Path::new(DEPLOY).join("smartpole.toml")).unwrap());
            copy
        }

        fn write(&self, name: &str, text: &str) {
            let path = self.0.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        fn replace(&self, name: &str, from: &str, to: &str) {
            let text = fs::read_to_string(self.0.path().join(name)).unwrap();
            assert!(text.contains(from), "{from}");
            self.write(name, &text.replacen(from, to, 1));
        }

        #[track_caller]
        fn reports(&self, variables: &[(&str, &str)], expected: &Expect) {
            let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let report = Report::of_config(&self.0.path().join("smartpole.toml"), variables).to_string();
            expected.assert_eq(&report.replace(&format!("{}/", self.0.path().display()), ""));
        }
    }

    #[test]
    fn the_shipped_configuration_and_registry_are_sound() {
        Copy::new().reports(&[], &expect!["ok: 42 poles, 93 devices, 13 zones, 8 profiles, 41 properties, 2 routes"]);
        assert!(Report::of_registry(&Path::new(DEPLOY).join("castrop-rauxel")).mistakes.is_empty());
    }

    #[test]
    fn mistakes_of_configuration_and_registry_are_listed_together() {
        let copy = Copy::new();
        copy.replace("smartpole.toml", "#listen =", "lissten =");
        copy.replace("castrop-rauxel/devices.csv", "am-01-air,AM-01,", "am-01-air,AM-99,");
        copy.write(
            "castrop-rauxel/fold.toml",
            "[[routes]]\nfilter = \"a/#\"\nformat = \"smartpole\"\n[[routes]]\nfilter = \"a#\"\nformat = \"smartpole\"\n",
        );
        copy.reports(
            &[("SMARTPOLE__DATA", "smartpole.toml/data")],
            &expect![[r#"
            smartpole.toml:20: http.lissten: unknown key `lissten`
              hint: did you mean `listen`?
            castrop-rauxel/devices.csv:2: pole: unknown pole `AM-99`
              hint: add it to poles.csv, or correct the id
            castrop-rauxel/fold.toml:5: filter: "a#" is no topic filter
              hint: `+` is one whole level and `#` the whole last one: smartpole/+/+/+/up, sensors/#
            smartpole.toml/data: smartpole.toml is no folder
              hint: let the service's user write there, or choose another folder by `data`
            4 mistakes"#]],
        );
    }

    #[test]
    fn what_is_no_mistake_but_worth_knowing_is_a_note() {
        let copy = Copy::new();
        copy.replace("castrop-rauxel/profiles/noise-meter.toml", "payload_time = true", "payload_time = false");
        copy.reports(&[("SMARTPOLE__HTTP__LISTEN", "0.0.0.0:8080")], &expect![[r#"
            note: no identity: profile noise-meter has payload_time = false, so a message delivered twice counts twice (am-03-noise, ep-03-noise, lg-04-noise and 1 more)
            note: http.listen: the interface has no login yet: keep it behind a proxy that has one
            ok: 42 poles, 93 devices, 13 zones, 8 profiles, 41 properties, 2 routes"#]]);
    }

    #[test]
    fn a_registry_that_is_not_there_is_one_mistake() {
        expect![[r#"
            nowhere: cannot be read: No such file or directory (os error 2)
              hint: give the folder of poles.csv
            1 mistake"#]]
        .assert_eq(&Report::of_registry(Path::new("nowhere")).to_string());
    }

    #[test]
    fn wildcards_stand_alone_in_their_level() {
        let [right, wrong] = [
            ["#", "+", "a", "/", "a/#", "+/+/up", "a//b", "$SYS/#"],
            ["", "a#", "#/a", "a/#/b", "a+/b", "+a", "$share/g/a", "a\0"],
        ];
        assert_eq!(right.map(is_filter), [true; 8]);
        assert_eq!(wrong.map(is_filter), [false; 8]);
    }
}
