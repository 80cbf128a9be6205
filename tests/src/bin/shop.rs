//! The local shop, for the suites that start, kill and restart it as a process.

fn main() -> std::process::ExitCode {
    local::main()
}
