//! Deliberate bugs, each of which the suite must catch: a simulator that stops catching them has stopped working.
//!
//! They are conducts of the ports inside this package, so no function can contain one.

use crate::checker::Broken;
use crate::conduct::Conduct;
use crate::fault::Planned;
use crate::run::{Circumstances, Course, Run};
use crate::scenario::Scenario;
use crate::search;

mod alerts; // what is told of a crossing
mod bands; // what is said of a SKU's stock
mod circuits; // whether a gateway is asked
mod disputing; // what a dispute holds, and how it stands
mod giving_back; // how units go back on sale
mod limits; // what counts against a customer's limit
mod payments; // what is concluded from a gateway's answers, and when it is written
mod planning; // from which pages a reservation is to be held
mod reconciling; // what is made of the gateways' lists
mod requests; // what is answered, and from what
mod resolving; // what persons are done with
mod room; // where units are looked for
mod screening; // what the fraud rules ask for
mod stock; // how units are held
mod supply; // how units come and go
mod waking; // how work gets to its workers

/// More seeds than the last of them needs to be caught.
const SEEDS_MAX: u64 = 20_000;

/// One deliberate bug.
#[derive(Clone, Copy)]
pub struct Mutation {
    /// Its name.
    pub name: &'static str,
    /// What is wrong.
    pub bug: &'static str,
    /// What else is different from a usual run, with the bug and without it.
    pub circumstances: Circumstances,
    /// The scenario that it is looked for in: what takes a rare course of events is not to depend on how many scenarios there
    /// are. Without one, each of the usual ones in its turn.
    pub scenario: Option<&'static str>,
    conduct: fn() -> Box<dyn Conduct>,
}

/// How a mutation was caught.
#[derive(Clone, Debug)]
pub struct Caught {
    /// In which run.
    pub run: Run,
    /// By what.
    pub broken: Broken,
}

const fn of(name: &'static str, bug: &'static str, conduct: fn() -> Box<dyn Conduct>) -> Mutation {
    Mutation { name, bug, circumstances: Circumstances::USUAL, scenario: None, conduct }
}

impl Mutation {
    /// Looked for in this scenario.
    const fn within(self, scenario: &'static str) -> Self {
        Self { scenario: Some(scenario), ..self }
    }

