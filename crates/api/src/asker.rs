//! Who asks, and what each may know.
//!
//! ```text
//! peer, headers ──► Client ──► guard: token, cookie, address ──► Asker ──► routes: the role that an address needs
//!                                                                  └──► handlers leave out what is withheld from this one
//! ```
//!
//! Withheld from the public are all exact values of a property that could be of single persons, and all that tells when a device that
//! measures such a property has sent something: that would tell when somebody passed. What the public gets of such counts is made by
//! `routes/footfall/public.rs` alone. Who is limited to zones is the public everywhere else.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request};
use smartpole_access::{Identity, Role, Who, Zones};
use smartpole_model::{Device, ObservedProperty, Pole, PropertyNo, Registry};
use smartpole_pipeline::Fold;

use crate::{
    problem::Problem,
    scope::{ScopeKind, ScopeName},
};

pub(crate) mod client;
mod cookie;
mod guard;
mod host;
mod proof;
mod published;
pub(crate) mod routes;

pub(crate) use client::{Client, Secure};
pub use client::{Networks, Peer};
pub(crate) use cookie::Cookie;
pub(crate) use guard::{About, guard, pace};
pub(crate) use proof::Proof;
pub(crate) use published::Published;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asker {
    /// What it may do …
    pub(crate) role: Role,
    /// … and where it sees exact figures.
    pub(crate) zones: Zones,
    /// As whom the audit trail knows it.
    pub(crate) who: Who,
    /// What its account is called, if it has one.
    pub(crate) name: Option<String>,
    /// Whether it is known by a cookie, which a browser sends whoever made the request.
    pub(crate) by_cookie: bool,
}

impl Asker {
    /// Anybody.
    pub(crate) const PUBLIC: Self =
        Self { role: Role::Public, zones: Zones::ALL, who: Who::Public, name: None, by_cookie: false };

    /// Somebody at the service's own machine, or in a network of operators.
    pub(crate) const LOCAL: Self = Self { role: Role::Operator, who: Who::Local, ..Self::PUBLIC };

    /// Somebody with an account.
    pub(crate) fn of(identity: Identity, by_cookie: bool) -> Self {
        let Identity { account, name, role, zones } = identity;
        Self { role, zones, who: Who::Account(account), name: Some(name), by_cookie }
    }

    /// Whether it is nobody that we know.
    pub(crate) fn is_public(&self) -> bool {
        self.role == Role::Public
    }

    /// Whether it sees exact figures of the whole city.
    pub(crate) fn sees_all(&self) -> bool {
        !self.is_public() && self.zones.0.is_none()
    }

    /// Whether it sees exact figures of a device, pole or zone. A device is within zones if all poles are where it ever hung, a zone
    /// if it is named or all of its poles are.
    pub(crate) fn sees(&self, registry: &Registry, scope: &ScopeName) -> bool {
        let within = |ids: &Vec<String>| match scope.kind {
            ScopeKind::Device => registry.devices.iter().any(|of| of.id == scope.id && has_device(ids, registry, of)),
            ScopeKind::Pole => registry.poles.iter().any(|pole| pole.id == scope.id && has_pole(ids, registry, pole)),
            ScopeKind::Zone => has_zone(ids, registry, &scope.id),
        };
        !self.is_public() && self.zones.0.as_ref().is_none_or(within)
    }

    /// Whether it sees exact figures of all that is called like this.
    pub(crate) fn sees_named(&self, registry: &Registry, id: &str) -> bool {
        let is_there = |kind| match kind {
            ScopeKind::Device => registry.devices.iter().any(|device| device.id == id),
            ScopeKind::Pole => registry.poles.iter().any(|pole| pole.id == id),
            ScopeKind::Zone => registry.zones.iter().any(|zone| zone.id == id),
        };
        let mut kinds =
            [ScopeKind::Device, ScopeKind::Pole, ScopeKind::Zone].into_iter().filter(|kind| is_there(*kind)).peekable();
        kinds.peek().is_some() && kinds.all(|kind| self.sees(registry, &ScopeName { kind, id: id.to_owned() }))
    }

