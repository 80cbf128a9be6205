use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// What becomes of a request to this endpoint.
async fn sent_to(endpoint: &str) -> Exchange {
    let line = Line::new(endpoint, Duration::from_secs(10)).unwrap();
    send(line.post("/v1/anything").body("amount=8999")).await
}

/// The same to a listener that does this with its only connection.
async fn sent_to_one_that<F: Future<Output = ()>>(scheme: &str, meets: fn(TcpStream) -> F) -> Exchange {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("{scheme}://{}", listener.local_addr().unwrap());
    let listening = async { meets(listener.accept().await.unwrap().0).await };
    tokio::join!(sent_to(&endpoint), listening).0
}

#[tokio::test]
async fn fault_58_a_name_that_is_not_known_is_not_sent() {
    // No name ends in this (RFC 6761).
    let exchange = sent_to("http://gateway.invalid").await;
    assert!(matches!(exchange, Exchange::NotSent), "{exchange:?}");
}

#[tokio::test]
async fn fault_58_a_handshake_that_fails_is_not_sent() {
    let speaks_no_tls = |mut stream: TcpStream| async move {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    };
    let exchange = sent_to_one_that("https", speaks_no_tls).await;
    assert!(matches!(exchange, Exchange::NotSent), "{exchange:?}");
}

#[tokio::test]
async fn fault_92_a_connection_that_ends_after_the_request_was_written_has_lost_it() {
    let hears_and_hangs_up = |mut stream: TcpStream| async move {
        let mut request = Vec::new();
        while !request.ends_with(b"amount=8999") {
            assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0, "the request never came");
        }
    };
    let exchange = sent_to_one_that("http", hears_and_hangs_up).await;
    assert!(matches!(exchange, Exchange::Lost), "{exchange:?}");
}
