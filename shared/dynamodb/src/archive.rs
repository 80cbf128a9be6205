use application::{Archive, Failure};
use async_trait::async_trait;
use domain::invariant::Books;

use crate::attribute::{Fields, Item};
use crate::keys::{self, PurchaseItem, StockItem};
use crate::limits::item::read_limit;
use crate::orders::item::read_record;
use crate::reservations::item::read_reservation;
use crate::stock::item::{read_opener, read_page};
use crate::supply::item::{read_movement, read_supply};
use crate::{PurchaseTables, read};

#[async_trait]
impl Archive for PurchaseTables {
    async fn books(&self) -> Result<Books, Failure> {
        let mut books = Books::default();
        for item in read::scan(&self.client, "books", &self.stock.table).await? {
            add_stock(&mut books, &item)?;
        }
        for item in read::scan(&self.client, "books", &self.orders.table).await? {
            add_purchase(&mut books, &item)?;
        }
        Ok(books)
    }
}

fn add_stock(books: &mut Books, item: &Item) -> Result<(), Failure> {
    match keys::parse_stock(Fields(item).text(keys::PARTITION)?) {
        Some(StockItem::Page) => books.pages.push(read_page(item)?),
        Some(StockItem::Opener) => books.openers.push(read_opener(item)?),
        Some(StockItem::Supply) => books.supplies.push(read_supply(item)?),
        Some(StockItem::Movement) => books.movements.push(read_movement(item)?),
        Some(StockItem::Notice) => {}
        None => return Err(Failure::Unreadable(keys::PARTITION)),
    }
    Ok(())
}

fn add_purchase(books: &mut Books, item: &Item) -> Result<(), Failure> {
    match keys::parse_purchase(Fields(item).text(keys::PARTITION)?) {
        Some(PurchaseItem::Limit) => books.limits.push(read_limit(item)?),
        Some(PurchaseItem::Reservation) => books.reservations.push(read_reservation(item)?),
        Some(PurchaseItem::Order) => {
            books.orders.push(read_record(item)?);
        }
        Some(PurchaseItem::Notice) => {}
        None => return Err(Failure::Unreadable(keys::PARTITION)),
    }
    Ok(())
}
