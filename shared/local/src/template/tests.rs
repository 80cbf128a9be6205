use super::*;

const SHOP: &str = r#"
Transform: AWS::Serverless-2016-10-31
Parameters:
  AllowedOrigins: { Type: CommaDelimitedList, Default: "https://a.example, https://b.example" }
  HoldSeconds: { Type: Number, Default: 600 }
  AlarmTopicArn: { Type: String, Default: "" }
Conditions:
  HasAlarmTopic: !Not [!Equals [!Ref AlarmTopicArn, ""]]
Globals:
  Function:
    Runtime: provided.al2023
    Timeout: 10
    Environment: { Variables: { LOG_LEVEL: info } }
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration: { AllowOrigins: !Ref AllowedOrigins, AllowMethods: [GET] }
  CheckoutFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/http/checkout
      Environment:
        Variables:
          ORDERS_TABLE: !Ref Orders
          QUEUE_URL: !Ref CapturePayment
          SECRET: !Ref StripeSecret
          HOLD_SECONDS: !Ref HoldSeconds
          NAME: !Sub "${AWS::StackName}/${Orders.Arn}/${!literal}"
          TOPIC: !If [HasAlarmTopic, !Ref AlarmTopicArn, !Ref AWS::NoValue]
          LIST: !Join ["-", [!Ref Orders, x]]
      Policies: [{ Statement: [{ Resource: !GetAtt Nothing.Arn }] }]
      Events:
        Route: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: post, Path: "/checkout" } }
  WorkerFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/sqs/capture-payment/
      Timeout: 30
      Events:
        Queue:
          Type: SQS
          Properties:
            Queue: !GetAtt CapturePayment.Arn
            BatchSize: 5
            FunctionResponseTypes: [ReportBatchItemFailures]
            ScalingConfig: { MaximumConcurrency: 50 }
        Changes:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Orders.StreamArn
            StartingPosition: TRIM_HORIZON
            BisectBatchOnFunctionError: true
            MaximumRetryAttempts: 3
            DestinationConfig: { OnFailure: { Type: SQS, Destination: !GetAtt DeadLetters.Arn } }
        EveryTwoMinutes: { Type: Schedule, Properties: { Schedule: rate(2 minutes) } }
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      DeletionProtectionEnabled: true
      StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
  CapturePayment:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub ${AWS::StackName}-capture-payment
      VisibilityTimeout: 180
      RedrivePolicy: { deadLetterTargetArn: !GetAtt DeadLetters.Arn, maxReceiveCount: 5 }
  DeadLetters: { Type: AWS::SQS::Queue }
  StripeSecret: { Type: AWS::SecretsManager::Secret, Properties: { Description: a key } }
  Alarm: { Type: AWS::CloudWatch::Alarm, Properties: { Anything: !GetAtt Unknown.Thing } }
  OnlyWithTopic: { Type: AWS::SQS::Queue, Condition: HasAlarmTopic }
"#;

fn surroundings() -> Surroundings {
    let parameters = BTreeMap::from([("HoldSeconds".to_owned(), "2".to_owned())]);
    Surroundings { queues: "http://127.0.0.1:4000".to_owned(), parameters }
}

fn read(text: &str) -> Result<Template, TemplateError> {
    Template::read(text, &surroundings())
}

fn function<'a>(template: &'a Template, name: &str) -> &'a Function {
    template.functions.iter().find(|function| function.name == name).unwrap()
}

#[test]
fn a_functions_environment_is_in_local_names_and_addresses() {
    let template = read(SHOP).unwrap();
    let expected = [
        ("HOLD_SECONDS", "2"),
        ("LIST", "Orders-x"),
        ("LOG_LEVEL", "info"),
        ("NAME", "matchday/arn:aws:dynamodb:eu-central-1:000000000000:table/Orders/${literal}"),
        ("ORDERS_TABLE", "Orders"),
        ("QUEUE_URL", "http://127.0.0.1:4000/000000000000/matchday-capture-payment"),
        ("SECRET", "arn:aws:secretsmanager:eu-central-1:000000000000:secret:StripeSecret-local0"),
    ];
    let environment = &function(&template, "checkout").environment;
    let environment: Vec<_> =
        environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(environment, expected);
}

