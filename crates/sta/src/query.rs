//! Query options (OGC 18-088, 9.3).

use smartpole_model::UtcMillis;

use crate::{Kind, Refusal, Relation, expression::Expression, link::Pairs, parse};

/// Entities of a page if `$top` is not given.
const DEFAULT_TOP: usize = 100;
/// Most entities of a page; whoever asks for more gets the rest by the next link.
const MAX_TOP: usize = 10_000;
/// Most relations that are expanded within one another.
const MAX_DEPTH: usize = 4;
/// Most relations that are expanded altogether.
const MAX_EXPANDED: usize = 24;

/// What is wanted of a list or an entity.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) filter: Option<Expression>,
    /// Expressions to order by; whether they descend.
    pub(crate) order: Vec<(Expression, bool)>,
    pub(crate) count: bool,
    pub(crate) skip: usize,
    pub(crate) top: usize,
    pub(crate) expand: Vec<Expand>,
    /// Names of properties and relations; none means all.
    pub(crate) select: Option<Vec<String>>,
    /// Whether observations are wanted as tables.
    pub(crate) data_array: bool,
    /// What a page begins after: the time of an observation and its number; of all else, which has no time, the number.
    pub(crate) after: Option<(UtcMillis, i64)>,
    /// As they were given.
    pub(crate) pairs: Pairs,
}

/// A relation whose entities are wanted within.
#[derive(Clone, Debug)]
pub(crate) struct Expand {
    pub(crate) relation: Relation,
    pub(crate) options: Options,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            filter: None,
            order: Vec::new(),
            count: false,
            skip: 0,
            top: DEFAULT_TOP,
            expand: Vec::new(),
            select: None,
            data_array: false,
            after: None,
            pairs: Vec::new(),
        }
    }
}

/// The options of a question about entities of a kind.
pub(crate) fn options(kind: Kind, pairs: Pairs) -> Result<Options, Refusal> {
    Reader { expanded: 0 }.read(kind, pairs, 0)
}

/// Refuses all options but these.
pub(crate) fn only(pairs: &Pairs, allowed: &[&'static str]) -> Result<(), Refusal> {
    match pairs.iter().find(|(name, _)| !allowed.contains(&name.as_str())) {
        None => Ok(()),
        Some((name, _)) => Err(Refusal::invalid(format!("{name} has no meaning for this address"), "leave it out")),
    }
}

struct Reader {
    expanded: usize,
}

const ALL: [&str; 9] =
    ["$filter", "$count", "$orderby", "$skip", "$top", "$expand", "$select", "$resultFormat", "$skiptoken"];

impl Reader {
    fn read(&mut self, kind: Kind, pairs: Pairs, depth: usize) -> Result<Options, Refusal> {
        let mut options = Options::default();
        for (at, (name, value)) in pairs.iter().enumerate() {
            if pairs[..at].iter().any(|(before, _)| before == name) {
                return Err(Refusal::invalid(format!("{name} is given twice"), "give it once"));
            }
            self.take(&mut options, kind, (name, value), depth).map_err(|refusal| within(name, refusal))?;
        }
        options.pairs = pairs;
        Ok(options)
    }

    fn take(
        &mut self,
        options: &mut Options,
        kind: Kind,
        (name, value): (&str, &str),
        depth: usize,
    ) -> Result<(), Refusal> {
        match name {
            "$filter" => options.filter = Some(parse::expression(kind, value)?),
            "$orderby" => options.order = order(kind, value)?,
            "$count" => options.count = yes_or_no(value)?,
            "$skip" => options.skip = number(value)?,
            "$top" => options.top = number(value)?.min(MAX_TOP),
            "$select" => options.select = Some(selected(kind, value)?),
            "$expand" => {
                for part in split(value, ',')? {
                    self.expand(&mut options.expand, kind, part, depth + 1)?;
                }
            }
            "$resultFormat" if kind == Kind::Observation && depth == 0 => options.data_array = data_array(value)?,
            "$skiptoken" => options.after = Some(token(value)?),
            "$resultFormat" => {
                return Err(Refusal::invalid("only lists of Observations have this option", "leave it out"));
            }
            _ => return Err(Refusal::unknown("option", name, ALL.into_iter())),
        }
        Ok(())
    }

    /// `Datastreams/Sensor($select=name)`, added to what is expanded already.
    fn expand(&mut self, expand: &mut Vec<Expand>, kind: Kind, text: &str, depth: usize) -> Result<(), Refusal> {
        self.expanded += 1;
        if depth > MAX_DEPTH || self.expanded > MAX_EXPANDED {
            let detail = format!("more than {MAX_EXPANDED} relations, or {MAX_DEPTH} within one another");
            return Err(Refusal::invalid(detail, "expand fewer, and follow links for the rest"));
        }
        let (path, given) = match text.split_once('(') {
            None => (text, ""),
            Some((path, rest)) => (path, rest.strip_suffix(')').ok_or_else(|| open(text))?),
        };
        let (name, further) = path.split_once('/').map_or((path, None), |(name, further)| (name, Some(further)));
        let relation = kind.relation(name.trim()).ok_or_else(|| {
            Refusal::unknown(
                &format!("relation of {}", kind.plural()),
                name,
                kind.relations().iter().map(|relation| relation.name),
            )
        })?;
        let at = match expand.iter().position(|known| known.relation == relation) {
            Some(at) => at,
            None => {
                expand.push(Expand { relation, options: Options::default() });
                expand.len() - 1
            }
        };
        match further {
            Some(further) => {
                let rest = &text[path.len() - further.len()..];
                self.expand(&mut expand[at].options.expand, relation.to, rest, depth + 1)
            }
            None => {
                let pairs = split(given, ';')?.into_iter().map(pair).collect::<Result<Pairs, _>>()?;
                let mut options = self.read(relation.to, pairs, depth)?;
                options.expand.append(&mut expand[at].options.expand);
                expand[at].options = options;
                Ok(())
            }
        }
    }
}

fn within(name: &str, refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Invalid { detail, remedy } if !detail.starts_with('$') => {
            Refusal::Invalid { detail: format!("{name}: {detail}"), remedy }
        }
        other => other,
    }
}

