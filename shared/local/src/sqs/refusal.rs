/// An error in SQS's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The name of the error's shape in the JSON protocol.
    pub shape: &'static str,
    /// The name that the older query protocol had for it, by which SDKs still tell errors apart.
    pub code: &'static str,
    /// What a person reads.
    pub message: String,
    /// Whether the caller is to blame.
    pub sender: bool,
}

impl Refusal {
    const fn of(shape: &'static str, code: &'static str, message: String) -> Self {
        Self { shape, code, message, sender: true }
    }

    pub(crate) fn no_queue() -> Self {
        let message = "The specified queue does not exist.".to_owned();
        Self::of("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", message)
    }

    pub(crate) fn parameter(message: impl Into<String>) -> Self {
        Self::of("InvalidParameterValueException", "InvalidParameterValue", message.into())
    }

    pub(crate) fn attribute_name(name: &str) -> Self {
        Self::of("InvalidAttributeName", "InvalidAttributeName", format!("Unknown Attribute {name}."))
    }

    pub(crate) fn contents() -> Self {
        let message = "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | \
                       #xE000 to #xFFFD | #x10000 to #x10FFFF";
        Self::of("InvalidMessageContents", "InvalidMessageContents", message.to_owned())
    }

    pub(crate) fn receipt() -> Self {
        let message = "The input receipt handle is invalid.".to_owned();
        Self::of("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", message)
    }

    pub(crate) fn not_in_flight() -> Self {
        let message = "The message is not in flight.".to_owned();
        Self::of("MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight", message)
    }

    pub(crate) fn empty_batch() -> Self {
        let message = "There should be at least one entry in the request.".to_owned();
        Self::of("EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest", message)
    }

    pub(crate) fn too_many_entries(entries: usize) -> Self {
        let message = format!("Maximum number of entries per request are 10. You have sent {entries}.");
        let code = "AWS.SimpleQueueService.TooManyEntriesInBatchRequest";
        Self::of("TooManyEntriesInBatchRequest", code, message)
    }

    pub(crate) fn ids_not_distinct(id: &str) -> Self {
        let code = "AWS.SimpleQueueService.BatchEntryIdsNotDistinct";
        Self::of("BatchEntryIdsNotDistinct", code, format!("Id {id} repeated."))
    }

    pub(crate) fn entry_id() -> Self {
        let message = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be \
                       at most 80 letters long.";
        let code = "AWS.SimpleQueueService.InvalidBatchEntryId";
        Self::of("InvalidBatchEntryId", code, message.to_owned())
    }

    pub(crate) fn batch_too_long(bytes: usize) -> Self {
        let message =
            format!("Batch requests cannot be longer than 1048576 bytes. You have sent {bytes} bytes.");
        Self::of("BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong", message)
    }

    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        let code = "AWS.SimpleQueueService.UnsupportedOperation";
        Self::of("UnsupportedOperation", code, message.into())
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!("the queues' file: {error}");
        let message = "We encountered an internal error. Please try again.".to_owned();
        Self { sender: false, ..Self::of("InternalError", "InternalError", message) }
    }
}
