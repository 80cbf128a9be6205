//! Logs: one JSON object per line on standard output, where CloudWatch Logs picks them up.

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::Environment;

/// The setting that says how much is logged.
const LEVEL: &str = "LOG_LEVEL";

/// Libraries that log requests and answers in full on their lower levels. An address or a token must not get into a
/// log because somebody looks for a fault, so these never go below warnings.
const TALKATIVE: [&str; 6] = ["aws_", "h2", "hyper", "lambda_runtime", "rustls", "tower"];

/// Starts logging, unless this process logs already: the local shop and the tests choose their own form.
pub fn init(environment: &Environment) {
    if subscriber(environment, std::io::stdout).try_init().is_err() {
        tracing::debug!("logging had been started before");
    }
}

/// What `init` starts, with another place for the lines: whoever checks what gets into a log reads the very same ones.
pub fn subscriber<W>(environment: &Environment, writer: W) -> impl Subscriber + Send + Sync + use<W>
where
    W: for<'line> MakeWriter<'line> + Send + Sync + 'static,
{
    let format = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_ansi(false)
        .with_writer(writer);
    tracing_subscriber::registry().with(format).with(filter(environment))
}

/// What is logged: everything of ours down to `LOG_LEVEL`, or down to `info` where it is absent or no level.
fn filter(environment: &Environment) -> Targets {
    let level = environment.optional(LEVEL).and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    let capped = level.min(LevelFilter::WARN);
    Targets::new().with_default(level).with_targets(TALKATIVE.map(|target| (target, capped)))
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    fn filter_at(level: &str) -> Targets {
        filter(&Environment::of([(LEVEL.to_owned(), level.to_owned())]))
    }

    #[test]
    fn the_level_is_info_unless_the_environment_says_otherwise() {
        for filter in [filter(&Environment::default()), filter_at("much")] {
            assert!(filter.would_enable("checkout", &Level::INFO));
            assert!(!filter.would_enable("checkout", &Level::DEBUG));
        }
        assert!(filter_at("debug").would_enable("checkout", &Level::DEBUG));
    }

    #[test]
    fn no_level_makes_the_libraries_log_what_they_carry() {
        let filter = filter_at("trace");
        for target in ["aws_smithy_runtime::client", "aws_config", "hyper_util::client", "lambda_runtime"] {
            assert!(!filter.would_enable(target, &Level::INFO), "{target}");
            assert!(filter.would_enable(target, &Level::WARN), "{target}");
        }
    }

    #[test]
    fn a_level_above_warnings_holds_for_the_libraries_too() {
        assert!(!filter_at("error").would_enable("aws_config", &Level::WARN));
    }
}
