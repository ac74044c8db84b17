//! What a form sends.

use axum::{
    body::to_bytes,
    extract::{FromRequest, Request},
    http::header,
};

use crate::{asker::routes::decoded, problem::Problem};

/// Most bytes of a form.
const MOST: usize = 8 << 10;

/// Fields by their names. It may hold a password, so it is not printed.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// What a field holds; nothing if it is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Those of an encoded text.
    pub(super) fn read(text: &str) -> Self {
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        Self(pairs.map(|(key, value)| (decoded(key), decoded(value))).collect())
    }
}

impl<S: Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let kind =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("application/x-www-form-urlencoded") {
            return Err(Problem::no_form());
        }
        let bytes = to_bytes(request.into_body(), MOST).await.map_err(|_| Problem::body_of(MOST))?;
        Ok(Self::read(&String::from_utf8_lossy(&bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_a_browser_writes_it() {
        let form = Form::read("name=Eva+M%C3%BCller&password=a%26b%3Dc%25&empty=");
        assert_eq!(["name", "password", "empty", "other"].map(|name| form.get(name)), ["Eva Müller", "a&b=c%", "", ""]);
    }
}
