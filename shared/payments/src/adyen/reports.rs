//! What moved, by Adyen's payment accounting report
//! (<https://docs.adyen.com/reporting/invoice-reconciliation/payment-accounting-report>).
//!
//! Adyen cannot be asked what it moved. It makes a file of each day, once that is over, with a row for every change of
//! every payment, for whoever has a report user's credentials. Of what the shop compares, this report alone has the moment
//! of the change that a webhook tells of; the settlement details follow days later, by batches.
//!
//! What the documents leave open, and how it is read here:
//!
//! - The file's name stands in the notification that it is there. Without one it is known from those who fetch it by the
//!   day, such as github.com/Yoast/singer-tap-adyen.
//! - A file begins and ends with the days of the account's time zone, which is not asked for: every file that a window can
//!   be in is read, whatever the zone, and each row says its own.
//! - Whether there is a file of a day on which nothing moved. A missing one is not there yet, unless a later day's is:
//!   files are made in the order of the days.
//! - What a chargeback's row has where. The documents name the kinds of rows and not their columns. Rows that others have
//!   published (payments_accounting_report_chargeback.csv in github.com/wikimedia/mediawiki-vendor) have nothing under
//!   "Captured (PC)", the dispute's id under "Modification Psp Reference", and what was disputed, in the shopper's currency,
//!   under "Original Amount". No report of this shop has had one yet.

use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;

use application::{Cursor, Failure, Listing, Secret, SecretName, Secrets, Transfers};
use async_trait::async_trait;
use domain::payment::GatewayName;
use domain::reconciliation::{Transfer, Window};
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::timeout;

use self::day::Day;
use self::row::Booking;
use self::table::Table;
use crate::capability::ADYEN_REPORTS_AFTER;
use crate::credential::Candidates;
use crate::line::{Line, SettingError};
use crate::report::report_list;

mod amount; // amounts as Adyen's reports write them
mod day; // which files a window can be in
mod row; // what a row says
mod table; // rows, out of a file that comes in pieces
mod zone; // the time zones that rows are written in

/// What is said of everything in a file that cannot be read.
const REPORT: &str = "Adyen's payment accounting report";

/// How many bytes a file has at most. With half a dozen rows a payment, of some 300 bytes each, it is of a hundred thousand
/// payments.
const REPORT_MAX: usize = 256 * 1024 * 1024;

/// How long a whole file may take. It is no call that a shopper waits for.
const TIMEOUT: Duration = Duration::from_secs(60);

/// How long a page takes at most: the file of a day, and where there is none, the later ones that prove it.
const PAGE_TIMEOUT: Duration = Duration::from_secs(4 * 60);

/// How many days later at most a file may be that proves of a missing one that there is none.
const LATER_MAX: u16 = 3;

type Bookings = Arc<[Booking]>;
type Kept = BTreeMap<Day, Bookings>;

/// Reads the reports of a merchant account.
pub(super) struct Reports {
    line: Line,
    merchant_account: String,
    secrets: Arc<dyn Secrets>,
    secret_name: SecretName,
    /// The days that were read last: a day has a hundred windows, and its file does not change any more.
    kept: Mutex<Kept>,
}

/// A report user's, with the role "Merchant Report Download"
/// (<https://docs.adyen.com/reporting/automatically-get-reports>).
#[derive(Deserialize)]
struct Credentials {
    username: String,
    password: String,
}

impl Reports {
    /// # Errors
    /// When the endpoint is no URL, or the HTTP client cannot be made.
    pub(super) fn new(
        endpoint: &str,
        merchant_account: String,
        secrets: Arc<dyn Secrets>,
        secret_name: SecretName,
    ) -> Result<Self, SettingError> {
        let line = Line::new(endpoint, TIMEOUT)?;
        Ok(Self { line, merchant_account, secrets, secret_name, kept: Mutex::default() })
    }

