use std::time::Duration;

use domain::reservation::PAGES_MAX;
use domain::stock::{
    HoldMove, Lane, MovementKind, Opener, PAGE_UNITS, PlannedHold, StockPage, Supply, SupplyChange,
    SupplyRefused, Units, UnitsRefused,
};
use domain::{Idempotent, ReservationId};
use proptest::prelude::*;
use proptest::sample::Index;

use super::keeping::Keeping;
use crate::samples::{NOON, movement, sku, units};

/// Something that happens to the stock of a SKU.
#[derive(Clone, Debug)]
enum Happening {
    Receive(Units),
    WriteOff(Units),
    /// A movement decided now is written only after whatever comes before the next one.
    DecideWriteOff(Units),
    WriteDecided,
    Open {
        lane: u32,
    },
    Hold {
        page: Index,
        by: u32,
        quantity: u32,
    },
    Move {
        page: Index,
        by: u32,
        target: HoldMove,
    },
}

fn any_units() -> impl Strategy<Value = Units> {
    prop_oneof![4 => 1..=40_i64, 1 => 1..=900_i64].prop_map(units)
}

fn any_happening() -> impl Strategy<Value = Happening> {
    let target = prop_oneof![Just(HoldMove::Free), Just(HoldMove::ToPaying), Just(HoldMove::ToSold)];
    prop_oneof![
        2 => any_units().prop_map(Happening::Receive),
        2 => any_units().prop_map(Happening::WriteOff),
        1 => any_units().prop_map(Happening::DecideWriteOff),
        1 => Just(Happening::WriteDecided),
        4 => (1..=4_u32).prop_map(|lane| Happening::Open { lane }),
        6 => (any::<Index>(), 0..4_u32, 1..=PAGE_UNITS)
            .prop_map(|(page, by, quantity)| Happening::Hold { page, by, quantity }),
        6 => (any::<Index>(), 0..4_u32, target).prop_map(|(page, by, target)| Happening::Move { page, by, target }),
    ]
}

fn reservation(by: u32) -> ReservationId {
    format!("reservation-{by}").parse().unwrap()
}

impl Keeping {
    fn happen(&mut self, happening: Happening, decided: &mut Option<SupplyChange>) {
        match happening {
            Happening::Receive(units) => {
                let change = self.receipt(units).unwrap();
                assert!(self.write(&change));
            }
            Happening::WriteOff(units) => match self.write_off(units) {
                Ok(change) => assert!(self.write(&change), "nobody came between"),
                Err(refused) => self.check_refusal(units, refused),
            },
            Happening::DecideWriteOff(units) => *decided = self.write_off(units).ok(),
            Happening::WriteDecided => {
                let _stale_or_taken = decided.take().is_some_and(|change| !self.write(&change));
            }
            Happening::Open { lane } => self.open(Lane::opener(lane).unwrap()),
            Happening::Hold { page, by, quantity } => self.change(page, |page| {
                let planned = PlannedHold { page: page.key.clone(), quantity };
                page.hold(&reservation(by), &planned, NOON).ok().map(Idempotent::into_inner)
            }),
            Happening::Move { page, by, target } => self.change(page, |page| {
                let seen = *page.holds.get(&reservation(by))?;
                page.move_hold(&reservation(by), seen, target).ok()
            }),
        }
    }

    fn change(&mut self, page: Index, change: impl FnOnce(StockPage) -> Option<StockPage>) {
        if self.pages.is_empty() {
            return;
        }
        let key = page.get(&self.pages.keys().collect::<Vec<_>>()).to_owned().clone();
        if let Some(page) = change(self.pages[&key].clone()) {
            self.pages.insert(key, page);
        }
    }

