use super::{Executor, Performed};
use crate::answer::{self, Answer};
use crate::book::Entries;
use crate::dispute::{Demand, Dispute, Standing};
use crate::form;
use crate::intent::Intent;
use crate::transfers::Category;

impl Executor {
    /// The shopper demands back what was captured.
    pub(super) fn open_dispute(&self, entries: &Entries<'_>, intent: &Intent) -> rusqlite::Result<()> {
        let dispute = entries.withdraw(intent, entries.now()?)?;
        for event_type in ["charge.dispute.created", "charge.dispute.funds_withdrawn"] {
            self.tell(entries, event_type, dispute.shown())?;
        }
        Ok(())
    }

    /// A shopper demands back what was captured without anybody being told. Answers the dispute, if there is such money here.
    pub(crate) fn demand_back(&self, demand: &Demand) -> rusqlite::Result<Option<Dispute>> {
        self.book.transaction(|entries| {
            let Some(intent) = entries.captured_intent(&demand.order_id)? else { return Ok(None) };
            entries.withdraw(&intent, demand.withdrawn_at).map(Some)
        })
    }

    /// The evidence of Stripe's test mode decides at once (<https://docs.stripe.com/testing#disputes>).
    pub(super) fn answer_dispute(
        &self,
        entries: &Entries<'_>,
        id: &str,
        body: &[u8],
    ) -> rusqlite::Result<Performed> {
        let decision = match form::evidence(body) {
            Ok(decision) => decision,
            Err(refusal) => return Ok(Performed::Refused(refusal)),
        };
        Ok(match self.decide(entries, id, decision)? {
            Some(dispute) => Performed::Done(Answer::of(200, &dispute.shown())),
            None => Performed::Refused(answer::no_such("dispute")),
        })
    }

    /// Whoever plays with the sandbox decides a dispute. Answers it, if there is one.
    pub(crate) fn decide_dispute(&self, id: &str, decision: Standing) -> rusqlite::Result<Option<Dispute>> {
        let decided = self.book.transaction(|entries| self.decide(entries, id, decision));
        self.news.notify_one();
        decided
    }

    fn decide(
        &self,
        entries: &Entries<'_>,
        id: &str,
        decision: Standing,
    ) -> rusqlite::Result<Option<Dispute>> {
        let Some(dispute) = entries.dispute(id)? else { return Ok(None) };
        if !entries.decide_dispute(&dispute, decision)? {
            return Ok(Some(dispute));
        }
        let dispute = Dispute { standing: decision, ..dispute };
        self.tell(entries, "charge.dispute.closed", dispute.shown())?;
        if decision == Standing::Won {
            entries.note_transfer(Category::DisputeReversal, &dispute.id, entries.now()?)?;
            self.tell(entries, "charge.dispute.funds_reinstated", dispute.shown())?;
        }
        Ok(Some(dispute))
    }
}

impl Entries<'_> {
    /// Takes back what was captured for an intent, while nobody has decided yet.
    fn withdraw(&self, intent: &Intent, at: i64) -> rusqlite::Result<Dispute> {
        let dispute = Dispute {
            id: self.fresh_id("dp")?,
            created: at,
            payment: intent.id.clone(),
            amount: intent.amount,
            currency: intent.currency.clone(),
            standing: Standing::Open,
        };
        self.add_dispute(&dispute)?;
        self.note_transfer(Category::Dispute, &dispute.id, at)?;
        Ok(dispute)
    }
}
