//! What `Accept` asks for (RFC 9110, 12.5.1).

use axum::http::{HeaderMap, header};

/// How much a form is wanted: its quality in thousandths, and how exactly it is named.
type Wish = (u32, u8);

/// The form that is wanted most, each with its media type; the first of those that are wanted alike, or if nothing is said. None if none is
/// wanted.
pub(crate) fn most_wanted<T: Copy>(headers: &HeaderMap, forms: &[(&str, T)]) -> Option<T> {
    let lines: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    if lines.iter().all(|line| line.trim().is_empty()) {
        return forms.first().map(|(_, form)| *form);
    }
    let wishes = forms.iter().map(|(media_type, form)| (wish(&lines, media_type), *form));
    let wanted = wishes.filter(|((quality, _), _)| *quality > 0);
    wanted.reduce(|best, other| if other.0 > best.0 { other } else { best }).map(|(_, form)| form)
}

/// The most exact range that holds a type decides.
fn wish(lines: &[&str], of: &str) -> Wish {
    let ranges = lines.iter().flat_map(|line| line.split(',')).filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let exactness = exactness(parts.next()?, of)?;
        let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        Some((quality.map_or(1_000, thousandths), exactness))
    });
    ranges.max_by_key(|(quality, exactness)| (*exactness, *quality)).unwrap_or((0, 0))
}

fn exactness(range: &str, of: &str) -> Option<u8> {
    let whole_type = range.strip_suffix('*').filter(|start| start.ends_with('/') && *start != "*/");
    match whole_type {
        _ if range.eq_ignore_ascii_case(of) => Some(2),
        Some(start) if of.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start)) => Some(1),
        _ if range == "*/*" => Some(0),
        _ => None,
    }
}

/// `0` to `1` with at most three decimals; what is none of these counts as 1.
fn thousandths(quality: &str) -> u32 {
    let (whole, part) = quality.split_once('.').unwrap_or((quality, ""));
    let digits = format!("{whole}{part:0<3}");
    digits.parse().ok().filter(|quality| part.len() <= 3 && *quality <= 1_000).unwrap_or(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_that_is_wanted_most_is_given_and_json_if_both_are_alike() {
        let format = |headers: &HeaderMap| most_wanted(headers, &[("application/json", "json"), ("text/csv", "csv")]);
        let (json, csv) = (Some("json"), Some("csv"));
        for (accept, given) in [
            ("", json),
            ("*/*", json),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", json),
            ("application/json", json),
            ("text/csv", csv),
            ("TEXT/CSV; charset=utf-8", csv),
            ("text/*", csv),
            ("text/csv, application/json", json),
            ("text/csv, */*", csv),
            ("text/csv;q=0.5, application/json;q=0.501", json),
            ("text/csv;q=0.5, application/json;q=0.499", csv),
            ("text/csv;q=0, */*", json),
            ("application/json;q=0, */*;q=0.1", csv),
            ("application/geo+json", None),
            ("text/html", None),
            ("*/*;q=0", None),
            ("text/csv;q=0.0000", csv),
            ("text/csv;q=x", csv),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]);
            assert_eq!(format(&headers), given, "{accept}");
        }
        assert_eq!(format(&HeaderMap::new()), json);
    }
}
