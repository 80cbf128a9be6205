use domain::Timestamp;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What a time zone's abbreviation is before or behind UTC. Some mean two; these are where Adyen acquires.
///
/// The documents call it "the ISO code for your time zone setting", and leave open whether it changes with the summer. Should
/// one be meant otherwise, its rows are compared in another window than that of their time, and each in one all the same.
const ZONES: [(&str, &str); 28] = [
    ("UTC", "Z"),
    ("GMT", "Z"),
    ("WET", "Z"),
    ("WEST", "+01:00"),
    ("BST", "+01:00"),
    ("CET", "+01:00"),
    ("CEST", "+02:00"),
    ("EET", "+02:00"),
    ("EEST", "+03:00"),
    ("MSK", "+03:00"),
    ("GST", "+04:00"),
    ("SGT", "+08:00"),
    ("MYT", "+08:00"),
    ("HKT", "+08:00"),
    ("JST", "+09:00"),
    ("AEST", "+10:00"),
    ("AEDT", "+11:00"),
    ("NZST", "+12:00"),
    ("NZDT", "+13:00"),
    ("BRT", "-03:00"),
    ("EST", "-05:00"),
    ("EDT", "-04:00"),
    ("CST", "-06:00"),
    ("CDT", "-05:00"),
    ("MST", "-07:00"),
    ("MDT", "-06:00"),
    ("PST", "-08:00"),
    ("PDT", "-07:00"),
];

/// A booking date, such as `2026-09-21 14:20:00`, in a zone such as `CEST`.
pub(super) fn read(booking_date: &str, zone: &str) -> Option<Timestamp> {
    let (date, time) = booking_date.split_once(' ')?;
    let (_, offset) = ZONES.iter().find(|(abbreviation, _)| *abbreviation == zone)?;
    let moment = OffsetDateTime::parse(&format!("{date}T{time}{offset}"), &Rfc3339).ok()?;
    Some(Timestamp::from_millis(moment.unix_timestamp().checked_mul(1_000)?))
}
