use std::time::Duration;

use application::create_reservation::CreateReservationError;
use domain::catalog::Availability;
use domain::reservation::Reservation;
use domain::stock::AlertKind;

use super::{Crowd, SCARF, SHIRT};
use crate::answer::Answer;
use crate::shopper::Shopper;
use crate::simulation::Work;
use crate::world::SKEW_MAX;

/// In the end every unit that is free can be had, and once the last is gone that is told.
const NOTHING_STRANDED: &str = "NOTHING_STRANDED";
/// In the end nothing counts against a customer's limit but what was bought.
const CLAIMS_END: &str = "CLAIMS_END";

/// In the end nobody gets more than the limit.
const LIMIT_ENDS_IT: &str = "LIMIT_ENDS_IT";

/// How long it is quiet before the last ones come.
const QUIET: Duration = Duration::from_secs(60);

/// How long it takes until what was seen of the stock counts for nothing.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(2);

/// Customers who have a limit, and one who was never here before.
const CUSTOMERS: [&str; 3] = ["customer-ann", "customer-ben", "customer-late"];

/// Everybody who has a limit comes once more, and then somebody who takes all that is left.
pub(super) fn comes(crowd: Crowd, limit: Option<u32>, low_limit: Option<u32>) -> Work {
    Box::pin(async move {
        // By then no clock is so far behind that what was known before passes for news, or that a sale has not begun.
        let begins = crowd.sale_begins.plus(SKEW_MAX).since(crowd.world.desk().now);
        crowd.world.pause(QUIET.max(begins)).await;
        if let Some(limit) = limit {
            for name in CUSTOMERS {
                let customer = crowd.shopper(name);
                let low_limit = low_limit.unwrap_or(limit);
                takes_what_is_allowed(&customer, low_limit).await;
                // What was last looked at may still be few where it is more by now.
                if low_limit == limit || customer.free_units(SHIRT) <= Availability::LOW {
                    gets_no_more(&customer, low_limit).await;
                }
            }
        } else {
            takes_what_is_left(&crowd.shopper("late"), SHIRT).await;
        }
        takes_what_is_left(&crowd.shopper("late"), SCARF).await;
    })
}

/// A customer gets what the limit leaves, whatever was claimed before.
async fn takes_what_is_allowed(customer: &Shopper, limit: u32) {
    let units = limit.saturating_sub(customer.bought(SHIRT)).min(customer.free_units(SHIRT));
    if units > 0 {
        match customer.asks_late("late-allowed", SHIRT, units).await {
            Some(Err(CreateReservationError::LimitReached { .. })) => customer.breaks(CLAIMS_END, || {
                format!("{} may have {units} more, and is told of the limit", customer.name)
            }),
            answer => customer.expects_units(SHIRT, units, answer),
        }
    }
}

/// A customer who has what the limit leaves gets nothing beyond it.
async fn gets_no_more(customer: &Shopper, limit: u32) {
    customer.world.pause(FORGOTTEN_AFTER).await;
    if customer.free_units(SHIRT) > 0 {
        let answer = customer.asks_late("late-beyond", SHIRT, 1).await;
        if !matches!(answer, Some(Err(CreateReservationError::LimitReached { .. }))) {
            customer.breaks(LIMIT_ENDS_IT, || {
                format!("{} has all of {limit}, asks for one more, and hears {answer:?}", customer.name)
            });
        }
    }
}

/// One shopper gets all that is left, and the next one hears that there is nothing.
async fn takes_what_is_left(shopper: &Shopper, sku: &str) {
    let units = shopper.free_units(sku);
    if units > 0 {
        let answer = shopper.asks_late("late", sku, units).await;
        shopper.expects_units(sku, units, answer);
    }
    let too_late = Shopper { name: "too-late", ..shopper.clone() };
    // By then nobody remembers how it was.
    too_late.world.pause(FORGOTTEN_AFTER).await;
    match too_late.asks_late("late", sku, 1).await {
        Some(Err(CreateReservationError::InsufficientStock(_))) => {
            if !too_late.was_told(sku) && too_late.expects_alert() {
                too_late.breaks(NOTHING_STRANDED, || format!("{sku} is sold out, and nobody was told"));
            }
        }
        answer => too_late.breaks(NOTHING_STRANDED, || format!("no {sku} is left, and {answer:?}")),
    }
}

impl Shopper {
    async fn asks_late(
        &self,
        key: &str,
        sku: &str,
        units: u32,
    ) -> Option<Result<Reservation, CreateReservationError>> {
        let key = format!("{key}-{sku}");
        let Answer::Reserved(answer) = self.ask(self.request(&key, &[(sku, i64::from(units))])?).await else {
            return None;
        };
        Some(answer)
    }

    fn expects_units(
        &self,
        sku: &str,
        units: u32,
        answer: Option<Result<Reservation, CreateReservationError>>,
    ) {
        if !matches!(answer, Some(Ok(_))) {
            self.breaks(NOTHING_STRANDED, || format!("{units} of {sku} are free, and {answer:?}"));
        }
    }

    fn free_units(&self, sku: &str) -> u32 {
        sku.parse().map_or(0, |sku| self.world.desk().checker.free_units(&sku))
    }

    /// Whoever emptied a page may have died before telling of it, and where clocks differ, an older look may pass for a
    /// newer one.
    fn expects_alert(&self) -> bool {
        let desk = self.world.desk();
        !(desk.has_skews() || desk.has_suffered)
    }

    /// Whether the last that was told of a SKU is that it is sold out.
    fn was_told(&self, sku: &str) -> bool {
        let alerts = self.world.conduct.store().alerts();
        let last = alerts.iter().rfind(|alert| alert.sku.as_str() == sku);
        last.is_some_and(|alert| alert.kind == AlertKind::SoldOut)
    }

    fn bought(&self, sku: &str) -> u32 {
        let Some((caller, sku)) = self.caller().zip(sku.parse().ok()) else { return 0 };
        self.world.desk().checker.bought(&caller, &sku)
    }

    pub(super) fn breaks(&self, what: &'static str, detail: impl FnOnce() -> String) {
        self.world.desk().checker.breaks(what, detail);
    }
}
