use application::create_reservation::Ports;
use lambda::{SystemChance, SystemClock};

use crate::Holding;

impl Holding {
    pub(crate) fn ports(&self) -> Ports<'_> {
        let (clock, chance) = (&SystemClock, &SystemChance);
        let Self { catalog, offers, stock: holds, orders, purchases, shelf, bands, .. } = self;
        let (stock, reservations, closer, limits) = (purchases, purchases, orders, orders);
        Ports {
            catalog,
            offers,
            stock,
            shelf,
            bands,
            reservations,
            closer,
            orders,
            holds,
            limits,
            clock,
            chance,
        }
    }
}
