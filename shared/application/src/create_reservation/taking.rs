use domain::reservation::{Reservation, ReservationState};
use domain::stock::{HoldRefused, PageKey, PlannedHold};
use domain::{Fingerprint, Timestamp};

use super::made;
use super::{CreateReservationError, Ports, Shortage, plan};
use crate::claims::{self, LimitReached};
use crate::repeat::until_definite;
use crate::{Failure, PlanError};

mod holding; // a plan's pages, by two writes or by one transaction

/// How often other pages are planned after some turned out to have too few units. Each refusal means that somebody
/// else got them, so the sale goes on meanwhile.
const PLANS_MAX: u32 = 24;

/// One request on its way to its units.
pub(super) struct Taking<'a> {
    ports: &'a Ports<'a>,
    draft: &'a Reservation,
    /// The reservation as this request wrote or read it last; none before that.
    stored: Option<Reservation>,
    /// The pages where another hold of this very reservation is in the way, which goes with its deadline.
    occupied: Vec<PageKey>,
    /// Whether this request wrote what is stored, and not only read it.
    turn_taken: bool,
    /// Whether another request under the same key was there before.
    is_repeat: bool,
    /// In which turn this request has made its claims.
    claimed_in: Option<u32>,
}

/// How a request got its units.
pub(super) enum Taken {
    /// By itself.
    Now(Reservation),
    /// By an earlier request under the same key.
    Before(Reservation),
}

/// What became of one plan.
enum Tried {
    Held(Reservation),
    /// A page has no room.
    Refused,
    /// Somebody else works on the same reservation.
    Met,
    LimitReached(LimitReached),
    /// The reservation lists as many pages as it may: there may be units, and none for this key.
    Exhausted,
}

impl<'a> Taking<'a> {
    pub(super) fn new(ports: &'a Ports<'a>, draft: &'a Reservation) -> Self {
        let (stored, occupied) = (None, Vec::new());
        Self { ports, draft, stored, occupied, turn_taken: false, is_repeat: false, claimed_in: None }
    }

    /// Takes the units, from whichever pages have them.
    pub(super) async fn take(mut self) -> Result<Taken, CreateReservationError> {
        let mut again: Option<Vec<PlannedHold>> = None;
        for _ in 0..PLANS_MAX {
            let holds = match again.take() {
                Some(holds) => holds,
                None => match self.plan().await? {
                    Ok(holds) => holds,
                    Err(shortages) => return self.give_up(plan::refusal(shortages)).await,
                },
            };
            match self.attempt(holds).await? {
                Tried::Held(reservation) if self.is_repeat => return Ok(Taken::Before(reservation)),
                Tried::Held(reservation) => return Ok(Taken::Now(reservation)),
                Tried::Refused => {}
                Tried::Exhausted => {
                    let refusal = plan::none_left(self.ports, &self.draft.lines);
                    return self.give_up(refusal).await;
                }
                Tried::LimitReached(LimitReached(standing)) => {
                    let limit = self.draft.claims().find(|claim| claim.sku == standing.sku);
                    let limit = limit.map_or(0, |claim| claim.limit);
                    let refusal = CreateReservationError::LimitReached { sku: standing.sku, limit };
                    return self.give_up(refusal).await;
                }
                Tried::Met => match self.meet().await? {
                    Some(reservation) => return Ok(Taken::Before(reservation)),
                    None => again = self.unwritten_holds(),
                },
            }
        }
        // It holds nothing, and leaves nothing that would read as made once its time is over.
        self.give_up(Failure::Throttled.into()).await
    }

    async fn plan(&self) -> Result<Result<Vec<PlannedHold>, Vec<Shortage>>, Failure> {
        plan::plan(self.ports, &self.draft.lines, self.draft.created_at, &self.occupied).await
    }

    /// Tries one plan: a single page by two writes, several by one transaction.
    async fn attempt(&mut self, holds: Vec<PlannedHold>) -> Result<Tried, CreateReservationError> {
        let Some(next) = self.next(holds) else { return Ok(Tried::Exhausted) };
        // From its deadline on, nobody may hold anything for it.
        if self.ports.clock.now() >= next.expires_at {
            return Err(Failure::Throttled.into());
        }
        // What another has planned is tried in any case: it may be held by now.
        if !self.inherits() && self.is_in_vain(&next).await? {
            return Ok(Tried::Refused);
        }
        match next.holds.as_slice() {
            [planned] => self.hold_one(&next, planned).await,
            _ => self.hold_several(&next).await,
        }
    }

