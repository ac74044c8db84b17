//! `GET /api/v1/live`

use std::{convert::Infallible, time::Duration};

use axum::{
    Extension,
    extract::State,
    http::{HeaderName, header},
    response::{
        IntoResponse, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::{Stream, StreamExt, stream};

use crate::{
    ApiState,
    asker::{Asker, Proof},
    live::{Sight, Viewer, Wanted},
    problem::{Problem, Refused},
    query::Params,
    scope,
};

/// Shorter than the patience of proxies.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// What happens, as server-sent events.
///
/// `reading`: a `LatestItem`. `window`: a `WindowEvent`. `ledger`: once a second a `LedgerEvent`. `gap`: a `Gap`, when events
/// were missed because this client is slow, asks for no more or more happens than can be shown. The public gets nothing of devices that count persons,
/// and no `ledger`.
#[utoipa::path(get, path = "/api/v1/live", tag = "values", params(Wanted), responses(
    (status = 200, description = "The stream.", body = String, content_type = "text/event-stream"),
    Refused,
))]
pub(crate) async fn live(
    State(state): State<ApiState>,
    asker: Asker,
    Extension(proof): Extension<Option<Proof>>,
    Params(wanted): Params<Wanted>,
) -> Result<impl IntoResponse, Problem> {
    let checked = state.ask(move |parts| {
        let inputs = std::sync::Arc::clone(parts.fold().inputs());
        for pole in [&wanted.pole, &wanted.always].into_iter().flatten() {
            scope::pole_named(&inputs.registry, pole)?;
        }
        let property = wanted.property.as_ref().map(|id| scope::property_named(&inputs.registry, id)).transpose()?;
        if let Some(property) = property.filter(|property| !asker.may_see(property)) {
            return Err(Problem::withheld(&property.id));
        }
        Ok((Sight::of(&asker, &inputs.registry), wanted))
    });
    let (sight, wanted) = checked.await?;
    let viewer = state.hub.viewer(sight, wanted)?;
    let events = events(viewer).take_until(Box::pin(end(state, proof)));
    let sse = Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    let unbuffered = (HeaderName::from_static("x-accel-buffering"), "no");
    Ok(([(header::CACHE_CONTROL, "no-cache"), (unbuffered.0, unbuffered.1)], sse))
}

/// Comes with the end of the service, or of what proves whose the stream is.
async fn end(state: ApiState, proof: Option<Proof>) {
    let closing = state.closing.clone();
    tokio::select! {
        () = closing.cancelled() => {}
        () = async { match proof {
            Some(proof) => proof.ends(state).await,
            None => std::future::pending().await,
        } } => {}
    }
}

fn events(viewer: Viewer) -> impl Stream<Item = Result<Event, Infallible>> {
    let batches = stream::unfold(viewer, |mut viewer| async move {
        let events = viewer.next().await?;
        Some((stream::iter(events), viewer))
    });
    batches.flatten().map(|event| Ok(Event::default().event(event.name).data(event.data)))
}
