use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};

/// One payment, as it stands in the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Payment {
    /// Adyen's id.
    pub(super) psp_reference: String,
    /// The shop's.
    pub(super) reference: String,
    pub(super) account: String,
    pub(super) currency: String,
    pub(super) amount: i64,
    pub(super) standing: Standing,
}

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Its shopper was sent to their bank, and nobody has sent what came of it.
    Redirected,
    Refused,
    Authorised,
    Captured,
    Cancelled,
}

/// A stored card, by what paying with it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Card {
    Pays,
    IsRefused,
    IsFraud,
    AsksForAuthentication,
    /// It is charged back once it is captured.
    IsChargedBack,
    /// Adyen has doubts, and says so.
    ElevatedRisk,
    HighestRisk,
    /// The answer to the request that authorised never comes.
    TimeoutAfterPayment,
    /// The first request does nothing, and nobody hears so.
    TimeoutBeforePayment,
}

impl Standing {
    const ALL: [Self; 5] =
        [Self::Redirected, Self::Refused, Self::Authorised, Self::Captured, Self::Cancelled];

    /// The word in the book.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Redirected => "redirected",
            Self::Refused => "refused",
            Self::Authorised => "authorised",
            Self::Captured => "captured",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether this move is possible: only what is held can be captured or cancelled.
    pub(super) fn may_move(self) -> bool {
        self == Self::Authorised
    }
}

impl Card {
    pub(crate) const ALL: [Self; 9] = [
        Self::Pays,
        Self::IsRefused,
        Self::IsFraud,
        Self::IsChargedBack,
        Self::ElevatedRisk,
        Self::HighestRisk,
        Self::AsksForAuthentication,
        Self::TimeoutAfterPayment,
        Self::TimeoutBeforePayment,
    ];

    /// Its id.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pays => "visa",
            Self::IsRefused => "refused",
            Self::IsFraud => "fraud",
            Self::IsChargedBack => "chargeback",
            Self::ElevatedRisk => "riskLevelElevated",
            Self::HighestRisk => "riskLevelHighest",
            Self::AsksForAuthentication => "authentication",
            Self::TimeoutAfterPayment => "timeoutAfterPayment",
            Self::TimeoutBeforePayment => "timeoutBeforePayment",
        }
    }

    pub(super) fn named(stored_payment_method_id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|card| card.as_str() == stored_payment_method_id)
    }
}

impl ToSql for Standing {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.as_str()))
    }
}

impl FromSql for Standing {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        Self::ALL.into_iter().find(|standing| standing.as_str() == word).ok_or(FromSqlError::InvalidType)
    }
}
