//! Maps of a case: its layers on shaded ground, with titles in two languages, legend, scale and the names of its places.

use super::run::{Drawn, Layer, Outcome};
use crate::files::picture::{self, Overlay, Scale, Sheet};
use base::complaint::Complaints;
use base::text::Text;
use std::path::Path;

/// Water thinner than this is not drawn, m.
const SHOWN_M: f64 = 0.05;
/// Changes of the bed smaller than this are not drawn, m.
const MOVED_M: f32 = 0.05;

/// Writes a map of one of the outcome's layers as PNG, `width_px` wide, in a typeface with both scripts.
pub fn write(outcome: &Outcome, layer: &Layer, file: &Path, width_px: u32, font: &[u8]) -> Result<(), Complaints> {
    let points: Vec<(String, f64, f64)> = outcome.places.iter().map(|(name, p)| (name.clone(), p.x, p.y)).collect();
    let hidden = |v: &f32| layer.drawn == Drawn::BedChange && v.abs() < MOVED_M;
    let values: Vec<f32> = layer.values.iter().map(|v| if hidden(v) { f32::NAN } else { *v }).collect();
    let sheet = Sheet {
        title: outcome.title.clone(),
        subtitle: layer.title.clone(),
        source: "合成地形，非实测  synthetic ground, no map of the place",
        grid: &outcome.grid,
        terrain_m: &outcome.ground_m,
        values: &values,
        scale: &scale(layer.drawn, outcome.run_s),
        points: &points,
        over: Overlay::default(),
        width_px,
    };
    picture::write(file, &sheet, font)
}

fn scale(drawn: Drawn, run_s: f64) -> Scale {
    match drawn {
        Drawn::Depth => Scale::depth(SHOWN_M),
        Drawn::Speed => Scale::speed(),
        Drawn::Arrival => Scale::arrival(run_s),
        Drawn::Hazard => Scale::hazard(),
        Drawn::BedChange => bed_change(),
    }
}

/// Greens where the bed was taken up, browns where it was laid down.
fn bed_change() -> Scale {
    let steps = [
        (f64::NEG_INFINITY, "≤ -1 m", [0x00, 0x5a, 0x4b]),
        (-1.0, "-1 – -0.3 m", [0x35, 0x97, 0x8f]),
        (-0.3, "-0.3 – -0.05 m", [0x9f, 0xd8, 0xcf]),
        (0.0, "0.05 – 0.3 m", [0xe8, 0xd2, 0xa0]),
        (0.3, "0.3 – 1 m", [0xc9, 0x93, 0x45]),
        (1.0, "≥ 1 m", [0x7a, 0x47, 0x0a]),
    ];
    Scale {
        name: Text::new("河床冲淤", "Change of the bed"),
        unit: "m",
        steps: steps.iter().map(|(least, _, colour)| (*least, *colour)).collect(),
        labels: steps.iter().map(|(_, label, _)| Text::new(*label, *label)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_layer_has_a_scale_and_small_changes_of_the_bed_are_left_out() {
        // Grade: exact.
        for drawn in [Drawn::Depth, Drawn::Speed, Drawn::Arrival, Drawn::Hazard, Drawn::BedChange] {
            let scale = scale(drawn, 86_400.0);
            assert!(scale.steps.windows(2).all(|w| w[0].0 < w[1].0), "{drawn:?}");
            assert!(scale.labels.is_empty() || scale.labels.len() == scale.steps.len(), "{drawn:?}");
        }
    }
}
