//! The Adyen adapter against the sandbox gateway, which tells it of what happens, and against answers that no sandbox
//! gives.

#![expect(clippy::disallowed_methods, reason = "the tests run the gateway beside themselves")]

#[cfg(test)]
mod answers; // what Adyen answers, and what it never does
#[cfg(test)]
mod completion; // 3-D Secure, and what the shopper brings back from there
#[cfg(test)]
mod disputes; // money that shoppers demand back over the shop's head
#[cfg(test)]
mod faults; // the numbered faults that a call to a gateway meets
#[cfg(test)]
mod outcomes; // each outcome is reached
#[cfg(test)]
mod refunds; // money that goes back
#[cfg(test)]
mod reports; // what moved, by the files of each day
#[cfg(test)]
mod requests; // what is sent, to the byte
#[cfg(test)]
#[path = "../both/rotated.rs"]
mod rotated; // a secret store that has rotated its key
#[cfg(test)]
#[path = "../both/sandbox.rs"]
mod sandbox; // the sandbox, and asking until it is known
#[cfg(test)]
#[path = "../both/scripted.rs"]
mod scripted; // a gateway that gives the answers it is told to
#[cfg(test)]
mod shop; // charges, adapters and who is told, beside a sandbox
