use std::collections::BTreeMap;

use domain::catalog::{Availability, Variant};
use domain::reservation::Line;
use domain::{Sku, Timestamp};

use super::{CreateReservation, CreateReservationError, Ports};

/// The lines at today's prices, all in one currency, each with the limit that applies to its customer now.
pub(super) async fn price(
    ports: &Ports<'_>,
    command: &CreateReservation,
    now: Timestamp,
) -> Result<Vec<Line>, CreateReservationError> {
    let cart = &command.cart;
    let variants = ports.offers.of(ports.catalog, cart.skus(), now).await?;
    let bands = bands(ports, variants.values(), now).await?;
    let mut currency = cart.currency;
    let mut lines = Vec::new();
    for asked in &cart.lines {
        let sku = asked.sku.clone();
        let Some(variant) = variants.get(&sku) else {
            return Err(CreateReservationError::UnknownSku(sku));
        };
        if let Some(from) = variant.on_sale_from.filter(|_| !variant.is_on_sale(now)) {
            return Err(CreateReservationError::NotOnSaleYet { sku, from });
        }
        let limit = variant.limit(bands.get(&sku).copied().unwrap_or(Availability::InStock));
        // Whoever can be somebody else in a moment cannot be limited.
        if limit.is_some() && !command.request.caller.is_customer() {
            return Err(CreateReservationError::SignInRequired(sku));
        }
        if *currency.get_or_insert(variant.price.currency()) != variant.price.currency() {
            return Err(CreateReservationError::CurrencyNotOffered(sku));
        }
        if asked.unit_price.is_some_and(|seen| seen != variant.price) {
            return Err(CreateReservationError::PriceChanged(sku));
        }
        lines.push(Line { sku, quantity: asked.quantity, unit_price: variant.price, limit });
    }
    Ok(lines)
}

/// The bands of the variants that have another limit while they are low; nobody else pays for the look.
async fn bands(
    ports: &Ports<'_>,
    variants: impl Iterator<Item = &Variant> + Send,
    now: Timestamp,
) -> Result<BTreeMap<Sku, Availability>, CreateReservationError> {
    let limited = variants.filter(|variant| variant.low_stock.limit_per_customer.is_some());
    let skus: Vec<Sku> = limited.map(|variant| variant.sku.clone()).collect();
    Ok(ports.bands.of_skus(ports.stock, skus.into_iter(), now).await?)
}
