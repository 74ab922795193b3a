//! Reading a recording: complete, cut off at any byte, or still being written.

use super::{DigestRow, End, FILE_NAME, FORMAT, Header, Programme, StampedInput, Tally, frame::*};
use crate::base::time::Tick;
use crate::place::city::City;
use crate::vocab::event::{Event, Stamped};
use mcap::read::ChunkReader;
use mcap::records::{Record, op};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Why a recording cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{0}: not a recording (it does not begin like an MCAP file)")]
    NotARecording(PathBuf),
    #[error("{path}: recording format {found}, this version reads format {FORMAT}")]
    OtherFormat { path: PathBuf, found: u32 },
    #[error("{0}: cut off before its header and map; nothing can be shown")]
    TooShort(PathBuf),
    #[error("{path}: damaged at byte {at}: {what}")]
    Damaged { path: PathBuf, at: u64, what: String },
}

const MAGIC: &[u8] = &[0x89, b'M', b'C', b'A', b'P', b'0', b'\r', b'\n'];

/// A recording in memory: events and small tables unpacked, frames unpacked when asked for.
pub struct Recording {
    path: PathBuf,
    pub header: Header,
    pub city: Arc<City>,
    pub programme: Programme,
    pub events: Vec<Stamped>,
    pub digests: Vec<DigestRow>,
    pub tallies: Vec<Tally>,
    pub inputs: Vec<StampedInput>,
    /// Present when the run came to its end; absent in a run that was cut off or is still going.
    pub end: Option<End>,
    /// Bytes after the last whole record: more than 0 in a file that was cut off.
    pub torn_bytes: u64,
    chunks: Vec<Vec<u8>>,
    frames: BTreeMap<String, Vec<FrameAt>>,
    read_to: u64,
    cache: Mutex<BTreeMap<u32, Arc<Vec<u8>>>>,
}

/// What has been gathered so far, before it is known whether it is enough for a recording.
#[derive(Default)]
struct Gathered {
    header: Option<Header>,
    city: Option<City>,
    programme: Option<Programme>,
    events: Vec<Stamped>,
    digests: Vec<DigestRow>,
    tallies: Vec<Tally>,
    inputs: Vec<StampedInput>,
    end: Option<End>,
    chunks: Vec<Vec<u8>>,
    frames: BTreeMap<String, Vec<FrameAt>>,
    channels: BTreeMap<u16, String>,
}

