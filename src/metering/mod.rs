//! The durable usage journal: one writer, group commit, an acknowledgement after the commit.
//!
//! The order that the promise of `fsync` and `written` rests on: a request takes a slot, then it is admitted; it runs; its
//! record is queued; the writer takes everything queued into one transaction (rows, roll-ups, bucket levels) and commits;
//! then it tells the waiting requests, and only then their last byte leaves. So the death of the process at any point loses no
//! answered request, and at most adds records of requests whose answer was cut off. Nothing is counted twice, because a
//! record is known by its id. `crash.rs` ends the process at every step; what a commit means to the disk stands in
//! [`crate::store::db`].

mod budgets;
#[cfg(test)]
mod crash;
pub(crate) mod failpoint;
mod pulse;
mod sampler;
#[cfg(test)]
mod tests;
mod writer;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use prometheus_client::{metrics::counter::Counter, registry::Registry};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

pub use pulse::Pulse;

pub use crate::store::journal::{Record, Tokens};
use crate::{
    enforcement::{Decision, Engine},
    store::{
        Store,
        db::{Db, DbError, Sync},
        journal::Entry,
    },
};
use sampler::Sampler;
use writer::Writer;

/// When a record counts as kept (`metering.durability`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// On disk before the answer ends.
    #[default]
    Fsync,
    /// With the operating system before the answer ends.
    Written,
    /// Within 100 ms, while the answer goes on.
    Relaxed,
}

/// Requests that may have a record under way at the same time; the next one waits for its turn.
const SLOTS: u32 = 16_384;

/// The meter is shutting down and takes no more records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("metering has ended")]
pub struct Closed;

/// How long [`Meter::shutdown`] waits for the database.
const PATIENCE: Duration = Duration::from_secs(10);

/// Metering ended while the database did not take what was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the database did not take the last {records} usage records: they are lost")]
pub struct Lost {
    pub records: usize,
}

/// What happened since the start, for `/metrics`.
#[derive(Debug, Default)]
pub struct Counters {
    pub records: Counter,
    pub batches: Counter,
    /// Attempts to write that the database refused; the batch is tried again.
    pub failures: Counter,
    /// Refusals of a flood that were counted without a row of their own.
    pub aggregated: Counter,
    /// The last attempt to write failed, or it hangs.
    failing: AtomicBool,
}

impl Counters {
    fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }

    fn set_failing(&self, failing: bool) {
        self.failing.store(failing, Ordering::Relaxed);
    }

    /// Adds them to the metrics of the server.
    pub fn register(&self, registry: &mut Registry) {
        for (name, help, counter) in [
            ("records", "Usage records written", &self.records),
            ("batches", "Transactions that wrote usage records", &self.batches),
            ("failures", "Attempts to write usage records that failed", &self.failures),
            (
                "aggregated",
                "Refusals of a flood that were counted without a row of their own",
                &self.aggregated,
            ),
        ] {
            registry.register(format!("bailiwick_metering_{name}"), help, counter.clone());
        }
    }
}

/// What is on its way to the writer, and who waits for the commit.
struct Queued {
    /// A record frees its slot when it is dropped, after the commit; a flush has none.
    record: Option<(Entry, OwnedSemaphorePermit)>,
    done: oneshot::Sender<()>,
}

/// The way in for records.
pub struct Meter {
    durability: Durability,
    slots: Arc<Semaphore>,
    queue: mpsc::UnboundedSender<Queued>,
    sampler: Mutex<Sampler>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Nothing more comes.
    stop: CancellationToken,
    /// The writer drops what it has.
    given_up: CancellationToken,
    counters: Arc<Counters>,
    pulse: Arc<Pulse>,
}

/// A place in the bounded queue, taken before a request is admitted: once admitted, it can always be recorded, also from
/// a `Drop`.
pub struct Slot {
    meter: Arc<Meter>,
    permit: OwnedSemaphorePermit,
}

impl Meter {
    /// Starts the writer, on a connection of its own. With each batch it stores the levels of the engine's buckets that changed.
    ///
    /// # Errors
    /// When the database cannot be opened once more.
    pub async fn start(db: &Db, engine: Arc<Engine>, durability: Durability) -> Result<Arc<Self>, DbError> {
        // Only `fsync` waits for the disk; everything else of the product always does.
        let sync = match durability {
            Durability::Fsync => Sync::Full,
            Durability::Written | Durability::Relaxed => Sync::Written,
        };
        let db = db.for_one_writer(sync).await?;
        let (queue, receiver) = mpsc::unbounded_channel();
        let counters = Arc::new(Counters::default());
        let pulse = Arc::new(Pulse::default());
        let slots = Arc::new(Semaphore::new(SLOTS as usize));
        let stop = CancellationToken::new();
        let writer = Writer::new(
            db,
            engine,
            durability,
            receiver,
            stop.clone(),
            Arc::clone(&counters),
            Arc::clone(&pulse),
        );
        let given_up = CancellationToken::new();
        let running = given_up.clone().run_until_cancelled_owned(writer.run());
        // On a thread of its own: each of a batch's statements is a round trip, whose end would have to wait behind all the
        // requests that the server's workers are busy with.
        let runtime = Handle::current();
        let thread = tokio::task::spawn_blocking(move || runtime.block_on(running).unwrap_or_default());
        Ok(Arc::new(Self {
            durability,
            slots,
            queue,
            sampler: Mutex::default(),
            writer: Mutex::new(Some(thread)),
            stop,
            given_up,
            counters,
            pulse,
        }))
    }

