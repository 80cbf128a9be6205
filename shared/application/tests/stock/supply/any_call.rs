use domain::stock::Movement;

use super::{Moved, version};
use crate::any_call::FATES;
use crate::line::Line;
use crate::samples::cart;
use crate::shop::Shop;

/// Every kind of movement, each of five units.
#[derive(Clone, Copy, Debug)]
enum Way {
    Receipt,
    WriteOff,
    More,
    Fewer,
}

const WAYS: [Way; 4] = [Way::Receipt, Way::WriteOff, Way::More, Way::Fewer];

impl Way {
    async fn go(self, line: &Line<'_>) -> Moved {
        match self {
            Self::Receipt => line.receive("SHIRT", 5, "the-one").await,
            Self::WriteOff => line.write_off(5, "the-one").await,
            Self::More => line.adjust(5, 1, "the-one").await,
            Self::Fewer => line.adjust(-5, 1, "the-one").await,
        }
    }

    fn units(self) -> i64 {
        match self {
            Self::Receipt | Self::More => 5,
            Self::WriteOff | Self::Fewer => -5,
        }
    }
}

/// Eight shirts are free, on two pages, and three are held.
async fn shop() -> Shop {
    let shop = Shop::open_with(&[("SHIRT", 11)]).await;
    let _held = shop.try_to_reserve("held", cart(&[("SHIRT", 3)])).await.unwrap();
    shop
}

#[tokio::test]
async fn whatever_one_call_of_a_movement_suffers_it_happens_once() {
    for way in WAYS {
        let quiet = shop().await;
        let line = Line::new(&quiet);
        way.go(&line).await.unwrap().into_inner();
        for place in 1..=line.calls().len() {
            for fate in FATES {
                let what = format!("{way:?}, call {place} {fate:?}");
                let shop = shop().await;
                let line = Line::new(&shop);
                line.script_at(place, fate);
                let _answered_or_not = way.go(&line).await;
                line.renew();
                let moved: Movement =
                    way.go(&line).await.unwrap_or_else(|error| panic!("{what}: {error}")).into_inner();
                assert_eq!((moved.units, version(&shop).await), (way.units(), 2), "{what}");
                let (free, held, sold) = shop.units();
                assert_eq!((i64::from(free), held, sold), (8 + way.units(), 3, 0), "{what}");
            }
        }
    }
}
