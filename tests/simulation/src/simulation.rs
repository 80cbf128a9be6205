//! One run: tasks that are polled by hand, and a scheduler that decides who goes on and what goes wrong.

use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::sync::Arc;

use domain::Timestamp;
use domain::wake::Queue;

use crate::answer::{Answer, Request, Slot};
use crate::conduct::{Conduct, Invoked, Role};
use crate::fault::Fault;
use crate::invocation::{Environment, Invocation};
use crate::mail::Message;
use crate::scenario::Scenario;
use crate::serve;
use crate::world::{BEGIN, Desk, Waiting, World};

mod frozen; // what runs for too long
mod late; // whoever comes when all is quiet
mod schedule; // who goes on, and what happens by itself

/// A task.
pub(crate) type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A run in its course.
pub(crate) struct Simulation {
    scenario: Scenario,
    world: Arc<World>,
    tasks: Vec<Task>,
    /// Execution environments that serve nobody just now.
    idle: Vec<Arc<Environment>>,
    invocations: u64,
    turn: u64,
    sweep_at: Timestamp,
    reconcile_at: Timestamp,
    /// Sweeps since anything else happened.
    idle_sweeps: u32,
    choices: Vec<schedule::Choice>,
}

struct Task {
    name: String,
    kind: Kind,
    work: Work,
    waiting: Waiting,
    environment: Option<Arc<Environment>>,
    last_turn: u64,
    began: Timestamp,
}

/// What a task is, and so what its end means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Shopper,
    Request(Slot),
    Worker,
    Relay,
    Sweep,
    Reconcile,
}

impl Simulation {
    pub(crate) fn new(scenario: &Scenario, conduct: Box<dyn Conduct>, desk: Desk) -> Self {
        let world = Arc::new(World::new(conduct, desk));
        scenario.open(world.conduct.store());
        let sweep_at = {
            let mut desk = world.desk();
            desk.ill_until = scenario.ill_until();
            desk.reconciles = scenario.reconciles();
            desk.check(world.conduct.store());
            let wait = desk.some_millis(60_000);
            desk.now.plus(wait)
        };
        let mut simulation = Self {
            scenario: *scenario,
            world,
            tasks: Vec::new(),
            idle: Vec::new(),
            invocations: 0,
            turn: 0,
            sweep_at,
            reconcile_at: BEGIN,
            idle_sweeps: 0,
            choices: Vec::new(),
        };
        for work in scenario.shoppers(&simulation.world) {
            let name = format!("shopper {}", simulation.tasks.len());
            simulation.begin(name, Kind::Shopper, None, work);
        }
        simulation
    }

    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    fn begin(&mut self, name: String, kind: Kind, environment: Option<Arc<Environment>>, work: Work) {
        let began = self.world.desk().now;
        // It waits for its first poll.
        let waiting = Waiting::Until(began);
        self.tasks.push(Task { name, kind, work, waiting, environment, last_turn: self.turn, began });
    }

    /// Invokes a function in an environment that serves nobody, or in a new one.
    fn invoke(
        &mut self,
        role: Role,
        kind: Kind,
        what: impl FnOnce() -> String,
        work: impl FnOnce(Arc<Invocation>) -> Work,
    ) {
        self.invocations = self.invocations.saturating_add(1);
        let environment = self.environment();
        let by = Invoked { role, number: self.invocations };
        let at = Invocation { world: Arc::clone(&self.world), environment: Arc::clone(&environment), by };
        let name = if self.world.desk().is_traced() {
            format!("{} #{} ({:+} s)", what(), by.number, environment.skew.wrapping_div(1_000))
        } else {
            String::new()
        };
        self.begin(name, kind, Some(environment), work(Arc::new(at)));
    }

    fn environment(&mut self) -> Arc<Environment> {
        let mut desk = self.world.desk();
        let fresh = self.idle.is_empty() || desk.is_seeded && desk.dice.hits(150);
        if fresh {
            let skew = if desk.is_seeded && desk.circumstances.skews {
                i64::from(desk.dice.below(20_001)) - 10_000
            } else {
                0
            };
            return Arc::new(Environment { skew, ..Environment::default() });
        }
        let place = if desk.is_seeded { desk.dice.place(self.idle.len()) } else { 0 };
        self.idle.swap_remove(place)
    }

