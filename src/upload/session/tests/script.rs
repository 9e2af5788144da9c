//! What a story of the simulation does to its processes.

use super::super::*;

/// What happens to the processes, besides the faults of the world.
#[derive(Clone, Debug)]
pub(super) struct Script {
    /// How many processes are killed, and how likely it is at each event, per mille.
    pub(super) kills: u32,
    pub(super) kill_chance: u64,
    /// The machine sleeps for hours so often.
    pub(super) sleeps: u32,
    /// So many other drivers want the same upload; while one sleeps they may take it over.
    pub(super) rivals: u32,
    /// The caller pauses, and the line is down, so often.
    pub(super) pauses: u32,
    pub(super) offlines: u32,
    /// The caller says these, each at the event of that number or later.
    pub(super) words: Vec<(u32, Event)>,
    /// The run of this number only takes everything back, as `discard()` does.
    pub(super) discard: Option<u32>,
    /// Somebody deletes the image while no process runs.
    pub(super) deleted_meanwhile: bool,
    /// Somebody else finishes the image while no process runs.
    pub(super) finished_meanwhile: bool,
    /// Somebody else puts an object under the key while no process runs.
    pub(super) replaced_meanwhile: bool,
    /// No checkpoint is kept.
    pub(super) forgetful: bool,
    /// The upload goes into an image that exists.
    pub(super) target: bool,
    pub(super) digest: bool,
    pub(super) most_parallel: u32,
    /// The image is made of the object, by an order.
    pub(super) imports: bool,
    /// Then the object goes.
    pub(super) delete_object: bool,
}

impl Default for Script {
    fn default() -> Self {
        Script {
            kills: 0,
            kill_chance: 0,
            sleeps: 0,
            rivals: 0,
            pauses: 0,
            offlines: 0,
            words: Vec::new(),
            discard: None,
            deleted_meanwhile: false,
            finished_meanwhile: false,
            replaced_meanwhile: false,
            forgetful: false,
            target: false,
            digest: true,
            most_parallel: 6,
            imports: false,
            delete_object: false,
        }
    }
}
