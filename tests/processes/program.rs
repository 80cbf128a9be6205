use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;

/// Builds the binaries of these functions as this program was built. This package is named beside theirs so that the
/// crates they share are built with the same features, and so only once.
pub(crate) fn build(names: &[String]) -> Result<(), Error> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR"))).args(["build", "--quiet"]);
    command.args(["-p", env!("CARGO_PKG_NAME")]);
    for name in names {
        command.args(["-p", name, "--bin", name]);
    }
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    if command.status()?.success() { Ok(()) } else { Err("the functions cannot be built".into()) }
}

/// The binary of a function, which Cargo puts beside this one.
pub(crate) fn path(name: &str) -> Result<PathBuf, Error> {
    let path = std::env::current_exe()?.with_file_name(name);
    if path.exists() { Ok(path) } else { Err(format!("there is no {}", path.display()).into()) }
}
