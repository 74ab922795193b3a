//! The result for machines: one JSON value.

use super::super::build::Model;
use super::super::levels::digits;
use super::super::outcome::Outcome;
use super::super::points::{Course, Taken};
use serde_json::{Value, json};

/// Everything but the outlines and the series.
pub fn json(model: &Model, outcome: &Outcome) -> Value {
    let (deck, s, air) = (&model.deck, &model.substance, model.air());
    let rate = model.source.most_sustained_kg_s();
    let stages =
        model.source.stages.iter().map(
            |x| json!({"how": format!("{:?}", x.regime), "from_s": x.from_s, "to_s": x.to_s, "mass_kg": x.mass_kg}),
        );
    let puddle = model.source.puddle.map(|p| {
        json!({"received_kg": p.received_kg, "evaporated_kg": p.evaporated_kg, "left_kg": p.left_kg,
               "diameter_m": p.diameter_m, "temperature_k": p.temperature_k})
    });
    let threats = outcome.threats.iter().map(|t| {
        let zones = t.zones.iter().map(|z| {
            json!({
                "name": z.name, "means": z.means, "level": z.level, "unit": z.unit, "reached": z.reached(),
                "length_m": z.reach_m, "width_m": z.width_m, "area_m2": z.area_m2,
                "possible_area_m2": z.possible.iter().map(crate::zones::Piece::area_m2).sum::<f64>(),
                "cut": z.cut, "still_growing": z.growing,
            })
        });
        json!({"kind": t.kind.key(), "name": t.kind.name(), "about": t.about, "zones": zones.collect::<Vec<_>>()})
    });
    let erg = outcome.erg.map(|e| {
        json!({"container": format!("{:?}", e.container), "isolate_m": e.isolate_m, "protect_m": e.protect_m,
               "night": model.night})
    });
    json!({
        "name": deck.name,
        "substance": {"key": s.key, "name": s.name, "cas": s.cas, "un": s.un},
        "place": deck.place,
        "weather": {
            "wind_10m_m_s": air.wind_m_s(10.0),
            "wind_from_deg": deck.weather.reports.iter().map(|r| r.wind_from_deg).collect::<Vec<_>>(),
            "class": format!("{:?}", air.class),
            "temperature_k": air.temperature_k,
            "roughness_m": air.profile.roughness_m,
            "mixing_height_m": air.mixing_height_m,
            "wind_angle_deg": outcome.angle_deg,
        },
        "release": {
            "most_sustained_kg_s": rate,
            "airborne_kg": model.source.airborne_kg(),
            "duration_s": model.source.duration_s(),
            "left_inside_kg": model.source.left_inside_kg,
            "stages": stages.collect::<Vec<_>>(),
            "puddle": puddle,
        },
        "cloud": {"dense": outcome.cloud.dense, "heaviness": outcome.cloud.heaviness,
                  "dense_from": outcome.cloud.dense_from, "why": outcome.cloud.why},
        "threats": threats.collect::<Vec<_>>(),
        "erg": erg,
        "streets": streets(model, outcome),
        "points": outcome.courses.iter().map(|c| point(model, c)).collect::<Vec<_>>(),
        "watch_s": deck.watch_s,
        "remarks": outcome.remarks,
    })
}

/// The near field among buildings.
fn streets(model: &Model, outcome: &Outcome) -> Option<Value> {
    let (streets, seen) = (model.streets.as_ref()?, outcome.near.as_ref()?);
    let (b, near) = (&streets.buildings, &seen.near);
    Some(json!({
        "buildings": b.all.len(), "built_over": b.plan_density(), "tallest_m": b.tallest_m(),
        "cell_m": b.grid.cell_m, "layer_m": streets.space.dz_m, "layers": streets.space.nz,
        "particles": near.particles, "released_kg": near.released_kg, "handed_to_puffs_kg": near.handed_kg,
        "airborne_at_end_kg": near.airborne_kg,
    }))
}

fn point(model: &Model, c: &Course) -> Value {
    let air = model.air();
    let ppm = |kg_m3: f64| model.substance.ppm(kg_m3, air.temperature_k, air.pressure_pa);
    let taken = |t: &Taken| {
        json!({
            "peak_ppm": ppm(t.peak_kg_m3), "peak_mg_m3": 1e6 * t.peak_kg_m3, "peak_at_s": t.peak_at_s,
            "dose_ppm_min": ppm(t.breathed_kg_s_m3) / 60.0,
            "aegl_share": t.share, "aegl_reached_s": t.reached_s, "dies": t.dies,
        })
    };
    let firsts = c.first_s.iter().zip(&model.levels.concerns);
    json!({
        "name": c.name, "x_m": c.x_m, "y_m": c.y_m, "height_m": c.height_m, "away_m": c.away_m,
        "lon_lat": model.deck.place.map(|a| a.lon_lat(base::grid::Point::new(c.x_m, c.y_m))),
        "exchange_per_h": c.exchange_per_h,
        "outside": taken(&c.outside), "inside": taken(&c.inside),
        "level_first_s": firsts.map(|(first, level)| json!({"level": level.name, "ppm": digits(level.ppm), "first_s": first})).collect::<Vec<_>>(),
    })
}
