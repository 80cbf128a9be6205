use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;

/// A gateway that gives these answers, one after the other, and remembers what it was asked.
pub(crate) struct Scripted {
    pub(crate) address: String,
    script: Arc<Script>,
}

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

struct Script {
    answers: Mutex<VecDeque<(u16, String)>>,
    asked: Mutex<Vec<Asked>>,
}

impl Scripted {
    pub(crate) async fn answering(answers: &[(u16, &str)]) -> Self {
        let answers = answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
        let script = Arc::new(Script { answers: Mutex::new(answers), asked: Mutex::default() });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&script));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { address, script }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.script.asked.lock().unwrap().clone()
    }
}

async fn answer(State(script): State<Arc<Script>>, request: Request) -> (StatusCode, String) {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    script.asked.lock().unwrap().push(Asked {
        line: format!("{} {}", parts.method, parts.uri),
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    });
    let (status, body) = script.answers.lock().unwrap().pop_front().unwrap_or((404, String::new()));
    (StatusCode::from_u16(status).unwrap(), body)
}
