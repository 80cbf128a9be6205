use std::future::{pending, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

/// Does several things side by side, and answers in their order.
pub(crate) async fn side_by_side<W: Future>(works: impl IntoIterator<Item = W>) -> Vec<W::Output> {
    let mut works = SideBySide::of(works);
    works.go_on_until(pending()).await;
    in_order(works.take_done())
}

/// Outcomes in the order of their places.
pub(crate) fn in_order<T>(mut outcomes: Vec<(usize, T)>) -> Vec<T> {
    outcomes.sort_unstable_by_key(|(place, _)| *place);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

/// Several things that are done side by side, each with its place. Each is asked whenever one of them can go on, so
/// there should be few.
pub(crate) struct SideBySide<W: Future> {
    open: Vec<(usize, Pin<Box<W>>)>,
    done: Vec<(usize, W::Output)>,
}

impl<W: Future> SideBySide<W> {
    pub(crate) fn of(works: impl IntoIterator<Item = W>) -> Self {
        let open = works.into_iter().map(Box::pin).enumerate().collect();
        Self { open, done: Vec::new() }
    }

    /// Goes on until all are done, or until this is over.
    pub(crate) async fn go_on_until(&mut self, end: impl Future<Output = ()>) {
        let mut end = pin!(end);
        poll_fn(|context| match self.poll(context) {
            Poll::Ready(()) => Poll::Ready(()),
            Poll::Pending => end.as_mut().poll(context),
        })
        .await;
    }

    /// What was done since this was asked last.
    pub(crate) fn take_done(&mut self) -> Vec<(usize, W::Output)> {
        std::mem::take(&mut self.done)
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Self { open, done } = self;
        open.retain_mut(|(place, work)| match work.as_mut().poll(context) {
            Poll::Ready(outcome) => {
                done.push((*place, outcome));
                false
            }
            Poll::Pending => true,
        });
        if open.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    }
}
