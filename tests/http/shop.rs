use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use application::put_on_sale::{Ports, put_on_sale};
use application::{Archive, Clock, OrderLedger, Orders, refund_order};
use domain::Money;
use domain::invariant::{Books, check};
use domain::order::RefundRequest;
use domain::payment::{Decline, DisputeDecision, DisputeSeen, Outcome, RefundOutcome, Retry};
use domain::reservation::ReservationState;
use domain::stock::Units as Received;
use dynoxide::Database;
use lambda::{Clients, Environment, Function, Invocation, SystemChance, SystemClock};
use local::template::{Surroundings, Template};
use sandbox_gateway::PayPalSigner;
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use crate::answer::Answer;
use crate::contract;
use crate::goods::{self, Goods};
use crate::issuer::Issuer;
use crate::request::Request;

/// Every function of the template over tables of its own, inside the test.
pub(crate) struct Shop {
    pub(crate) database: Database,
    pub(crate) address: String,
    pub(crate) issuer: Issuer,
    /// What PayPal signs with, where the shop has gateways.
    pub(crate) paypal: Arc<PayPalSigner>,
    settings: BTreeMap<String, String>,
    template: Template,
    instances: Mutex<BTreeMap<&'static str, Arc<dyn Function>>>,
}

/// What became of a SKU's units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Units {
    pub(crate) available: u32,
    pub(crate) held: u32,
    pub(crate) sold: u32,
}

impl Shop {
    /// A shop that sells the usual range.
    pub(crate) async fn open() -> Self {
        Self::open_with(&[]).await
    }

    /// A shop whose reservations are over soon.
    pub(crate) async fn without_patience() -> Self {
        Self::open_with(&[("HOLD_SECONDS", "1")]).await
    }

