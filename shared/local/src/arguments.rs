use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Parser, Subcommand};

/// The whole shop in one process: no Docker, no cloud account.
#[derive(Clone, Debug, Parser)]
#[command(name = "matchday-local", version)]
pub struct Arguments {
    /// The port of the shop on 127.0.0.1; 0 picks a free one.
    #[arg(long, value_name = "N", default_value_t = 3000)]
    pub port: u16,

    /// Keep everything in this folder; without it, the shop forgets everything when it stops.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// The products to put on sale; without it, a demo catalog.
    #[arg(long, value_name = "FILE")]
    pub catalog: Option<PathBuf>,

    /// How long a reservation holds its units: 1 to 900 seconds.
    #[arg(long, value_name = "N", default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=900))]
    pub hold_seconds: u32,

    /// Print a token for this customer of the local shop, and exit; with --data, of the shop that keeps its files there.
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub customer_token: Option<String>,

    /// Log errors only.
    #[arg(long)]
    pub quiet: bool,

    /// Something else than opening the shop.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What can be done with a shop that does not run.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Check what a closed shop has kept against everything that always holds.
    Audit {
        /// The folder that the shop kept it in.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_arguments_the_shop_is_at_port_3000_and_holds_for_ten_minutes() {
        let arguments = Arguments::parse_from(["matchday-local"]);
        assert_eq!((arguments.port, arguments.hold_seconds, arguments.quiet), (3000, 600, false));
        assert_eq!((arguments.data, arguments.catalog), (None, None));
    }

    #[test]
    fn every_argument_is_read() {
        let arguments =
            ["x", "--port", "0", "--data", "d", "--catalog", "c.json", "--hold-seconds", "2", "--quiet"];
        let arguments = Arguments::parse_from(arguments);
        assert_eq!((arguments.port, arguments.hold_seconds, arguments.quiet), (0, 2, true));
        assert_eq!(arguments.data.as_deref(), Some(std::path::Path::new("d")));
        assert_eq!(arguments.catalog.as_deref(), Some(std::path::Path::new("c.json")));
    }

    #[test]
    fn a_customer_has_a_name() {
        let arguments = Arguments::parse_from(["x", "--customer-token", "ada"]);
        assert_eq!(arguments.customer_token.as_deref(), Some("ada"));
        assert!(Arguments::try_parse_from(["x", "--customer-token", ""]).is_err());
    }

    #[test]
    fn a_hold_longer_than_a_message_can_wait_is_refused() {
        assert!(Arguments::try_parse_from(["x", "--hold-seconds", "901"]).is_err());
    }
}
