/// The digits after the point that PayPal takes, and those by which minor units are counted
/// (<https://developer.paypal.com/docs/api/reference/currency-codes/>).
fn decimals(currency: &str) -> Option<(usize, usize)> {
    match currency {
        "JPY" => Some((0, 0)),
        "HUF" | "TWD" => Some((0, 2)),
        "AUD" | "BRL" | "CAD" | "CHF" | "CNY" | "CZK" | "DKK" | "EUR" | "GBP" | "HKD" | "ILS" | "MXN"
        | "MYR" | "NOK" | "NZD" | "PHP" | "PLN" | "SEK" | "SGD" | "THB" | "USD" => Some((2, 2)),
        _ => None,
    }
}

/// The minor units of an amount in major ones, if PayPal takes it so.
pub(super) fn minor_units(currency: &str, value: &str) -> Option<i64> {
    let (written, counted) = decimals(currency)?;
    let (whole, cents) = value.split_once('.').unwrap_or((value, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(cents) || cents.len() > written {
        return None;
    }
    let units = format!("{whole}{cents:0<counted$}");
    units.parse().ok().filter(|units| (1..=99_999_999).contains(units))
}

#[cfg(test)]
mod tests {
    use super::minor_units;

    #[test]
    fn major_units_are_counted_in_minor_ones() {
        for (currency, value, units) in [
            ("EUR", "89.99", Some(8_999)),
            ("EUR", "89.9", Some(8_990)),
            ("EUR", "89", Some(8_900)),
            ("JPY", "8999", Some(8_999)),
            ("HUF", "1200", Some(120_000)),
            ("HUF", "12.50", None),
            ("EUR", "89.999", None),
            ("EUR", "-1", None),
            ("EUR", "0", None),
            ("KWD", "1.000", None),
        ] {
            assert_eq!(minor_units(currency, value), units, "{value} {currency}");
        }
    }
}
