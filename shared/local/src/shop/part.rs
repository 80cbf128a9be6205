use std::future::Future;
use std::io;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{oneshot, watch};
use tokio::time::sleep;

/// How long a part may take to finish what it is doing when it is told to stop.
const GRACE: Duration = Duration::from_secs(3);
/// How long a part's tasks get after that.
const LAST_MOMENT: Duration = Duration::from_millis(200);

/// Tells a part when to stop.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Stops when this turns true, or when its sender is gone.
    pub fn of(stop: watch::Receiver<bool>) -> Self {
        Self(stop)
    }

    /// Ends when the part must stop, and also when whoever could say so is gone.
    pub(crate) async fn wait(mut self) {
        drop(self.0.wait_for(|stop| *stop).await);
    }

    pub(crate) fn is_set(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }
}

/// One part of the shop, on threads that carry its name, so that its CPU time can be told apart.
#[derive(Debug)]
pub(super) struct Part {
    name: &'static str,
    stop: watch::Sender<bool>,
    handle: Handle,
    ended: oneshot::Receiver<()>,
    thread: JoinHandle<()>,
}

impl Part {
    /// Starts a part that one thread can carry.
    pub(super) fn start<Serve, Fut>(name: &'static str, serve: Serve) -> io::Result<Self>
    where
        Serve: FnOnce(Stop) -> Fut + Send + 'static,
        Fut: Future<Output = Result<(), String>>,
    {
        Self::start_on(name, Builder::new_current_thread().enable_all().build()?, serve)
    }

    /// Starts a part that only lends its threads, until it is told to stop.
    pub(super) fn lend(name: &'static str, threads: usize) -> io::Result<Self> {
        let runtime =
            Builder::new_multi_thread().worker_threads(threads).thread_name(name).enable_all().build()?;
        Self::start_on(name, runtime, |stop| async {
            stop.wait().await;
            Ok(())
        })
    }

    fn start_on<Serve, Fut>(name: &'static str, runtime: Runtime, serve: Serve) -> io::Result<Self>
    where
        Serve: FnOnce(Stop) -> Fut + Send + 'static,
        Fut: Future<Output = Result<(), String>>,
    {
        let (stop, stopped) = watch::channel(false);
        let (ending, ended) = oneshot::channel();
        let handle = runtime.handle().clone();
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            runtime.block_on(run(name, serve, Stop(stopped)));
            runtime.shutdown_timeout(LAST_MOMENT);
            if ending.send(()).is_err() {
                tracing::debug!("nobody waits for {name} to end");
            }
        })?;
        Ok(Self { name, stop, handle, ended, thread })
    }

    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Stops the part and waits for its thread.
    pub(super) async fn stop(self) {
        self.stop.send_replace(true);
        // A thread that panicked has dropped its end of the channel, and is joined all the same.
        drop(self.ended.await);
        if self.thread.join().is_err() {
            tracing::error!("the part {} panicked", self.name);
        }
    }
}

async fn run<Serve, Fut>(name: &str, serve: Serve, stop: Stop)
where
    Serve: FnOnce(Stop) -> Fut,
    Fut: Future<Output = Result<(), String>>,
{
    tokio::select! {
        outcome = serve(stop.clone()) => match outcome {
            Ok(()) if stop.is_set() => {}
            Ok(()) => tracing::error!("{name} ended by itself"),
            Err(problem) => tracing::error!("{name}: {problem}"),
        },
        () = async { stop.clone().wait().await; sleep(GRACE).await } => {
            tracing::warn!("{name} was still busy and was cut off");
        }
    }
}
