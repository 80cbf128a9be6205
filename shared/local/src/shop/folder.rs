use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Memory that is a folder, on Linux.
const SHARED_MEMORY: &str = "/dev/shm";
/// With less room than this, a busy shop could fill it.
const ENOUGH_BYTES: u64 = 1 << 30;
const PREFIX: &str = "matchday-";

/// Where the shop keeps its files, for as long as it runs or for good.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Held while the shop runs, so that no second one writes to the same files.
    _lock: File,
    _temporary: Option<TempDir>,
}

impl Folder {
    /// The given folder, or one that is gone when the shop stops.
    pub(super) fn open(data: Option<&Path>) -> io::Result<Self> {
        let temporary = if data.is_none() { Some(temporary()?) } else { None };
        let path = match (data, &temporary) {
            (Some(path), _) => path.to_owned(),
            (None, Some(folder)) => folder.path().to_owned(),
            (None, None) => std::env::temp_dir(),
        };
        fs::create_dir_all(&path)?;
        let lock = File::create(path.join("lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => io::Error::new(
                io::ErrorKind::ResourceBusy,
                format!("another shop runs in {}", path.display()),
            ),
            TryLockError::Error(error) => error,
        })?;
        Ok(Self { path, _lock: lock, _temporary: temporary })
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

fn temporary() -> io::Result<TempDir> {
    let memory = Path::new(SHARED_MEMORY);
    let parent = if has_room(memory) { memory.to_owned() } else { std::env::temp_dir() };
    remove_abandoned(&parent);
    tempfile::Builder::new().prefix(&format!("{PREFIX}{}-", std::process::id())).tempdir_in(parent)
}

fn has_room(folder: &Path) -> bool {
    let room = rustix::fs::statvfs(folder).map(|system| system.f_bavail.saturating_mul(system.f_frsize));
    room.is_ok_and(|bytes| bytes >= ENOUGH_BYTES)
}

/// A shop that was killed could not remove its folder; the next one does. A folder belongs to a running shop as long as
/// that process exists or its lock is held.
fn remove_abandoned(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split('-').next());
        let is_abandoned = process.is_some_and(|process| !Path::new("/proc").join(process).exists());
        if is_abandoned
            && let Ok(lock) = File::open(entry.path().join("lock"))
            && lock.try_lock().is_ok()
            && let Err(error) = fs::remove_dir_all(entry.path())
        {
            tracing::warn!("{}: {error}", entry.path().display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_serves_one_shop_at_a_time() {
        let data = tempfile::tempdir().unwrap();
        let first = Folder::open(Some(data.path())).unwrap();
        assert_eq!(Folder::open(Some(data.path())).unwrap_err().kind(), io::ErrorKind::ResourceBusy);
        drop(first);
        Folder::open(Some(data.path())).unwrap();
    }

    #[test]
    fn a_folder_that_nobody_named_is_gone_afterwards() {
        let folder = Folder::open(None).unwrap();
        let path = folder.path.clone();
        assert!(path.exists());
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn what_a_killed_shop_left_is_removed_and_what_a_running_one_uses_is_not() {
        let parent = tempfile::tempdir().unwrap();
        let (abandoned, running) = (parent.path().join("matchday-x-a"), parent.path().join("matchday-x-b"));
        for folder in [&abandoned, &running] {
            fs::create_dir(folder).unwrap();
            File::create(folder.join("lock")).unwrap();
        }
        let lock = File::open(running.join("lock")).unwrap();
        lock.try_lock().unwrap();
        remove_abandoned(parent.path());
        assert!(!abandoned.exists());
        assert!(running.exists());
    }
}
