use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use application::Failure;
use futures_util::future::join_all;

use crate::case::{Case, Expiring};
use crate::client::{Client, Life};
use crate::draws::Draws;
use crate::lambda::{Invocation, Lambda};
use crate::limits::lambda::{
    HOLD_TIME, OVERHEAD, SHOPPER_PAUSE, SHOPPER_RETRIES, SWEEP_EVERY, SWEEPS, WAKE_UP, WAKE_UP_AGAIN,
};
use crate::protocols::{Answer, Protocol, Request, Setting};
use crate::queue::Queue;
use crate::records::Audit;
use crate::sale::{Key, Sale, SoldOut};
use crate::table::{Bill, Costs, Table};
use crate::virtual_time::{VirtualTime, lock};

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
        let draws = &self.lambda.table.draws;
        if answer != Answer::Held {
            return;
        }
        if let Some(checkouts) = self.case.checkouts.filter(|some| draws.happens(some.share)) {
            self.check_out(request, checkouts.after).await;
        } else if let Some(expiring) = self.case.expiring.filter(|some| draws.happens(some.share)) {
            self.expire(request, expiring).await;
        }
    }

    /// Asks until there is a definite answer, with the same key, or until patience is at its end.
    async fn ask(&self, request: Request) -> Answer {
        let Table { time, draws, .. } = &*self.lambda.table;
        let mut longest = SHOPPER_PAUSE;
        for _ in 0..SHOPPER_RETRIES {
            match self.lambda.invoke(request).await {
                Invocation::Answered(Answer::Unknown) | Invocation::Died | Invocation::TooMany => {}
                Invocation::Answered(answer) => return answer,
            }
            time.sleep(draws.pause(longest)).await;
            longest *= 2;
        }
        match self.lambda.invoke(request).await {
            Invocation::Answered(answer) => answer,
            Invocation::TooMany => Answer::Busy,
            Invocation::Died => Answer::Unknown,
        }
    }

    async fn check_out(&self, request: Request, after: Duration) {
        let time = &self.lambda.table.time;
        time.sleep(after).await;
        let asked = time.now();
        let is_placed = self.lambda.protocol.check_out(&mut self.worker(), request).await;
        let mut log = lock(&self.log);
        log.checkouts.push(time.now() - asked);
        log.checkouts_refused += u32::from(!is_placed);
    }

    /// The deadline of an unpaid hold passes, and a message wakes its worker, or is lost.
    async fn expire(self: &Arc<Self>, request: Request, expiring: Expiring) {
        let Table { time, draws, .. } = &*self.lambda.table;
        time.sleep(expiring.after).await;
        let is_lost = draws.happens(expiring.lost);
        lock(&self.due).insert(request.key, Due { since: time.now(), is_lost });
        if !is_lost {
            time.sleep(draws.exponential(WAKE_UP)).await;
            self.wake(request);
        }
    }

    /// A message can be taken from the queue.
    fn wake(self: &Arc<Self>, request: Request) {
        let time = &self.lambda.table.time;
        if self.queue.put(request, time.now()) {
            let run = Arc::clone(self);
            time.spawn(async move { run.poll().await });
        }
    }

    /// One poller takes batches to the function until nothing is left.
    async fn poll(self: Arc<Self>) {
        let Table { time, draws, .. } = &*self.lambda.table;
        loop {
            let batch = self.queue.take();
            if batch.is_empty() {
                return;
            }
            time.sleep(draws.way(OVERHEAD)).await;
            for (request, outcome) in batch.iter().zip(self.work(&batch).await) {
                match outcome {
                    Ok(()) => self.note_end(*request),
                    Err(_) => self.wake_again(*request),
                }
            }
        }
    }

    /// A batch, as `shared/lambda/src/batch.rs` works on it.
    async fn work(&self, batch: &[Request]) -> Vec<Result<(), Failure>> {
        let Lambda { protocol, table, .. } = &self.lambda;
        let client = &Client::new(Arc::clone(table), Arc::new(Life::default()));
        let mut ended = Vec::new();
        let worked = join_all(batch.iter().map(|request| protocol.expire(client, *request))).await;
        let failed: Vec<Option<Failure>> =
            worked.into_iter().map(|worked| worked.map(|left| ended.push(left)).err()).collect();
        let mut finished = protocol.finish(client, ended).await.into_iter();
        let mut next = || finished.next().unwrap_or(Err(Failure::Unavailable));
        failed.into_iter().map(|failed| failed.map_or_else(&mut next, Err)).collect()
    }

    fn wake_again(self: &Arc<Self>, request: Request) {
        let run = Arc::clone(self);
        self.lambda.table.time.spawn(async move {
            run.lambda.table.time.sleep(WAKE_UP_AGAIN).await;
            run.wake(request);
        });
    }

    fn note_end(&self, request: Request) {
        let Some(due) = lock(&self.due).remove(&request.key) else { return };
        let after = self.lambda.table.time.now() - due.since;
        let log = &mut *lock(&self.log);
        let times = if due.is_lost { &mut log.swept_after } else { &mut log.expired_after };
        times.push(after);
    }

    /// An environment of another function, warm.
    fn worker(&self) -> P::Environment {
        let client = Client::new(Arc::clone(&self.lambda.table), Arc::new(Life::default()));
        self.lambda.protocol.start(client)
    }

    /// Once a minute, where messages are lost, somebody wakes the workers of what is overdue.
    fn start_sweeper(self: &Arc<Self>) {
        if self.case.expiring.is_none_or(|expiring| expiring.lost == 0.0) {
            return;
        }
        let run = Arc::clone(self);
        self.lambda.table.time.spawn(async move {
            let Table { time, draws, .. } = &*run.lambda.table;
            time.sleep(SWEEP_EVERY.mul_f64(draws.part())).await;
            for _ in 0..SWEEPS {
                let due = run.lambda.protocol.sweep(&mut run.worker()).await;
                due.into_iter().for_each(|request| run.wake(request));
                time.sleep(SWEEP_EVERY).await;
            }
        });
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