    /// A shop in which some settings are other than the template says.
    pub(crate) async fn open_with(settings: &[(&str, &str)]) -> Self {
        let database = Database::memory().unwrap();
        let template = Template::read(local::TEMPLATE, &Surroundings::default()).unwrap();
        for table in &template.tables {
            database.create_table(serde_json::from_value(table.definition.clone()).unwrap()).unwrap();
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(dynoxide::server::serve_on(listener, database.clone()));

        let issuer = Issuer::start().await;
        let others = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let settings = issuer.settings().into_iter().chain(others).collect();
        let (paypal, instances) = (Arc::default(), Mutex::default());
        let shop = Self { database, address, issuer, paypal, settings, template, instances };
        for goods in goods::range() {
            shop.put_on_sale(&goods).await;
        }
        shop
    }

    pub(crate) async fn put_on_sale(&self, (product, units): &Goods) {
        let (catalog, keeper, stock) = (&self.catalog().await, &self.stock().await, &self.purchases().await);
        let (clock, chance) = (&SystemClock, &SystemChance);
        let ports = Ports { catalog, keeper, stock, clock, chance };
        let stocked = units.iter().filter(|(_, units)| *units > 0);
        let received = stocked.map(|(sku, units)| (sku.clone(), Received::parse((*units).into()).unwrap()));
        put_on_sale(&ports, product, &received.collect::<Vec<_>>()).await.unwrap();
    }

    /// A setting that this shop was opened with.
    pub(crate) fn setting(&self, name: &str) -> String {
        self.settings[name].clone()
    }

    /// Sends a request to the route's usual instance.
    pub(crate) async fn ask(&self, request: &Request) -> Answer {
        answer(self.usual_instance(request.operation).await.as_ref(), request).await
    }

    /// The instance that serves a route, one request after the other.
    pub(crate) async fn usual_instance(&self, name: &'static str) -> Arc<dyn Function> {
        let mut instances = self.instances.lock().await;
        if let Some(instance) = instances.get(name) {
            return Arc::clone(instance);
        }
        let instance = self.instance(name, &[]).await;
        instances.insert(name, Arc::clone(&instance));
        instance
    }

    /// Sends the request of a route's event, which must succeed.
    pub(crate) async fn succeed(&self, operation: &'static str) -> Answer {
        let answer = self.ask(&Request::of(operation)).await;
        assert!(answer.status < 300, "{operation}: {}", answer.shown());
        answer
    }

    /// Makes the reservation of the events and lets its time pass, in a shop without patience.
    pub(crate) async fn lapsed_reservation(&self) -> Answer {
        let held = self.succeed("create-reservation").await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        held
    }

    /// Places the order of the events, and gives its id.
    pub(crate) async fn order(&self) -> String {
        self.succeed("create-reservation").await;
        self.succeed("checkout").await.text_at("/id")
    }

    /// Places the order of the events, whose payment method is declined.
    pub(crate) async fn declined_order(&self) -> String {
        let order = self.order().await;
        let decline = Decline { code: "insufficient_funds".to_owned(), retry: Retry::OtherMethod };
        self.pay(&order, [opened(), Outcome::Declined(decline)]).await;
        order
    }

    /// Places the order of the events and captures its payment.
    pub(crate) async fn paid_order(&self) -> String {
        let order = self.order().await;
        self.pay(&order, [opened(), Outcome::Authorized, Outcome::Captured]).await;
        order
    }

    /// Places the order of the events at Adyen, whose shopper is sent to their bank.
    pub(crate) async fn order_awaiting_action(&self) -> String {
        self.succeed("create-reservation").await;
        let method = json!({"gateway": "adyen", "token": "authentication"});
        let checkout = Request::of("checkout").with("/payment_methods/0", method);
        let order = self.ask(&checkout).await.text_at("/id");
        let url = "https://bank.example/3ds".to_owned();
        self.pay(&order, [opened(), Outcome::RequiresAction { url }]).await;
        order
    }

    /// Forgets every instance, and what it remembers.
    pub(crate) async fn restart(&self) {
        self.instances.lock().await.clear();
    }

    /// A new instance of a function, with some settings other than the shop's.
    pub(crate) async fn instance(&self, name: &str, settings: &[(&str, &str)]) -> Arc<dyn Function> {
        let mut variables = self.variables(name);
        variables.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        built(name, Environment::of(variables)).await.unwrap()
    }

    /// Whether a function refuses to start with these settings.
    pub(crate) async fn does_not_start(&self, name: &str, settings: &[(&str, &str)]) -> bool {
        let mut variables = self.variables(name);
        variables.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        built(name, Environment::of(variables)).await.is_err()
    }

    /// Each function without each of the settings that it has for itself, and why it then does not start.
    pub(crate) async fn starts_without_a_setting(&self) -> Vec<(String, String, Option<String>)> {
        let mut starts = Vec::new();
        for function in &self.template.functions {
            for setting in function.environment.keys().filter(|setting| *setting != "LOG_LEVEL") {
                let mut variables = self.variables(&function.name);
                variables.remove(setting);
                let error = built(&function.name, Environment::of(variables)).await.err();
                starts.push((function.name.clone(), setting.clone(), error.map(|error| error.to_string())));
            }
        }
        starts
    }

    /// Every item of every table.
    pub(crate) fn records(&self) -> Value {
        let scan = |table: &str| {
            let request = serde_json::from_value(json!({ "TableName": table })).unwrap();
            serde_json::to_value(self.database.scan(request).unwrap()).unwrap()
        };
        self.template.tables.iter().map(|table| (table.name.clone(), scan(&table.name))).collect()
    }

    /// How many orders there are.
    pub(crate) fn orders(&self) -> usize {
        let orders = self.records()["Orders"]["Items"].clone();
        orders.as_array().unwrap().iter().filter(|item| item.get("attempts").is_some()).count()
    }

    /// What became of a SKU's units, while everything holds that always holds.
    pub(crate) async fn units(&self, sku: &str) -> Units {
        let books = self.books().await;
        assert_eq!(check(&books), []);
        let sku = goods::sku(sku);
        let pages: Vec<_> = books.pages.iter().filter(|page| page.key.sku == sku).collect();
        Units {
            available: books.free_units(&sku),
            held: pages.iter().map(|page| page.held_units()).sum(),
            sold: pages.iter().map(|page| page.sold).sum(),
        }
    }

    /// Everything that anybody has: what is held, sold, reserved, claimed or ordered. Where to look for units is not in
    /// it, which a request may write down that gets none.
    pub(crate) async fn possessions(&self) -> Books {
        let mut books = self.books().await;
        books.openers.clear();
        books.pages.retain(|page| page.sold > 0 || !page.holds.is_empty());
        books.reservations.retain(|reservation| reservation.state != ReservationState::Refused);
        books.limits.retain(|limit| !limit.claims.is_empty());
        books
    }

    pub(crate) async fn books(&self) -> Books {
        self.purchases().await.books().await.unwrap()
    }

    /// Takes an order's payment as far as these answers of the gateway do.
    pub(crate) async fn pay(&self, order_id: &str, outcomes: impl IntoIterator<Item = Outcome>) {
        let ledger = self.purchases().await;
        let mut order = ledger.order(&order_id.parse().unwrap()).await.unwrap().unwrap();
        for outcome in outcomes {
            let change = order.record(outcome, SystemClock.now()).unwrap();
            ledger.record(&change).await.unwrap();
            order = change.order;
        }
    }

    /// Ends an order's payment where no call was made yet, as its worker would.
    pub(crate) async fn work_on_payment(&self, order_id: &str) {
        let ledger = self.purchases().await;
        let order = ledger.order(&order_id.parse().unwrap()).await.unwrap().unwrap();
        ledger.record(&order.give_up(SystemClock.now()).unwrap()).await.unwrap();
    }

    /// Gives so much of an order's money back.
    pub(crate) async fn refund(&self, order_id: &str, amount: i64) {
        let ledger = self.purchases().await;
        let order = ledger.order(&order_id.parse().unwrap()).await.unwrap().unwrap();
        let amount = Money::new(amount, order.totals.total.currency()).unwrap();
        let request = RefundRequest {
            reference: format!("claim-{}", amount.amount()).parse().unwrap(),
            amount,
            returned: vec![],
        };
        let ports = refund_order::Ports { orders: &ledger, clock: &SystemClock };
        let asked = refund_order::refund_order(&ports, &order.id, &request).await.unwrap().into_inner();
        let claimed = asked.claim_refund(SystemClock.now()).unwrap();
        ledger.record(&claimed).await.unwrap();
        let refunded = claimed.order.record_refund(RefundOutcome::Refunded, SystemClock.now()).unwrap();
        ledger.record(&refunded).await.unwrap();
    }

    /// The gateway turns out to have captured what it had said no to.
    pub(crate) async fn orphan(&self, order_id: &str) {
        let ledger = self.purchases().await;
        let order = ledger.order(&order_id.parse().unwrap()).await.unwrap().unwrap();
        let denied = order.attempt().unwrap().number;
        ledger.record(&order.orphan(denied, SystemClock.now()).unwrap().into_inner()).await.unwrap();
    }

    /// The gateway shows a dispute of everything that was paid for an order.
    pub(crate) async fn dispute(&self, order_id: &str, decision: Option<DisputeDecision>) {
        let ledger = self.purchases().await;
        let order = ledger.order(&order_id.parse().unwrap()).await.unwrap().unwrap();
        let seen = DisputeSeen { reference: "dp_1".parse().unwrap(), amount: order.totals.total, decision };
        let attempt = order.attempt().unwrap().number;
        let disputed = order.dispute(attempt, &[seen], SystemClock.now()).unwrap().into_inner();
        ledger.record(&disputed).await.unwrap();
    }

    /// The catalog as an editor sees it.
    pub(crate) async fn catalog(&self) -> dynamodb::CatalogTable {
        dynamodb::CatalogTable::new(self.clients().dynamodb().await, self.table("CATALOG_TABLE"))
    }

    pub(crate) async fn stock(&self) -> dynamodb::StockTable {
        dynamodb::StockTable::new(self.clients().dynamodb().await, self.table("STOCK_TABLE"))
    }

    pub(crate) async fn limits(&self) -> dynamodb::OrdersTable {
        dynamodb::OrdersTable::new(self.clients().dynamodb().await, self.table("ORDERS_TABLE"))
    }

    pub(crate) async fn reconciliations(&self) -> dynamodb::OrdersTable {
        self.limits().await
    }

    async fn purchases(&self) -> dynamodb::PurchaseTables {
        let client = self.clients().dynamodb().await;
        dynamodb::PurchaseTables::new(client, self.table("ORDERS_TABLE"), self.table("STOCK_TABLE"))
    }

    fn clients(&self) -> Clients {
        Clients::of(&Environment::of(self.variables("create-reservation")))
    }

    fn table(&self, variable: &str) -> String {
        self.variables("create-reservation")[variable].clone()
    }

    /// A function's variables as the template gives them, and those by which the SDK finds its services.
    fn variables(&self, name: &str) -> BTreeMap<String, String> {
        let function = self.template.functions.iter().find(|function| function.name == name).unwrap();
        let mut variables = function.environment.clone();
        for (name, value) in [
            ("AWS_ENDPOINT_URL", self.address.as_str()),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ] {
            variables.insert(name.to_owned(), value.to_owned());
        }
        variables.extend(self.settings.clone());
        variables
    }
}

/// What a function answers to a request. It must be what the OpenAPI document says, whatever the test is about.
pub(crate) async fn answer(function: &dyn Function, request: &Request) -> Answer {
    match outcome(function, request).await {
        Ok(answer) => answer,
        Err(fault) => panic!("{fault}\nin the answer to {request}"),
    }
}

/// What a function answers to a request, or what is wrong with the answer.
pub(crate) async fn outcome(function: &dyn Function, request: &Request) -> Result<Answer, String> {
    let payload = invoke(function, request.event()).await.map_err(|error| error.to_string())?;
    let answer = Answer::read(&payload);
    let violations = contract::violations(request.operation, &answer);
    if violations.is_empty() {
        Ok(answer)
    } else {
        Err(format!("{}\n{}", violations.join("\n"), answer.shown()))
    }
}

/// How long an invocation may last: as long as that of any function.
const INVOCATION_TIME: Duration = Duration::from_secs(840);

/// Enters a function as the Lambda runtime does.
pub(crate) async fn invoke(
    function: &dyn Function,
    event: &Value,
) -> Result<Box<serde_json::value::RawValue>, lambda::Error> {
    let invocation = Invocation {
        request_id: "8e5f0a3c-0000-4000-8000-000000000000".to_owned(),
        deadline: SystemClock.now().plus(INVOCATION_TIME),
    };
    function.invoke(&to_raw_value(event).unwrap(), invocation).await
}

/// The gateway's object for an attempt was made.
pub(crate) fn opened() -> Outcome {
    Outcome::Opened("pi_3R8fXy2eZvKYlo2C".parse().unwrap())
}

async fn built(name: &str, environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    match name {
        "add-payment-method" => add_payment_method::function(environment).await,
        "apply-webhook" => apply_webhook::function(environment).await,
        "cancel-order" => cancel_order::function(environment).await,
        "submit-action-result" => submit_action_result::function(environment).await,
        "capture-payment" => capture_payment::function(environment).await,
        "checkout" => checkout::function(environment).await,
        "create-reservation" => create_reservation::function(environment).await,
        "expire-reservation" => expire_reservation::function(environment).await,
        "get-openapi" => get_openapi::function(environment).await,
        "get-order" => get_order::function(environment).await,
        "get-product" => get_product::function(environment).await,
        "get-reservation" => get_reservation::function(environment).await,
        "health" => health::function(environment).await,
        "list-payment-options" => list_payment_options::function(environment).await,
        "list-products" => list_products::function(environment).await,
        "receive-webhook" => receive_webhook::function(environment).await,
        "reconcile" => reconcile::function(environment).await,
        "relay" => relay::function(environment).await,
        "release-reservation" => release_reservation::function(environment).await,
        "sweep" => sweep::function(environment).await,
        _ => panic!("there is no function {name}"),
    }
}
