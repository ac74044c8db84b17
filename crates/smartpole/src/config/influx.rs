//! Where readings and windows go: InfluxDB targets.

use std::{collections::BTreeSet, path::Path};

use smartpole_influx::{Error, Options, Token};

use super::{
    Mistakes,
    section::Section,
    sources::{begin_at, note},
};

/// Reads `[[influx]]`.
pub(super) fn read(root: &mut Section, base: &Path, mistakes: &mut Mistakes) -> Vec<Options> {
    let mut names = BTreeSet::new();
    let mut targets = Vec::new();
    for mut section in root.take_list("influx", mistakes) {
        let options = target(&mut section, base, mistakes);
        if !names.insert(options.name.clone()) {
            let message = format!("another target is called `{}`", options.name);
            let hint = "give each target a name of its own: what it has is remembered by it";
            section.mistake("name", &message, hint, mistakes);
        }
        targets.push(options);
    }
    targets
}

fn target(section: &mut Section, base: &Path, mistakes: &mut Mistakes) -> Options {
    let mut options: Options = section.read(&[], mistakes);
    begin_at(base, &mut options.ca_file);
    begin_at(base, &mut options.password_file);
    if !options.token_file.as_os_str().is_empty() {
        options.token_file = base.join(&options.token_file);
    }
    // whether an authority is of use depends on the url
    let url_unknown = section.is_flawed("url");
    note(options.validate().into_iter().filter(|mistake| !url_unknown || mistake.key != "ca_file"), section, mistakes);
    if options.token_file.is_file()
        && let Err(error) = Token::read(&options.token_file)
    {
        section.mistake("token_file", &unusable(error), "let its first line be the token", mistakes);
    }
    if let Some(path) = options.password_file.as_ref().filter(|path| path.is_file())
        && let Err(error) = Token::read_password(path)
    {
        section.mistake("password_file", &unusable(error), "let its first line be the password", mistakes);
    }
    options
}

fn unusable(error: Error) -> String {
    match error {
        Error::Unusable { reason, .. } => reason,
        Error::ReadFile { source, .. } => format!("cannot be read: {source}"),
        other => other.to_string(),
    }
}
