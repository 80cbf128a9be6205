use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};

/// A payment token that the gateway knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Pays,
    DeclinedSoftly,
    DeclinedAsFraud,
    AsksForAuthentication,
    PaysLater,
    TimeoutAfterCharge,
    TimeoutBeforeCharge,
    CapturedAfterDecline,
    IsDisputed,
    ElevatedRisk,
    HighestRisk,
}

/// What a confirm does with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnConfirm {
    Authorize,
    /// The answer to the request that authorized never comes; the book and a look-up tell the truth.
    AuthorizeUnanswered,
    Decline {
        decline_code: &'static str,
    },
    AskForAuthentication,
    /// Nothing happens, and nobody hears so.
    IgnoreUnanswered,
    /// The gateway says no and takes the money all the same, as none should.
    DeclineAndCapture {
        decline_code: &'static str,
    },
}

impl OnConfirm {
    pub(crate) const fn captures_after_no(self) -> bool {
        matches!(self, Self::DeclineAndCapture { .. })
    }
}

impl Token {
    pub(crate) const ALL: [Self; 11] = [
        Self::Pays,
        Self::DeclinedSoftly,
        Self::DeclinedAsFraud,
        Self::AsksForAuthentication,
        Self::PaysLater,
        Self::TimeoutAfterCharge,
        Self::TimeoutBeforeCharge,
        Self::CapturedAfterDecline,
        Self::IsDisputed,
        Self::ElevatedRisk,
        Self::HighestRisk,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pays => "pm_card_visa",
            Self::DeclinedSoftly => "pm_card_chargeDeclined",
            Self::DeclinedAsFraud => "pm_card_chargeDeclinedFraudulent",
            Self::AsksForAuthentication => "pm_card_authenticationRequired",
            Self::PaysLater => "pm_klarna",
            Self::TimeoutAfterCharge => "pm_card_visa_timeoutAfterCharge",
            Self::TimeoutBeforeCharge => "pm_card_visa_timeoutBeforeCharge",
            Self::CapturedAfterDecline => "pm_card_visa_capturedAfterDecline",
            // Of Stripe's own test mode (https://docs.stripe.com/testing#disputes).
            Self::IsDisputed => "pm_card_createDispute",
            Self::ElevatedRisk => "pm_card_riskLevelElevated",
            Self::HighestRisk => "pm_card_riskLevelHighest",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|token| token.as_str() == name)
    }

    pub(crate) const fn on_confirm(self) -> OnConfirm {
        match self {
            Self::Pays | Self::IsDisputed | Self::ElevatedRisk | Self::HighestRisk => OnConfirm::Authorize,
            Self::DeclinedSoftly => OnConfirm::Decline { decline_code: "generic_decline" },
            Self::DeclinedAsFraud => OnConfirm::Decline { decline_code: "fraudulent" },
            // Klarna's shoppers agree on its own page.
            Self::AsksForAuthentication | Self::PaysLater => OnConfirm::AskForAuthentication,
            Self::TimeoutAfterCharge => OnConfirm::AuthorizeUnanswered,
            Self::TimeoutBeforeCharge => OnConfirm::IgnoreUnanswered,
            Self::CapturedAfterDecline => OnConfirm::DeclineAndCapture { decline_code: "generic_decline" },
        }
    }

    /// What kind of method it stands for.
    pub(crate) const fn method_type(self) -> &'static str {
        match self {
            Self::PaysLater => "klarna",
            Self::Pays
            | Self::DeclinedSoftly
            | Self::DeclinedAsFraud
            | Self::AsksForAuthentication
            | Self::TimeoutAfterCharge
            | Self::TimeoutBeforeCharge
            | Self::CapturedAfterDecline
            | Self::IsDisputed
            | Self::ElevatedRisk
            | Self::HighestRisk => "card",
        }
    }

    /// Whether its shopper demands back what is captured.
    pub(crate) const fn is_disputed(self) -> bool {
        matches!(self, Self::IsDisputed)
    }

    /// What Radar thinks of it.
    pub(crate) const fn risk_level(self) -> &'static str {
        match self {
            Self::ElevatedRisk => "elevated",
            Self::HighestRisk => "highest",
            Self::PaysLater => "not_assessed",
            Self::Pays
            | Self::DeclinedSoftly
            | Self::DeclinedAsFraud
            | Self::AsksForAuthentication
            | Self::TimeoutAfterCharge
            | Self::TimeoutBeforeCharge
            | Self::CapturedAfterDecline
            | Self::IsDisputed => "normal",
        }
    }

    /// Why a declined intent was declined.
    pub(crate) const fn decline_code(self) -> Option<&'static str> {
        match self.on_confirm() {
            OnConfirm::Decline { decline_code } | OnConfirm::DeclineAndCapture { decline_code } => {
                Some(decline_code)
            }
            OnConfirm::Authorize
            | OnConfirm::AuthorizeUnanswered
            | OnConfirm::AskForAuthentication
            | OnConfirm::IgnoreUnanswered => None,
        }
    }
}

impl ToSql for Token {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.as_str()))
    }
}

impl FromSql for Token {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::named(value.as_str()?).ok_or(FromSqlError::InvalidType)
    }
}
