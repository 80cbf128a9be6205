//! What an SDK error proves: the only place that reads one.
//!
//! A failure speaks of the last try. The SDK may have tried before, and an earlier try may have been applied; each
//! write's condition makes that harmless.

use core::error::Error;
use std::io;

use application::Failure;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::CancellationReason;
use tracing::error;

/// What an SDK error proves about the write or the read that met it.
pub(crate) fn of<E: ProvideErrorMetadata>(
    operation: &'static str,
    error: &SdkError<E, HttpResponse>,
) -> Failure {
    match error {
        SdkError::ConstructionFailure(_) => {
            error!(operation, "request for `{operation}` could not be built");
            Failure::Unavailable
        }
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(connector) if connector.is_user() || was_refused(connector) => Failure::Unavailable,
            Some(_) | None => Failure::OutcomeUnknown,
        },
        SdkError::ServiceError(service) => of_code(
            operation,
            service.err().code().unwrap_or("none"),
            service.raw().status().is_server_error(),
        ),
        SdkError::TimeoutError(_) | SdkError::ResponseError(_) | _ => Failure::OutcomeUnknown,
    }
}

/// Whether a service answered with this code.
pub(crate) fn is<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>, code: &str) -> bool {
    matches!(error, SdkError::ServiceError(service) if service.err().code() == Some(code))
}

fn of_code(operation: &'static str, code: &str, is_server_error: bool) -> Failure {
    match code {
        "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded"
        | "ThrottlingException"
        | "Throttling"
        | "TransactionConflictException"
        | "ReplicatedWriteConflictException" => Failure::Throttled,
        // An earlier try of the same transaction is still under way, and may be applied.
        "TransactionInProgressException" | "InternalServerError" => Failure::OutcomeUnknown,
        _ if is_server_error => Failure::OutcomeUnknown,
        _ => {
            error!(operation, code, "database refused `{operation}` with `{code}`");
            Failure::Unavailable
        }
    }
}

/// Why a transaction was cancelled, where no condition failed.
pub(crate) fn of_cancellation(operation: &'static str, reasons: &[CancellationReason]) -> Failure {
    let mut codes = reasons.iter().filter_map(CancellationReason::code).filter(|code| *code != "None");
    let broken = codes.find(|code| {
        !matches!(*code, "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")
    });
    match broken {
        None => Failure::Throttled,
        Some(code) => {
            error!(operation, code, "database cancelled `{operation}` with `{code}`");
            Failure::Unavailable
        }
    }
}

/// A request that lacks a required part.
pub(crate) fn unbuilt(operation: &'static str) -> impl Fn(BuildError) -> Failure {
    move |_| {
        error!(operation, "request for `{operation}` lacks a part");
        Failure::Unavailable
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
    fn a_throttled_request_was_not_done() {
        assert_eq!(of_code("free", "ThrottlingException", false), Failure::Throttled);
        assert_eq!(of_code("free", "ProvisionedThroughputExceededException", false), Failure::Throttled);
        assert_eq!(of_code("free", "TransactionConflictException", false), Failure::Throttled);
    }

    #[test]
    fn a_broken_server_may_have_done_it() {
        assert_eq!(of_code("free", "InternalServerError", true), Failure::OutcomeUnknown);
        assert_eq!(of_code("free", "none", true), Failure::OutcomeUnknown);
        assert_eq!(of_code("place", "TransactionInProgressException", false), Failure::OutcomeUnknown);
    }

    #[test]
    fn a_missing_permission_is_unavailable_and_never_unknown() {
        assert_eq!(of_code("free", "AccessDeniedException", false), Failure::Unavailable);
    }

    #[test]
    fn a_cancellation_by_contention_alone_is_throttling() {
        let reason = |code: &str| CancellationReason::builder().code(code).build();
        let contended = [reason("None"), reason("TransactionConflict"), reason("ThrottlingError")];
        assert_eq!(of_cancellation("reserve", &contended), Failure::Throttled);
        let broken = [reason("TransactionConflict"), reason("ValidationError")];
        assert_eq!(of_cancellation("reserve", &broken), Failure::Unavailable);
    }
}
