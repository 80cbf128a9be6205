use application::{CountError, Failure, Velocity};
use async_trait::async_trait;
use domain::Currency;
use domain::fraud::{Activity, Count, Day, Known, Subject, SubjectKind};
use domain::order::OrderChange;

use super::{Records, Store};

#[async_trait]
impl Velocity for Store {
    async fn count(&self, count: &Count) -> Result<(), CountError> {
        let mut records = self.lock();
        let mut counted = Vec::new();
        let mut full = Vec::new();
        for subject in &count.subjects {
            let key = (subject.clone(), count.day);
            let none = || Activity::none(subject.clone(), count.day);
            match records.activities.get(&key).cloned().unwrap_or_else(none).count(count) {
                Ok(activity) => counted.push((key, activity.into_inner())),
                Err(_) => full.push(subject.clone()),
            }
        }
        if !full.is_empty() {
            return Err(CountError::Full(full));
        }
        records.activities.extend(counted);
        Ok(())
    }

    async fn known(
        &self,
        subjects: &[Subject],
        days: [Day; 2],
        currency: Currency,
    ) -> Result<Known, Failure> {
        let records = self.lock();
        let keys = subjects.iter().flat_map(|subject| days.map(|day| (subject.clone(), day)));
        let activities = keys.filter_map(|key| records.activities.get(&key).cloned()).collect();
        let customer = subjects.iter().find(|subject| subject.kind == SubjectKind::Customer);
        let paid = customer.and_then(|customer| records.paid.get(&(customer.clone(), currency)));
        Ok(Known { activities, paid: paid.copied().unwrap_or_default() })
    }
}

impl Records {
    /// What its customer has paid gains what a change pays for.
    pub(super) fn note_paid(&mut self, change: &OrderChange) {
        let Some((customer, amount)) = change.paid() else { return };
        let paid = self.paid.entry((customer, amount.currency())).or_default();
        paid.orders = paid.orders.saturating_add(1);
        paid.amount = paid.amount.saturating_add(u64::try_from(amount.amount()).unwrap_or_default());
    }
}
