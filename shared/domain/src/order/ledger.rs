//! What moved because of an order, as double entries that are only ever added.
//!
//! Each [`Posting`] takes an amount from one account and gives it to another, so the accounts of a ledger always add up to
//! nothing. It is sealed with the posting before it: whoever changes, removes or inserts one later breaks every seal from
//! there on. No posting says anything about a person.

use core::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::payment::{AttemptNumber, DisputeNumber, GatewayName, RefundNumber};
use crate::{Money, OrderId, Timestamp};

/// The postings of one order, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    postings: Vec<Posting>,
}

/// One amount that moved from one account to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Its number within the order, from 1 without gaps.
    pub number: u32,
    /// The version that its write gave the order.
    pub version: u64,
    /// When we learned it.
    pub at: Timestamp,
    /// Why.
    pub cause: PostingCause,
    /// Where.
    pub gateway: GatewayName,
    /// How much.
    pub amount: Money,
    /// What it and all before it say, as one digest.
    pub seal: Seal,
}

/// Why money moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PostingCause {
    /// This attempt was captured.
    Captured(AttemptNumber),
    /// This refund has gone back.
    Refunded(RefundNumber),
    /// This attempt, which had been a definite no, was found to be captured.
    Orphaned(AttemptNumber),
    /// What was found to be captured has gone back with this refund.
    OrphanReturned(RefundNumber),
    /// The gateway keeps money, or has taken it back, until this dispute is decided.
    DisputeOpened(DisputeNumber),
    /// This dispute was decided for the shop.
    DisputeWon(DisputeNumber),
    /// This dispute was decided for the shopper.
    DisputeLost(DisputeNumber),
    /// This dispute was decided for the shopper, about money that was theirs all along.
    OrphanDisputeLost(DisputeNumber),
}

/// Whose the money is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Account {
    /// What a gateway owes the shop.
    Receivable,
    /// What was sold.
    Sales,
    /// What went back of it.
    Refunds,
    /// What came in without an order to pay for, and is its shopper's.
    Orphans,
    /// What a gateway keeps until a dispute is decided.
    Disputes,
    /// What disputes took for good.
    Losses,
}

/// A digest over a posting and the seal before it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Seal(String);

/// Text that is no seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a seal is a SHA-256 digest in URL-safe base64")]
pub struct NoSeal;

impl Ledger {
    /// The ledger of these postings, as they were stored; [`Ledger::is_sealed`] says whether they are what was written.
    pub const fn of(postings: Vec<Posting>) -> Self {
        Self { postings }
    }

    /// Every posting, oldest first.
    pub fn postings(&self) -> &[Posting] {
        &self.postings
    }

    /// The postings that the write of this version added.
    pub fn added_by(&self, version: u64) -> impl Iterator<Item = &Posting> {
        self.postings.iter().filter(move |posting| posting.version == version)
    }

    /// When something was posted last; none where nothing ever was.
    pub fn posted_at(&self) -> Option<Timestamp> {
        self.postings.last().map(|posting| posting.at)
    }

    /// What an account has, in minor units: what was given to it less what was taken from it.
    pub fn balance(&self, account: Account) -> i64 {
        self.postings.iter().fold(0, |sum, posting| {
            let (from, to) = posting.cause.accounts();
            let amount = posting.amount.amount();
            let given = if to == account { amount } else { 0 };
            let taken = if from == account { amount } else { 0 };
            sum.saturating_add(given).saturating_sub(taken)
        })
    }

    /// Whether the postings are numbered without gaps, and each has the seal that follows from it and the one before.
    pub fn is_sealed(&self, order: &OrderId) -> bool {
        let mut before = None;
        self.postings.iter().zip(1..).all(|(posting, number)| {
            let is_sealed = posting.number == number && posting.seal == Seal::over(order, posting, before);
            before = Some(&posting.seal);
            is_sealed
        })
    }

