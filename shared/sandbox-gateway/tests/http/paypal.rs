use reqwest::{Client, Method, StatusCode, redirect};
use serde_json::{Value, json};

use crate::client::Sandbox;

/// Who speaks PayPal's API to a sandbox.
pub(crate) struct Merchant {
    pub(crate) sandbox: Sandbox,
    client: Client,
    token: String,
}

impl Merchant {
    pub(crate) async fn start() -> Self {
        Self::at(Sandbox::start().await).await
    }

    pub(crate) async fn at(sandbox: Sandbox) -> Self {
        let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        let asked =
            client.post(format!("{}/v1/oauth2/token", sandbox.address)).basic_auth("id", Some("secret"));
        let answer = asked.form(&[("grant_type", "client_credentials")]).send().await.unwrap();
        let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        let token = answer["access_token"].as_str().unwrap().to_owned();
        Self { sandbox, client, token }
    }

    async fn ask(&self, method: Method, path: &str, id: &str, body: Value) -> (StatusCode, Value) {
        let request = self.client.request(method, format!("{}{path}", self.sandbox.address));
        let request = request.bearer_auth(&self.token).header("paypal-request-id", id);
        let answer = request.body(body.to_string()).send().await.unwrap();
        let status = answer.status();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap())
    }

    pub(crate) async fn post(&self, path: &str, id: &str, body: Value) -> (StatusCode, Value) {
        self.ask(Method::POST, path, id, body).await
    }

    async fn open(&self, value: &str) -> (StatusCode, Value) {
        let body = json!({
            "intent": "AUTHORIZE",
            "purchase_units": [{
                "custom_id": "order", "invoice_id": "order-1",
                "amount": {"currency_code": "EUR", "value": value},
            }],
            "payment_source": {"paypal": {"experience_context": {
                "user_action": "PAY_NOW", "shipping_preference": "NO_SHIPPING",
                "return_url": "https://shop.example/orders/order",
            }}},
        });
        self.post("/v2/checkout/orders", "open", body).await
    }

    /// Opens an order over 89.99 EUR, and answers its path and the page on which its shopper approves.
    async fn opened(&self) -> (String, String) {
        let (status, order) = self.open("89.99").await;
        assert_eq!((status, &order["status"]), (StatusCode::CREATED, &json!("PAYER_ACTION_REQUIRED")));
        let link = &order["links"][1];
        assert_eq!(link["rel"], "payer-action");
        (
            format!("/v2/checkout/orders/{}", order["id"].as_str().unwrap()),
            link["href"].as_str().unwrap().to_owned(),
        )
    }

    async fn approve(&self, page: &str, account: &str) -> StatusCode {
        self.client.post(page).form(&[("account", account)]).send().await.unwrap().status()
    }

    /// An order that was approved, authorized and captured: the capture's id.
    pub(crate) async fn paid(&self) -> String {
        self.paid_by("pays").await
    }

    /// The same, by this account.
    pub(crate) async fn paid_by(&self, account: &str) -> String {
        let (path, page) = self.opened().await;
        self.approve(&page, account).await;
        let (_, order) = self.post(&format!("{path}/authorize"), "confirm", json!({})).await;
        let authorization =
            order["purchase_units"][0]["payments"]["authorizations"][0]["id"].as_str().unwrap();
        let path = format!("/v2/payments/authorizations/{authorization}/capture");
        let whole = json!({"amount": {"currency_code": "EUR", "value": "89.99"}, "final_capture": true});
        self.post(&path, "capture", whole).await.1["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn look_up(&self, path: &str) -> Value {
        self.ask(Method::GET, path, "", json!({})).await.1
    }
}

pub(crate) fn issue(answer: &Value) -> &str {
    answer["details"][0]["issue"].as_str().unwrap()
}

