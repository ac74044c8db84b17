//! By what a profile senses persons: the public is told it at each pole.

use std::collections::BTreeSet;

use super::{Codec, Sensing, names, properties::Properties, toml_section::Section};
use crate::PropertyNo;

const SENSING: [(&str, Sensing); 12] = [
    ("none", Sensing::None),
    ("laser", Sensing::Laser),
    ("tof", Sensing::Tof),
    ("infrared", Sensing::Infrared),
    ("radar", Sensing::Radar),
    ("camera", Sensing::Camera),
    ("wifi_ble", Sensing::WifiBle),
    ("manual", Sensing::Manual),
    ("loop", Sensing::Loop),
    ("magnetic", Sensing::Magnetic),
    ("meter", Sensing::Meter),
    ("reference_station", Sensing::ReferenceStation),
];

/// What a profile of ours measures that can be of single persons. Whoever counted for a foreign series answers for how.
pub(super) fn persons(
    codec: Option<Codec>,
    measured: impl Iterator<Item = PropertyNo>,
    properties: &Properties,
) -> Option<String> {
    let codec = codec.filter(|codec| *codec != Codec::Foreign)?;
    let measured = measured.filter_map(|number| properties.catalogue.get(number));
    let ids: BTreeSet<String> =
        measured.filter(|property| property.personal).map(|property| format!("`{}`", property.id)).collect();
    match ids.is_empty() {
        true => codec.counts_persons().then(|| "what the codec gives".to_owned()),
        false => Some(ids.into_iter().collect::<Vec<_>>().join(", ")),
    }
}

/// Reads by what a profile senses, and where the assessment is; a profile that measures `persons` has to say it.
pub(super) fn read(
    section: &mut Section<'_>,
    codec: Option<Codec>,
    persons: Option<String>,
) -> (Sensing, Option<String>) {
    let word: Option<String> = section.optional("sensing");
    let dpia: Option<String> = section.optional("dpia");
    let word = word.as_deref().unwrap_or("none");
    let sensing = names::choose(word, &SENSING)
        .map_err(|hint| section.problem("sensing", format!("unknown sensing `{word}`"), hint));
    if let (Ok(Sensing::None | Sensing::ReferenceStation), Some(persons)) = (&sensing, persons) {
        let message =
            format!("{persons} can be of single persons, and the profile does not say by what it senses them");
        section.problem_of_new("sensing", message, hint());
    }
    let sensing = sensing.unwrap_or_default();
    let is_named = dpia.as_ref().is_some_and(|dpia| !dpia.trim().is_empty());
    let is_ours = codec != Some(Codec::Foreign);
    if matches!(sensing, Sensing::Camera | Sensing::WifiBle) && is_ours && !is_named {
        let message = format!("`{word}` needs a data-protection impact assessment (GDPR, art. 35)");
        let hint = "add `dpia = \"…\"` with the file number or address of the assessment; without one such a sensor is not accepted";
        section.problem("dpia", message, hint);
    }
    (sensing, dpia)
}

fn hint() -> String {
    let of_persons =
        SENSING.iter().filter(|(_, sensing)| !matches!(sensing, Sensing::None | Sensing::ReferenceStation));
    let words: Vec<&str> = of_persons.map(|(word, _)| *word).collect();
    format!(
        "write the line `sensing = \"…\"` above all tables, with what it works by, as the public sees it at each pole: {}; `camera` and \
         `wifi_ble` need `dpia = \"…\"`, too",
        words.join(", ")
    )
}
