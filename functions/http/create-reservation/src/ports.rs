use application::create_reservation::Ports;
use lambda::{SystemChance, SystemClock};

use crate::Holding;

impl Holding {
    pub(crate) fn ports(&self) -> Ports<'_> {
        let (clock, chance) = (&SystemClock, &SystemChance);
        let Self { catalog, offers, stock, orders, purchases: reservations, shelf, bands, .. } = self;
        let (holds, closer, limits) = (stock, orders, orders);
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
