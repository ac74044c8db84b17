//! `GET /api/v1/sites`
//!
//! ```text
//! zone or pole ──► Site: its poles, its counters ──► footfall, air, noise, parking, heat ──► SiteFigure or Missing each ──► beside: Comparable
//! ```

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use smartpole_method::methods;
use smartpole_model::{UtcMillis, registry::CountRule};
use utoipa::{IntoParams, ToSchema};

use crate::{
    ApiState, Parts,
    problem::{Problem, Refused},
    representation::Question,
    routes::{footfall::Why, method::MethodName},
    scope::ScopeKind,
    span::Span,
};

mod air;
mod beside;
mod figure;
mod footfall;
mod heat;
mod noise;
mod parking;
mod place;
mod table;

use figure::SiteFigure;
use place::Site;

/// How long a span is if no `from` is given.
const DEFAULT_MS: i64 = 28 * DAY_MS;
const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;
/// Most days of all poles of all sites together.
const MOST_POLE_DAYS: i64 = 10_000;

/// Which sites, and when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Ids of two to six zones or poles, by commas apart, or `all`: every zone that is a `place`, and every place whose series are
    /// somebody else's.
    #[param(example = "am-markt,muensterplatz")]
    sites: String,
    /// First instant; 28 days before `to` if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<UtcMillis>,
    /// First instant after; now if left out. All poles together at most 10,000 days.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<UtcMillis>,
    /// As what had been received by this minute would have answered; what is known now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<UtcMillis>,
}

/// Sites beside each other.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sites {
    /// How figures are made.
    method: MethodName,
    /// First instant of the time asked about.
    #[schema(value_type = String, format = DateTime)]
    from: UtcMillis,
    /// First instant after it.
    #[schema(value_type = String, format = DateTime)]
    to: UtcMillis,
    /// In the order asked for.
    items: Vec<SiteItem>,
    /// Whether the sites may be compared by a figure, one for each.
    comparable: Vec<Comparable>,
}

/// A site: a zone or a pole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SiteItem {
    /// Its id.
    #[schema(example = "am-markt")]
    site: String,
    /// A zone or a pole.
    kind: ScopeKind,
    /// Its name.
    name: String,
    /// How its crossings are counted; of a pole `cross_section`.
    #[schema(value_type = String, example = "cross_section")]
    rule: CountRule,
    /// Whose series these are; null of the city's own.
    provider: Option<String>,
    /// The same ones for every site, in the same order.
    figures: Vec<SiteFigure>,
}

/// Whether sites may be compared by a figure.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Comparable {
    /// What figure.
    #[schema(value_type = String, example = "crossings_per_saturday")]
    figure: &'static str,
    /// Whether all sites may be compared by it.
    comparable: bool,
    /// Why not, if so.
    not_comparable: Option<Why>,
}

/// What is asked of every site.
struct Asked<'a> {
    parts: &'a Parts,
    span: Span,
    as_of: Option<UtcMillis>,
    /// The instant asked about.
    now: UtcMillis,
}

/// Candidate sites beside each other: footfall in opening hours, air, noise, parking and heat, with coverage and what is missing.
#[utoipa::path(get, path = "/api/v1/sites", tag = "values", params(Wanted), responses(
    (status = 200, description = "In the order asked for.", body = Sites),
    Refused,
))]
pub(crate) async fn sites(
    State(state): State<ApiState>,
    Question(wanted, form): Question<Wanted>,
) -> Result<Response, Problem> {
    state.ask(move |parts| form.give(parts, &answer(parts, &wanted)?)).await
}

fn answer(parts: &Parts, wanted: &Wanted) -> Result<Sites, Problem> {
    let now = parts.queries.at(wanted.as_of);
    let span = Span::of((wanted.from, wanted.to), now.plus(1), DEFAULT_MS)?;
    let inputs = parts.queries.inputs(wanted.as_of)?;
    let sites = place::sites((&parts.fold(), &inputs.registry), &wanted.sites, span)?;
    check_cost(&sites, span)?;
    let asked = Asked { parts, span, as_of: wanted.as_of, now };
    let items: Vec<SiteItem> = sites.into_iter().map(|site| asked.item(site)).collect::<Result<_, _>>()?;
    let comparable = beside::comparable(&items);
    Ok(Sites { method: methods::SITES_BESIDE.into(), from: span.from, to: span.to, items, comparable })
}

fn check_cost(sites: &[Site], span: Span) -> Result<(), Problem> {
    let poles: usize = sites.iter().map(|site| site.place.poles.len()).sum();
    let days = span.to.since(span.from) / DAY_MS;
    if days.saturating_mul(poles as i64) <= MOST_POLE_DAYS {
        return Ok(());
    }
    let detail = format!("from, to: {days} days of {poles} poles are more than {MOST_POLE_DAYS} days in all");
    Err(Problem::parameter(detail, "ask for a shorter span, or for fewer or smaller sites"))
}

impl Asked<'_> {
    fn item(&self, site: Site) -> Result<SiteItem, Problem> {
        let mut figures = footfall::figures(self, &site)?;
        figures.extend(air::figures(self, &site)?);
        figures.extend(noise::figures(self, &site)?);
        figures.push(parking::figure(self, &site)?);
        figures.extend(heat::figures(self, &site)?);
        figures.iter_mut().for_each(|figure| figure.sensing = site.sensing(figure.measured));
        let Site { place, name, rule, provider, .. } = site;
        Ok(SiteItem { site: place.name.id, kind: place.name.kind, name, rule, provider, figures })
    }

    /// How many hours of the span are over.
    fn hours(&self) -> i64 {
        self.span.to.min(self.now).since(self.span.from).max(0) / HOUR_MS
    }
}
