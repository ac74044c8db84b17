//! `GET /healthz`

/// The process lives.
#[utoipa::path(get, path = "/healthz", tag = "operation", responses((status = 200, description = "It does.", body = String)))]
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}
