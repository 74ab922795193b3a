//! Out of a recording into other people's tools: CSV, Parquet, GeoTIFF, GeoJSON.

use crate::args::{ExportArgs, Format, Layer, What};
use crate::commands::{Done, duration_s, open};
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use sim_core::base::complaint::Complaints;
use sim_core::base::ids::UnitId;
use sim_core::base::time::Tick;
use sim_core::place::geotiff;
use sim_core::record::Recording;
use sim_core::record::frame::LayerName;
use sim_core::vocab::body::Point;
use sim_core::vocab::event::Event;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

pub fn export(args: &ExportArgs) -> Done {
    let recording = open(&args.recording)?;
    let failed = |e: String| Complaints::one(&args.out, e, "");
    match args.what {
        What::Events => match args.format {
            Format::Csv => events_csv(&recording, &args.out).map_err(|e| failed(e.to_string()))?,
            Format::Parquet => events_parquet(&recording, &args.out).map_err(|e| failed(e.to_string()))?,
        },
        What::Tallies => tallies_csv(&recording, &args.out).map_err(|e| failed(e.to_string()))?,
        What::Layer => layer(&recording, args)?,
        What::Advice => advice(&recording, &args.out).map_err(|e| failed(e.to_string()))?,
        What::Tracks => tracks(&recording, &args.out).map_err(|e| failed(e.to_string()))?,
    }
    say!("{}", args.out.display());
    Ok(true)
}

/// One row per event: tick, seconds, clock, kind, and the event's own fields as JSON.
fn event_rows(recording: &Recording) -> impl Iterator<Item = (u32, f64, String, String, String)> + '_ {
    recording.events.iter().map(|stamped| {
        let value = serde_json::to_value(&stamped.event).expect("an event is plain data");
        let (kind, fields) = match value {
            serde_json::Value::Object(map) => {
                let (kind, fields) = map.into_iter().next().expect("an event has a name");
                (kind, fields.to_string())
            }
            other => (other.as_str().unwrap_or_default().to_string(), String::from("{}")),
        };
        let clock = recording.header.clock.at(stamped.tick).to_string();
        (stamped.tick.0, stamped.tick.seconds(), clock, kind, fields)
    })
}

fn events_csv(recording: &Recording, out: &Path) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_path(out)?;
    writer.write_record(["tick", "time_s", "clock", "event", "fields"])?;
    for (tick, s, clock, kind, fields) in event_rows(recording) {
        writer.write_record([tick.to_string(), s.to_string(), clock, kind, fields])?;
    }
    writer.flush()?;
    Ok(())
}

fn events_parquet(recording: &Recording, out: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let schema = parse_message_type(
        "message event { required int32 tick; required double time_s; required binary clock (UTF8);
         required binary event (UTF8); required binary fields (UTF8); }",
    )?;
    let (mut ticks, mut seconds) = (Vec::new(), Vec::new());
    let mut texts: [Vec<ByteArray>; 3] = Default::default();
    for (tick, s, clock, kind, fields) in event_rows(recording) {
        ticks.push(tick as i32);
        seconds.push(s);
        for (column, text) in texts.iter_mut().zip([clock, kind, fields]) {
            column.push(ByteArray::from(text.into_bytes()));
        }
    }
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
    let mut writer = SerializedFileWriter::new(File::create(out)?, Arc::new(schema), Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    let mut column = 0;
    while let Some(mut next) = group.next_column()? {
        match column {
            0 => next.typed::<Int32Type>().write_batch(&ticks, None, None)?,
            1 => next.typed::<DoubleType>().write_batch(&seconds, None, None)?,
            text => next.typed::<ByteArrayType>().write_batch(&texts[text - 2], None, None)?,
        };
        next.close()?;
        column += 1;
    }
    group.close()?;
    writer.close()?;
    Ok(())
}

/// One row a minute; lists become one column an entry.
fn tallies_csv(recording: &Recording, out: &Path) -> Result<(), csv::Error> {
    let flat = |value: &serde_json::Value| {
        let mut row: Vec<(String, String)> = Vec::new();
        for (key, value) in value.as_object().expect("a tally is an object") {
            match value {
                serde_json::Value::Array(list) => {
                    row.extend(list.iter().enumerate().map(|(i, v)| (format!("{key}_{i}"), v.to_string())));
                }
                other => row.push((key.clone(), other.to_string())),
            }
        }
        row
    };
    let mut writer = csv::Writer::from_path(out)?;
    for (i, tally) in recording.tallies.iter().enumerate() {
        let row = flat(&serde_json::to_value(tally).expect("a tally is plain data"));
        if i == 0 {
            writer.write_record(row.iter().map(|(key, _)| key))?;
        }
        writer.write_record(row.iter().map(|(_, value)| value))?;
    }
    writer.flush()?;
    Ok(())
}

