//! Stock: what holds for a page, for all pages of a SKU, and for whoever looks for units on them.

mod alert; // what is told, and when
mod keeping; // a shelf of pages in memory, with its ledger
mod limit; // what one customer may have
mod list; // which pages are worth a try
mod looker; // one that looks at a stock while it moves
mod low; // what changes when few units are left
mod opener; // numbers of pages, each handed out once
mod page; // pages balance under any moves
mod supply; // units come and go, and the ledger explains each page
