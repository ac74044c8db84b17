//! Peer check: a pole's hours beside those of the poles around it, asked when somebody wants to see them.
//!
//! The rule is that of the pole's newest installation whose profile has one for the property; the poles around are those within its
//! radius that were ever heard of the property, by where the registry in force, or of then, has them. So marks are a function of the readings that are
//! stored and of the registry, and late readings move them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::PoisonError,
};

use smartpole_method::{
    air::Mean,
    peer::{Compared, metres},
};
use smartpole_model::{PoleNo, PropertyNo, UtcMillis, registry::Peer};
use smartpole_pipeline::NameKind;

use crate::{
    Error, Queries,
    pole_hours::{PoleHours, WantedHours},
    scope::Seen,
};

/// Most poles around that are asked, the nearest ones: the median of so many does not become better by more.
const MOST_AROUND: usize = 50;

/// A pole beside the poles around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peers {
    /// What is asked of it.
    pub rule: Peer,
    /// The poles around, nearest first, with their distance in whole metres.
    pub around: Vec<(PoleNo, u32)>,
    /// Hours in which the pole was heard, in order.
    pub hours: Vec<PeerHour>,
}

/// An hour of a pole beside those of the poles around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerHour {
    /// First instant.
    pub start: UtcMillis,
    /// The pole's hourly mean, in the property's unit; `None` if it is not valid.
    pub value: Option<Mean>,
    /// How many poles around have a valid one.
    pub poles: usize,
    /// The value beside theirs; `None` without either.
    pub compared: Option<Compared>,
    /// Whether the rule marks it.
    pub is_marked: bool,
}

/// Valid means of one property.
type Means = BTreeMap<UtcMillis, Mean>;

/// A rule with what it needs.
struct Plan {
    rule: Peer,
    decimals: u8,
    around: Vec<(PoleNo, u32)>,
}

impl Queries {
    /// Hours of a pole that begin in `span` (from, to before) beside those of the poles around, of each property in the order asked, as of
    /// now or of an earlier instant; `None` where no rule asks for it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn peers(
        &self,
        pole: PoleNo,
        properties: &[PropertyNo],
        (from, to): (UtcMillis, UtcMillis),
        as_of: Option<UtcMillis>,
    ) -> Result<Vec<Option<Peers>>, Error> {
        let inputs = self.inputs(as_of)?;
        let fold = self.fold.read().unwrap_or_else(PoisonError::into_inner);
        let plans = plans(Seen { fold: &fold, inputs: &inputs }, pole, properties);
        drop(fold);
        if plans.iter().all(Option::is_none) {
            return Ok(plans.iter().map(|_| None).collect());
        }
        let around = plans.iter().flatten().flat_map(|plan| plan.around.iter().map(|(pole, _)| *pole));
        let around: BTreeSet<PoleNo> = around.filter(|other| *other != pole).collect();
        let poles: Vec<PoleNo> = std::iter::once(pole).chain(around).collect();
        let wanted = WantedHours { poles: &poles, properties, from, to, as_of };
        let mut own = Vec::new();
        let heard = self.pole_hours(&wanted, |of, hours| {
            let means: Vec<Means> = hours.iter().map(means).collect();
            if of == pole {
                own = hours;
            }
            (of, means)
        })?;
        let heard: HashMap<PoleNo, Vec<Means>> = heard.into_iter().collect();
        let plans = plans.into_iter().enumerate();
        Ok(plans.map(|(at, plan)| Some(plan?.compare(own.get(at)?, &heard, at))).collect())
    }
}

impl Plan {
    /// The hours of the property at place `at`.
    fn compare(self, own: &PoleHours, heard: &HashMap<PoleNo, Vec<Means>>, at: usize) -> Peers {
        let of = |pole: &PoleNo| heard.get(pole)?.get(at);
        let around: Vec<&Means> = self.around.iter().filter_map(|(pole, _)| of(pole)).collect();
        let hours = own.iter().map(|(start, hour)| {
            let means: Vec<Mean> = around.iter().filter_map(|means| means.get(start).copied()).collect();
            let compared = hour.mean.and_then(|mean| Compared::new(mean, &means));
            let is_marked = compared.is_some_and(|compared| compared.is_marked(&self.rule, self.decimals));
            PeerHour { start: *start, value: hour.mean, poles: means.len(), compared, is_marked }
        });
        let hours = hours.collect();
        Peers { rule: self.rule, around: self.around, hours }
    }
}

fn means(hours: &PoleHours) -> Means {
    hours.iter().filter_map(|(start, hour)| Some((*start, hour.mean?))).collect()
}

fn plans(seen @ Seen { fold, .. }: Seen<'_>, pole: PoleNo, properties: &[PropertyNo]) -> Vec<Option<Plan>> {
    let registry = seen.registry();
    let named = fold.name(NameKind::Pole, pole.0);
    let index = named.and_then(|id| registry.poles.iter().position(|known| known.id == id));
    let plan = |property: &PropertyNo| {
        let rule = rule(seen, index?, *property)?;
        let decimals = registry.properties.get(*property)?.decimals;
        Some(Plan { rule, decimals, around: around(seen, index?, *property, rule.radius_m) })
    };
    properties.iter().map(plan).collect()
}

/// What is asked of a pole: the rule of its newest installation that has one.
fn rule(seen: Seen<'_>, pole: usize, property: PropertyNo) -> Option<Peer> {
    let registry = seen.registry();
    let installations = registry.devices.iter().flat_map(|device| &device.installations);
    let here = installations.filter(|installation| installation.pole == pole);
    let with_rule = here.filter_map(|installation| {
        Some((installation.from, registry.quality_rules(property, &installation.profile).peer?))
    });
    with_rule.max_by_key(|(from, _)| *from).map(|(_, rule)| rule)
}

/// Our poles within a radius that were ever heard of a property, nearest first, of equally near ones the first of the file.
fn around(seen: Seen<'_>, pole: usize, property: PropertyNo, radius_m: u32) -> Vec<(PoleNo, u32)> {
    let registry = seen.registry();
    let Some(here) = registry.poles.get(pole) else { return Vec::new() };
    let measuring = measuring(seen, property);
    let near = measuring.iter().filter(|index| **index != pole).filter_map(|index| {
        let other = registry.poles.get(*index).filter(|other| other.provider.is_none())?;
        let away = metres(here.position, other.position);
        let number = seen.fold.number(NameKind::Pole, &other.id)?;
        (away <= f64::from(radius_m)).then_some((away.round() as u32, PoleNo(number)))
    });
    let mut near: Vec<(u32, PoleNo)> = near.collect();
    near.sort_by_key(|(away, _)| *away);
    near.truncate(MOST_AROUND);
    near.into_iter().map(|(away, pole)| (pole, away)).collect()
}

/// Poles on which a device that was ever heard of a property hangs, or hung.
fn measuring(seen @ Seen { fold, .. }: Seen<'_>, property: PropertyNo) -> BTreeSet<usize> {
    let registry = seen.registry();
    let converts = |number| registry.properties.get(number).and_then(|known| known.converts).map(|(to, _)| to);
    let is_it = |number| number == property || converts(number) == Some(property);
    let devices = registry.devices.iter().filter(|device| {
        let latest = fold.device_no(&device.id).map_or(&[][..], |number| fold.latest(number));
        latest.iter().any(|latest| is_it(latest.series.property))
    });
    devices.flat_map(|device| device.installations.iter().map(|installation| installation.pole)).collect()
}
