//! Child processes, and what the kernel says they used.

use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use crate::error::{Error, io};

/// The longest that anything may take; only a run that failed waits so long.
pub(crate) const LIMIT: Duration = Duration::from_secs(120);

/// A child that dies with the run. What it says on stderr is in its log.
#[derive(Debug)]
pub(crate) struct Process {
    name: &'static str,
    pid: u32,
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    log: PathBuf,
}

impl Process {
    pub(crate) fn start(name: &'static str, command: &mut Command, dir: &Path) -> Result<Self, Error> {
        let log = dir.join(format!("{name}.log"));
        let file = File::create(&log).map_err(io(format!("create {}", log.display())))?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(file).kill_on_drop(true);
        let starting = || io(format!("start {name}"));
        let mut child = command.spawn().map_err(starting())?;
        let missing = || starting()(std::io::ErrorKind::BrokenPipe.into());
        let stdout = child.stdout.take().ok_or_else(missing)?;
        let pid = child.id().ok_or_else(missing)?;
        Ok(Self { name, pid, child, lines: BufReader::new(stdout).lines(), log })
    }

    /// The rest of the next line that begins like this.
    pub(crate) async fn line(&mut self, begins: &str) -> Result<String, Error> {
        let found = timeout(LIMIT, async {
            while let Some(line) = self.lines.next_line().await? {
                if let Some(rest) = line.strip_prefix(begins) {
                    return Ok(Some(rest.to_owned()));
                }
            }
            Ok(None)
        });
        match found.await {
            Ok(Ok(Some(found))) => Ok(found),
            Ok(Ok(None)) => Err(self.ended().await),
            Ok(Err(error)) => Err(io(format!("read what {} prints", self.name))(error)),
            Err(_) => Err(Error::TooLong { what: self.name, seconds: LIMIT.as_secs() }),
        }
    }

    /// What it said on stderr so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// An error if it does not run any more.
    pub(crate) async fn lives(&mut self) -> Result<(), Error> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(_)) => Err(self.ended().await),
            Err(error) => Err(io(format!("look after {}", self.name))(error)),
        }
    }

    async fn ended(&mut self) -> Error {
        let status = match timeout(Duration::from_secs(5), self.child.wait()).await {
            Ok(Ok(status)) => status.to_string(),
            _ => "closed its output".to_owned(),
        };
        let text = self.log();
        let lines: Vec<&str> = text.lines().collect();
        Error::Ended { name: self.name, status, log: lines[lines.len().saturating_sub(20)..].join("\n") }
    }

    pub(crate) fn signal(&self, signal: Signal) -> Result<(), Error> {
        let pid = Pid::from_raw(self.pid as i32).ok_or(std::io::ErrorKind::NotFound);
        let sent = pid.map_err(Into::into).and_then(|pid| kill_process(pid, signal).map_err(Into::into));
        sent.map_err(io(format!("signal {}", self.name)))
    }

    /// What it used since it was started.
    pub(crate) fn usage(&self) -> Result<Usage, Error> {
        Usage::of(&self.pid.to_string())
    }
}

/// What a process used, as /proc has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Usage {
    /// Of user and system together.
    pub(crate) cpu_s: f64,
    /// Most resident memory so far.
    pub(crate) peak_bytes: u64,
    /// Bytes it caused to be written to disk.
    pub(crate) written_bytes: u64,
}

impl Usage {
    /// `process` is a number, or `self`.
    pub(crate) fn of(process: &str) -> Result<Self, Error> {
        let read = |file: &str| {
            let path = format!("/proc/{process}/{file}");
            fs::read_to_string(&path).map_err(io(format!("read {path}")))
        };
        let stat = read("stat")?;
        // behind the name, which may hold anything: fields 14 and 15 of proc(5) are the 12th and 13th
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
        let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        let number = |text: &str, key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key));
            line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default()
        };
        Ok(Self {
            cpu_s: ticks as f64 / rustix::param::clock_ticks_per_second() as f64,
            peak_bytes: number(&read("status")?, "VmHWM:") * 1024,
            written_bytes: number(&read("io")?, "write_bytes:"),
        })
    }

    /// What was used between two looks; the peak is that of the later.
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            cpu_s: self.cpu_s - before.cpu_s,
            peak_bytes: self.peak_bytes,
            written_bytes: self.written_bytes - before.written_bytes,
        }
    }
}

/// Bytes of all files in a folder, as they take room on the disk.
pub(crate) fn folder_bytes(dir: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(data) if data.is_dir() => folder_bytes(&entry.path()),
        Ok(data) => data.blocks() * 512,
        Err(_) => 0, // gone meanwhile
    };
    fs::read_dir(dir).into_iter().flatten().flatten().map(size).sum()
}

/// A program of the system, wherever Debian puts it.
pub(crate) fn installed(name: &'static str, hint: &'static str) -> Result<PathBuf, Error> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    let mut places = folders.map(|folder| folder.join(name));
    places.find(|place| place.is_file()).ok_or_else(|| Error::NoProgram { name, path: "PATH".into(), hint })
}

/// Appends to a file; for journals of peers.
pub(crate) fn append_to(path: &Path) -> Result<File, Error> {
    OpenOptions::new().create(true).append(true).open(path).map_err(io(format!("open {}", path.display())))
}
