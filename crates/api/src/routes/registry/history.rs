//! `GET /api/v1/registry/{file}/history`

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Serialize;
use smartpole_model::UtcMillis;
use smartpole_registry::hash;
use utoipa::ToSchema;

use super::{
    file_name::FileName,
    trail::{ChangedBy, Trail},
};
use crate::{
    ApiState, KeptRegistry, Parts,
    list::List,
    problem::{Problem, Refused},
};

/// Registries that are looked through, the newest ones.
const LOOKED: usize = 500;

/// A text that a file had in a registry in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RegistryVersion {
    /// Hash of the text: `GET /api/v1/registry/{file}?version=` has it.
    hash: String,
    /// Its bytes.
    size: usize,
    /// When a registry with it was first in force, or when it was put back here: one that comes back is not listed again.
    #[schema(value_type = String, format = DateTime)]
    since: UtcMillis,
    /// Who wrote it here, if somebody did and that is still known.
    by: Option<ChangedBy>,
    /// Whether the file says this now.
    is_current: bool,
}

/// What a file was in the registries that were in force, that of now first, then the newest, of the newest 500 registries.
#[utoipa::path(get, path = "/api/v1/registry/{file}/history", tag = "operation",
    params(("file" = String, Path, description = "Its name; `profiles:x.toml` is `profiles/x.toml`.", example = "poles.csv")),
    responses((status = 200, description = "That of now first, then the newest.", body = List<RegistryVersion>), Refused))]
pub(crate) async fn history(
    State(state): State<ApiState>,
    Path(file): Path<String>,
) -> Result<Json<List<RegistryVersion>>, Problem> {
    let name = FileName::read(&file)?.shown()?;
    let trail = Trail::read(&state).await?;
    Ok(Json(List::whole(state.ask(move |parts| versions(parts, &name, &trail)).await?)))
}

fn versions(parts: &Parts, name: &FileName, trail: &Trail) -> Result<Vec<RegistryVersion>, Problem> {
    let now = parts.folder.read().map_err(|error| Problem::folder(&error))?.get(name.as_str()).map(|text| hash(text));
    let mut versions: Vec<RegistryVersion> = Vec::new();
    for KeptRegistry { since, hash: registry } in kept(parts)? {
        let Some(text) = former(parts, &registry, name)? else { continue };
        let hash = hash(&text);
        if !versions.iter().any(|known| known.hash == hash) {
            let (by, is_current) = (trail.by(name.as_str(), &hash), now.as_ref() == Some(&hash));
            let since = by.as_ref().map_or(since, |by| by.at.max(since));
            versions.push(RegistryVersion { hash, size: text.len(), since, by, is_current });
        }
    }
    versions.sort_by_key(|version| std::cmp::Reverse((version.is_current, version.since)));
    Ok(versions)
}

/// The text of a file that has this hash, or had it in force.
pub(super) fn text_of(parts: &Parts, name: &FileName, version: &str) -> Result<Option<Vec<u8>>, Problem> {
    for KeptRegistry { hash: registry, .. } in kept(parts)? {
        if let Some(text) = former(parts, &registry, name)?.filter(|text| hash(text) == version) {
            return Ok(Some(text));
        }
    }
    Ok(None)
}

fn kept(parts: &Parts) -> Result<Vec<KeptRegistry>, Problem> {
    let mut kept = parts.registries.kept().map_err(|error| Problem::internal(&*error))?;
    Ok(kept.split_off(kept.len().saturating_sub(LOOKED)))
}

fn former(parts: &Parts, registry: &str, name: &FileName) -> Result<Option<Vec<u8>>, Problem> {
    parts.registries.file(registry, name.as_str()).map_err(|error| Problem::internal(&*error))
}