fn pair(text: &str) -> Result<(String, String), Refusal> {
    let wrong =
        || Refusal::invalid(format!("not an option: {text:?}"), "write it like Datastreams($top=5;$select=name)");
    let (name, value) = text.split_once('=').ok_or_else(wrong)?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn open(text: &str) -> Refusal {
    let shown: String = text.chars().take(64).collect();
    Refusal::invalid(format!("a parenthesis or a text is not closed in {shown:?}"), "close it")
}

/// Parts between separators that stand in no parentheses and no text; none of nothing.
fn split(text: &str, separator: char) -> Result<Vec<&str>, Refusal> {
    let (mut parts, mut from, mut depth, mut quoted) = (Vec::new(), 0, 0_usize, false);
    for (at, char) in text.char_indices() {
        match char {
            '\'' => quoted = !quoted,
            _ if quoted => {}
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1).ok_or_else(|| open(text))?,
            _ if char == separator && depth == 0 => {
                parts.push(text[from..at].trim());
                from = at + char.len_utf8();
            }
            _ => {}
        }
    }
    if quoted || depth > 0 {
        return Err(open(text));
    }
    parts.push(text[from..].trim());
    Ok(if text.trim().is_empty() { Vec::new() } else { parts })
}

fn order(kind: Kind, text: &str) -> Result<Vec<(Expression, bool)>, Refusal> {
    let one = |part: &str| {
        let (expression, descends) = match part.rsplit_once(' ') {
            Some((before, word)) if word.eq_ignore_ascii_case("desc") => (before, true),
            Some((before, word)) if word.eq_ignore_ascii_case("asc") => (before, false),
            _ => (part, false),
        };
        Ok((parse::expression(kind, expression)?, descends))
    };
    split(text, ',')?.into_iter().map(one).collect()
}

fn selected(kind: Kind, text: &str) -> Result<Vec<String>, Refusal> {
    let known = ["id"].into_iter().chain(kind.properties().iter().copied());
    let known = known.chain(kind.relations().iter().map(|relation| relation.name));
    let one = |name: &str| match name.strip_prefix("@iot.").unwrap_or(name) {
        name if known.clone().any(|known| known == name) => Ok(name.to_owned()),
        _ => Err(Refusal::unknown(&format!("property of {}", kind.plural()), name, known.clone())),
    };
    split(text, ',')?.into_iter().map(one).collect()
}

fn yes_or_no(text: &str) -> Result<bool, Refusal> {
    text.parse().map_err(|_| Refusal::invalid("neither true nor false", "write $count=true"))
}

fn number(text: &str) -> Result<usize, Refusal> {
    text.parse().map_err(|_| Refusal::invalid("not a whole number from 0 on", "write it like $top=100"))
}

fn data_array(text: &str) -> Result<bool, Refusal> {
    match text {
        "dataArray" => Ok(true),
        _ => Err(Refusal::unknown("form", text, ["dataArray"].into_iter())),
    }
}

fn token(text: &str) -> Result<(UtcMillis, i64), Refusal> {
    let read = |(time, id): (&str, &str)| Some((UtcMillis(time.parse().ok()?), id.parse().ok()?));
    let read = text.split_once('_').and_then(read);
    read.ok_or_else(|| Refusal::invalid("not one of a next link", "follow the link as it is"))
}

/// The [`token`] of an entity.
pub(crate) fn token_after(time: UtcMillis, id: i64) -> String {
    format!("{}_{id}", time.0)
}