impl Recording {
    /// Opens a recording: the file, or a run's folder that holds it.
    pub fn open(path: &Path) -> Result<Recording, RecordError> {
        let path = if path.is_dir() { path.join(FILE_NAME) } else { path.to_path_buf() };
        let io = |source| RecordError::Io { path: path.clone(), source };
        let mut bytes = Vec::new();
        File::open(&path).map_err(io)?.read_to_end(&mut bytes).map_err(io)?;
        if !bytes.starts_with(MAGIC) {
            return Err(RecordError::NotARecording(path));
        }
        let mut gathered = Gathered::default();
        let whole = gathered.take(&bytes[MAGIC.len()..], &path, MAGIC.len() as u64)?;
        let read_to = (MAGIC.len() + whole) as u64;
        let torn = bytes.len() as u64 - read_to;
        // After a complete file's last record stands the magic once more.
        let torn_bytes = if gathered.end.is_some() && torn == MAGIC.len() as u64 { 0 } else { torn };
        let (Some(header), Some(city), Some(programme)) = (gathered.header, gathered.city, gathered.programme) else {
            return Err(RecordError::TooShort(path));
        };
        Ok(Recording {
            path,
            header,
            city: Arc::new(city),
            programme,
            events: gathered.events,
            digests: gathered.digests,
            tallies: gathered.tallies,
            inputs: gathered.inputs,
            end: gathered.end,
            torn_bytes,
            chunks: gathered.chunks,
            frames: gathered.frames,
            read_to,
            cache: Mutex::new(BTreeMap::new()),
        })
    }
    pub fn path(&self) -> &Path {
        &self.path
    }
    /// Reads what has been added to the file since. Returns whether there was anything new.
    pub fn refresh(&mut self) -> Result<bool, RecordError> {
        if self.end.is_some() {
            return Ok(false);
        }
        let io = |source| RecordError::Io { path: self.path.clone(), source };
        let mut file = File::open(&self.path).map_err(io)?;
        file.seek(SeekFrom::Start(self.read_to)).map_err(io)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(io)?;
        let mut gathered = Gathered {
            chunks: std::mem::take(&mut self.chunks),
            frames: std::mem::take(&mut self.frames),
            ..Gathered::default()
        };
        let taken = gathered.take(&bytes, &self.path, self.read_to);
        self.chunks = gathered.chunks;
        self.frames = gathered.frames;
        let whole = taken?;
        self.events.extend(gathered.events);
        self.digests.extend(gathered.digests);
        self.tallies.extend(gathered.tallies);
        self.inputs.extend(gathered.inputs);
        self.end = gathered.end;
        self.read_to += whole as u64;
        self.torn_bytes = if self.end.is_some() { 0 } else { bytes.len() as u64 - whole as u64 };
        Ok(whole > 0)
    }
    /// The last tick of which anything is known.
    pub fn last_tick(&self) -> Tick {
        self.digests.last().map_or(Tick(0), |row| row.tick)
    }
    /// Moments at which a layer was recorded.
    pub fn layer_ticks(&self, name: LayerName) -> Vec<Tick> {
        self.frames.get(name.topic()).map_or(Vec::new(), |list| list.iter().map(|f| f.tick).collect())
    }
    /// The layer as last recorded at or before `tick`, with the tick of the frame.
    pub fn layer_at(&self, name: LayerName, tick: Tick) -> Option<(Tick, LayerFrame)> {
        let at = self.last_frame(name.topic(), tick)?;
        Some((at.tick, self.unpack(at)?))
    }
    /// All units as last recorded at or before `tick`.
    pub fn units_at(&self, tick: Tick) -> Option<UnitsFrame> {
        self.unpack(self.last_frame("frame/units", tick)?)
    }
    /// Closed and busy roads as last recorded at or before `tick`.
    pub fn roads_at(&self, tick: Tick) -> Option<RoadsFrame> {
        self.unpack(self.last_frame("frame/roads", tick)?)
    }
    /// Moments at which people were recorded.
    pub fn people_ticks(&self) -> Vec<Tick> {
        self.frames.get("frame/people").map_or(Vec::new(), |list| list.iter().map(|f| f.tick).collect())
    }
    /// Everyone as last recorded at or before `tick`: the last key frame and the changes since.
    pub fn people_at(&self, tick: Tick) -> Option<PeopleView> {
        let list = self.frames.get("frame/people")?;
        let upto = list.partition_point(|f| f.tick <= tick);
        let mut later: Vec<PeopleFrame> = Vec::new();
        for at in list[..upto].iter().rev() {
            let frame: PeopleFrame = self.unpack(*at)?;
            let key = frame.key;
            later.push(frame);
            if key {
                break;
            }
        }
        let mut view = PeopleView::default();
        later.iter().rev().for_each(|frame| view.apply(frame));
        (!view.is_empty()).then_some(view)
    }
    /// Steps a view that shows `from` on to `tick` (cheaper than `people_at` when playing forward).
    pub fn people_forward(&self, view: &mut PeopleView, from: Tick, tick: Tick) {
        let Some(list) = self.frames.get("frame/people") else { return };
        let first = list.partition_point(|f| f.tick <= from);
        let upto = list.partition_point(|f| f.tick <= tick);
        for at in list[first.min(upto)..upto].iter() {
            if let Some(frame) = self.unpack::<PeopleFrame>(*at) {
                view.apply(&frame);
            }
        }
    }
    /// The tally at or before `tick`.
    pub fn tally_at(&self, tick: Tick) -> Option<&Tally> {
        let upto = self.tallies.partition_point(|t| t.tick <= tick);
        upto.checked_sub(1).map(|i| &self.tallies[i])
    }
    /// Events with `from <= tick < to`.
    pub fn events_between(&self, from: Tick, to: Tick) -> &[Stamped] {
        let first = self.events.partition_point(|e| e.tick < from);
        let last = self.events.partition_point(|e| e.tick < to);
        &self.events[first..last.max(first)]
    }

    fn last_frame(&self, topic: &str, tick: Tick) -> Option<FrameAt> {
        let list = self.frames.get(topic)?;
        list[..list.partition_point(|f| f.tick <= tick)].last().copied()
    }
    fn unpack<T: serde::de::DeserializeOwned>(&self, at: FrameAt) -> Option<T> {
        let chunk = self.chunk(at.chunk)?;
        postcard::from_bytes(chunk.get(at.offset as usize..(at.offset + at.len) as usize)?).ok()
    }
    /// The messages of a chunk, one after the other, unpacked; the last few are kept.
    fn chunk(&self, index: u32) -> Option<Arc<Vec<u8>>> {
        let mut cache = self.cache.lock().expect("the cache of chunks is never poisoned");
        if let Some(chunk) = cache.get(&index) {
            return Some(chunk.clone());
        }
        let mut all = Vec::new();
        for record in open_chunk(&self.chunks[index as usize])? {
            if let Record::Message { data, .. } = record.ok()? {
                all.extend_from_slice(&data);
            }
        }
        let chunk = Arc::new(all);
        if cache.len() >= 24 {
            // Drop the chunk farthest from the one asked for: playing and scrubbing move through neighbours.
            let far = *cache.keys().max_by_key(|k| k.abs_diff(index)).expect("the cache is not empty");
            cache.remove(&far);
        }
        cache.insert(index, chunk.clone());
        Some(chunk)
    }
}

