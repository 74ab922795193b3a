//! What OpenStreetMap tags mean to a city. Defaults are for places whose tags say nothing; each is an assumption
//! unless a source stands beside it, and all are listed in docs/models/import.md.

use super::osm::Tags;
use crate::base::text::Text;
use crate::place::city::{Cover, RoadClass, Use};

/// What a way with `highway=*` is to traffic.
#[derive(Debug, Clone, PartialEq)]
pub struct Road {
    pub class: RoadClass,
    /// Cars may drive in the direction of the way / against it.
    pub forward: bool,
    pub backward: bool,
    pub lanes_forward: u8,
    pub lanes_backward: u8,
    pub speed_m_s: f64,
    pub bridge: bool,
    pub tunnel: bool,
    pub name: String,
}

/// Why a way with `highway=*` is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dropped {
    /// Under construction, proposed, disused, razed.
    NotThere,
    /// Sidewalks and crossings drawn beside a street that is there already.
    Sidewalk,
    /// Nobody may use it.
    NoAccess,
    /// Rest areas, platforms, lifts, raceways: no streets.
    NoStreet,
}

/// Speed on foot for `speed_m_s` of paths, which cars do not use; a usual free walking speed.
const WALK_M_S: f64 = 1.34;

/// Reads a highway way; `None` when it has no `highway` tag.
pub fn road(tags: &Tags) -> Option<Result<Road, Dropped>> {
    let highway = tags.get("highway")?;
    use RoadClass::*;
    let class = match highway.trim_end_matches("_link") {
        "motorway" => Motorway,
        "trunk" => Trunk,
        "primary" => Primary,
        "secondary" => Secondary,
        "tertiary" => Tertiary,
        "unclassified" | "residential" | "living_street" | "road" => Residential,
        "service" | "busway" => Service,
        "pedestrian" | "footway" | "path" | "steps" | "cycleway" | "bridleway" | "track" => Path,
        "construction" | "proposed" | "abandoned" | "disused" | "razed" | "demolished" | "planned" => {
            return Some(Err(Dropped::NotThere));
        }
        _ => return Some(Err(Dropped::NoStreet)),
    };
    if tags.any("footway", &["sidewalk", "crossing"]) || tags.any("path", &["sidewalk", "crossing"]) {
        return Some(Err(Dropped::Sidewalk));
    }
    if tags.any("area", &["yes"]) && class != Path {
        return Some(Err(Dropped::NoStreet));
    }
    let cars = tags.get("motor_vehicle").or(tags.get("motorcar")).or(tags.get("vehicle"));
    let closed = |v: &str| v == "no";
    let private = |v: &str| matches!(v, "private" | "permit");
    let class = match (tags.get("access"), cars) {
        _ if class == Path => {
            if tags.any("access", &["no"]) && !tags.any("foot", &["yes", "designated", "permissive"]) {
                return Some(Err(Dropped::NoAccess));
            }
            Path
        }
        (_, Some(v)) if closed(v) => Path,
        (Some(v), None) if closed(v) => return Some(Err(Dropped::NoAccess)),
        (_, Some(v)) | (Some(v), None) if private(v) => Service,
        _ => class,
    };
    let (forward, backward) = match tags.get("oneway") {
        _ if class == Path => (true, true),
        Some("yes" | "true" | "1") => (true, false),
        Some("-1" | "reverse") => (false, true),
        Some("no" | "false" | "0") => (true, true),
        _ if tags.any("junction", &["roundabout", "circular"]) => (true, false),
        _ if highway.starts_with("motorway") => (true, false),
        _ => (true, true),
    };
    let (lanes_forward, lanes_backward) = lanes(tags, class, forward && backward);
    let link = highway.ends_with("_link");
    let tunnel_tag = tags.get("tunnel").is_some_and(|v| v != "no" && v != "building_passage");
    let bridge = tags.get("bridge").is_some_and(|v| v != "no");
    let sunk = tags.get("layer").and_then(|v| v.parse::<i32>().ok()).is_some_and(|l| l < 0);
    Some(Ok(Road {
        class,
        forward,
        backward,
        lanes_forward,
        lanes_backward,
        speed_m_s: speed_m_s(tags, class, link, highway),
        bridge,
        tunnel: tunnel_tag || tags.is("covered", "yes") || (sunk && !bridge),
        name: tags.get("name:zh").or(tags.get("name")).or(tags.get("ref")).unwrap_or("").to_string(),
    }))
}

