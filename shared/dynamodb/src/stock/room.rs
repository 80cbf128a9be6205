use std::collections::BTreeSet;

use application::{Failure, StockRoom};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::ReturnValue;
use domain::stock::{Look, Looking, Opened, OpenerKey, PageKey, StockAlert, StockList};
use domain::{Idempotent, Sku};

use super::list;
use crate::attribute::{Fields, Item, number, number_set, time};
use crate::statement::{Condition, PRESENT, Statement, put};
use crate::write::{self, Refusal, Verdict};
use crate::{PurchaseTables, keys};

/// The condition of taking a page's number: there are some left. An opener that does not exist has none.
pub(crate) const OPEN_IF: &str = "#opened < #pages";
const OPEN: &str = "SET #opened = #opened + :one";

/// The condition of striking an opener off the list: it was given no more pages since.
pub(crate) const DROP_IF: &str = "#openers.#lane = :pages";
const DROP: &str = "REMOVE #openers.#lane";

const NOTE: &str = "ADD #returned :numbers";

/// The condition of beginning to look: nobody else is at it, or whoever was counts as dead.
pub(crate) const LOOK_IF: &str = "attribute_exists(pk) AND (attribute_not_exists(#looking) OR #looking.#until <= :now \
                                  OR #looking = :looking)";
const LOOK: &str = "SET #looking = :looking REMOVE #returned";

/// The condition of a look's end: no other began meanwhile.
pub(crate) const LOOKED_IF: &str = "#looking = :looking";
const LOOKED: &str = "SET #look = :look REMOVE #looking";

#[async_trait]
impl StockRoom for PurchaseTables {
    /// Mirrors [`domain::stock::Opener::open`].
    async fn open_page(&self, opener: &OpenerKey) -> Result<Opened, Failure> {
        let statement = || {
            Statement::new(OPEN, OPEN_IF)
                .name("opened")
                .name("pages")
                .value("one", number(1))
                .answering(ReturnValue::UpdatedOld)
                .explaining()
        };
        let key = keys::opener(opener);
        match write::update(&self.client, "open_page", &self.stock.table, &key, statement).await? {
            Verdict::Written(before) => {
                let place = Fields(&before).number("opened")?;
                Ok(Opened::Page(PageKey::at(opener.sku.clone(), opener.lane, place)))
            }
            Verdict::Refused(Some(opener)) => {
                Ok(Opened::NoneLeft { pages: Fields(&opener).number("pages")? })
            }
            Verdict::Refused(None) => Ok(Opened::NoneLeft { pages: 0 }),
        }
    }

    async fn drop_opener(&self, opener: &OpenerKey, pages: u32) -> Result<(), Failure> {
        let statement = || {
            Statement::new(DROP, DROP_IF)
                .name("openers")
                .name_as("#lane", opener.lane.number().to_string())
                .value("pages", number(pages))
        };
        let key = keys::list(&opener.sku);
        match write::update(&self.client, "drop_opener", &self.stock.table, &key, statement).await? {
            // Refused: somebody dropped it already, or it was given more pages.
            Verdict::Written(_) | Verdict::Refused(_) => Ok(()),
        }
    }

    async fn note_returned(&self, sku: &Sku, numbers: &[u32]) -> Result<Option<StockList>, Failure> {
        let numbers: BTreeSet<u32> = numbers.iter().copied().collect();
        let statement = || {
            Statement::new(NOTE, PRESENT)
                .name("returned")
                .value("numbers", number_set(&numbers))
                .answering(ReturnValue::AllNew)
        };
        let key = keys::list(sku);
        listed(write::update(&self.client, "note_returned", &self.stock.table, &key, statement).await?)
    }

    /// Mirrors [`StockList::is_being_looked_at`].
    async fn begin_look(&self, sku: &Sku, looking: Looking) -> Result<Option<StockList>, Failure> {
        let statement = || {
            Statement::new(LOOK, LOOK_IF)
                .name("looking")
                .name("until")
                .name("returned")
                .value("now", time(looking.since))
                .value("looking", list::looking(looking))
                .answering(ReturnValue::AllOld)
        };
        let key = keys::list(sku);
        listed(write::update(&self.client, "begin_look", &self.stock.table, &key, statement).await?)
    }

    /// An alert stands in the table that the relay follows.
    async fn finish_look(
        &self,
        sku: &Sku,
        looking: Looking,
        look: &Look,
        alert: Option<&StockAlert>,
    ) -> Result<Idempotent<()>, Failure> {
        let key = keys::list(sku);
        let looked = || {
            Statement::new(LOOKED, LOOKED_IF)
                .name("looking")
                .name("look")
                .value("looking", list::looking(looking))
                .value("look", list::look(look))
        };
        let Some(alert) = alert else {
            return match write::update(&self.client, "finish_look", &self.stock.table, &key, looked).await? {
                Verdict::Written(_) => Ok(Idempotent::Executed(())),
                Verdict::Refused(_) => Ok(Idempotent::AlreadyApplied(())),
            };
        };
        let told: Item = list::alert(alert);
        let writes = || {
            let told = put("finish_look", &self.orders.table, told.clone(), Some(Condition::absent()))?;
            Ok(vec![looked().into_write("finish_look", &self.stock.table, key.clone())?, told])
        };
        match write::transact(&self.client, "finish_look", writes).await {
            Ok(()) => Ok(Idempotent::Executed(())),
            // Another look began, or this very one is written: either way the crossing is told of once.
            Err(Refusal::Conditions(_)) => Ok(Idempotent::AlreadyApplied(())),
            Err(Refusal::Failure(failure)) => Err(failure),
        }
    }
}

fn listed(verdict: Verdict) -> Result<Option<StockList>, Failure> {
    match verdict {
        Verdict::Written(item) => list::read_list(&item).map(Some),
        Verdict::Refused(_) => Ok(None),
    }
}
