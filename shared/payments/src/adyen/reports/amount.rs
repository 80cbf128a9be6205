use domain::Money;

use crate::decimal::minor_units;

/// The currencies without minor units, and those with three digits of them
/// (<https://docs.adyen.com/development-resources/currency-codes>). All others have two.
const WHOLE: [&str; 15] =
    ["CVE", "DJF", "GNF", "IDR", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"];
const THREE_DIGITS: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

/// What a register of the report changed by, in major units. It is less where money left the register and more where it came
/// in; the kind of the row says which, and the documents do not say it of every kind, so the sign is not looked at.
pub(super) fn read(value: &str, currency: &str) -> Option<Money> {
    let digits = match currency {
        code if WHOLE.contains(&code) => 0,
        code if THREE_DIGITS.contains(&code) => 3,
        _ => 2,
    };
    let amount = minor_units(value.strip_prefix('-').unwrap_or(value), digits)?;
    Money::new(amount, currency.parse().ok()?).ok()
}
