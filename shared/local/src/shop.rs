//! The whole shop, wired from the template.

mod audit; // what a closed shop's files say
mod environment; // what a function is told, locally
mod folder; // where the files are
mod part; // named threads that start and stop
mod wiring; // event sources and routes from the template

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use lambda::Environment;
use sandbox_gateway::SandboxGateway;

use crate::catalog::{CatalogError, CatalogFile, seed};
use crate::dynamodb::{DynamoDb, DynamoDbError};
use crate::functions::Functions;
use crate::sign_in::CustomerTokens;
use crate::sources::Checkpoints;
use crate::template::{Surroundings, Template, TemplateError};
use crate::{clock, front, secrets, sqs};

use environment::Addresses;
use folder::Folder;
use part::Part;
use wiring::Wiring;

pub use audit::AuditError;
pub use part::Stop;

/// The template that SAM deploys.
pub const TEMPLATE: &str = include_str!("../../../template.yaml");

const TABLES_FILE: &str = "dynamodb.sqlite";
const BOOK_FILE: &str = "sandbox.sqlite";

/// What may differ between two shops.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port of the shop on 127.0.0.1; 0 picks a free one.
    pub port: u16,
    /// Where everything is kept; without it, everything is forgotten.
    pub data: Option<PathBuf>,
    /// What is on the shelves.
    pub catalog: CatalogFile,
    /// How long a reservation holds its units.
    pub hold_seconds: u32,
}

