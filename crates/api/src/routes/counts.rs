//! `GET /api/v1/counts`: what persons counted by hand, and what the counter beside them did.

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use smartpole_method::{
    calendar::date_and_hour,
    compare::{change_permille, is_covered},
    methods,
};
use smartpole_model::{Inputs, Registry, UtcMillis, registry::ManualCount};
use smartpole_pipeline::Scope;
use smartpole_store::Step;
use utoipa::{IntoParams, ToSchema};

use super::{
    footfall::{IN, OUT},
    series::scope_name,
};
use crate::{
    ApiState, Parts,
    citation::Stretch,
    csv::{Cell, Rows, Writer},
    list::List,
    number::{self, Exact},
    problem::{Problem, Refused},
    representation::Question,
    routes::method::MethodName,
    scope::{ScopeKind, ScopeName},
};

mod reconciled;

pub(super) use reconciled::{__path_reconciled, reconciled};

/// Most counts of one answer: each asks for the windows of its span.
const MOST: usize = 1_000;

/// Whose counters. Give one of `device`, `pole` and `zone`.
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
    /// As what had been received by this minute would have answered; what is known now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<UtcMillis>,
}

/// A control count (Kontrollzählung).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CountItem {
    /// Id of the counter.
    device: String,
    /// Its channel.
    channel: u8,
    /// First instant.
    #[schema(value_type = String, format = DateTime)]
    from: UtcMillis,
    /// First instant after.
    #[schema(value_type = String, format = DateTime)]
    to: UtcMillis,
    /// Who counted by hand.
    counted_by: String,
    /// What was counted by hand.
    manual: Passed,
    /// What the counter counted, as it is known now; null where it is not known.
    counted: Passed,
    /// Part of the counter's expected reports that came, 0 to 1.
    #[schema(value_type = f64, minimum = 0, maximum = 1)]
    coverage: Exact,
    /// By how much the counter is above the count by hand, both directions together, in thousandths of it; null below 90 % coverage,
    /// and if nobody passed.
    deviation_permille: Option<i64>,
}

/// Crossings of a line.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct Passed {
    /// In.
    r#in: Option<i64>,
    /// Out.
    out: Option<i64>,
}

/// How far one of the counters can be believed: its newest control count.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Control {
    /// Id of the counter.
    device: String,
    /// The day of the count, in Europe/Berlin.
    #[schema(format = Date)]
    date: String,
    /// By how much the counter was above the count by hand, in thousandths of it.
    deviation_permille: i64,
}

/// Counts by hand beside those of the counters, the newest first.
#[utoipa::path(get, path = "/api/v1/counts", tag = "values", params(Wanted), responses(
    (status = 200, description = "By `counts.csv`, at most 1,000.", body = List<CountItem>),
    Refused,
))]
pub(crate) async fn counts(
    State(state): State<ApiState>,
    Question(wanted, form): Question<Wanted>,
) -> Result<Response, Problem> {
    state.ask(move |parts| form.give(parts, &answer(parts, &wanted)?)).await
}

fn answer(parts: &Parts, wanted: &Wanted) -> Result<List<CountItem>, Problem> {
    let inputs = parts.queries.inputs(wanted.as_of)?;
    let scope = scope_name(&inputs.registry, [&wanted.device, &wanted.pole, &wanted.zone])?;
    let counts = newest_first(&inputs, &scope).into_iter().take(MOST);
    let items = counts.map(|count| item(parts, &inputs, count, wanted.as_of)).collect::<Result<_, _>>()?;
    Ok(List::whole(items))
}

/// The newest control count of the counters of a scope that says how far one is off, as of an instant.
pub(super) fn control(parts: &Parts, scope: &ScopeName, as_of: Option<UtcMillis>) -> Result<Option<Control>, Problem> {
    let inputs = parts.queries.inputs(as_of)?;
    for count in newest_first(&inputs, scope) {
        let item = item(parts, &inputs, count, as_of)?;
        if let Some(deviation_permille) = item.deviation_permille {
            let date = date_and_hour(item.from).0.to_string();
            return Ok(Some(Control { device: item.device, date, deviation_permille }));
        }
    }
    Ok(None)
}