    pub(super) fn post(&mut self, order: &OrderId, entry: Entry) {
        let last = self.postings.last();
        let number = last.map_or(0, |posting| posting.number).saturating_add(1);
        let before = last.map(|posting| posting.seal.clone());
        let Entry { version, at, cause, gateway, amount } = entry;
        let mut posting = Posting { number, version, at, cause, gateway, amount, seal: Seal(String::new()) };
        posting.seal = Seal::over(order, &posting, before.as_ref());
        self.postings.push(posting);
    }
}

/// A posting that is to be added.
pub(super) struct Entry {
    pub(super) version: u64,
    pub(super) at: Timestamp,
    pub(super) cause: PostingCause,
    pub(super) gateway: GatewayName,
    pub(super) amount: Money,
}

impl PostingCause {
    /// From which account it takes, and to which it gives. What a gateway owes us grows when money is captured there.
    pub const fn accounts(self) -> (Account, Account) {
        match self {
            Self::Captured(_) => (Account::Sales, Account::Receivable),
            Self::Refunded(_) => (Account::Receivable, Account::Refunds),
            Self::Orphaned(_) => (Account::Orphans, Account::Receivable),
            Self::OrphanReturned(_) => (Account::Receivable, Account::Orphans),
            Self::DisputeOpened(_) => (Account::Receivable, Account::Disputes),
            Self::DisputeWon(_) => (Account::Disputes, Account::Receivable),
            Self::DisputeLost(_) => (Account::Disputes, Account::Losses),
            Self::OrphanDisputeLost(_) => (Account::Disputes, Account::Orphans),
        }
    }

    /// The word in the database and under the seal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Captured(_) => "captured",
            Self::Refunded(_) => "refunded",
            Self::Orphaned(_) => "orphaned",
            Self::OrphanReturned(_) => "orphan_returned",
            Self::DisputeOpened(_) => "dispute_opened",
            Self::DisputeWon(_) => "dispute_won",
            Self::DisputeLost(_) => "dispute_lost",
            Self::OrphanDisputeLost(_) => "orphan_dispute_lost",
        }
    }

    /// The number of the attempt, the refund or the dispute.
    pub const fn number(self) -> u32 {
        match self {
            Self::Captured(number)
            | Self::Refunded(number)
            | Self::Orphaned(number)
            | Self::OrphanReturned(number)
            | Self::DisputeOpened(number)
            | Self::DisputeWon(number)
            | Self::DisputeLost(number)
            | Self::OrphanDisputeLost(number) => number,
        }
    }

    /// The cause of that word and number, if it is one.
    pub fn named(word: &str, number: u32) -> Option<Self> {
        let causes: [fn(u32) -> Self; 8] = [
            Self::Captured,
            Self::Refunded,
            Self::Orphaned,
            Self::OrphanReturned,
            Self::DisputeOpened,
            Self::DisputeWon,
            Self::DisputeLost,
            Self::OrphanDisputeLost,
        ];
        causes.into_iter().map(|cause| cause(number)).find(|cause| cause.as_str() == word)
    }
}

impl Account {
    /// Every account.
    pub const ALL: [Self; 6] =
        [Self::Receivable, Self::Sales, Self::Refunds, Self::Orphans, Self::Disputes, Self::Losses];
}

impl Seal {
    fn over(order: &OrderId, posting: &Posting, before: Option<&Self>) -> Self {
        let Posting { number, version, at, cause, gateway, amount, seal: _ } = posting;
        let before = before.map_or("", Self::as_str);
        // Every part is of a form that has no line break, so no two postings read the same.
        let sealed = format!(
            "{before}\n{order}\n{number}\n{version}\n{}\n{}\n{}\n{}\n{}\n{}",
            at.as_millis(),
            cause.as_str(),
            cause.number(),
            gateway.as_str(),
            amount.amount(),
            amount.currency(),
        );
        Self(URL_SAFE_NO_PAD.encode(Sha256::digest(sealed)))
    }

    /// The digest as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl core::str::FromStr for Seal {
    type Err = NoSeal;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let decoded = URL_SAFE_NO_PAD.decode(text).map_err(|_| NoSeal)?;
        if decoded.len() == Sha256::output_size() { Ok(Self(text.to_owned())) } else { Err(NoSeal) }
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
