use super::{PAGE_UNITS, PageKey};
use crate::Sku;

/// One of the runs of page numbers of a SKU: the run of one opener, or that of loose pages.
///
/// Pages of a lane are `place × 17 + lane`, so that lanes grow without ever meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(u32);

/// Where an opener is: its SKU and its lane.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpenerKey {
    /// The SKU.
    pub sku: Sku,
    /// Its lane, never the loose one.
    pub lane: Lane,
}

/// Hands out the numbers of pages that nobody has sold from yet. Each such page has [`PAGE_UNITS`] units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opener {
    /// Where it is.
    pub key: OpenerKey,
    /// Pages that it was given.
    pub pages: u32,
    /// Pages that it has handed out, from the first on. Until its first hold nobody has written such a page, and it is full
    /// of stock all the same ([`StockPage::unwritten`](super::StockPage::unwritten)).
    pub opened: u32,
}

/// What an opener answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// The number of a page that was nobody's.
    Page(PageKey),
    /// It has none left, of as many as it was given.
    NoneLeft {
        /// Pages that it was given.
        pages: u32,
    },
}

impl Lane {
    /// Pages with fewer than the full number of units, each put on sale by itself.
    pub const LOOSE: Self = Self(0);
    /// How many openers a SKU may have. One item takes a thousand writes a second, and an opener takes one for
    /// every ten units: sixteen serve more than a hundred thousand units a second.
    pub const OPENERS_MAX: u32 = 16;
    const COUNT: u32 = Self::OPENERS_MAX + 1;

    /// The lane of the opener with this number, from 1; none beyond the last.
    pub fn opener(number: u32) -> Option<Self> {
        (1..=Self::OPENERS_MAX).contains(&number).then_some(Self(number))
    }

    /// The first lanes of openers.
    pub fn openers(count: u32) -> impl Iterator<Item = Self> {
        (1..=count.min(Self::OPENERS_MAX)).map(Self)
    }

    /// Its number: 0 for loose pages, and from 1 for openers.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The number of a page of this lane.
    pub const fn page(self, place: u32) -> u32 {
        place.saturating_mul(Self::COUNT).saturating_add(self.0)
    }
}

impl PageKey {
    /// The page at a place of a lane.
    pub const fn at(sku: Sku, lane: Lane, place: u32) -> Self {
        Self { sku, number: lane.page(place) }
    }

    /// Its lane.
    pub const fn lane(&self) -> Lane {
        Lane(self.number % Lane::COUNT)
    }

    /// Its place in its lane, from 0.
    pub const fn place(&self) -> u32 {
        self.number / Lane::COUNT
    }
}

impl Opener {
    /// Pages that nobody has sold from yet.
    pub const fn left(&self) -> u32 {
        self.pages.saturating_sub(self.opened)
    }

    /// Units on them.
    pub const fn units(&self) -> u32 {
        self.left().saturating_mul(PAGE_UNITS)
    }

    /// Hands out the next number.
    pub fn open(&mut self) -> Opened {
        if self.left() == 0 {
            return Opened::NoneLeft { pages: self.pages };
        }
        let page = PageKey::at(self.key.sku.clone(), self.key.lane, self.opened);
        self.opened = self.opened.saturating_add(1);
        Opened::Page(page)
    }

    /// The pages whose numbers it has handed out.
    pub fn opened_pages(&self) -> impl Iterator<Item = PageKey> {
        (0..self.opened).map(|place| PageKey::at(self.key.sku.clone(), self.key.lane, place))
    }
}
