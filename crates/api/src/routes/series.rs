//! `GET /api/v1/series`

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use smartpole_method::methods;
use smartpole_model::{Kind, Mean, ObservedProperty, Registry, UtcMillis};
use smartpole_pipeline::{Fold, Scope};
use utoipa::{IntoParams, ToSchema};

use crate::{
    ApiState, Parts,
    asker::{Asker, Published},
    history::Missing,
    list::{Channel, Cursor, Limit},
    problem::{Problem, Refused},
    representation::Question,
    routes::{
        counts::{Control, control},
        footfall::{IN, OUT},
        method::MethodName,
        peer_marks,
        window::{Aggregation, Window},
    },
    scope::{self, ScopeKind, ScopeName},
    span::{Span, Step},
};

mod past;
mod readings;
mod table;

pub(crate) use past::Past;
use readings::RawItem;
pub(crate) use readings::counts;

/// Whose values of which property are wanted, and when. Give one of `device`, `pole` and `zone`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Id of a device.
    device: Option<String>,
    /// Id of a pole.
    #[param(example = "AM-01")]
    pole: Option<String>,
    /// Id of a zone.
    zone: Option<String>,
    /// Id of a property.
    #[param(example = "pm2_5")]
    property: String,
    /// One channel; all together if left out.
    #[param(value_type = Option<u8>)]
    channel: Option<Channel>,
    /// First instant; a day before `to` if left out, of weeks, months and years twelve of them.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<UtcMillis>,
    /// First instant after; now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<UtcMillis>,
    /// How finely; raw for at most 31 days, and as long as readings are kept. Days, ISO weeks, months and years are those of Europe/Berlin, of air those of CET.
    #[serde(default)]
    #[param(inline)]
    step: Step,
    /// Of windows, the figure that each has as its `value`; a table has it instead of all others then.
    #[param(inline)]
    aggregate: Option<Aggregation>,
    /// What stands for windows of which nothing is known.
    #[serde(default)]
    #[param(inline)]
    fill: Fill,
    /// As what had been received by this minute would have answered; what is known now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<UtcMillis>,
    /// Most items of the answer.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 10000)]
    limit: Option<Limit>,
    /// The `next` of the answer before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// What stands for a window of which nothing is known. Nothing is made up: missing is not zero, nor what was before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Fill {
    /// Nothing: it is left out.
    #[default]
    None,
    /// A window without figures, so that windows follow each other without a gap.
    Null,
}

/// Values of one property in the order of time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeriesAnswer {
    /// Whose.
    scope: ScopeName,
    /// Of which property.
    property: String,
    /// Its UCUM code.
    unit: String,
    /// How finely.
    step: Step,
    /// The figure that is each window's `value`; absent if none was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    aggregate: Option<Aggregation>,
    /// How its figures are made.
    method: MethodName,
    /// Of counts, the newest count by hand beside one of the counters; null if there is none.
    control: Option<Control>,
    /// Windows, or readings for step raw.
    items: Items,
    /// Of step raw, readings that were counted and can be had no more; absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<Missing>,
    /// Give this back as `cursor` for more; null at the end.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// What a series is made of.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = SeriesItems)]
pub(crate) enum Items {
    /// One for each window of which something is known.
    Windows(Vec<Window>),
    /// One for each reading.
    Readings(Vec<RawItem>),
}

/// The course of a property: windows, or the readings themselves.
#[utoipa::path(get, path = "/api/v1/series", tag = "values", params(Wanted), responses(
    (status = 200, description = "In the order of time.", body = SeriesAnswer),
    (status = 410, description = "All of these readings, or quarters of an hour, have passed retention.", body = Problem, content_type = "application/problem+json"),
    Refused,
))]
pub(crate) async fn series(
    State(state): State<ApiState>,
    asker: Asker,
    Question(wanted, form): Question<Wanted>,
) -> Result<Response, Problem> {
    state.ask(move |parts| form.give(parts, &answer(parts, &asker, &wanted)?)).await
}

fn answer(parts: &Parts, asker: &Asker, wanted: &Wanted) -> Result<SeriesAnswer, Problem> {
    let inputs = parts.queries.inputs(wanted.as_of)?;
    let asked = Asked::new((&parts.fold(), &inputs.registry), asker, wanted)?;
    wanted.check_figures(&asked.property)?;
    let limit = wanted.limit.unwrap_or_default();
    let (items, missing, next) = match wanted.step.windows() {
        None => asked.readings(parts, limit)?,
        Some(step) => {
            let (items, next) = asked.windows(parts, step, limit, wanted)?;
            (items, None, next)
        }
    };
    let Asked { name: scope, property, .. } = asked;
    let method = if wanted.step == Step::Raw { methods::READING } else { methods::of_windows(&property) }.into();
    let is_counted_by_hand = [IN, OUT].contains(&property.id.as_str());
    let control = if is_counted_by_hand { control(parts, &scope, wanted.as_of)? } else { None };
    let ObservedProperty { id: property, unit, .. } = property;
    let Wanted { step, aggregate, .. } = *wanted;
    Ok(SeriesAnswer { scope, property, unit, step, aggregate, method, control, items, missing, next })
}

