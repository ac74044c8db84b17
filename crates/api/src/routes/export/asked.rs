//! What is asked for, looked up.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, Uri, header};
use smartpole_method::methods;
use smartpole_model::{Device, Inputs, Kind, ObservedProperty, PropertyNo, Registry, UtcMillis};
use smartpole_pipeline::{Fold, Scope};

use super::{Each, Wanted, What, unsent};
use crate::{
    Parts,
    asker::{Asker, Published},
    citation::{Citation, Subject, licence},
    export::{Format, Of, Place, Readings, Rows, Windows},
    problem::Problem,
    representation::{AS_OF, METHOD, METHODS, MISSING},
    routes::{
        MethodName,
        series::{scope_name, total_has_no_windows},
    },
    scope::{self, ScopeKind, ScopeName},
    span::{Span, Step},
};

/// Most series whose windows are exported at once: a piece has a window of each.
const MOST_SERIES: usize = 5_000;

/// [`Wanted`], looked up.
pub(super) struct Asked {
    inputs: Arc<Inputs>,
    what: What,
    /// None is the whole city.
    name: Option<ScopeName>,
    /// None of a thing that never sent.
    scope: Option<Scope>,
    /// Whose windows.
    of: Vec<Of>,
    properties: Vec<ObservedProperty>,
    channel: Option<u8>,
    span: Span,
    step: smartpole_store::Step,
    as_of: Option<UtcMillis>,
    published: Published,
}

impl Asked {
    pub(super) fn new(parts: &Parts, asker: &Asker, wanted: &Wanted, format: Format) -> Result<Self, Problem> {
        // by the registry of then, whose poles and devices are those that the windows of then are of
        let (inputs, what) = (parts.queries.inputs(wanted.as_of)?, wanted.what);
        let fold = parts.fold();
        let registry = &inputs.registry;
        let name = whose(registry, asker, wanted)?;
        let properties = properties(registry, asker, name.as_ref(), wanted)?;
        if let Some(name) = &name {
            properties.iter().try_for_each(|property| asker.check((&fold, registry), name, property))?;
        }
        if what == What::Readings && wanted.property.is_some() {
            unsent::check(&fold, name.as_ref(), &properties)?;
        }
        let step = step(wanted)?;
        let each = if format == Format::Geojson { Some(wanted.each.unwrap_or(Each::Pole)) } else { wanted.each };
        let of = if what == What::Windows {
            of((&fold, registry), asker, name.as_ref(), each, wanted.as_of)?
        } else {
            Vec::new()
        };
        if of.len() * properties.len() > MOST_SERIES {
            let detail = format!("each, property: {} times {} series", of.len(), properties.len());
            return Err(Problem::parameter(detail, format!("ask for {MOST_SERIES} at most: name fewer properties")));
        }
        let span = Span::new(wanted.from, wanted.to, fold.position().1, Step::Quarter)?;
        let (channel, as_of) = (wanted.channel.map(|channel| channel.0 as u8), wanted.as_of);
        let scope = name.as_ref().and_then(|name| name.number(&fold));
        drop(fold);
        let published = name.as_ref().map(|name| asker.published(registry, name)).unwrap_or_default();
        Ok(Self { inputs, what, name, scope, of, properties, channel, span, step, as_of, published })
    }

    /// What the file is made of.
    pub(super) fn rows(&self) -> Box<dyn Rows> {
        let Self { channel, span, step, as_of, .. } = *self;
        let Self { inputs, of, properties, .. } = self;
        match self.what {
            What::Windows => {
                Box::new(Windows { of: of.clone(), properties: properties.clone(), channel, step, span, as_of })
            }
            What::Readings => {
                let never_sent = self.name.is_some() && self.scope.is_none();
                let numbers: Vec<PropertyNo> = properties.iter().map(|property| property.number).collect();
                let numbers = if never_sent { Vec::new() } else { numbers };
                let whose = (self.scope, self.published.clone());
                Box::new(Readings::new(Arc::clone(inputs), whose, numbers, channel, span, as_of))
            }
        }
    }

    /// What the file is cited with. Without `as_of` what is received meanwhile may be in it, so no link gives the same for ever then.
    pub(super) fn citation(&self, parts: &Parts, asker: &Asker, uri: &Uri) -> Citation {
        let Span { from, to } = self.span;
        let subject = Subject {
            methods: self.methods(),
            source: None,
            coverage: None,
            span: Some((from, to)),
            left_open: vec![("from", from.to_string()), ("to", to.to_string())],
            is_as_of: true,
        };
        Citation::new(parts, uri, &subject, self.as_of, asker.is_public())
    }

