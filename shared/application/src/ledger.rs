//! Moves stock on and off sale: once for each reference, whoever else moves or sells it meanwhile.

use domain::stock::{
    Movement, MovementKind, MovementRequest, Opener, StockPage, Supply, SupplyChange, SupplyRefused, Units,
};
use domain::{Idempotent, Reference, Sku};

use crate::look::{self, look};
use crate::repeat::until_definite;
use crate::{Catalog, Chance, ChangeSupplyError, Clock, Failure, StockKeeper, StockRoom};

/// How often a movement is decided anew after somebody else moved or sold stock meanwhile.
const DECISIONS_MAX: u32 = 8;

/// What the use cases of supply need.
pub struct Ports<'a> {
    /// The SKUs that there are.
    pub catalog: &'a dyn Catalog,
    /// Supply and its ledger.
    pub keeper: &'a dyn StockKeeper,
    /// Where units are looked for.
    pub stock: &'a dyn StockRoom,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Randomness.
    pub chance: &'a dyn Chance,
}

/// Why stock did not move. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoveStockError {
    /// The catalog has no such SKU, and none of it was ever on sale.
    #[error("there is no such SKU")]
    UnknownSku,
    /// The reference is another movement's.
    #[error("the reference was used for another movement")]
    ReferenceReused,
    /// The supply is not the one that was counted.
    #[error("the supply has version {version}")]
    Stale {
        /// Its version now.
        version: u64,
    },
    /// A rule of the supply said no.
    #[error(transparent)]
    Refused(#[from] SupplyRefused),
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// One movement, as it is asked for.
pub(crate) struct Moving<'a> {
    pub(crate) sku: &'a Sku,
    pub(crate) reference: &'a Reference,
    pub(crate) kind: MovementKind,
    pub(crate) units: Units,
    /// Whether units come, rather than go.
    pub(crate) comes: bool,
    /// The version of the supply that was counted, where one was.
    pub(crate) seen_version: Option<u64>,
}

impl Moving<'_> {
    fn signed(&self) -> i64 {
        let units = i64::from(self.units.get());
        if self.comes { units } else { units.saturating_neg() }
    }

    fn is(&self, movement: &Movement) -> bool {
        (movement.kind, movement.units) == (self.kind, self.signed())
    }
}

/// What a movement needs.
#[derive(Clone, Copy)]
pub(crate) struct Keeping<'a> {
    /// Where a SKU must be that has no stock yet; none where it comes into the catalog after its stock.
    pub(crate) catalog: Option<&'a dyn Catalog>,
    pub(crate) keeper: &'a dyn StockKeeper,
    pub(crate) stock: &'a dyn StockRoom,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) chance: &'a dyn Chance,
}

impl<'a> Ports<'a> {
    pub(crate) fn keeping(&self) -> Keeping<'a> {
        let Self { catalog, keeper, stock, clock, chance } = *self;
        Keeping { catalog: Some(catalog), keeper, stock, clock, chance }
    }
}

/// Moves stock, or answers with the movement that this reference made before.
pub(crate) async fn move_stock(
    ports: Keeping<'_>,
    moving: &Moving<'_>,
) -> Result<Idempotent<Movement>, MoveStockError> {
    for _ in 0..DECISIONS_MAX {
        if let Some(earlier) = earlier(ports, moving).await? {
            return Ok(Idempotent::AlreadyApplied(earlier));
        }
        let change = match decide(ports, moving).await {
            Ok(change) => change,
            Err(MoveStockError::Failure(failure)) => return Err(failure.into()),
            // Before anybody is refused: the same request, sent twice, may have won just now.
            Err(refusal) => {
                return earlier(ports, moving).await?.map(Idempotent::AlreadyApplied).ok_or(refusal);
            }
        };
        match until_definite(|| ports.keeper.change_supply(&change)).await {
            Ok(()) => {
                bring_up_to_date(ports, &change.movement).await?;
                return Ok(Idempotent::Executed(change.movement));
            }
            // Another movement came first, or this very one did, or somebody bought what was to be taken.
            Err(ChangeSupplyError::Stale | ChangeSupplyError::Taken) => {}
            Err(ChangeSupplyError::Failure(failure)) => return Err(failure.into()),
        }
    }
    Err(Failure::Throttled.into())
}