    /// Every mutation.
    pub const ALL: [Self; 82] = [
        of("unguarded-hold", "a hold is written without its condition", || stock::unguarded_hold()),
        of("read-modify-write", "a page is read, changed and written back", || stock::read_modify_write()),
        of("uncompared-release", "a hold is freed without comparing its value", || {
            giving_back::uncompared_release()
        }),
        of("second-release", "a hold that is gone is freed again", || giving_back::second_release()),
        of("freed-before-closed", "pages are cleared before the reservation is closed", || {
            giving_back::freed_before_closed()
        }),
        of("another-page", "an unknown outcome is repeated on another page", || stock::another_page()),
        of("page-by-page", "the pages of a cart are held one by one", || stock::page_by_page()),
        of("held-before-planned", "a page is written before the reservation says so", || {
            planning::held_before_planned()
        }),
        of("tried-not-noted", "another page is planned, and the one that refused is not noted", || {
            planning::tried_not_noted()
        }),
        of("unfenced", "a page that another may still hold is left as it is", || planning::unfenced())
            .within("limit-forgotten"),
        of("tried-forgotten", "what is opened again forgets where it was tried", || {
            planning::tried_forgotten()
        }),
        of("plan-uncompared", "a plan is written whatever another request has planned", || {
            planning::plan_uncompared()
        }),
        of("sold-out-from-memory", "sold out is answered without another look", || {
            room::sold_out_from_memory()
        }),
        Self {
            circumstances: Circumstances::NO_SKEW,
            ..of("cleared-last", "a look reads the pages first, and clears what was noted second", || {
                room::cleared_last()
            })
        },
        Self {
            circumstances: Circumstances::NO_SKEW,
            ..of("return-not-noted", "units go back on sale, and nobody is told", || room::return_not_noted())
        },
        Self {
            circumstances: Circumstances::NO_SKEW,
            ..of("first-return-noted", "of pages that come back together the list is told of one", || {
                room::first_return_noted()
            })
        },
        of("untold-is-told", "a list that could not be told counts as told", || room::untold_is_told()),
        of("unwritten-is-nothing", "a page that nobody has written counts as nothing", || {
            room::unwritten_is_nothing()
        }),
        of("dropped-blindly", "an opener is forgotten although it was given pages meanwhile", || {
            room::dropped_blindly()
        }),
        of("looks-overlap", "a look is written although another began meanwhile", || room::looks_overlap()),
        of("crossing-untold", "a look sees a crossing, and tells nobody", || alerts::crossing_untold()),
        of("told-anew", "each look that finds nothing tells that it is sold out", || alerts::told_anew()),
        of("held-is-there", "what somebody holds counts as not sold out", || alerts::held_is_there()),
        of("alert-unsent", "the relay sends no alert", || alerts::alert_unsent()),
        of("held-is-shown", "a product shows held units", || bands::held_is_shown()).within("watched"),
        of("dead-look-forgotten", "what a look cleared that died is not counted", || {
            bands::dead_look_forgotten()
        })
        .within("watched"),
        of("claims-stay", "what counts against a limit is never given back", || limits::claims_stay()),
        of("returned-still-counts", "units that came back count against a limit for ever", || {
            limits::returned_still_counts()
        })
        .within("returned-and-bought-again"),
        of("limit-forgotten", "a cart is priced as if nobody had a limit", || limits::limit_forgotten()),
        of("low-limit-ignored", "what few units may be had of stays as it is while there are few", || {
            limits::low_limit_ignored()
        })
        .within("limit-many-pages"),
        of("sold-before-its-time", "a SKU is sold before its sale begins", || limits::sold_before_its_time())
            .within("before-the-sale"),
        of("only-bought-counts", "only paid orders count against a limit", || limits::only_bought_counts()),
        of(
            "unclaimed-checkout",
            "a claim goes before its reservation ends, and a checkout does not look",
            || limits::unclaimed_checkout(),
        )
        .within("limit-deadline"),
        of("reference-unchecked", "a receipt does not look for its reference", || {
            supply::reference_unchecked()
        }),
        of("stale-supply", "a receipt is written to a supply that has moved", || supply::stale_supply()),
        of("held-written-off", "a write-off takes units that are held", || supply::held_written_off()),
        of("fresh-keys", "every call to the gateway has a fresh key and object", || payments::fresh_keys()),
        of("time-out-is-no", "a time-out of the gateway is taken for a decline", || {
            payments::time_out_is_no()
        }),
        of("not-found-is-no", "a look-up that finds nothing is taken for a decline", || {
            payments::not_found_is_no()
        }),
        of(
            "look-up-not-sent-is-no",
            "a look-up that was not sent is taken for a charge that was not",
            || payments::look_up_not_sent_is_no(),
        ),
        of("asked-void-is-done", "a void without an answer is taken for confirmed", || {
            payments::asked_void_is_done()
        }),
        of("received-is-done", "a capture that was only taken on is taken for made", || {
            payments::received_is_done()
        })
        .within("adyen"),
        of("not-sent-this-time-is-no", "not sent is believed on a repetition", || {
            payments::not_sent_this_time_is_no()
        })
        .within("cancel-unknown-charged"),
        of("invalid-is-no", "what a lost call may have used up is taken for never good", || {
            payments::invalid_is_no()
        })
        .within("adyen-three-d-secure-used-up"),
        of("result-forgotten", "a deadline ends what a result was sent for", || payments::result_forgotten())
            .within("adyen-three-d-secure-used-up"),
        of("unversioned-record", "an order is recorded without its version", || {
            payments::unversioned_record()
        }),
        of("refund-anew", "every call for a refund has a fresh key", || payments::refund_anew())
            .within("refund-and-cancel"),
        of("refund-time-out-is-done", "a refund without an answer is taken for done", || {
            payments::refund_time_out_is_done()
        }),
        of("refund-doubt-is-none", "a refund without an answer is taken for not executed", || {
            payments::refund_doubt_is_none()
        })
        .within("breaks-its-word"),
        of("orphan-not-noted", "what came after a no is heard of, and not written down", || {
            payments::orphan_not_noted()
        })
        .within("breaks-its-word"),
        of("noted-anew", "a difference is noted whenever it is found", || reconciling::noted_anew())
            .within("listed-strangers"),
        of("in-flight-is-no", "what is not settled yet is an orphan to whoever reconciles", || {
            reconciling::in_flight_is_no()
        })
        .within("listed"),
        of("lost-list-is-empty", "a list that cannot be had counts as compared", || {
            reconciling::lost_list_is_empty()
        })
        .within("listed-orphans"),
        of("listed-dispute-unheard", "a dispute that is listed is heard of, and not written down", || {
            reconciling::listed_dispute_unheard()
        })
        .within("listed-disputes"),
        of("match-forgotten", "a dispute that is listed may stand for any other of as much", || {
            reconciling::match_forgotten()
        })
        .within("listed-disputes"),
        of("refund-not-posted", "a refund is recorded, and its ledger stays as it was", || {
            payments::refund_not_posted()
        }),
        of("cancel-is-over", "a cancelled order is over before its payment is", || {
            payments::cancel_is_over()
        }),
        of("sent-before-claimed", "a call is made before its claim is written", || {
            payments::sent_before_claimed()
        })
        .within("cancel-paypal"),
        of("review-holds-nothing", "what is to be reviewed is captured at once", || {
            screening::review_holds_nothing()
        })
        .within("review-refused"),
        of("risk-unheard", "what the gateway doubts is captured like everything else", || {
            payments::risk_unheard()
        })
        .within("gateway-at-risk"),
        of("refused-is-sent", "what the rules refuse is written down, and sent", || {
            screening::refused_is_sent()
        })
        .within("card-testing"),
        of("counted-anew", "a decline is counted whenever it is told", || screening::counted_anew())
            .within("card-testing"),
        of("refunded-in-dispute", "a refund begins while its money is in dispute", || {
            disputing::refunded_in_dispute()
        })
        .within("disputed-while-refunding"),
        of("dispute-reopened", "what comes late opens a dispute again that was decided", || {
            disputing::dispute_reopened()
        })
        .within("disputed-while-refunding"),
        of("dispute-not-posted", "a dispute is recorded, and its ledger stays as it was", || {
            disputing::dispute_not_posted()
        })
        .within("disputed"),
        of("orphan-dispute-unheard", "a dispute of what came after a no is nobody's business", || {
            disputing::orphan_dispute_unheard()
        })
        .within("disputed-orphans"),
        of("decided-blindly", "a decision about an event is written whatever was decided before", || {
            resolving::decided_blindly()
        })
        .within("resolved-webhooks"),
        of("resolved-blindly", "a difference is resolved anew by each who is done with it", || {
            resolving::resolved_blindly()
        })
        .within("resolved-differences"),
        of("lease-is-safety", "after a lease nobody can be sending", || payments::lease_is_safety()),
        of("everybody-probes", "whoever wants to probe a gateway is told to", || {
            circuits::everybody_probes()
        })
        .within("gateway-ill"),
        of("open-is-no", "a confirm at an open circuit counts as never made", || circuits::open_is_no())
            .within("gateway-ill"),
        of("captured-but-held", "a capture is recorded, and the units stay where they are", || {
            payments::captured_but_held()
        }),
        of("half-a-checkout", "an order is written without its holds", || requests::half_a_checkout()),
        of("unguarded-checkout", "a checkout does not require an open reservation", || {
            requests::unguarded_checkout()
        }),
        of("no-replay-check", "each call under a key makes a reservation of its own", || {
            requests::no_replay_check()
        }),
        of("no-look-back", "sold out is answered without a look for the earlier reservation", || {
            requests::no_look_back()
        }),
        of("expires-what-is-paid", "an expiry does not look at the state", || {
            requests::expires_what_is_paid()
        }),
        of("changed-wakes-dropped", "the relay sends the wakes of new records only", || {
            waking::changed_wakes_dropped()
        }),
        of("relayed-before-sent", "the relay counts changes as done before it sends", || {
            waking::relayed_before_sent()
        }),
        Self {
            circumstances: Circumstances::NO_SWEEPS,
            ..of("worked-after-deleted", "a message is deleted before it is worked on", || {
                waking::worked_after_deleted()
            })
        },
        Self {
            circumstances: Circumstances::NO_SWEEPS,
            ..of("failed-is-done", "a message is done whatever became of it", || waking::failed_is_done())
        },
        of("no-sweeper", "nobody looks for what a lost message left", || waking::no_sweeper()),
    ];

