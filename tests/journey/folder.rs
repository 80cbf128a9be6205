use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::TempDir;

/// Where a test's shops keep their data. No test passes that has not audited what they kept.
pub(crate) struct Folder {
    folder: TempDir,
    is_audited: AtomicBool,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), is_audited: AtomicBool::new(false) }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn note_audit(&self) {
        self.is_audited.store(true, Ordering::Relaxed);
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A test that failed already has said why.
        let is_audited = self.is_audited.load(Ordering::Relaxed) || std::thread::panicking();
        assert!(is_audited, "what this journey's shop has kept was not audited");
    }
}