impl Wanted {
    /// Whether what is asked for has these figures.
    fn check_figures(&self, property: &ObservedProperty) -> Result<(), Problem> {
        let (raw, figures) = (self.step == Step::Raw, self.aggregate.is_some() || self.fill != Fill::None);
        if raw && figures {
            let detail = "aggregate, fill: readings have neither";
            return Err(Problem::parameter(detail, "leave them out, or ask for windows with step=15m, 1h or longer"));
        }
        let levels = matches!(self.aggregate, Some(Aggregation::Mean | Aggregation::Min | Aggregation::Max));
        if levels && property.kind == Kind::IntervalCount {
            let detail = format!("aggregate: {} is counted, so its windows have a sum and no levels", property.id);
            return Err(Problem::parameter(detail, "ask for aggregate=sum or aggregate=count"));
        }
        if self.aggregate == Some(Aggregation::Sum) && property.mean == Mean::Energy {
            let detail = format!("aggregate: levels of {} are not summed", property.id);
            return Err(Problem::parameter(detail, "ask for aggregate=mean, min, max or count"));
        }
        Ok(())
    }
}

/// [`Wanted`], looked up.
struct Asked {
    name: ScopeName,
    /// None of a thing that never sent.
    scope: Option<Scope>,
    property: ObservedProperty,
    channel: Option<u8>,
    span: Span,
    /// Readings at the span's first instant that were given already.
    given: usize,
    as_of: Option<UtcMillis>,
    published: Published,
}

impl Asked {
    fn new((fold, registry): (&Fold, &Registry), asker: &Asker, wanted: &Wanted) -> Result<Self, Problem> {
        let name = scope_name(registry, [&wanted.device, &wanted.pole, &wanted.zone])?;
        let property = scope::property_named(registry, &wanted.property)?.clone();
        asker.check((fold, registry), &name, &property)?;
        if property.kind == Kind::TotalCount && wanted.step != Step::Raw {
            return Err(total_has_no_windows(registry, &property));
        }
        let span = Span::new(wanted.from, wanted.to, fold.position().1, wanted.step)?.kept(fold, wanted.step)?;
        let channel = wanted.channel.map(|channel| channel.0 as u8);
        let (span, given) = span.after(wanted.cursor.as_ref())?;
        let (scope, published, as_of) = (name.number(fold), asker.published(registry, &name), wanted.as_of);
        Ok(Self { scope, name, property, channel, span, given, as_of, published })
    }

    fn windows(
        &self,
        parts: &Parts,
        step: smartpole_store::Step,
        limit: Limit,
        Wanted { aggregate, fill, .. }: &Wanted,
    ) -> Result<(Items, Option<Cursor>), Problem> {
        let (Span { from, to }, next) = self.span.page(step, limit);
        let Some(scope) = self.scope else { return Ok((Items::Windows(Vec::new()), next)) };
        let wanted = smartpole_store::Wanted {
            scope,
            property: self.property.number,
            channel: self.channel,
            from,
            to,
            step,
            as_of: self.as_of,
        };
        let windows = match fill {
            Fill::None => parts.queries.windows(&wanted)?,
            Fill::Null => parts.queries.every_window(&wanted)?,
        };
        let figures = |window: Window| match aggregate {
            Some(of) => window.with_value(*of),
            None => window,
        };
        let windows = windows.iter().filter(|window| self.published.holds(window.start));
        let windows = windows.map(|window| figures(Window::new(&self.property, window)));
        let mut windows: Vec<Window> = windows.collect();
        peer_marks::mark(parts, &wanted, &self.property, &mut windows)?;
        Ok((Items::Windows(windows), next))
    }
}

/// Whose values are wanted, by the parameters `device`, `pole`, `zone`, of which one is given.
pub(super) fn scope_name(registry: &Registry, given: [&Option<String>; 3]) -> Result<ScopeName, Problem> {
    let (kind, id) = match given {
        [Some(id), None, None] => (ScopeKind::Device, id),
        [None, Some(id), None] => (ScopeKind::Pole, id),
        [None, None, Some(id)] => (ScopeKind::Zone, id),
        _ => return Err(Problem::parameter("device, pole, zone: not exactly one is given", "give one of the three")),
    };
    match kind {
        ScopeKind::Device => scope::device_named(registry, id)?,
        ScopeKind::Pole => scope::pole_named(registry, id)?,
        ScopeKind::Zone => scope::zone_named(registry, id)?,
    };
    Ok(ScopeName { kind, id: id.clone() })
}

/// A total is asked for windows.
pub(super) fn total_has_no_windows(registry: &Registry, total: &ObservedProperty) -> Problem {
    let counts = total.counts.and_then(|number| registry.properties.get(number)).map_or("", |property| &property.id);
    let detail = format!("property, step: the total {} has no windows, its differences are {counts}", total.id);
    Problem::parameter(detail, format!("ask for property={counts}, or for step=raw"))
}
