//! Money that goes back: what is asked, and what is told of it.

use application::Gateway;
use domain::payment::{Outcome, RefundCharge, RefundOutcome};
use domain::webhook::FactSubject;

use crate::rotated::Rotated;
use crate::sandbox::refund;
use crate::shop::{Shop, charge, gateway_with, reference, told};

async fn captured(shop: &Shop) {
    let charge = charge("visa");
    let own = shop.authorized(&charge).await;
    shop.gateway.capture(&charge, &own).await;
    shop.until(&charge, &Outcome::Captured).await;
}

/// Looks until something is known.
async fn looked_up(shop: &Shop, refund: &RefundCharge) -> RefundOutcome {
    let looking = async {
        loop {
            let outcome = shop.gateway.look_up_refund(refund).await;
            if outcome != RefundOutcome::Unknown {
                return outcome;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), looking).await.expect("it was never told")
}

#[tokio::test]
async fn fault_77_the_sandbox_gives_back_once_for_each_refund_and_never_more_than_it_took() {
    let shop = Shop::start().await;
    captured(&shop).await;
    let part = refund(&reference(), 1, 500);
    for _ in 0..2 {
        assert_eq!(shop.gateway.refund(&part).await, RefundOutcome::Pending);
    }
    assert_eq!(looked_up(&shop, &part).await, RefundOutcome::Refunded);
    let too_much = refund(&reference(), 2, 8_500);
    assert_eq!(shop.gateway.refund(&too_much).await, RefundOutcome::Pending);
    assert_eq!(looked_up(&shop, &too_much).await, RefundOutcome::Refused);
    let rest = refund(&reference(), 3, 8_499);
    assert_eq!(shop.gateway.refund(&rest).await, RefundOutcome::Pending);
    assert_eq!(looked_up(&shop, &rest).await, RefundOutcome::Refunded);
}

#[tokio::test]
async fn fault_78_a_refund_whose_answer_was_lost_is_told_of() {
    let shop = Shop::start().await;
    captured(&shop).await;
    shop.sandbox.plan(r#"{"refund":[{"fault":"silent_after","times":1}]}"#).await;
    let part = refund(&reference(), 1, 500);
    assert_eq!(shop.impatient().refund(&part).await, RefundOutcome::Unknown);
    assert_eq!(looked_up(&shop, &part).await, RefundOutcome::Refunded);
}

#[tokio::test]
async fn fault_72_80_what_was_told_of_another_refund_or_amount_is_no_success() {
    let told = told(&[(FactSubject::Refund(1), true, 500), (FactSubject::Refund(2), false, 500)]).await;
    let key = Rotated { current: Ok("AQE-1"), refreshed: Ok("AQE-1") };
    let gateway = gateway_with("http://127.0.0.1:9", key, told, std::time::Duration::from_secs(60));
    for (refund, outcome) in [
        (refund(&reference(), 1, 500), RefundOutcome::Refunded),
        (refund(&reference(), 1, 499), RefundOutcome::Refused),
        (refund(&reference(), 2, 500), RefundOutcome::Refused),
        (refund(&reference(), 3, 500), RefundOutcome::Unknown),
    ] {
        assert_eq!(gateway.look_up_refund(&refund).await, outcome, "{refund:?}");
    }
}

#[tokio::test]
async fn a_refund_of_a_payment_that_nothing_was_told_of_is_not_asked_for() {
    let shop = Shop::start().await;
    assert_eq!(shop.gateway.refund(&refund(&reference(), 1, 500)).await, RefundOutcome::NotSent);
}
