//! `GET /api/v1/export`

mod asked;
mod form;
mod unsent;

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, Uri, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use smartpole_model::UtcMillis;
use utoipa::{IntoParams, ToSchema};

use crate::{
    ApiState,
    asker::{Asker, Client},
    csv::Dialect,
    export::{Export, Format},
    list::Channel,
    problem::{Problem, Refused},
    query::Params,
    span::Step,
};
use asked::Asked;

/// What is wanted, of whom, and when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Readings as they were measured, or windows.
    #[param(inline)]
    what: What,
    /// Id of a device. Give one of `device`, `pole` and `zone`; operators may leave all three out, for the whole city.
    device: Option<String>,
    /// Id of a pole.
    pole: Option<String>,
    /// Id of a zone.
    #[param(example = "altstadt")]
    zone: Option<String>,
    /// Of windows: those of each pole, or of each device, instead of those of the whole. Windows as GeoJSON are of each pole.
    #[param(inline)]
    each: Option<Each>,
    /// Ids of properties, with commas between; all that there are if left out. Readings are of what devices send: where counters send
    /// totals alone, of `people_in_total`.
    #[param(example = "pm2_5,no2")]
    property: Option<String>,
    /// One channel; all if left out.
    #[param(value_type = Option<u8>)]
    channel: Option<Channel>,
    /// First instant; a day before `to` if left out. It need not be near.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<UtcMillis>,
    /// First instant after; now if left out.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<UtcMillis>,
    /// Of windows: how long they are.
    #[param(inline)]
    step: Option<Step>,
    /// As what had been received by this minute would have answered. Without it, what is received meanwhile may be in it.
    #[param(value_type = Option<String>, format = DateTime)]
    as_of: Option<UtcMillis>,
    /// The form of the file, whatever `Accept` says.
    #[param(inline)]
    format: Option<Format>,
    /// How CSV is written.
    #[param(inline)]
    csv: Option<Dialect>,
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum What {
    /// A value that a device measured, and as what it counts.
    Readings,
    /// A window.
    Windows,
}

/// Whose windows, within what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Each {
    /// Those of each pole.
    Pole,
    /// Those of each device.
    Device,
}

/// Months of readings or windows as one file.
///
/// It is made while it is sent, in pieces, so its length is not known before, and its size does not matter to the service. Readings come by
/// quarter of an hour, then by device, then by event time; windows by start. To go on after a download that broke off, take the rows of the
/// last quarter (of windows: of the last `start`) out and ask with `from` its beginning. A file that is not whole ends without the last
/// chunk (RFC 9112, 7.1). Where a history keeps older readings, those of the file's quarters of an hour that it has lost are counted: at the
/// end in the trailer `Smartpole-Missing`, which clients get that send `TE: trailers`; in the member `missing` of a FeatureCollection; under
/// `smartpole-missing` in the footer of Parquet. A client that takes less than 64 KiB in a minute is cut off; some exports run at once, more get 503, as does a second one
/// of the public to the same address. The public gets what it gets of `/api/v1/series`, and names a place.
#[utoipa::path(get, path = "/api/v1/export", tag = "values", params(Wanted), responses(
    (status = 200, description = "The file.", content(
        (String = "text/csv"), (Object = "application/geo+json"), (Vec<u8> = "application/vnd.apache.parquet")
    )),
    (status = 406, description = "`Accept` names none of the three forms.", body = Problem, content_type = "application/problem+json"),
    Refused,
))]
pub(crate) async fn export(
    State(state): State<ApiState>,
    asker: Asker,
    Extension(client): Extension<Client>,
    uri: Uri,
    headers: HeaderMap,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Problem> {
    let (format, dialect) = form::of(&wanted, &headers)?;
    let slot = state.exports.take(&asker, &client)?;
    let made = state.ask(move |parts| {
        let asked = Asked::new(parts, &asker, &wanted, format)?;
        let rows = asked.rows();
        let encoder = format.encoder(rows.columns(), dialect)?;
        let citation = asked.citation(parts, &asker, &uri);
        let headers = asked.headers(parts, &asker, &uri, (format, &citation))?;
        Ok((Export { rows, encoder, citation, slot }, headers))
    });
    let (export, headers) = made.await?;
    let body = export.body(state.parts.clone(), state.closing.clone());
    Ok(([(header::CONTENT_TYPE, format.content_type())], headers, body).into_response())
}
