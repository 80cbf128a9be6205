//! What an SDK error proves: the only place that reads one.
//!
//! A failure speaks of the last try. An earlier one may have sent the message, which then comes twice: harmless, for a
//! message is only a wake-up.

use core::error::Error;
use std::io;

use application::Failure;
use aws_sdk_sqs::config::http::HttpResponse;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use tracing::error;

/// What an SDK error proves about the batch that met it.
pub(crate) fn of<E: ProvideErrorMetadata>(queue: &'static str, error: &SdkError<E, HttpResponse>) -> Failure {
    match error {
        SdkError::ConstructionFailure(_) => {
            error!(queue, "batch for queue `{queue}` could not be built");
            Failure::Unavailable
        }
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(connector) if connector.is_user() || was_refused(connector) => Failure::Unavailable,
            Some(_) | None => Failure::OutcomeUnknown,
        },
        SdkError::ServiceError(service) => {
            of_code(queue, service.err().code().unwrap_or("none"), service.raw().status().is_server_error())
        }
        SdkError::TimeoutError(_) | SdkError::ResponseError(_) | _ => Failure::OutcomeUnknown,
    }
}

fn of_code(queue: &'static str, code: &str, is_server_error: bool) -> Failure {
    match code {
        "RequestThrottled" | "ThrottlingException" | "Throttling" | "KmsThrottled" => Failure::Throttled,
        _ if is_server_error => Failure::OutcomeUnknown,
        _ => {
            error!(queue, code, "queue `{queue}` refused a batch with `{code}`");
            Failure::Unavailable
        }
    }
}

/// Whether nobody listened, so that not one byte left.
fn was_refused(error: &(dyn Error + 'static)) -> bool {
    core::iter::successors(Some(error), |error| Error::source(*error))
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_throttled_batch_was_not_sent() {
        assert_eq!(of_code("capture-payment", "RequestThrottled", false), Failure::Throttled);
    }

    #[test]
    fn a_broken_queue_may_have_taken_the_batch() {
        assert_eq!(of_code("capture-payment", "InternalError", true), Failure::OutcomeUnknown);
    }

    #[test]
    fn a_missing_queue_is_unavailable_and_never_unknown() {
        let code = "AWS.SimpleQueueService.NonExistentQueue";
        assert_eq!(of_code("capture-payment", code, false), Failure::Unavailable);
    }
}
