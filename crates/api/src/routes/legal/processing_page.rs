//! The record of processing as a page.

use smartpole_model::registry::Sensing;

use super::{
    PROCESSING,
    processing::{Activity, Kept, record},
};
use crate::{
    Parts,
    routes::catalog::{
        html::{Page, escaped},
        pages::Language,
    },
};

pub(super) fn page(parts: &Parts, language: Language, title: String) -> Page {
    let record = record(parts);
    let lead = language.pick(
        "Verzeichnis der Verarbeitungstätigkeiten nach Art. 30 DSGVO. Es entsteht aus der Konfiguration, mit der dieser Dienst läuft.",
        "Record of processing activities by Art. 30 GDPR. It is made from the configuration that this service runs with.",
    );
    let who = [
        (language.pick("Verantwortlich", "Responsible"), Some(escaped(&record.controller))),
        (language.pick("Kontakt", "Contact"), record.contact.as_deref().map(link)),
        (language.pick("Datenschutzbeauftragte", "Data protection officer"), record.officer.as_deref().map(link)),
    ];
    let activities: String = record.activities.iter().map(|activity| section(activity, language)).collect();
    let measures: String =
        record.measures.iter().map(|measure| format!("<li>{}</li>", escaped(measure.of(language)))).collect();
    let body = format!(
        "<p class=\"lead\">{lead}</p>{}{activities}<h2>{}</h2><ul class=\"ways\">{measures}</ul>\
         <p class=\"back\"><a href=\"/api/v1/processing\">{}</a></p>",
        facts(who),
        language.pick("Wie die Daten geschützt sind", "How the data is protected"),
        language.pick("Dasselbe als JSON, für Programme", "The same as JSON, for programs"),
    );
    Page { language, title, path: format!("/legal/{PROCESSING}"), body, linked: None }
}

fn link(address: &str) -> String {
    format!("<a href=\"{0}\">{1}</a>", escaped(address), escaped(address.trim_start_matches("mailto:")))
}

fn facts<const N: usize>(facts: [(&str, Option<String>); N]) -> String {
    let row = |(name, value): (&str, Option<String>)| Some(format!("<div><dt>{name}</dt><dd>{}</dd></div>", value?));
    format!("<dl>{}</dl>", facts.into_iter().filter_map(row).collect::<String>())
}

fn section(activity: &Activity, language: Language) -> String {
    let said = |said: &super::words::Said| Some(escaped(said.of(language)));
    let joined = |all: Vec<String>| (!all.is_empty()).then(|| escaped(&all.join(", ")));
    let sensing = activity.sensing.iter().map(|sensing| sensing_word(*sensing, language).to_owned()).collect();
    let nobody = language.pick("niemand sonst", "nobody else").to_owned();
    let recipients = joined(activity.recipients.iter().map(|to| to.of(language).to_owned()).collect());
    let rows = [
        (language.pick("Zweck", "Purpose"), said(&activity.purpose)),
        (language.pick("Rechtsgrundlage", "Legal basis"), Some(escaped(&activity.basis))),
        (language.pick("Betroffene", "Persons concerned"), said(&activity.persons)),
        (language.pick("Daten", "Data"), said(&activity.data)),
        (language.pick("Messgrößen", "Properties"), joined(activity.properties.clone())),
        (language.pick("Messprinzip", "Sensing principle"), joined(sensing)),
        (language.pick("Folgenabschätzung", "Impact assessment"), joined(activity.assessments.clone())),
        (language.pick("Empfänger", "Recipients"), recipients.or(Some(nobody))),
    ];
    format!("<h2>{}</h2>{}{}", escaped(activity.name.of(language)), facts(rows), terms(&activity.kept, language))
}

fn terms(kept: &[Kept], language: Language) -> String {
    let row = |kept: &Kept| {
        let term = match kept.days {
            None => language.pick("auf Dauer", "for good").to_owned(),
            Some(0) => language.pick("nicht gespeichert", "not stored").to_owned(),
            Some(1) => language.pick("1 Tag", "1 day").to_owned(),
            Some(days) => format!("{days} {}", language.pick("Tage", "days")),
        };
        format!("<tr><td>{}</td><td>{term}</td></tr>", escaped(kept.what.of(language)))
    };
    let (what, term) = (language.pick("Was", "What"), language.pick("Wie lange", "How long"));
    let rows: String = kept.iter().map(row).collect();
    format!(
        "<table><thead><tr><th scope=\"col\">{what}</th><th scope=\"col\">{term}</th></tr></thead><tbody>{rows}</tbody></table>"
    )
}

fn sensing_word(sensing: Sensing, language: Language) -> &'static str {
    let (de, en) = match sensing {
        Sensing::None => ("ohne Angabe", "not stated"),
        Sensing::Laser => ("Laserstrahl", "laser beam"),
        Sensing::Tof => ("Lichtlaufzeit", "time of flight"),
        Sensing::Infrared => ("Infrarot", "infrared"),
        Sensing::Radar => ("Radar", "radar"),
        Sensing::Camera => ("Kamera, die in sich zählt", "camera that counts within itself"),
        Sensing::WifiBle => ("Funk von Telefonen", "radio of telephones"),
        Sensing::Manual => ("Zählung von Hand", "counting by hand"),
        Sensing::Loop => ("Schleife im Boden", "loop in the ground"),
        Sensing::Magnetic => ("Magnetfeld", "magnetic field"),
        Sensing::Meter => ("Zähler der Ladesäule", "meter of the charging point"),
        Sensing::ReferenceStation => ("Station nach Referenzverfahren", "station by reference methods"),
    };
    language.pick(de, en)
}
