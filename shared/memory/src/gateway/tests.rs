use domain::payment::{Decline, PaymentMethod, Retry};
use domain::{Caller, Money, RequestKey};

use super::*;

fn charge() -> Charge {
    let request = RequestKey { caller: Caller::guest(&[1; 32]), key: "checkout-00000001".parse().unwrap() };
    Charge {
        order_id: request.order_id(),
        caller: request.caller,
        attempt: 1,
        amount: Money::new(5_997, "EUR".parse().unwrap()).unwrap(),
        method: PaymentMethod::Stripe { token: "pm_card_visa".parse().unwrap() },
        return_url: None,
        action_result: None,
        renewal: 0,
    }
}

fn all_of(gateway: &ScriptedGateway, calls: &[Call]) -> Vec<Outcome> {
    calls.iter().map(|call| gateway.call(*call, &charge())).collect()
}

#[test]
fn without_a_script_every_call_is_executed_and_answered() {
    let gateway = ScriptedGateway::default();
    let heard = all_of(&gateway, &[Call::Open, Call::LookUp, Call::Confirm, Call::Capture, Call::LookUp]);
    assert!(matches!(heard[0], Outcome::Opened(_)));
    assert_eq!(heard[1..], [Outcome::Unknown, Outcome::Authorized, Outcome::Captured, Outcome::Captured]);
    assert_eq!(gateway.entries()[0].captured, 5_997);
    assert_eq!(gateway.calls().len(), 5);
}

#[test]
fn a_second_capture_changes_nothing() {
    let gateway = ScriptedGateway::default();
    let heard = all_of(&gateway, &[Call::Open, Call::Confirm, Call::Capture, Call::Capture, Call::Void]);
    assert_eq!(heard[3..], [Outcome::Captured, Outcome::Captured]);
    assert_eq!(gateway.entries().iter().map(|entry| entry.captured).sum::<i64>(), 5_997);
}

#[test]
fn a_lost_answer_is_executed_and_a_refused_call_is_not() {
    let gateway = ScriptedGateway::default();
    gateway.script(Call::Confirm, [Fate::Refused(Outcome::NotSent), Fate::AnswerLost]);
    let heard = all_of(&gateway, &[Call::Open, Call::Confirm, Call::LookUp, Call::Confirm, Call::LookUp]);
    assert_eq!(heard[1..], [Outcome::NotSent, Outcome::Unknown, Outcome::Unknown, Outcome::Authorized]);
}

#[test]
fn a_delayed_capture_does_nothing_once_a_cancel_was_confirmed() {
    let gateway = ScriptedGateway::default();
    gateway.script(Call::Capture, [Fate::Delayed]);
    let heard = all_of(&gateway, &[Call::Open, Call::Confirm, Call::Capture, Call::Void]);
    assert_eq!(heard[2..], [Outcome::Unknown, Outcome::Voided]);
    gateway.deliver_delayed();
    assert_eq!(gateway.entries()[0].captured, 0);
}

#[test]
fn a_card_decides_what_a_confirm_leads_to() {
    let gateway = ScriptedGateway::default();
    let declined = Outcome::Declined(Decline { code: "stolen_card".to_owned(), retry: Retry::None });
    gateway.card("pm_card_visa", declined.clone());
    let heard = all_of(&gateway, &[Call::Open, Call::Confirm, Call::Capture]);
    assert_eq!(heard[1..], [declined.clone(), declined]);
}

#[test]
fn a_shopper_who_acts_moves_what_waits() {
    let gateway = ScriptedGateway::default();
    gateway.card("pm_card_visa", Outcome::RequiresAction { url: "https://bank.example/3ds".to_owned() });
    let _opened = all_of(&gateway, &[Call::Open, Call::Confirm]);
    gateway.shopper_acts(&charge().order_id, &Outcome::Authorized);
    assert_eq!(all_of(&gateway, &[Call::LookUp]), [Outcome::Authorized]);
}

#[test]
fn a_key_that_comes_with_another_amount_is_refused_unexecuted() {
    let gateway = ScriptedGateway::default();
    let _opened = all_of(&gateway, &[Call::Open]);
    let dearer = Charge { amount: Money::new(9_999, "EUR".parse().unwrap()).unwrap(), ..charge() };
    assert_eq!(gateway.call(Call::Confirm, &dearer), Outcome::Rejected);
    assert_eq!(gateway.call(Call::LookUp, &charge()), Outcome::Unknown);
}
