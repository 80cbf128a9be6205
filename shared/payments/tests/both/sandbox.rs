use std::time::Duration;

use domain::Money;
use domain::payment::{GatewayReference, Outcome, RefundCharge};
use sandbox_gateway::{Options, SandboxGateway};
use tokio::net::TcpListener;

/// A sandbox gateway that runs until its test ends.
pub(crate) struct Sandbox {
    pub(crate) address: String,
}

impl Sandbox {
    pub(crate) async fn start(options: &Options) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let sandbox = SandboxGateway::open(options).unwrap();
        tokio::spawn(sandbox.serve(listener, std::future::pending()));
        Self { address }
    }

    pub(crate) async fn plan(&self, plan: &'static str) {
        let request = reqwest::Client::new().put(format!("{}/sandbox/faults", self.address));
        request.header("content-type", "application/json").body(plan).send().await.unwrap();
    }

    /// The charges in the gateway's own book.
    pub(crate) async fn charges(&self) -> usize {
        let book =
            reqwest::get(format!("{}/sandbox/charges", self.address)).await.unwrap().text().await.unwrap();
        book.matches("order_id").count()
    }
}

/// Asks until the answer proves something, as a worker does.
pub(crate) async fn until_known(mut ask: impl AsyncFnMut() -> Outcome) -> Outcome {
    let asking = async {
        loop {
            let outcome = ask().await;
            if outcome != Outcome::Unknown {
                return outcome;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), asking).await.expect("it never became known")
}

pub(crate) fn money(amount: i64, currency: &str) -> Money {
    Money::new(amount, currency.parse().unwrap()).unwrap()
}

/// A refund of so many cents of what each of these tests orders.
pub(crate) fn refund(reference: &GatewayReference, number: u32, amount: i64) -> RefundCharge {
    RefundCharge {
        order_id: "order".parse().unwrap(),
        attempt: 1,
        reference: reference.clone(),
        number,
        amount: money(amount, "EUR"),
        renewal: 0,
    }
}
