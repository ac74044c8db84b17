//! The methods by which figures are made, each with a version: whoever cites a figure cites both.
//!
//! A method never changes its meaning: a figure that is made in another way has another version, and the former one stays in the
//! history of this file. Ids are for ever. What is written here is enough to compute a figure again from what the interface
//! shows; the sources of rules and constants stand with the code that applies them.

mod table;

pub use table::*;

use smartpole_model::{Kind, Mean, ObservedProperty, registry::CountRule};

use crate::index::Index;

/// A way to make a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method {
    /// Its name, `subject.method`.
    pub id: &'static str,
    /// Which version of it, from 1.
    pub version: u32,
    /// What it makes, in a few words.
    pub title: &'static str,
    /// How, as a formula in words.
    pub meaning: &'static str,
}

/// The method of a property's windows.
pub fn of_windows(property: &ObservedProperty) -> Method {
    match (property.kind, property.mean) {
        (Kind::IntervalCount | Kind::TotalCount, _) => WINDOW_COUNT,
        (_, Mean::Energy) => WINDOW_ENERGY_MEAN,
        _ => WINDOW_MEAN,
    }
}

/// The method of an index.
pub fn of_index(index: Index) -> Method {
    match index {
        Index::UbaLqi2025 => INDEX_UBA_LQI_2025,
        Index::UbaLqiFormer => INDEX_UBA_LQI_FORMER,
        Index::EuropeanAqi2024(_) => INDEX_EUROPEAN_AQI_2024,
    }
}

/// The method of a zone's footfall.
pub fn of_rule(rule: CountRule) -> Method {
    match rule {
        CountRule::CordonIn => FOOTFALL_CORDON_IN,
        CountRule::CrossSection => FOOTFALL_CROSS_SECTION,
        CountRule::None => FOOTFALL_NONE,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::index::Site;

    #[test]
    fn every_method_has_an_id_of_its_own_and_says_how() {
        let ids: BTreeSet<&str> = ALL.iter().map(|method| method.id).collect();
        assert_eq!(ids.len(), ALL.len());
        let word = |text: &str| text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        for method in ALL {
            let two = method.id.split_once('.').is_some_and(|(subject, name)| word(subject) && word(name));
            assert!(
                two && method.version > 0 && method.meaning.ends_with('.') && !method.title.is_empty(),
                "{method:?}"
            );
        }
    }

    #[test]
    fn an_index_has_the_method_of_its_own_name() {
        for index in [Index::UbaLqi2025, Index::UbaLqiFormer, Index::EuropeanAqi2024(Site::Elsewhere)] {
            assert_eq!(of_index(index).id.strip_prefix("index."), Some(index.id()));
        }
    }
}
