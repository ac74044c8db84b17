//! A disk that is soon full.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A small file system of its own, gone with the test.
#[derive(Debug)]
pub struct SmallDisk {
    mount: tempfile::TempDir,
}

impl SmallDisk {
    /// One of this size, empty.
    ///
    /// # Panics
    /// If we may not mount.
    pub fn new(megabytes: u32) -> Self {
        let mount = tempfile::tempdir().expect("a temporary folder");
        let size = format!("size={megabytes}m");
        let output = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(mount.path()).output();
        let output = output.expect("there is a mount command");
        let reason = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "a small disk needs the right to mount (root): {reason}");
        Self { mount }
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        self.mount.path()
    }

    /// Takes all room but so many bytes, with a file.
    ///
    /// # Panics
    /// If that fails.
    pub fn fill(&self, leave: u64) -> PathBuf {
        let filler = self.path().join("filler");
        let free = rustix::fs::statvfs(self.path()).map(|disk| disk.f_bavail * disk.f_frsize).expect("a file system");
        let file = std::fs::File::create(&filler).expect("a file");
        let length = free.saturating_sub(leave);
        rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, length).expect("room is there");
        filler
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        Command::new("umount").arg("--lazy").arg(self.mount.path()).status().ok();
    }
}
