use domain::Timestamp;
use domain::catalog::Availability;
use domain::reservation::{Line, PAGES_MAX};
use domain::stock::{PAGE_UNITS, PageKey, PlannedHold};

use super::{CreateReservationError, Ports, Shortage};
use crate::Failure;
use crate::shelf::Wanted;

/// From which pages each line is taken, none of which is occupied, or what there is too little of.
pub(super) async fn plan(
    ports: &Ports<'_>,
    lines: &[Line],
    since: Timestamp,
    occupied: &[PageKey],
) -> Result<Result<Vec<PlannedHold>, Vec<Shortage>>, Failure> {
    if fewest_pages(lines) > PAGES_MAX {
        return Ok(Err(too_large(ports, lines).await?));
    }
    let mut holds = Vec::new();
    let mut shortages = Vec::new();
    for line in lines {
        let wanted = Wanted { sku: &line.sku, quantity: line.quantity, since, without: occupied };
        match ports.seeker().find(wanted).await? {
            Some(planned) => holds.extend(planned),
            None => shortages.push(shortage(ports, line)),
        }
    }
    if shortages.is_empty() && holds.len() > PAGES_MAX {
        shortages = lines.iter().map(|line| shortage(ports, line)).collect();
    }
    Ok(if shortages.is_empty() { Ok(holds) } else { Err(shortages) })
}

/// What the refusal of a line says.
pub(super) fn refusal(shortages: Vec<Shortage>) -> CreateReservationError {
    CreateReservationError::InsufficientStock(shortages)
}

/// What is said where nothing can be had under this key.
pub(super) fn none_left(ports: &Ports<'_>, lines: &[Line]) -> CreateReservationError {
    refusal(lines.iter().map(|line| shortage(ports, line)).collect())
}

/// How many pages the lines take where every page is full.
fn fewest_pages(lines: &[Line]) -> usize {
    let pages = lines.iter().map(|line| line.quantity.units().div_ceil(PAGE_UNITS));
    usize::try_from(pages.fold(0, u32::saturating_add)).unwrap_or(usize::MAX)
}

/// There may be enough of every line, and all of them together are more than one transaction takes.
async fn too_large(ports: &Ports<'_>, lines: &[Line]) -> Result<Vec<Shortage>, Failure> {
    let skus = lines.iter().map(|line| line.sku.clone());
    let bands = ports.bands.of_skus(ports.stock, skus, ports.clock.now()).await?;
    let shortage = |line: &Line| Shortage {
        sku: line.sku.clone(),
        requested: line.quantity.units(),
        availability: bands.get(&line.sku).copied().unwrap_or(Availability::SoldOut),
    };
    Ok(lines.iter().map(shortage).collect())
}

fn shortage(ports: &Ports<'_>, line: &Line) -> Shortage {
    let low_at = ports.shelf.low_at(&line.sku).unwrap_or(Availability::LOW);
    Shortage {
        sku: line.sku.clone(),
        requested: line.quantity.units(),
        availability: Availability::of(ports.shelf.units(&line.sku), low_at),
    }
}
