use std::collections::{BinaryHeap, VecDeque};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

/// A clock in microseconds, and the tasks that wait for it. It stands while a task runs and jumps to the next timer
/// when none can: the same tasks give the same run, on one thread.
#[derive(Clone, Default)]
pub(crate) struct VirtualTime(Arc<Shared>);

#[derive(Default)]
struct Shared {
    now: AtomicU64,
    timers: Mutex<Timers>,
    ready: Mutex<VecDeque<Arc<Task>>>,
}

#[derive(Default)]
struct Timers {
    waiting: BinaryHeap<Timer>,
    set: u64,
}

/// Ordered so that the heap's greatest is the earliest, and of two at the same time the one that was set first.
struct Timer {
    at: u64,
    number: u64,
    waker: Waker,
}

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

struct Task {
    work: Mutex<Option<Work>>,
    is_ready: AtomicBool,
    shared: Arc<Shared>,
}

/// A wait; see [`VirtualTime::sleep`].
pub(crate) struct Sleep {
    shared: Arc<Shared>,
    at: u64,
    is_set: bool,
}

impl VirtualTime {
    /// The time since the beginning.
    pub(crate) fn now(&self) -> Duration {
        Duration::from_micros(self.0.now())
    }

    /// Waits.
    pub(crate) fn sleep(&self, duration: Duration) -> Sleep {
        let at = self.0.now().saturating_add(micros(duration));
        Sleep { shared: Arc::clone(&self.0), at, is_set: false }
    }

    /// Waits until a time since the beginning; not at all when it is over.
    pub(crate) fn sleep_until(&self, at: Duration) -> Sleep {
        Sleep { shared: Arc::clone(&self.0), at: micros(at), is_set: false }
    }

    /// Starts a task beside the others.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let task = Task {
            work: Mutex::new(Some(Box::pin(work))),
            is_ready: AtomicBool::new(true),
            shared: Arc::clone(&self.0),
        };
        lock(&self.0.ready).push_back(Arc::new(task));
    }

    /// Runs until nothing is left to do.
    pub(crate) fn run(&self) {
        loop {
            loop {
                let next = lock(&self.0.ready).pop_front();
                let Some(task) = next else { break };
                task.run();
            }
            let Some(timer) = lock(&self.0.timers).waiting.pop() else { return };
            self.0.now.store(timer.at, Ordering::Relaxed);
            timer.waker.wake();
        }
    }
}

impl Shared {
    fn now(&self) -> u64 {
        self.now.load(Ordering::Relaxed)
    }
}

impl Task {
    fn run(self: Arc<Self>) {
        self.is_ready.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(&self));
        let mut work = lock(&self.work);
        let Some(running) = work.as_mut() else { return };
        if running.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            *work = None;
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        if !self.is_ready.swap(true, Ordering::Relaxed) {
            let shared = Arc::clone(&self.shared);
            lock(&shared.ready).push_back(self);
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.shared.now() >= self.at {
            return Poll::Ready(());
        }
        if !self.is_set {
            self.is_set = true;
            let mut timers = lock(&self.shared.timers);
            timers.set += 1;
            let number = timers.set;
            timers.waiting.push(Timer { at: self.at, number, waker: context.waker().clone() });
        }
        Poll::Pending
    }
}

impl Ord for Timer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Timer {}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// One thread runs everything, so no lock is ever contended; a panic ends the bench.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
