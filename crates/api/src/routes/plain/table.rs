//! Places and their values as HTML.

use smartpole_model::UtcMillis;

use super::{
    super::{
        catalog::{html::escaped, pages::Language},
        poles::Pole,
        sta::words::symbol,
    },
    place::{Place, Value},
};
use crate::csv::Dialect;

/// German and English words of the classes 0 to 4.
const CLASSES: [(&str, &str); 5] = [
    ("sehr gut", "very good"),
    ("gut", "good"),
    ("mäßig", "moderate"),
    ("schlecht", "poor"),
    ("sehr schlecht", "very poor"),
];

/// A line of the overview.
pub(super) fn row(place: &Place, language: Language) -> String {
    let name = escaped(&place.name);
    format!(
        "<tr><th scope=\"row\"><a href=\"#{0}\">{name}</a></th><td>{1}</td><td>{2}</td></tr>",
        anchor(place),
        air(place.worst(), language),
        crossings(place, language)
    )
}

/// A place with the newest values of its poles.
pub(super) fn section(place: &Place, language: Language) -> String {
    let rows: String = place.poles.iter().map(|(pole, values)| pole_rows(pole, values, language)).collect();
    let [what, value, time] = match language {
        Language::De => ["Messgröße", "Wert", "Gemessen"],
        Language::En => ["Property", "Value", "Measured"],
    };
    format!(
        "<h2 id=\"{}\">{}</h2><table><thead><tr><th scope=\"col\">{what}</th><th scope=\"col\">{value}</th><th scope=\"col\">{time}</th></tr></thead>{rows}</table>",
        anchor(place),
        escaped(&place.name)
    )
}

fn pole_rows(pole: &Pole, values: &[Value], language: Language) -> String {
    let provider = pole.provider.as_deref().map_or_else(String::new, |provider| {
        format!(", {} {}", language.pick("Zahlen von", "numbers of"), escaped(provider))
    });
    let nothing = format!("<tr><td colspan=\"3\">{}</td></tr>", language.pick("kein neuer Wert", "no new value"));
    let rows: String = values.iter().map(|value| value_row(value, language)).collect();
    format!(
        "<tbody><tr><th scope=\"rowgroup\" colspan=\"3\">{}{provider}</th></tr>{}</tbody>",
        escaped(&pole.name),
        if values.is_empty() { nothing } else { rows }
    )
}

fn value_row(value: &Value, language: Language) -> String {
    let property = &value.property;
    let digits = value.value.0.to_string();
    let digits = if language == Language::De { digits.replace('.', ",") } else { digits };
    let unit = if property.unit == "1" { "" } else { symbol(&property.unit) };
    let remark = if value.counts { "" } else { language.pick(" (zählt nicht)", " (does not count)") };
    format!(
        "<tr><td>{}</td><td>{digits} {}{remark}</td><td>{}</td></tr>",
        escaped(language.pick(&property.name_de, &property.name_en)),
        escaped(unit),
        time(value.time, language)
    )
}

/// "gut (Feinstaub PM2.5), Stunde ab 29.11.2026 18:00".
fn air(pole: Option<&Pole>, language: Language) -> String {
    let found =
        pole.and_then(|pole| Some((CLASSES.get(usize::from(pole.air.class?))?, pole.air.worst?, pole.air.hour?)));
    let Some((word, pollutant, hour)) = found else { return language.pick("keine Daten", "no data").to_owned() };
    let pollutant = match pollutant {
        "pm2_5" => "PM2.5",
        "pm10" => "PM10",
        "o3" => language.pick("Ozon", "ozone"),
        "no2" => language.pick("Stickstoffdioxid", "nitrogen dioxide"),
        _ => language.pick("Schwefeldioxid", "sulphur dioxide"),
    };
    let from = language.pick("Stunde ab", "hour from");
    format!("{} ({pollutant}), {from} {}", language.pick(word.0, word.1), time(hour, language))
}

/// "910, bis 29.11.2026 17:45".
fn crossings(place: &Place, language: Language) -> String {
    let counted = place.crossings.as_ref().and_then(|hour| Some((hour.crossings.or(hour.r#in)?, hour.end)));
    counted.map_or_else(
        || language.pick("keine Zählung", "no count").to_owned(),
        |(count, end)| format!("{count}, {} {}", language.pick("bis", "until"), time(end, language)),
    )
}

fn time(time: UtcMillis, language: Language) -> String {
    let dialect = if language == Language::De { Dialect::ExcelDe } else { Dialect::Rfc4180 };
    let local = dialect.local(time);
    format!("<time datetime=\"{time}\">{}</time>", local.get(..16).unwrap_or_default())
}

/// Ids hold no spaces (HTML 3.2.6); a pole's id is none of a place, but the first one's is its own.
fn anchor(place: &Place) -> String {
    place.poles.first().map_or_else(String::new, |(pole, _)| escaped(&format!("at-{}", pole.id)))
}
