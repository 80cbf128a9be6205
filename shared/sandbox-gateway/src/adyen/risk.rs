//! What Adyen thinks of a payment, as accounts hear it that have the fraud result switched on
//! (<https://docs.adyen.com/risk-management/handle-risk-rule-notifications>).

use serde_json::{Map, Value, json};

use super::payment::Card;

/// What is said of a payment.
#[derive(Clone, Copy)]
pub(super) struct Doubt {
    score: i64,
    /// In the words of `additionalData`.
    said: &'static [(&'static str, &'static str)],
}

impl Card {
    /// What Adyen says of paying with it; nothing where it has no doubts.
    pub(super) fn doubt(self) -> Option<Doubt> {
        match self {
            Self::ElevatedRisk => Some(Doubt {
                score: 60,
                said: &[
                    ("fraudResultType", "AMBER"),
                    ("fraudManualReview", "true"),
                    ("fraudRiskLevel", "medium"),
                ],
            }),
            Self::HighestRisk => Some(Doubt {
                score: 80,
                said: &[
                    ("fraudResultType", "GREEN"),
                    ("fraudManualReview", "false"),
                    ("fraudRiskLevel", "veryHigh"),
                ],
            }),
            Self::Pays
            | Self::IsRefused
            | Self::IsFraud
            | Self::IsChargedBack
            | Self::AsksForAuthentication
            | Self::TimeoutAfterPayment
            | Self::TimeoutBeforePayment => None,
        }
    }
}

impl Doubt {
    /// As the answer has it, beside its `additionalData`.
    pub(super) fn fraud_result(self) -> Value {
        json!({ "accountScore": self.score })
    }

    pub(super) fn additional_data(self) -> Map<String, Value> {
        self.said.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect()
    }

    /// The same of an event, which has the score too.
    pub(super) fn of_event(self) -> Map<String, Value> {
        let mut data = self.additional_data();
        data.insert("totalFraudScore".to_owned(), json!(self.score.to_string()));
        data
    }
}
