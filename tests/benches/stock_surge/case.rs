use std::time::Duration;

use crate::limits::Mishaps;

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
    pub(crate) expiring: Option<Expiring>,
    pub(crate) mishaps: Mishaps,
}

/// Holds that nobody pays for.
#[derive(Clone, Copy)]
pub(crate) struct Expiring {
    pub(crate) share: f64,
    pub(crate) after: Duration,
}

const SURGE: Case = Case {
    name: "surge",
    offered_per_second: 10_000,
    units: 10_000,
    skus: 1,
    wanted: &[1],
    arrivals: Duration::from_secs(3),
    expiring: None,
    mishaps: Mishaps::FEW,
};

/// All of them. Shoppers come until a protocol that sells at the arrival rate would be sold out for a second or two.
pub(crate) const CASES: [Case; 14] = [
    surge("surge-10k-100", 10_000, 100, 2),
    surge("surge-10k-1k", 10_000, 1_000, 2),
    PICTURE,
    surge("surge-10k-100k", 10_000, 100_000, 12),
    surge("surge-20k-100", 20_000, 100, 2),
    surge("surge-20k-1k", 20_000, 1_000, 2),
    surge("surge-20k-10k", 20_000, 10_000, 3),
    surge("surge-20k-100k", 20_000, 100_000, 7),
    Case {
        name: "expiring-5k",
        offered_per_second: 5_000,
        units: 5_000,
        arrivals: Duration::from_secs(15),
        expiring: Some(Expiring { share: 0.3, after: Duration::from_secs(3) }),
        ..SURGE
    },
    Case {
        name: "expiring-10k",
        arrivals: Duration::from_secs(10),
        expiring: Some(Expiring { share: 0.3, after: Duration::from_secs(3) }),
        ..SURGE
    },
    Case { name: "crashes", mishaps: Mishaps::MANY, ..SURGE },
    Case { name: "twos", wanted: &[2], ..SURGE },
    Case { name: "ones-and-twos", wanted: &[1, 2], ..SURGE },
    Case { name: "carts", skus: 2, ..SURGE },
];

/// The case of the picture.
pub(crate) const PICTURE: Case = surge("surge-10k-10k", 10_000, 10_000, 3);

const fn surge(name: &'static str, offered_per_second: u32, units: u32, seconds: u64) -> Case {
    Case { name, offered_per_second, units, arrivals: Duration::from_secs(seconds), ..SURGE }
}
