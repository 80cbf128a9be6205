//! The time of the outside world. The stores take it as an argument; only their servers ask here.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::Timestamp;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub(crate) fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// The date and time of day in UTC.
pub(crate) fn calendar(time: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(time.as_millis()) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

pub(crate) fn rfc3339(time: Timestamp) -> String {
    calendar(time).format(&Rfc3339).unwrap_or_default()
}
