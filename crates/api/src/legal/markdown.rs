//! Texts of the city as HTML: CommonMark, but nothing that runs, loads or looks like the page around it.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Parser, Tag, TagEnd, html::push_html};

use crate::publish::link;

/// The HTML of a text. HTML in it is shown as it is written, pictures by their words, and links lead to pages, mail or telephone alone;
/// its headings begin below the page's own.
pub(super) fn html(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 4);
    push_html(&mut html, Parser::new(text).filter_map(harmless));
    html
}

fn harmless(event: Event<'_>) -> Option<Event<'_>> {
    match event {
        Event::Html(html) | Event::InlineHtml(html) => Some(Event::Text(html)),
        Event::Start(Tag::Heading { level, .. }) => {
            Some(Event::Start(Tag::Heading { level: below(level), id: None, classes: Vec::new(), attrs: Vec::new() }))
        }
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(below(level)))),
        Event::Start(Tag::Image { .. } | Tag::HtmlBlock) | Event::End(TagEnd::Image | TagEnd::HtmlBlock) => None,
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = if leads_on(&dest_url) { dest_url } else { CowStr::Borrowed("#") };
            Some(Event::Start(Tag::Link { link_type, dest_url, title, id }))
        }
        other => Some(other),
    }
}

fn below(level: HeadingLevel) -> HeadingLevel {
    if level == HeadingLevel::H1 { HeadingLevel::H2 } else { level }
}

/// Pages, mail, telephone, and what is on this site.
fn leads_on(target: &str) -> bool {
    let mail = target.strip_prefix("mailto:").unwrap_or(target);
    let is_phone = target
        .strip_prefix("tel:")
        .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit() || b"+-".contains(&byte)));
    let is_here = (target.starts_with('/') && !target.starts_with("//")) || target.starts_with('#');
    is_phone || is_here || link(mail).is_some()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_has_paragraphs_lists_and_links_below_the_heading_of_the_page() {
        let text = "# Impressum\n\nStadt\n\n- [Seite](https://example.org/a?b=c)\n- [Mail](mailto:a@example.org)\n- <a@example.org>\n- [Ruf](tel:+49-2305)\n";
        assert_eq!(
            html(text),
            "<h2>Impressum</h2>\n<p>Stadt</p>\n<ul>\n<li><a href=\"https://example.org/a?b=c\">Seite</a></li>\n\
             <li><a href=\"mailto:a@example.org\">Mail</a></li>\n<li><a href=\"mailto:a@example.org\">a@example.org</a></li>\n\
             <li><a href=\"tel:+49-2305\">Ruf</a></li>\n</ul>\n"
        );
    }

    #[test]
    fn nothing_in_a_text_runs_or_loads() {
        for (text, is) in [
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("a <b onclick=x>b</b>", "<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>\n"),
            ("![Wappen](https://example.org/x.png)", "<p>Wappen</p>\n"),
            ("[x](javascript:alert(1))", "<p><a href=\"#\">x</a></p>\n"),
            ("[x](//example.org)", "<p><a href=\"#\">x</a></p>\n"),
            ("[x](data:text/html,x)", "<p><a href=\"#\">x</a></p>\n"),
        ] {
            assert_eq!(html(text), is, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_no_element_comes_of_it_that_runs_or_loads(text in r#"([<>/!\[\]()"'`#* =:\n]|script|img|svg|style|href|on[a-z]{1,5}|javascript|data|https://a\.de|x){0,40}"#) {
            let html = html(&text).to_lowercase();
            for element in ["<script", "<img", "<svg", "<style", "<iframe", "href=\"javascript", "href=\"data"] {
                prop_assert!(!html.contains(element), "{html}");
            }
        }
    }
}