fn lanes(tags: &Tags, class: RoadClass, both: bool) -> (u8, u8) {
    let count = |key: &str| {
        let v = tags.get(key)?.split(';').next()?.trim().parse::<f64>().ok()?;
        (v.is_finite() && v >= 1.0).then(|| v.round().min(12.0) as u8)
    };
    // Assumption: carriageways of main roads have two lanes, all other streets one lane a direction.
    let usual = match class {
        RoadClass::Motorway | RoadClass::Trunk | RoadClass::Primary => 2,
        RoadClass::Secondary | RoadClass::Tertiary | RoadClass::Residential | RoadClass::Service | RoadClass::Path => 1,
    };
    let all = count("lanes");
    if !both {
        let n = all.unwrap_or(usual);
        return (n, n);
    }
    let forward = count("lanes:forward");
    let backward = count("lanes:backward");
    let half = |other: Option<u8>| match (all, other) {
        (Some(n), Some(o)) => n.saturating_sub(o).max(1),
        (Some(n), None) => (n / 2).max(1),
        (None, _) => usual,
    };
    (forward.unwrap_or_else(|| half(backward)), backward.unwrap_or_else(|| half(forward)))
}

/// Free speed of cars, m/s: the posted limit, or an assumption by class.
fn speed_m_s(tags: &Tags, class: RoadClass, link: bool, highway: &str) -> f64 {
    if class == RoadClass::Path {
        return WALK_M_S;
    }
    if let Some(kmh) = tags.get("maxspeed").and_then(speed_kmh) {
        return kmh / 3.6;
    }
    let kmh = match (class, link) {
        (RoadClass::Motorway, false) => 100.0,
        (RoadClass::Trunk, false) => 80.0,
        (RoadClass::Motorway | RoadClass::Trunk, true) => 50.0,
        (RoadClass::Primary, false) => 60.0,
        (RoadClass::Secondary, false) => 50.0,
        (RoadClass::Primary | RoadClass::Secondary, true) | (RoadClass::Tertiary, _) => 40.0,
        (RoadClass::Residential, _) if highway == "living_street" => 10.0,
        (RoadClass::Residential, _) => 30.0,
        (RoadClass::Service, _) => 15.0,
        (RoadClass::Path, _) => 5.0,
    };
    kmh / 3.6
}

/// `50`, `30 mph`, `CN:urban`, `walk`, `60;80` in km/h; `None` for what says nothing of use.
fn speed_kmh(text: &str) -> Option<f64> {
    let first = text.split([';', '|']).next()?.trim();
    let zone = first.rsplit(':').next()?;
    let kmh = if let Some(mph) = first.strip_suffix("mph") {
        mph.trim().parse::<f64>().ok()? * 1.609344
    } else if let Ok(v) = first.trim_end_matches("km/h").trim().parse::<f64>() {
        v
    } else {
        match zone {
            // Road Traffic Safety regulations of China, article 45: 50 km/h in town with one lane a direction, 70
            // outside; most of Europe 50 and 80 to 100. One value for all is an assumption.
            "urban" => 50.0,
            "rural" => 80.0,
            "motorway" => 120.0,
            "living_street" => 10.0,
            "walk" => 7.0,
            "none" => 130.0,
            v => v.parse::<f64>().ok()?,
        }
    };
    (kmh.is_finite() && (3.0..=150.0).contains(&kmh)).then_some(kmh)
}

