//! Who is refused where, for the description.

use smartpole_access::Role;
use utoipa::openapi::{
    Content, OpenApi, Ref, RefOr, Response, SecurityRequirement,
    path::{Operation, PathItem},
    security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use crate::asker::routes::{PARTLY, needed};

/// Adds to each address what the public is refused, and how one says who one is.
pub(crate) fn describe(mut description: OpenApi) -> OpenApi {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("sp_…").build();
    let components = description.components.get_or_insert_default();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    let nothing = SecurityRequirement::default(); // for what is for all
    description.security = Some(vec![nothing, SecurityRequirement::new("token", [""; 0])]);
    for (path, item) in &mut description.paths.paths {
        let words = match path.as_str() {
            path if PARTLY.contains(&path) => {
                "Exact values that could be of single persons are for planners and operators."
            }
            path => match needed(path) {
                Role::Public => continue,
                Role::Planner => "For planners and operators.",
                Role::Operator => "For operators only.",
                Role::Admin => "For admins only.",
            },
        };
        let PathItem { get, post, put, delete, .. } = item;
        get.iter_mut().chain(post).chain(put).chain(delete).for_each(|operation| add(operation, words));
    }
    description
}

fn add(operation: &mut Operation, words: &str) {
    let problem = RefOr::Ref(Ref::from_schema_name("Problem"));
    let mut refusal = Response::new(words);
    refusal.content.insert("application/problem+json".to_owned(), RefOr::T(Content::new(Some(problem))));
    operation.responses.responses.insert("403".to_owned(), RefOr::T(refusal));
}