/// Why the shop did not open.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The template says something that the local shop does not understand.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A function of the template is not in this program.
    #[error("template.yaml has a function {0}, which this program does not contain")]
    NoFunction(String),
    /// A port, a folder or a thread was refused.
    #[error(transparent)]
    System(#[from] std::io::Error),
    /// The tables did not open.
    #[error(transparent)]
    Tables(#[from] DynamoDbError),
    /// A file did not open.
    #[error("a file of the shop: {0}")]
    File(#[from] rusqlite::Error),
    /// The sandbox gateway did not open.
    #[error(transparent)]
    Sandbox(#[from] sandbox_gateway::BookUnavailable),
    /// A queue's source did not start.
    #[error(transparent)]
    Queue(#[from] sqs::Refusal),
    /// A secret could not be put.
    #[error(transparent)]
    Secret(#[from] secrets::Refusal),
    /// The catalog cannot be used.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The catalog could not be put on sale.
    #[error("the catalog could not be put on sale: {0}")]
    Seed(lambda::Error),
}

/// A running shop.
#[derive(Debug)]
pub struct Shop {
    address: SocketAddr,
    sandbox_address: SocketAddr,
    queues_address: SocketAddr,
    /// In the order in which they stop: what calls before what is called.
    parts: Vec<Part>,
    _folder: Folder,
}

impl Shop {
    /// Opens the shop of this repository. When this returns, everything answers.
    ///
    /// # Errors
    /// When a part of it cannot start.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        Self::start_with(TEMPLATE, &Functions::of_the_shop(), options).await
    }

    /// Opens a shop from any template and functions.
    ///
    /// # Errors
    /// When a part of it cannot start.
    pub async fn start_with(
        template: &str,
        functions: &Functions,
        options: Options,
    ) -> Result<Self, StartError> {
        let listeners = Listeners::bind(options.port)?;
        let addresses = listeners.addresses()?;
        let surroundings = Surroundings {
            queues: addresses.queues.clone(),
            parameters: environment::parameters(&addresses, options.hold_seconds),
        };
        let template = Template::read(template, &surroundings)?;
        let folder = Folder::open(options.data.as_deref())?;
        let now = clock::now();

        let tables = Arc::new(DynamoDb::open(&folder.file(TABLES_FILE), &template.tables)?);
        let queues = Arc::new(sqs::Store::open(&folder.file("queues.sqlite"), &template.queues, now)?);
        let checkpoints = Arc::new(Checkpoints::open(&folder.file("checkpoints.sqlite"))?);
        let kept = Arc::new(secrets::Store::open(&folder.file("secrets.sqlite"))?);
        for secret in &template.secrets {
            kept.seed(&secret.name, environment::secret(secret), now)?;
        }
        let sandbox = SandboxGateway::open(&sandbox_gateway::Options {
            book: Some(folder.file(BOOK_FILE)),
            webhooks: Some(environment::webhooks(&addresses)),
            adyen_webhooks: Some(environment::adyen_webhooks(&addresses)),
            paypal_webhooks: Some(environment::paypal_webhooks(&addresses)),
        })?;

        let (address, sandbox_address) = (listeners.front.local_addr()?, listeners.sandbox.local_addr()?);
        let queues_address = listeners.queues.local_addr()?;
        let dynamodb = serve_tables(Arc::clone(&tables), listeners.dynamodb)?;
        let services = serve_services(Arc::clone(&queues), listeners.queues, kept, listeners.secrets)?;
        let sandbox = serve_sandbox(sandbox, listeners.sandbox)?;
        let lent = Part::lend("functions", 2)?;

        let variables = environment::of_everything(&template, &addresses);
        let stocked = lent.handle().spawn(seed(options.catalog, Environment::of(variables)));
        stocked.await.map_err(std::io::Error::other)?.map_err(StartError::Seed)?;

        let customers = CustomerTokens::of(options.data.as_deref());
        let wiring = Wiring { template, addresses, tables, queues, checkpoints, customers };
        let (sources, front) = wiring.connect(functions, lent.handle())?;
        let sources = Part::start("sources", move |stop| sources.run(stop))?;
        let front = Part::start("front", move |stop| serve_front(listeners.front, front, stop))?;
        let parts = vec![front, sources, lent, sandbox, services, dynamodb];
        Ok(Self { address, sandbox_address, queues_address, parts, _folder: folder })
    }

    /// Where the shop answers.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the sandbox gateway answers.
    pub fn sandbox_address(&self) -> SocketAddr {
        self.sandbox_address
    }

    /// Where the queues answer, as SQS does.
    pub fn queues_address(&self) -> SocketAddr {
        self.queues_address
    }

    /// Closes the shop: what was begun is finished, as far as that is quick.
    pub async fn stop(self) {
        for part in self.parts {
            part.stop().await;
        }
    }
}

/// Every socket, bound before anything is told where the others are.
struct Listeners {
    front: TcpListener,
    dynamodb: TcpListener,
    queues: TcpListener,
    secrets: TcpListener,
    sandbox: TcpListener,
}

impl Listeners {
    fn bind(port: u16) -> std::io::Result<Self> {
        let bind = |port| {
            let listener = TcpListener::bind(("127.0.0.1", port)).map_err(|error| {
                std::io::Error::new(error.kind(), format!("127.0.0.1:{port} cannot be used: {error}"))
            })?;
            listener.set_nonblocking(true)?;
            Ok::<_, std::io::Error>(listener)
        };
        Ok(Self {
            front: bind(port)?,
            dynamodb: bind(0)?,
            queues: bind(0)?,
            secrets: bind(0)?,
            sandbox: bind(0)?,
        })
    }

    fn addresses(&self) -> std::io::Result<Addresses> {
        let url =
            |listener: &TcpListener| Ok::<_, std::io::Error>(format!("http://{}", listener.local_addr()?));
        Ok(Addresses {
            front: url(&self.front)?,
            dynamodb: url(&self.dynamodb)?,
            queues: url(&self.queues)?,
            secrets: url(&self.secrets)?,
            sandbox: url(&self.sandbox)?,
        })
    }
}

/// A listener as the runtime of this thread serves it.
fn adopt(listener: TcpListener) -> Result<tokio::net::TcpListener, String> {
    tokio::net::TcpListener::from_std(listener).map_err(|error| error.to_string())
}

fn serve_tables(tables: Arc<DynamoDb>, listener: TcpListener) -> std::io::Result<Part> {
    Part::start("dynamodb", move |stop| async move { tables.serve(adopt(listener)?, stop).await })
}

fn serve_services(
    queues: Arc<sqs::Store>,
    queues_listener: TcpListener,
    kept: Arc<secrets::Store>,
    secrets_listener: TcpListener,
) -> std::io::Result<Part> {
    Part::start("queues", move |stop| async move {
        let queues = sqs::serve(adopt(queues_listener)?, queues, stop.clone());
        let secrets = secrets::serve(adopt(secrets_listener)?, kept, stop);
        tokio::try_join!(queues, secrets).map(|_| ()).map_err(|error| error.to_string())
    })
}

fn serve_sandbox(sandbox: SandboxGateway, listener: TcpListener) -> std::io::Result<Part> {
    Part::start("sandbox", move |stop| async move {
        sandbox.serve(adopt(listener)?, stop.wait()).await.map_err(|error| error.to_string())
    })
}

async fn serve_front(listener: TcpListener, front: front::Front, stop: Stop) -> Result<(), String> {
    front::serve(adopt(listener)?, front, stop).await.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests;