fn open_chunk(body: &[u8]) -> Option<ChunkReader<'_>> {
    match mcap::parse_record(op::CHUNK, body).ok()? {
        Record::Chunk { header, .. } => {
            // The chunk's records are the tail of its body.
            let tail = body.len() - usize::try_from(header.compressed_size).ok()?;
            ChunkReader::new(header, &body[tail..]).ok()
        }
        _ => None,
    }
}

impl Gathered {
    /// Takes in whole records from the front of `bytes`; returns how many bytes they were.
    fn take(&mut self, bytes: &[u8], path: &Path, base: u64) -> Result<usize, RecordError> {
        let mut at = 0usize;
        while bytes.len() - at >= 9 {
            let opcode = bytes[at];
            if opcode == MAGIC[0] {
                break;
            }
            let len = u64::from_le_bytes(bytes[at + 1..at + 9].try_into().expect("eight bytes"));
            let Some(end) = usize::try_from(len).ok().and_then(|len| at.checked_add(9)?.checked_add(len)) else {
                break;
            };
            if end > bytes.len() {
                break;
            }
            if opcode == op::CHUNK {
                let body = &bytes[at + 9..end];
                self.take_chunk(body).map_err(|what| RecordError::Damaged {
                    path: path.into(),
                    at: base + at as u64,
                    what,
                })?;
                if let Some(header) = &self.header
                    && header.format != FORMAT
                {
                    return Err(RecordError::OtherFormat { path: path.into(), found: header.format });
                }
            }
            at = end;
        }
        Ok(at)
    }
    fn take_chunk(&mut self, body: &[u8]) -> Result<(), String> {
        let chunk_index = self.chunks.len() as u32;
        let mut offset = 0u32;
        for record in open_chunk(body).ok_or("a chunk that does not parse")? {
            match record.map_err(|e| e.to_string())? {
                Record::Channel(channel) => {
                    self.channels.insert(channel.id, channel.topic);
                }
                Record::Message { header, data } => {
                    let tick = Tick((header.log_time / 1_000_000_000 / u64::from(crate::base::time::TICK_S)) as u32);
                    let topic = self.topic(header.channel_id).ok_or("a message of an unknown channel")?;
                    self.take_message(&topic, tick, &data, chunk_index, offset)
                        .map_err(|e| format!("{topic} at tick {}: {e}", tick.0))?;
                    offset += data.len() as u32;
                }
                _ => {}
            }
        }
        self.chunks.push(body.to_vec());
        Ok(())
    }
    fn topic(&self, channel: u16) -> Option<String> {
        // Channels are numbered in the order in which the writer adds them; a follower that joins late needs no list.
        self.channels.get(&channel).cloned().or_else(|| super::write::topic_of(channel).map(String::from))
    }
    fn take_message(&mut self, topic: &str, tick: Tick, data: &[u8], chunk: u32, offset: u32) -> Result<(), String> {
        fn json<T: serde::de::DeserializeOwned>(data: &[u8]) -> Result<T, String> {
            serde_json::from_slice(data).map_err(|e| e.to_string())
        }
        match topic {
            "header" => self.header = Some(json(data)?),
            "city" => self.city = Some(postcard::from_bytes(data).map_err(|e| e.to_string())?),
            "programme" => self.programme = Some(json(data)?),
            "event" => self.events.push(Stamped { tick, event: json::<Event>(data)? }),
            "digest" => self.digests.push(postcard::from_bytes(data).map_err(|e| e.to_string())?),
            "tally" => self.tallies.push(json(data)?),
            "input" => self.inputs.push(StampedInput { tick, input: json(data)? }),
            "end" => self.end = Some(json(data)?),
            _ => self.frames.entry(topic.to_string()).or_default().push(FrameAt {
                tick,
                chunk,
                offset,
                len: data.len() as u32,
            }),
        }
        Ok(())
    }
}
