use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::case::Case;
use crate::draws::Draws;
use crate::lambda::{Invocation, Lambda};
use crate::limits::lambda::{HOLD_TIME, SHOPPER_PAUSE, SHOPPER_RETRIES};
use crate::protocols::{Answer, Protocol, Request, Setting};
use crate::queue::Queue;
use crate::records::Audit;
use crate::sale::{Key, Sale, SoldOut};
use crate::table::{Bill, Costs, Table};
use crate::virtual_time::{VirtualTime, lock};

mod ends; // how a hold ends

/// Shoppers who come one by one after the rush, to see whether what is left can be bought.
const LATE_SHOPPERS: u64 = 2_000;
/// How long after the rush they come, when nothing is remembered any more.
const REST: Duration = Duration::from_secs(10);

/// A case under way.
struct Run<P: Protocol> {
    case: Case,
    lambda: Lambda<P>,
    sale: Arc<Sale>,
    log: Mutex<Log>,
    queue: Queue,
    /// Deadlines that are over, and which nobody has seen to yet.
    due: Mutex<HashMap<Key, Due>>,
}

struct Due {
    since: Duration,
    is_lost: bool,
}

/// A shopper's, who asks again with the same key while there is no definite answer.
struct Patience {
    left: u32,
    longest: Duration,
}

/// What was seen from outside.
#[derive(Default)]
pub(crate) struct Log {
    pub(crate) told: Vec<Told>,
    /// From a deadline until its units were back, for each hold that ended so.
    pub(crate) expired_after: Vec<Duration>,
    /// The same where the message was lost.
    pub(crate) swept_after: Vec<Duration>,
    /// How long each checkout took.
    pub(crate) checkouts: Vec<Duration>,
    pub(crate) checkouts_refused: u32,
    /// How long each shopper asked who changed their mind.
    pub(crate) releases: Vec<Duration>,
    pub(crate) releases_failed: u32,
    pub(crate) buyers_want: u64,
}

/// What one shopper was told in the end.
pub(crate) struct Told {
    pub(crate) request: Request,
    pub(crate) answer: Answer,
    /// Since the shopper came.
    pub(crate) waited: Duration,
    /// Whether it was before the first sell-out.
    pub(crate) early: bool,
    /// Whether enough units were free all the while.
    pub(crate) could_be_served: bool,
}

/// What there is to say about a case when it is over.
pub(crate) struct Outcome {
    pub(crate) case: Case,
    pub(crate) sale: Arc<Sale>,
    pub(crate) log: Log,
    /// In the rush.
    pub(crate) first_sold_out: Option<SoldOut>,
    /// Requests that had taken units when the last shopper of the rush came, and when the last of them did.
    pub(crate) takers_by_arrival: (usize, Duration),
    /// At the end of the rush, when everybody was answered.
    pub(crate) costs: Costs,
    pub(crate) takers: usize,
    pub(crate) idle_times: Vec<Duration>,
    /// Units free when everybody who came in the rush had been answered.
    pub(crate) unsold: u32,
    /// Units in holds whose deadline was over then, and the sweeper had gone.
    pub(crate) overdue: Option<u32>,
    /// Units free when a late shopper was told that there are none.
    pub(crate) stranded: u32,
    /// When late shoppers were answered, too.
    pub(crate) audit: Audit,
}

