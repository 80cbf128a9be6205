use application::{
    Catalog, ChangeSupplyError, ClaimError, CloseError, Cursor, Failure, HoldError, Holds, Limits, Listing,
    Orders, PlanError, ReservationBook, ReservationCloser, Reservations, ReserveError, Stock, StockKeeper,
    StockRoom,
};
use async_trait::async_trait;
use domain::catalog::Product;
use domain::order::Order;
use domain::reservation::Reservation;
use domain::stock::{
    Hold, LimitClaim, Look, Looking, Movement, Opened, Opener, OpenerKey, PageKey, PlannedHold, StockAlert,
    StockList, StockPage, Supply, SupplyChange,
};
use domain::{Idempotent, OrderId, ProductId, Reference, ReservationId, Sku, Timestamp};

use super::{Call, Line};

fn name(page: &PageKey) -> String {
    format!("{}/{}", page.sku, page.number)
}

#[async_trait]
impl Catalog for Line<'_> {
    async fn list(
        &self,
        category: Option<&str>,
        limit: u32,
        after: Option<&Cursor>,
    ) -> Result<Listing<Product>, Failure> {
        self.pass(Call::Products, "all", self.store().list(category, limit, after)).await
    }

    async fn product(&self, id: &ProductId) -> Result<Option<Product>, Failure> {
        self.pass(Call::Products, id, self.store().product(id)).await
    }

    async fn products_of(&self, skus: &[Sku]) -> Result<Vec<Product>, Failure> {
        self.pass(Call::Products, "some", self.store().products_of(skus)).await
    }
}

#[async_trait]
impl Stock for Line<'_> {
    async fn supplies(&self, skus: &[Sku]) -> Result<Vec<Supply>, Failure> {
        self.pass(Call::Supplies, "some", self.store().supplies(skus)).await
    }

    async fn lists(&self, skus: &[Sku]) -> Result<Vec<StockList>, Failure> {
        self.pass(Call::Lists, "some", self.store().lists(skus)).await
    }

    async fn openers(&self, keys: &[OpenerKey]) -> Result<Vec<Opener>, Failure> {
        self.pass(Call::Openers, "some", self.store().openers(keys)).await
    }

    async fn pages(&self, keys: &[PageKey]) -> Result<Vec<StockPage>, Failure> {
        self.pass(Call::Pages, "some", self.store().pages(keys)).await
    }
}

#[async_trait]
impl StockRoom for Line<'_> {
    async fn open_page(&self, opener: &OpenerKey) -> Result<Opened, Failure> {
        let item = format!("{}/{}", opener.sku, opener.lane.number());
        self.pass(Call::OpenPage, item, self.store().open_page(opener)).await
    }

    async fn drop_opener(&self, opener: &OpenerKey, pages: u32) -> Result<(), Failure> {
        self.pass(Call::DropOpener, &opener.sku, self.store().drop_opener(opener, pages)).await
    }

    async fn note_returned(&self, sku: &Sku, numbers: &[u32]) -> Result<Option<StockList>, Failure> {
        self.pass(Call::NoteReturned, sku, self.store().note_returned(sku, numbers)).await
    }

    async fn begin_look(&self, sku: &Sku, looking: Looking) -> Result<Option<StockList>, Failure> {
        self.pass(Call::BeginLook, sku, self.store().begin_look(sku, looking)).await
    }

    async fn finish_look(
        &self,
        sku: &Sku,
        looking: Looking,
        look: &Look,
        alert: Option<&StockAlert>,
    ) -> Result<Idempotent<()>, Failure> {
        self.pass(Call::FinishLook, sku, self.store().finish_look(sku, looking, look, alert)).await
    }
}

#[async_trait]
impl StockKeeper for Line<'_> {
    async fn movement(&self, sku: &Sku, reference: &Reference) -> Result<Option<Movement>, Failure> {
        self.pass(Call::Movement, reference, self.store().movement(sku, reference)).await
    }

    async fn change_supply(&self, change: &SupplyChange) -> Result<(), ChangeSupplyError> {
        self.pass(Call::ChangeSupply, &change.supply.sku, self.store().change_supply(change)).await
    }

    async fn set_low(&self, sku: &Sku, at: u32) -> Result<(), Failure> {
        self.pass(Call::SetLow, sku, self.store().set_low(sku, at)).await
    }
}

#[async_trait]
impl Reservations for Line<'_> {
    async fn reservation(&self, id: &ReservationId) -> Result<Option<Reservation>, Failure> {
        self.pass(Call::Reservation, id, self.store().reservation(id)).await
    }
}

#[async_trait]
impl ReservationBook for Line<'_> {
    async fn plan(&self, next: &Reservation, seen: Option<&Reservation>) -> Result<(), PlanError> {
        self.pass(Call::Plan, &next.id, self.store().plan(next, seen)).await
    }

    async fn reserve(&self, next: &Reservation, seen: Option<&Reservation>) -> Result<(), ReserveError> {
        self.pass(Call::Reserve, &next.id, self.store().reserve(next, seen)).await
    }
}

#[async_trait]
impl ReservationCloser for Line<'_> {
    async fn close(&self, closed: &Reservation) -> Result<Reservation, CloseError> {
        self.pass(Call::Close, &closed.id, self.store().close(closed)).await
    }
}

#[async_trait]
impl Orders for Line<'_> {
    async fn order(&self, id: &OrderId) -> Result<Option<Order>, Failure> {
        self.pass(Call::Order, id, self.store().order(id)).await
    }
}

#[async_trait]
impl Limits for Line<'_> {
    async fn claim(&self, claim: &LimitClaim) -> Result<Idempotent<()>, ClaimError> {
        self.pass(Call::Claim, &claim.customer, self.store().claim(claim)).await
    }

    async fn give_back(&self, claim: &LimitClaim) -> Result<Idempotent<()>, Failure> {
        self.pass(Call::GiveBack, &claim.customer, self.store().give_back(claim)).await
    }
}

#[async_trait]
impl Holds for Line<'_> {
    async fn hold(
        &self,
        reservation: &ReservationId,
        planned: &PlannedHold,
        expires_at: Timestamp,
    ) -> Result<Idempotent<u32>, HoldError> {
        self.pass(Call::Hold, name(&planned.page), self.store().hold(reservation, planned, expires_at)).await
    }

    async fn free(
        &self,
        page: &PageKey,
        reservation: &ReservationId,
        seen: Hold,
    ) -> Result<Idempotent<u32>, Failure> {
        self.pass(Call::Free, name(page), self.store().free(page, reservation, seen)).await
    }
}
