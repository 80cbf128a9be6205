//! Every function of the shop, as its crate builds it.

use std::collections::BTreeMap;
use std::sync::Arc;

use lambda::{Environment, Error, Function};

use crate::instances::Constructor;

/// Functions by the name of their folder. Which of them exist, and what calls them, is the template's to say.
#[derive(Clone, Debug, Default)]
pub struct Functions(BTreeMap<String, Constructor>);

impl Functions {
    /// The shop's own functions.
    pub fn of_the_shop() -> Self {
        Self::default()
            .with("add-payment-method", add_payment_method::function)
            .with("apply-webhook", apply_webhook::function)
            .with("capture-payment", capture_payment::function)
            .with("cancel-order", cancel_order::function)
            .with("checkout", checkout::function)
            .with("create-reservation", create_reservation::function)
            .with("expire-reservation", expire_reservation::function)
            .with("get-openapi", get_openapi::function)
            .with("get-order", get_order::function)
            .with("get-product", get_product::function)
            .with("get-reservation", get_reservation::function)
            .with("health", health::function)
            .with("list-payment-options", list_payment_options::function)
            .with("list-products", list_products::function)
            .with("receive-webhook", receive_webhook::function)
            .with("reconcile", reconcile::function)
            .with("relay", relay::function)
            .with("release-reservation", release_reservation::function)
            .with("submit-action-result", submit_action_result::function)
            .with("sweep", sweep::function)
    }

    /// These functions and one more.
    #[must_use]
    pub fn with<F, Fut>(mut self, name: &str, build: F) -> Self
    where
        F: Fn(Environment) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Arc<dyn Function>, Error>> + Send + 'static,
    {
        self.0.insert(name.to_owned(), Constructor::new(build));
        self
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Constructor> {
        self.0.get(name)
    }
}
