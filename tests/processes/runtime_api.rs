use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// What a function answered: its JSON, or its error's.
pub(crate) type Answer = Result<Bytes, Bytes>;

/// How long the runtime is told that it has. What takes longer is ended by whoever invoked it.
const DEADLINE: Duration = Duration::from_secs(30);

/// The Runtime API of one process
/// (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>): one event at a time.
pub(crate) struct RuntimeApi {
    pub(crate) address: SocketAddr,
    desk: Arc<Desk>,
    events: mpsc::Sender<Event>,
    server: JoinHandle<()>,
}

struct Event {
    request_id: String,
    payload: String,
}

struct Desk {
    events: tokio::sync::Mutex<mpsc::Receiver<Event>>,
    /// Who waits for the answer to which request.
    waiting: Mutex<Option<(String, oneshot::Sender<Answer>)>>,
}

impl RuntimeApi {
    /// Serves one process, on a port of its own.
    pub(crate) async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (events, coming) = mpsc::channel(1);
        let desk = Arc::new(Desk { events: tokio::sync::Mutex::new(coming), waiting: Mutex::default() });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{request_id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{request_id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .with_state(Arc::clone(&desk));
        let server = tokio::spawn(async move {
            if let Err(problem) = axum::serve(listener, router).await {
                eprintln!("the Runtime API ended: {problem}");
            }
        });
        Ok(Self { address, desk, events, server })
    }

    /// Hands an event over. The answer never comes if the process ends before it gives one.
    pub(crate) async fn hand_over(&self, request_id: String, payload: String) -> oneshot::Receiver<Answer> {
        let (answer, answered) = oneshot::channel();
        self.desk.expect(Some((request_id.clone(), answer)));
        // The receiver lives as long as the desk.
        let _taken = self.events.send(Event { request_id, payload }).await;
        answered
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Desk {
    fn expect(&self, waiting: Option<(String, oneshot::Sender<Answer>)>) {
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = waiting;
    }

    fn settle(&self, request_id: &str, answer: Answer) -> StatusCode {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        match waiting.take_if(|(expected, _)| expected == request_id) {
            Some((_, asker)) => {
                // Whoever asked may have given up.
                let _heard = asker.send(answer);
                StatusCode::ACCEPTED
            }
            None => StatusCode::BAD_REQUEST,
        }
    }
}

async fn next(State(desk): State<Arc<Desk>>) -> Response {
    let Some(event) = desk.events.lock().await.recv().await else {
        // No event comes any more, and the process is about to be ended.
        return core::future::pending().await;
    };
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let deadline = since_epoch.saturating_add(DEADLINE).as_millis().to_string();
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", event.request_id),
        ("lambda-runtime-deadline-ms", deadline),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:1:function:local".to_owned()),
    ];
    (headers, event.payload).into_response()
}

async fn response(State(desk): State<Arc<Desk>>, Path(request_id): Path<String>, body: Bytes) -> StatusCode {
    desk.settle(&request_id, Ok(body))
}

async fn error(State(desk): State<Arc<Desk>>, Path(request_id): Path<String>, body: Bytes) -> StatusCode {
    desk.settle(&request_id, Err(body))
}

async fn init_error(body: Bytes) -> StatusCode {
    eprintln!("a function could not start: {}", String::from_utf8_lossy(&body));
    StatusCode::ACCEPTED
}
