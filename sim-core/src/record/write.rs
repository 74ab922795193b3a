//! Writing a recording. Every whole chunk that has reached the file survives a crash.

use super::{DigestRow, End, Header, Programme, StampedInput, Tally, frame::*};
use crate::base::time::Tick;
use crate::place::city::City;
use crate::vocab::event::Stamped;
use mcap::records::MessageHeader;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

/// Writes a recording, front to back.
pub struct RecordWriter {
    mcap: mcap::Writer<BufWriter<File>>,
    channels: BTreeMap<&'static str, u16>,
    sequence: u32,
    last_flush: Tick,
}

/// Simulated time between forced chunk ends, s: at most this much is lost when the process is killed.
const FLUSH_S: f64 = 300.0;

const CHANNELS: [(&str, &str); 14] = [
    ("header", "json"),
    ("city", "postcard"),
    ("programme", "json"),
    ("event", "json"),
    ("digest", "postcard"),
    ("tally", "json"),
    ("frame/people", "postcard"),
    ("frame/units", "postcard"),
    ("frame/roads", "postcard"),
    ("frame/layer/water_depth", "postcard"),
    ("frame/layer/water_speed", "postcard"),
    ("frame/layer/gas", "postcard"),
    ("frame/layer/heat", "postcard"),
    ("frame/layer/overpressure", "postcard"),
];
const LATE_CHANNELS: [(&str, &str); 2] = [("input", "json"), ("end", "json")];

impl RecordWriter {
    /// Starts a recording with its header, map and programme; fails if the file cannot be made.
    pub fn create(path: &Path, header: &Header, city: &City, programme: &Programme) -> std::io::Result<RecordWriter> {
        let file = BufWriter::with_capacity(1 << 20, File::create(path)?);
        let mut mcap = mcap::WriteOptions::new()
            .profile("sandtable")
            .library(format!("sandtable {}", env!("CARGO_PKG_VERSION")))
            .compression(Some(mcap::Compression::Zstd))
            .chunk_size(Some(4 << 20))
            .compression_threads(0)
            .create(file)
            .map_err(std::io::Error::other)?;
        let mut channels = BTreeMap::new();
        for (topic, encoding) in CHANNELS.into_iter().chain(LATE_CHANNELS) {
            let id = mcap.add_channel(0, topic, encoding, &BTreeMap::new()).map_err(std::io::Error::other)?;
            channels.insert(topic, id);
        }
        let mut writer = RecordWriter { mcap, channels, sequence: 0, last_flush: Tick(0) };
        writer.json("header", Tick(0), header)?;
        writer.postcard("city", Tick(0), city)?;
        writer.json("programme", Tick(0), programme)?;
        writer.flush()?;
        Ok(writer)
    }
    pub fn event(&mut self, event: &Stamped) -> std::io::Result<()> {
        self.json("event", event.tick, &event.event)
    }
    pub fn input(&mut self, input: &StampedInput) -> std::io::Result<()> {
        self.json("input", input.tick, &input.input)
    }
    /// The digest closes the tick; now and then a chunk is forced out so that little is lost in a crash.
    pub fn digest(&mut self, row: &DigestRow) -> std::io::Result<()> {
        self.postcard("digest", row.tick, row)?;
        if row.tick.since_s(self.last_flush) >= FLUSH_S {
            self.last_flush = row.tick;
            self.flush()?;
        }
        Ok(())
    }
    pub fn tally(&mut self, tally: &Tally) -> std::io::Result<()> {
        self.json("tally", tally.tick, tally)
    }
    pub fn people(&mut self, tick: Tick, frame: &PeopleFrame) -> std::io::Result<()> {
        self.postcard("frame/people", tick, frame)
    }
    pub fn units(&mut self, tick: Tick, frame: &UnitsFrame) -> std::io::Result<()> {
        self.postcard("frame/units", tick, frame)
    }
    pub fn roads(&mut self, tick: Tick, frame: &RoadsFrame) -> std::io::Result<()> {
        self.postcard("frame/roads", tick, frame)
    }
    pub fn layer(&mut self, tick: Tick, name: LayerName, frame: &LayerFrame) -> std::io::Result<()> {
        self.postcard(name.topic(), tick, frame)
    }
    /// Closes the chunk under way and hands it to the file.
    pub fn flush(&mut self) -> std::io::Result<()> {
        self.mcap.flush().map_err(std::io::Error::other)
    }
    /// Writes the end and the index.
    pub fn finish(mut self, end: &End) -> std::io::Result<()> {
        self.json("end", end.tick, end)?;
        self.mcap.finish().map_err(std::io::Error::other)?;
        Ok(())
    }

    fn json<T: Serialize>(&mut self, topic: &'static str, tick: Tick, value: &T) -> std::io::Result<()> {
        let bytes = serde_json::to_vec(value).expect("recorded types are plain data");
        self.write(topic, tick, &bytes)
    }
    fn postcard<T: Serialize>(&mut self, topic: &'static str, tick: Tick, value: &T) -> std::io::Result<()> {
        let bytes = postcard::to_stdvec(value).expect("recorded types are plain data");
        self.write(topic, tick, &bytes)
    }
    fn write(&mut self, topic: &'static str, tick: Tick, bytes: &[u8]) -> std::io::Result<()> {
        let ns = tick.whole_s() * 1_000_000_000;
        self.sequence = self.sequence.wrapping_add(1);
        let header =
            MessageHeader { channel_id: self.channels[topic], sequence: self.sequence, log_time: ns, publish_time: ns };
        self.mcap.write_to_known_channel(&header, bytes).map_err(std::io::Error::other)
    }
}

/// Topic of the channel with this number in recordings of this format (numbers are given from 1 in list order).
pub(super) fn topic_of(channel: u16) -> Option<&'static str> {
    let index = usize::from(channel).checked_sub(1)?;
    CHANNELS.iter().chain(LATE_CHANNELS.iter()).nth(index).map(|(topic, _)| *topic)
}
