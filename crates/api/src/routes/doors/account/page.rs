//! What the page of an account shows.

use axum::http::StatusCode;
use smartpole_access::{DEFAULT_DAYS, MOST_DAYS, Role, Token};
use smartpole_model::UtcMillis;

use super::{
    super::{
        super::catalog::{html::escaped, pages::Language},
        page::{Field, FormPage, form},
    },
    Shown,
};

pub(super) fn page(shown: &Shown, language: Language, status: StatusCode, now: UtcMillis) -> FormPage {
    let title = match language {
        Language::De => "Mein Konto",
        Language::En => "My account",
    };
    let body = [
        whose(shown, language),
        form("/logout", "", language.pick("Abmelden", "Log out")),
        if shown.account.by_openid { String::new() } else { password(language) },
        tokens(shown, language, now),
        end(language, shown.account.by_openid),
    ];
    FormPage { language, status, title, wrong: shown.wrong.clone(), path: "", body: body.concat() }
}

fn whose(shown: &Shown, language: Language) -> String {
    let (name, role) = (escaped(&shown.account.name), role(shown.account.role, language));
    let zones = shown.account.zones.0.as_ref().map_or_else(
        || language.pick("alle Gebiete", "all zones").to_owned(),
        |ids| format!("{} {}", language.pick("nur die Gebiete", "only the zones"), escaped(&ids.join(", "))),
    );
    format!("<p class=\"lead\">{} <b>{name}</b>: {role}, {zones}.</p>", language.pick("Angemeldet als", "Logged in as"))
}

fn role(role: Role, language: Language) -> &'static str {
    let (de, en) = match role {
        Role::Public => ("Öffentlichkeit", "public"),
        Role::Planner => ("Planung", "planner"),
        Role::Operator => ("Betrieb", "operator"),
        Role::Admin => ("Verwaltung", "admin"),
    };
    if language == Language::De { de } else { en }
}

fn hidden(action: &str) -> String {
    format!("<input type=\"hidden\" name=\"do\" value=\"{action}\">")
}

fn proof<'a>(language: Language) -> Field<'a> {
    let label = language.pick("Jetziges Passwort", "Present password");
    Field { name: "password", label, kind: "password", fills: "current-password", value: "", hint: "" }
}

fn password(language: Language) -> String {
    let hint = language.pick(
        "Mindestens 12 Zeichen. Alle anderen Sitzungen enden.",
        "At least 12 characters. All other sessions end.",
    );
    let label = language.pick("Neues Passwort", "New password");
    let new = Field { name: "new", label, kind: "password", fills: "new-password", value: "", hint };
    let fields = hidden("password") + &proof(language).html("password") + &new.html("password");
    let heading = language.pick("Passwort ändern", "Change the password");
    format!("<h2>{heading}</h2>{}", form("/account", &fields, heading))
}

fn tokens(shown: &Shown, language: Language, now: UtcMillis) -> String {
    let secret = shown.secret.as_ref().map_or_else(String::new, |secret| {
        let words =
            language.pick("Das neue Token, nur dieses eine Mal zu sehen:", "The new token, to be seen this once:");
        format!("<p role=\"status\">{words} <code>{}</code></p>", secret.reveal())
    });
    let rows: String = shown.tokens.iter().map(|token| row(token, language, now)).collect();
    let [name, may, until, used] = match language {
        Language::De => ["Name", "Rolle", "Gültig bis", "Zuletzt benutzt"],
        Language::En => ["Name", "Role", "Valid until", "Last used"],
    };
    let table = match rows.is_empty() {
        true => String::new(),
        false => format!(
            "<table><thead><tr><th scope=\"col\">{name}</th><th scope=\"col\">{may}</th><th scope=\"col\">{until}</th>\
             <th scope=\"col\">{used}</th><td></td></tr></thead><tbody>{rows}</tbody></table>"
        ),
    };
    let lead = language.pick(
        "Programme fragen mit einem Token statt mit einem Passwort: <code>Authorization: Bearer …</code>",
        "Programs ask with a token instead of a password: <code>Authorization: Bearer …</code>",
    );
    format!("<h2>Tokens</h2><p>{lead}</p>{secret}{table}{}", new_token(shown.account.role, language))
}

fn new_token(most: Role, language: Language) -> String {
    let options: String = Role::ALL
        .into_iter()
        .filter(|of| (Role::Planner..=most).contains(of))
        .map(|of| format!("<option value=\"{of}\">{}</option>", role(of, language)))
        .collect();
    let name = Field {
        name: "name",
        label: language.pick("Wofür das Token ist", "What the token is for"),
        kind: "text",
        fills: "off",
        value: "",
        hint: "",
    };
    let fields = format!(
        "{}{}<label for=\"token-role\">{}</label><select id=\"token-role\" name=\"role\">{options}</select>\
         <label for=\"token-days\">{}</label>\
         <input id=\"token-days\" name=\"days\" type=\"number\" min=\"1\" max=\"{MOST_DAYS}\" value=\"{DEFAULT_DAYS}\" required>",
        hidden("token"),
        name.html("token"),
        language.pick("Was es darf", "What it may do"),
        language.pick("Gültig, in Tagen", "Valid, in days"),
    );
    form("/account", &fields, language.pick("Token anlegen", "Make a token"))
}

fn row(token: &Token, language: Language, now: UtcMillis) -> String {
    let day = |time: UtcMillis| time.to_string().get(..10).unwrap_or_default().to_owned();
    let used = token.used.map_or_else(|| language.pick("nie", "never").to_owned(), day);
    let until =
        if token.expires > now { day(token.expires) } else { language.pick("abgelaufen", "expired").to_owned() };
    let (name, role) = (escaped(&token.name), role(token.role, language));
    let label = format!("{} {name}", language.pick("Widerrufen:", "Revoke:"));
    let revoke = format!(
        "<form method=\"post\" action=\"/account\">{}<input type=\"hidden\" name=\"id\" value=\"{}\"><button aria-label=\"{label}\">{}</button></form>",
        hidden("revoke"),
        token.id,
        language.pick("Widerrufen", "Revoke"),
    );
    format!("<tr><th scope=\"row\">{name}</th><td>{role}</td><td>{until}</td><td>{used}</td><td>{revoke}</td></tr>")
}

fn end(language: Language, by_openid: bool) -> String {
    let words = language.pick(
        "Sitzungen und Tokens enden. Was mit diesem Konto getan wurde, bleibt ohne Namen im Protokoll.",
        "Sessions and tokens end. What was done with this account stays in the audit trail, without a name.",
    );
    let heading = language.pick("Konto löschen", "Delete the account");
    let proof = if by_openid { String::new() } else { proof(language).html("delete") };
    let fields = hidden("delete") + &proof;
    format!("<h2>{heading}</h2><p>{words}</p>{}", form("/account", &fields, heading))
}
