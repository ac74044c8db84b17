//! Rows as an Apache Parquet file, compressed by Zstandard, in row groups of bounded size.
//!
//! Decimals are the nearest DOUBLE, which has more digits than any property; instants are TIMESTAMP (ms, UTC), and so have no twin by
//! another clock. What grows with the file is its footer: some kilobytes a row group.

use std::{mem, sync::Arc};

use parquet::{
    basic::{Compression, ZstdLevel},
    data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int64Type},
    errors::ParquetError,
    file::{
        metadata::KeyValue,
        properties::WriterProperties,
        writer::{SerializedColumnWriter, SerializedFileWriter},
    },
    schema::parser::parse_message_type,
};

use super::{Column, Encoder, Footer, Geometry, Kind};
use crate::{csv::Cell, history::Missing, problem::Problem, representation::MISSING};

/// Fewest rows of a group but the last; a piece more at most.
const GROUP: usize = 65_536;
/// The key of the footer under which the citation stands, as JSON.
const CITATION: &str = "smartpole-citation";

/// A file under way.
pub(super) struct Parquet {
    file: SerializedFileWriter<Vec<u8>>,
    /// The rows of the group under way; of columns that are not kept none.
    columns: Vec<(Column, Values)>,
    rows: usize,
}

/// A column of the group under way. A level is 1 where there is a value, 0 where there is none.
#[derive(Default)]
struct Values {
    levels: Vec<i16>,
    texts: Vec<ByteArray>,
    numbers: Vec<f64>,
    integers: Vec<i64>,
    bools: Vec<bool>,
}

impl Parquet {
    pub(super) fn new(columns: &'static [Column]) -> Result<Self, Problem> {
        let file = begun(columns).map_err(|error| Problem::internal(&error))?;
        Ok(Self { file, columns: columns.iter().map(|column| (*column, Values::default())).collect(), rows: 0 })
    }

    fn group(&mut self) -> Result<(), ParquetError> {
        self.rows = 0;
        let mut group = self.file.next_row_group()?;
        for (column, values) in self.columns.iter_mut().filter(|(column, _)| is_kept(column)) {
            let Some(mut chunk) = group.next_column()? else { break };
            mem::take(values).write(column.kind, &mut chunk)?;
            chunk.close()?;
        }
        group.close().map(drop)
    }

    fn written(&mut self, least: usize) -> Result<Vec<u8>, ParquetError> {
        if self.rows >= least {
            self.group()?;
        }
        self.file.flush()?;
        Ok(mem::take(self.file.inner_mut()))
    }

    fn ended(&mut self, footer: &Footer<'_>) -> Result<Vec<u8>, ParquetError> {
        let mut rest = self.written(1)?;
        if let Some(citation) = footer.citation {
            let citation = serde_json::to_string(citation).map_err(|error| ParquetError::External(error.into()))?;
            self.file.append_key_value_metadata(KeyValue::new(CITATION.to_owned(), citation));
        }
        if let Some(Missing { readings, reason }) = footer.missing {
            let said = KeyValue::new(MISSING.to_string(), format!("{readings}: {reason}"));
            self.file.append_key_value_metadata(said);
        }
        self.file.finish()?;
        rest.append(self.file.inner_mut());
        Ok(rest)
    }
}

fn is_kept(column: &Column) -> bool {
    column.kind != Kind::Local
}

fn begun(columns: &[Column]) -> Result<SerializedFileWriter<Vec<u8>>, ParquetError> {
    let fields = columns.iter().filter(|column| is_kept(column)).map(|Column { name, kind }| match kind {
        Kind::Text => format!("OPTIONAL BYTE_ARRAY {name} (UTF8);"),
        Kind::Number => format!("OPTIONAL DOUBLE {name};"),
        Kind::Whole => format!("OPTIONAL INT64 {name};"),
        Kind::Bool => format!("OPTIONAL BOOLEAN {name};"),
        Kind::Instant | Kind::Local => format!("OPTIONAL INT64 {name} (TIMESTAMP(MILLIS,true));"),
    });
    let schema = format!("message smartpole {{ {} }}", fields.collect::<Vec<_>>().join(" "));
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default()));
    SerializedFileWriter::new(Vec::new(), Arc::new(parse_message_type(&schema)?), Arc::new(properties.build()))
}

impl Encoder for Parquet {
    fn row(&mut self, row: &[Cell<'_>], _: Option<Geometry<'_>>) -> Result<(), Problem> {
        for ((column, values), cell) in self.columns.iter_mut().zip(row).filter(|((column, _), _)| is_kept(column)) {
            values.push(column.kind, cell);
        }
        self.rows += 1;
        Ok(())
    }

    fn take(&mut self) -> Result<Vec<u8>, Problem> {
        self.written(GROUP).map_err(|error| Problem::internal(&error))
    }

    fn end(&mut self, footer: &Footer<'_>) -> Result<Vec<u8>, Problem> {
        self.ended(footer).map_err(|error| Problem::internal(&error))
    }
}

impl Values {
    fn push(&mut self, kind: Kind, cell: &Cell<'_>) {
        match cell {
            Cell::Text(text) => self.text(text),
            Cell::Date(date) => self.text(date),
            Cell::Number(number) if kind == Kind::Whole => self.integers.push(number.mantissa),
            // both are floats without rounding up to 53 bits and 22 digits, so the quotient is the nearest one
            Cell::Number(number) => self.numbers.push(number.mantissa as f64 / 10_f64.powi(i32::from(number.decimals))),
            Cell::Utc(time) | Cell::Local(time) => self.integers.push(time.0),
            Cell::Degrees(degrees) => self.numbers.push(*degrees),
            Cell::Bool(yes) => self.bools.push(*yes),
            Cell::Empty => {}
        }
        self.levels.push(i16::from(*cell != Cell::Empty));
    }

    /// Words are mostly those of the row before, which are shared.
    fn text(&mut self, text: &str) {
        let same = self.texts.last().filter(|last| last.data() == text.as_bytes()).cloned();
        self.texts.push(same.unwrap_or_else(|| ByteArray::from(text)));
    }

    fn write(self, kind: Kind, chunk: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let Self { levels, texts, numbers, integers, bools } = self;
        let levels = Some(levels.as_slice());
        match kind {
            Kind::Text => chunk.typed::<ByteArrayType>().write_batch(&texts, levels, None),
            Kind::Number => chunk.typed::<DoubleType>().write_batch(&numbers, levels, None),
            Kind::Bool => chunk.typed::<BoolType>().write_batch(&bools, levels, None),
            Kind::Whole | Kind::Instant | Kind::Local => {
                chunk.typed::<Int64Type>().write_batch(&integers, levels, None)
            }
        }?;
        Ok(())
    }
}
