use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::client::{Client, Life};
use crate::limits::lambda::{
    COLD_START, ENVIRONMENTS_MAX, NEW_AT_ONCE, NEW_PER_SECOND, OVERHEAD, WARM_ENVIRONMENTS,
};
use crate::protocols::{Answer, Protocol, Request};
use crate::table::Table;
use crate::virtual_time::lock;

/// A function's environments. Each serves one request at a time, and the one that answered last serves next.
pub(crate) struct Lambda<P: Protocol> {
    pub(crate) protocol: P,
    pub(crate) table: Arc<Table>,
    pool: Mutex<Pool<P>>,
}

struct Pool<P: Protocol> {
    idle: Vec<Instance<P>>,
    /// Warm ones that served nothing yet.
    unused: u32,
    alive: u32,
    may_start: f64,
    filled_at: Duration,
}

/// An environment, and whether it still lives.
pub(crate) struct Instance<P: Protocol> {
    pub(crate) environment: P::Environment,
    pub(crate) life: Arc<Life>,
}

/// What became of one invocation.
pub(crate) enum Invocation {
    Answered(Answer),
    /// The environment died, and the request with it.
    Died,
    /// No environment was free, and no more may start now.
    TooMany,
}

/// How a request comes to its environment.
enum Seat<P: Protocol> {
    Idle(Instance<P>),
    Warm,
    Cold,
    None,
}

impl<P: Protocol> Lambda<P> {
    /// The function as it is when the drop begins.
    pub(crate) fn new(protocol: P, table: Arc<Table>) -> Self {
        let pool = Pool {
            idle: Vec::new(),
            unused: WARM_ENVIRONMENTS,
            alive: WARM_ENVIRONMENTS,
            may_start: NEW_AT_ONCE,
            filled_at: Duration::ZERO,
        };
        Self { protocol, table, pool: Mutex::new(pool) }
    }

    /// Invokes the function once.
    pub(crate) async fn invoke(&self, request: Request) -> Invocation {
        let Table { time, draws, .. } = &*self.table;
        let seat = lock(&self.pool).seat(time.now());
        let mut instance = match seat {
            Seat::Idle(instance) => instance,
            Seat::Warm => self.instance(),
            Seat::Cold => {
                time.sleep(draws.way(COLD_START)).await;
                self.instance()
            }
            Seat::None => return Invocation::TooMany,
        };
        time.sleep(draws.way(OVERHEAD)).await;
        let Instance { environment, life } = &mut instance;
        let answer = life.outlasts(self.protocol.hold(environment, request)).await;
        let dies = answer.is_none() || draws.happens(self.table.mishaps().died_after_answer);
        let mut pool = lock(&self.pool);
        if dies {
            pool.alive -= 1;
        } else {
            pool.idle.push(instance);
        }
        answer.map_or(Invocation::Died, Invocation::Answered)
    }

    /// A new environment: of this function, or of another one that is warm and remembers nothing.
    pub(crate) fn instance(&self) -> Instance<P> {
        let life = Arc::new(Life::default());
        let client = Client::new(Arc::clone(&self.table), Arc::clone(&life));
        Instance { environment: self.protocol.start(client), life }
    }
}

impl<P: Protocol> Pool<P> {
    fn seat(&mut self, now: Duration) -> Seat<P> {
        if let Some(instance) = self.idle.pop() {
            return Seat::Idle(instance);
        }
        if self.unused > 0 {
            self.unused -= 1;
            return Seat::Warm;
        }
        let came_back = now.saturating_sub(self.filled_at).as_secs_f64() * NEW_PER_SECOND;
        self.may_start = (self.may_start + came_back).min(NEW_AT_ONCE);
        self.filled_at = now;
        if self.alive >= ENVIRONMENTS_MAX || self.may_start < 1.0 {
            return Seat::None;
        }
        self.may_start -= 1.0;
        self.alive += 1;
        Seat::Cold
    }
}
