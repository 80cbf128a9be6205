use domain::Sku;
use domain::stock::{Looking, Opener, PageKey, StockList, SupplyChange};

use super::Party;
use crate::commands::any::{Copy, SupplyCommand, page_key};
use crate::samples::{opener, receipt, units, write_off};
use crate::world::World;

pub(super) fn skus() -> [Sku; 2] {
    ["scarf", "shirt"].map(|sku| sku.parse().unwrap())
}

fn sku(scarves: bool) -> &'static str {
    if scarves { "scarf" } else { "shirt" }
}

impl Party {
    /// Runs a command that is about supply and the list of shirts.
    pub(super) async fn supply(&self, world: &World, command: &SupplyCommand) -> String {
        let shirts: Sku = sku(false).parse().unwrap();
        match command {
            SupplyCommand::Receive { scarves, units: received, reference } => {
                let supply = world.supply(sku(*scarves)).await;
                let change = supply.receive(units(*received), receipt(&format!("movement-{reference}")));
                moved(world, change.map_err(|refused| refused.to_string())).await
            }
            SupplyCommand::WriteOff { scarves, units, reference } => {
                let change = decided(world, sku(*scarves), *units, &format!("movement-{reference}")).await;
                moved(world, change).await
            }
            SupplyCommand::Open { lane } => {
                format!("{:?}", world.room.open_page(&opener(sku(false), *lane)).await)
            }
            SupplyCommand::DropOpener { lane, pages } => {
                format!("{:?}", world.room.drop_opener(&opener(sku(false), *lane), *pages).await)
            }
            SupplyCommand::NoteReturned { pages } => {
                let pages = pages.iter().map(|page| page_key(*page)).filter(|page| page.sku == shirts);
                let numbers: Vec<u32> = pages.map(|page| page.number).collect();
                if numbers.is_empty() {
                    return "nothing to note".to_owned();
                }
                format!("{:?}", world.room.note_returned(&shirts, &numbers).await)
            }
            SupplyCommand::BeginLook { by } => {
                format!("{:?}", world.room.begin_look(&shirts, self.looking(*by)).await)
            }
            SupplyCommand::FinishLook { by, from } => {
                let list = match from {
                    Copy::Fresh => world.list(sku(false)).await,
                    Copy::Remembered => match self.lists.get(&shirts) {
                        Some(list) => list.clone(),
                        None => return "no list".to_owned(),
                    },
                };
                self.finish(world, &list, *by).await
            }
        }
    }

    /// Who looks is one of a few, so that they meet; and when, so that the one before may count as dead.
    fn looking(&self, by: u32) -> Looking {
        Looking::begin(self.now, by, None)
    }

    async fn finish(&self, world: &World, list: &StockList, by: u32) -> String {
        let openers = world.stock.openers(&list.opener_keys().collect::<Vec<_>>()).await.unwrap();
        let keys: Vec<PageKey> = list.to_read(&openers, true).into_iter().collect();
        let mut pages = world.stock.pages(&keys).await.unwrap();
        pages.sort_by(|a, b| a.key.cmp(&b.key));
        let looking = self.looking(by);
        let (look, alert) = list.found(&openers, &pages, looking.since, true);
        format!("{:?}", world.room.finish_look(&list.sku, looking, &look, alert.as_ref()).await)
    }
}

async fn moved(world: &World, change: Result<SupplyChange, String>) -> String {
    match change {
        Ok(change) => format!("{:?}", world.keeper.change_supply(&change).await),
        Err(refused) => refused,
    }
}

async fn decided(world: &World, sku: &str, taken: u32, reference: &str) -> Result<SupplyChange, String> {
    let supply = world.supply(sku).await;
    let mut openers = world.stock.openers(&supply.opener_keys().collect::<Vec<_>>()).await.unwrap();
    openers.sort_by(|a, b| a.key.cmp(&b.key));
    let opened = openers.iter().flat_map(Opener::opened_pages);
    let keys: Vec<PageKey> = supply.loose_page_keys().chain(opened).collect();
    let pages = world.stock.pages(&keys).await.unwrap();
    let change = supply.write_off(units(taken), &openers, &pages, write_off(reference));
    change.map_err(|refused| refused.to_string())
}
