//! OpenStreetMap files as plain lists: `.osm.pbf`, `.osm`, `.osm.gz`. Nodes, ways and relations are sorted by id, so
//! that what follows does not depend on the order of a file.

use crate::base::complaint::{Complaints, line_column};
use osmpbf::{BlobDecode, BlobReader, Element, RelMemberType};
use quick_xml::events::{BytesStart, Event};
use std::io::Read;
use std::path::Path;

/// Limits of one import. A city of ten million people stays below (Shanghai within its ring road: about 2 million
/// nodes); a whole country does not, and should be cut first.
const NODES_MAX: usize = 12_000_000;
const WAYS_MAX: usize = 3_000_000;
const XML_MAX: u64 = 3_000_000_000;
const CUT: &str = "cut the area out first: osmium extract -b lon_min,lat_min,lon_max,lat_max";

/// Keys and values, in file order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tags(pub Vec<(String, String)>);

impl Tags {
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }
    pub fn is(&self, key: &str, value: &str) -> bool {
        self.get(key) == Some(value)
    }
    pub fn any(&self, key: &str, values: &[&str]) -> bool {
        self.get(key).is_some_and(|v| values.contains(&v))
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    pub id: i64,
    pub refs: Vec<i64>,
    pub tags: Tags,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Node,
    Way,
    Relation,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    pub id: i64,
    /// Kind, id and role of each member.
    pub members: Vec<(Kind, i64, String)>,
    pub tags: Tags,
}

/// A map as it was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Osm {
    /// Id, longitude and latitude in degrees.
    pub nodes: Vec<(i64, f64, f64)>,
    pub node_tags: Vec<(i64, Tags)>,
    pub ways: Vec<Way>,
    pub relations: Vec<Relation>,
    /// lon_min, lat_min, lon_max, lat_max, where the file says so.
    pub bounds: Option<[f64; 4]>,
}

impl Osm {
    /// Longitude and latitude of a node; `None` where the file does not hold it.
    pub fn node(&self, id: i64) -> Option<(f64, f64)> {
        self.nodes.binary_search_by_key(&id, |n| n.0).ok().map(|k| (self.nodes[k].1, self.nodes[k].2))
    }
    pub fn way(&self, id: i64) -> Option<&Way> {
        self.ways.binary_search_by_key(&id, |w| w.id).ok().map(|k| &self.ways[k])
    }
    fn settle(&mut self) {
        self.nodes.sort_by_key(|n| n.0);
        self.nodes.dedup_by_key(|n| n.0);
        self.node_tags.sort_by_key(|n| n.0);
        self.node_tags.dedup_by_key(|n| n.0);
        self.ways.sort_by_key(|w| w.id);
        self.ways.dedup_by_key(|w| w.id);
        self.relations.sort_by_key(|r| r.id);
        self.relations.dedup_by_key(|r| r.id);
    }
    fn too_large(&self) -> Option<String> {
        (self.nodes.len() > NODES_MAX || self.ways.len() > WAYS_MAX)
            .then(|| format!("holds more than {NODES_MAX} nodes or {WAYS_MAX} ways"))
    }
}

/// Reads a map; the kind is told by the ending of its name.
pub fn read(path: &Path) -> Result<Osm, Complaints> {
    let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    let one = |what: String, hint: &str| Err(Complaints::one(path, what, hint));
    match std::fs::metadata(path) {
        Err(e) => return one(format!("cannot be opened: {e}"), ""),
        Ok(m) if !m.is_file() => return one("is a folder".into(), "name the .osm.pbf, .osm or .osm.gz file in it"),
        Ok(m) if m.len() == 0 => return one("is empty".into(), "fetch it again"),
        Ok(_) => {}
    }
    let mut osm = if name.ends_with(".osm.pbf") || name.ends_with(".pbf") {
        read_pbf(path)?
    } else if name.ends_with(".osm.gz") {
        read_xml(path, &gunzip(path)?)?
    } else if name.ends_with(".osm") {
        match std::fs::metadata(path) {
            Ok(m) if m.len() > XML_MAX => return one(format!("holds {} bytes, more than {XML_MAX}", m.len()), CUT),
            _ => {}
        }
        let bytes = std::fs::read(path).map_err(|e| Complaints::one(path, format!("cannot be read: {e}"), ""))?;
        read_xml(path, &bytes)?
    } else {
        return one("is of no known kind of map".into(), ".osm.pbf, .osm and .osm.gz are read");
    };
    if let Some(what) = osm.too_large() {
        return one(what, CUT);
    }
    osm.settle();
    if osm.nodes.is_empty() {
        return one("holds no nodes".into(), "an extract with roads is wanted");
    }
    Ok(osm)
}

