use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use tokio::net::TcpListener;

/// A certificate, an intermediate and a root, as `openssl` made them. Their keys are gone.
pub(super) const SERVED: &str = include_str!("openssl.pem");

/// Who serves certificates on loopback.
pub(super) struct Host {
    pub(super) address: String,
    serves: Serves,
}

#[derive(Clone)]
struct Serves {
    answer: Arc<Mutex<(u16, String)>>,
    fetched: Arc<Mutex<Vec<String>>>,
}

impl Host {
    #[expect(clippy::disallowed_methods, reason = "whoever serves is the outside world")]
    pub(super) async fn serving(pem: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let serves = Serves { answer: Arc::new(Mutex::new((200, pem.to_owned()))), fetched: Arc::default() };
        let router = Router::new().fallback(serve).with_state(serves.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, serves }
    }

    /// What is answered from now on.
    pub(super) fn answer(&self, status: u16, body: &str) {
        *self.serves.answer.lock().unwrap() = (status, body.to_owned());
    }

    pub(super) fn certificate_url(&self) -> String {
        format!("{}/v1/notifications/certs/CERT-360caa42", self.address)
    }

    pub(super) fn fetches(&self) -> usize {
        self.serves.fetched.lock().unwrap().len()
    }
}

async fn serve(State(serves): State<Serves>, uri: Uri) -> (StatusCode, String) {
    serves.fetched.lock().unwrap().push(uri.to_string());
    let (status, body) = serves.answer.lock().unwrap().clone();
    (StatusCode::from_u16(status).unwrap(), body)
}
