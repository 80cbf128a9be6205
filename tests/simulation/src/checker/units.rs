use std::collections::BTreeMap;
use std::time::Duration;

use application::create_reservation::{CreateReservationError, Shortage};
use domain::invariant::Books;
use domain::order::OrderState;
use domain::reservation::{PAGES_MAX, TRIED_MAX};
use domain::stock::{PageKey, StockPage};
use domain::{Caller, ReservationId, Sku, Timestamp};

use super::Checker;
use super::answers::Known;
use crate::answer::{Answer, Request};
use crate::world::Desk;

/// Nobody is told "sold out" while the units are there, beyond the age of what may be remembered.
const NOT_SOLD_OUT: &str = "NOT_SOLD_OUT";

/// How old what "sold out" is answered from may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AgeMax {
    /// Of units that came back and were noted.
    noted: Duration,
    /// Of units that came back, and nobody lived to note it: a look at every page finds them.
    unnoted: Duration,
}

/// The free units of every page over time, and those of each SKU on pages that nobody has opened.
#[derive(Debug, Default)]
pub(super) struct Pages {
    histories: BTreeMap<PageKey, History>,
    unopened: BTreeMap<Sku, Vec<(Timestamp, u32)>>,
}

/// The free units of one page over time.
#[derive(Debug, Default)]
struct History {
    /// Each number of units, and since when.
    units: Vec<(Timestamp, u32)>,
    /// Since when those who look for units know that it has some.
    noted: Option<Timestamp>,
}

impl Pages {
    pub(super) fn follow(&mut self, after: &Books, now: Timestamp) {
        let unwritten: Vec<StockPage> = after.unwritten_pages().collect();
        let mut unopened: BTreeMap<&Sku, u32> = BTreeMap::new();
        for opener in &after.openers {
            let units = unopened.entry(&opener.key.sku).or_default();
            *units = units.saturating_add(opener.units());
        }
        for (sku, units) in unopened {
            let history = self.unopened.entry(sku.clone()).or_default();
            if history.last().is_none_or(|(_, before)| *before != units) {
                history.push((now, units));
            }
        }
        for page in after.pages.iter().chain(&unwritten) {
            let Some(history) = self.histories.get_mut(&page.key) else {
                // A look reads every page that is new.
                let history = History { units: vec![(now, page.available)], noted: Some(now) };
                self.histories.insert(page.key.clone(), history);
                continue;
            };
            let before = history.units.last().map_or(0, |(_, units)| *units);
            if before == 0 && page.available > 0 {
                history.noted = None;
            }
            if before != page.available {
                history.units.push((now, page.available));
            }
        }
    }

    /// The fewest units that a page had between a request and its answer, and for so long before.
    fn fewest(&self, page: &StockPage, sent: Timestamp, age_max: AgeMax) -> u32 {
        let Some(history) = self.histories.get(&page.key) else { return 0 };
        let noted_from = sent.minus(age_max.noted);
        let is_noted = history.noted.is_some_and(|at| at <= noted_from);
        let from = if is_noted { noted_from } else { sent.minus(age_max.unnoted) };
        let mut fewest = u32::MAX;
        for (since, units) in history.units.iter().rev() {
            fewest = fewest.min(*units);
            if *since <= from {
                return fewest;
            }
        }
        // It is younger than that.
        0
    }

    /// The fewest and the most units that somebody may find who reads a SKU's openers and then its pages, between
    /// this time and now: one page may be read before a unit moves, and another after.
    pub(super) fn bounds(&self, sku: &Sku, from: Timestamp) -> (u32, u32) {
        let (mut fewest, mut most) = self.unopened.get(sku).map_or((0, 0), |units| bounds(units, from));
        for history in self.histories.iter().filter(|(page, _)| page.sku == *sku).map(|(_, history)| history)
        {
            let (least, greatest) = bounds(&history.units, from);
            // A page that nobody noted is not read.
            if history.noted.is_some_and(|at| at < from) {
                fewest = fewest.saturating_add(least);
            }
            most = most.saturating_add(greatest);
        }
        (fewest, most)
    }
}

