use domain::{Currency, Money};

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

/// The money that PayPal wrote, if it is of this currency and PayPal takes that.
pub(super) fn read_money(currency: Currency, currency_code: &str, value: &str) -> Option<Money> {
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let cents = decimals.trim_end_matches('0');
    let places = if currency.as_str() == WITHOUT_CENTS { 0 } else { 2 };
    if whole.is_empty() || !digits(whole) || !digits(decimals) || cents.len() > places {
        return None;
    }
    let amount = format!("{whole}{cents:0<places$}").parse().ok()?;
    let money = Money::new(amount, currency).ok()?;
    is_written(money, currency_code, value).then_some(money)
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
    fn what_paypal_wrote_is_read_or_refused() {
        for (currency, code, value, amount) in [
            ("EUR", "EUR", "89.90", Some(8_990)),
            ("EUR", "EUR", "89.9", Some(8_990)),
            ("EUR", "EUR", "89", Some(8_900)),
            ("JPY", "JPY", "8999.00", Some(8_999)),
            ("HUF", "HUF", "1200", Some(120_000)),
            ("EUR", "USD", "89.90", None),
            ("EUR", "EUR", "-89.90", None),
            ("EUR", "EUR", "89.905", None),
            ("JPY", "JPY", "8999.5", None),
            ("EUR", "EUR", "", None),
            ("EUR", "EUR", ".5", None),
            ("KWD", "KWD", "1", None),
        ] {
            let read = read_money(currency.parse().unwrap(), code, value).map(Money::amount);
            assert_eq!(read, amount, "{value} {code}");
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
