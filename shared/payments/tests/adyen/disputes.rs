//! Money that shoppers demand back over the shop's head, as far as it was told of.

use std::sync::Arc;
use std::time::Duration;

use application::{Facts, Failure, Gateway};
use domain::payment::{DisputeDecision, DisputeSeen};
use domain::webhook::{DisputeStage, FactSubject};

use crate::rotated::Rotated;
use crate::sandbox::money;
use crate::shop::{charge, gateway_with, reference, told};

const KEY: Rotated = Rotated { current: Ok("AQE-1"), refreshed: Ok("AQE-1") };

fn dispute(id: &str, stage: DisputeStage) -> (FactSubject, bool, i64) {
    (FactSubject::Dispute { reference: id.parse().unwrap(), stage }, true, 8_999)
}

async fn seen_by(facts: Arc<dyn Facts>) -> Result<Vec<DisputeSeen>, Failure> {
    let gateway = gateway_with("http://127.0.0.1:9", KEY, facts, Duration::from_secs(60));
    gateway.disputes(&charge("visa"), &reference()).await
}

fn seen(id: &str, decision: Option<DisputeDecision>) -> DisputeSeen {
    DisputeSeen { reference: id.parse().unwrap(), amount: money(8_999, "EUR"), decision }
}

#[tokio::test]
async fn fault_79_29_a_dispute_stands_where_its_stages_say_in_whatever_order_they_came() {
    use DisputeStage::{Lost, LostAgain, Opened, Won};
    for (stages, expected) in [
        (vec![Opened], vec![seen("D1", None)]),
        (vec![Opened, Opened, Lost], vec![seen("D1", Some(DisputeDecision::Lost))]),
        (vec![Won, Opened], vec![seen("D1", Some(DisputeDecision::Won))]),
        (
            vec![Opened, Won, LostAgain],
            vec![seen("D1", Some(DisputeDecision::Won)), seen("D1-again", Some(DisputeDecision::Lost))],
        ),
        (
            vec![LostAgain, Opened],
            vec![seen("D1", Some(DisputeDecision::Won)), seen("D1-again", Some(DisputeDecision::Lost))],
        ),
    ] {
        let facts: Vec<_> = stages.iter().map(|stage| dispute("D1", *stage)).collect();
        assert_eq!(seen_by(told(&facts).await).await, Ok(expected), "{stages:?}");
    }
}

#[tokio::test]
async fn what_was_told_of_anything_else_or_not_done_is_no_dispute() {
    let (subject, _, amount) = dispute("D1", DisputeStage::Opened);
    let facts = [(FactSubject::Capture, true, 8_999), (subject, false, amount)];
    assert_eq!(seen_by(told(&facts).await).await, Ok(vec![]));
}

#[tokio::test]
async fn a_payments_own_name_says_what_it_was_opened_for() {
    let gateway = gateway_with("http://127.0.0.1:9", KEY, told(&[]).await, Duration::from_secs(60));
    let purpose = gateway.purpose(&reference()).await.unwrap().unwrap();
    assert_eq!((purpose.order_id.as_str(), purpose.attempt), ("order", 1));
    assert_eq!(gateway.purpose(&"8825408195409505".parse().unwrap()).await, Ok(None));
}
