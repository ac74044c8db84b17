//! `GET /api/v1/calendar`

use axum::{extract::State, response::Response};
use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use smartpole_method::calendar::{
    Holiday, SpecialDay, SundayOpenings, date_and_hour, is_school_holiday, opening_hours, public_holiday, special_day,
};
use smartpole_model::{UtcMillis, weekday_word};
use utoipa::{IntoParams, ToSchema};

use crate::{
    ApiState, Parts,
    csv::{Cell, Rows, Writer},
    list::List,
    problem::{Problem, Refused},
    representation::Question,
};

/// Most days of one answer.
const MOST_DAYS: i32 = 3_660;

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// First day; today in Europe/Berlin if left out.
    #[param(format = Date, example = "2026-11-28")]
    from: Option<String>,
    /// First day after; seven days after `from` if left out.
    #[param(format = Date)]
    to: Option<String>,
}

/// What kind of day one is, in a town in North Rhine-Westphalia.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CalendarDay {
    /// The day, in Europe/Berlin.
    #[schema(format = Date)]
    date: String,
    /// `monday` to `sunday`.
    #[schema(value_type = String, example = "saturday")]
    weekday: &'static str,
    /// Its week by ISO 8601, as 2026-W53.
    week: String,
    /// Which public holiday it is.
    #[schema(value_type = Option<String>, example = "corpus_christi")]
    public_holiday: Option<&'static str>,
    /// Which special day it is: no holiday, and still unlike others in a street.
    #[schema(value_type = Option<String>, example = "christmas_eve")]
    special_day: Option<&'static str>,
    /// Whether it is in the school holidays; null where that is not known here.
    school_holiday: Option<bool>,
    /// Whether shops may open though it is a Sunday, by `calendar.toml`.
    sunday_opening: bool,
    /// The hours that `hours=open` counts; null if there are none.
    open: Option<Open>,
}

/// Opening hours of shops, by convention: Monday to Saturday 10 to 20, Sunday openings 13 to 18, none on public holidays.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Open {
    /// First instant.
    #[schema(value_type = String, format = DateTime)]
    from: UtcMillis,
    /// First instant after.
    #[schema(value_type = String, format = DateTime)]
    to: UtcMillis,
}

/// What kind of days there are: holidays, school holidays, Sunday openings, opening hours.
#[utoipa::path(get, path = "/api/v1/calendar", tag = "values", params(Wanted), responses(
    (status = 200, description = "A day each, in order.", body = List<CalendarDay>),
    Refused,
))]
pub(crate) async fn calendar(
    State(state): State<ApiState>,
    Question(wanted, form): Question<Wanted>,
) -> Result<Response, Problem> {
    state.ask(move |parts| form.give(parts, &answer(parts, wanted)?)).await
}

fn answer(parts: &Parts, wanted: Wanted) -> Result<List<CalendarDay>, Problem> {
    let fold = parts.fold();
    let openings = &fold.inputs().registry.sunday_openings;
    let from = day("from", wanted.from)?.unwrap_or(date_and_hour(fold.position().1).0);
    let to = day("to", wanted.to)?.unwrap_or(from.saturating_add(7.days()));
    let days = from.until(to).map_or(0, |span| span.get_days());
    if !(1..=MOST_DAYS).contains(&days) {
        let detail = format!("from, to: {from} to {to} are {days} days, not 1 to {MOST_DAYS}");
        return Err(Problem::parameter(detail, "give a `to` after `from`, ten years later at most"));
    }
    let dates = from.series(1.day()).take_while(|date| *date < to);
    Ok(List::whole(dates.map(|date| CalendarDay::new(date, openings)).collect()))
}

/// The day that a parameter names.
fn day(name: &str, text: Option<String>) -> Result<Option<Date>, Problem> {
    let parsed = text.as_deref().map(str::parse::<Date>).transpose();
    parsed.map_err(|_| {
        let shown: String = text.unwrap_or_default().chars().take(40).collect();
        Problem::parameter(format!("{name}: {shown:?} is no day"), "write it as 2026-11-28")
    })
}

impl CalendarDay {
    fn new(date: Date, openings: &SundayOpenings) -> Self {
        let week = date.iso_week_date();
        Self {
            date: date.to_string(),
            weekday: weekday_word(date.weekday()),
            week: format!("{}-W{:02}", week.year(), week.week()),
            public_holiday: public_holiday(date).map(Holiday::id),
            special_day: special_day(date).map(SpecialDay::id),
            school_holiday: is_school_holiday(date),
            sunday_opening: openings.holds(date),
            open: opening_hours(date, openings).map(|span| Open { from: span.from, to: span.to }),
        }
    }
}

impl Rows for CalendarDay {
    fn write(items: &[Self], out: &mut Writer) -> csv::Result<()> {
        let columns = [
            "date",
            "weekday",
            "week",
            "public_holiday",
            "special_day",
            "school_holiday",
            "sunday_opening",
            "open_from",
            "open_from_local",
            "open_to",
            "open_to_local",
        ];
        let rows = items.iter().map(|day| {
            let [from, from_local] = Cell::instant(day.open.as_ref().map(|open| open.from));
            let [to, to_local] = Cell::instant(day.open.as_ref().map(|open| open.to));
            [
                Cell::Date(&day.date),
                day.weekday.into(),
                day.week.as_str().into(),
                day.public_holiday.into(),
                day.special_day.into(),
                day.school_holiday.into(),
                day.sunday_opening.into(),
                from,
                from_local,
                to,
                to_local,
            ]
        });
        out.table(columns, rows)
    }
}