    /// A write-off is refused only where the units are not there, or lie on more pages than one write takes.
    fn check_refusal(&self, units: Units, refused: SupplyRefused) {
        match refused {
            SupplyRefused::Insufficient { available } => {
                assert_eq!(available, self.free());
                assert!(units.get() > available, "it was refused although there were units");
            }
            SupplyRefused::Scattered { at_once } => {
                assert!(units.get() > at_once && at_once > 0);
                let fits = Units::parse(at_once.into()).unwrap();
                assert!(self.write_off(fits).is_ok(), "what is said to fit at once does not");
            }
            SupplyRefused::TooMany => panic!("nothing came, and it was too much"),
        }
    }
}

proptest! {
    #[test]
    fn every_page_balances_and_the_ledger_explains_it_after_any_sequence(
        happenings in proptest::collection::vec(any_happening(), 0..80),
    ) {
        let mut keeping = Keeping::nothing();
        let mut decided = None;
        for happening in happenings {
            let taken_before = taken(&keeping);
            let is_sale = matches!(happening, Happening::Hold { .. } | Happening::Move { .. });
            keeping.happen(happening.clone(), &mut decided);
            prop_assert_eq!(keeping.violations(), vec![], "after {:?}", happening);
            prop_assert!(is_sale || taken(&keeping) == taken_before, "{:?} moved what is held or sold", happening);
        }
    }

    #[test]
    fn a_receipt_is_full_pages_for_the_openers_and_one_loose_page_for_the_rest(received in 1..50_000_i64) {
        let change = Keeping::nothing().receipt(units(received)).unwrap();
        let full: i64 = change.movement.unopened.values().sum();
        let loose: Vec<StockPage> = change.new_pages().collect();
        let on_loose: u32 = loose.iter().map(|page| page.capacity).sum();
        prop_assert_eq!(full * i64::from(PAGE_UNITS) + i64::from(on_loose), received);
        prop_assert!(loose.len() <= 1 && on_loose <= PAGE_UNITS);
        prop_assert_eq!(full == 0, received <= i64::from(PAGE_UNITS), "few units are one page, tried directly");
        prop_assert_eq!(change.taken().count(), 0);
        prop_assert_eq!(change.movement.units, received);
    }

    #[test]
    fn a_movement_is_the_next_line_of_the_ledger_and_requires_the_version_before(
        first in 1..2_000_i64,
        second in 1..2_000_i64,
    ) {
        let mut keeping = Keeping::of(first);
        let change = keeping.receipt(units(second)).unwrap();
        prop_assert_eq!((change.seen_version, change.movement.number, change.supply.version), (1, 2, 2));
        prop_assert!(keeping.write(&change));
        prop_assert!(!keeping.write(&change), "one made from an older version is not written");
        prop_assert_eq!(keeping.supply.units(), u64::try_from(first + second).unwrap());
    }

    #[test]
    fn what_nobody_has_sold_from_is_written_off_first(
        (on_sale, gone) in (11..3_000_i64).prop_flat_map(|on_sale| (Just(on_sale), 1..=on_sale)),
    ) {
        let keeping = Keeping::of(on_sale);
        let unopened: u32 = keeping.openers.values().map(Opener::units).sum();
        let change = keeping.write_off(units(gone)).unwrap();
        let from_opened: u32 = change.taken().map(|(_, units)| units).sum();
        prop_assert_eq!(from_opened, u32::try_from(gone).unwrap().saturating_sub(unopened));
        prop_assert_eq!(change.movement.units, -gone);
    }
}

/// Units held and sold, on each page.
fn taken(keeping: &Keeping) -> Vec<(u32, u32)> {
    let taken = keeping.pages.values().map(|page| (page.held_units(), page.sold));
    taken.filter(|taken| *taken != (0, 0)).collect()
}

#[test]
fn openers_grow_in_number_with_the_pages_and_share_them() {
    for (received, openers) in [(10, 0), (11, 1), (160, 1), (170, 2), (2_400, 15), (2_560, 16), (100_000, 16)]
    {
        let keeping = Keeping::of(received);
        assert_eq!(keeping.openers.len(), openers, "{received}");
        let given = keeping.openers.values().map(|opener| opener.pages);
        assert!(given.clone().max().unwrap_or(0) - given.min().unwrap_or(0) <= 1, "{received}");
    }
}

