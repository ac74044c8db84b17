//! A real Mosquitto for one test.

use std::{
    iter,
    net::TcpListener,
    ops::Range,
    path::PathBuf,
    process::Stdio,
    sync::atomic::{AtomicU32, Ordering},
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::mpsc,
    time::timeout,
};

use super::PATIENCE;

/// Ports below those that the kernel gives to whoever connects (`net.ipv4.ip_local_port_range`), which a test beside may be given before
/// the broker is up, or while it starts anew.
const PORTS: Range<u16> = 20_000..32_000;

/// A port that nobody listens on just now, and that no other call is told.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let begin = std::process::id().wrapping_mul(16);
    let next = || PORTS.start + (begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % PORTS.len() as u32) as u16;
    let free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    iter::repeat_with(next).take(PORTS.len()).find(free).expect("a free port")
}

/// A broker that lives as long as this value.
pub(crate) struct Mosquitto {
    pub(crate) port: u16,
    dir: TempDir,
    running: Option<Child>,
    /// What it logs; read all the while, or it would wait for us.
    log: mpsc::UnboundedReceiver<String>,
}

impl Mosquitto {
    /// Starts a broker that keeps its sessions on disk, with more lines in its configuration.
    pub(crate) async fn start(extra: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let port = free_port();
        let folder = dir.path().display();
        // `user root` keeps a broker that root starts from becoming a user who may not write here.
        let config = format!(
            "listener {port} 127.0.0.1\nuser root\npersistence true\npersistence_location {folder}/\n\
             max_queued_messages 0\nlog_dest stderr\n\
             log_type error\nlog_type warning\nlog_type notice\nlog_type information\n{extra}\n"
        );
        std::fs::write(dir.path().join("mosquitto.conf"), config).unwrap();
        let mut broker = Self { port, dir, running: None, log: mpsc::unbounded_channel().1 };
        broker.restart().await;
        broker
    }

    /// A file beside its configuration.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Stops it if it runs, which makes it write its sessions to disk.
    pub(crate) async fn stop(&mut self) {
        if let Some(mut child) = self.running.take() {
            let pid = child.id().unwrap().to_string();
            assert!(Command::new("sh").args(["-c", "kill $0", &pid]).status().await.unwrap().success());
            timeout(PATIENCE, child.wait()).await.expect("Mosquitto stops").unwrap();
        }
    }

    /// Stops it and starts it anew.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        let mut child = Command::new(binary())
            .arg("-c")
            .arg(self.file("mosquitto.conf"))
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("Mosquitto starts");
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (sender, log) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                sender.send(line).ok(); // nobody listens any more
            }
        });
        self.running = Some(child);
        self.log = log;
        self.until_logged(" running").await;
    }

    /// Waits for a line in its log.
    pub(crate) async fn until_logged(&mut self, text: &str) -> String {
        let mut seen = Vec::new();
        let found = async {
            while let Some(line) = self.log.recv().await {
                if line.contains(text) {
                    return line;
                }
                seen.push(line);
            }
            panic!("Mosquitto ended:\n{}", seen.join("\n"));
        };
        timeout(PATIENCE, found).await.unwrap_or_else(|_| panic!("Mosquitto never logged {text:?}"))
    }
}

fn binary() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    let found = places.map(|dir| dir.join("mosquitto")).find(|file| file.is_file());
    found.expect("Mosquitto is not installed: these tests need it (Debian: apt-get install mosquitto)")
}

/// The plugin that can refuse subscriptions.
pub(crate) fn dynamic_security() -> PathBuf {
    let library =
        |dir: &str| Some(std::fs::read_dir(dir).ok()?.flatten().map(|entry| entry.path()).collect::<Vec<_>>());
    let dirs = ["/usr/lib", "/usr/local/lib"].into_iter().filter_map(library).flatten();
    let found = dirs.map(|dir| dir.join("mosquitto_dynamic_security.so")).find(|file| file.is_file());
    found.expect("Mosquitto's dynamic security plugin is not installed (Debian has it in the package mosquitto)")
}
