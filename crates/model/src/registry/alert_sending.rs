//! Reads `[email]` and `[[webhook]]` of `alerts.toml`.

use std::{collections::BTreeSet, net::IpAddr};

use super::{
    AlertSeverity, AlertTargets, Email, EmailTls, Login, Problem, SecretPlace, Webhook, alerts::severity, names,
    toml_section::Section,
};

const TLS: [(&str, EmailTls); 3] =
    [("starttls", EmailTls::StartTls), ("implicit", EmailTls::Implicit), ("none", EmailTls::None)];

/// Reads both.
pub(super) fn read(root: &mut Section<'_>, problems: &mut Vec<Problem>) -> AlertTargets {
    let email = root.table("email").and_then(|section| email(section, problems));
    let mut names = BTreeSet::new();
    let entries = root.tables("webhook").into_iter();
    let webhooks = entries.filter_map(|section| webhook(section, &mut names, problems)).collect();
    AlertTargets { email, webhooks }
}

fn email(mut section: Section<'_>, problems: &mut Vec<Problem>) -> Option<Email> {
    let server: Option<String> = section.required("server");
    let tls = tls(&mut section, server.as_deref());
    if server.as_deref().is_some_and(|server| !is_host(server)) {
        section.problem("server", "it is no name of a host", "write it like \"mail.example.org\", without port");
    }
    let port = section.integer("port", 1..=65_535).unwrap_or(match tls {
        EmailTls::StartTls => 587,
        EmailTls::Implicit => 465,
        EmailTls::None => 25,
    });
    let from: Option<String> = section.required("from");
    if let Some(from) = from.as_deref().filter(|from| !is_address(from)) {
        section.problem("from", format!("{from:?} is no mail address"), ADDRESS_HINT);
    }
    let to = recipients(&mut section);
    let (ca_file, login) = (section.optional("ca_file"), login(&mut section));
    let severity = least(&mut section);
    let sound = section.finish(problems);
    let email = Email { server: server?, port, tls, ca_file, from: from?, to, login, severity };
    sound.then_some(email)
}

const ADDRESS_HINT: &str = "write it like \"betrieb@example.org\", without a name beside it";

fn recipients(section: &mut Section<'_>) -> Vec<String> {
    let (named, mut known) = (section.texts("to"), BTreeSet::new());
    if section.has("to") && named.is_empty() {
        section.problem("to", "nobody is named", "write it like `to = [\"betrieb@example.org\"]`");
    }
    for (address, line) in &named {
        if !is_address(address) {
            section.problem_at(*line, "to", format!("{address:?} is no mail address"), ADDRESS_HINT);
        } else if !known.insert(address.to_lowercase()) {
            section.problem_at(*line, "to", format!("`{address}` is named twice"), "remove one of them");
        }
    }
    named.into_iter().map(|(address, _)| address).collect()
}

fn tls(section: &mut Section<'_>, server: Option<&str>) -> EmailTls {
    let word: Option<String> = section.optional("tls");
    let tls = match names::choose(word.as_deref().unwrap_or("starttls"), &TLS) {
        Ok(tls) => tls,
        Err(hint) => {
            section.problem("tls", format!("unknown word `{}`", word.unwrap_or_default()), hint);
            return EmailTls::StartTls;
        }
    };
    if tls == EmailTls::None && server.is_some_and(|server| !is_loopback(server)) {
        let hint = "use \"starttls\" or \"implicit\"; \"none\" is for a mail server on this machine";
        section.problem("tls", "mail would go over the network for everybody to read", hint);
    }
    tls
}

/// A user has a password, and the other way round.
fn login(section: &mut Section<'_>) -> Option<Login> {
    let user: Option<String> = section.optional("user");
    let password = secret(section, ["password_file", "password_env"]);
    if user.is_some() && password.is_none() {
        let hint = "add `password_file = \"…\"` or `password_env = \"…\"`";
        section.problem("user", "it has no password", hint);
    }
    if user.is_none() && password.is_some() {
        section.problem("user", "there is a password, but no user", "add `user = \"…\"`, or remove the password");
    }
    Some(Login { user: user?, password: password? })
}

/// Where a secret is: in a file or in the environment, not in both.
fn secret(section: &mut Section<'_>, [file, variable]: [&'static str; 2]) -> Option<SecretPlace> {
    let (path, name): (Option<String>, Option<String>) = (section.optional(file), section.optional(variable));
    for (key, value) in [(file, &path), (variable, &name)] {
        let empty = value.as_deref().is_some_and(|value| value.is_empty() || value.contains(['\0', '=', '\n']));
        if empty {
            section.problem(key, "it names nothing", "give the path of a file, or the name of a variable");
        }
    }
    match (path, name) {
        (Some(_), Some(_)) => {
            section.problem(variable, format!("`{file}` is there as well"), "remove one of them");
            None
        }
        (Some(path), None) => Some(SecretPlace::File(path)),
        (None, name) => name.map(SecretPlace::Variable),
    }
}

fn webhook(mut section: Section<'_>, names: &mut BTreeSet<String>, problems: &mut Vec<Problem>) -> Option<Webhook> {
    let url: Option<String> = section.required("url");
    let host = url.as_deref().and_then(host_of_url);
    if url.is_some() && host.is_none() {
        let hint = "write it like \"https://alarm.example.org/hook\", without user, password and #";
        section.problem("url", "it is no address of the web", hint);
    }
    let name: Option<String> = section.optional("name").or(host);
    if name.as_deref().is_some_and(|name| name.is_empty() || name.len() > 100 || name.contains(char::is_control)) {
        section.problem("name", "it is no name", "use 1 to 100 letters");
    } else if name.clone().is_some_and(|name| !names.insert(name)) {
        section.problem("name", "another webhook is called so", "give each webhook a `name` of its own");
    }
    let keys = ["secret_file", "secret_env"];
    let is_missing = keys.iter().all(|key| !section.has(key));
    let secret = secret(&mut section, keys);
    if is_missing {
        let hint =
            "add `secret_file = \"…\"`, a file whose first line is known to the receiver, too: it signs what is sent";
        section.problem("secret_file", "`secret_file` is missing", hint);
    }
    let severity = least(&mut section);
    let sound = section.finish(problems);
    let webhook = Webhook { name: name?, url: url?, secret: secret?, severity };
    sound.then_some(webhook)
}

fn least(section: &mut Section<'_>) -> AlertSeverity {
    severity(section).unwrap_or(AlertSeverity::Watch)
}

/// An address of RFC 5321 without quotes, comments and letters beyond ASCII.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_atom = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&byte);
    let local_fits = local.len() <= 64 && local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atom));
    local_fits && is_domain(domain)
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        let inside = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        inside && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

fn is_host(text: &str) -> bool {
    is_domain(text) || text.parse::<IpAddr>().is_ok()
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Host and port of an address of the web that has no user and no fragment.
fn host_of_url(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let authority = rest.split(['/', '?']).next()?;
    let (host, port) = match authority.rsplit_once(':').filter(|(_, port)| !port.contains(']')) {
        Some((host, port)) => (host, port.parse::<u16>().is_ok()),
        None => (authority, true),
    };
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic()) && !url.contains(['#', '\\', '"', '<', '>']);
    (plain && port && is_host(host)).then(|| authority.to_owned())
}
