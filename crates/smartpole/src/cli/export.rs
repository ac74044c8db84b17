//! `smartpole export …`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use smartpole_model::UtcMillis;

use super::{At, time};

/// Write months of readings or windows to a file: CSV, GeoJSON or Parquet.
///
/// Asks the running service (`GET /api/v1/export`), which makes the file while it sends it and goes on taking messages in, so
/// its size does not matter. What is there yet stands in FILE.part; FILE appears when it is whole and on disk. If something
/// goes wrong, a full disk for instance, FILE.part is deleted, an older FILE stays as it was, and the command exits 1.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Export {
    /// What a row is
    #[arg(long, value_enum, default_value_t = What::Readings)]
    pub(crate) what: What,
    /// Of one device; without --device, --pole and --zone of the whole city
    #[arg(long, value_name = "ID")]
    pub(crate) device: Option<String>,
    /// Of one pole
    #[arg(long, value_name = "ID", conflicts_with = "device")]
    pub(crate) pole: Option<String>,
    /// Of one zone
    #[arg(long, value_name = "ID", conflicts_with_all = ["device", "pole"])]
    pub(crate) zone: Option<String>,
    /// Windows of each pole, or of each device, instead of those of the whole
    #[arg(long, value_name = "pole|device")]
    pub(crate) each: Option<String>,
    /// Ids of properties, with commas between [default: all]
    #[arg(long, value_name = "IDS")]
    pub(crate) property: Option<String>,
    /// First instant: 2026-11-01T00:00:00Z
    #[arg(long, value_parser = time)]
    pub(crate) from: UtcMillis,
    /// First instant after
    #[arg(long, value_parser = time)]
    pub(crate) to: UtcMillis,
    /// How long windows are: 15m, 1h, 1d, 1w, 1mo, 1y [default: 15m]
    #[arg(long, value_name = "STEP")]
    pub(crate) step: Option<String>,
    /// What had been received by this minute, as it was known then
    #[arg(long, value_parser = time)]
    pub(crate) as_of: Option<UtcMillis>,
    /// The form of the file
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    pub(crate) format: Format,
    /// A table that a German Excel opens by a double click
    #[arg(long)]
    pub(crate) excel_de: bool,
    /// The file; one that is there already is replaced
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) at: At,
}

const EXAMPLES: &str = "\
Examples:
  smartpole export --from 2026-09-01T00:00:00Z --to 2026-12-01T00:00:00Z --format parquet -o autumn.parquet
      all readings of three months, of a service or demo on this machine
  smartpole export --config smartpole.toml --what windows --zone altstadt --property people_in,people_out --step 1d \\
      --from 2026-01-01T00:00:00Z --to 2027-01-01T00:00:00Z --excel-de -o altstadt.csv
      a year of days, for Excel";

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    /// Values as they were measured
    Readings,
    /// Windows
    Windows,
}

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table
    Csv,
    /// A feature a row, at its pole
    Geojson,
    /// Apache Parquet
    Parquet,
}