    /// Requests that shoppers have sent reach the functions.
    fn take_requests(&mut self) {
        loop {
            let sent = self.world.desk().asked.pop();
            let Some(sent) = sent else { return };
            let (request, slot) = (sent.request, sent.slot);
            let words = request.words();
            let role = match request {
                Request::Reserve(_) => Role::Reserve,
                Request::Release(..)
                | Request::CheckOut(_)
                | Request::AddMethod(_)
                | Request::Cancel(..)
                | Request::SubmitActionResult(..)
                | Request::Refund(..)
                | Request::Review(..)
                | Request::ListWork
                | Request::Resolve(..)
                | Request::ResolveWebhook(..)
                | Request::ResolveDifference(_)
                | Request::SeeReservation(..)
                | Request::SeeOrder(..)
                | Request::SeeProduct(_) => Role::OtherRequest,
                Request::Receive(_) | Request::WriteOff(_) | Request::Adjust(_) => Role::MoveStock,
            };
            self.invoke(
                role,
                Kind::Request(slot),
                || words.to_owned(),
                |at| Box::pin(serve::request(at, request, slot)),
            );
        }
    }

    fn work_on(&mut self, queue: Queue, batch: Vec<Message>) {
        let (role, words) = match queue {
            Queue::CapturePayment => (Role::CapturePayment, "capture-payment"),
            Queue::ExpireReservation => (Role::ExpireReservation, "expire-reservation"),
            Queue::ApplyWebhook => (Role::ApplyWebhook, "apply-webhook"),
            // No function takes from it.
            Queue::StockAlerts => return,
        };
        self.invoke(role, Kind::Worker, || words.to_owned(), |at| Box::pin(serve::batch(at, batch)));
    }

    fn relay(&mut self) {
        self.world.desk().stream.is_read = true;
        self.invoke(Role::Relay, Kind::Relay, || "relay".to_owned(), |at| Box::pin(serve::stream(at)));
    }

    fn sweep(&mut self) {
        self.invoke(Role::Sweep, Kind::Sweep, || "sweep".to_owned(), |at| Box::pin(serve::schedule(at)));
    }

    fn reconcile(&mut self) {
        let name = || "reconcile".to_owned();
        self.invoke(Role::Reconcile, Kind::Reconcile, name, |at| Box::pin(serve::reconcile(at)));
    }

    /// Lets a task go on to its next wait.
    fn go_on(&mut self, place: usize) {
        self.turn = self.turn.saturating_add(1);
        let Some(task) = self.tasks.get_mut(place) else { return };
        task.last_turn = self.turn;
        let fault = {
            let mut desk = self.world.desk();
            if desk.is_traced() {
                desk.current.clone_from(&task.name);
            }
            let fault = match task.waiting {
                Waiting::Call(call) => {
                    let fault = desk.fault_at(call);
                    if let Some(fault) = fault {
                        desk.note(|| format!("{}: {}", call.name, fault.words()));
                    }
                    fault
                }
                Waiting::Answer(..) | Waiting::Until(_) | Waiting::Dead => None,
            };
            desk.let_go(fault);
            fault
        };
        if fault == Some(Fault::KilledBefore) {
            self.kill(place);
            return;
        }
        let polled = task.work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        match polled {
            Poll::Ready(()) => self.end(place),
            Poll::Pending => {
                let waiting = self.world.desk().waiting();
                if let Some(task) = self.tasks.get_mut(place) {
                    task.waiting = waiting;
                }
                if waiting == Waiting::Dead {
                    self.kill(place);
                }
            }
        }
        self.take_requests();
    }

    /// A task is done, and its environment may serve another.
    fn end(&mut self, place: usize) {
        let task = self.tasks.swap_remove(place);
        self.idle.extend(task.environment);
        self.leave(task.kind);
    }

    /// A task dies with its environment.
    fn kill(&mut self, place: usize) {
        let task = self.tasks.swap_remove(place);
        {
            let mut desk = self.world.desk();
            desk.has_suffered = true;
            desk.note(|| "dies".to_owned());
        }
        self.leave(task.kind);
    }

    fn leave(&mut self, kind: Kind) {
        let mut desk = self.world.desk();
        match kind {
            Kind::Request(slot) => desk.fill(slot, Answer::None),
            Kind::Relay => desk.stream.is_read = false,
            Kind::Shopper | Kind::Worker | Kind::Sweep | Kind::Reconcile => {}
        }
    }
}
