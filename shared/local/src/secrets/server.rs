use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::store::CURRENT;
use super::{NewVersion, Refusal, Store, Version, Which};
use crate::shop::Stop;
use crate::{amazon_json, aws, clock};

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// Serves the secrets until told to stop.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, store: Arc<Store>, stop: Stop) -> std::io::Result<()> {
    let router = Router::new().fallback(handle).with_state(store);
    axum::serve(listener, router).with_graceful_shutdown(stop.wait()).await
}

async fn handle(State(store): State<Arc<Store>>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let answer = match amazon_json::call(&headers, "secretsmanager") {
        Some("GetSecretValue") => get(&store, &body),
        Some("PutSecretValue") => put(&store, &body),
        call => {
            let call = call.unwrap_or("to another service");
            Err(Refusal::of(
                "InvalidRequestException",
                format!("the local shop does not know the call {call}"),
            ))
        }
    };
    match answer {
        Ok(body) => amazon_json::answer(StatusCode::OK, CONTENT_TYPE, &body),
        Err(refusal) => {
            let status = match refusal.shape {
                "InternalServiceError" => StatusCode::INTERNAL_SERVER_ERROR,
                _ => StatusCode::BAD_REQUEST,
            };
            let body = json!({ "__type": refusal.shape, "Message": refusal.message });
            amazon_json::answer(status, CONTENT_TYPE, &body)
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetSecretValue {
    secret_id: String,
    version_id: Option<String>,
    version_stage: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PutSecretValue {
    secret_id: String,
    secret_string: String,
    client_request_token: Option<String>,
    version_stages: Option<Vec<String>>,
}

fn input<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    amazon_json::input(body).map_err(|message| Refusal::of("InvalidParameterException", message))
}

fn get(store: &Store, body: &Bytes) -> Result<Value, Refusal> {
    let call: GetSecretValue = input(body)?;
    let stage = call.version_stage;
    let which = match call.version_id {
        Some(version) => Which::Version(version),
        None => Which::Stage(stage.clone().unwrap_or_else(|| CURRENT.to_owned())),
    };
    let version = store.get(&call.secret_id, &which)?;
    if stage.is_some_and(|stage| !version.stages.contains(&stage)) {
        let message = "You provided a VersionStage that is not associated to the provided VersionId.";
        return Err(Refusal::of("InvalidRequestException", message));
    }
    let mut answer = described(&version);
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("SecretString".to_owned(), version.value.into());
        answer.insert("CreatedDate".to_owned(), (version.created_at.as_millis() / 1_000).into());
    }
    Ok(answer)
}

fn put(store: &Store, body: &Bytes) -> Result<Value, Refusal> {
    let call: PutSecretValue = input(body)?;
    let new = NewVersion {
        value: call.secret_string,
        version: call.client_request_token,
        stages: call.version_stages.unwrap_or_else(|| vec![CURRENT.to_owned()]),
    };
    Ok(described(&store.put(&call.secret_id, new, clock::now())?))
}

fn described(version: &Version) -> Value {
    json!({
        "ARN": aws::secret_arn(&version.secret),
        "Name": version.secret,
        "VersionId": version.id,
        "VersionStages": version.stages,
    })
}
