use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

fn environment(variables: &[(&str, &str)]) -> Environment {
    Environment::of(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

#[test]
fn a_services_own_endpoint_comes_before_the_general_one() {
    let environment = environment(&[
        ("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:1"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:2"),
    ]);
    assert_eq!(endpoint(&environment, "SQS"), Some("http://127.0.0.1:1"));
    assert_eq!(endpoint(&environment, "DYNAMODB"), Some("http://127.0.0.1:2"));
    assert_eq!(endpoint(&Environment::default(), "SQS"), None);
}

#[tokio::test]
async fn a_client_speaks_to_the_environments_endpoint_with_the_environments_credentials() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let clients = Clients::of(&environment(&[
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ENDPOINT_URL_DYNAMODB", &endpoint),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "session"),
    ]));

    let serve = async {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"{}") {
            assert_ne!(connection.read_buf(&mut request).await.unwrap(), 0);
        }
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n{\"TableNames\":[]}";
        connection.write_all(answer).await.unwrap();
        String::from_utf8(request).unwrap()
    };
    let client = clients.dynamodb().await;
    let (answer, request) = tokio::join!(client.list_tables().send(), serve);
    assert!(answer.unwrap().table_names().is_empty());
    assert!(request.contains("Credential=AKIDEXAMPLE/"), "{request}");
    assert!(request.contains("/eu-central-1/dynamodb/aws4_request"), "{request}");
    assert!(request.contains("x-amz-security-token: session"), "{request}");
}
