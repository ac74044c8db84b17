//! How long a request's head may be.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::problem::Problem;

/// Most bytes of an address, and of all headers together.
pub(crate) const MOST: usize = 16 << 10;

/// Refuses addresses and headers that are longer than any that is of use here.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let address = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    if address > MOST {
        return Problem::long_address(MOST).into_response();
    }
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers > MOST {
        return Problem::long_headers(MOST).into_response();
    }
    next.run(request).await
}