fn gunzip(path: &Path) -> Result<Vec<u8>, Complaints> {
    let file = std::fs::File::open(path).map_err(|e| Complaints::one(path, format!("cannot be opened: {e}"), ""))?;
    let mut bytes = Vec::new();
    flate2::read::MultiGzDecoder::new(file).take(XML_MAX + 1).read_to_end(&mut bytes).map_err(|e| {
        Complaints::one(path, format!("cannot be unpacked: {e}"), "is it a complete gzip file? fetch it again")
    })?;
    if bytes.len() as u64 > XML_MAX {
        return Err(Complaints::one(path, format!("unpacks to more than {XML_MAX} bytes"), CUT));
    }
    Ok(bytes)
}

fn read_pbf(path: &Path) -> Result<Osm, Complaints> {
    let broken = |what: String| Complaints::one(path, what, "is it a complete .osm.pbf file? fetch it again");
    let blobs = BlobReader::from_path(path).map_err(|e| broken(format!("cannot be read: {e}")))?;
    let mut osm = Osm::default();
    let mut header = false;
    for (number, blob) in blobs.enumerate() {
        let at = |what: String| broken(format!("cannot be read at block {}: {what}", number + 1));
        let blob = blob.map_err(|e| at(e.to_string()))?;
        // The decoder trusts string indices; a block with wrong ones must not end the program.
        let decoded = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| -> Result<(), String> {
            match blob.decode().map_err(|e| e.to_string())? {
                BlobDecode::OsmHeader(h) => {
                    header = true;
                    osm.bounds = h.bbox().map(|b| [b.left, b.bottom, b.right, b.top]);
                    let known = ["OsmSchema-V0.6", "DenseNodes"];
                    if let Some(f) = h.required_features().iter().find(|f| !known.contains(&f.as_str())) {
                        return Err(format!("it needs the feature `{f}`, which is not supported"));
                    }
                }
                BlobDecode::OsmData(block) => block.for_each_element(|e| osm.take(e)),
                BlobDecode::Unknown(_) => {}
            }
            Ok(())
        }));
        match decoded {
            Ok(done) => done.map_err(at)?,
            Err(_) => return Err(at("its contents contradict themselves".into())),
        }
        if let Some(what) = osm.too_large() {
            return Err(Complaints::one(path, what, CUT));
        }
    }
    if !header {
        return Err(broken("has no header".into()));
    }
    Ok(osm)
}

impl Osm {
    fn take(&mut self, element: Element<'_>) {
        fn own<'a>(tags: impl Iterator<Item = (&'a str, &'a str)>) -> Tags {
            Tags(tags.map(|(k, v)| (k.to_string(), v.to_string())).collect())
        }
        match element {
            Element::Node(n) => self.take_node(n.id(), n.lon(), n.lat(), own(n.tags())),
            Element::DenseNode(n) => self.take_node(n.id(), n.lon(), n.lat(), own(n.tags())),
            Element::Way(w) => self.ways.push(Way { id: w.id(), refs: w.refs().collect(), tags: own(w.tags()) }),
            Element::Relation(r) => {
                let members = r
                    .members()
                    .map(|m| {
                        let kind = match m.member_type {
                            RelMemberType::Node => Kind::Node,
                            RelMemberType::Way => Kind::Way,
                            RelMemberType::Relation => Kind::Relation,
                        };
                        (kind, m.member_id, m.role().unwrap_or("").to_string())
                    })
                    .collect();
                self.relations.push(Relation { id: r.id(), members, tags: own(r.tags()) });
            }
        }
    }
    fn take_node(&mut self, id: i64, lon: f64, lat: f64, tags: Tags) {
        self.nodes.push((id, lon, lat));
        if !tags.0.is_empty() {
            self.node_tags.push((id, tags));
        }
    }
}

/// The element that is being read.
enum Open {
    None,
    Node(i64, f64, f64, Tags),
    Way(Way),
    Relation(Relation),
    /// Deleted in the editor (JOSM writes action='delete').
    Dropped,
}

