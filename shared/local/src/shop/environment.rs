use std::collections::BTreeMap;

use sandbox_gateway::WebhookEndpoint;

use crate::template::{Function, Secret, Template};
use crate::{aws, front, sign_in};

/// Where the local services answer.
#[derive(Clone, Debug)]
pub(super) struct Addresses {
    pub(super) front: String,
    pub(super) dynamodb: String,
    pub(super) queues: String,
    pub(super) secrets: String,
    pub(super) sandbox: String,
}

/// The keys that the sandbox gateway takes, as it takes any.
const STRIPE_KEY: &str = "sk_test_local";
const PAYPAL_CREDENTIALS: &str = r#"{"client_id":"local","client_secret":"local"}"#;

const ADYEN_API_KEY: &str = "local";
const ADYEN_REPORT_USER: &str = r#"{"username":"report@Company.Local","password":"local"}"#;

/// What the sandbox gateway signs its webhooks with.
const WEBHOOK_SECRET: &str = "whsec_local";
const ADYEN_HMAC_KEY: &str = "6C6F63616C";
/// For which webhook it signs PayPal's.
const PAYPAL_WEBHOOK_ID: &str = "LOCAL";

/// Where the sandbox gateway tells of what happens: the shop's own route.
pub(super) fn webhooks(addresses: &Addresses) -> WebhookEndpoint {
    WebhookEndpoint { url: format!("{}/webhooks/stripe", addresses.front), secret: WEBHOOK_SECRET.to_owned() }
}

/// The same for what happens at Adyen.
pub(super) fn adyen_webhooks(addresses: &Addresses) -> WebhookEndpoint {
    WebhookEndpoint { url: format!("{}/webhooks/adyen", addresses.front), secret: ADYEN_HMAC_KEY.to_owned() }
}

/// The same for what happens at PayPal.
pub(super) fn paypal_webhooks(addresses: &Addresses) -> WebhookEndpoint {
    let secret = PAYPAL_WEBHOOK_ID.to_owned();
    WebhookEndpoint { url: format!("{}/webhooks/paypal", addresses.front), secret }
}

/// The template's parameters that have a local value: the payment gateway is the sandbox, the customers' issuer is the
/// shop itself, and `--hold-seconds` may be shorter than a deployed shop would allow.
pub(super) fn parameters(addresses: &Addresses, hold_seconds: u32) -> BTreeMap<String, String> {
    BTreeMap::from([
        ("StripeEndpoint".to_owned(), addresses.sandbox.clone()),
        ("StripePublicKey".to_owned(), "pk_test_local".to_owned()),
        ("PayPalEndpoint".to_owned(), addresses.sandbox.clone()),
        ("PayPalClientId".to_owned(), "local".to_owned()),
        ("PayPalWebhookId".to_owned(), PAYPAL_WEBHOOK_ID.to_owned()),
        ("AdyenEndpoint".to_owned(), addresses.sandbox.clone()),
        ("AdyenMerchantAccount".to_owned(), "Local".to_owned()),
        ("AdyenReportsEndpoint".to_owned(), addresses.sandbox.clone()),
        ("AdyenClientKey".to_owned(), "test_local".to_owned()),
        ("HoldSeconds".to_owned(), hold_seconds.to_string()),
        ("SignInIssuer".to_owned(), sign_in::ISSUER.to_owned()),
        ("SignInAudience".to_owned(), sign_in::AUDIENCE.to_owned()),
        ("SignInJwksUrl".to_owned(), format!("{}{}", addresses.front, front::KEYS)),
    ])
}

/// What a secret holds at first, where a person would have to fill it in the cloud.
pub(super) fn secret(secret: &Secret) -> Option<&str> {
    let name = secret.name.to_ascii_lowercase();
    let is_of = |gateway: &str| name.contains(gateway);
    match name.contains("webhook") {
        true if is_of("stripe") => Some(WEBHOOK_SECRET),
        true if is_of("adyen") => Some(ADYEN_HMAC_KEY),
        false if is_of("stripe") => Some(STRIPE_KEY),
        false if is_of("paypal") => Some(PAYPAL_CREDENTIALS),
        false if is_of("adyenreports") => Some(ADYEN_REPORT_USER),
        false if is_of("adyen") => Some(ADYEN_API_KEY),
        true | false => secret.value.as_deref(),
    }
}

/// A function's variables: the template's, and those by which the SDK finds its services.
pub(super) fn of_function(function: &Function, addresses: &Addresses) -> BTreeMap<String, String> {
    let mut variables = function.environment.clone();
    variables.extend(services(addresses));
    variables.insert("AWS_LAMBDA_FUNCTION_NAME".to_owned(), function.name.clone());
    variables.insert("AWS_LAMBDA_FUNCTION_MEMORY_SIZE".to_owned(), function.memory.to_string());
    variables
}

/// All functions' variables, for what belongs to no function.
pub(super) fn of_everything(template: &Template, addresses: &Addresses) -> BTreeMap<String, String> {
    let functions = template.functions.iter().flat_map(|function| function.environment.clone());
    functions.chain(services(addresses)).collect()
}

fn services(addresses: &Addresses) -> [(String, String); 6] {
    [
        ("AWS_ENDPOINT_URL_DYNAMODB", addresses.dynamodb.as_str()),
        ("AWS_ENDPOINT_URL_SQS", addresses.queues.as_str()),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", addresses.secrets.as_str()),
        ("AWS_REGION", aws::REGION),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
}
