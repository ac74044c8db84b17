//! The record of processing in words.

use serde::Serialize;
use utoipa::ToSchema;

use super::processing::{Activity, Kept};
use crate::routes::catalog::pages::Language;

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Said {
    /// In German.
    de: String,
    /// In English.
    en: String,
}

impl Said {
    /// The two texts.
    pub(super) fn new(de: &str, en: &str) -> Self {
        Self { de: de.to_owned(), en: en.to_owned() }
    }

    /// The one in a language.
    pub(super) fn of(&self, language: Language) -> &str {
        language.pick(&self.de, &self.en)
    }
}

/// German and English.
type Pair = (&'static str, &'static str);

/// What is said of an activity.
pub(super) struct Words {
    id: &'static str,
    name: Pair,
    purpose: Pair,
    persons: Pair,
    data: Pair,
    /// What is kept, and for how many days.
    kept: &'static [(Pair, Option<u32>)],
}

impl Words {
    /// The activity, of nothing that is configured.
    pub(super) fn activity(&self, basis: &str) -> Activity {
        let said = |(de, en): Pair| Said::new(de, en);
        Activity {
            id: self.id,
            name: said(self.name),
            purpose: said(self.purpose),
            basis: basis.to_owned(),
            persons: said(self.persons),
            data: said(self.data),
            properties: Vec::new(),
            sensing: Vec::new(),
            assessments: Vec::new(),
            recipients: Vec::new(),
            kept: self.kept.iter().map(|(what, days)| Kept { what: said(*what), days: *days }).collect(),
        }
    }
}

/// Counting at the poles.
pub(super) const COUNTING: Words = Words {
    id: "counting",
    name: ("Zählung an Masten", "Counting at poles"),
    purpose: (
        "Planung und Information: wie viele Querungen, belegte Plätze oder Geräte es an einem Ort gibt, nie wer es ist",
        "Planning and information: how many crossings, taken bays or devices there are at a place, never who it is",
    ),
    persons: ("Wer an einem zählenden Mast vorbeikommt", "Whoever passes a pole that counts"),
    data: (
        "Anzahl je Zählzeit, ohne Bild, Ton und Kennung. Öffentlich auf Vielfache von 5 gerundet und nur in festen Zeitschritten.",
        "Counts per interval, without picture, sound and identifier. In public rounded to multiples of 5, in fixed steps of time only.",
    ),
    kept: &[],
};

/// Visits of the page.
pub(super) const VISITS: Words = Words {
    id: "visits",
    name: ("Abruf der Seiten", "Visits of the pages"),
    purpose: ("Die Seite ausliefern und Missbrauch begrenzen", "Serving the page and limiting misuse"),
    persons: ("Wer die Seite abruft", "Whoever visits the page"),
    data: (
        "Netzadresse der Verbindung, nur im Arbeitsspeicher. Öffentliche Seiten setzen kein Cookie und laden nichts von anderen Anbietern.",
        "The address of the connection, in memory only. Public pages set no cookie and load nothing from other hosts.",
    ),
    kept: &[(("Netzadressen", "Addresses"), Some(0))],
};

/// What operators do.
pub(super) const OPERATION: Words = Words {
    id: "operation",
    name: ("Betrieb der Masten", "Operating the poles"),
    purpose: (
        "Störungen beheben und nachvollziehen, wer was veranlasst hat",
        "Mending faults, and knowing who ordered what",
    ),
    persons: ("Beschäftigte der Stadt und ihrer Dienstleister", "Staff of the city and its contractors"),
    data: (
        "Kenntnisnahmen, Wartungen und Besuche mit Zeit und Notiz, Nachberechnungen mit Grund",
        "Acknowledgements, maintenance and visits with time and note, replays with their reason",
    ),
    kept: &[(("Einträge zum Betrieb", "Entries of operation"), None)],
};

/// Who may see and do what.
pub(super) const ACCOUNTS: Words = Words {
    id: "accounts",
    name: ("Konten und Protokoll", "Accounts and audit trail"),
    purpose: (
        "Nur Berechtigte lassen, und nachvollziehen, wer was getan hat",
        "Letting only those in who may, and knowing who did what",
    ),
    persons: ("Wer ein Konto hat", "Whoever has an account"),
    data: (
        "Name, Rolle, Hash des Passworts oder der Kennung beim Anmeldedienst; Anmeldungen und Handlungen unter einer Kennung, die ohne das Konto niemandem gehört",
        "Name, role, hash of the password or of the login provider's identifier; logins and actions by an identifier that is nobody's without the account",
    ),
    kept: &[
        (("Konten, bis sie gelöscht werden", "Accounts, until they are deleted"), None),
        (("Sitzungen", "Sessions"), Some(7)),
    ],
};

/// What is kept of actions.
pub(super) const TRAIL: Pair = ("Wer was getan hat", "Who did what");

/// What is kept of counts, in the order of their days: journal, readings, quarters of an hour, longer windows.
pub(super) const KEPT: [Pair; 4] = [
    ("Nachrichten der Zähler, wie empfangen", "Messages of counters as received"),
    ("Einzelne genaue Zählwerte", "Single exact counts"),
    ("Genaue Viertelstunden", "Exact quarters of an hour"),
    ("Genaue Stunden, Tage, Wochen, Monate und Jahre", "Exact hours, days, weeks, months and years"),
];

/// Measures of Art. 32 (1) that the service itself takes.
pub(super) const MEASURES: [Pair; 5] = [
    (
        "Die Öffentlichkeit erhält nur gerundete Summen in festen Zeitschritten; niemand kann aus allen Antworten zusammen auf Einzelne schließen",
        "The public gets rounded sums in fixed steps of time only; nobody can infer single persons from all answers together",
    ),
    (
        "Genaue Zahlen, Geräte und Nachrichten sehen nur Berechtigte; Passwörter und Token liegen nur als Hash vor",
        "Exact counts, devices and messages are for those with the right only; passwords and tokens are kept as hashes",
    ),
    ("Schlüssel der Funkgeräte liegen verschlüsselt", "Keys of radio devices are sealed at rest"),
    ("Löschung nach Frist in kleinen Schritten, von selbst", "Deletion after the term, in small steps, by itself"),
    (
        "Jede empfangene Nachricht hat genau ein Ergebnis im Hauptbuch, jede Korrektur eine Revision mit Grund",
        "Every message received has one outcome in the ledger, every correction a revision with its reason",
    ),
];

/// Who learns of log-ins.
pub(super) fn provider(issuer: &str) -> Said {
    Said::new(
        &format!("Anmeldedienst {issuer}, der erfährt, wer sich wann anmeldet, und Kennung und Gruppen nennt"),
        &format!("The login provider {issuer}, which learns who logs in when, and tells identifier and groups"),
    )
}

/// A target that gets counts.
pub(super) fn recipient(target: &str) -> Said {
    Said::new(
        &format!("Zeitreihen-Datenbank „{target}“ der Stadt"),
        &format!("The city's time series database \"{target}\""),
    )
}
