//! Makes expenses of the recurring ones whose dates have come, in the background: at start, then again and again.
//!
//! Of several processes on one database the one with the lease works. It only saves the others the work: each date is
//! posted once, whoever does it.

use std::sync::Arc;
use std::time::Duration;

use finance_domain::lease::{LeaseHolder, LeaseRepository};
use finance_domain::ports::{Clock, StoreError};
use finance_domain::recurring::RecurringPoster;
use finance_http::Lifecycle;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::commands::with_causes;

/// What a process needs to post.
pub(crate) struct Posting {
    /// Does the work.
    pub(crate) poster: RecurringPoster,
    /// Says who does it.
    pub(crate) leases: Arc<dyn LeaseRepository>,
    /// Says what time it is.
    pub(crate) clock: Arc<dyn Clock>,
    /// This process.
    pub(crate) holder: LeaseHolder,
}

const LEASE: &str = "recurring-poster";

/// After a process that was killed, how long the others wait before one of them goes on; less where they look more often.
/// Clocks may differ by what is left to [`finance_domain::lease::LONGEST`] before two processes work at once.
const LONGEST_LEASE: Duration = Duration::from_mins(1);

/// How many expenses are made, before the lease is prolonged and a line is logged.
const BATCH: usize = 500;

/// The first pause after a failure; it doubles up to the usual one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// How often it is asked whether the database is up to date.
const UNTIL_READY: Duration = Duration::from_millis(250);

/// How long the end of the process may wait until the lease is given back.
const RELEASE: Duration = Duration::from_secs(1);

/// The work in the background.
pub(super) struct Poster {
    posting: Arc<Posting>,
    task: JoinHandle<()>,
}

impl Poster {
    /// Posts from now on, looking so often.
    pub(super) fn start(posting: Posting, every: Duration, lifecycle: Arc<Lifecycle>) -> Self {
        let posting = Arc::new(posting);
        let task = actix_web::rt::spawn(post_for_ever(Arc::clone(&posting), every, lifecycle));
        Self { posting, task }
    }

    /// Stops at once, whatever it does: what is not committed is undone, and posted by whoever goes on.
    pub(super) async fn stop(self) {
        self.task.abort();
        // A database that is away must not keep the process from ending; the lease expires by itself.
        let _ = timeout(RELEASE, self.posting.leases.release(LEASE, self.posting.holder)).await;
    }
}

async fn post_for_ever(posting: Arc<Posting>, every: Duration, lifecycle: Arc<Lifecycle>) {
    let mut pause = FIRST_PAUSE;
    let mut another_posts = false;
    loop {
        if lifecycle.is_migrating() {
            sleep(UNTIL_READY).await;
            continue;
        }
        match round(&posting, every, &mut another_posts).await {
            Ok(true) => {}
            Ok(false) => {
                pause = FIRST_PAUSE;
                sleep(every).await;
            }
            Err(error) => {
                pause = pause.min(every);
                tracing::warn!(error = with_causes(&error), retry_in = ?pause, "recurring expenses cannot be posted");
                sleep(pause).await;
                pause *= 2;
            }
        }
    }
}

/// Posts a batch, if this process is the one to do it; whether there is more to do at once.
async fn round(posting: &Posting, every: Duration, another_posts: &mut bool) -> Result<bool, StoreError> {
    let now = posting.clock.now();
    let until = now + (every * 3).min(LONGEST_LEASE);
    let is_taken = !posting.leases.take(LEASE, posting.holder, now, until).await?;
    // Once, not in each round of all the time in which it is so.
    if is_taken && !*another_posts {
        tracing::debug!("another process posts recurring expenses");
    }
    *another_posts = is_taken;
    if is_taken {
        return Ok(false);
    }
    let posted = posting.poster.post_due(BATCH).await?;
    for (id, error) in &posted.failed {
        tracing::error!(recurring = %id, error = with_causes(error), "a recurring expense could not be posted");
    }
    if posted.expenses > 0 {
        tracing::info!(expenses = posted.expenses, "recurring expenses posted");
    }
    Ok(posted.more)
}
