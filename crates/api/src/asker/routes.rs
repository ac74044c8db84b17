//! What each address asks of whom, and what of it is written into the audit trail.

use axum::http::{Method, Uri};
use smartpole_access::{Role, What};

use crate::routes::doors;

/// Addresses that everybody may ask. One that is in no list is for operators, so that whoever adds one decides on purpose.
pub(crate) const PUBLIC: [&str; 38] = [
    "/healthz",
    "/readyz",
    "/api/openapi.json",
    "/catalog.ttl",
    "/catalog.jsonld",
    "/plain",
    "/legal/{page}",
    "/datasets",
    "/datasets/{id}",
    "/sitemap.xml",
    "/robots.txt",
    "/ngsi-ld/v1/entities",
    "/sta/v1.1",
    "/sta/v1.1/",
    "/sta/v1.1/{*path}",
    "/api/v1",
    "/api/v1/me",
    "/api/v1/publisher",
    "/api/v1/processing",
    "/api/v1/poles",
    "/api/v1/zones",
    "/api/v1/properties",
    "/api/v1/latest",
    "/api/v1/series",
    "/api/v1/export",
    "/api/v1/revisions",
    "/api/v1/footfall",
    "/api/v1/footfall/profile",
    "/api/v1/air",
    "/api/v1/air/days",
    "/api/v1/air/limits",
    "/api/v1/noise",
    "/api/v1/heat",
    "/api/v1/live",
    "/api/v1/reasons",
    "/api/v1/methods",
    "/api/v1/calendar",
    "/api/v1/events",
];

/// Those of [`PUBLIC`] that refuse the public some of what they have, instead of leaving it out.
pub(crate) const PARTLY: [&str; 7] = [
    "/api/v1/export",
    "/api/v1/heat",
    "/api/v1/latest",
    "/api/v1/live",
    "/api/v1/noise",
    "/api/v1/revisions",
    "/api/v1/series",
];

/// Addresses for planners, and all above them.
pub(crate) const PLANNER: [&str; 7] = [
    "/api/v1/coverage",
    "/api/v1/sites",
    "/api/v1/footfall/ranking",
    "/api/v1/counts",
    "/api/v1/counts/reconciled",
    "/api/v1/peers",
    "/api/v1/facts",
];

/// Addresses for admins: accounts, and who did what.
pub(crate) const ADMIN: [&str; 5] = [
    "/api/v1/accounts",
    "/api/v1/accounts/{id}",
    "/api/v1/accounts/{id}/role",
    "/api/v1/accounts/{id}/disabled",
    "/api/v1/audit",
];

/// Addresses for everybody who has an account, whatever its zones.
const OWN: [&str; 2] = ["/api/v1/tokens", "/api/v1/tokens/{id}"];

/// Of what is not for the public, that which can be asked of one place, and the parameters that name it. Who is limited to zones may ask
/// these of a place within them, and nothing else.
const OF_PLACES: [(&str, &[&str]); 11] = [
    ("/api/v1/coverage", &["pole", "zone"]),
    ("/api/v1/sites", &["sites"]),
    ("/api/v1/footfall/ranking", &["within"]),
    ("/api/v1/counts", &["device", "pole", "zone"]),
    ("/api/v1/counts/reconciled", &["device"]),
    ("/api/v1/peers", &["pole"]),
    ("/api/v1/facts", &["device", "pole", "zone"]),
    ("/api/v1/devices", &["pole"]),
    ("/api/v1/devices/{id}", &["{id}"]),
    ("/api/v1/trace", &["device"]),
    ("/api/v1/visits", &["pole"]),
];

/// The least role that an address is for.
pub(crate) fn needed(path: &str) -> Role {
    match path {
        path if PUBLIC.contains(&path) || doors::PATHS.contains(&path) => Role::Public,
        path if PLANNER.contains(&path) || OWN.contains(&path) => Role::Planner,
        path if ADMIN.contains(&path) => Role::Admin,
        _ => Role::Operator,
    }
}

/// Whether an address is about values, of which zones may be a limit; who administers accounts does so for all.
pub(crate) fn is_of_values(path: &str) -> bool {
    needed(path) > Role::Public && !ADMIN.contains(&path) && !OWN.contains(&path)
}