/// The movement that this reference made before. Whoever made it may have died before the SKU was looked at.
async fn earlier(ports: Keeping<'_>, moving: &Moving<'_>) -> Result<Option<Movement>, MoveStockError> {
    let Some(earlier) = ports.keeper.movement(moving.sku, moving.reference).await? else { return Ok(None) };
    if !moving.is(&earlier) {
        return Err(MoveStockError::ReferenceReused);
    }
    bring_up_to_date(ports, &earlier).await?;
    Ok(Some(earlier))
}

async fn decide(ports: Keeping<'_>, moving: &Moving<'_>) -> Result<SupplyChange, MoveStockError> {
    let supply = supply(ports, moving.sku).await?;
    if let Some(seen) = moving.seen_version.filter(|seen| *seen != supply.version) {
        tracing::info!(sku = %moving.sku, seen, version = supply.version, "the supply moved since it was counted");
        return Err(MoveStockError::Stale { version: supply.version });
    }
    let request =
        MovementRequest { reference: moving.reference.clone(), kind: moving.kind, at: ports.clock.now() };
    if moving.comes {
        return Ok(supply.receive(moving.units, request)?);
    }
    let (openers, pages) = free_units(ports, &supply).await?;
    Ok(supply.write_off(moving.units, &openers, &pages, request)?)
}

/// The supply of a SKU. Of one that is in the catalog no more, what is there can still be counted and taken away.
async fn supply(ports: Keeping<'_>, sku: &Sku) -> Result<Supply, MoveStockError> {
    let skus = std::slice::from_ref(sku);
    if let Some(supply) = ports.keeper.supplies(skus).await?.into_iter().next() {
        return Ok(supply);
    }
    if let Some(catalog) = ports.catalog
        && low_at(catalog, sku).await?.is_none()
    {
        return Err(MoveStockError::UnknownSku);
    }
    Ok(Supply::none(sku.clone()))
}

/// From how many units down a SKU is low, if the catalog has it.
async fn low_at(catalog: &dyn Catalog, sku: &Sku) -> Result<Option<u32>, Failure> {
    let products = catalog.products_of(std::slice::from_ref(sku)).await?;
    let variant = products.iter().flat_map(|product| &product.variants).find(|variant| variant.sku == *sku);
    Ok(variant.map(|variant| variant.low_stock.at))
}

/// Where units of a SKU may be free: its openers, and every page that they have handed out.
async fn free_units(ports: Keeping<'_>, supply: &Supply) -> Result<(Vec<Opener>, Vec<StockPage>), Failure> {
    let keys: Vec<_> = supply.opener_keys().collect();
    let openers = ports.keeper.openers(&keys).await?;
    let opened = openers.iter().flat_map(Opener::opened_pages);
    let keys: Vec<_> = supply.loose_page_keys().chain(opened).collect();
    let pages = ports.keeper.pages(&keys).await?;
    Ok((openers, pages))
}

/// What came or went is looked at at once, so that a SKU that was sold out is so no more, or is so now. Whoever is
/// looking already may have missed it, and the next look finds it. The first that comes of a SKU brings its list, which
/// does not know yet what is low.
async fn bring_up_to_date(ports: Keeping<'_>, movement: &Movement) -> Result<(), Failure> {
    let Keeping { catalog, keeper, stock, clock, chance } = ports;
    let sku = &movement.sku;
    if movement.number == 1
        && let Some(catalog) = catalog
        && let Some(at) = low_at(catalog, sku).await?
    {
        keeper.set_low(sku, at).await?;
    }
    let _whoever_looks = look(look::Ports { stock, clock, chance }, sku, None).await?;
    Ok(())
}
