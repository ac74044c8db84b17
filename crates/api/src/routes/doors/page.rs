//! The pages of forms.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::super::catalog::{
    html::{Page, escaped},
    pages::{self, Language},
};

/// A page with a form on it, and what was wrong with what was sent.
pub(super) struct FormPage {
    pub(super) language: Language,
    pub(super) status: StatusCode,
    pub(super) title: &'static str,
    /// What is wrong, as text.
    pub(super) wrong: Option<String>,
    /// Where it is in another language; empty: where it is, as its address may hold a secret.
    pub(super) path: &'static str,
    /// HTML.
    pub(super) body: String,
}

impl IntoResponse for FormPage {
    fn into_response(self) -> Response {
        let Self { language, status, title, wrong, path, body } = self;
        let wrong = wrong.map_or_else(String::new, |wrong| {
            format!("<p class=\"wrong\" role=\"alert\" id=\"wrong\">{}</p>", escaped(&wrong))
        });
        let page = Page { language, title: title.to_owned(), path: path.to_owned(), body: wrong + &body, linked: None };
        (status, pages::page(&page)).into_response()
    }
}

/// A field with its label, and a hint if there is one.
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    pub(super) kind: &'a str,
    /// What a browser may fill in (HTML 4.10.18.7).
    pub(super) fills: &'a str,
    pub(super) value: &'a str,
    pub(super) hint: &'a str,
}

impl Field<'_> {
    pub(super) fn html(&self, form: &str) -> String {
        let Self { name, label, kind, fills, value, hint } = self;
        let (id, value) = (format!("{form}-{name}"), escaped(value));
        let (described, hint) = match hint.is_empty() {
            true => (String::new(), String::new()),
            false => {
                (format!(" aria-describedby=\"{id}-hint\""), format!("<p class=\"hint\" id=\"{id}-hint\">{hint}</p>"))
            }
        };
        format!(
            "<label for=\"{id}\">{label}</label>{hint}<input id=\"{id}\" name=\"{name}\" type=\"{kind}\" autocomplete=\"{fills}\" value=\"{value}\" required{described}>"
        )
    }
}

/// A form with a button; without an address it is sent to where it came from.
pub(super) fn form(to: &str, fields: &str, button: &str) -> String {
    let action = if to.is_empty() { String::new() } else { format!(" action=\"{to}\"") };
    format!("<form method=\"post\"{action}>{fields}<button>{button}</button></form>")
}