    /// A place in the queue; waits while it is full.
    ///
    /// # Errors
    /// [`Closed`] after [`Self::shutdown`].
    pub async fn slot(self: &Arc<Self>) -> Result<Slot, Closed> {
        let permit = Arc::clone(&self.slots).acquire_owned().await.map_err(|_| Closed)?;
        let meter = Arc::clone(self);
        Ok(Slot { meter, permit })
    }

    /// Records one request; resolves when the record is kept as the durability says.
    ///
    /// # Errors
    /// [`Closed`] after [`Self::shutdown`].
    pub async fn record(self: &Arc<Self>, record: Record) -> Result<(), Closed> {
        self.slot().await?.record(record).await
    }

    /// Resolves when everything that was queued before is committed, whatever the durability.
    ///
    /// # Errors
    /// [`Closed`] after [`Self::shutdown`].
    pub async fn flush(&self) -> Result<(), Closed> {
        let (done, committed) = oneshot::channel();
        self.queue.send(Queued { record: None, done }).map_err(|_| Closed)?;
        committed.await.map_err(|_| Closed)
    }

    /// Starts the task that writes a warning for every budget that was used up to a threshold; it ends with the meter.
    pub fn watch_budgets(&self, store: Store, engine: Arc<Engine>) {
        let watch = budgets::Watch::new(store, engine, Arc::clone(&self.pulse));
        let stop = self.stop.clone();
        tokio::spawn(stop.run_until_cancelled_owned(watch.run()));
    }

    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// What live pages listen to.
    pub fn pulse(&self) -> &Arc<Pulse> {
        &self.pulse
    }

    /// True while the database does not take what is written: what is admitted now could not be recorded in time.
    pub fn is_failing(&self) -> bool {
        self.counters.is_failing()
    }

    /// Takes no new requests, waits for those that hold a slot, writes everything and ends the writer; 10 s at most.
    ///
    /// # Errors
    /// [`Lost`] when the database has not taken everything by then.
    pub async fn shutdown(&self) -> Result<(), Lost> {
        self.shutdown_within(PATIENCE).await
    }

    async fn shutdown_within(&self, patience: Duration) -> Result<(), Lost> {
        let Some(mut writer) = self.writer.lock().take() else {
            return Ok(());
        };
        let written = tokio::time::timeout(patience, async {
            // Every slot is free once every record is kept.
            let all = self.slots.acquire_many(SLOTS).await;
            self.slots.close();
            drop(all);
            self.stop.cancel();
            (&mut writer).await
        });
        let outcome = written.await;
        self.slots.close();
        match outcome {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                tracing::error!(%error, "the metering writer failed");
                Err(self.lost())
            }
            Err(_) => {
                // Counted first: the writer's records free their slots as it ends.
                let lost = self.lost();
                self.given_up.cancel();
                Err(lost)
            }
        }
    }

    /// One slot is held for each record that is not kept.
    fn lost(&self) -> Lost {
        Lost {
            records: (SLOTS as usize).saturating_sub(self.slots.available_permits()),
        }
    }
}

impl Slot {
    /// Queues the record at once, and returns what resolves when it is kept as the durability says. Dropping that loses
    /// the acknowledgement, never the record.
    pub fn record(self, mut record: Record) -> impl Future<Output = Result<(), Closed>> + Send + use<> {
        let keep_row = !record.is_turned_away() || self.meter.sampler.lock().keeps(&record);
        if keep_row {
            record.decision = record.decision.map(Decision::with_holders);
        } else {
            self.meter.counters.aggregated.inc();
        }
        let (done, acknowledged) = oneshot::channel();
        let sent = self.meter.queue.send(Queued {
            record: Some((Entry { record, keep_row }, self.permit)),
            done,
        });
        // An error would hold the whole record.
        let sent = sent.map_err(|_| Closed);
        let relaxed = self.meter.durability == Durability::Relaxed;
        async move {
            sent?;
            if relaxed { Ok(()) } else { acknowledged.await.map_err(|_| Closed) }
        }
    }
}
