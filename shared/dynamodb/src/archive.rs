use application::{Archive, Failure};
use async_trait::async_trait;
use domain::invariant::{Books, OrderRecord};

use crate::attribute::{Fields, Item};
use crate::keys::{self, Record, StockItem};
use crate::orders::item::{read_history, read_order};
use crate::reservations::item::read_reservation;
use crate::stock::item::{read_page, read_supply};
use crate::{PurchaseTables, read};

#[async_trait]
impl Archive for PurchaseTables {
    async fn books(&self) -> Result<Books, Failure> {
        let mut books = Books::default();
        for item in read::scan(&self.client, "books", &self.stock).await? {
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
        Some(StockItem::Supply) => books.supplies.push(read_supply(item)?),
        None => return Err(Failure::Unreadable(keys::PARTITION)),
    }
    Ok(())
}

fn add_purchase(books: &mut Books, item: &Item) -> Result<(), Failure> {
    match keys::parse_record(Fields(item).text(keys::PARTITION)?)? {
        Some(Record::Reservation(_)) => books.reservations.push(read_reservation(item)?),
        Some(Record::Order(_)) => {
            books.orders.push(OrderRecord { order: read_order(item)?, history: read_history(item)? });
        }
        None => return Err(Failure::Unreadable(keys::PARTITION)),
    }
    Ok(())
}
