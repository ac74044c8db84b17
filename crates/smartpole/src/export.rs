//! A file of readings or windows, taken from the running service.
//!
//! ```text
//! GET /api/v1/export ──piece by piece──► FILE.part, locked ──► synced ──► FILE
//! ```

use std::{
    fmt,
    fs::{self, File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    cli::export::Export,
    client::{Client, ClientError, escaped},
};

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("cannot write {path}, and nothing is left of it", path = path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("another export writes {path}: wait for it, or name another file", path = path.display())]
    Taken { path: PathBuf },
    #[error("cannot print")]
    Print(#[source] io::Error),
}

/// Takes the file, and gives it its name when it is whole.
pub(crate) fn run(asked: &Export) -> Result<(), Error> {
    let client = Client::at(&asked.at)?;
    let part = Part::new(&asked.output)?;
    let taken = take(&client, &path(asked), &part).and_then(|taken| part.finish(&asked.output).map(|()| taken));
    if taken.is_err() {
        fs::remove_file(&part.path).ok(); // the first error is the one to tell
    }
    let taken = taken?;
    writeln!(io::stdout(), "{}: {taken}", asked.output.display()).map_err(Error::Print)
}

/// What was taken.
#[derive(Debug, PartialEq, Eq)]
struct Taken {
    bytes: u64,
    /// Readings that neither the service nor its history has any more.
    missing: u64,
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.bytes)?;
        if self.missing > 0 {
            write!(
                f,
                "; {} readings of that time are missing, the InfluxDB that kept them has lost them",
                self.missing
            )?;
        }
        Ok(())
    }
}

fn take(client: &Client, path: &str, part: &Part) -> Result<Taken, Error> {
    let style = ProgressStyle::with_template("{spinner} {binary_bytes} {binary_bytes_per_sec} {elapsed}");
    let progress = ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    let trailers = client.download(path, |bytes| {
        progress.inc(bytes.len() as u64);
        (&part.file).write_all(bytes).map_err(part.wrong())
    })?;
    progress.finish_and_clear();
    let missing = trailers.get(smartpole_api::MISSING).and_then(|missing| missing.to_str().ok()?.parse().ok());
    Ok(Taken { bytes: progress.position(), missing: missing.unwrap_or(0) })
}

/// A file that is not whole yet, written by this process alone.
struct Part {
    path: PathBuf,
    file: File,
}

impl Part {
    /// An empty one beside the file it becomes; what an export that was killed left of it is overwritten.
    fn new(output: &Path) -> Result<Self, Error> {
        let mut path = output.to_owned().into_os_string();
        path.push(".part");
        let path = PathBuf::from(path);
        let wrong = |source| Error::Write { path: path.clone(), source };
        let file = File::options().write(true).create(true).truncate(false).open(&path).map_err(wrong)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Taken { path }),
            Err(TryLockError::Error(source)) => return Err(wrong(source)),
        }
        file.set_len(0).map_err(wrong)?;
        Ok(Self { path, file })
    }

    /// Gives it its name once all of it is on disk.
    fn finish(&self, output: &Path) -> Result<(), Error> {
        self.file.sync_all().map_err(self.wrong())?;
        fs::rename(&self.path, output).map_err(self.wrong())
    }

    fn wrong(&self) -> impl Fn(io::Error) -> Error {
        |source| Error::Write { path: self.path.clone(), source }
    }
}

