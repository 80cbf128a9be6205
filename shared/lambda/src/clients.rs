//! The AWS SDK's clients, configured from the [`Environment`] alone.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider, SharedHttpClient};
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use tokio::sync::OnceCell;

use crate::Environment;

mod calls; // how often this process called AWS, by operation

pub use calls::calls;

/// Time-outs that end before any function's own. An answer takes some milliseconds, and whoever waits for one that is lost
/// keeps units of others waiting; a repetition is harmless.
const CONNECT: Duration = Duration::from_secs(1);
const ATTEMPT: Duration = Duration::from_secs(1);
const OPERATION: Duration = Duration::from_secs(5);
/// The SDK retries throttling and lost connections, with jitter; no layer above it does. A repeated write is harmless
/// by its condition.
const ATTEMPTS: u32 = 3;

/// Clients of the services that a function uses, each built when it is first asked for and then kept.
///
/// An endpoint comes from `AWS_ENDPOINT_URL_<SERVICE>`, or from `AWS_ENDPOINT_URL`, or is the service's own in
/// `AWS_REGION`.
#[derive(Clone, Debug)]
pub struct Clients(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    environment: Environment,
    credentials: OnceCell<SharedCredentialsProvider>,
    dynamodb: OnceCell<aws_sdk_dynamodb::Client>,
    sqs: OnceCell<aws_sdk_sqs::Client>,
    secrets_manager: OnceCell<aws_sdk_secretsmanager::Client>,
}

impl Clients {
    /// The clients of a function with these settings. Nothing is built or connected yet.
    pub fn of(environment: &Environment) -> Self {
        Self(Arc::new(Inner {
            environment: environment.clone(),
            credentials: OnceCell::new(),
            dynamodb: OnceCell::new(),
            sqs: OnceCell::new(),
            secrets_manager: OnceCell::new(),
        }))
    }

    /// The client of the tables.
    pub async fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let build = async || aws_sdk_dynamodb::Client::new(&self.configuration("DYNAMODB").await);
        self.0.dynamodb.get_or_init(build).await.clone()
    }

    /// The client of the queues.
    pub async fn sqs(&self) -> aws_sdk_sqs::Client {
        let build = async || aws_sdk_sqs::Client::new(&self.configuration("SQS").await);
        self.0.sqs.get_or_init(build).await.clone()
    }

    /// The client of the secrets.
    pub async fn secrets_manager(&self) -> aws_sdk_secretsmanager::Client {
        let build =
            async || aws_sdk_secretsmanager::Client::new(&self.configuration("SECRETS_MANAGER").await);
        self.0.secrets_manager.get_or_init(build).await.clone()
    }

    async fn configuration(&self, service: &str) -> SdkConfig {
        let environment = &self.0.environment;
        let endpoint = endpoint(environment, service);
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(ATTEMPT)
            .operation_timeout(OPERATION)
            .build();
        let mut builder = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(environment.optional("AWS_REGION").map(|region| Region::new(region.to_owned())))
            .credentials_provider(self.credentials().await)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(timeouts)
            .http_client(http_client(endpoint));
        builder.set_endpoint_url(endpoint.map(str::to_owned));
        builder.build()
    }

    /// The function's own credentials, which the runtime puts into its environment; elsewhere, the SDK's usual chain.
    async fn credentials(&self) -> SharedCredentialsProvider {
        let environment = &self.0.environment;
        let find = async || match environment.required(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) {
            Ok([key_id, secret]) => {
                let session = environment.optional("AWS_SESSION_TOKEN").map(str::to_owned);
                SharedCredentialsProvider::new(Credentials::new(key_id, secret, session, None, "environment"))
            }
            Err(_) => SharedCredentialsProvider::new(DefaultCredentialsChain::builder().build().await),
        };
        self.0.credentials.get_or_init(find).await.clone()
    }
}

fn endpoint<'a>(environment: &'a Environment, service: &str) -> Option<&'a str> {
    environment
        .optional(&format!("AWS_ENDPOINT_URL_{service}"))
        .or_else(|| environment.optional("AWS_ENDPOINT_URL"))
}

/// The process's connections, shared by every client in it.
///
/// TLS reads the system's root certificates, which is half of a cold start; so it is left out where an endpoint
/// speaks plain HTTP, and done once where not.
fn http_client(endpoint: Option<&str>) -> SharedHttpClient {
    static PLAIN: OnceLock<SharedHttpClient> = OnceLock::new();
    static TLS: OnceLock<SharedHttpClient> = OnceLock::new();

    let builder = aws_smithy_http_client::Builder::new();
    if endpoint.is_some_and(|url| url.starts_with("http://")) {
        PLAIN.get_or_init(|| calls::counted(builder.build_http())).clone()
    } else {
        let https = || builder.tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
        TLS.get_or_init(|| calls::counted(https())).clone()
    }
}

#[cfg(test)]
mod tests;
