use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use tokio::sync::Barrier;

use super::*;

/// Answers its own number; waits for others, hangs or panics if told to.
struct Numbered {
    number: u32,
    together: Arc<Barrier>,
}

#[async_trait]
impl Function for Numbered {
    async fn invoke(&self, event: &RawValue, _: Invocation) -> Result<Box<RawValue>, Error> {
        match event.get() {
            r#""together""# => {
                self.together.wait().await;
            }
            r#""hang""# => std::future::pending().await,
            r#""panic""# => panic!("as told"),
            r#""fail""# => return Err("as told".into()),
            _ => {}
        }
        Ok(RawValue::from_string(self.number.to_string())?)
    }
}

fn instances() -> Arc<Instances> {
    let built = Arc::new(AtomicU32::new(0));
    let together = Arc::new(Barrier::new(2));
    let constructor = Constructor::new(move |_| {
        let number = built.fetch_add(1, Ordering::SeqCst);
        let together = Arc::clone(&together);
        let instance: Arc<dyn Function> = Arc::new(Numbered { number, together });
        async move { Ok(instance) }
    });
    fake::built_by("numbered", constructor)
}

async fn invoke(instances: &Arc<Instances>, event: &str) -> Result<String, InvocationError> {
    let event = RawValue::from_string(format!("\"{event}\"")).unwrap();
    instances.invoke(event).await.map(|answer| answer.get().to_owned())
}

#[tokio::test]
async fn one_request_after_another_meets_the_same_instance() {
    let instances = instances();
    for _ in 0..3 {
        assert_eq!(invoke(&instances, "go").await.unwrap(), "0");
    }
}

#[tokio::test]
async fn two_requests_at_once_meet_two_instances_and_the_last_to_be_free_comes_first() {
    let instances = instances();
    let (first, second) = tokio::join!(invoke(&instances, "together"), invoke(&instances, "together"));
    let mut numbers = [first.unwrap(), second.unwrap()];
    numbers.sort();
    assert_eq!(numbers, ["0", "1"]);
    let last = invoke(&instances, "go").await.unwrap();
    assert_eq!(invoke(&instances, "go").await.unwrap(), last);
}

#[tokio::test]
async fn an_instance_that_timed_out_or_panicked_is_never_used_again() {
    let instances = instances();
    assert!(matches!(invoke(&instances, "hang").await, Err(InvocationError::TimedOut(_))));
    assert_eq!(invoke(&instances, "go").await.unwrap(), "1");
    assert!(matches!(invoke(&instances, "panic").await, Err(InvocationError::Panicked)));
    assert_eq!(invoke(&instances, "go").await.unwrap(), "2");
}

#[tokio::test]
async fn an_instance_that_answered_an_error_stays() {
    let instances = instances();
    assert!(matches!(invoke(&instances, "fail").await, Err(InvocationError::Failed(_))));
    assert_eq!(invoke(&instances, "go").await.unwrap(), "0");
}

#[tokio::test]
async fn every_end_is_told_whatever_its_outcome() {
    let instances = instances();
    let mut ended = instances.ended.subscribe();
    for event in ["go", "fail", "panic"] {
        drop(invoke(&instances, event).await);
        assert!(ended.has_changed().unwrap(), "{event}");
        ended.mark_unchanged();
    }
}

#[tokio::test]
async fn an_invocation_whose_caller_went_away_ends_and_is_told_of() {
    let instances = instances();
    let mut ended = instances.ended.subscribe();
    let gone = timeout(Duration::ZERO, invoke(&instances, "together")).await;
    assert!(gone.is_err(), "the caller did not go away");
    invoke(&instances, "together").await.unwrap();
    ended.wait_for(|count| *count == 2).await.unwrap();
}
