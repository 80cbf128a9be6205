use std::path::Path;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode, redirect};
use sandbox_gateway::{Options, SandboxGateway, WebhookEndpoint};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A gateway that runs, and who speaks to it.
pub(crate) struct Sandbox {
    pub(crate) address: String,
    client: Client,
    stop: oneshot::Sender<()>,
    running: JoinHandle<std::io::Result<()>>,
}

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) replayed: bool,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn id(&self) -> &str {
        self.body["id"].as_str().expect("the answer has no id")
    }

    pub(crate) fn state(&self) -> &str {
        self.body["status"].as_str().expect("the answer has no status")
    }

    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().expect("the answer has no code")
    }
}

impl Sandbox {
    pub(crate) async fn start() -> Self {
        Self::with_book(None).await
    }

    pub(crate) async fn with_book(book: Option<&Path>) -> Self {
        Self::telling(book, None).await
    }

    /// A gateway that tells somebody of what happens.
    pub(crate) async fn telling(book: Option<&Path>, webhooks: Option<WebhookEndpoint>) -> Self {
        Self::with(&Options { book: book.map(Path::to_owned), webhooks, ..Options::default() }).await
    }

    pub(crate) async fn with(options: &Options) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let gateway = SandboxGateway::open(options).unwrap();
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(gateway.serve(listener, async {
            stopped.await.ok();
        }));
        let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        Self { address, client, stop, running }
    }

    pub(crate) async fn stop(self) {
        drop(self.client);
        self.stop.send(()).unwrap();
        self.running.await.unwrap().unwrap();
    }

    pub(crate) fn post(&self, path: &str, key: &str, form: &[(&str, &str)]) -> RequestBuilder {
        self.post_without_secret(path, key, form).bearer_auth("sk_test_1")
    }

    pub(crate) fn post_without_secret(&self, path: &str, key: &str, form: &[(&str, &str)]) -> RequestBuilder {
        let url = format!("{}/v1/payment_intents{path}", self.address);
        self.client.post(url).header("idempotency-key", key).form(form)
    }

    pub(crate) async fn send(&self, path: &str, key: &str, form: &[(&str, &str)]) -> Reply {
        reply(self.post(path, key, form)).await
    }

    /// Opens an intent over 89.99 EUR for the order `order`.
    pub(crate) async fn open(&self, token: &str) -> Reply {
        self.send("", "open", &opening(token)).await
    }

    /// Opens an intent with this token and answers its id.
    pub(crate) async fn opened(&self, token: &str) -> String {
        self.open(token).await.id().to_owned()
    }

    /// Confirms, captures or cancels, under a key named after it.
    pub(crate) async fn advance(&self, id: &str, operation: &str) -> Reply {
        self.send(&format!("/{id}/{operation}"), operation, &[]).await
    }

    /// The same, for a client that hears nothing: it waits until the fault has struck, and hangs up.
    pub(crate) async fn hang_up_on(&self, id: &str, operation: &str) {
        let request = self.post(&format!("/{id}/{operation}"), operation, &[]);
        let waiting = tokio::spawn(request.send());
        self.eventually(async || self.faults_left().await[operation] == serde_json::json!([])).await;
        waiting.abort();
    }

    pub(crate) async fn look_up(&self, id: &str) -> Reply {
        reply(self.client.get(format!("{}/v1/payment_intents/{id}", self.address)).bearer_auth("sk_test_1"))
            .await
    }

    /// Posts a form to any path of the API.
    pub(crate) async fn form(&self, path: &str, key: &str, form: &[(&str, &str)]) -> Reply {
        let request = self.client.post(format!("{}{path}", self.address)).header("idempotency-key", key);
        reply(request.bearer_auth("sk_test_1").form(form)).await
    }

    /// Reads any path of the API.
    pub(crate) async fn ask(&self, path: &str) -> Reply {
        reply(self.client.get(format!("{}{path}", self.address)).bearer_auth("sk_test_1")).await
    }

    pub(crate) async fn charges(&self) -> Value {
        self.read("/sandbox/charges").await
    }

    pub(crate) async fn plan(&self, plan: &str) {
        let request = self.client.put(format!("{}/sandbox/faults", self.address));
        let request = request.header("content-type", "application/json").body(plan.to_owned());
        assert_eq!(request.send().await.unwrap().status(), StatusCode::NO_CONTENT);
    }

    pub(crate) async fn clear_faults(&self) {
        self.client.delete(format!("{}/sandbox/faults", self.address)).send().await.unwrap();
    }

    async fn faults_left(&self) -> Value {
        self.read("/sandbox/faults").await
    }

    async fn read(&self, path: &str) -> Value {
        let answer = self.client.get(format!("{}{path}", self.address)).send().await.unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// Waits until something that is on its way has happened.
    pub(crate) async fn eventually(&self, mut happened: impl AsyncFnMut() -> bool) {
        let waiting = async {
            while !happened().await {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("it never happened");
    }

    /// What the shopper's browser does at `next_action`.
    pub(crate) async fn browse(&self, method: reqwest::Method, url: &str) -> reqwest::Response {
        self.client.request(method, url).send().await.unwrap()
    }
}

pub(crate) async fn reply(request: RequestBuilder) -> Reply {
    let answer = request.send().await.unwrap();
    let (status, replayed) = (answer.status(), answer.headers().contains_key("idempotent-replayed"));
    let body = serde_json::from_str(&answer.text().await.unwrap()).unwrap_or(Value::Null);
    Reply { status, replayed, body }
}

pub(crate) fn opening(token: &str) -> [(&str, &str); 8] {
    [
        ("amount", "8999"),
        ("currency", "eur"),
        ("payment_method", token),
        ("allowed_payment_method_types[]", "card"),
        ("allowed_payment_method_types[]", "klarna"),
        ("capture_method", "manual"),
        ("metadata[order_id]", "order"),
        ("metadata[attempt]", "1"),
    ]
}
