//! A CSV file line by line, so that what is not changed stays as it was written.

use std::collections::HashMap;

use super::{
    super::table::{Layout, has_semicolons},
    compared,
    sent::SentRow,
};

/// The lines of a file.
pub(super) struct Sheet<'t> {
    /// Names in its first line, those that it gets last.
    pub(super) columns: Vec<String>,
    /// Columns that it gets.
    more: usize,
    delimiter: u8,
    ending: &'static str,
    header: usize,
    lines: Vec<Line<'t>>,
}

enum Line<'t> {
    /// As it was, with its ending.
    Kept(&'t str),
    Written(Vec<String>),
}

impl<'t> Sheet<'t> {
    /// A file that is to have these columns; an empty one gets them, and the required ones.
    pub(super) fn read(text: &'t str, layout: &Layout, wanted: &[&'static str]) -> Self {
        let delimiter = if has_semicolons(text) { b';' } else { b',' };
        let lines: Vec<Line<'t>> = text.split_inclusive('\n').map(Line::Kept).collect();
        let header = lines.iter().position(|line| matches!(line, Line::Kept(raw) if !raw.trim().is_empty()));
        let first = header.map_or("", |at| if let Line::Kept(raw) = &lines[at] { raw } else { "" });
        let mut columns: Vec<String> = split(first, delimiter).iter().map(|cell| cell.trim().to_owned()).collect();
        let had = if header.is_some() { columns.len() } else { 0 };
        columns.truncate(had);
        let required = if header.is_some() { &[][..] } else { layout.required };
        for column in required.iter().chain(wanted) {
            if !columns.iter().any(|known| known == column) {
                columns.push((*column).to_owned());
            }
        }
        let ending = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let more = columns.len() - had;
        let mut sheet = Self { columns, more, delimiter, ending, header: header.unwrap_or(0), lines };
        if header.is_none() {
            sheet.lines = vec![Line::Written(sheet.columns.clone())];
        }
        sheet
    }

    /// Lines of rows by the first cell of their key.
    pub(super) fn index(&self, layout: &Layout) -> HashMap<Option<String>, Vec<usize>> {
        let mut index: HashMap<Option<String>, Vec<usize>> = HashMap::new();
        for at in self.header + 1..self.lines.len() {
            if !matches!(&self.lines[at], Line::Kept(raw) if raw.trim().is_empty()) {
                index.entry(Some(self.key(at, layout.key[0]))).or_default().push(at);
            }
        }
        index
    }

    /// Whether a line is what a row that was sent means.
    pub(super) fn is(&self, at: usize, layout: &Layout, row: &SentRow) -> bool {
        let mut pairs = layout.key.iter().zip(&row.key);
        pairs.all(|(column, cell)| cell.as_ref().is_none_or(|cell| *cell == self.key(at, column)))
    }

    fn key(&self, at: usize, column: &str) -> String {
        let index = self.columns.iter().position(|known| known == column);
        compared(column, index.and_then(|index| self.cells(at).get(index).cloned()).unwrap_or_default().trim())
    }

    /// The cells of a line, one for each column at least.
    pub(super) fn cells(&self, at: usize) -> Vec<String> {
        let mut cells = match &self.lines[at] {
            Line::Kept(raw) => split(raw, self.delimiter),
            Line::Written(cells) => cells.clone(),
        };
        let full = cells.len().max(self.columns.len());
        cells.resize(full, String::new());
        cells
    }

    /// Writes a line anew; gives its index.
    pub(super) fn replace(&mut self, at: usize, cells: Vec<String>) -> usize {
        self.lines[at] = Line::Written(cells);
        at
    }

    /// Writes a line at the end; gives its index.
    pub(super) fn add(&mut self, cells: Vec<String>) -> usize {
        self.lines.push(Line::Written(cells));
        self.lines.len() - 1
    }

    /// The file as it is to be.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let last = self.lines.len().saturating_sub(1);
        for (at, line) in self.lines.iter().enumerate() {
            match line {
                Line::Kept(raw) if self.more == 0 || raw.trim().is_empty() => text += raw,
                Line::Kept(raw) => {
                    let bare = raw.trim_end_matches(['\r', '\n']);
                    text += bare;
                    self.write_more(at, &mut text);
                    text += &raw[bare.len()..];
                }
                Line::Written(cells) => {
                    text += &joined(cells, self.delimiter);
                    text += self.ending;
                }
            }
            if at < last && !text.ends_with('\n') {
                text += self.ending;
            }
        }
        text
    }

    /// The columns that the file gets, at the end of a line that is kept.
    fn write_more(&self, at: usize, text: &mut String) {
        for column in &self.columns[self.columns.len() - self.more..] {
            text.push(char::from(self.delimiter));
            if at == self.header {
                text.push_str(column);
            }
        }
    }
}

/// The cells of one line.
pub(super) fn split(line: &str, delimiter: u8) -> Vec<String> {
    let line = line.trim_end_matches(['\r', '\n']);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(line.len().max(16))
        .from_reader(line.as_bytes());
    let record = reader.records().flatten().next().unwrap_or_default();
    record.iter().map(str::to_owned).collect()
}

/// One line of cells, without an ending.
fn joined(cells: &[String], delimiter: u8) -> String {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    // a vector takes all that is written, and text stays text
    let written = writer.write_record(cells).ok().and_then(|()| writer.into_inner().ok()).unwrap_or_default();
    String::from_utf8(written).unwrap_or_default().trim_end_matches('\n').to_owned()
}
