//! CSV as people save it: `,` or `;` (German Excel), with or without byte order mark.

use super::{
    Problem,
    names::{did_you_mean, one_of},
};
use crate::Decimal;

/// What a CSV file looks like.
#[derive(Debug)]
pub struct Layout {
    /// Its name.
    pub file: &'static str,
    /// Columns that it has to have.
    pub required: &'static [&'static str],
    /// Columns that it may have.
    pub optional: &'static [&'static str],
    /// Columns that tell its rows apart; without those behind the first, which name one thing each, several rows may be meant.
    pub key: &'static [&'static str],
    /// Columns of numbers, which may have a decimal comma.
    pub numbers: &'static [&'static str],
    /// Its cells are never quoted: any of them may be a key, even one of the first line if that is missing.
    pub(super) secret: bool,
}

impl Layout {
    /// All columns, those that it has to have first.
    pub fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.required.iter().chain(self.optional).copied()
    }
}

/// One line of a table.
#[derive(Debug)]
pub(super) struct Row<'t> {
    pub(super) line: usize,
    file: &'static str,
    columns: &'t [Option<&'static str>],
    record: csv::StringRecord,
    semicolons: bool,
}

impl Row<'_> {
    /// The cell of a column, trimmed; empty where the file has no such column.
    pub(super) fn get(&self, column: &str) -> &str {
        let index = self.columns.iter().position(|name| *name == Some(column));
        index.and_then(|index| self.record.get(index)).unwrap_or("").trim()
    }

    /// Whether the file has a column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.contains(&Some(column))
    }

    /// The cell of a column as a number. Where `;` separates cells, `,` is a decimal comma.
    pub(super) fn number(&self, column: &str) -> Option<f64> {
        self.decimal(column)?.to_string().parse().ok()
    }

    /// The same, exact.
    pub(super) fn decimal(&self, column: &str) -> Option<Decimal> {
        let cell = self.get(column);
        let cell = if self.semicolons { cell.replace(',', ".") } else { cell.to_owned() };
        Decimal::parse(&cell).ok()
    }

    /// A problem with a cell.
    pub(super) fn problem(&self, column: &str, message: impl Into<String>, hint: impl Into<String>) -> Problem {
        Problem::new(self.file, message, hint).at_line(self.line).in_field(column)
    }
}

/// Hands every sound row of a table to `each`. `false` if there are others, so that ids may be missing.
pub(super) fn rows(
    text: &str,
    layout: &Layout,
    problems: &mut Vec<Problem>,
    mut each: impl FnMut(&Row<'_>, &mut Vec<Problem>),
) -> bool {
    let semicolons = has_semicolons(text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(if semicolons { b';' } else { b',' })
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut lines = Lines { text, offset: 0, line: 1 };
    // Text in memory that is UTF-8 gives neither of the reader's errors, so nothing is lost by flattening.
    let mut records = reader.records().flatten().filter(|record| record.iter().any(|cell| !cell.trim().is_empty()));
    let Some(first) = records.next() else { return false };
    let Some(columns) = header(&first, lines.of(&first), layout, problems) else { return false };
    let mut whole = true;
    for record in records {
        let row = Row { line: lines.of(&record), file: layout.file, columns: &columns, record, semicolons };
        match misshapen(&row) {
            Some(problem) => {
                problems.push(problem);
                whole = false;
            }
            None => each(&row, problems),
        }
    }
    whole
}

/// Whether `;` separates the cells: the first line says it.
pub(super) fn has_semicolons(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    first.matches(';').count() > first.matches(',').count()
}

/// Lines of records in their order. The reader's own count names the blank lines before a record, so count to its first
/// character.
struct Lines<'t> {
    text: &'t str,
    offset: usize,
    line: usize,
}

impl Lines<'_> {
    fn of(&mut self, record: &csv::StringRecord) -> usize {
        let start = record.position().map_or(0, |position| position.byte() as usize);
        let bytes = self.text.as_bytes();
        let is_blank = |byte: &u8| matches!(byte, b'\r' | b'\n');
        while let Some(byte) = bytes.get(self.offset).filter(|byte| self.offset < start || is_blank(byte)) {
            self.line += usize::from(*byte == b'\n');
            self.offset += 1;
        }
        self.line
    }
}

/// The column of each cell of the first line; `None` if a column is missing.
fn header(
    record: &csv::StringRecord,
    line: usize,
    layout: &Layout,
    problems: &mut Vec<Problem>,
) -> Option<Vec<Option<&'static str>>> {
    let known = || layout.columns();
    let mut columns: Vec<Option<&'static str>> = Vec::new();
    for (number, cell) in (1..).zip(record) {
        let name = cell.trim();
        let column = known().find(|known| *known == name);
        let shown = if layout.secret && column.is_none() { format!("no. {number}") } else { name.to_owned() };
        let problem = |message: String, hint| Problem::new(layout.file, message, hint).at_line(line).in_field(&shown);
        if column.is_none() {
            let hint = did_you_mean(name, known()).unwrap_or_else(|| format!("remove it, or {}", one_of(known())));
            problems.push(problem(format!("unknown column `{shown}`"), hint));
        } else if columns.contains(&column) {
            problems.push(problem(format!("column `{name}` is there twice"), "remove one of them".to_owned()));
        }
        columns.push(column);
    }
    let missing: Vec<_> = layout.required.iter().filter(|required| !columns.contains(&Some(**required))).collect();
    for column in &missing {
        let problem = Problem::new(layout.file, format!("column `{column}` is missing"), "add it to the first line");
        problems.push(problem.at_line(line).in_field(column));
    }
    missing.is_empty().then_some(columns)
}

fn misshapen(row: &Row<'_>) -> Option<Problem> {
    let (cells, columns) = (row.record.len(), row.columns.len());
    let problem = |message: String, hint| Some(Problem::new(row.file, message, hint).at_line(row.line));
    if row.record.iter().any(|cell| cell.contains('\n')) {
        return problem("a cell goes over several lines".to_owned(), "close the quotation mark that is open here");
    }
    if cells != columns {
        let hint = "check the separators; a cell that holds one needs quotation marks";
        return problem(format!("the line has {cells} cells, the first line {columns}"), hint);
    }
    None
}
