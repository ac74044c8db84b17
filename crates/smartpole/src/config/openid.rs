//! By whom people log in beside passwords: `[access.openid]`.

use std::path::Path;

use smartpole_access::Role;
use smartpole_api::Publish;
use smartpole_openid::{May, Options, Roles, Secret};

use super::{
    Mistakes,
    mistakes::Place,
    section::{Node, Section},
    sources::{begin_at, note},
};

const ROLES: &str =
    "write it like `smartpole-planning = \"planner\"`, or `{ role = \"planner\", zones = [\"altstadt\"] }`";

/// Reads the table in `[access]`, if it is there.
pub(super) fn read(access: &mut Section, base: &Path, publish: &Publish, mistakes: &mut Mistakes) -> Option<Options> {
    let mut section = access.take_section("openid", mistakes)?;
    let roles = section.take_section("roles", mistakes);
    let mut options: Options = section.read(&["roles"], mistakes);
    begin_at(base, &mut options.client_secret_file);
    begin_at(base, &mut options.ca_file);
    note(options.validate(), &mut section, mistakes);
    // what the environment holds is known to the service alone
    if options.client_secret_file.as_ref().is_some_and(|file| file.is_file())
        && let Some(Err(reason)) = options.secret_place().map(|place| Secret::read(&place))
    {
        section.mistake("client_secret_file", &reason, "let its first line be the secret", mistakes);
    }
    let nobody = roles.as_ref().is_none_or(Section::is_empty);
    options.roles = roles.map(|roles| of(roles, mistakes)).unwrap_or_default();
    if nobody {
        section.mistake("roles", "nobody would get a role", "add the table [access.openid.roles]", mistakes);
    }
    leads_back(&mut section, &publish.base_url, mistakes);
    Some(options)
}

/// Roles by the values of the claim; each mistake by itself.
fn of(mut section: Section, mistakes: &mut Mistakes) -> Roles {
    let mut roles = Roles::default();
    for (value, (place, node)) in section.take_all() {
        let key = format!("access.openid.roles.{value}");
        let may = match node {
            Node::Value(Ok(toml::Value::String(role))) | Node::Text(role) => {
                May { role: role.parse().unwrap_or_default(), ..May::default() }
            }
            Node::Section(mut section) => {
                let may = section.read(&[], mistakes);
                if section.has_flaws() {
                    continue;
                }
                may
            }
            _ => May::default(),
        };
        if may.role == Role::Public {
            mistakes.of_key(&place, &key, "gives no role: there are planner, operator and admin", ROLES);
        } else {
            roles.0.insert(value, may);
        }
    }
    roles
}

/// A provider leads back to where everybody reaches the page, and a cookie has to find its way there.
fn leads_back(section: &mut Section, base_url: &str, mistakes: &mut Mistakes) {
    let is_here = ["http://127.0.0.1", "http://localhost", "http://[::1]"]
        .iter()
        .any(|here| base_url.strip_prefix(here).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/'])));
    let wrong = match base_url {
        "" => "needs `[publish] base_url`, which is missing",
        url if !url.starts_with("https://") && !is_here => "needs a `[publish] base_url` by https",
        _ => return,
    };
    let place: Place = section.place.clone();
    let hint = "add `base_url = \"https://…\"` to [publish]: the provider leads browsers back there";
    mistakes.of_key(&place, "access.openid", wrong, hint);
}