    /// What was booked on a day. That its file is not there yet is a failure.
    async fn booked_on(&self, day: Day) -> Result<Bookings, Failure> {
        let mut kept = self.kept.lock().await;
        if let Some(booked) = kept.get(&day) {
            return Ok(Arc::clone(booked));
        }
        kept.retain(|other, _| other.is_near(day));
        let booked = match self.download(day).await? {
            Some(booked) => booked,
            None => self.nothing(day, &kept).await?,
        };
        kept.insert(day, Arc::clone(&booked));
        Ok(booked)
    }

    /// What was booked on a day that has no file, because nothing was: a later one has its file.
    async fn nothing(&self, day: Day, kept: &Kept) -> Result<Bookings, Failure> {
        let mut later = day;
        for _ in 0..LATER_MAX {
            later = later.next()?;
            if kept.contains_key(&later) || self.download(later).await?.is_some() {
                tracing::warn!(%day, "Adyen has no report of a day, and one of a later day");
                return Ok(Arc::new([]));
            }
        }
        Err(Failure::Unavailable)
    }

    /// What the file of a day says was booked; none where there is no such file.
    async fn download(&self, day: Day) -> Result<Option<Bookings>, Failure> {
        let (status, booked) = match self.ask(day).await {
            Err(failure) => (None, Err(failure)),
            Ok(response) => (Some(response.status()), read(response).await),
        };
        let listed = booked.as_ref().map(|booked| booked.as_ref().map_or(0, |booked| booked.len()));
        report_list(GatewayName::Adyen, status.map(|status| status.as_u16()), listed);
        booked
    }

    /// Asks for a file, and again while the credentials are refused and there are others.
    async fn ask(&self, day: Day) -> Result<Response, Failure> {
        let path = format!(
            "/reports/download/MerchantAccount/{}/payments_accounting_report_{day}.csv",
            self.merchant_account
        );
        let mut candidates = Candidates::of(self.secrets.as_ref(), &self.secret_name);
        let mut refusal = Failure::Unavailable;
        while let Some(secret) = candidates.next().await {
            let Credentials { username, password } = credentials(&secret)?;
            let request = self.line.get(&path).basic_auth(username, Some(password));
            let response = request.send().await.map_err(|_| Failure::Unavailable)?;
            if !matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
                return Ok(response);
            }
            refusal = Failure::Throttled;
        }
        Err(refusal)
    }
}

#[async_trait]
impl Transfers for Reports {
    fn complete_after(&self) -> Duration {
        ADYEN_REPORTS_AFTER
    }

    fn page_max(&self) -> Duration {
        PAGE_TIMEOUT
    }

    /// A page is what the file of one day has of the window.
    async fn page(&self, window: Window, after: Option<&Cursor>) -> Result<Listing<Transfer>, Failure> {
        let (first, last) = Day::around(window)?;
        let day = after.map_or(Ok(first), Day::at)?;
        let booked = timeout(PAGE_TIMEOUT, self.booked_on(day)).await.map_err(|_| Failure::Unavailable)??;
        let of_window = booked.iter().filter(|booking| window.contains(booking.at));
        let items = of_window.map(|booking| booking.transfer.clone()).collect();
        let next = if day < last { Some(day.next()?.cursor()) } else { None };
        Ok(Listing { items, next })
    }
}

fn credentials(secret: &Secret) -> Result<Credentials, Failure> {
    serde_json::from_str(secret.expose()).map_err(|_| Failure::Unreadable("the report user's secret"))
}

/// Reads a file in the pieces in which it comes, so that it is never held whole.
async fn read(mut response: Response) -> Result<Option<Bookings>, Failure> {
    match response.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => return Ok(None),
        StatusCode::TOO_MANY_REQUESTS => return Err(Failure::Throttled),
        _ => return Err(Failure::Unavailable),
    }
    let (mut table, mut length) = (Table::default(), 0_usize);
    while let Some(piece) = response.chunk().await.map_err(|_| Failure::Unavailable)? {
        length = length.saturating_add(piece.len());
        if length > REPORT_MAX {
            return Err(Failure::Unreadable(REPORT));
        }
        table.take(&piece)?;
    }
    Ok(Some(table.end()?.into()))
}
