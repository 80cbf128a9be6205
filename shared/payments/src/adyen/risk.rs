use domain::fraud::Risk;
use domain::webhook::{Event, FactSubject};
use serde_json::Value;

/// From which score on Adyen refuses a payment itself (<https://docs.adyen.com/risk-management/case-management>). What a lower
/// one means is the account's own: the sum of what its rules add and take away.
const REFUSED_FROM: i64 = 100;

/// What Adyen thinks of a payment, where it has doubts and says so
/// (<https://docs.adyen.com/risk-management/handle-risk-rule-notifications>): by the `additionalData` of an answer or of an
/// event, and by the `fraudResult` of an answer. It says so only for accounts that have it switched on. A word that is not known
/// here, and a score that Adyen lets pass, are no doubt.
///
/// `AMBER` and a manual review mean that the payment waits in Adyen's case management, and `RED` that it should not have been
/// authorized. A risk level is "the likelihood that a transaction will result in a fraudulent dispute".
pub(super) fn of(additional_data: Option<&Value>, fraud_result: Option<&Value>) -> Option<Risk> {
    let word = |name: &str| additional_data.and_then(|data| data.get(name)?.as_str());
    let scores = [
        fraud_result.and_then(|result| result.get("accountScore")?.as_i64()),
        word("totalFraudScore").and_then(|score| score.parse().ok()),
    ];
    let is_refused = scores.into_iter().flatten().any(|score| score >= REFUSED_FROM);
    let (result, level) = (word("fraudResultType"), word("fraudRiskLevel"));
    if is_refused || result == Some("RED") || level == Some("veryHigh") {
        return Some(Risk::Highest);
    }
    let is_reviewed = result == Some("AMBER") || word("fraudManualReview") == Some("true");
    (is_reviewed || level == Some("high")).then_some(Risk::Elevated)
}

/// The event, with what its item said of the risk, where it proves that the payment was authorized. That is not signed: whoever
/// could change it can hold a payment up, and none of its facts.
pub(super) fn told(mut event: Event, risk: Option<Risk>) -> Event {
    if let Some(fact) = &mut event.fact
        && fact.success
        && fact.subject == FactSubject::Authorization
    {
        fact.risk = risk;
    }
    event
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_doubt_is_what_the_documents_call_one_and_nothing_else() {
        for (data, risk) in [
            (json!({}), None),
            (
                json!({"fraudResultType": "GREEN", "fraudManualReview": "false", "totalFraudScore": "75"}),
                None,
            ),
            (json!({"fraudResultType": "AMBER"}), Some(Risk::Elevated)),
            (json!({"fraudManualReview": "true"}), Some(Risk::Elevated)),
            (json!({"fraudResultType": "RED", "fraudManualReview": "true"}), Some(Risk::Highest)),
            (json!({"totalFraudScore": "99"}), None),
            (json!({"totalFraudScore": "100"}), Some(Risk::Highest)),
            (json!({"totalFraudScore": "-20"}), None),
            (json!({"fraudRiskLevel": "medium"}), None),
            (json!({"fraudRiskLevel": "high"}), Some(Risk::Elevated)),
            (json!({"fraudRiskLevel": "veryHigh", "fraudResultType": "GREEN"}), Some(Risk::Highest)),
            (json!({"fraudResultType": "PURPLE", "fraudRiskLevel": 7, "totalFraudScore": "many"}), None),
            (json!("text"), None),
        ] {
            assert_eq!(of(Some(&data), None), risk, "{data}");
        }
        for (score, risk) in [(json!(99), None), (json!(100), Some(Risk::Highest)), (json!("100"), None)] {
            assert_eq!(of(None, Some(&json!({"accountScore": score}))), risk);
        }
        assert_eq!(of(None, None), None);
    }
}
