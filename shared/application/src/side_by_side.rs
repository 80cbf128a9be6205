use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// Does several things side by side, and answers in their order. Each is asked whenever one of them can go on, so there
/// should be few.
pub(crate) async fn side_by_side<W: Future>(works: impl IntoIterator<Item = W>) -> Vec<W::Output> {
    let mut works: Vec<Work<W>> = works.into_iter().map(|work| Work::Open(Box::pin(work))).collect();
    poll_fn(|context| {
        let mut is_done = true;
        for work in &mut works {
            if let Work::Open(open) = work {
                match open.as_mut().poll(context) {
                    Poll::Ready(outcome) => *work = Work::Done(outcome),
                    Poll::Pending => is_done = false,
                }
            }
        }
        if is_done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    works.into_iter().filter_map(Work::outcome).collect()
}

enum Work<W: Future> {
    Open(Pin<Box<W>>),
    Done(W::Output),
}

impl<W: Future> Work<W> {
    fn outcome(self) -> Option<W::Output> {
        match self {
            Self::Done(outcome) => Some(outcome),
            Self::Open(_) => None,
        }
    }
}
