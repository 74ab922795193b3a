//! Checkpoints: all that changes in a run, in one file (postcard inside zstd), written beside its place and moved there
//! when it is complete, so that a run that is killed while writing leaves the checkpoint before.

use super::run::SoFar;
use crate::channel::ChannelsState;
use crate::sewer::SewersState;
use crate::solver::SolverState;
use crate::structures::StructuresState;
use base::complaint::Complaints;
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};
use std::path::Path;

/// First bytes of a checkpoint; the last is the version of what follows.
const MAGIC: &[u8; 8] = b"SANDFLO\x02";

/// The water in the precision of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Water {
    Single(SolverState<f32>),
    Double(SolverState<f64>),
}

/// A moment of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Of the model it belongs to.
    pub fingerprint: u64,
    pub water: Water,
    pub structures: StructuresState,
    pub sewers: SewersState,
    pub channels: ChannelsState,
    pub so_far: SoFar,
}

impl Checkpoint {
    pub fn write(&self, file: &Path) -> Result<(), Complaints> {
        let part = file.with_extension("part");
        let put = || -> std::io::Result<()> {
            let mut out = std::fs::File::create(&part)?;
            out.write_all(MAGIC)?;
            let mut zipped = zstd::Encoder::new(std::io::BufWriter::new(&mut out), 1)?;
            zipped.include_checksum(true)?;
            postcard::to_io(self, &mut zipped).map_err(std::io::Error::other)?;
            zipped.finish()?.flush()?;
            out.sync_all()?;
            std::fs::rename(&part, file)
        };
        put().map_err(|e| Complaints::one(file, format!("cannot be written: {e}"), "is the disk full?"))
    }

    /// Reads a checkpoint of the model with this fingerprint.
    pub fn read(file: &Path, fingerprint: u64) -> Result<Checkpoint, Complaints> {
        let wrong = |what: String, hint: &str| Complaints::one(file, what, hint);
        let bytes = std::fs::read(file).map_err(|e| wrong(format!("cannot be read: {e}"), ""))?;
        let Some(body) = bytes.strip_prefix(MAGIC) else {
            return Err(wrong(
                "is no checkpoint of this version".into(),
                "a run writes checkpoint.zst into its folder",
            ));
        };
        let mut plain = Vec::new();
        let broken = |e: String| wrong(format!("is damaged: {e}"), "begin anew without --resume");
        zstd::Decoder::new(body).and_then(|mut d| d.read_to_end(&mut plain)).map_err(|e| broken(e.to_string()))?;
        let checkpoint: Checkpoint = postcard::from_bytes(&plain).map_err(|e| broken(e.to_string()))?;
        if checkpoint.fingerprint != fingerprint {
            let hint = "resume with the deck, rasters and series that the run began with";
            return Err(wrong("belongs to another model".into(), hint));
        }
        Ok(checkpoint)
    }
}