/// Plays a case to its end.
pub(crate) fn play<P: Protocol>(case: Case, seed: u64) -> Outcome {
    let time = VirtualTime::default();
    let bill = Arc::new(Bill::default());
    let draws = Arc::new(Draws::new(seed));
    let sale = Arc::new(Sale::new(&case, time.clone(), Arc::clone(&bill)));
    let hold_time = case.expiring.map_or(HOLD_TIME, |expiring| expiring.after);
    let setting = Setting { sale: Arc::clone(&sale), units: case.units, skus: case.skus, hold_time };
    let table = Arc::new(Table::new(time.clone(), draws, Arc::clone(&bill), &case));
    let lambda = Lambda::new(P::open(setting), table);
    let run = Arc::new(Run {
        case,
        lambda,
        sale: Arc::clone(&sale),
        log: Mutex::default(),
        queue: Queue::default(),
        due: Mutex::default(),
    });

    let at_the_last = Arc::new(Mutex::new((0, Duration::ZERO)));
    let seen = Arc::clone(&at_the_last);
    let rushing = Arc::clone(&run);
    time.spawn(async move {
        rushing.start_sweeper();
        rushing.rush().await;
        *lock(&seen) = rushing.sale.takers();
    });
    time.run();
    let takers_by_arrival = *lock(&at_the_last);
    let (costs, (takers, _), unsold) = (bill.so_far(), sale.takers(), sale.free());
    let first_sold_out = sale.first_sold_out();
    let idle_times = sale.idle_times();
    let overdue = run.lambda.protocol.overdue(time.now());
    let log = std::mem::take(&mut *lock(&run.log));

    let stranded = Arc::new(Mutex::new(0));
    let found = Arc::clone(&stranded);
    let late = Arc::clone(&run);
    time.spawn(async move { *lock(&found) = late.late_shoppers().await });
    time.run();
    let stranded = *lock(&stranded);
    let audit = Audit::of(&sale, run.lambda.protocol.records());
    Outcome {
        case,
        sale,
        log,
        first_sold_out,
        takers_by_arrival,
        costs,
        takers,
        idle_times,
        unsold,
        overdue,
        stranded,
        audit,
    }
}

impl<P: Protocol> Run<P> {
    /// Shoppers come whether or not others were answered.
    async fn rush(self: &Arc<Self>) {
        let Table { time, draws, .. } = &*self.lambda.table;
        let between = Duration::from_secs(1) / self.case.offered_per_second;
        let mut next = Duration::ZERO;
        for key in 0.. {
            next += draws.exponential(between);
            if next > self.case.arrivals {
                return;
            }
            time.sleep_until(next).await;
            let units = draws.one_of(self.case.wanted).copied().unwrap_or(1);
            lock(&self.log).buyers_want += u64::from(units) * self.case.skus as u64;
            let run = Arc::clone(self);
            time.spawn(async move { run.shop(Request { key, units }).await });
        }
    }

    async fn shop(self: Arc<Self>, request: Request) {
        let came = self.lambda.table.time.now();
        let answer = self.ask(request).await;
        let told = Told {
            request,
            answer,
            waited: self.lambda.table.time.now() - came,
            early: self.sale.first_sold_out().is_none(),
            could_be_served: self.sale.could_serve_since(came, request.units),
        };
        lock(&self.log).told.push(told);
        let Table { time, draws, .. } = &*self.lambda.table;
        if answer != Answer::Held {
            return;
        }
        if let Some(checkouts) = self.case.checkouts.filter(|some| draws.happens(some.share)) {
            self.check_out(request, checkouts.after).await;
        } else if let Some(releasing) = self.case.releasing.filter(|some| draws.happens(some.share)) {
            time.sleep(releasing.earliest + draws.exponential(releasing.later)).await;
            self.release(request).await;
        } else if let Some(expiring) = self.case.expiring.filter(|some| draws.happens(some.share)) {
            self.expire(request, expiring).await;
        }
    }

    /// Asks until there is a definite answer, with the same key, or until patience is at its end.
    async fn ask(&self, request: Request) -> Answer {
        let mut patience = Patience::default();
        loop {
            let (answer, is_definite) = match self.lambda.invoke(request).await {
                Invocation::Answered(answer) => (answer, answer != Answer::Unknown),
                Invocation::TooMany => (Answer::Busy, false),
                Invocation::Died => (Answer::Unknown, false),
            };
            if is_definite || !patience.lasts(&self.lambda.table).await {
                return answer;
            }
        }
    }

    /// Units that are free although somebody who comes alone and in quiet is told that there are none.
    async fn late_shoppers(&self) -> u32 {
        let time = &self.lambda.table.time;
        time.sleep(REST).await;
        for late in 0..LATE_SHOPPERS {
            let request = Request { key: u64::MAX - late, units: 1 };
            if self.ask(request).await == Answer::SoldOut {
                return self.sale.free();
            }
        }
        0
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self { left: SHOPPER_RETRIES, longest: SHOPPER_PAUSE }
    }
}

impl Patience {
    /// Waits before the next time; answers whether there is one.
    async fn lasts(&mut self, table: &Table) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        table.time.sleep(table.draws.pause(self.longest)).await;
        *self = Self { left, longest: self.longest * 2 };
        true
    }
}
