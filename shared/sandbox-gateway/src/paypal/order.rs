use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};

/// One order, as it stands in the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) id: String,
    /// The order that the shop named.
    pub(crate) custom_id: String,
    pub(crate) invoice_id: String,
    pub(crate) currency: String,
    /// Major units, as the shop wrote them.
    pub(crate) value: String,
    /// The same in minor units.
    pub(crate) amount: i64,
    pub(crate) return_url: Option<String>,
    pub(crate) standing: Standing,
    /// The account that approved it.
    pub(crate) account: Option<Account>,
    pub(crate) authorization: Option<String>,
    pub(crate) capture: Option<String>,
}

/// Money of a captured order that went back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) order: String,
    pub(crate) invoice_id: String,
    pub(crate) currency: String,
    /// Major units, as the shop wrote them.
    pub(crate) value: String,
    /// The same in minor units.
    pub(crate) amount: i64,
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    PayerActionRequired,
    /// It holds nothing yet. A declined authorization leaves it here.
    Approved,
    Authorized,
    Captured,
    Voided,
}

/// An account, by what authorizing with it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Account {
    Pays,
    Declines,
    /// Its owner demands back what was captured.
    Disputes,
    /// The answer to the request that authorized never comes; the book and a look-up tell the truth.
    TimeoutAfterAuthorization,
    /// Nothing happens, and nobody hears so.
    TimeoutBeforeAuthorization,
}

/// The order's standing forbids the move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WrongStanding;

impl Standing {
    const ALL: [Self; 5] =
        [Self::PayerActionRequired, Self::Approved, Self::Authorized, Self::Captured, Self::Voided];

    /// The word in the book.
    const fn as_str(self) -> &'static str {
        match self {
            Self::PayerActionRequired => "payer_action_required",
            Self::Approved => "approved",
            Self::Authorized => "authorized",
            Self::Captured => "captured",
            Self::Voided => "voided",
        }
    }

    /// The shopper agrees, or agrees again with another account.
    pub(crate) fn approve(self) -> Result<Self, WrongStanding> {
        match self {
            Self::PayerActionRequired | Self::Approved => Ok(Self::Approved),
            Self::Authorized | Self::Captured | Self::Voided => Err(WrongStanding),
        }
    }

    pub(crate) fn capture(self) -> Result<Self, WrongStanding> {
        if self == Self::Authorized { Ok(Self::Captured) } else { Err(WrongStanding) }
    }

    /// Final: no move leads out of `Voided`.
    pub(crate) fn void(self) -> Result<Self, WrongStanding> {
        if self == Self::Authorized { Ok(Self::Voided) } else { Err(WrongStanding) }
    }
}

impl Account {
    pub(crate) const ALL: [Self; 5] = [
        Self::Pays,
        Self::Declines,
        Self::Disputes,
        Self::TimeoutAfterAuthorization,
        Self::TimeoutBeforeAuthorization,
    ];

    /// The word on the approval page and in the book.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pays => "pays",
            Self::Declines => "declines",
            Self::Disputes => "disputes",
            Self::TimeoutAfterAuthorization => "timeout_after_authorization",
            Self::TimeoutBeforeAuthorization => "timeout_before_authorization",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|account| account.as_str() == name)
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

impl ToSql for Account {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.as_str()))
    }
}

impl FromSql for Account {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::named(value.as_str()?).ok_or(FromSqlError::InvalidType)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_move_leads_out_of_a_void_or_of_a_capture() {
        for last in [Standing::Voided, Standing::Captured] {
            assert_eq!(last.approve(), Err(WrongStanding));
            assert_eq!(last.capture(), Err(WrongStanding));
            assert_eq!(last.void(), Err(WrongStanding));
        }
    }

    #[test]
    fn an_approval_holds_nothing_that_could_be_captured_or_voided() {
        let approved = Standing::PayerActionRequired.approve().unwrap();
        assert_eq!(approved.capture(), Err(WrongStanding));
        assert_eq!(approved.void(), Err(WrongStanding));
    }
}
