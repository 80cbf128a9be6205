use core::fmt;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use application::Chance;
use tokio::sync::oneshot;

/// Every process that this program started and that runs. Nobody else's can be killed through it.
#[derive(Clone, Default)]
pub(crate) struct Fleet(Arc<Mutex<Berths>>);

#[derive(Default)]
struct Berths {
    running: BTreeMap<u64, Running>,
    started: u64,
    kills: u32,
    kills_at_work: u32,
}

struct Running {
    is_at_work: Arc<AtomicBool>,
    /// Whoever holds the process ends it when this is told or dropped.
    _end: oneshot::Sender<()>,
}

/// A process's place in the fleet. The process ends when it is dropped.
pub(crate) struct Berth {
    fleet: Fleet,
    number: u64,
    is_at_work: Arc<AtomicBool>,
}

impl Fleet {
    /// Takes a process in. The receiver ends when the process must.
    pub(crate) fn register(&self) -> (Berth, oneshot::Receiver<()>) {
        let (end, ended) = oneshot::channel();
        let is_at_work = Arc::new(AtomicBool::new(false));
        let mut berths = self.lock();
        let number = berths.started;
        berths.started = number.saturating_add(1);
        berths.running.insert(number, Running { is_at_work: Arc::clone(&is_at_work), _end: end });
        (Berth { fleet: self.clone(), number, is_at_work }, ended)
    }

    /// Kills one process by chance, one that is at work if there is one. Answers whether there was any.
    pub(crate) fn kill_one(&self, chance: &dyn Chance) -> bool {
        let mut berths = self.lock();
        let at_work = |running: &&Running| running.is_at_work.load(Ordering::Relaxed);
        let busy = berths.running.values().filter(at_work).count();
        let of_busy =
            |(number, running): (&u64, &Running)| (busy == 0 || at_work(&running)).then_some(*number);
        let candidates: Vec<u64> = berths.running.iter().filter_map(of_busy).collect();
        let pick = chance.below(u32::try_from(candidates.len()).unwrap_or(u32::MAX));
        let Some(number) = usize::try_from(pick).ok().and_then(|pick| candidates.get(pick)) else {
            return false;
        };
        berths.running.remove(number);
        berths.kills = berths.kills.saturating_add(1);
        berths.kills_at_work = berths.kills_at_work.saturating_add(u32::from(busy > 0));
        true
    }

    fn lock(&self) -> MutexGuard<'_, Berths> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Fleet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Berths { started, kills, kills_at_work, .. } = &*self.lock();
        write!(formatter, "{started} processes, {kills} killed, {kills_at_work} of them at work")
    }
}

impl Berth {
    pub(crate) fn set_at_work(&self, is_at_work: bool) {
        self.is_at_work.store(is_at_work, Ordering::Relaxed);
    }
}

impl Drop for Berth {
    fn drop(&mut self) {
        self.fleet.lock().running.remove(&self.number);
    }
}
