use domain::{Currency, Money};

use crate::decimal::minor_units;

/// PayPal's currencies that are written with two decimals
/// (<https://developer.paypal.com/docs/api/reference/currency-codes/>).
const TWO_DECIMALS: [&str; 21] = [
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "ILS", "MXN", "MYR", "NOK", "NZD",
    "PHP", "PLN", "SEK", "SGD", "THB", "USD",
];

/// Those that have cents by ISO 4217 which PayPal does not write.
const WHOLE: [&str; 2] = ["HUF", "TWD"];

/// The one that has no cents anyway.
const WITHOUT_CENTS: &str = "JPY";

/// Whether PayPal takes a currency at all.
pub(super) fn is_taken(currency: Currency) -> bool {
    let code = currency.as_str();
    TWO_DECIMALS.contains(&code) || WHOLE.contains(&code) || code == WITHOUT_CENTS
}

/// An amount as PayPal writes it, in major units. Nothing for a currency that PayPal does not take, and for cents
/// that it does not write.
pub(super) fn written(money: Money) -> Option<String> {
    let (amount, currency) = (money.amount(), money.currency());
    let (whole, cents) = (amount / 100, amount % 100);
    match currency.as_str() {
        WITHOUT_CENTS => Some(amount.to_string()),
        code if WHOLE.contains(&code) => (cents == 0).then(|| whole.to_string()),
        code if TWO_DECIMALS.contains(&code) => Some(format!("{whole}.{cents:02}")),
        _ => None,
    }
}

/// Whether what PayPal wrote is this money. Zeros at the end, and a point without need, change nothing.
pub(super) fn is_written(money: Money, currency_code: &str, value: &str) -> bool {
    let plain = |text: &str| match text.split_once('.') {
        Some((whole, decimals)) => format!("{whole}.{}", decimals.trim_end_matches('0')),
        None => format!("{text}."),
    };
    currency_code == money.currency().as_str()
        && written(money).is_some_and(|written| plain(&written) == plain(value))
}

/// The money that PayPal wrote, also of a currency that the shop has no prices in.
pub(super) fn read(currency_code: &str, value: &str) -> Option<Money> {
    let digits = if currency_code == WITHOUT_CENTS { 0 } else { 2 };
    Money::new(minor_units(value, digits)?, currency_code.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(amount: i64, currency: &str) -> Money {
        Money::new(amount, currency.parse().unwrap()).unwrap()
    }

    #[test]
    fn each_currency_is_written_with_the_decimals_that_paypal_gives_it() {
        for (amount, currency, text) in [
            (8_999, "EUR", Some("89.99")),
            (5, "USD", Some("0.05")),
            (1_200, "GBP", Some("12.00")),
            (8_999, "JPY", Some("8999")),
            (120_000, "HUF", Some("1200")),
            (120_050, "HUF", None),
            (1_000, "KWD", None),
        ] {
            assert_eq!(written(money(amount, currency)).as_deref(), text, "{amount} {currency}");
        }
    }

    #[test]
    fn what_comes_back_is_the_same_money_or_another() {
        let euros = money(8_990, "EUR");
        for text in ["89.90", "89.9", "89.900"] {
            assert!(is_written(euros, "EUR", text), "{text}");
        }
        for (currency, text) in
            [("EUR", "89.99"), ("EUR", "8990"), ("USD", "89.90"), ("EUR", ""), ("EUR", "-89.90")]
        {
            assert!(!is_written(euros, currency, text), "{currency} {text}");
        }
        assert!(is_written(money(8_999, "JPY"), "JPY", "8999.00"));
    }

    #[test]
    fn what_is_written_reads_back() {
        for (amount, currency) in
            [(8_999, "EUR"), (5, "USD"), (8_990, "GBP"), (8_999, "JPY"), (120_000, "HUF")]
        {
            let money = money(amount, currency);
            assert_eq!(read(currency, &written(money).unwrap()), Some(money), "{money}");
        }
        for (currency, text) in
            [("EUR", "1.234"), ("JPY", "1.5"), ("EUR", ""), ("EUR", "-1.00"), ("EUR", "1,00")]
        {
            assert_eq!(read(currency, text), None, "{currency} {text}");
        }
    }

    #[test]
    fn a_currency_is_taken_when_it_can_be_written() {
        for currency in ["EUR", "JPY", "HUF", "KWD", "XXX"] {
            let whole = money(100, currency);
            assert_eq!(is_taken(whole.currency()), written(whole).is_some(), "{currency}");
        }
    }
}