#[test]
fn what_calls_a_function_is_read_with_its_settings() {
    let template = read(SHOP).unwrap();
    let route = Route { method: "POST".to_owned(), path: "/checkout".to_owned() };
    assert_eq!(function(&template, "checkout").routes, [route]);
    let worker = function(&template, "capture-payment");
    assert_eq!(worker.timeout.as_secs(), 30);
    let queue = QueueEvent {
        queue: "matchday-capture-payment".to_owned(),
        batch_size: 5,
        batching_window_seconds: 0,
        reports_failures: true,
        concurrency: 50,
    };
    assert_eq!(worker.queues, [queue]);
    let stream = StreamEvent {
        table: "Orders".to_owned(),
        batch_size: 100,
        bisects: true,
        retries: Some(3),
        reports_failures: false,
        on_failure: Some("DeadLetters".to_owned()),
    };
    assert_eq!(worker.streams, [stream]);
    assert_eq!(worker.schedules.iter().map(|event| event.every_seconds).collect::<Vec<_>>(), [120]);
}

#[test]
fn tables_queues_secrets_and_origins_are_read() {
    let template = read(SHOP).unwrap();
    assert_eq!(template.cors.as_ref().unwrap().allow_origins, ["https://a.example", "https://b.example"]);
    let [table] = template.tables.as_slice() else { panic!("one table") };
    assert!(table.has_stream);
    assert_eq!(table.definition["StreamSpecification"]["StreamEnabled"], true);
    assert!(table.definition.get("DeletionProtectionEnabled").is_none());
    let queue = template.queue("matchday-capture-payment").unwrap();
    assert_eq!(queue.visibility_timeout.as_secs(), 180);
    let dead_letters = DeadLetters { queue: "DeadLetters".to_owned(), after_receives: 5 };
    assert_eq!(queue.dead_letters, Some(dead_letters));
    assert_eq!(template.secrets, [Secret { name: "StripeSecret".to_owned(), value: None }]);
}

#[test]
fn a_resource_whose_condition_does_not_hold_is_not_there() {
    let names: Vec<_> = read(SHOP).unwrap().queues.iter().map(|queue| queue.name.clone()).collect();
    assert_eq!(names, ["matchday-capture-payment", "DeadLetters"]);
}

#[test]
fn what_is_not_understood_is_refused_by_name() {
    for (from, to, named) in [
        ("AWS::CloudWatch::Alarm", "AWS::RDS::DBInstance", "AWS::RDS::DBInstance"),
        ("    Timeout: 10", "    Layers: []", "Layers"),
        ("VisibilityTimeout: 180", "FifoQueue: true", "FifoQueue"),
        ("Method: post", "Auth: {}, Method: post", "Auth"),
        ("BatchSize: 5", "FilterCriteria: {}", "FilterCriteria"),
        ("BisectBatchOnFunctionError: true", "TumblingWindowInSeconds: 1", "TumblingWindowInSeconds"),
        ("[ReportBatchItemFailures]", "[Sometimes]", "Sometimes"),
        ("TRIM_HORIZON", "LATEST", "LATEST"),
        ("rate(2 minutes)", "cron(0 12 * * ? *)", "cron(0 12 * * ? *)"),
        ("BillingMode: PAY_PER_REQUEST", "ImportSourceSpecification: {}", "ImportSourceSpecification"),
        ("Type: Schedule,", "Type: SNS,", "SNS"),
        ("!Join [\"-\", [!Ref Orders, x]]", "!Select [0, [a]]", "Fn::Select"),
        ("ORDERS_TABLE: !Ref Orders", "ORDERS_TABLE: !Ref Missing", "Missing"),
        ("QUEUE_URL: !Ref CapturePayment", "QUEUE_URL: !GetAtt CapturePayment.Age", "CapturePayment.Age"),
        ("ORDERS_TABLE: !Ref Orders", "ORDERS_TABLE: !Ref Alarm", "AWS::CloudWatch::Alarm"),
        ("Queue: !GetAtt CapturePayment.Arn", "Queue: arn:aws:sqs:x:y:elsewhere", "elsewhere"),
        ("StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }", "Tags: []", "no stream"),
        ("HoldSeconds: { Type: Number, Default: 600 }", "Other: { Type: Number }", "HoldSeconds"),
        ("Transform:", "Mappings: {}\nTransform:", "Mappings"),
        ("AllowMethods: [GET]", "AllowMethod: [GET]", "AllowMethod"),
    ] {
        let text = SHOP.replace(from, to);
        assert_ne!(text, SHOP, "{from}");
        let error = read(&text).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(named), "{named}: {error}");
    }
}

#[test]
fn the_shops_own_template_is_understood() {
    let parameters = BTreeMap::from([("StripeEndpoint".to_owned(), "http://127.0.0.1:1".to_owned())]);
    let surroundings = Surroundings { parameters, ..surroundings() };
    let template = Template::read(crate::TEMPLATE, &surroundings).unwrap();
    let worker = function(&template, "capture-payment");
    assert_eq!(worker.environment["STRIPE_ENDPOINT"], "http://127.0.0.1:1");
}