#[tokio::test]
async fn an_order_is_approved_authorized_and_captured_and_the_book_has_it() {
    let merchant = Merchant::start().await;
    let (path, page) = merchant.opened().await;
    let (status, refused) = merchant.post(&format!("{path}/authorize"), "confirm", json!({})).await;
    assert_eq!((status, issue(&refused)), (StatusCode::UNPROCESSABLE_ENTITY, "ORDER_NOT_APPROVED"));

    let shown = reqwest::get(&page).await.unwrap().text().await.unwrap();
    assert!(shown.contains("timeout_after_authorization"), "{shown}");
    assert_eq!(merchant.approve(&page, "pays").await, StatusCode::SEE_OTHER);
    assert_eq!(merchant.look_up(&path).await["status"], "APPROVED");

    let (status, order) = merchant.post(&format!("{path}/authorize"), "confirm", json!({})).await;
    assert_eq!(status, StatusCode::CREATED);
    let authorization = &order["purchase_units"][0]["payments"]["authorizations"][0];
    assert_eq!(authorization["status"], "CREATED");
    assert_eq!(merchant.sandbox.charges().await, json!([]));

    let path = format!("/v2/payments/authorizations/{}/capture", authorization["id"].as_str().unwrap());
    let whole = json!({"amount": {"currency_code": "EUR", "value": "89.99"}, "final_capture": true});
    let (status, capture) = merchant.post(&path, "capture", whole.clone()).await;
    assert_eq!((status, &capture["status"]), (StatusCode::CREATED, &json!("COMPLETED")));
    assert_eq!(
        merchant.post(&path, "capture", whole.clone()).await.1,
        capture,
        "the same id, the same answer"
    );
    let (_, refused) = merchant.post(&path, "capture again", whole).await;
    assert_eq!(issue(&refused), "AUTHORIZATION_ALREADY_CAPTURED");
    let charge = json!({
        "order_id": "order", "amount": 8999, "currency": "EUR", "captured": 8999, "refunded": 0, "disputes": [],
        "after_no": false, "state": "captured"
    });
    assert_eq!(merchant.sandbox.charges().await, json!([charge]));
}

#[tokio::test]
async fn an_id_of_another_request_is_refused_and_opens_nothing() {
    let merchant = Merchant::start().await;
    let first = merchant.open("89.99").await;
    assert_eq!(merchant.open("89.99").await, first);
    assert_eq!(merchant.open("90.00").await.0, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_declining_account_declines_and_another_one_may_approve_then() {
    let merchant = Merchant::start().await;
    let (path, page) = merchant.opened().await;
    merchant.approve(&page, "declines").await;
    let (_, declined) = merchant.post(&format!("{path}/authorize"), "confirm", json!({})).await;
    assert_eq!(issue(&declined), "INSTRUMENT_DECLINED");
    merchant.approve(&page, "pays").await;
    assert_eq!(merchant.post(&format!("{path}/authorize"), "confirm", json!({})).await.1, declined);
    let (status, _) = merchant.post(&format!("{path}/authorize"), "another confirm", json!({})).await;
    assert_eq!(status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_voided_authorization_is_neither_captured_nor_voided_again() {
    let merchant = Merchant::start().await;
    let (path, page) = merchant.opened().await;
    merchant.approve(&page, "pays").await;
    let (_, order) = merchant.post(&format!("{path}/authorize"), "confirm", json!({})).await;
    let id = order["purchase_units"][0]["payments"]["authorizations"][0]["id"].as_str().unwrap();
    let path = format!("/v2/payments/authorizations/{id}");
    let (status, voided) = merchant.post(&format!("{path}/void"), "void", json!({})).await;
    assert_eq!((status, &voided["status"]), (StatusCode::OK, &json!("VOIDED")));
    let (_, again) = merchant.post(&format!("{path}/void"), "void again", json!({})).await;
    assert_eq!(issue(&again), "PREVIOUSLY_VOIDED");
    let whole = json!({"amount": {"currency_code": "EUR", "value": "89.99"}, "final_capture": true});
    let (_, refused) = merchant.post(&format!("{path}/capture"), "capture", whole).await;
    assert_eq!(issue(&refused), "AUTHORIZATION_VOIDED");
    assert_eq!(merchant.approve(&page, "pays").await, StatusCode::CONFLICT);
}

#[tokio::test]
async fn without_a_token_and_with_an_account_that_does_not_exist_nothing_happens() {
    let mut merchant = Merchant::start().await;
    let (path, page) = merchant.opened().await;
    assert_eq!(merchant.approve(&page, "of_somebody_else").await, StatusCode::BAD_REQUEST);
    assert_eq!(merchant.look_up(&path).await["status"], "PAYER_ACTION_REQUIRED");
    merchant.token = "forged".to_owned();
    assert_eq!(merchant.ask(Method::GET, &path, "", json!({})).await.0, StatusCode::UNAUTHORIZED);
}
