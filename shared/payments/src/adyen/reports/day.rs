use core::fmt;

use application::{Cursor, Failure};
use domain::Timestamp;
use domain::reconciliation::Window;
use time::{Date, Duration, OffsetDateTime};

/// The day of a file, in whatever time zone the account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day(Date);

/// How far time zones are before and behind UTC at most (<https://www.iana.org/time-zones>).
const BEHIND: Duration = Duration::hours(-12);
const AHEAD: Duration = Duration::hours(14);

impl Day {
    /// The first and the last day that some time of a window may be of.
    pub(super) fn around(window: Window) -> Result<(Self, Self), Failure> {
        Ok((Self::of(window.begins_at(), BEHIND)?, Self::of(window.last_millisecond(), AHEAD)?))
    }

    fn of(at: Timestamp, offset: Duration) -> Result<Self, Failure> {
        let utc = OffsetDateTime::from_unix_timestamp(at.as_millis().div_euclid(1_000)).ok();
        let local = utc.and_then(|utc| utc.checked_add(offset)).ok_or(NO_DAY)?;
        Ok(Self(local.date()))
    }

    pub(super) fn next(self) -> Result<Self, Failure> {
        self.0.next_day().map(Self).ok_or(NO_DAY)
    }

    /// Whether the files of both may have something of the same window.
    pub(super) fn is_near(self, other: Self) -> bool {
        self.0.to_julian_day().abs_diff(other.0.to_julian_day()) <= 2
    }

    /// The place in a list at which this day begins.
    pub(super) fn cursor(self) -> Cursor {
        Cursor(self.0.to_julian_day().to_string())
    }

    /// The day at which this place in a list is.
    pub(super) fn at(Cursor(place): &Cursor) -> Result<Self, Failure> {
        let date = place.parse().ok().and_then(|julian| Date::from_julian_day(julian).ok());
        date.map(Self).ok_or(Failure::Unreadable("a cursor"))
    }
}

const NO_DAY: Failure = Failure::Unreadable("a time");

/// As it stands in the names of files.
impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = (self.0.year(), u8::from(self.0.month()), self.0.day());
        write!(formatter, "{year:04}_{month:02}_{day:02}")
    }
}
