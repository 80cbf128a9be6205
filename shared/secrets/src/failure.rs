use application::Failure;
use aws_sdk_secretsmanager::config::http::HttpResponse;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;

/// What an error of the SDK means to a reader. A read changes nothing, so no outcome is ever unknown.
pub(crate) fn of(error: &SdkError<GetSecretValueError, HttpResponse>) -> Failure {
    match error {
        SdkError::ServiceError(refusal) => {
            let code = refusal.err().code().unwrap_or_default();
            if code.starts_with("Throttling") || code == "TooManyRequestsException" {
                Failure::Throttled
            } else if refusal.raw().status().is_server_error() {
                Failure::Unavailable
            } else {
                Failure::Unreadable("the secret store refuses this secret")
            }
        }
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            Failure::Unavailable
        }
        SdkError::ConstructionFailure(_) => {
            Failure::Unreadable("the request to the secret store cannot be built")
        }
        _ => Failure::Unavailable,
    }
}

/// Whether there is no version on the stage that was asked for.
pub(crate) fn is_missing(error: &SdkError<GetSecretValueError, HttpResponse>) -> bool {
    error.as_service_error().is_some_and(GetSecretValueError::is_resource_not_found_exception)
}
