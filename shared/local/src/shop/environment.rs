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

/// What the sandbox gateway signs its webhooks with.
const WEBHOOK_SECRET: &str = "whsec_local";

/// Where the sandbox gateway tells of what happens: the shop's own route.
pub(super) fn webhooks(addresses: &Addresses) -> WebhookEndpoint {
    WebhookEndpoint { url: format!("{}/webhooks/stripe", addresses.front), secret: WEBHOOK_SECRET.to_owned() }
}

/// The template's parameters that have a local value: the payment gateway is the sandbox, the customers' issuer is the
/// shop itself, and `--hold-seconds` may be shorter than a deployed shop would allow.
pub(super) fn parameters(addresses: &Addresses, hold_seconds: u32) -> BTreeMap<String, String> {
    BTreeMap::from([
        ("StripeEndpoint".to_owned(), addresses.sandbox.clone()),
        ("StripePublicKey".to_owned(), "pk_test_local".to_owned()),
        ("PayPalEndpoint".to_owned(), addresses.sandbox.clone()),
        ("PayPalClientId".to_owned(), "local".to_owned()),
        ("HoldSeconds".to_owned(), hold_seconds.to_string()),
        ("SignInIssuer".to_owned(), sign_in::ISSUER.to_owned()),
        ("SignInAudience".to_owned(), sign_in::AUDIENCE.to_owned()),
        ("SignInJwksUrl".to_owned(), format!("{}{}", addresses.front, front::KEYS)),
    ])
}

/// What a secret holds at first, where a person would have to fill it in the cloud.
pub(super) fn secret(secret: &Secret) -> Option<&str> {
    let name = secret.name.to_ascii_lowercase();
    match (name.contains("stripe"), name.contains("webhook")) {
        (true, true) => Some(WEBHOOK_SECRET),
        (true, false) => Some(STRIPE_KEY),
        (false, _) if name.contains("paypal") => Some(PAYPAL_CREDENTIALS),
        (false, _) => secret.value.as_deref(),
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
