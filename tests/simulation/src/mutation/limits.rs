use application::{ChangeError, ClaimError, CloseError, Failure};
use domain::catalog::{Product, Variant};
use domain::order::{OrderChange, OrderState};
use domain::reservation::{Line, Reservation};
use domain::stock::{CustomerLimit, LimitClaim};
use domain::{Idempotent, Sku};
use memory::Store;

use super::boxed;
use crate::conduct::{Conduct, Honest, Invoked, Role};

#[derive(Default)]
struct ClaimsStay(Honest);

impl Conduct for ClaimsStay {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn give_back(&self, _: Invoked, _: &LimitClaim) -> Result<Idempotent<()>, Failure> {
        Ok(Idempotent::AlreadyApplied(()))
    }
}

pub(super) fn claims_stay() -> Box<dyn Conduct> {
    boxed(ClaimsStay::default())
}

/// Gives back what was never bought, and nothing of what was.
#[derive(Default)]
struct ReturnedStillCounts(Honest);

impl Conduct for ReturnedStillCounts {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn give_back(&self, by: Invoked, claim: &LimitClaim) -> Result<Idempotent<()>, Failure> {
        let records = self.store().books(None).orders;
        let mut orders = records.into_iter().map(|record| record.order);
        let is_bought = orders.any(|order| {
            order.reservation_id == claim.reservation && matches!(order.state, OrderState::Paid { .. })
        });
        if is_bought { Ok(Idempotent::AlreadyApplied(())) } else { self.0.give_back(by, claim) }
    }
}

pub(super) fn returned_still_counts() -> Box<dyn Conduct> {
    boxed(ReturnedStillCounts::default())
}

/// Shows carts a catalog in which something about each variant is not said.
struct Unsaid {
    honest: Honest,
    unsay: fn(&mut Variant),
}

impl Conduct for Unsaid {
    fn store(&self) -> &Store {
        self.honest.store()
    }

    fn products_of(&self, skus: &[Sku]) -> Result<Vec<Product>, Failure> {
        let mut products = self.honest.products_of(skus)?;
        products.iter_mut().flat_map(|product| &mut product.variants).for_each(self.unsay);
        Ok(products)
    }
}

fn unsaid(unsay: fn(&mut Variant)) -> Box<dyn Conduct> {
    boxed(Unsaid { honest: Honest::default(), unsay })
}

pub(super) fn limit_forgotten() -> Box<dyn Conduct> {
    unsaid(|variant| {
        variant.limit_per_customer = None;
        variant.low_stock.limit_per_customer = None;
    })
}

pub(super) fn low_limit_ignored() -> Box<dyn Conduct> {
    unsaid(|variant| variant.low_stock.limit_per_customer = None)
}

pub(super) fn sold_before_its_time() -> Box<dyn Conduct> {
    unsaid(|variant| variant.on_sale_from = None)
}

/// Counts what is bought, and not what is held.
#[derive(Default)]
struct OnlyBoughtCounts(Honest);

impl Conduct for OnlyBoughtCounts {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn claim(&self, _: Invoked, claim: &LimitClaim) -> Result<Idempotent<()>, ClaimError> {
        let standing = standing(self.store(), claim);
        if standing.units.saturating_add(claim.quantity) > claim.limit {
            return Err(domain::stock::LimitReached { standing }.into());
        }
        Ok(Idempotent::Executed(()))
    }

    fn place(&self, by: Invoked, ordered: &Reservation, change: &OrderChange) -> Result<(), ChangeError> {
        self.0.place(by, &unlimited(ordered), change)?;
        for claim in ordered.claims() {
            let boundless = LimitClaim { limit: u32::MAX, ..claim };
            let limit = standing(self.store(), &boundless).claim(&boundless);
            if let Ok(limit) = limit {
                self.store().overwrite_limit(limit.into_inner());
            }
        }
        Ok(())
    }
}

pub(super) fn only_bought_counts() -> Box<dyn Conduct> {
    boxed(OnlyBoughtCounts::default())
}

/// What a claim's customer has of its SKU.
fn standing(store: &Store, claim: &LimitClaim) -> CustomerLimit {
    let is_it = |limit: &CustomerLimit| (&limit.sku, &limit.customer) == (&claim.sku, &claim.customer);
    let found = store.books(None).limits.into_iter().find(is_it);
    found.unwrap_or_else(|| CustomerLimit::none(claim.sku.clone(), claim.customer.clone()))
}

/// A reservation without limits on its lines, so that no claim is looked for.
fn unlimited(reservation: &Reservation) -> Reservation {
    let lines = reservation.lines.iter().map(|line| Line { limit: None, ..line.clone() });
    Reservation { lines: lines.collect(), ..reservation.clone() }
}

/// Whoever finds a claim overdue gives it back and leaves its reservation open, and a checkout does not look.
#[derive(Default)]
struct UnclaimedCheckout(Honest);

impl Conduct for UnclaimedCheckout {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn close(&self, by: Invoked, closed: &Reservation) -> Result<Reservation, CloseError> {
        if by.role == Role::Reserve { Ok(closed.clone()) } else { self.0.close(by, closed) }
    }

    fn place(&self, by: Invoked, ordered: &Reservation, change: &OrderChange) -> Result<(), ChangeError> {
        self.0.place(by, &unlimited(ordered), change)
    }
}

pub(super) fn unclaimed_checkout() -> Box<dyn Conduct> {
    boxed(UnclaimedCheckout::default())
}
