//! Child processes that die with the test.

use std::{
    fs::OpenOptions,
    io::Write,
    iter,
    net::TcpListener,
    ops::Range,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

/// Ports below those that the kernel gives to whoever connects (`net.ipv4.ip_local_port_range`), which a test beside may be given before
/// this one's server is up.
const PORTS: Range<u16> = 20_000..32_000;

/// A port that nobody listens on just now, and that no other call is told.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let begin = std::process::id();
    let free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let next = || PORTS.start + (begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % PORTS.len() as u32) as u16;
    iter::repeat_with(next).take(PORTS.len()).find(free).expect("a free port")
}

/// A child process.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// What it prints, until it is [drained](Process::drain).
    lines: Option<Lines<BufReader<ChildStdout>>>,
}

impl Process {
    /// Starts it; what it says on stderr is appended to `log`.
    pub(crate) fn start(program: &Path, arguments: &[&str], log: &Path) -> Self {
        let log = OpenOptions::new().create(true).append(true).open(log).expect("the log can be written");
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot start {}: {error}", program.display()));
        let lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        Self { child, lines: Some(lines) }
    }

    /// The next line it prints; `None` at its end.
    pub(crate) async fn line(&mut self) -> Option<String> {
        self.lines.as_mut()?.next_line().await.expect("a pipe can be read")
    }

    /// Appends all else that it prints to `log`, so that it never waits for a reader.
    pub(crate) fn drain(&mut self, log: &Path) {
        let Some(mut lines) = self.lines.take() else { return };
        let mut log = OpenOptions::new().create(true).append(true).open(log).expect("the log can be written");
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                writeln!(log, "{line}").ok();
            }
        });
    }

    /// Its number, as long as it lives.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = self.child.id().and_then(|pid| Pid::from_raw(pid as i32)).expect("the process lives");
        kill_process(pid, signal).expect("our own child takes signals");
    }

    /// Waits for its end; `None` if it has not ended by then.
    pub(crate) async fn end(&mut self, limit: Duration) -> Option<ExitStatus> {
        timeout(limit, self.child.wait()).await.ok().map(|status| status.expect("a child can be waited for"))
    }

    /// `kill -9`, and waits.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.expect("our own child can be killed");
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }
}

/// A program of the system, wherever Debian puts it.
pub(crate) fn program(name: &str, package: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    let mut places = folders.map(|folder| folder.join(name));
    places.find(|place| place.is_file()).unwrap_or_else(|| panic!("no {name} here: apt-get install {package}"))
}