    /// Whether it sees exact figures of a pole.
    pub(crate) fn sees_pole(&self, registry: &Registry, pole: &Pole) -> bool {
        !self.is_public() && self.zones.0.as_ref().is_none_or(|ids| has_pole(ids, registry, pole))
    }

    fn sees_device(&self, registry: &Registry, device: &Device) -> bool {
        !self.is_public() && self.zones.0.as_ref().is_none_or(|ids| has_device(ids, registry, device))
    }

    /// Whether this one may see exact values of a property, anywhere at least.
    pub(crate) fn may_see(&self, property: &ObservedProperty) -> bool {
        !self.is_public() || is_for_all(property)
    }

    /// Whether this one may see exact values that a device has of a property.
    pub(crate) fn may_see_of(&self, fold: &Fold, device: &Device, property: &ObservedProperty) -> bool {
        is_for_all(property) || self.sees_device(&fold.inputs().registry, device)
    }

    /// Whether this one may know when a device sends.
    pub(crate) fn may_watch(&self, fold: &Fold, device: &Device) -> bool {
        self.may_watch_by((fold, &fold.inputs().registry), device)
    }

    /// The same of a device of another registry.
    pub(crate) fn may_watch_by(&self, (fold, registry): (&Fold, &Registry), device: &Device) -> bool {
        self.sees_device(registry, device) || !measures_persons(fold, device)
    }

    /// Devices of a device, pole or zone of which this one may not know when they send: those that are there now, and those of the
    /// registry asked about.
    fn hidden<'a>(
        &self,
        (fold, then): (&'a Fold, &'a Registry),
        scope: &ScopeName,
    ) -> impl Iterator<Item = &'a Device> {
        [&fold.inputs().registry, then].into_iter().flat_map(move |registry| {
            let there = registry.devices.iter().filter(move |device| is_in(registry, device, scope));
            there.filter(move |device| !self.may_watch_by((fold, registry), device))
        })
    }

    /// Refuses values that this one may not see: of a property that is withheld, or reported by a device that must not be watched and is
    /// there now, or was by the registry asked about.
    ///
    /// # Errors
    /// 403, with what to do.
    pub(crate) fn check(
        &self,
        asked @ (fold, _): (&Fold, &Registry),
        scope: &ScopeName,
        property: &ObservedProperty,
    ) -> Result<(), Problem> {
        if self.sees(&fold.inputs().registry, scope) {
            return Ok(());
        }
        if !is_for_all(property) {
            return Err(Problem::withheld(&property.id));
        }
        match self.hidden(asked, scope).find(|device| reports(fold, device, property)) {
            Some(device) => Err(Problem::unwatched(&device.id)),
            None => Ok(()),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Asker {
    type Rejection = Infallible;

    /// What [`guard`] found out.
    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or(Self::PUBLIC))
    }
}

fn is_for_all(property: &ObservedProperty) -> bool {
    property.public && !property.personal
}

fn has_pole(ids: &[String], registry: &Registry, pole: &Pole) -> bool {
    pole.zones.iter().any(|zone| ids.contains(&registry.zones[*zone].id))
}

fn has_device(ids: &[String], registry: &Registry, device: &Device) -> bool {
    device.installations.iter().all(|installation| has_pole(ids, registry, &registry.poles[installation.pole]))
}

fn has_zone(ids: &[String], registry: &Registry, id: &str) -> bool {
    let poles = || registry.zones.iter().filter(|zone| zone.id == id).flat_map(|zone| &zone.poles);
    let all_are = || poles().next().is_some() && poles().all(|pole| has_pole(ids, registry, &registry.poles[*pole]));
    ids.iter().any(|own| own == id) || all_are()
}

/// Whether a device ever belonged to a device, pole or zone.
pub(crate) fn is_in(registry: &Registry, device: &Device, scope: &ScopeName) -> bool {
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
    let made = |number: PropertyNo| catalogue.get(number).is_some_and(|of| makes(of, property));
    reported(fold, device).any(|number| number == property.number || made(number))
}

/// Whether values of a property are made of another one's, as counts are of totals.
pub(crate) fn makes(of: &ObservedProperty, property: &ObservedProperty) -> bool {
    of.counts == Some(property.number) || of.converts.is_some_and(|to| to.0 == property.number)
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
