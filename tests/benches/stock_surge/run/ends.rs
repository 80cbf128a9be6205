use std::sync::Arc;
use std::time::Duration;

use application::Failure;
use futures_util::future::join_all;

use super::{Due, Patience, Run};
use crate::case::Expiring;
use crate::client::{Client, Life};
use crate::lambda::Instance;
use crate::limits::lambda::{OVERHEAD, SWEEP_EVERY, SWEEPS, WAKE_UP, WAKE_UP_AGAIN};
use crate::protocols::{Protocol, Request};
use crate::table::Table;
use crate::virtual_time::lock;

impl<P: Protocol> Run<P> {
    pub(super) async fn check_out(&self, request: Request, after: Duration) {
        let time = &self.lambda.table.time;
        time.sleep(after).await;
        let asked = time.now();
        let is_placed =
            self.lambda.protocol.check_out(&mut self.lambda.instance().environment, request).await;
        let mut log = lock(&self.log);
        log.checkouts.push(time.now() - asked);
        log.checkouts_refused += u32::from(!is_placed);
    }

    /// A shopper has changed their mind, and asks until the units are known to be back, or until patience is at its end.
    pub(super) async fn release(&self, request: Request) {
        let Table { time, draws, .. } = &*self.lambda.table;
        let asked = time.now();
        let mut patience = Patience::default();
        let is_released = loop {
            let Instance { environment, life } = &mut self.lambda.instance();
            time.sleep(draws.way(OVERHEAD)).await;
            let released = life.outlasts(self.lambda.protocol.release(environment, request)).await;
            let is_released = released.is_some_and(|released| released.is_ok());
            if is_released || !patience.lasts(&self.lambda.table).await {
                break is_released;
            }
        };
        let mut log = lock(&self.log);
        log.releases.push(time.now() - asked);
        log.releases_failed += u32::from(!is_released);
    }

    /// The deadline of an unpaid hold passes, and a message wakes its worker, or is lost.
    pub(super) async fn expire(self: &Arc<Self>, request: Request, expiring: Expiring) {
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
            let life = Arc::new(Life::default());
            let client = Client::new(Arc::clone(&self.lambda.table), Arc::clone(&life));
            let mut work = Box::pin(Arc::clone(&self).work(client, batch.clone()));
            let Some(outcomes) = life.outlasts(&mut work).await else {
                // What its environment had sent when it died still comes to its effect.
                time.spawn(async move { drop(work.await) });
                batch.into_iter().for_each(|request| self.wake_again(request));
                continue;
            };
            for (request, outcome) in batch.into_iter().zip(outcomes) {
                match outcome {
                    Ok(()) => self.note_end(request),
                    Err(_) => self.wake_again(request),
                }
            }
        }
    }

    /// A batch, as `shared/lambda/src/batch.rs` works on it.
    async fn work(self: Arc<Self>, client: Client, batch: Vec<Request>) -> Vec<Result<(), Failure>> {
        let (protocol, client) = (&self.lambda.protocol, &client);
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

    /// Once a minute, where messages are lost, somebody wakes the workers of what is overdue.
    pub(super) fn start_sweeper(self: &Arc<Self>) {
        if self.case.expiring.is_none_or(|expiring| expiring.lost == 0.0) {
            return;
        }
        let run = Arc::clone(self);
        self.lambda.table.time.spawn(async move {
            let Table { time, draws, .. } = &*run.lambda.table;
            time.sleep(SWEEP_EVERY.mul_f64(draws.part())).await;
            for _ in 0..SWEEPS {
                let Instance { environment, life } = &mut run.lambda.instance();
                let due = life.outlasts(run.lambda.protocol.sweep(environment)).await;
                due.into_iter().flatten().for_each(|request| run.wake(request));
                time.sleep(SWEEP_EVERY).await;
            }
        });
    }
}
