//! Who is refused where, for the description.

use utoipa::openapi::{
    Content, OpenApi, Ref, RefOr, Response,
    path::{Operation, PathItem},
};

use crate::asker::{PARTLY, PUBLIC};

/// Adds to each address what the public is refused.
pub(crate) fn describe(mut description: OpenApi) -> OpenApi {
    for (path, item) in &mut description.paths.paths {
        let words = match path.as_str() {
            path if PARTLY.contains(&path) => "Exact values that could be of single persons are for operators only.",
            path if PUBLIC.contains(&path) => continue,
            _ => "For operators only.",
        };
        let PathItem { get, post, .. } = item;
        get.iter_mut().chain(post).for_each(|operation| add(operation, words));
    }
    description
}

fn add(operation: &mut Operation, words: &str) {
    let problem = RefOr::Ref(Ref::from_schema_name("Problem"));
    let mut refusal = Response::new(words);
    refusal.content.insert("application/problem+json".to_owned(), RefOr::T(Content::new(Some(problem))));
    operation.responses.responses.insert("403".to_owned(), RefOr::T(refusal));
}
