use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};

use crate::token::{OnConfirm, Token};

/// One payment intent, as it stands in the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Intent {
    pub(crate) id: String,
    /// Seconds since the Unix epoch.
    pub(crate) created: i64,
    pub(crate) order_id: String,
    pub(crate) attempt: String,
    /// Minor units.
    pub(crate) amount: i64,
    /// Lower case, as Stripe writes it.
    pub(crate) currency: String,
    pub(crate) token: Token,
    pub(crate) status: Status,
    pub(crate) return_url: Option<String>,
    /// The charge that the last confirm made, if it got that far.
    pub(crate) charge: Option<String>,
}

/// Where a payment intent stands, in Stripe's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    RequiresConfirmation,
    RequiresAction,
    /// Declined: this intent never takes money, for the shop presents another card with another intent.
    RequiresPaymentMethod,
    RequiresCapture,
    Succeeded,
    Canceled,
}

/// The intent's status forbids the move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UnexpectedState;

/// What a confirm leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Confirmed {
    Answered(Status),
    /// It is done, and whoever asked hears nothing.
    Unanswered(Status),
    /// It is not done, and whoever asked hears nothing.
    Ignored,
}

impl Status {
    const ALL: [Self; 6] = [
        Self::RequiresConfirmation,
        Self::RequiresAction,
        Self::RequiresPaymentMethod,
        Self::RequiresCapture,
        Self::Succeeded,
        Self::Canceled,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::RequiresConfirmation => "requires_confirmation",
            Self::RequiresAction => "requires_action",
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresCapture => "requires_capture",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }

    /// What Stripe calls the event of getting there (<https://docs.stripe.com/api/events/types>), if it tells of it.
    pub(crate) const fn event_type(self) -> Option<&'static str> {
        match self {
            Self::RequiresConfirmation => None,
            Self::RequiresAction => Some("payment_intent.requires_action"),
            Self::RequiresPaymentMethod => Some("payment_intent.payment_failed"),
            Self::RequiresCapture => Some("payment_intent.amount_capturable_updated"),
            Self::Succeeded => Some("payment_intent.succeeded"),
            Self::Canceled => Some("payment_intent.canceled"),
        }
    }

    pub(crate) fn confirm(self, token: Token) -> Result<Confirmed, UnexpectedState> {
        if self != Self::RequiresConfirmation {
            return Err(UnexpectedState);
        }
        Ok(match token.on_confirm() {
            OnConfirm::Authorize => Confirmed::Answered(Self::RequiresCapture),
            OnConfirm::AuthorizeUnanswered => Confirmed::Unanswered(Self::RequiresCapture),
            OnConfirm::Decline { .. } | OnConfirm::DeclineAndCapture { .. } => {
                Confirmed::Answered(Self::RequiresPaymentMethod)
            }
            OnConfirm::AskForAuthentication => Confirmed::Answered(Self::RequiresAction),
            OnConfirm::IgnoreUnanswered => Confirmed::Ignored,
        })
    }

    /// The shopper has proved who they are.
    pub(crate) fn authenticate(self) -> Result<Self, UnexpectedState> {
        if self == Self::RequiresAction { Ok(Self::RequiresCapture) } else { Err(UnexpectedState) }
    }

    pub(crate) fn capture(self) -> Result<Self, UnexpectedState> {
        if self == Self::RequiresCapture { Ok(Self::Succeeded) } else { Err(UnexpectedState) }
    }

    /// Final: no move leads out of `Canceled`.
    pub(crate) fn cancel(self) -> Result<Self, UnexpectedState> {
        match self {
            Self::RequiresConfirmation
            | Self::RequiresAction
            | Self::RequiresPaymentMethod
            | Self::RequiresCapture => Ok(Self::Canceled),
            Self::Succeeded | Self::Canceled => Err(UnexpectedState),
        }
    }
}

impl ToSql for Status {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.as_str()))
    }
}

impl FromSql for Status {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        Self::ALL.into_iter().find(|status| status.as_str() == word).ok_or(FromSqlError::InvalidType)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_move_leads_out_of_a_cancel_or_of_a_capture_and_none_captures_what_was_declined() {
        for last in [Status::Canceled, Status::Succeeded] {
            assert_eq!(last.confirm(Token::Pays), Err(UnexpectedState));
            assert_eq!(last.authenticate(), Err(UnexpectedState));
            assert_eq!(last.capture(), Err(UnexpectedState));
            assert_eq!(last.cancel(), Err(UnexpectedState));
        }
        assert_eq!(Status::RequiresPaymentMethod.capture(), Err(UnexpectedState));
        assert_eq!(Status::RequiresPaymentMethod.confirm(Token::Pays), Err(UnexpectedState));
    }

    #[test]
    fn a_token_that_ignores_its_confirm_can_still_be_cancelled() {
        let status = Status::RequiresConfirmation;
        assert_eq!(status.confirm(Token::TimeoutBeforeCharge), Ok(Confirmed::Ignored));
        assert_eq!(status.cancel(), Ok(Status::Canceled));
    }
}
