use std::time::Duration;

use crate::limits::{Mishaps, table};

/// One situation that every protocol is put into.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) offered_per_second: u32,
    /// Of each SKU.
    pub(crate) units: u32,
    /// SKUs in every cart, all or nothing.
    pub(crate) skus: usize,
    /// Units that each shopper wants of each SKU: one of these, by chance.
    pub(crate) wanted: &'static [u32],
    /// For how long shoppers come.
    pub(crate) arrivals: Duration,
    pub(crate) checkouts: Option<Checkouts>,
    pub(crate) releasing: Option<Releasing>,
    pub(crate) expiring: Option<Expiring>,
    pub(crate) mishaps: Mishaps,
    /// That the table is warm for.
    pub(crate) partitions: u64,
    /// Whether it is about what comes after a hold, which only the shipped code has.
    pub(crate) comes_after: bool,
}

/// Shoppers who check out.
#[derive(Clone, Copy)]
pub(crate) struct Checkouts {
    pub(crate) share: f64,
    pub(crate) after: Duration,
}

/// Shoppers who change their mind.
#[derive(Clone, Copy)]
pub(crate) struct Releasing {
    /// Of those that are not checked out.
    pub(crate) share: f64,
    /// So long after they were told at the earliest,
    pub(crate) earliest: Duration,
    /// and by so much later: mean of an exponential distribution.
    pub(crate) later: Duration,
}

/// Holds that nobody pays for.
#[derive(Clone, Copy)]
pub(crate) struct Expiring {
    /// Of those that are neither checked out nor released.
    pub(crate) share: f64,
    pub(crate) after: Duration,
    /// Share of the messages that are lost.
    pub(crate) lost: f64,
}

const SURGE: Case = Case {
    name: "surge",
    offered_per_second: 10_000,
    units: 10_000,
    skus: 1,
    wanted: &[1],
    arrivals: Duration::from_secs(3),
    checkouts: None,
    releasing: None,
    expiring: None,
    mishaps: Mishaps::FEW,
    partitions: table::PARTITIONS,
    comes_after: false,
};

const THREE_IN_TEN: Expiring = Expiring { share: 0.3, after: Duration::from_secs(3), lost: 0.0 };

const EXPIRING_5K: Case = Case {
    name: "expiring-5k",
    offered_per_second: 5_000,
    units: 5_000,
    arrivals: Duration::from_secs(15),
    expiring: Some(THREE_IN_TEN),
    ..SURGE
};

/// Of those who got a unit in the first second, three in ten check out in the fourth.
const CHECKOUTS: Case = Case {
    name: "checkouts-alone",
    offered_per_second: 5_000,
    units: 5_000,
    arrivals: Duration::from_secs(4),
    checkouts: Some(Checkouts { share: 0.3, after: Duration::from_millis(2_700) }),
    comes_after: true,
    ..SURGE
};

/// Of those who got a unit in the first second, three in ten give it back, most of them in the third and the fourth.
const RELEASING_5K: Case = Case {
    name: "releasing-5k",
    offered_per_second: 5_000,
    units: 5_000,
    arrivals: Duration::from_secs(12),
    releasing: Some(Releasing {
        share: 0.3,
        earliest: Duration::from_secs(2),
        later: Duration::from_secs(1),
    }),
    comes_after: true,
    ..SURGE
};

/// All of them. Shoppers come until a protocol that sells at the arrival rate would be sold out for a second or two.
pub(crate) const CASES: [Case; 22] = [
    surge("surge-10k-100", 10_000, 100, 2),
    surge("surge-10k-1k", 10_000, 1_000, 2),
    PICTURE,
    surge("surge-10k-100k", 10_000, 100_000, 12),
    surge("surge-20k-100", 20_000, 100, 2),
    surge("surge-20k-1k", 20_000, 1_000, 2),
    surge("surge-20k-10k", 20_000, 10_000, 3),
    surge("surge-20k-100k", 20_000, 100_000, 7),
    Case { name: "expiring-1k", offered_per_second: 1_000, units: 1_000, ..EXPIRING_5K },
    EXPIRING_5K,
    Case { name: "expiring-10k", arrivals: Duration::from_secs(10), expiring: Some(THREE_IN_TEN), ..SURGE },
    Case { name: "releasing-1k", offered_per_second: 1_000, units: 1_000, ..RELEASING_5K },
    RELEASING_5K,
    Case { name: "releasing-10k", offered_per_second: 10_000, units: 10_000, ..RELEASING_5K },
    CHECKOUTS,
    Case {
        name: "checkouts-amid-expiries",
        expiring: Some(Expiring { share: 1.0, ..THREE_IN_TEN }),
        ..CHECKOUTS
    },
    Case {
        name: "messages-lost",
        offered_per_second: 2_000,
        units: 1_000,
        arrivals: Duration::from_secs(2),
        expiring: Some(Expiring { lost: 0.5, ..THREE_IN_TEN }),
        comes_after: true,
        ..SURGE
    },
    Case { name: "crashes", mishaps: Mishaps::MANY, ..SURGE },
    Case {
        name: "crashes-amid-expiries",
        expiring: Some(Expiring { lost: 0.2, ..THREE_IN_TEN }),
        mishaps: Mishaps::MANY,
        comes_after: true,
        ..EXPIRING_5K
    },
    Case { name: "twos", wanted: &[2], ..SURGE },
    Case { name: "ones-and-twos", wanted: &[1, 2], ..SURGE },
    Case { name: "carts", skus: 2, partitions: table::PARTITIONS_OF_CARTS, ..SURGE },
];

/// The case of the picture.
pub(crate) const PICTURE: Case = surge("surge-10k-10k", 10_000, 10_000, 3);

const fn surge(name: &'static str, offered_per_second: u32, units: u32, seconds: u64) -> Case {
    let partitions = SURGE.partitions * offered_per_second as u64 / 10_000;
    Case { name, offered_per_second, units, arrivals: Duration::from_secs(seconds), partitions, ..SURGE }
}
