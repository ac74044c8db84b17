//! TOML read key by key, so that every mistake of a file is found in one go and has its line.

use toml::de::{DeTable, DeValue};

use super::{Problem, names::did_you_mean, text::line_of};
use crate::Decimal;

/// A TOML file that is well-formed.
#[derive(Debug)]
pub(super) struct Document<'t> {
    file: &'t str,
    text: &'t str,
    root: DeTable<'t>,
}

impl<'t> Document<'t> {
    /// Reports every syntax error; `None` if there is one, for what follows it cannot be trusted.
    pub(super) fn parse(file: &'t str, text: &'t str, problems: &mut Vec<Problem>) -> Option<Self> {
        let (root, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let problem = Problem::new(file, error.message().trim(), "mend the TOML syntax of this line");
            problems.push(problem.at_line(line_of(text, error.span().map_or(0, |span| span.start))));
        }
        errors.is_empty().then(|| Self { file, text, root: root.into_inner() })
    }

    /// Its top level.
    pub(super) fn section(&self) -> Section<'_> {
        Section {
            file: self.file,
            text: self.text,
            table: &self.root,
            line: 1,
            asked: Vec::new(),
            problems: Vec::new(),
        }
    }
}

/// A table of a [`Document`]; remembers what was asked of it, so that [`Section::finish`] knows what nobody wanted.
#[derive(Debug)]
pub(super) struct Section<'t> {
    file: &'t str,
    text: &'t str,
    table: &'t DeTable<'t>,
    /// Where it begins.
    pub(super) line: usize,
    asked: Vec<&'static str>,
    problems: Vec<Problem>,
}

impl<'t> Section<'t> {
    /// The value of a key, if it is there and right.
    pub(super) fn optional<T: FromToml>(&mut self, key: &'static str) -> Option<T> {
        let value = self.value(key)?;
        let read = T::from_toml(value);
        if read.is_none() {
            let message = format!("expected {}, found {}", T::EXPECTED, shown(value));
            self.problem(key, message, format!("write it like `{key} = {}`", T::EXAMPLE));
        }
        read
    }

    /// The value of a key, if it is right; its absence is a problem.
    pub(super) fn required<T: FromToml>(&mut self, key: &'static str) -> Option<T> {
        if !self.table.contains_key(key) {
            self.asked.push(key);
            self.problem(key, format!("`{key}` is missing"), format!("add `{key} = {}`", T::EXAMPLE));
            return None;
        }
        self.optional(key)
    }

    /// A whole number of a key that lies in a range.
    pub(super) fn integer<T: TryFrom<i64>>(
        &mut self,
        key: &'static str,
        range: std::ops::RangeInclusive<i64>,
    ) -> Option<T> {
        let number: i64 = self.optional(key)?;
        let fitting = Some(number).filter(|number| range.contains(number)).and_then(|number| T::try_from(number).ok());
        if fitting.is_none() {
            let hint = format!("use {} to {}", range.start(), range.end());
            self.problem(key, format!("{number} is out of bounds"), hint);
        }
        fitting
    }

    /// Same, and its absence is a problem.
    pub(super) fn required_integer<T: TryFrom<i64>>(
        &mut self,
        key: &'static str,
        range: std::ops::RangeInclusive<i64>,
    ) -> Option<T> {
        if !self.table.contains_key(key) {
            return self.required::<i64>(key).and(None);
        }
        self.integer(key, range)
    }

