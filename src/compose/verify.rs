use indicatif::ProgressBar;
use serde_json::json;

use super::must_exist;
use crate::{
    ambient::Ambient,
    audit::{ChainReport, Verifier},
    cli::{Failure, VerifyArgs},
    config::Config,
    store::{
        Store,
        db::{Db, Sync},
    },
};

/// Records read at a time.
const BATCH: i64 = 1_000;

/// `bailiwick audit verify`: recomputes every chain. A broken one ends with exit code 1 and names its first bad record.
pub async fn verify_audit(config: Config, args: VerifyArgs) -> Result<(), Failure> {
    must_exist(&config)?;
    let db = Db::open(config.database_url.reveal(), Sync::Full).await.map_err(Failure::run)?;
    let store = Store::new(db, Ambient::system());
    let chains = store.audit_chains().await.map_err(Failure::run)?;
    let total = chains.iter().map(|(_, records)| u64::try_from(*records).unwrap_or(0)).sum();
    let progress = ProgressBar::new(total);
    let mut reports = Vec::new();
    for (chain, _) in chains {
        let report = verify(&store, &chain, &progress).await;
        reports.push((chain, report));
    }
    progress.finish_and_clear();
    if args.json {
        println!("{}", as_json(&reports));
    } else {
        for (chain, report) in &reports {
            match report {
                Ok(report) => println!("{chain}: {} records hold", report.records),
                Err(error) => println!("{chain}: BROKEN: {error}"),
            }
        }
        let holding: i64 = reports
            .iter()
            .filter_map(|(_, report)| report.as_ref().ok())
            .map(|report| report.records)
            .sum();
        println!(
            "{holding} records hold in {} chains",
            reports.iter().filter(|(_, report)| report.is_ok()).count()
        );
    }
    match reports.iter().filter(|(_, report)| report.is_err()).count() {
        0 => Ok(()),
        broken => Err(Failure::run(format!("{broken} of {} audit chains do not hold", reports.len()))),
    }
}

async fn verify(store: &Store, chain: &str, progress: &ProgressBar) -> Result<ChainReport, String> {
    let mut verifier = Verifier::default();
    loop {
        // Read before the records: what a running server appends meanwhile then shows as a batch, not as a wrong head.
        let head = store.audit_head(chain).await.map_err(|error| error.to_string())?;
        let batch = store
            .audit_records(chain, verifier.seq(), BATCH)
            .await
            .map_err(|error| error.to_string())?;
        if batch.is_empty() {
            return verifier.finish(head).map_err(|error| error.to_string());
        }
        for stored in &batch {
            verifier.check(stored).map_err(|error| error.to_string())?;
            progress.inc(1);
        }
    }
}

fn as_json(reports: &[(String, Result<ChainReport, String>)]) -> serde_json::Value {
    let chains = reports.iter().map(|(chain, report)| match report {
        Ok(report) => json!({"chain": chain, "holds": true, "records": report.records, "head": report.head}),
        Err(error) => json!({"chain": chain, "holds": false, "error": error}),
    });
    json!({"chains": chains.collect::<Vec<_>>()})
}
