//! Poles, and what both types of them share.

use smartpole_model::{PoleNo, Position};
use smartpole_pipeline::{Fold, NameKind};

/// What terms of the environment mean.
pub(super) const CONTEXT: &str =
    "https://raw.githubusercontent.com/smart-data-models/dataModel.Environment/master/context.jsonld";

pub(super) const HOUR_MS: i64 = 3_600_000;
/// How far back an hour is the newest.
pub(super) const DAY_MS: i64 = 24 * HOUR_MS;

/// A pole's id, name and place.
pub(super) type Named = (String, String, Position);

/// Poles of the city that the fold has met, with their numbers. An entity names no provider, so that foreign places have none.
pub(super) fn poles(fold: &Fold, is_wanted: impl Fn(&str) -> bool) -> (Vec<Named>, Vec<PoleNo>) {
    let all = fold.inputs().registry.poles.iter().filter(|pole| pole.provider.is_none() && is_wanted(&pole.id));
    let met = all.filter_map(|pole| {
        let number = PoleNo(fold.number(NameKind::Pole, &pole.id)?);
        Some(((pole.id.clone(), pole.name.clone(), pole.position), number))
    });
    met.unzip()
}