/// The places that a request is about, as they are named; `None` if it is about the whole city.
pub(crate) fn places(path: &str, uri: &Uri) -> Option<Vec<String>> {
    let (_, names) = OF_PLACES.iter().find(|(known, _)| *known == path)?;
    if names.contains(&"{id}") {
        return uri.path().rsplit('/').next().map(|id| vec![decoded(id)]);
    }
    let pairs = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    let named = pairs.filter(|(key, _)| names.contains(&decoded(key).as_str()));
    let places: Vec<String> = named
        .flat_map(|(_, value)| decoded(value).split(',').map(|id| id.trim().to_owned()).collect::<Vec<_>>())
        .collect();
    (!places.is_empty()).then_some(places)
}

/// A part of an address as it was meant (WHATWG URL, application/x-www-form-urlencoded).
pub(crate) fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((first, behind)) = rest.split_first() {
        let escaped = || u8::from_str_radix(std::str::from_utf8(behind.get(..2)?).ok()?, 16).ok();
        match (*first, (*first == b'%').then(escaped).flatten()) {
            (_, Some(byte)) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
                continue;
            }
            (b'+', None) => bytes.push(b' '),
            (byte, None) => bytes.push(byte),
        }
        rest = behind;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What is written into the audit trail of a request by somebody who is not the public.
pub(crate) fn audited(method: &Method, path: &str, uri: &Uri) -> Option<What> {
    let asks_for_readings =
        || uri.query().is_some_and(|query| query.split('&').any(|pair| decoded(pair) == "what=readings"));
    let is_dry = || uri.query().is_some_and(|query| query.split('&').any(|pair| decoded(pair) == "dry_run=true"));
    match (method.as_str(), path) {
        ("PUT" | "DELETE", "/api/v1/registry/{file}") | ("POST", "/api/v1/registry/{file}/rows") if !is_dry() => {
            Some(What::RegistryChanged)
        }
        ("POST", "/api/v1/replays") => Some(What::ReplayOrdered),
        ("POST", "/api/v1/imports") => Some(What::Imported),
        ("GET", "/api/v1/export") if asks_for_readings() => Some(What::ReadingsExported),
        ("POST", "/api/v1/alerts/{id}/acknowledge" | "/api/v1/alerts/{id}/mute") => Some(What::AlertSaid),
        ("POST", "/api/v1/maintenance") | ("DELETE", "/api/v1/maintenance/{id}") => Some(What::MaintenanceSaid),
        ("POST", "/api/v1/visits") => Some(What::VisitLogged),
        ("GET", "/api/v1/audit") => Some(What::AuditRead),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_is_there() {
        let described = crate::openapi();
        // the description itself, and what the standard describes
        let elsewhere = ["/api/openapi.json", crate::routes::sta::ROOT_OF_PATHS, crate::routes::sta::PATHS];
        let missing = |path: &&str| !described.contains(&format!("\"{path}\": {{")) && !elsewhere.contains(path);
        let of_places = OF_PLACES.map(|(path, _)| path);
        let all = PUBLIC.iter().chain(&PARTLY).chain(&PLANNER).chain(&ADMIN).chain(&OWN).chain(&of_places).copied();
        assert_eq!(all.clone().find(missing), None);
        assert!(PARTLY.iter().all(|path| PUBLIC.contains(path)));
        assert!(of_places.iter().all(|path| !PUBLIC.contains(path)), "what is public is limited by itself");
    }

    #[test]
    fn places_are_named_by_parameters_however_they_are_written() {
        let of = |path, uri: &'static str| places(path, &Uri::from_static(uri));
        let ids = |ids: &[&str]| Some(ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>());
        assert_eq!(of("/api/v1/coverage", "/api/v1/coverage?zone=a&pole=b"), ids(&["a", "b"]));
        assert_eq!(of("/api/v1/sites", "/api/v1/sites?sites=a%2Cb,c"), ids(&["a", "b", "c"]));
        assert_eq!(of("/api/v1/coverage", "/api/v1/coverage?%7aone=a&x=b"), ids(&["a"]));
        assert_eq!(of("/api/v1/devices/{id}", "/api/v1/devices/air%2D1"), ids(&["air-1"]));
        assert_eq!(of("/api/v1/coverage", "/api/v1/coverage?step=1d"), None);
        assert_eq!(of("/api/v1/ledger", "/api/v1/ledger?zone=a"), None);
    }

    #[test]
    fn what_is_no_escape_stands_for_itself() {
        assert_eq!(["%", "%4", "%zz", "a+b", "%c3%a4%FF"].map(decoded), ["%", "%4", "%zz", "a b", "ä\u{fffd}"]);
    }
}