fn newest_first<'a>(inputs: &'a Inputs, scope: &ScopeName) -> Vec<&'a ManualCount> {
    let registry = &inputs.registry;
    let mut counts: Vec<&ManualCount> =
        registry.counts.iter().filter(|count| belongs(registry, count, scope)).collect();
    counts.sort_by_key(|count| std::cmp::Reverse((count.to, count.from)));
    counts
}

/// Whether the counter was in the scope when it was counted beside.
fn belongs(registry: &Registry, count: &ManualCount, scope: &ScopeName) -> bool {
    let device = &registry.devices[count.device];
    let pole = &registry.poles[device.at(count.from).pole];
    match scope.kind {
        ScopeKind::Device => device.id == scope.id,
        ScopeKind::Pole => pole.id == scope.id,
        ScopeKind::Zone => pole.zones.iter().any(|zone| registry.zones[*zone].id == scope.id),
    }
}

fn item(parts: &Parts, inputs: &Inputs, count: &ManualCount, as_of: Option<UtcMillis>) -> Result<CountItem, Problem> {
    let id = &inputs.registry.devices[count.device].id;
    let device = parts.fold().device_no(id).map(Scope::Device);
    let mut counted = [None, None];
    let mut reports = (0, 0);
    for (passed, property) in counted.iter_mut().zip([IN, OUT]) {
        let Some((scope, property)) = device.zip(inputs.registry.properties.by_id(property)) else { continue };
        let ManualCount { channel, from, to, .. } = *count;
        let (property, channel) = (property.number, Some(channel));
        let wanted = smartpole_store::Wanted { scope, property, channel, from, to, step: Step::Quarter, as_of };
        for aggregate in parts.queries.windows(&wanted)?.iter().map(|window| window.aggregate) {
            if aggregate.knows_sum() {
                *passed = Some(passed.unwrap_or(0) + aggregate.sum);
            }
            reports.0 += aggregate.count;
        }
        let sensors = parts.queries.counters(scope, (&[property], channel), as_of)?;
        reports.1 += sensors.expected_throughout((from, to));
    }
    let [passed_in, passed_out] = counted;
    let (manual, known) = (count.passed_in + count.passed_out, passed_in.unwrap_or(0) + passed_out.unwrap_or(0));
    Ok(CountItem {
        device: id.clone(),
        channel: count.channel,
        from: count.from,
        to: count.to,
        counted_by: count.counted_by.clone(),
        manual: Passed { r#in: Some(count.passed_in), out: Some(count.passed_out) },
        counted: Passed { r#in: passed_in, out: passed_out },
        coverage: number::share(reports.0, reports.1),
        deviation_permille: is_covered(reports.0, reports.1).then(|| change_permille(known, manual)).flatten(),
    })
}

impl Rows for CountItem {
    fn methods() -> Vec<MethodName> {
        vec![methods::CONTROL_COUNT.into()]
    }

    fn stretch(&self) -> Option<Stretch> {
        Some(Stretch { start: self.from, end: self.to, coverage: Some(self.coverage) })
    }

    fn write(items: &[Self], out: &mut Writer) -> csv::Result<()> {
        let columns = [
            "device",
            "channel",
            "from",
            "from_local",
            "to",
            "to_local",
            "counted_by",
            "manual_in",
            "manual_out",
            "counted_in",
            "counted_out",
            "coverage",
            "deviation_permille",
        ];
        let rows = items.iter().map(|item| {
            let ([from, from_local], [to, to_local]) = (Cell::instant(item.from), Cell::instant(item.to));
            [
                item.device.as_str().into(),
                u32::from(item.channel).into(),
                from,
                from_local,
                to,
                to_local,
                item.counted_by.as_str().into(),
                item.manual.r#in.into(),
                item.manual.out.into(),
                item.counted.r#in.into(),
                item.counted.out.into(),
                item.coverage.into(),
                item.deviation_permille.into(),
            ]
        });
        out.table(columns, rows)
    }
}