    /// Looks for it with one fault at every call of its scenario, or of each usual one.
    pub fn caught_by_sweep(&self) -> Option<Caught> {
        let named = self.scenario.and_then(Scenario::named);
        let scenarios = named.map_or_else(|| Scenario::USUAL.to_vec(), |scenario| vec![scenario]);
        scenarios.into_iter().find_map(|scenario| {
            let mut run = |faults: [Option<Planned>; 2]| {
                let course = Course::Planned(faults);
                Run { scenario, course, circumstances: self.circumstances }.run((self.conduct)(), false)
            };
            let (faults, broken) = search::first_failure(&mut run)?;
            let run = Run::planned(scenario, faults);
            Some(Caught { run, broken })
        })
    }

    /// Looks for it with seeds.
    pub fn caught_by_seeds(&self) -> Option<Caught> {
        (0..SEEDS_MAX).find_map(|seed| {
            let run = self.seeded(seed);
            let broken = run.run((self.conduct)(), false).broken?;
            Some(Caught { run, broken })
        })
    }

    /// The run of a seed, in the circumstances of this mutation.
    pub fn seeded(&self, seed: u64) -> Run {
        let named = self.scenario.and_then(Scenario::named);
        let scenario = named.unwrap_or_else(|| Scenario::in_turn(Scenario::USUAL.into_iter(), seed));
        Run { circumstances: self.circumstances, ..Run::seeded(seed, Some(scenario)) }
    }
}

/// A conduct as a box.
fn boxed(conduct: impl Conduct + 'static) -> Box<dyn Conduct> {
    Box::new(conduct)
}
