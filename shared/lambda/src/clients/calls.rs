use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

static CALLS: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());

/// How often this process has called AWS so far, by service and operation; a retry counts again. Calls are what the
/// cloud bills.
pub fn calls() -> BTreeMap<String, u64> {
    CALLS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The same client, with its calls counted.
pub(super) fn counted(client: SharedHttpClient) -> SharedHttpClient {
    SharedHttpClient::new(Counted(client))
}

#[derive(Debug)]
struct Counted<T>(T);

impl HttpClient for Counted<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        parts: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Counted(self.0.http_connector(settings, parts)))
    }
}

impl HttpConnector for Counted<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        // `DynamoDB_20120810.GetItem`: the service and its version, then the operation.
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let (service, operation) = target.split_once('.').unwrap_or((target, ""));
        let service = service.split_once('_').map_or(service, |(name, _)| name);
        let mut calls = CALLS.lock().unwrap_or_else(PoisonError::into_inner);
        *calls.entry(format!("{service}.{operation}")).or_default() += 1;
        drop(calls);
        self.0.call(request)
    }
}
