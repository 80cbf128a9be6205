use domain::reservation::{Line, Totals};
use domain::{Currency, Money, MoneyError, Quantity};
use proptest::prelude::*;

use crate::samples::{euro, line, price, sku};

fn any_price() -> impl Strategy<Value = Money> {
    (0..=Money::AMOUNT_MAX).prop_map(price)
}

fn any_quantity() -> impl Strategy<Value = Quantity> {
    (i64::from(Quantity::MIN)..=i64::from(Quantity::MAX)).prop_map(|units| Quantity::parse(units).unwrap())
}

fn any_line() -> impl Strategy<Value = Line> {
    let small = (0..=200_000_i64).prop_map(price);
    let unit_price = prop_oneof![4 => small, 1 => any_price()];
    (any_quantity(), unit_price).prop_map(|(quantity, unit_price)| Line {
        sku: sku("shirt"),
        quantity,
        unit_price,
        limit: None,
    })
}

proptest! {
    #[test]
    fn an_amount_is_never_negative_and_never_over_the_maximum(amount in any::<i64>()) {
        match Money::new(amount, euro()) {
            Ok(money) => prop_assert!(money.amount() == amount && (0..=Money::AMOUNT_MAX).contains(&amount)),
            Err(MoneyError::Negative) => prop_assert!(amount < 0),
            Err(refusal) => prop_assert!(refusal == MoneyError::TooLarge && amount > Money::AMOUNT_MAX),
        }
    }

    #[test]
    fn a_sum_is_exact_or_refused(a in any_price(), b in any_price()) {
        let exact = a.amount() + b.amount();
        match a.checked_add(b) {
            Ok(sum) => prop_assert_eq!(sum.amount(), exact),
            Err(refusal) => prop_assert!(refusal == MoneyError::TooLarge && exact > Money::AMOUNT_MAX),
        }
        prop_assert_eq!(a.checked_add(b), b.checked_add(a));
    }

    #[test]
    fn a_product_is_the_sum_of_its_units(a in (0..=Money::AMOUNT_MAX / 99).prop_map(price), units in any_quantity()) {
        let one_by_one = (0..units.units())
            .try_fold(Money::zero(euro()), |sum, _unit| sum.checked_add(a));
        prop_assert_eq!(a.checked_times(units), one_by_one);
    }

    #[test]
    fn a_product_is_exact_or_refused(a in any_price(), units in any_quantity()) {
        let exact = a.amount() * i64::from(units.units());
        match a.checked_times(units) {
            Ok(product) => prop_assert_eq!(product.amount(), exact),
            Err(refusal) => prop_assert!(refusal == MoneyError::TooLarge && exact > Money::AMOUNT_MAX),
        }
    }

    #[test]
    fn totals_are_the_exact_sum_of_their_lines_or_refused(lines in proptest::collection::vec(any_line(), 1..=20)) {
        let exact: i64 =
            lines.iter().map(|line| line.unit_price.amount() * i64::from(line.quantity.units())).sum();
        match Totals::of_items(&lines) {
            Ok(totals) => {
                prop_assert_eq!(totals.items.amount(), exact);
                prop_assert_eq!(totals.total, totals.items);
            }
            Err(refusal) => prop_assert!(refusal == MoneyError::TooLarge && exact > Money::AMOUNT_MAX),
        }
    }

    #[test]
    fn currencies_never_mix(a in any_price(), code in "[A-Z]{3}", amount in 0..=Money::AMOUNT_MAX) {
        prop_assume!(code != "EUR");
        let other = Money::new(amount, code.parse::<Currency>().unwrap()).unwrap();
        prop_assert_eq!(a.checked_add(other), Err(MoneyError::CurrencyMismatch(a.currency(), other.currency())));
    }

    #[test]
    fn a_currency_is_three_capital_letters_and_nothing_else(code in "\\PC{0,4}|[A-Z]{2,4}|[A-Za-z]{3}") {
        let expected = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        let parsed = code.parse::<Currency>();
        prop_assert_eq!(parsed.is_ok(), expected);
        if let Ok(currency) = parsed {
            prop_assert_eq!(currency.to_string(), code);
        }
    }

    #[test]
    fn a_quantity_is_one_to_ninety_nine(units in prop_oneof![-5..200_i64, any::<i64>()]) {
        prop_assert_eq!(Quantity::parse(units).is_ok(), (1..=99).contains(&units));
    }

    #[test]
    fn merged_quantities_add_up_or_are_refused(a in any_quantity(), b in any_quantity()) {
        let exact = a.units() + b.units();
        match a.checked_add(b) {
            Ok(sum) => prop_assert_eq!(sum.units(), exact),
            Err(_over) => prop_assert!(exact > Quantity::MAX),
        }
    }
}

#[test]
fn lines_of_two_currencies_have_no_total() {
    let dollar = Money::new(500, "USD".parse().unwrap()).unwrap();
    let lines = [line("shirt", 1), Line { unit_price: dollar, ..line("scarf", 1) }];
    assert_eq!(Totals::of_items(&lines), Err(MoneyError::CurrencyMismatch(euro(), dollar.currency())));
}