fn layer(recording: &Recording, args: &ExportArgs) -> Result<(), Complaints> {
    let name = match args.layer {
        Layer::WaterDepth => LayerName::WaterDepth,
        Layer::WaterSpeed => LayerName::WaterSpeed,
        Layer::Gas => LayerName::Gas,
    };
    let nothing = || Complaints::one(&args.recording, format!("{} was not recorded by then", name.names().1), "");
    let values = if args.at == "max" {
        let mut highest = vec![0.0f32; recording.city.grid.len()];
        for tick in recording.layer_ticks(name) {
            let (_, frame) = recording.layer_at(name, tick).ok_or_else(nothing)?;
            for (high, value) in highest.iter_mut().zip(frame.unpack(name)) {
                *high = high.max(value);
            }
        }
        highest
    } else {
        let tick = Tick::at_or_after_s(duration_s("--at", &args.at)?);
        recording.layer_at(name, tick).ok_or_else(nothing)?.1.unpack(name)
    };
    geotiff::write_f32(&args.out, &recording.city.grid, recording.city.projection.as_ref(), &values)
}

/// Every building of every model run of a gas desk: its outline, or where it stands, with the loads expected and what is advised.
fn advice(recording: &Recording, out: &Path) -> std::io::Result<()> {
    let city = &recording.city;
    let (east, north) = city.projection.as_ref().map_or((0.0, 0.0), |p| (p.false_east_m, p.false_north_m));
    let mut features: Vec<serde_json::Value> = Vec::new();
    for stamped in &recording.events {
        let Event::GasStudied(study) = &stamped.event else { continue };
        let post = recording.programme.posts.get(study.post.index()).map(|p| &p.key);
        // Single precision as it was reckoned, not as f64 spells it.
        let shares = |shares: [f32; 3]| shares.map(|share| (f64::from(share) * 1e5).round() / 1e5);
        for row in &study.buildings {
            let Some(building) = city.buildings.get(row.building.index()) else { continue };
            let place = |p: &Point| [p.x + east, p.y + north];
            let geometry = match building.outline.first() {
                Some(first) => {
                    let ring: Vec<[f64; 2]> = building.outline.iter().chain([first]).map(place).collect();
                    serde_json::json!({ "type": "Polygon", "coordinates": [ring] })
                }
                None => serde_json::json!({ "type": "Point", "coordinates": place(&building.at) }),
            };
            features.push(serde_json::json!({
                "type": "Feature",
                "geometry": geometry,
                "properties": {
                    "building": row.building.0,
                    "zone": city.zones[building.zone.index()].name.en,
                    "residents": building.residents,
                    "time_s": stamped.tick.seconds(),
                    "clock": recording.header.clock.at(stamped.tick).to_string(),
                    "post": post,
                    "advice": row.way,
                    "reason": row.why,
                    "hangs_on": row.hinges,
                    "tightness": row.tightness,
                    "between_wind_lines_only": row.swung,
                    "arrives_s": row.arrives_s,
                    "way_out_m": row.out_m,
                    "air_from_s": row.air_from_s,
                    "shut_aegl_shares": shares(row.shut),
                    "stay_aegl_shares": shares(row.stay),
                    "foot_aegl_shares": shares(row.foot),
                    "vehicle_aegl_shares": shares(row.vehicle),
                },
            }));
        }
    }
    let crs = city.projection.as_ref().and_then(|p| p.epsg).map(|epsg| format!("EPSG:{epsg}"));
    let note =
        "What a post believed at time_s, not what came; shares of 1 reach that AEGL (1, 2, 3) within the hour ahead.";
    let all = serde_json::json!({ "type": "FeatureCollection", "crs_note": crs, "note": note, "features": features });
    std::fs::write(out, all.to_string())
}

/// One line per unit, with its moments; grid coordinates in metres, or the city's own projection where it has one.
fn tracks(recording: &Recording, out: &Path) -> std::io::Result<()> {
    let city = &recording.city;
    let (east, north) = city.projection.as_ref().map_or((0.0, 0.0), |p| (p.false_east_m, p.false_north_m));
    let mut lines: Vec<(Vec<Vec<f64>>, Vec<u32>)> = vec![Default::default(); recording.programme.units.len()];
    let mut tick = Tick(0);
    while tick <= recording.last_tick() {
        if let Some(frame) = recording.units_at(tick) {
            for (row, (points, ticks)) in lines.iter_mut().enumerate() {
                let (x, y) = (f64::from(frame.x[row]) + east, f64::from(frame.y[row]) + north);
                if points.last().is_none_or(|p| p[0] != x || p[1] != y) {
                    points.push(vec![x, y]);
                    ticks.push(tick.0);
                }
            }
        }
        tick = tick.plus_s(30.0);
    }
    let features: Vec<serde_json::Value> = lines
        .iter()
        .enumerate()
        .filter(|(_, (points, _))| points.len() > 1)
        .map(|(row, (points, ticks))| {
            let unit = &recording.programme.units[UnitId::of(row).index()];
            serde_json::json!({
                "type": "Feature",
                "geometry": { "type": "LineString", "coordinates": points },
                "properties": { "unit": unit.key, "name_zh": unit.name.zh, "name_en": unit.name.en, "ticks": ticks },
            })
        })
        .collect();
    let crs = city.projection.as_ref().and_then(|p| p.epsg).map(|epsg| format!("EPSG:{epsg}"));
    let all = serde_json::json!({ "type": "FeatureCollection", "crs_note": crs, "features": features });
    std::fs::write(out, all.to_string())
}
