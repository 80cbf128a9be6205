use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::Shopper;

/// The local shop, running as a process of its own until it is dropped.
pub struct Shop {
    process: Child,
    /// Where the API answers.
    pub address: String,
    /// Where the sandbox gateway answers.
    pub sandbox: String,
}

impl Shop {
    /// Starts a shop on free ports and waits until it is ready.
    ///
    /// # Panics
    /// When it does not start.
    #[expect(clippy::expect_used, clippy::panic, reason = "a suite without a shop has nothing to test")]
    pub fn start(program: &str, arguments: &[&str]) -> Self {
        let mut process = Command::new(program)
            .args(["--port", "0", "--quiet"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the shop's program starts");
        let stdout = process.stdout.take().expect("its standard output is a pipe");
        let mut lines = BufReader::new(stdout).lines();
        let mut address = |name: &str| match lines.next() {
            Some(Ok(line)) => line
                .strip_prefix(name)
                .unwrap_or_else(|| panic!("the shop said `{line}` where `{name} ADDRESS` was expected"))
                .trim()
                .to_owned(),
            other => panic!("the shop ended before it was ready: {other:?}"),
        };
        let sandbox = address("sandbox");
        let address = address("ready");
        Self { process, address, sandbox }
    }

    /// A new guest of this shop.
    pub fn shopper(&self) -> Shopper {
        Shopper::new(&self.address)
    }

    /// A customer of this shop, which keeps its data in this folder, with the token that the program prints.
    ///
    /// # Panics
    /// When the program prints none.
    #[expect(clippy::expect_used, reason = "a suite without a customer has nobody to sell to")]
    pub fn customer(&self, program: &str, data: &str, name: &str) -> Shopper {
        let printed = Command::new(program).args(["--customer-token", name, "--data", data]).output();
        let printed = printed.expect("the program prints a token");
        assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
        Shopper::customer(&self.address, String::from_utf8_lossy(&printed.stdout).trim())
    }

    /// The process's id.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Ends the shop with SIGKILL, as a power cut would.
    ///
    /// # Panics
    /// When the process cannot be ended.
    #[expect(clippy::expect_used, reason = "a suite that cannot end its shop must not go on")]
    pub fn kill(mut self) {
        self.process.kill().expect("the process is ours");
        self.process.wait().expect("the process is ours");
    }

    /// Ends the shop with SIGKILL and audits what it kept in this folder.
    ///
    /// # Panics
    /// When the audit finds a violation, or comes to no verdict.
    #[expect(clippy::expect_used, reason = "a suite without a verdict has failed")]
    pub fn kill_and_audit(self, program: &str, data: &str) {
        self.kill();
        let audit = Command::new(program).args(["audit", "--data", data]).output().expect("the audit runs");
        let text = String::from_utf8_lossy;
        assert!(audit.status.success(), "{}{}", text(&audit.stdout), text(&audit.stderr));
    }

    /// What goes wrong with the next calls to the sandbox gateway.
    ///
    /// # Panics
    /// When the sandbox does not take the plan.
    #[expect(clippy::expect_used, reason = "without its faults the test shows nothing")]
    pub async fn plan_faults(&self, plan: &Value) {
        let request = reqwest::Client::new().put(format!("{}/sandbox/faults", self.sandbox));
        let request = request.header("Content-Type", "application/json").body(plan.to_string());
        let answer = request.send().await.expect("the sandbox answers");
        assert!(answer.status().is_success(), "the sandbox takes the plan: {}", answer.status());
    }

    /// The sandbox gateway's own book: one entry per charge that was really made.
    ///
    /// # Panics
    /// When the sandbox does not answer.
    #[expect(clippy::expect_used, reason = "without the book nothing is proven")]
    pub async fn charges(&self) -> Vec<Value> {
        let answer =
            reqwest::get(format!("{}/sandbox/charges", self.sandbox)).await.expect("the sandbox answers");
        serde_json::from_str(&answer.text().await.expect("the book is text"))
            .expect("the book is a JSON list")
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        // A shop that was killed before is gone already, which is as good.
        let _ended = self.process.kill();
        let _ended = self.process.wait();
    }
}

/// A catalog file of simple products, one variant each.
pub struct CatalogFile {
    path: PathBuf,
}

impl CatalogFile {
    /// Writes a catalog in which each SKU has so many units and costs 89.99 EUR.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn write(folder: &Path, stock: &[(&str, u32)]) -> Self {
        Self::write_with(folder, stock, None)
    }

    /// Writes a catalog in which each SKU has so many units, and each customer may have so many of them.
    ///
    /// # Panics
    /// When the file cannot be written.
    #[expect(clippy::expect_used, reason = "a suite without a catalog has nothing to sell")]
    pub fn write_with(folder: &Path, stock: &[(&str, u32)], limit_per_customer: Option<u32>) -> Self {
        let product = |(sku, units): &(&str, u32)| {
            let price = json!({"amount": 8999, "currency": "EUR"});
            let variant = json!({
                "sku": sku, "attributes": {"size": "M"}, "price": price, "stock": units,
                "limit_per_customer": limit_per_customer,
            });
            json!({
                "product_id": format!("product-{sku}"), "name": format!("Shirt {sku}"), "category": "shirts",
                "images": [], "variants": [variant],
            })
        };
        let products: Vec<Value> = stock.iter().map(product).collect();
        let path = folder.join("catalog.json");
        std::fs::write(&path, json!({"products": products}).to_string()).expect("the catalog is written");
        Self { path }
    }

    /// The file's path.
    pub fn path(&self) -> &str {
        self.path.to_str().unwrap_or_default()
    }
}
