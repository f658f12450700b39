//! The one writer: everything queued becomes one transaction, then everybody is told.

use std::{pin::pin, sync::Arc, time::Duration};

use app::model::{Timestamp, time::HOUR};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc, oneshot},
    time::{Interval, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

use super::{Counters, Durability, Pulse, Queued, failpoint::failpoint};
use crate::{
    enforcement::{BucketLevel, Engine},
    store::{
        db::{Db, DbError},
        journal::{self, Entry, Journal},
    },
};

/// Records in one transaction at most: keeps the wait of the first one short.
const BATCH: usize = 1_024;
/// Records between two checkpoints of SQLite's log: after a batch is acknowledged, so that no answer waits for one.
const CHECKPOINT: usize = if cfg!(test) { 32 } else { 4_096 };
/// Between two writes of what may be late.
const LATE: Duration = Duration::from_secs(1);
const RELAXED_PAUSE: Duration = Duration::from_millis(100);
const FIRST_RETRY: Duration = Duration::from_millis(20);
const LAST_RETRY: Duration = Duration::from_secs(5);
/// A commit that takes longer hangs.
const HANGS: Duration = Duration::from_secs(2);

pub(super) struct Writer {
    db: Db,
    journal: Journal,
    late: Interval,
    engine: Arc<Engine>,
    durability: Durability,
    queue: mpsc::UnboundedReceiver<Queued>,
    stop: CancellationToken,
    counters: Arc<Counters>,
    pulse: Arc<Pulse>,
    since_checkpoint: usize,
    /// When old peaks are deleted next, by the time of the records.
    forget_at: Timestamp,
}

impl Writer {
    pub(super) fn new(
        db: Db,
        engine: Arc<Engine>,
        durability: Durability,
        queue: mpsc::UnboundedReceiver<Queued>,
        stop: CancellationToken,
        counters: Arc<Counters>,
        pulse: Arc<Pulse>,
    ) -> Self {
        Self {
            db,
            journal: Journal::default(),
            late: every(LATE),
            engine,
            durability,
            queue,
            stop,
            counters,
            pulse,
            since_checkpoint: 0,
            forget_at: Timestamp(0),
        }
    }

    /// Runs until the meter is shut down, which it is once every slot has come back.
    pub(super) async fn run(mut self) {
        let mut batch = Vec::with_capacity(BATCH);
        while self.next(&mut batch).await {
            let Batch { entries, waiting } = batch.drain(..).collect();
            let levels = self.engine.changed_levels();
            self.keep(&entries, &levels).await;
            failpoint("committed");
            self.pulse.beat(entries.iter().map(|entry| &entry.record));
            self.counters.batches.inc();
            self.counters.records.inc_by(entries.len() as u64);
            for (done, slot) in waiting {
                // Nobody listens any more when the client has left.
                let _ = done.send(());
                drop(slot);
                failpoint("acknowledged");
            }
            let counters = Arc::clone(&self.counters);
            aside(&counters, self.tidy(&entries)).await;
        }
        let levels = self.engine.changed_levels();
        self.keep(&[], &levels).await;
        self.keep_late().await;
        self.db.close_writer().await;
    }

    /// Waits for records and takes all there are; false when no more can come. What may be late is written meanwhile. Nobody
    /// waits for the pause of `relaxed`, which lets a batch gather, so there is none while a full one is there already.
    async fn next(&mut self, batch: &mut Vec<Queued>) -> bool {
        if self.durability == Durability::Relaxed && self.queue.len() < BATCH {
            tokio::time::sleep(RELAXED_PAUSE).await;
        }
        loop {
            tokio::select! {
                biased;
                _ = self.late.tick(), if self.journal.is_late() || self.counters.is_failing() => self.keep_late().await,
                taken = self.queue.recv_many(batch, BATCH) => return taken > 0,
                () = self.stop.cancelled() => return false,
            }
        }
    }

    /// While writing fails it also finds out when that is over: then nothing else comes to be written.
    async fn keep_late(&mut self) {
        aside(&self.counters, self.journal.write_late(&self.db)).await;
    }

    /// Writes until it worked: a record is never lost to an error of the database.
    async fn keep(&mut self, entries: &[Entry], levels: &[BucketLevel]) {
        let mut pause = FIRST_RETRY;
        let mut is_new = true;
        let counters = Arc::clone(&self.counters);
        while let Err(error) = watched(&counters, self.write(entries, levels, is_new)).await {
            is_new = false;
            counters.failures.inc();
            counters.set_failing(true);
            tracing::error!(%error, records = entries.len(), "metering could not write; it tries again");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LAST_RETRY);
        }
        counters.set_failing(false);
    }

    async fn write(&mut self, entries: &[Entry], levels: &[BucketLevel], is_new: bool) -> Result<(), DbError> {
        failpoint("begin");
        let mut tx = self.db.write().await?;
        if is_new {
            self.journal.write(&mut tx, entries, levels).await?;
        } else {
            self.journal.write_again(&mut tx, entries, levels).await?;
        }
        failpoint("commit");
        tx.commit().await?;
        self.journal.committed();
        Ok(())
    }

    /// What nobody waits for: folds SQLite's log into its file, and once an hour forgets old peaks, a part after each batch.
    async fn tidy(&mut self, entries: &[Entry]) -> Result<(), DbError> {
        self.since_checkpoint += entries.len();
        if self.since_checkpoint >= CHECKPOINT {
            self.since_checkpoint = 0;
            failpoint("checkpoint");
            self.db.checkpoint().await?;
            failpoint("checkpointed");
        }
        let Some(now) = entries.iter().map(|entry| entry.record.arrived_at).max() else {
            return Ok(());
        };
        if now < self.forget_at {
            return Ok(());
        }
        let mut tx = self.db.write().await?;
        let more = journal::forget_peaks(&mut tx, now).await?;
        tx.commit().await?;
        if !more {
            self.forget_at = now.plus(HOUR);
        }
        Ok(())
    }
}

fn every(period: Duration) -> Interval {
    let mut interval = tokio::time::interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// Tells while an attempt hangs, and goes on waiting for it.
async fn watched<T>(counters: &Counters, attempt: impl Future<Output = T>) -> T {
    let mut attempt = pin!(attempt);
    if let Ok(done) = tokio::time::timeout(HANGS, &mut attempt).await {
        return done;
    }
    tracing::error!("metering waits for the database");
    counters.set_failing(true);
    attempt.await
}

/// Work that nobody waits for: should the database refuse it, the next time will do.
async fn aside(counters: &Counters, work: impl Future<Output = Result<(), DbError>>) {
    match watched(counters, work).await {
        Ok(()) => counters.set_failing(false),
        Err(error) => tracing::warn!(%error, "metering could not write what is not urgent"),
    }
}

/// What was queued, taken apart.
#[derive(Default)]
struct Batch {
    entries: Vec<Entry>,
    waiting: Vec<(oneshot::Sender<()>, Option<OwnedSemaphorePermit>)>,
}

impl FromIterator<Queued> for Batch {
    fn from_iter<I: IntoIterator<Item = Queued>>(queued: I) -> Self {
        let mut batch = Self::default();
        for Queued { record, done } in queued {
            let (entry, slot) = record.unzip();
            batch.entries.extend(entry);
            batch.waiting.push((done, slot));
        }
        batch
    }
}
