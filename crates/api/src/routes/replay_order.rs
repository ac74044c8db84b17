//! The body of `POST /api/v1/replays`, field by field, so that what is wrong with it names the field.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use smartpole_model::UtcMillis;
use utoipa::ToSchema;

use crate::{Of, Selection, problem::Problem};

/// What is ordered.
#[derive(Debug, Default, PartialEq, Eq, ToSchema)]
pub(crate) struct Wanted {
    /// Which messages; all in quarantine if left out.
    pub(crate) selection: Selection,
    /// Only say what would change.
    pub(crate) dry_run: bool,
}

/// Reads an order; an empty one is the default.
pub(crate) fn read(body: &[u8]) -> Result<Wanted, Problem> {
    if body.is_empty() {
        return Ok(Wanted::default());
    }
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| Problem::field("", &format!("it is no JSON: {error}"), r#"send {"dry_run":true}"#))?;
    let mut wanted = Wanted::default();
    for (key, value) in fields("", &body)? {
        match key.as_str() {
            "dry_run" => wanted.dry_run = take("dry_run", value, "true or false")?,
            "selection" => wanted.selection = selection(value)?,
            _ => return Err(unknown(key, &["selection", "dry_run"])),
        }
    }
    Ok(wanted)
}

fn selection(value: &Value) -> Result<Selection, Problem> {
    let mut selection = Selection::default();
    for (key, value) in fields("selection", value)? {
        let path = format!("selection.{key}");
        match key.as_str() {
            "of" => selection.of = take(&path, value, "\"quarantined\" or \"all\"")?,
            "reason" => selection.reason = take(&path, value, "a code of GET /api/v1/reasons")?,
            "device" => selection.device = take(&path, value, "the id of a device")?,
            "source" => selection.source = take(&path, value, "the name of a source")?,
            "from" => selection.from = time(&path, value)?,
            "to" => selection.to = time(&path, value)?,
            _ => return Err(unknown(&path, &["of", "reason", "device", "source", "from", "to"])),
        }
    }
    if selection.of == Of::All && selection.reason.is_some() {
        let detail = "only messages in quarantine have a reason";
        return Err(Problem::field("selection.reason", detail, "leave it out, or leave out \"of\":\"all\""));
    }
    if let (Some(from), Some(to)) = (selection.from, selection.to)
        && from >= to
    {
        return Err(Problem::field("selection.to", "it is not after selection.from", "give a later time"));
    }
    Ok(selection)
}

fn fields<'a>(path: &str, value: &'a Value) -> Result<&'a Map<String, Value>, Problem> {
    let wrong = || Problem::field(path, "it is no object", r#"write it as {"…":…}"#);
    value.as_object().ok_or_else(wrong)
}

fn take<T: DeserializeOwned>(path: &str, value: &Value, expected: &str) -> Result<T, Problem> {
    let shown: String = value.to_string().chars().take(64).collect();
    let wrong = |_| Problem::field(path, &format!("it cannot be {shown}"), &format!("give {expected}"));
    serde_json::from_value(value.clone()).map_err(wrong)
}

/// An instant, or the day that begins then (UTC).
fn time(path: &str, value: &Value) -> Result<Option<UtcMillis>, Problem> {
    let expected = "a time as 2026-11-29T10:00:00Z or a day as 2026-11-29";
    let Some(text) = take::<Option<String>>(path, value, expected)? else { return Ok(None) };
    let time = text.parse().or_else(|_| format!("{text}T00:00:00Z").parse());
    time.map(Some).or_else(|_: <UtcMillis as std::str::FromStr>::Err| take(path, value, expected))
}

fn unknown(path: &str, known: &[&str]) -> Problem {
    Problem::field(path, "there is no such field", &format!("use one of {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use expect_test::{Expect, expect};
    use smartpole_model::Reason;

    use super::*;

    #[test]
    fn an_order_without_a_body_means_all_in_quarantine() {
        assert_eq!(read(b"").unwrap(), Wanted::default());
        assert_eq!(read(br#"{"selection":{}}"#).unwrap(), Wanted::default());
    }

    #[test]
    fn times_may_be_days() {
        let body =
            br#"{"dry_run":true,"selection":{"of":"quarantined","reason":"unknown_device","device":"d4","source":"s",
            "from":"2026-11-01","to":"2026-11-02T12:00:00+01:00"}}"#;
        let wanted = read(body).unwrap();
        let at = |text: &str| Some(text.parse().unwrap());
        let expected = Selection {
            of: Of::Quarantined,
            reason: Some(Reason::UnknownDevice),
            device: Some("d4".to_owned()),
            source: Some("s".to_owned()),
            from: at("2026-11-01T00:00:00Z"),
            to: at("2026-11-02T11:00:00Z"),
        };
        assert_eq!(wanted, Wanted { selection: expected, dry_run: true });
    }

    #[track_caller]
    fn refused(body: &str, expect: &Expect) {
        let problem = read(body.as_bytes()).unwrap_err();
        let value = serde_json::to_value(&problem).unwrap();
        assert_eq!(problem.into_response().status(), 400);
        expect.assert_eq(&format!("{} · {}", value["detail"].as_str().unwrap(), value["remedy"].as_str().unwrap()));
    }

    #[test]
    fn what_is_wrong_with_an_order_names_the_field() {
        refused(
            "{",
            &expect![[
                r#"body: it is no JSON: EOF while parsing an object at line 1 column 1 · send {"dry_run":true}"#
            ]],
        );
        refused("[]", &expect![[r#"body: it is no object · write it as {"…":…}"#]]);
        refused(r#"{"dry_run":"yes"}"#, &expect![[r#"dry_run: it cannot be "yes" · give true or false"#]]);
        refused(r#"{"dryrun":true}"#, &expect!["dryrun: there is no such field · use one of selection, dry_run"]);
        refused(
            r#"{"selection":{"of":"some"}}"#,
            &expect![[r#"selection.of: it cannot be "some" · give "quarantined" or "all""#]],
        );
        refused(
            r#"{"selection":{"reason":"nonsense"}}"#,
            &expect![[r#"selection.reason: it cannot be "nonsense" · give a code of GET /api/v1/reasons"#]],
        );
        refused(
            r#"{"selection":{"of":"all","reason":"unknown_device"}}"#,
            &expect![[
                r#"selection.reason: only messages in quarantine have a reason · leave it out, or leave out "of":"all""#
            ]],
        );
        refused(
            r#"{"selection":{"from":"yesterday"}}"#,
            &expect![[
                r#"selection.from: it cannot be "yesterday" · give a time as 2026-11-29T10:00:00Z or a day as 2026-11-29"#
            ]],
        );
        refused(
            r#"{"selection":{"from":"2026-11-02","to":"2026-11-02"}}"#,
            &expect!["selection.to: it is not after selection.from · give a later time"],
        );
        refused(
            r#"{"selection":{"pole":"AM-01"}}"#,
            &expect!["selection.pole: there is no such field · use one of of, reason, device, source, from, to"],
        );
    }
}
