//! A small shop of its own template: a route writes an item, the table's stream tells a relay, the relay sends a
//! message, and a worker hears it. Each step goes through the SDK.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda::{Clients, Error, Function, Invocation};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

use super::*;

const NOTES: &str = r#"
Transform: AWS::Serverless-2016-10-31
Parameters:
  StripeEndpoint: { Type: String }
  StripePublicKey: { Type: String }
  PayPalEndpoint: { Type: String }
  PayPalClientId: { Type: String }
  PayPalWebhookId: { Type: String }
  AdyenEndpoint: { Type: String }
  AdyenMerchantAccount: { Type: String }
  AdyenReportsEndpoint: { Type: String }
  AdyenClientKey: { Type: String }
  HoldSeconds: { Type: Number }
  SignInIssuer: { Type: String }
  SignInAudience: { Type: String }
  SignInJwksUrl: { Type: String }
Resources:
  Api: { Type: AWS::Serverless::HttpApi }
  WriteFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/http/write
      Environment:
        Variables: { NOTES_TABLE: !Ref Notes, CATALOG_TABLE: none, STOCK_TABLE: none, ORDERS_TABLE: none }
      Events: { Route: { Type: HttpApi, Properties: { Method: PUT, Path: "/notes/{note}" } } }
  RelayFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/stream/relay
      Environment: { Variables: { QUEUE_URL: !Ref Heard } }
      Events:
        Changes: { Type: DynamoDB, Properties: { Stream: !GetAtt Notes.StreamArn, StartingPosition: TRIM_HORIZON } }
  ListenFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/sqs/listen
      Environment: { Variables: { SECRET: !Ref StripeSecret, HOLD_SECONDS: !Ref HoldSeconds } }
      Events: { Messages: { Type: SQS, Properties: { Queue: !GetAtt Heard.Arn } } }
  Notes:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: { StreamViewType: NEW_IMAGE }
      AttributeDefinitions: [{ AttributeName: note, AttributeType: S }]
      KeySchema: [{ AttributeName: note, KeyType: HASH }]
  Heard: { Type: AWS::SQS::Queue }
  StripeSecret: { Type: AWS::SecretsManager::Secret }
"#;

struct Write(Environment);

#[async_trait]
impl Function for Write {
    async fn invoke(&self, event: &RawValue, _: Invocation) -> Result<Box<RawValue>, Error> {
        let event: Value = serde_json::from_str(event.get())?;
        let note = event["pathParameters"]["note"].as_str().unwrap_or_default().to_owned();
        let [table] = self.0.required(["NOTES_TABLE"])?;
        let client = Clients::of(&self.0).dynamodb().await;
        client.put_item().table_name(table).item("note", AttributeValue::S(note)).send().await?;
        Ok(to_raw_value(&serde_json::json!({ "statusCode": 201, "body": "written" }))?)
    }
}

struct Relay(Environment);

#[async_trait]
impl Function for Relay {
    async fn invoke(&self, event: &RawValue, _: Invocation) -> Result<Box<RawValue>, Error> {
        let event: Value = serde_json::from_str(event.get())?;
        let [queue] = self.0.required(["QUEUE_URL"])?;
        let client = Clients::of(&self.0).sqs().await;
        for record in event["Records"].as_array().into_iter().flatten() {
            let note = record["dynamodb"]["NewImage"]["note"]["S"].as_str().unwrap_or_default();
            client.send_message().queue_url(&queue).message_body(note).send().await?;
        }
        Ok(to_raw_value(&Value::Null)?)
    }
}

struct Listen(Environment, mpsc::UnboundedSender<String>);

#[async_trait]
impl Function for Listen {
    async fn invoke(&self, event: &RawValue, _: Invocation) -> Result<Box<RawValue>, Error> {
        let event: Value = serde_json::from_str(event.get())?;
        let [secret, hold] = self.0.required(["SECRET", "HOLD_SECONDS"])?;
        let client = Clients::of(&self.0).secrets_manager().await;
        let key = client.get_secret_value().secret_id(secret).send().await?.secret_string.unwrap_or_default();
        for record in event["Records"].as_array().into_iter().flatten() {
            self.1.send(format!("{} {key} {hold}", record["body"].as_str().unwrap_or_default()))?;
        }
        Ok(to_raw_value(&Value::Null)?)
    }
}

fn instance(function: impl Function + 'static) -> Arc<dyn Function> {
    Arc::new(function)
}

fn functions() -> (Functions, mpsc::UnboundedReceiver<String>) {
    let (heard, hears) = mpsc::unbounded_channel();
    let functions = Functions::default()
        .with("write", async |environment| Ok(instance(Write(environment))))
        .with("relay", async |environment| Ok(instance(Relay(environment))))
        .with("listen", move |environment| {
            let heard = heard.clone();
            async move { Ok(instance(Listen(environment, heard))) }
        });
    (functions, hears)
}

fn options(data: Option<PathBuf>) -> Options {
    Options { port: 0, data, catalog: CatalogFile { products: vec![] }, hold_seconds: 7 }
}

async fn request(shop: &Shop, request: &str) -> String {
    let mut connection = tokio::net::TcpStream::connect(shop.address()).await.unwrap();
    let request =
        format!("{request} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_request_becomes_a_change_a_message_and_a_call_of_the_worker() {
    let (functions, mut hears) = functions();
    let shop = Shop::start_with(NOTES, &functions, options(None)).await.unwrap();
    let answer = request(&shop, "PUT /notes/first").await;
    assert!(answer.starts_with("HTTP/1.1 201") && answer.ends_with("written"), "{answer}");
    assert_eq!(hears.recv().await.unwrap(), "first sk_test_local 7");
    let answer = request(&shop, "GET /notes/first").await;
    assert!(answer.starts_with("HTTP/1.1 405") && answer.contains("allow: PUT"), "{answer}");
    let answer = request(&shop, "GET /nothing").await;
    assert!(answer.starts_with("HTTP/1.1 404") && answer.ends_with(r#"{"message":"Not Found"}"#), "{answer}");
    shop.stop().await;
}

#[tokio::test]
async fn a_shop_that_was_closed_goes_on_where_it_stopped() {
    let data = tempfile::tempdir().unwrap();
    for note in ["first", "second"] {
        let (functions, mut hears) = functions();
        let shop = Shop::start_with(NOTES, &functions, options(Some(data.path().to_owned()))).await.unwrap();
        request(&shop, &format!("PUT /notes/{note}")).await;
        assert_eq!(hears.recv().await.unwrap(), format!("{note} sk_test_local 7"));
        shop.stop().await;
    }
}

#[tokio::test]
async fn a_function_that_is_not_in_the_program_is_named() {
    let refused = Shop::start_with(NOTES, &Functions::default(), options(None)).await.unwrap_err();
    assert!(matches!(refused, StartError::NoFunction(name) if name == "listen"));
}