/// The fewest and the most of these since then. What did not exist at first had none.
fn bounds(units: &[(Timestamp, u32)], from: Timestamp) -> (u32, u32) {
    let in_force = units.iter().rposition(|(since, _)| *since < from);
    let since = units.get(in_force.unwrap_or(0)..).unwrap_or_default().iter().map(|(_, units)| *units);
    let fewest = if in_force.is_some() { since.clone().min().unwrap_or(0) } else { 0 };
    (fewest, since.max().unwrap_or(0))
}

impl Checker {
    /// Somebody notes that these pages got units back.
    pub(crate) fn told_of_pages(&mut self, sku: &Sku, numbers: &[u32], now: Timestamp) {
        for number in numbers {
            let key = PageKey { sku: sku.clone(), number: *number };
            if let Some(history) = self.pages.histories.get_mut(&key) {
                history.noted = history.noted.or(Some(now));
            }
        }
    }

    /// A shopper hears that there are too few units.
    pub(crate) fn told_sold_out(
        &mut self,
        request: &Request,
        known: Known,
        answer: &Answer,
        age_max: AgeMax,
    ) {
        let (
            Request::Reserve(command),
            Answer::Reserved(Err(CreateReservationError::InsufficientStock(shortages))),
        ) = (request, answer)
        else {
            return;
        };
        let id = command.request.reservation_id();
        // Whose list of pages is nearly full gets no further under this key.
        if self
            .reservation(&id)
            .is_some_and(|stands| stands.tried.len() > TRIED_MAX.saturating_sub(PAGES_MAX))
        {
            return;
        }
        let wrong = shortages.iter().find(|shortage| {
            self.free_all_along(&shortage.sku, &id, known.sent, age_max) >= shortage.requested
        });
        if let Some(Shortage { sku, requested, .. }) = wrong.cloned() {
            self.breaks(NOT_SOLD_OUT, || {
                format!(
                    "a shopper hears that there are no {requested} of {sku}, and they were there all along"
                )
            });
        }
    }

    /// Units on pages that a reservation may take from, and that had them all along.
    fn free_all_along(&self, sku: &Sku, id: &ReservationId, sent: Timestamp, age_max: AgeMax) -> u32 {
        // A page that has a hold of the reservation takes no second one, and one from before may have gone just now.
        let stands = self.reservation(id);
        let had_one = |page: &StockPage| {
            stands.is_some_and(|stands| {
                let mut before = stands
                    .tried
                    .iter()
                    .filter(|tried| tried.planned.quantity == 0 || tried.expires_at != stands.expires_at);
                before.any(|tried| tried.planned.page == page.key)
            })
        };
        let may_take =
            |page: &&StockPage| page.key.sku == *sku && !page.holds.contains_key(id) && !had_one(page);
        let unwritten: Vec<StockPage> = self.books.unwritten_pages().collect();
        let pages = self.books.pages.iter().chain(&unwritten).filter(may_take);
        pages.fold(0, |sum: u32, page| sum.saturating_add(self.pages.fewest(page, sent, age_max)))
    }

    /// Units of a SKU that a customer is paying for or has: they count until all of an order's are back.
    pub(crate) fn bought(&self, customer: &Caller, sku: &Sku) -> u32 {
        let orders = self.books.orders.iter().map(|record| &record.order);
        let standing = orders.filter(|order| {
            order.caller == *customer
                && !matches!(order.state, OrderState::Cancelled { .. })
                && !order.has_returned_all(sku)
        });
        let lines = standing.flat_map(|order| &order.lines).filter(|line| line.sku == *sku);
        lines.fold(0, |sum: u32, line| sum.saturating_add(line.quantity.units()))
    }

    /// Units of a SKU that nobody has.
    pub(crate) fn free_units(&self, sku: &Sku) -> u32 {
        self.books.free_units(sku)
    }
}

impl Desk {
    /// How old what is remembered may be: clocks that differ make it look younger than it is.
    pub(crate) fn look_age_max(&self) -> AgeMax {
        if self.has_skews() {
            AgeMax { noted: Duration::from_secs(22), unnoted: Duration::from_secs(55) }
        } else {
            AgeMax { noted: Duration::from_millis(400), unnoted: Duration::from_secs(12) }
        }
    }
}
