//! From bytes to text, and from offsets to lines.

use super::{Files, Problem};

/// The text of a file, without byte order mark; what keeps it from being read is a problem.
pub(super) fn read<'a>(files: &'a Files, name: &str, problems: &mut Vec<Problem>) -> Option<&'a str> {
    let Some(bytes) = files.get(name) else {
        problems.push(Problem::new(name, "the file is missing", "put it beside the other registry files"));
        return None;
    };
    match decode(name, bytes) {
        Ok(text) => Some(text),
        Err(problem) => {
            problems.push(problem);
            None
        }
    }
}

pub(super) fn decode<'a>(name: &str, bytes: &'a [u8]) -> Result<&'a str, Problem> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        Problem::new(name, "the text is not UTF-8", "save the file as UTF-8 (in Excel: \"CSV UTF-8\")").at_line(line)
    })?;
    if text.trim().is_empty() {
        return Err(Problem::new(name, "the file is empty", "restore it, or remove it if it is optional"));
    }
    Ok(text)
}

/// The line, from 1, of a byte offset.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    let before = &text.as_bytes()[..offset.min(text.len())];
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}
