//! Tables, for the description.

use utoipa::{
    IntoParams,
    openapi::{
        Content, Header, OpenApi, Ref, RefOr, Response,
        path::{Operation, ParameterIn},
        schema::{AllOf, AnyOf, Object, Schema, Type},
    },
};

use super::{Form, Wanted, form::offered};
use crate::export::Format;

/// Addresses whose answers are tables, too.
const TABLES: [&str; 21] = [
    "/api/v1/poles",
    "/api/v1/zones",
    "/api/v1/latest",
    "/api/v1/devices",
    "/api/v1/series",
    "/api/v1/footfall",
    "/api/v1/footfall/profile",
    "/api/v1/footfall/ranking",
    "/api/v1/counts",
    "/api/v1/calendar",
    "/api/v1/events",
    "/api/v1/coverage",
    "/api/v1/sites",
    "/api/v1/air",
    "/api/v1/air/days",
    "/api/v1/air/limits",
    "/api/v1/noise",
    "/api/v1/heat",
    "/api/v1/peers",
    "/api/v1/facts",
    "/api/v1/alerts",
];

/// Addresses whose answers are cited.
const CITED: [&str; 15] = [
    "/api/v1/latest",
    "/api/v1/events",
    "/api/v1/series",
    "/api/v1/footfall",
    "/api/v1/footfall/profile",
    "/api/v1/footfall/ranking",
    "/api/v1/counts",
    "/api/v1/coverage",
    "/api/v1/sites",
    "/api/v1/air",
    "/api/v1/air/days",
    "/api/v1/air/limits",
    "/api/v1/noise",
    "/api/v1/heat",
    "/api/v1/peers",
];

/// Headers of answers that are no JSON, and what they say.
const HEADERS: [(&str, &str); 3] = [
    (
        "Link",
        "`next` where more rows are, `describedby` the methods, `cite-as` the same figures again, to the public `license`.",
    ),
    ("smartpole-as-of", "The `as_of` asked for; to operators, else that of `cite-as`, the newest minute that is over."),
    ("smartpole-method", "How its figures are made: id/version of each method."),
];

/// Adds to each address that has one its table, and how it is asked for.
pub(crate) fn describe(mut description: OpenApi) -> OpenApi {
    for path in TABLES {
        let operation = description.paths.paths.get_mut(path).and_then(|item| item.get.as_mut());
        operation.into_iter().for_each(|operation| add(path, operation));
    }
    for path in CITED {
        let operation = description.paths.paths.get_mut(path).and_then(|item| item.get.as_mut());
        operation.into_iter().for_each(cite);
    }
    let schemas = description.components.iter_mut().flat_map(|components| components.schemas.values_mut());
    schemas.for_each(either);
    description
}

/// Of lists one may be either: an empty one is a list of windows as well as one of readings.
fn either(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::OneOf(one)) = schema else { return };
    if one.items.iter().all(|item| matches!(item, RefOr::T(Schema::Array(_)))) {
        let mut any = AnyOf::with_capacity(one.items.len());
        any.items.append(&mut one.items);
        any.description = one.description.take();
        *schema = RefOr::T(Schema::AnyOf(any));
    }
}

fn add(path: &str, operation: &mut Operation) {
    let mut parameters = Wanted::into_params(|| Some(ParameterIn::Query));
    let format = parameters.iter_mut().find(|parameter| parameter.name == "format");
    format.into_iter().for_each(|format| format.schema = Some(RefOr::T(names(path))));
    operation.parameters.get_or_insert_default().extend(parameters.into_iter().map(Into::into));
    if let Some(RefOr::T(answer)) = operation.responses.responses.get_mut("200") {
        for (_, media_type, form) in offered(path).iter().filter(|(.., form)| *form != Form::Json) {
            let schema = if *form == Form::File(Format::Geojson) { Object::new().into() } else { text() };
            answer.content.insert((*media_type).to_owned(), RefOr::T(Content::new(Some(RefOr::T(schema)))));
        }
        for (name, words) in HEADERS {
            let mut header = Header::new(text());
            header.description = Some(format!("Of files: {words}"));
            answer.headers.insert(name.to_owned(), header.into());
        }
        let mut tag = Header::new(text());
        tag.description = Some("Give it back as `If-None-Match`: 304 if the answer still says the same.".to_owned());
        answer.headers.insert("ETag".to_owned(), tag.into());
    }
    operation.responses.responses.insert("304".to_owned(), RefOr::T(Response::new("What `If-None-Match` names.")));
    let refused = [("400", "A parameter cannot be used."), ("406", "`Accept` names no form of this answer.")];
    for (status, words) in refused {
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(problem(words)));
    }
}

/// Names of forms.
fn names(path: &str) -> Schema {
    let names = offered(path).iter().map(|(name, ..)| *name);
    Schema::Object(Object::builder().schema_type(Type::String).enum_values(Some(names)).build())
}

/// Adds the citation to what is answered.
fn cite(operation: &mut Operation) {
    let Some(RefOr::T(answer)) = operation.responses.responses.get_mut("200") else { return };
    let Some(RefOr::T(content)) = answer.content.get_mut("application/json") else { return };
    if let Some(schema) = &mut content.schema {
        let citation = Object::builder().property("citation", Ref::from_schema_name("Citation")).required("citation");
        *schema = RefOr::T(AllOf::builder().item(schema.clone()).item(citation).build().into());
    }
}

fn text() -> Schema {
    Schema::Object(Object::with_type(Type::String))
}

fn problem(words: &str) -> Response {
    let problem = RefOr::Ref(Ref::from_schema_name("Problem"));
    let mut refusal = Response::new(words);
    refusal.content.insert("application/problem+json".to_owned(), RefOr::T(Content::new(Some(problem))));
    refusal
}
