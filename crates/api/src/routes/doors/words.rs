//! What went wrong, in words.

use smartpole_access::Refusal;
use smartpole_openid::Refused;

use super::super::catalog::pages::Language;

/// Said where a password would be sent in the open.
pub(super) fn in_the_open(language: Language) -> String {
    let words = language.pick(
        "Hier würde das Passwort offen übertragen. Bitte die Seite über https öffnen, oder am Rechner des Dienstes selbst. \
         Der Dienst spricht https mit [http] cert_file; ein Proxy davor gehört in [http] proxies.",
        "The password would be sent in the open here. Please open the page by https, or on the service's own machine. \
         The service speaks https with [http] cert_file; a proxy before it belongs into [http] proxies.",
    );
    words.to_owned()
}

/// Said when too many try at once.
pub(super) fn busy(language: Language) -> String {
    language
        .pick(
            "Gerade melden sich zu viele an. Bitte gleich noch einmal.",
            "Too many log in right now. Please try again in a moment.",
        )
        .to_owned()
}

/// Said until so many seconds have passed.
pub(super) fn wait(language: Language, seconds: i64) -> String {
    let minutes = (seconds + 59) / 60;
    match (language, minutes) {
        (Language::De, ..=1) => "Zu viele Versuche. Bitte in einer Minute noch einmal.".to_owned(),
        (Language::De, minutes) => format!("Zu viele Versuche. Bitte in {minutes} Minuten noch einmal."),
        (Language::En, ..=1) => "Too many attempts. Please try again in a minute.".to_owned(),
        (Language::En, minutes) => format!("Too many attempts. Please try again in {minutes} minutes."),
    }
}

/// Said when name and password do not belong together.
pub(super) fn wrong(language: Language) -> String {
    language.pick("Name oder Passwort stimmt nicht.", "Name or password is wrong.").to_owned()
}

/// Said to whom the provider knows, but whose account is disabled here.
pub(super) fn disabled(language: Language) -> String {
    let words = language.pick(
        "Ihr Konto ist hier gesperrt. Bitte bei der Verwaltung dieses Dienstes melden.",
        "Your account is disabled here. Please ask the admin of this service.",
    );
    words.to_owned()
}

/// Why an OpenID provider's word lets nobody in.
pub(super) fn turned_away(language: Language, refused: Refused) -> String {
    let words = match refused {
        Refused::Away => language.pick(
            "Der Anmeldedienst antwortet gerade nicht, wie er soll. Bitte später noch einmal; mit Name und Passwort geht es weiterhin.",
            "The login provider does not answer as it should right now. Please try again later; name and password go on working.",
        ),
        Refused::Denied => language.pick(
            "Der Anmeldedienst hat die Anmeldung abgelehnt, oder sie wurde dort abgebrochen.",
            "The login provider refused, or the login was cancelled there.",
        ),
        Refused::State | Refused::Code => language.pick(
            "Diese Anmeldung gilt nicht mehr: Sie wurde schon benutzt, anderswo begonnen oder hat länger als zehn Minuten gedauert. Bitte noch einmal.",
            "This login holds no more: it was used already, begun elsewhere, or took longer than ten minutes. Please begin again.",
        ),
        Refused::Role => language.pick(
            "Der Anmeldedienst kennt Sie, aber keine Ihrer Gruppen hat hier eine Rolle. Bitte bei der Verwaltung dieses Dienstes melden.",
            "The login provider knows you, but none of your groups has a role here. Please ask the admin of this service.",
        ),
        _ => {
            let code = refused.code();
            return match language {
                Language::De => format!(
                    "Was der Anmeldedienst geschickt hat, gilt nicht ({code}). Niemand ist angemeldet. Bitte bei der Verwaltung dieses Dienstes melden."
                ),
                Language::En => format!(
                    "What the login provider sent does not hold ({code}). Nobody is logged in. Please tell the admin of this service."
                ),
            };
        }
    };
    words.to_owned()
}

/// Why something was refused.
pub(super) fn refusal(language: Language, refusal: Refusal) -> String {
    let de = match refusal {
        Refusal::Name => "Ein Name hat 1 bis 64 Zeichen.",
        Refusal::NameTaken => "Diesen Namen gibt es schon. Bitte einen anderen wählen.",
        Refusal::ShortPassword => "Ein Passwort hat mindestens 12 Zeichen. Gut sind zum Beispiel ein paar Wörter.",
        Refusal::LongPassword => "Dieses Passwort ist zu lang.",
        Refusal::NoAccount => "Dieses Konto gibt es nicht.",
        Refusal::NoToken => "Dieses Token gibt es nicht mehr.",
        Refusal::LastAdmin => "Dies ist das letzte Konto der Verwaltung. Bitte erst jemand anderem diese Rolle geben.",
        Refusal::ByOpenId => "Dieses Konto kennt der Anmeldedienst: Passwort und Rolle ändert er, nicht dieser Dienst.",
        Refusal::PublicRole | Refusal::AboveOwn(_) => "Ein Token darf nicht mehr als das Konto.",
        Refusal::OtherZones => "Ein Token sieht keine anderen Gebiete als das Konto.",
        Refusal::Days => "Ein Token gilt 1 bis 366 Tage.",
        Refusal::TooManyTokens => "Ein Konto hat höchstens 50 Tokens. Bitte erst eines widerrufen.",
        Refusal::NoLink => {
            "Dieser Link wurde benutzt oder ist älter als eine Stunde. Solange es kein Konto gibt, nennt der Dienst bei jedem Start einen neuen."
        }
    };
    let en = refusal.to_string();
    language.pick(de, &en).to_owned()
}
