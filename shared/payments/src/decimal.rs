/// The minor units of an amount that is written in major ones, in a currency that has so many digits behind the point.
/// Zeros at the end change nothing; nothing for what is negative, or is smaller than a minor unit in part.
pub(crate) fn minor_units(value: &str, digits: usize) -> Option<i64> {
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    let decimals = decimals.trim_end_matches('0');
    let is_number = !whole.is_empty() && [whole, decimals].concat().bytes().all(|byte| byte.is_ascii_digit());
    let is_whole = decimals.len() <= digits;
    format!("{whole}{decimals:0<digits$}").parse().ok().filter(|_| is_number && is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_to_the_digits_of_its_currency_and_nothing_else_is_one() {
        for (value, digits, units) in
            [("89.99", 2, 8_999), ("89.9", 2, 8_990), ("5", 2, 500), ("500.00", 0, 500), ("1.234", 3, 1_234)]
        {
            assert_eq!(minor_units(value, digits), Some(units), "{value}");
        }
        for (value, digits) in
            [("1.234", 2), ("1.5", 0), ("", 2), (".5", 2), ("-1.00", 2), ("1,00", 2), ("1.0.0", 2)]
        {
            assert_eq!(minor_units(value, digits), None, "{value}");
        }
    }
}
