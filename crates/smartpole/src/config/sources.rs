//! Where messages come in: brokers, the embedded listener and LoRaWAN gateways.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use smartpole_model::Mistake;
use smartpole_source::{mqtt_client, mqtt_listener, udp};

use super::{Http, Mistakes, section::Section};

/// All sources.
pub(super) struct Sources {
    pub(super) mqtt: Vec<mqtt_client::Options>,
    pub(super) listener: Option<mqtt_listener::Options>,
    pub(super) udp: Option<udp::Options>,
}

/// Reads `[[mqtt]]`, `[listener]` and `[udp]`.
pub(super) fn read(root: &mut Section, base: &Path, http: &Http, mistakes: &mut Mistakes) -> Sources {
    let (mut names, mut sessions) = (BTreeSet::new(), BTreeSet::new());
    let mut mqtt = Vec::new();
    for mut section in root.take_list("mqtt", mistakes) {
        let options = client(&mut section, base, mistakes);
        unique_name(&options.name, &mut names, &mut section, mistakes);
        let downlinks = options.downlinks.then(|| options.downlinks_id());
        let mut taken = false;
        for id in [Some(options.client_id.clone()), downlinks].into_iter().flatten() {
            taken |= !sessions.insert((options.host.clone(), options.port, id));
        }
        if taken && !options.client_id.is_empty() {
            let hint = "give each client of a broker an identifier of its own: the broker throws out the former one";
            section.mistake("client_id", "another client of this broker has it", hint, mistakes);
        }
        mqtt.push(options);
    }
    let listener = root.take_section("listener", mistakes).map(|mut section| {
        let options = listener(&mut section, base, mistakes);
        unique_name(&options.name, &mut names, &mut section, mistakes);
        if options.address == http.listen && options.address.port() != 0 {
            section.mistake("address", "http.listen is the same", "give each a port of its own", mistakes);
        }
        options
    });
    let udp = root.take_section("udp", mistakes).map(|mut section| {
        let options: udp::Options = section.read(&[], mistakes);
        note(options.validate(), &mut section, mistakes);
        unique_name(&options.name, &mut names, &mut section, mistakes);
        options
    });
    Sources { mqtt, listener, udp }
}

fn client(section: &mut Section, base: &Path, mistakes: &mut Mistakes) -> mqtt_client::Options {
    let mut options: mqtt_client::Options = section.read(&[], mistakes);
    let mqtt_client::Options { password_file, ca_file, cert_file, key_file, .. } = &mut options;
    for path in [password_file, ca_file, cert_file, key_file] {
        begin_at(base, path);
    }
    let tls_unknown = section.is_flawed("transport");
    let follows = |mistake: &Mistake| tls_unknown && ["ca_file", "cert_file", "key_file"].contains(&mistake.key);
    note(options.validate().into_iter().filter(|mistake| !follows(mistake)), section, mistakes);
    options
}

fn listener(section: &mut Section, base: &Path, mistakes: &mut Mistakes) -> mqtt_listener::Options {
    let mut options: mqtt_listener::Options = section.read(&[], mistakes);
    let mqtt_listener::Options { password_file, cert_file, key_file, client_ca_file, .. } = &mut options;
    for path in [password_file, cert_file, key_file, client_ca_file] {
        begin_at(base, path);
    }
    note(options.validate(), section, mistakes);
    options
}

pub(super) fn begin_at(base: &Path, path: &mut Option<PathBuf>) {
    if let Some(path) = path {
        *path = base.join(&path);
    }
}

pub(super) fn note(found: impl IntoIterator<Item = Mistake>, section: &mut Section, mistakes: &mut Mistakes) {
    for Mistake { key, message, hint } in found {
        section.mistake(key, &message, hint, mistakes);
    }
}

fn unique_name(name: &str, names: &mut BTreeSet<String>, section: &mut Section, mistakes: &mut Mistakes) {
    if !names.insert(name.to_owned()) {
        let hint = "give each source a name of its own: the ledger counts by it";
        section.mistake("name", &format!("another source is called `{name}`"), hint, mistakes);
    }
}
