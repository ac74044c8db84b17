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
use smartpole_model::{PoleNo, PropertyNo, Quarter, Registry, UtcMillis, registry::Peer};
use smartpole_pipeline::NameKind;

use crate::{
    Error, Queries,
    as_of::earlier,
    heard::{channels, heard, heard_by},
    pole_hours::{PoleHours, WantedHours},
    queries::Snapshot,
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
        let plans = self.plans(pole, properties, as_of)?;
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

    fn plans(
        &self,
        pole: PoleNo,
        properties: &[PropertyNo],
        as_of: Option<UtcMillis>,
    ) -> Result<Vec<Option<Plan>>, Error> {
        let inputs = self.inputs(as_of)?;
        let (newest, snapshot) = self.snapshot(|fold| (fold.position().1, Vec::new(), Quarter(0), Quarter(0)))?;
        let fold = self.fold.read().unwrap_or_else(PoisonError::into_inner);
        let seen = Seen { fold: &fold, inputs: &inputs };
        let known = Known { seen, then: earlier(as_of, newest).map(|then| (&snapshot, then)) };
        let plans = properties.iter().map(|property| known.plan(pole, *property)).collect();
        drop(fold);
        self.done(snapshot);
        plans
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

/// What is known at the instant asked about.
struct Known<'a> {
    seen: Seen<'a>,
    /// Of an earlier one, where it is read what devices had been heard of by then.
    then: Option<(&'a Snapshot, UtcMillis)>,
}

impl Known<'_> {
    fn plan(&self, pole: PoleNo, property: PropertyNo) -> Result<Option<Plan>, Error> {
        let registry = self.seen.registry();
        let named = self.seen.fold.name(NameKind::Pole, pole.0);
        let index = named.and_then(|id| registry.poles.iter().position(|known| known.id == id));
        let ruled = index.and_then(|index| Some((index, rule(registry, index, property)?)));
        let (Some((index, rule)), Some(measured)) = (ruled, registry.properties.get(property)) else { return Ok(None) };
        Ok(Some(Plan { rule, decimals: measured.decimals, around: self.around(index, property, rule.radius_m)? }))
    }

    /// Our poles within a radius that were ever heard of a property, nearest first, of equally near ones the first of the file.
    fn around(&self, pole: usize, property: PropertyNo, radius_m: u32) -> Result<Vec<(PoleNo, u32)>, Error> {
        let registry = self.seen.registry();
        let within = within(registry, pole, radius_m);
        let mut near = Vec::new();
        for index in self.measuring(&within, property)? {
            let number = self.seen.fold.number(NameKind::Pole, &registry.poles[index].id);
            near.extend(number.map(|number| (within[&index], PoleNo(number))));
        }
        near.sort_by_key(|(away, _)| *away);
        near.truncate(MOST_AROUND);
        Ok(near.into_iter().map(|(away, pole)| (pole, away)).collect())
    }

    /// Those of the poles on which a device that was ever heard of a property hangs, or hung.
    fn measuring(&self, poles: &BTreeMap<usize, u32>, property: PropertyNo) -> Result<BTreeSet<usize>, Error> {
        let mut measuring = BTreeSet::new();
        for device in &self.seen.registry().devices {
            let places = device.installations.iter().map(|installation| installation.pole);
            let mut places = places.filter(|pole| poles.contains_key(pole)).peekable();
            if places.peek().is_some() && self.hears(&device.id, property)? {
                measuring.extend(places);
            }
        }
        Ok(measuring)
    }

    fn hears(&self, device: &str, property: PropertyNo) -> Result<bool, Error> {
        let Some(device) = self.seen.fold.device_no(device) else { return Ok(false) };
        let heard = match self.then {
            Some((snapshot, as_of)) => heard_by(snapshot, device, as_of)?,
            None => heard(self.seen.fold, device).collect(),
        };
        Ok(!channels(&self.seen.registry().properties, heard, property, None).is_empty())
    }
}

/// What is asked of a pole: the rule of its newest installation that has one.
fn rule(registry: &Registry, pole: usize, property: PropertyNo) -> Option<Peer> {
    let installations = registry.devices.iter().flat_map(|device| &device.installations);
    let here = installations.filter(|installation| installation.pole == pole);
    let with_rule = here.filter_map(|installation| {
        Some((installation.from, registry.quality_rules(property, &installation.profile).peer?))
    });
    with_rule.max_by_key(|(from, _)| *from).map(|(_, rule)| rule)
}

/// Other poles of ours within a radius, by their indices in the registry, with their distance in whole metres.
fn within(registry: &Registry, pole: usize, radius_m: u32) -> BTreeMap<usize, u32> {
    let here = registry.poles[pole].position;
    let others = registry.poles.iter().enumerate().filter(|(index, other)| *index != pole && other.provider.is_none());
    let away = others.map(|(index, other)| (index, metres(here, other.position)));
    away.filter(|(_, away)| *away <= f64::from(radius_m)).map(|(index, away)| (index, away.round() as u32)).collect()
}