/// Use and usual number of storeys of a building by its own tags; `None` when they say only that it is one.
pub fn building_use(tags: &Tags) -> Option<(Use, u8)> {
    let amenity = tags.get("amenity").unwrap_or("");
    let by_amenity = match amenity {
        "school" | "kindergarten" | "university" | "college" => Some((Use::School, 3)),
        "hospital" | "clinic" | "doctors" | "nursing_home" => Some((Use::Health, 4)),
        "townhall" | "community_centre" | "library" | "theatre" | "police" | "fire_station" | "place_of_worship"
        | "courthouse" | "public_building" | "arts_centre" | "cinema" | "prison" | "post_office" => {
            Some((Use::Public, 2))
        }
        "restaurant" | "cafe" | "fast_food" | "bar" | "pub" | "bank" | "fuel" | "marketplace" | "pharmacy" => {
            Some((Use::Shop, 2))
        }
        "parking" => Some((Use::Other, 2)),
        _ => None,
    };
    let by_building = match tags.get("building").unwrap_or("") {
        "house" | "detached" | "semidetached_house" | "terrace" | "bungalow" | "farm" | "villa" | "cabin" | "hut" => {
            Some((Use::Home, 2))
        }
        "apartments" | "dormitory" => Some((Use::Home, 5)),
        "residential" => Some((Use::Home, 3)),
        "school" | "kindergarten" | "university" | "college" => Some((Use::School, 3)),
        "hospital" | "clinic" => Some((Use::Health, 4)),
        "office" => Some((Use::Work, 5)),
        "commercial" => Some((Use::Work, 3)),
        "retail" | "supermarket" | "shop" | "kiosk" | "mall" => Some((Use::Shop, 2)),
        "hotel" => Some((Use::Work, 5)),
        "industrial" | "warehouse" | "factory" | "manufacture" | "hangar" => Some((Use::Industry, 1)),
        "public" | "civic" | "government" | "church" | "chapel" | "cathedral" | "mosque" | "temple"
        | "train_station" | "transportation" | "fire_station" | "stadium" | "sports_hall" | "sports_centre" => {
            Some((Use::Public, 2))
        }
        "garage" | "garages" | "carport" | "shed" | "roof" | "barn" | "greenhouse" | "stable" | "farm_auxiliary"
        | "parking" | "ruins" | "construction" | "service" | "hangar_small" | "cowshed" | "sty" | "storage_tank"
        | "bunker" | "transformer_tower" => Some((Use::Other, 1)),
        _ => None,
    };
    by_amenity.or(by_building).or_else(|| {
        if tags.get("shop").is_some() {
            Some((Use::Shop, 2))
        } else if tags.get("office").is_some() || tags.any("tourism", &["hotel", "hostel"]) {
            Some((Use::Work, 4))
        } else if tags.get("industrial").is_some()
            || tags.any("man_made", &["works", "storage_tank", "pumping_station"])
        {
            Some((Use::Industry, 1))
        } else if tags.any("tourism", &["museum"]) || tags.any("leisure", &["sports_centre", "stadium"]) {
            Some((Use::Public, 2))
        } else {
            None
        }
    })
}

/// Use that an area gives to the buildings on it that do not say their own.
pub fn area_use(tags: &Tags) -> Option<Use> {
    match (tags.get("amenity").unwrap_or(""), tags.get("landuse").unwrap_or("")) {
        ("school" | "kindergarten" | "university" | "college", _) => Some(Use::School),
        ("hospital" | "clinic", _) => Some(Use::Health),
        ("prison", _) => Some(Use::Public),
        (_, "industrial" | "port" | "railway" | "quarry") => Some(Use::Industry),
        (_, "commercial") => Some(Use::Work),
        (_, "retail") => Some(Use::Shop),
        _ => None,
    }
}

/// Storeys that the tags give: `building:levels`, or the height over 3 m (assumption: a usual storey).
pub fn storeys(tags: &Tags) -> Option<u8> {
    let number = |key: &str| {
        let v = tags.get(key)?.split(';').next()?.trim().trim_end_matches('m').trim().parse::<f64>().ok()?;
        (v.is_finite() && v > 0.0).then_some(v)
    };
    let levels = number("building:levels")
        .or_else(|| number("levels"))
        .or_else(|| number("height").or(number("building:height")).map(|h| h / 3.0))?;
    Some(levels.round().clamp(1.0, 150.0) as u8)
}

/// What an area covers the ground with.
pub fn area_cover(tags: &Tags) -> Option<Cover> {
    let get = |key: &str| tags.get(key).unwrap_or("");
    if is_water(tags) {
        return Some(Cover::Water);
    }
    match get("landuse") {
        "residential" | "commercial" | "retail" | "garages" | "education" | "institutional" => {
            return Some(Cover::Built);
        }
        "industrial" | "port" | "railway" | "quarry" | "landfill" | "depot" => return Some(Cover::Industry),
        "forest" => return Some(Cover::Wood),
        "recreation_ground" | "village_green" | "cemetery" | "grass" | "flowerbed" => return Some(Cover::Park),
        "farmland" | "meadow" | "orchard" | "vineyard" | "farmyard" | "allotments" | "greenfield" => {
            return Some(Cover::Field);
        }
        _ => {}
    }
    match get("natural") {
        "wood" => return Some(Cover::Wood),
        "scrub" | "heath" | "grassland" | "bare_rock" | "scree" | "fell" | "wetland" | "sand" | "beach" => {
            return Some(Cover::Field);
        }
        _ => {}
    }
    match get("leisure") {
        "park" | "garden" | "golf_course" | "pitch" | "playground" | "stadium" | "nature_reserve" => {
            return Some(Cover::Park);
        }
        _ => {}
    }
    if tags.any("place", &["square"]) || tags.any("amenity", &["parking"]) {
        return Some(Cover::Paved);
    }
    None
}