fn read_xml(path: &Path, bytes: &[u8]) -> Result<Osm, Complaints> {
    let text = std::str::from_utf8(bytes)
        .map_err(|e| Complaints::one(path, format!("is not UTF-8 at byte {}", e.valid_up_to()), "OSM XML is UTF-8"))?;
    let mut reader = quick_xml::Reader::from_str(text);
    let mut osm = Osm::default();
    let mut open = Open::None;
    let mut seen_root = false;
    let mut depth = 0usize;
    loop {
        let start = reader.buffer_position() as usize;
        let at = |what: String, hint: &str| {
            let mut c = Complaints::new();
            c.add_at(path, line_column(text, start), what, hint);
            c
        };
        let event =
            reader.read_event().map_err(|e| at(format!("is not well-formed XML: {e}"), "is the file complete?"))?;
        match event {
            Event::Start(tag) => {
                depth += 1;
                if depth == 1 {
                    if tag.name().as_ref() != b"osm" {
                        let name = String::from_utf8_lossy(tag.name().as_ref()).into_owned();
                        return Err(at(format!("starts with <{name}>"), "OSM XML starts with <osm>"));
                    }
                    seen_root = true;
                }
                osm.open_xml(&tag, &mut open, false).map_err(|what| at(what, ""))?;
            }
            Event::Empty(tag) => osm.open_xml(&tag, &mut open, true).map_err(|what| at(what, ""))?,
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                if matches!(tag.name().as_ref(), b"node" | b"way" | b"relation") {
                    osm.close_xml(std::mem::replace(&mut open, Open::None));
                    if let Some(what) = osm.too_large() {
                        return Err(Complaints::one(path, what, CUT));
                    }
                }
            }
            Event::Eof => {
                if !seen_root || depth > 0 {
                    return Err(at("ends before its end".into(), "the file is cut off or no OSM XML; fetch it again"));
                }
                return Ok(osm);
            }
            _ => {}
        }
    }
}

/// An attribute as text, entities resolved.
fn attribute(tag: &BytesStart<'_>, key: &str) -> Result<Option<String>, String> {
    match tag.try_get_attribute(key).map_err(|e| format!("has a broken attribute: {e}"))? {
        Some(a) => {
            Ok(Some(a.unescape_value().map_err(|e| format!("has a broken attribute `{key}`: {e}"))?.into_owned()))
        }
        None => Ok(None),
    }
}

fn number<T: std::str::FromStr>(tag: &BytesStart<'_>, key: &str) -> Result<T, String> {
    let name = String::from_utf8_lossy(tag.name().as_ref()).into_owned();
    let value = attribute(tag, key)?.ok_or_else(|| format!("<{name}> lacks `{key}`"))?;
    value.parse().map_err(|_| format!("<{name} {key}=\"{value}\"> is no number"))
}

