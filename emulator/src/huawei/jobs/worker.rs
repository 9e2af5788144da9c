//! What moves jobs on: by themselves, or step by step on request while they are held.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use rusqlite::params;

use super::{Job, Stage, perform, unfinished};
use crate::huawei::{Huawei, Result, workspace};

/// Runs jobs for ever: those that a former process left behind first.
pub async fn run(huawei: Arc<Huawei>) {
    loop {
        // Made before looking, so that a job added after looking is not missed.
        let rung = huawei.bell.notified();
        if !huawei.paused.load(Ordering::SeqCst) {
            loop {
                let worker = Arc::clone(&huawei);
                let moved = tokio::task::spawn_blocking(move || step(&worker, false)).await;
                match moved {
                    Ok(Ok(moved)) if moved => {}
                    Ok(Ok(_)) => break,
                    Ok(Err(refusal)) => {
                        eprintln!("Huawei's jobs: {}", refusal.message);
                        break;
                    }
                    Err(panic) => {
                        eprintln!("Huawei's jobs: {panic}");
                        break;
                    }
                }
            }
        }
        let waits = tokio::task::spawn_blocking({
            let huawei = Arc::clone(&huawei);
            move || waits(&huawei)
        });
        match waits.await.ok().flatten() {
            // A job is running, and its time is not over.
            Some(left) => drop(tokio::time::timeout(left, rung).await),
            None => rung.await,
        }
    }
}

/// How long until the next running job may end; `None` where nothing but the bell can move one.
fn waits(huawei: &Huawei) -> Option<Duration> {
    if huawei.paused.load(Ordering::SeqCst) {
        return None;
    }
    let jobs = huawei.database.with(|transaction| {
        let begun: Vec<i64> = unfinished(transaction)?.iter().map(|(job, _)| job.begun).collect();
        Ok(begun.into_iter().chain(workspace::work::unfinished_since(transaction)?).collect::<Vec<_>>())
    });
    let duration = i64::try_from(huawei.options.job_duration.as_millis()).unwrap_or(i64::MAX);
    let now = huawei.now();
    let left = jobs.ok()?.into_iter().map(|begun| (begun.saturating_add(duration) - now).max(10)).min()?;
    Some(Duration::from_millis(u64::try_from(left).unwrap_or(10)))
}

/// Moves every unfinished job that may move to its next stage; whether one did. `at_once` asks no clock.
fn step(huawei: &Huawei, at_once: bool) -> Result<bool> {
    let duration = i64::try_from(huawei.options.job_duration.as_millis()).unwrap_or(i64::MAX);
    // A panic while it was held left a transaction undone, and nothing else.
    let _alone = huawei.moving.lock().unwrap_or_else(PoisonError::into_inner);
    let mut moved = false;
    for (job, stage) in huawei.database.with(unfinished)? {
        let is_due = at_once || huawei.now() >= job.begun.saturating_add(duration);
        match stage {
            Stage::Init => set_stage(huawei, &job, Stage::Running)?,
            Stage::Running if is_due => perform::perform(huawei, job)?,
            _ => continue,
        }
        moved = true;
    }
    Ok(workspace::work::step(huawei, at_once, duration)? || moved)
}

fn set_stage(huawei: &Huawei, job: &Job, stage: Stage) -> Result<()> {
    huawei.database.with(|transaction| {
        transaction.execute("UPDATE job SET stage = ?2 WHERE id = ?1", params![job.id, stage as i64])?;
        Ok(())
    })
}

/// Holds all jobs where they are, or lets them go.
pub(in crate::huawei) fn pause(huawei: &Huawei, paused: bool) {
    huawei.paused.store(paused, Ordering::SeqCst);
    huawei.bell.notify_one();
}

/// Moves every unfinished job on by so many stages, whether jobs are held or not.
pub(in crate::huawei) fn advance(huawei: &Huawei, stages: u64) -> Result<()> {
    for _ in 0..stages {
        if !step(huawei, true)? {
            break;
        }
    }
    Ok(())
}