/// An area of open water.
pub fn is_water(tags: &Tags) -> bool {
    let dry = tags.any("intermittent", &["yes"]) || tags.any("tunnel", &["yes", "culvert"]);
    let small = tags.any("water", &["fountain", "wastewater"]) || tags.any("leisure", &["swimming_pool"]);
    !dry && !small
        && (tags.is("natural", "water")
            || tags.any("waterway", &["riverbank", "dock"])
            || tags.any("landuse", &["reservoir", "basin"]))
}

/// Width of a waterway drawn as a line and how deep its bed lies below the banks, m.
pub fn waterway(tags: &Tags) -> Option<(f64, f64)> {
    if tags.get("tunnel").is_some_and(|v| v != "no") {
        return None;
    }
    // Assumptions: 30, 15 and 5 m wide; 3, 2 and 1 m deep.
    let (usual, deep) = match tags.get("waterway")? {
        "river" => (30.0, 3.0),
        "canal" => (15.0, 2.0),
        "stream" | "drain" | "ditch" | "tidal_channel" => (5.0, 1.0),
        _ => return None,
    };
    let given = tags.get("width").and_then(|w| w.trim().trim_end_matches('m').trim().parse::<f64>().ok());
    Some((given.filter(|w| w.is_finite() && *w > 0.0 && *w < 2000.0).unwrap_or(usual), deep))
}

/// The name a map gives, in both languages; where it has one only, that stands for both.
pub fn name(tags: &Tags) -> Option<Text> {
    let own = tags.get("name").filter(|n| !n.trim().is_empty());
    let zh = tags.get("name:zh").or(tags.get("name:zh-Hans")).or(own).or(tags.get("name:en"))?;
    let en = tags.get("name:en").or(own).unwrap_or(zh);
    Some(Text::new(zh.trim(), en.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        Tags(pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect())
    }
    fn read(pairs: &[(&str, &str)]) -> Road {
        road(&tags(pairs)).expect("a highway").expect("kept")
    }

    #[test]
    fn speeds_are_read_in_all_the_ways_they_are_written() {
        assert_eq!(speed_kmh("50"), Some(50.0));
        assert_eq!(speed_kmh("30 mph"), Some(30.0 * 1.609344));
        assert_eq!(speed_kmh("CN:urban"), Some(50.0));
        assert_eq!(speed_kmh("AT:zone:30"), Some(30.0));
        assert_eq!(speed_kmh("60;80"), Some(60.0));
        assert_eq!(speed_kmh("signals"), None);
        assert_eq!(speed_kmh("NaN"), None);
    }

    #[test]
    fn direction_lanes_and_access_follow_the_tags() {
        let r = read(&[("highway", "primary"), ("lanes", "5"), ("lanes:forward", "3")]);
        assert_eq!((r.forward, r.backward, r.lanes_forward, r.lanes_backward), (true, true, 3, 2));
        let r = read(&[("highway", "residential"), ("oneway", "-1")]);
        assert_eq!((r.forward, r.backward), (false, true));
        let r = read(&[("highway", "motorway_link")]);
        assert_eq!((r.forward, r.backward, r.class), (true, false, RoadClass::Motorway));
        assert!(!read(&[("highway", "tertiary"), ("junction", "roundabout")]).backward);
        assert_eq!(read(&[("highway", "residential"), ("access", "private")]).class, RoadClass::Service);
        assert_eq!(read(&[("highway", "residential"), ("motor_vehicle", "no")]).class, RoadClass::Path);
        assert!(read(&[("highway", "primary"), ("layer", "-1")]).tunnel);
        assert!(!read(&[("highway", "primary"), ("layer", "-1"), ("bridge", "yes")]).tunnel);
        assert_eq!(road(&tags(&[("highway", "construction")])), Some(Err(Dropped::NotThere)));
        assert_eq!(road(&tags(&[("highway", "service"), ("access", "no")])), Some(Err(Dropped::NoAccess)));
        assert_eq!(road(&tags(&[("building", "yes")])), None);
    }

    #[test]
    fn storeys_come_from_levels_or_from_height() {
        assert_eq!(storeys(&tags(&[("building:levels", "6")])), Some(6));
        assert_eq!(storeys(&tags(&[("height", "30 m")])), Some(10));
        assert_eq!(storeys(&tags(&[("height", "tall")])), None);
    }
}
