//! Stock is kept in pages: one item holds a few units of a SKU *and* the open holds taken from them.
//!
//! Every change of a unit's fate is one conditional write on one page, so it cannot be half done, and each page
//! balances by itself after every write (`PAGE_BALANCES`). Pages that nobody has sold from yet are not even written:
//! an [`Opener`] hands out their numbers. Which pages have units left is a hint, kept in a [`StockList`]; it costs a
//! write when it is wrong, and is never a fact.

mod alert; // low, sold out, back in stock
mod hold; // units set aside, and where they go
mod limit; // how many units one customer may have
mod list; // which pages are worth a try
mod movement; // one line of the ledger of what was put on sale
mod opener; // pages that nobody has sold from yet
mod page; // units, and every open hold on them
mod supply; // what was put on sale

pub use alert::{AlertKind, StockAlert};
pub(crate) use hold::units_by_sku;
pub use hold::{Hold, HoldChanged, HoldMove, HoldRefused, PlannedHold};
pub use limit::{CustomerLimit, LimitClaim, LimitReached};
pub use list::{Look, Looking, StockList};
pub use movement::{Movement, MovementKind, MovementRequest, SupplyChange, Units, UnitsRefused};
pub use opener::{Lane, Opened, Opener, OpenerKey};
pub use page::{PAGE_UNITS, PageKey, StockPage};
pub use supply::{Supply, SupplyRefused};