    /// Whether a key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// A table of a key.
    pub(super) fn table(&mut self, key: &'static str) -> Option<Section<'t>> {
        let value = self.value(key)?;
        let Some(table) = value.as_table() else {
            self.problem(key, format!("expected a table, found {}", shown(value)), format!("write it as `[{key}]`"));
            return None;
        };
        Some(self.nested(table, self.line_of_key(key)))
    }

    /// The tables of an array of tables.
    pub(super) fn tables(&mut self, key: &'static str) -> Vec<Section<'t>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let entries =
            value.as_array().map(|array| array.iter().map(|entry| (entry.span(), entry.get_ref().as_table())));
        let sections: Option<Vec<_>> = entries.and_then(|entries| {
            entries.map(|(span, table)| Some(self.nested(table?, line_of(self.text, span.start)))).collect()
        });
        sections.unwrap_or_else(|| {
            self.problem(key, "expected a list of tables".to_owned(), format!("write each entry as `[[{key}]]`"));
            Vec::new()
        })
    }

    /// The texts of a list of a key, each with its line; none if the key is missing or is no such list, which is a problem.
    pub(super) fn texts(&mut self, key: &'static str) -> Vec<(String, usize)> {
        let Some(texts) = self.required::<Vec<String>>(key) else { return Vec::new() };
        let entries = self.table.get(key).and_then(|value| value.get_ref().as_array());
        let lines = entries.into_iter().flat_map(|entries| entries.iter().map(|entry| entry.span().start));
        texts.into_iter().zip(lines.map(|start| line_of(self.text, start))).collect()
    }

    /// Notes a problem with a key.
    pub(super) fn problem(&mut self, key: &str, message: impl Into<String>, hint: impl Into<String>) {
        self.problem_at(self.line_of_key(key), key, message, hint);
    }

    /// Notes a problem with a key that a kept registry may have.
    pub(super) fn problem_of_new(&mut self, key: &str, message: impl Into<String>, hint: impl Into<String>) {
        let problem = Problem::new(self.file, message, hint).at_line(self.line_of_key(key)).in_field(key);
        self.problems.push(problem.sparing_kept());
    }

    /// Notes a problem with a key that has its place on another line.
    pub(super) fn problem_at(&mut self, line: usize, key: &str, message: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(Problem::new(self.file, message, hint).at_line(line).in_field(key));
    }

    /// Hands over the problems, among them the keys that nobody asked for. Whether there were none.
    pub(super) fn finish(mut self, problems: &mut Vec<Problem>) -> bool {
        let table = self.table;
        for key in table.keys().map(|key| key.get_ref().as_ref()) {
            if !self.asked.contains(&key) {
                let hint = did_you_mean(key, self.asked.iter().copied());
                self.problem(key, format!("unknown key `{key}`"), hint.unwrap_or_else(|| "remove it".to_owned()));
            }
        }
        let sound = self.problems.is_empty();
        problems.append(&mut self.problems);
        sound
    }

    fn value(&mut self, key: &'static str) -> Option<&'t DeValue<'t>> {
        self.asked.push(key);
        self.table.get(key).map(toml::Spanned::get_ref)
    }

    fn nested(&self, table: &'t DeTable<'t>, line: usize) -> Section<'t> {
        Section { table, line, asked: Vec::new(), problems: Vec::new(), ..*self }
    }

    fn line_of_key(&self, key: &str) -> usize {
        self.table.get_key_value(key).map_or(self.line, |(key, _)| line_of(self.text, key.span().start))
    }
}

/// The value as a problem names it.
fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("the text {:?}", text.chars().take(40).collect::<String>()),
        DeValue::Integer(number) => format!("the integer {}", number.as_str()),
        DeValue::Float(number) => format!("the number {}", number.as_str()),
        DeValue::Array(_) => "another list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
        other => format!("a {}", other.type_str()),
    }
}

/// What a TOML value can be read as.
pub(super) trait FromToml: Sized {
    const EXPECTED: &'static str;
    const EXAMPLE: &'static str;
    fn from_toml(value: &DeValue<'_>) -> Option<Self>;
}

impl FromToml for String {
    const EXPECTED: &'static str = "a text";
    const EXAMPLE: &'static str = "\"…\"";
    fn from_toml(value: &DeValue<'_>) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl FromToml for bool {
    const EXPECTED: &'static str = "true or false";
    const EXAMPLE: &'static str = "true";
    fn from_toml(value: &DeValue<'_>) -> Option<Self> {
        value.as_bool()
    }
}

impl FromToml for i64 {
    const EXPECTED: &'static str = "a whole number";
    const EXAMPLE: &'static str = "1";
    fn from_toml(value: &DeValue<'_>) -> Option<Self> {
        let number = value.as_integer()?;
        i64::from_str_radix(number.as_str(), number.radix()).ok()
    }
}

impl FromToml for Decimal {
    const EXPECTED: &'static str = "a number of at most 18 digits";
    const EXAMPLE: &'static str = "0.5";
    fn from_toml(value: &DeValue<'_>) -> Option<Self> {
        match value {
            DeValue::Float(number) => Decimal::parse(number.as_str().trim_start_matches('+')).ok(),
            _ => Some(Decimal { mantissa: i64::from_toml(value)?, decimals: 0 }),
        }
    }
}

impl FromToml for Vec<String> {
    const EXPECTED: &'static str = "a list of texts";
    const EXAMPLE: &'static str = "[\"…\"]";
    fn from_toml(value: &DeValue<'_>) -> Option<Self> {
        list(value)
    }
}

impl FromToml for Vec<Decimal> {
    const EXPECTED: &'static str = "a list of numbers";
    const EXAMPLE: &'static str = "[-1, 6553.5]";
    fn from_toml(value: &DeValue<'_>) -> Option<Self> {
        list(value)
    }
}

fn list<T: FromToml>(value: &DeValue<'_>) -> Option<Vec<T>> {
    value.as_array()?.iter().map(|entry| T::from_toml(entry.get_ref())).collect()
}
