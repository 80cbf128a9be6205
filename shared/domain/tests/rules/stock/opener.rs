use std::collections::BTreeSet;

use domain::stock::{Lane, Opened, Opener, OpenerKey, PAGE_UNITS, PageKey};
use proptest::prelude::*;

use crate::samples::sku;

fn any_lane() -> impl Strategy<Value = Lane> {
    (0..=Lane::OPENERS_MAX).prop_map(|number| Lane::opener(number).unwrap_or(Lane::LOOSE))
}

proptest! {
    #[test]
    fn an_opener_hands_out_each_of_its_pages_once_and_then_none(pages in 0..40_u32, lane in 1..=16_u32) {
        let key = OpenerKey { sku: sku("shirt"), lane: Lane::opener(lane).unwrap() };
        let mut opener = Opener { key, pages, opened: 0 };
        let mut handed_out = BTreeSet::new();
        for left in (0..pages).rev() {
            let Opened::Page(page) = opener.open() else { panic!("{left} were left") };
            prop_assert_eq!(page.lane(), opener.key.lane);
            prop_assert!(handed_out.insert(page));
            prop_assert_eq!((opener.left(), opener.units()), (left, left * PAGE_UNITS));
        }
        for _ in 0..2 {
            prop_assert_eq!(opener.open(), Opened::NoneLeft { pages });
            prop_assert_eq!(opener.opened, pages, "an opener that has none left counts no further");
        }
        prop_assert!(opener.opened_pages().eq(handed_out));
    }

    #[test]
    fn lanes_never_meet(a in any_lane(), b in any_lane(), (x, y) in (0..1_000_000_u32, 0..1_000_000_u32)) {
        prop_assert_eq!(a.page(x) == b.page(y), (a, x) == (b, y));
        let key = PageKey::at(sku("shirt"), a, x);
        prop_assert_eq!((key.lane(), key.place()), (a, x));
    }
}

#[test]
fn an_opener_that_was_given_more_goes_on() {
    let key = OpenerKey { sku: sku("shirt"), lane: Lane::opener(1).unwrap() };
    let mut opener = Opener { key, pages: 1, opened: 1 };
    assert_eq!(opener.open(), Opened::NoneLeft { pages: 1 });
    opener.pages = 2;
    assert!(matches!(opener.open(), Opened::Page(page) if page.place() == 1));
}

#[test]
fn there_are_sixteen_openers_and_one_lane_of_loose_pages() {
    let lanes: Vec<u32> = Lane::openers(99).map(Lane::number).collect();
    assert_eq!(lanes, (1..=Lane::OPENERS_MAX).collect::<Vec<_>>());
    assert_eq!((Lane::opener(0), Lane::opener(17)), (None, None));
    assert_eq!(Lane::LOOSE.number(), 0);
}
