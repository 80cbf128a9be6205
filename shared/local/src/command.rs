//! `cargo run`: opens the shop, says where, and closes it on Ctrl-C or SIGTERM.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::time::uptime;

use crate::arguments::Command;
use crate::sign_in::CustomerTokens;
use crate::{Arguments, CatalogFile, Options, Shop, clock, greeting};

/// The program: what `cargo run` runs, and the suites that start the shop as a process of its own.
#[tokio::main(flavor = "current_thread")]
pub async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log(arguments.quiet);
    let outcome = match (&arguments.command, &arguments.customer_token) {
        (Some(Command::Audit { data }), _) => audit(data).await,
        (None, Some(customer)) => print_token(customer, arguments.data.as_deref()),
        (None, None) => run(arguments).await.map(|()| ExitCode::SUCCESS),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let (mut interrupted, mut terminated) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let is_demo = arguments.catalog.is_none();
    let options = Options {
        port: arguments.port,
        catalog: CatalogFile::read(arguments.catalog.as_deref())?,
        data: arguments.data.clone(),
        hold_seconds: arguments.hold_seconds,
    };
    // A large catalog takes a while to be put on sale; whoever does not want to wait may say so.
    let shop = tokio::select! {
        started = Shop::start(options) => started?,
        _ = interrupted.recv() => return Ok(()),
        _ = terminated.recv() => return Ok(()),
    };
    if is_demo && !arguments.quiet {
        greeting::print(&shop, arguments.data.as_deref())?;
    }
    announce(&shop)?;
    tokio::select! {
        _ = interrupted.recv() => {}
        _ = terminated.recv() => {}
    }
    tracing::info!("closing");
    shop.stop().await;
    Ok(())
}

/// Prints a token and nothing else, so that a shell can take it as it is.
fn print_token(customer: &str, data: Option<&Path>) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let token = CustomerTokens::of(data).token(customer, clock::now())?;
    writeln!(io::stdout().lock(), "{token}")?;
    Ok(ExitCode::SUCCESS)
}

/// Prints every violation, and what was read. All is well, or the program fails.
async fn audit(data: &Path) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let report = Shop::audit(data).await?;
    let mut output = io::stdout().lock();
    for violation in &report.violations {
        writeln!(output, "{violation}")?;
    }
    let books = &report.books;
    writeln!(
        output,
        "{} violations in {} pages, {} reservations, {} orders and {} charges",
        report.violations.len(),
        books.pages.len(),
        books.reservations.len(),
        books.orders.len(),
        books.charges.as_ref().map_or(0, Vec::len),
    )?;
    Ok(if report.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Standard output is for programs that start the shop: these two lines and nothing else.
fn announce(shop: &Shop) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "sandbox http://{}", shop.sandbox_address())?;
    writeln!(output, "ready http://{}", shop.address())?;
    output.flush()
}

/// The log is for people: short lines on standard error. Requests are logged where they enter, so the functions' own
/// line for each is left out.
fn log(quiet: bool) {
    let filter = if quiet { "error" } else { "info,lambda=warn,hyper=warn,aws=warn,dynoxide=warn" };
    tracing_subscriber::fmt()
        .compact()
        .with_timer(uptime())
        .with_target(false)
        .with_ansi(io::stderr().is_terminal())
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(io::stderr)
        .init();
}
