//! Who asks, and what the public may know.
//!
//! ```text
//! peer, headers ──► Asker ──► guard: PUBLIC lists the addresses for all; every other one is for operators
//!                        └──► handlers of PUBLIC leave out what is withheld from the public
//! ```
//!
//! Withheld are all exact values of a property that could be of single persons, and all that tells when a device that measures such
//! a property has sent something: that would tell when somebody passed. What the public gets of such counts is made by
//! `routes/footfall/public.rs` alone.

use std::{convert::Infallible, net::IpAddr};

use axum::{
    extract::{FromRequestParts, MatchedPath, Request, State},
    http::{HeaderMap, request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use ipnet::IpNet;
use serde::Serialize;
use smartpole_model::{Device, ObservedProperty, PropertyNo, Registry};
use smartpole_pipeline::Fold;
use utoipa::ToSchema;

use crate::{
    ApiState,
    problem::Problem,
    scope::{ScopeKind, ScopeName},
};

/// Addresses that everybody may ask. One that is not here is for operators, so that whoever adds one decides on purpose.
pub(crate) const PUBLIC: [&str; 36] = [
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
    "/sta/v1.1/{*path}",
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

/// Headers by which a proxy says whom it asks for. Whoever comes by one is no operator, whatever the proxy's own address is.
const PASSED_ON: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/// The address that a request came from; the accept loop puts it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// The request came over TLS to this service itself; the accept loop puts it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Secure;

/// Who are operators: this machine, and these networks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operators(pub Vec<IpNet>);

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Asker {
    /// Anybody.
    Public,
    /// Who runs the service.
    Operator,
}

impl Operators {
    /// Whether a peer is one.
    pub fn include(&self, peer: Peer) -> bool {
        let address = peer.0.to_canonical();
        address.is_loopback() || self.0.iter().any(|network| network.contains(&address))
    }

    fn asker(&self, peer: Option<&Peer>, headers: &HeaderMap) -> Asker {
        let is_passed_on = PASSED_ON.into_iter().any(|name| headers.contains_key(name));
        match peer {
            Some(peer) if !is_passed_on && self.include(*peer) => Asker::Operator,
            _ => Asker::Public,
        }
    }
}

/// Finds out who asks, and refuses the public what is not in [`PUBLIC`].
pub(crate) async fn guard(State(state): State<ApiState>, mut request: Request, next: Next) -> Response {
    let asker = state.parts.operators.asker(request.extensions().get(), request.headers());
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    if asker == Asker::Public && !PUBLIC.contains(&path) {
        return Problem::for_operators(&format!("{} {path}", request.method())).into_response();
    }
    request.extensions_mut().insert(asker);
    next.run(request).await
}

impl<S: Sync> FromRequestParts<S> for Asker {
    type Rejection = Infallible;

    /// What [`guard`] found out.
    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or(Self::Public))
    }
}

impl Asker {
    /// Whether this one may see exact values of a property.
    pub(crate) fn may_see(self, property: &ObservedProperty) -> bool {
        self == Self::Operator || (property.public && !property.personal)
    }

    /// Whether this one may know when a device sends.
    pub(crate) fn may_watch(self, fold: &Fold, device: &Device) -> bool {
        self == Self::Operator || !measures_persons(fold, device)
    }

    /// Refuses values that this one may not see: of a property that is withheld, or reported by a device that must not be watched.
    ///
    /// # Errors
    /// 403, with what to do.
    pub(crate) fn check(self, fold: &Fold, scope: &ScopeName, property: &ObservedProperty) -> Result<(), Problem> {
        if !self.may_see(property) {
            return Err(Problem::withheld(&property.id));
        }
        let registry = &fold.inputs().registry;
        let mut devices = registry.devices.iter().filter(|device| is_in(registry, device, scope));
        match devices.find(|device| !self.may_watch(fold, device) && reports(fold, device, property)) {
            Some(device) => Err(Problem::unwatched(&device.id)),
            None => Ok(()),
        }
    }
}

/// Whether a device ever belonged to a device, pole or zone.
fn is_in(registry: &Registry, device: &Device, scope: &ScopeName) -> bool {
    let mut poles = device.installations.iter().map(|installation| &registry.poles[installation.pole]);
    match scope.kind {
        ScopeKind::Device => device.id == scope.id,
        ScopeKind::Pole => poles.any(|pole| pole.id == scope.id),
        ScopeKind::Zone => poles.any(|pole| pole.zones.iter().any(|zone| registry.zones[*zone].id == scope.id)),
    }
}

/// Whether a device has reported a property, or what it is made of.
fn reports(fold: &Fold, device: &Device, property: &ObservedProperty) -> bool {
    let catalogue = &fold.inputs().registry.properties;
    let makes = |number: PropertyNo| {
        let of = catalogue.get(number);
        of.is_some_and(|of| of.counts == Some(property.number) || of.converts.is_some_and(|to| to.0 == property.number))
    };
    reported(fold, device).any(|number| number == property.number || makes(number))
}

/// What a device has reported.
pub(crate) fn reported(fold: &Fold, device: &Device) -> impl Iterator<Item = PropertyNo> {
    let latest = fold.device_no(&device.id).map_or(&[][..], |number| fold.latest(number));
    latest.iter().map(|latest| latest.series.property)
}

/// Whether a device measures what could be of single persons.
fn measures_persons(fold: &Fold, device: &Device) -> bool {
    fold.device_no(&device.id).is_some_and(|number| fold.measures_persons(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_and_the_named_networks_are_operators_and_nobody_else() {
        let operators = Operators(vec!["10.0.0.0/8".parse().unwrap()]);
        let is = |of: &Operators, address: &str| of.include(Peer(address.parse().unwrap()));
        for (address, alone, with) in [
            ("127.0.0.1", true, true),
            ("::1", true, true),
            ("::ffff:127.0.0.1", true, true),
            ("10.255.0.1", false, true),
            ("::ffff:10.0.0.1", false, true),
            ("11.0.0.1", false, false),
            ("192.168.1.4", false, false),
        ] {
            assert_eq!((is(&Operators::default(), address), is(&operators, address)), (alone, with), "{address}");
        }
    }

    #[test]
    fn what_is_listed_is_there() {
        let described = crate::openapi();
        // the description itself, and what the standard describes
        let elsewhere = ["/api/openapi.json", crate::routes::sta::PATHS];
        let missing = |path: &&&str| !described.contains(&format!("\"{path}\": {{")) && !elsewhere.contains(*path);
        assert_eq!(PUBLIC.iter().chain(&PARTLY).find(missing), None);
        assert!(PARTLY.iter().all(|path| PUBLIC.contains(path)));
    }

    #[test]
    fn whom_a_proxy_asks_for_is_the_public_and_so_is_one_without_an_address() {
        let (operators, here) = (Operators::default(), Peer("127.0.0.1".parse().unwrap()));
        assert_eq!(operators.asker(Some(&here), &HeaderMap::new()), Asker::Operator);
        assert_eq!(operators.asker(None, &HeaderMap::new()), Asker::Public);
        for name in PASSED_ON {
            let headers = HeaderMap::from_iter([(name.parse().unwrap(), "127.0.0.1".parse().unwrap())]);
            assert_eq!(operators.asker(Some(&here), &headers), Asker::Public, "{name}");
        }
    }
}