impl Osm {
    fn open_xml(&mut self, tag: &BytesStart<'_>, open: &mut Open, empty: bool) -> Result<(), String> {
        let deleted = || attribute(tag, "action").map(|a| a.as_deref() == Some("delete"));
        match tag.name().as_ref() {
            b"bounds" => {
                let b =
                    [number(tag, "minlon")?, number(tag, "minlat")?, number(tag, "maxlon")?, number(tag, "maxlat")?];
                self.bounds = Some(b);
            }
            b"node" => {
                *open = if deleted()? {
                    Open::Dropped
                } else {
                    let (lon, lat): (f64, f64) = (number(tag, "lon")?, number(tag, "lat")?);
                    if !(-180.0..=180.0).contains(&lon) || !(-90.0..=90.0).contains(&lat) {
                        return Err(format!("a node lies at longitude {lon}, latitude {lat}"));
                    }
                    Open::Node(number(tag, "id")?, lon, lat, Tags::default())
                };
                if empty {
                    self.close_xml(std::mem::replace(open, Open::None));
                }
            }
            b"way" | b"relation" => {
                let id = number(tag, "id");
                *open = if deleted()? {
                    Open::Dropped
                } else if tag.name().as_ref() == b"way" {
                    Open::Way(Way { id: id?, refs: Vec::new(), tags: Tags::default() })
                } else {
                    Open::Relation(Relation { id: id?, members: Vec::new(), tags: Tags::default() })
                };
                if empty {
                    *open = Open::None;
                }
            }
            b"nd" => {
                if let Open::Way(way) = open {
                    way.refs.push(number(tag, "ref")?);
                }
            }
            b"member" => {
                if let Open::Relation(relation) = open {
                    let kind = match attribute(tag, "type")?.as_deref() {
                        Some("node") => Kind::Node,
                        Some("way") => Kind::Way,
                        Some("relation") => Kind::Relation,
                        other => return Err(format!("a member is of type {other:?}")),
                    };
                    relation.members.push((kind, number(tag, "ref")?, attribute(tag, "role")?.unwrap_or_default()));
                }
            }
            b"tag" => {
                let tags = match open {
                    Open::Node(_, _, _, tags) => tags,
                    Open::Way(way) => &mut way.tags,
                    Open::Relation(relation) => &mut relation.tags,
                    Open::None | Open::Dropped => return Ok(()),
                };
                let (Some(k), Some(v)) = (attribute(tag, "k")?, attribute(tag, "v")?) else {
                    return Err("a <tag> lacks `k` or `v`".into());
                };
                tags.0.push((k, v));
            }
            _ => {}
        }
        Ok(())
    }
    fn close_xml(&mut self, open: Open) {
        match open {
            Open::Node(id, lon, lat, tags) => self.take_node(id, lon, lat, tags),
            Open::Way(way) => self.ways.push(way),
            Open::Relation(relation) => self.relations.push(relation),
            Open::None | Open::Dropped => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
  <bounds minlat="31.0" minlon="121.0" maxlat="31.1" maxlon="121.1"/>
  <node id="2" lat="31.01" lon="121.02"/>
  <node id="1" lat="31.0" lon="121.01"><tag k="name" v="A &amp; B"/></node>
  <node id="3" action="delete" lat="31.0" lon="121.01"/>
  <way id="5"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way>
  <relation id="7"><member type="way" ref="5" role="outer"/><tag k="type" v="multipolygon"/></relation>
</osm>"#;

    fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        (dir, path)
    }

    #[test]
    fn plain_and_gzipped_xml_give_the_same_map_sorted_by_id() {
        let (_a, plain) = file("a.osm", XML.as_bytes());
        let mut zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        zipped.write_all(XML.as_bytes()).expect("zipped");
        let (_b, zipped) = file("a.osm.gz", &zipped.finish().expect("zipped"));
        let osm = read(&plain).expect("read");
        assert_eq!(osm, read(&zipped).expect("read"));
        assert_eq!(osm.nodes, vec![(1, 121.01, 31.0), (2, 121.02, 31.01)]);
        assert_eq!(osm.node_tags[0].1.get("name"), Some("A & B"));
        assert_eq!(osm.way(5).expect("a way").refs, vec![1, 2]);
        assert_eq!(osm.relations[0].members, vec![(Kind::Way, 5, "outer".into())]);
        assert_eq!(osm.bounds, Some([121.0, 31.0, 121.1, 31.1]));
    }

    #[test]
    fn broken_maps_are_complaints_with_the_line_where_they_break() {
        for (name, bytes, want) in [
            ("a.osm", &XML.as_bytes()[..XML.len() - 40], ""),
            ("b.osm", &XML.as_bytes()[..XML.len() - 7], "cut off"),
            ("c.osm", b"<html><body/></html>".as_slice(), "c.osm:1:1"),
            ("d.osm", b"<osm>\n<node id=\"1\" lat=\"x\" lon=\"2\"/></osm>".as_slice(), "d.osm:2:1"),
            ("e.osm", b"<osm>\n\n<node id=\"1\" lat=\"99\" lon=\"2\"/></osm>".as_slice(), "latitude 99"),
            ("f.osm", b"<osm></osm>".as_slice(), "no nodes"),
            ("g.osm.gz", XML.as_bytes(), "unpacked"),
            ("h.osm.pbf", XML.as_bytes(), "h.osm.pbf"),
            ("i.osm", b"".as_slice(), "empty"),
            ("j.png", b"x".as_slice(), "no known kind"),
        ] {
            let (_dir, path) = file(name, bytes);
            let found = read(&path).expect_err(name).to_string();
            assert!(found.contains(want), "{name}: {found}");
        }
    }
}