fn path(asked: &Export) -> String {
    let word = |value: Option<clap::builder::PossibleValue>| value.map(|value| value.get_name().to_owned());
    // of another form than a table the service refuses it, with what to do
    let excel = asked.excel_de.then(|| "excel_de".to_owned());
    let parameters = [
        ("what", word(asked.what.to_possible_value())),
        ("device", asked.device.clone()),
        ("pole", asked.pole.clone()),
        ("zone", asked.zone.clone()),
        ("each", asked.each.clone()),
        ("property", asked.property.clone()),
        ("from", Some(asked.from.to_string())),
        ("to", Some(asked.to.to_string())),
        ("step", asked.step.clone()),
        ("as_of", asked.as_of.map(|as_of| as_of.to_string())),
        ("format", word(asked.format.to_possible_value())),
        ("csv", excel),
    ];
    let given = parameters.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", escaped(&value?))));
    format!("/api/v1/export?{}", given.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    #[test]
    fn what_is_asked_for_is_the_question_of_the_interface() {
        let line = "smartpole export --what windows --zone alt&stadt --property people_in,people_out --step 1d \
            --from 2026-01-01T00:00:00Z --to 2027-01-01T00:00:00Z --excel-de -o a.csv";
        let Command::Export(asked) = Cli::parse_from(line.split_whitespace()).command else { unreachable!() };
        assert_eq!(
            path(&asked),
            "/api/v1/export?what=windows&zone=alt%26stadt&property=people_in%2Cpeople_out&from=2026-01-01T00%3A00%3A00Z\
             &to=2027-01-01T00%3A00%3A00Z&step=1d&format=csv&csv=excel_de"
        );
    }

    #[test]
    fn a_dialect_of_a_file_that_is_no_table_is_asked_for_and_so_refused_by_the_service() {
        let line = "smartpole export --from 2026-01-01T00:00:00Z --to 2027-01-01T00:00:00Z --format geojson --excel-de";
        assert!(path(&asked(line, Path::new("a.geojson"))).ends_with("&format=geojson&csv=excel_de"));
    }

    fn asked(line: &str, output: &Path) -> Export {
        let words = line.split_whitespace().chain(["-o", output.to_str().unwrap()]);
        let Command::Export(asked) = Cli::parse_from(words).command else { unreachable!() };
        *asked
    }

    /// A service that answers once, by these bytes, and hangs up.
    fn answering(bytes: &'static [u8]) -> String {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = [0; 4096];
            io::Read::read(&mut stream, &mut head).unwrap();
            stream.write_all(bytes).unwrap();
        });
        format!("smartpole export --url http://{address} --from 2026-01-01T00:00:00Z --to 2027-01-01T00:00:00Z")
    }

    /// What an export leaves where an older file was: its error, the file and how many files there are.
    fn over_an_older_one(line: &str) -> (Result<(), Error>, String, usize) {
        let dir = tempfile::tempdir().unwrap();
        let output = dir.path().join("a.csv");
        fs::write(&output, "older").unwrap();
        let done = run(&asked(line, &output));
        (done, fs::read_to_string(&output).unwrap(), fs::read_dir(dir.path()).unwrap().count())
    }

    #[test]
    fn where_nobody_answers_no_file_is_left_and_an_older_one_stays() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let line =
            format!("smartpole export --url http://{free} --from 2026-01-01T00:00:00Z --to 2027-01-01T00:00:00Z");
        let (done, file, files) = over_an_older_one(&line);
        assert!(matches!(done, Err(Error::Client(ClientError::Nobody { .. }))));
        assert_eq!((file.as_str(), files), ("older", 1));
    }

    #[test]
    fn an_answer_that_breaks_off_is_no_file() {
        let broken = answering(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\na,b\r\n");
        let (done, file, files) = over_an_older_one(&broken);
        assert!(matches!(done, Err(Error::Client(ClientError::Broken { .. }))), "{done:?}");
        assert_eq!((file.as_str(), files), ("older", 1));
    }

    #[test]
    fn a_whole_answer_takes_the_place_of_an_older_file() {
        let whole = answering(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\na,b\r\n0\r\n\r\n");
        let (done, file, files) = over_an_older_one(&whole);
        assert!(done.is_ok(), "{done:?}");
        assert_eq!((file.as_str(), files), ("a,b", 1));
    }

    #[test]
    fn what_the_history_has_lost_is_said_behind_the_file() {
        let line = answering(
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: smartpole-missing\r\n\r\n\
              3\r\na,b\r\n0\r\nsmartpole-missing: 12\r\n\r\n",
        );
        let dir = tempfile::tempdir().unwrap();
        let asked = asked(&line, &dir.path().join("a.csv"));
        let client = Client::at(&asked.at).unwrap();
        let taken = take(&client, &path(&asked), &Part::new(&asked.output).unwrap()).unwrap();
        assert_eq!(taken, Taken { bytes: 3, missing: 12 });
        assert!(taken.to_string().starts_with("3 bytes; 12 readings of that time are missing"), "{taken}");
    }

    #[test]
    fn two_exports_do_not_write_the_same_file() {
        let dir = tempfile::tempdir().unwrap();
        let output = dir.path().join("a.csv");
        let first = Part::new(&output).unwrap();
        (&first.file).write_all(b"first").unwrap();
        assert!(matches!(Part::new(&output), Err(Error::Taken { .. })));
        first.finish(&output).unwrap();
        assert_eq!(fs::read_to_string(&output).unwrap(), "first");
    }

    #[test]
    fn a_full_disk_is_said() {
        // every write to it fails with ENOSPC (full(4))
        let part = Part { path: "a.csv.part".into(), file: File::options().write(true).open("/dev/full").unwrap() };
        let error = (&part.file).write_all(b"x").map_err(part.wrong()).unwrap_err();
        let said = crate::telemetry::Chain(&error).to_string();
        assert!(said.contains("a.csv.part") && said.contains("No space left on device"), "{said}");
    }
}
