//! Words, numbers, texts and signs of an expression.

use geo::{Geometry, Validation};
use jiff::{SignedDuration, civil};
use smartpole_model::{Decimal, UtcMillis};
use wkt::TryFromWkt;

use crate::{Refusal, Value};

/// A part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// A name, a word of an operator, or several names with `/` between.
    Word(String),
    /// A value as it is written.
    Literal(Value),
    /// `(`, `)` or `,`.
    Sign(char),
    /// A minus before something else than a digit.
    Minus,
}

/// The parts of an expression.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, Refusal> {
    let mut rest = text.trim_start();
    let mut tokens = Vec::new();
    while !rest.is_empty() {
        let (token, after) = token(rest)?;
        tokens.push(token);
        rest = after.trim_start();
    }
    Ok(tokens)
}

fn token(text: &str) -> Result<(Token, &str), Refusal> {
    let mut chars = text.chars();
    let (first, second) = (chars.next().unwrap_or_default(), chars.next());
    match first {
        '\'' => quoted(text).map(|(text, rest)| (Token::Literal(Value::text(text)), rest)),
        '(' | ')' | ',' => Ok((Token::Sign(first), &text[1..])),
        '-' if !second.is_some_and(|second| second.is_ascii_digit()) => Ok((Token::Minus, &text[1..])),
        '-' | '0'..='9' => {
            let (written, rest) = split(text, |char| char.is_ascii_alphanumeric() || "+-:.".contains(char));
            Ok((Token::Literal(number_or_time(written)?), rest))
        }
        _ if first.is_alphabetic() || "_@$".contains(first) => {
            let (word, rest) = split(text, |char| char.is_alphanumeric() || "_@$./-".contains(char));
            if rest.starts_with('\'') { named(word, rest) } else { Ok((word_or_constant(word), rest)) }
        }
        _ => Err(Refusal::invalid(format!("{first:?} has no meaning here"), HELP)),
    }
}

/// What a filter looks like.
pub(crate) const HELP: &str = "write it like: result gt 5 and phenomenonTime ge 2026-11-29T10:00:00Z; texts stand in '…', a + in a \
    time of an address is written %2B";

fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|char| !belongs(char)).unwrap_or(text.len()))
}

/// A text in quotes, `''` within it being one.
fn quoted(text: &str) -> Result<(String, &str), Refusal> {
    let mut found = String::new();
    let mut rest = &text[1..];
    loop {
        let Some(end) = rest.find('\'') else {
            return Err(Refusal::invalid("a text has no end", "close it with '; a ' within it is written ''"));
        };
        found.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(after) => {
                found.push('\'');
                rest = after;
            }
            None => return Ok((found, rest)),
        }
    }
}

/// `geography'…'`, `duration'…'` and the like.
fn named<'a>(name: &str, text: &'a str) -> Result<(Token, &'a str), Refusal> {
    let (inner, rest) = quoted(text)?;
    let value = match name {
        "geography" | "geometry" => Value::Geometry(Box::new(geometry(&inner)?)),
        "duration" => Value::Duration(duration(&inner)?),
        "datetimeoffset" | "datetime" => Value::Instant(instant(&inner)?),
        _ => return Err(Refusal::unknown("kind of literal", name, ["geography", "duration"].into_iter())),
    };
    Ok((Token::Literal(value), rest))
}

/// Well-known text (OGC 06-103r4), with or without its system; all is longitude and latitude of WGS 84.
fn geometry(text: &str) -> Result<Geometry, Refusal> {
    let remedy = "write it like geography'POINT(7.31 51.55)', longitude first";
    let shape = text.split_once(';').map_or(text, |(_, shape)| shape);
    let known = Geometry::try_from_wkt_str(shape);
    let geometry = known.map_err(|error| Refusal::invalid(format!("not well-known text: {error}"), remedy))?;
    geometry.check_validation().map_err(|error| Refusal::invalid(format!("not a valid geometry: {error}"), remedy))?;
    Ok(geometry)
}

/// ISO 8601.
fn duration(text: &str) -> Result<i64, Refusal> {
    let wrong =
        || Refusal::invalid(format!("not a duration: {text:?}"), "write it like duration'P1D' or duration'PT6H'");
    let span: jiff::Span = text.parse().map_err(|_| wrong())?;
    let days = jiff::SpanRelativeTo::days_are_24_hours();
    let duration: SignedDuration = span.to_duration(days).map_err(|_| wrong())?;
    i64::try_from(duration.as_millis()).map_err(|_| wrong())
}

fn instant(text: &str) -> Result<UtcMillis, Refusal> {
    let remedy = "write it like 2026-11-29T10:00:00Z; a + in a time of an address is written %2B";
    text.parse().map_err(|_| Refusal::invalid(format!("not a time: {text:?}"), remedy))
}

fn number_or_time(text: &str) -> Result<Value, Refusal> {
    if text.contains('T') {
        return Ok(Value::Instant(instant(text)?));
    }
    if text.contains(':') {
        let time: Result<civil::Time, _> = text.parse();
        return time.map(Value::TimeOfDay).map_err(|_| Refusal::invalid(format!("not a time: {text:?}"), HELP));
    }
    if text.len() == 10 && text.matches('-').count() == 2 {
        let date: Result<civil::Date, _> = text.parse();
        return date.map(Value::Date).map_err(|_| Refusal::invalid(format!("not a date: {text:?}"), HELP));
    }
    if let Ok(whole) = text.parse() {
        return Ok(Value::Whole(whole));
    }
    let decimal = Decimal::parse(text).map(Value::Decimal);
    decimal.map_err(|error| Refusal::invalid(format!("{text:?}: {error}"), HELP))
}

fn word_or_constant(word: &str) -> Token {
    match word {
        "true" => Token::Literal(Value::Bool(true)),
        "false" => Token::Literal(Value::Bool(false)),
        "null" => Token::Literal(Value::Null),
        _ => Token::Word(word.to_owned()),
    }
}