#[test]
fn the_shop_keeps_no_more_of_one_sku_than_it_can_count() {
    let full = Supply { received: Supply::UNITS_MAX - 1, ..Supply::none(sku("shirt")) };
    let receive = |supply: &Supply, received: i64| {
        supply.clone().receive(units(received), movement("more", MovementKind::Receipt))
    };
    assert!(receive(&full, 1).is_ok());
    assert_eq!(receive(&full, 2), Err(SupplyRefused::TooMany));
    let written_off = Supply { written_off: 1, ..full };
    assert!(receive(&written_off, 2).is_ok(), "what is gone makes room");
    let endless = Supply { received: u64::MAX, ..Supply::none(sku("shirt")) };
    assert_eq!(receive(&endless, 1), Err(SupplyRefused::TooMany));
}

#[test]
fn a_movement_is_of_one_unit_to_a_million() {
    assert_eq!(Units::parse(0), Err(UnitsRefused::Zero));
    for negative in [-1, i64::MIN] {
        assert_eq!(Units::parse(negative), Err(UnitsRefused::Negative(negative.unsigned_abs())));
    }
    for overflowing in [1_000_001, i64::from(u32::MAX) + 2, i64::MAX] {
        assert_eq!(Units::parse(overflowing), Err(UnitsRefused::TooMany(overflowing.unsigned_abs())));
    }
    for inside in [1, 1_000_000] {
        assert_eq!(Units::parse(inside).map(|units| i64::from(units.get())), Ok(inside));
    }
}

#[test]
fn units_that_are_held_or_sold_are_not_written_off() {
    let mut keeping = Keeping::of(7);
    let [mut page] = <[StockPage; 1]>::try_from(keeping.all_pages()).unwrap();
    let planned = PlannedHold { page: page.key.clone(), quantity: 3 };
    page = page.hold(&reservation(1), &planned, NOON.plus(Duration::from_secs(60))).unwrap().into_inner();
    keeping.pages.insert(page.key.clone(), page);
    assert_eq!(keeping.write_off(units(5)), Err(SupplyRefused::Insufficient { available: 4 }));
    let change = keeping.write_off(units(4)).unwrap();
    assert!(keeping.write(&change));
    assert_eq!((keeping.free(), keeping.supply.units()), (0, 3));
    assert_eq!(keeping.write_off(units(1)), Err(SupplyRefused::Insufficient { available: 0 }));
}

#[test]
fn units_on_more_pages_than_one_write_takes_are_written_off_in_several() {
    let pages = u32::try_from(PAGES_MAX).unwrap() + 5;
    let mut keeping = Keeping::of(i64::from(pages * PAGE_UNITS));
    for lane in Lane::openers(keeping.supply.openers()) {
        for _ in 0..pages {
            keeping.open(lane);
        }
    }
    assert_eq!(keeping.pages.len(), usize::try_from(pages).unwrap());
    let all = units(i64::from(pages * PAGE_UNITS));
    let at_once = u32::try_from(PAGES_MAX).unwrap() * PAGE_UNITS;
    assert_eq!(keeping.write_off(all), Err(SupplyRefused::Scattered { at_once }));
    for part in [at_once, pages * PAGE_UNITS - at_once] {
        let change = keeping.write_off(units(i64::from(part))).unwrap();
        assert!(keeping.write(&change));
    }
    assert_eq!((keeping.free(), keeping.supply.units()), (0, 0));
    assert_eq!(keeping.violations(), vec![]);
}

#[test]
fn the_part_of_an_unopened_page_that_stays_becomes_a_loose_page() {
    let mut keeping = Keeping::of(40);
    let change = keeping.write_off(units(13)).unwrap();
    assert_eq!(change.movement.unopened.values().sum::<i64>(), -2);
    assert_eq!(change.new_pages().map(|page| page.capacity).collect::<Vec<_>>(), [7]);
    assert!(keeping.write(&change));
    assert_eq!((keeping.free(), keeping.violations()), (27, vec![]));
}
