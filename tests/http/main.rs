//! Each function, entered where the Lambda runtime would enter it, with the events of `events/`, over tables inside
//! the test. Whatever a route answers, in any test, is held to the OpenAPI document.

#![expect(
    clippy::disallowed_methods,
    reason = "the tests run the tables beside themselves and know the time"
)]

#[cfg(test)]
mod answer; // what a route answered
#[cfg(test)]
mod contract; // the OpenAPI document, as the judge of answers
#[cfg(test)]
mod endpoint; // AWS as a function sees it, made to fail
#[cfg(test)]
mod goods; // what is for sale
#[cfg(test)]
mod issuer; // who signs customers in
#[cfg(test)]
mod request; // an event of a route, as a test changes it
#[cfg(test)]
mod shop; // functions over tables inside the test

#[cfg(test)]
mod add_payment_method;
#[cfg(test)]
mod cancel_order;
#[cfg(test)]
mod checkout;
#[cfg(test)]
mod create_reservation;
#[cfg(test)]
mod get_openapi;
#[cfg(test)]
mod get_order;
#[cfg(test)]
mod get_product;
#[cfg(test)]
mod get_reservation;
#[cfg(test)]
mod health;
#[cfg(test)]
mod list_payment_options;
#[cfg(test)]
mod list_products;
#[cfg(test)]
mod receive_webhook;
#[cfg(test)]
mod release_reservation;

#[cfg(test)]
mod bad_input; // what every route that takes it refuses
#[cfg(test)]
mod cart; // what lines may ask for together
#[cfg(test)]
mod events; // queues, the stream and the schedule
#[cfg(test)]
mod limits; // how much one customer may have
#[cfg(test)]
mod logs; // what gets into a log, and what must not
#[cfg(test)]
mod mutations; // requests that nobody thought of
#[cfg(test)]
mod ownership; // what somebody else made
#[cfg(test)]
mod payment_cost; // what a plain payment costs in calls
#[cfg(test)]
mod permissions; // what each function's policy allows, and what it asks
#[cfg(test)]
mod problems; // each problem that a client can get
#[cfg(test)]
mod reconciled; // what the gateways list
#[cfg(test)]
mod repetition; // the same request again
#[cfg(test)]
mod sign_in; // customers, and whoever says to be one
#[cfg(test)]
mod submit_action_result; // what a shopper brings back from their bank
#[cfg(test)]
mod surge; // many units, and many who want them