    /// Whether a page that this reservation has tried before is occupied: to plan it again would only make the list of tried
    /// pages longer.
    async fn is_in_vain(&mut self, next: &Reservation) -> Result<bool, Failure> {
        let planned = next.holds.iter().map(|planned| &planned.page);
        let again: Vec<PageKey> = planned.filter(|page| self.has_tried(page)).cloned().collect();
        let pages = if again.is_empty() { Vec::new() } else { self.ports.stock.pages(&again).await? };
        let occupied = pages.into_iter().filter(|page| page.holds.contains_key(&self.draft.id));
        let known = self.occupied.len();
        self.occupied.extend(occupied.map(|page| page.key));
        Ok(self.occupied.len() > known)
    }

    fn has_tried(&self, page: &PageKey) -> bool {
        let tried = |stored: &Reservation| {
            stored.held().chain(stored.stray()).any(|(planned, _)| planned.page == *page)
        };
        self.stored.as_ref().is_some_and(tried)
    }

    /// Remembers why a page has no room, as far as others may be refused for it too.
    fn refused_by(&mut self, page: &PageKey, why: HoldRefused, at: Timestamp) {
        match why {
            HoldRefused::Insufficient { available } => self.ports.shelf.refused(page, available, at),
            HoldRefused::Occupied => {
                self.ports.shelf.doubted(page);
                self.occupied.push(page.clone());
            }
        }
    }

    /// The reservation with these holds: new, planned anew, taken over or opened again.
    fn next(&self, holds: Vec<PlannedHold>) -> Option<Reservation> {
        let fresh = || Reservation { holds: holds.clone(), ..self.draft.clone() };
        match self.stored.clone() {
            None => Some(fresh()),
            Some(stored) if stored.state == ReservationState::Refused => stored.reopen(fresh()),
            Some(stored) => {
                let stored = if self.turn_taken { stored } else { stored.take_over() };
                if stored.holds == holds { stored.within_bounds() } else { stored.replan(holds) }
            }
        }
    }

    /// Looks for what another request under the same key wrote, or this one when its answer was lost. Answers with the
    /// reservation when it was made; otherwise this request goes on with what stands.
    async fn meet(&mut self) -> Result<Option<Reservation>, CreateReservationError> {
        let Ports { reservations, stock, clock, .. } = *self.ports;
        let found = made::find(reservations, stock, &self.draft.id, clock.now()).await;
        let Some(found) = found.map_err(as_unknown)? else { return Ok(None) };
        if is_anothers(&found.reservation, &self.draft.fingerprint) {
            return Err(CreateReservationError::KeyReused);
        }
        if found.is_made {
            return Ok(Some(found.reservation));
        }
        // Of one that was refused, nobody was told.
        self.is_repeat = found.reservation.state != ReservationState::Refused;
        self.stored = Some(found.reservation);
        self.turn_taken = false;
        Ok(None)
    }

    /// The holds that whoever was at it before has planned, which may be written or on their way: they come first, so
    /// that they are not taken from two pages.
    fn unwritten_holds(&self) -> Option<Vec<PlannedHold>> {
        let stored = self.stored.as_ref().filter(|stored| stored.state == ReservationState::Open)?;
        Some(stored.holds.clone())
    }

    fn wrote(&mut self, next: &Reservation) {
        self.stored = Some(next.clone());
        self.turn_taken = true;
    }

    /// Nothing is held. Before anybody is told so: the same request may have won already, and its answer was lost.
    async fn give_up(mut self, refusal: CreateReservationError) -> Result<Taken, CreateReservationError> {
        if !self.turn_taken
            && let Some(made) = self.meet().await?
        {
            return Ok(Taken::Before(made));
        }
        let open = self.stored.clone().filter(|_| self.turn_taken);
        let Some((open, refused)) = open.and_then(|open| Some((open.clone(), open.refuse().ok()?))) else {
            return Err(refusal);
        };
        match until_definite(|| self.ports.reservations.plan(&refused, Some(&open))).await {
            Ok(()) => {
                claims::give_back(self.ports.limits, &refused).await?;
                Err(refusal)
            }
            // Another request has taken it over, or has won; or this very write was applied, and its answer lost.
            Err(PlanError::Conflict) => {
                if let Some(made) = self.meet().await? {
                    return Ok(Taken::Before(made));
                }
                if self.stored.as_ref() == Some(&refused) {
                    claims::give_back(self.ports.limits, &refused).await?;
                }
                Err(refusal)
            }
            Err(PlanError::Failure(failure)) => Err(failure.into()),
        }
    }
}

/// The failure of a read that was to show whether something was made: it may have been.
const fn as_unknown(failure: Failure) -> Failure {
    match failure {
        Failure::Unavailable | Failure::Throttled | Failure::OutcomeUnknown => Failure::OutcomeUnknown,
        Failure::Unreadable(what) => Failure::Unreadable(what),
    }
}

/// Whether the key stands for another cart. A refusal is not remembered, and leaves the key to whatever comes next.
pub(super) fn is_anothers(found: &Reservation, fingerprint: &Fingerprint) -> bool {
    found.fingerprint != *fingerprint && found.state != ReservationState::Refused
}