    /// What stands of it in headers, and what the file is called.
    ///
    /// # Errors
    /// 500 if one is no header.
    pub(super) fn headers(
        &self,
        parts: &Parts,
        asker: &Asker,
        uri: &Uri,
        (format, citation): (Format, &Citation),
    ) -> Result<HeaderMap, Problem> {
        let what = if self.what == What::Readings { "readings" } else { "windows" };
        let of = self.name.as_ref().map_or("all", |name| &name.id);
        let day = self.span.from.to_string();
        let file = format!("{what}-{of}-{}.{}", day.get(..10).unwrap_or_default(), format.extension());
        let mut links = vec![METHODS.to_owned(), citation.header()];
        links.extend(licence(parts, uri, asker.is_public()).map(|iri| format!("<{iri}>; rel=\"license\"")));
        let mut all = vec![
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\"")),
            (header::LINK, links.join(", ")),
            (METHOD, self.methods().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
            (header::TRAILER, MISSING.to_string()),
        ];
        all.extend(self.as_of.map(|as_of| (AS_OF, as_of.to_string())));
        let headers = all.into_iter().map(|(name, value)| Ok((name, HeaderValue::from_str(&value)?)));
        headers
            .collect::<Result<_, axum::http::header::InvalidHeaderValue>>()
            .map_err(|error| Problem::internal(&error))
    }

    fn methods(&self) -> Vec<MethodName> {
        if self.what == What::Readings {
            return vec![methods::READING.into()];
        }
        let mut all: Vec<MethodName> = self.properties.iter().map(|of| methods::of_windows(of).into()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

fn whose(registry: &Registry, asker: &Asker, wanted: &Wanted) -> Result<Option<ScopeName>, Problem> {
    let given = [&wanted.device, &wanted.pole, &wanted.zone];
    let is_whole_city = given.iter().all(|given| given.is_none());
    if is_whole_city && wanted.what == What::Windows && wanted.each.is_none() {
        let detail = "device, pole, zone, each: it is not said whose windows";
        return Err(Problem::parameter(detail, "give one of the first three, or each=pole for those of all poles"));
    }
    if is_whole_city && asker.sees_all() { Ok(None) } else { scope_name(registry, given).map(Some) }
}

fn properties(
    registry: &Registry,
    asker: &Asker,
    of: Option<&ScopeName>,
    wanted: &Wanted,
) -> Result<Vec<ObservedProperty>, Problem> {
    let has_windows = |property: &ObservedProperty| wanted.what == What::Readings || property.kind != Kind::TotalCount;
    let Some(ids) = &wanted.property else {
        let asker = if of.is_none_or(|of| asker.sees(registry, of)) { asker } else { &Asker::PUBLIC };
        let all = registry.properties.iter().filter(|property| asker.may_see(property) && has_windows(property));
        return Ok(all.cloned().collect());
    };
    let named = ids.split(',').map(|id| {
        let property = scope::property_named(registry, id.trim())?;
        if has_windows(property) { Ok(property.clone()) } else { Err(total_has_no_windows(registry, property)) }
    });
    let mut named = named.collect::<Result<Vec<_>, Problem>>()?;
    named.sort_by_key(|property| property.number);
    named.dedup_by_key(|property| property.number);
    Ok(named)
}

fn step(wanted: &Wanted) -> Result<smartpole_store::Step, Problem> {
    let is_of_readings = wanted.what == What::Readings && (wanted.step.is_some() || wanted.each.is_some());
    match wanted.step.unwrap_or_default().windows() {
        Some(step) if !is_of_readings => Ok(step),
        _ => {
            let detail = "what, step, each: only windows have a length, and belong to poles and devices";
            Err(Problem::parameter(
                detail,
                "leave step and each out with what=readings, and step=raw with what=windows",
            ))
        }
    }
}

/// Whose windows: of the thing itself, or of each pole or device in it that ever sent; by the registry of the instant asked about.
fn of(
    (fold, registry): (&Fold, &Registry),
    asker: &Asker,
    name: Option<&ScopeName>,
    each: Option<Each>,
    as_of: Option<UtcMillis>,
) -> Result<Vec<Of>, Problem> {
    let then = as_of.unwrap_or(fold.position().1);
    let is_in = |pole: usize| {
        let pole = &registry.poles[pole];
        name.is_none_or(|name| match name.kind {
            ScopeKind::Pole => pole.id == name.id,
            ScopeKind::Zone => pole.zones.iter().any(|zone| registry.zones[*zone].id == name.id),
            ScopeKind::Device => true,
        })
    };
    let names: Vec<(ScopeName, Option<Place>)> = match (each, name) {
        (Some(Each::Pole), _) if name.is_none_or(|name| name.kind != ScopeKind::Device) => {
            let poles = registry.poles.iter().enumerate().filter(|(index, _)| is_in(*index));
            let named = |id: &str| ScopeName { kind: ScopeKind::Pole, id: id.to_owned() };
            poles.map(|(_, pole)| (named(&pole.id), Some(Place::of(pole)))).collect()
        }
        (Some(_), _) => {
            let belongs = |id: &str| name.is_none_or(|name| name.kind != ScopeKind::Device || name.id == id);
            let devices = registry.devices.iter().filter(|device| {
                belongs(&device.id) && device.installations.iter().any(|installation| is_in(installation.pole))
            });
            let named = |id: &str| ScopeName { kind: ScopeKind::Device, id: id.to_owned() };
            let place = |device: &Device| Place::of(&registry.poles[device.at(then).pole]);
            devices.map(|device| (named(&device.id), Some(place(device)))).collect()
        }
        (None, Some(name)) => {
            let pole = (name.kind == ScopeKind::Pole).then(|| scope::pole_named(registry, &name.id)).transpose()?;
            vec![(name.clone(), pole.map(|pole| Place::of(&registry.poles[pole])))]
        }
        (None, None) => Vec::new(),
    };
    let met = names.into_iter().filter_map(|(name, place)| {
        let published = asker.published(registry, &name);
        Some(Of { scope: name.number(fold)?, name, place, published })
    });
    Ok(met.collect())
}
