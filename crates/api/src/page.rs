//! The page and all that it needs, inside the binary.

use std::borrow::Cow;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

use crate::{ApiState, cache::Tag, problem::Problem, routes::first_words};

#[derive(RustEmbed)]
#[folder = "web/"]
#[exclude = "tests/*"]
#[exclude = "*.md"]
#[exclude = "package.json"]
struct Files;

/// Widgets that other sites show in a frame; one file reads from its address which it is.
const EMBEDDED: [&str; 3] = ["embed/tile", "embed/chart", "embed/map"];

/// Who may show an answer in a frame, for [`guard`].
#[derive(Clone)]
struct FrameAncestors(String);

/// `/` is `index.html`, `/js/main.js` is `js/main.js`, `/embed/tile` is `embed.html`.
pub(crate) async fn file(State(state): State<ApiState>, uri: Uri, headers: HeaderMap) -> Response {
    let asked = uri.path().trim_start_matches('/');
    let is_embedded = EMBEDDED.contains(&asked);
    let path = match asked {
        "" => "index.html",
        _ if is_embedded => "embed.html",
        path => path,
    };
    let Some(file) = Files::get(path) else { return Problem::no_such_page(uri.path()).into_response() };
    if path == "index.html" {
        return home(&state, &file, uri.query().unwrap_or_default(), &headers).await;
    }
    let mut response = answer(path, &file.metadata.sha256_hash(), file.data, &headers);
    if is_embedded {
        response.extensions_mut().insert(FrameAncestors(state.parts.publish.frame_ancestors()));
    }
    response
}

/// The page with its first words, which are part of its tag.
async fn home(state: &ApiState, file: &EmbeddedFile, query: &str, headers: &HeaderMap) -> Response {
    let page = first_words::with_words(state, &String::from_utf8_lossy(&file.data), query).await;
    answer("index.html", &Sha256::digest(&page), page.into_bytes().into(), headers)
}

fn answer(path: &str, hash: &[u8], content: Cow<'static, [u8]>, asked: &HeaderMap) -> Response {
    let tag = Tag::hashed(hash);
    let headers = [
        (header::CONTENT_TYPE, content_type(path).to_owned()),
        (header::CACHE_CONTROL, cache_control(path).to_owned()),
        (header::ETAG, tag.as_str().to_owned()),
    ];
    if tag.is_known(asked) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, content).into_response()
}

/// Files have no version in their names, so they are asked for anew; a font never changes under its name.
fn cache_control(path: &str) -> &'static str {
    if path.starts_with("fonts/") { "public, max-age=604800" } else { "no-cache" }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("geojson") => "application/geo+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("wasm") => "application/wasm",
        Some("webmanifest") => "application/manifest+json",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// No page of ours asks a browser for any of it.
const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), bluetooth=(), midi=(), \
    accelerometer=(), gyroscope=(), magnetometer=(), display-capture=(), browsing-topics=()";

/// What a browser may do with any answer: nothing that stands in markup runs or styles. MapLibre styles elements by script, which is
/// allowed, and shows tiles from blobs.
pub(crate) async fn guard(mut response: Response) -> Response {
    const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
        object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";
    let framed = response.extensions().get::<FrameAncestors>();
    let policy = framed.and_then(|FrameAncestors(origins)| {
        HeaderValue::try_from(POLICY.replace("frame-ancestors 'self'", &format!("frame-ancestors {origins}"))).ok()
    });
    let is_framed = framed.is_some();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy.unwrap_or(HeaderValue::from_static(POLICY)));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("permissions-policy", HeaderValue::from_static(PERMISSIONS));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    let whose = if is_framed { "cross-origin" } else { "same-origin" };
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static(whose));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_page_has_a_type() {
        for path in Files::iter() {
            assert_ne!(content_type(&path), "application/octet-stream", "{path}");
        }
    }
}
