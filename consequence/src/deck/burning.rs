//! What burns (燃烧与爆炸): where the cloud can be lit, what its explosion does, and the heat of pool fire, jet fire and fireball that the
//! source could turn into. Each is a threat of its own; which of them comes true is not foretold.

use super::build::Model;
use super::cloud::{Lens, circle, square};
use super::remarks::{self, Remark};
use crate::blast::{ALOHA_LEVELS_PA, Blast, Expansion, VapourCloud};
use crate::fire::flash::{self, Bounds, Explosive, Limits};
use crate::fire::jet::JetFeed;
use crate::fire::{ALOHA_LEVELS_W_M2, FireAir, Fireball, Heat, JetFire, Placed, PoolFire, burning};
use crate::puff::kernel::{self, Layer};
use crate::release::Entry;
use crate::source::puddle::Inflow;
use crate::source::{Contents, Regime, What};
use crate::zones::{Peaks, Piece};
use base::fold;
use base::grid::{Grid, Point};

/// Averaging time of a cloud that can be lit, s: below it the wind's meander no longer counts in class D (Spicer & Havens 1988).
pub const FLAMMABLE_AVERAGING_S: f64 = 18.0;

/// A fire that the source could become, with the heat around it.
pub struct Blaze {
    pub kind: BlazeKind,
    /// Length of the flame or diameter of the ball, m.
    pub flame_m: f64,
    /// Width of the pool, m; 0 for others.
    pub wide_m: f64,
    pub lasts_s: f64,
    /// What burns, kg/s; all of it for a fireball, kg.
    pub burns: f64,
    /// Zones of 10, 5, 2 kW/m2, with how far each reaches downwind, m.
    pub zones: Vec<(Vec<Piece>, f64)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlazeKind {
    Pool,
    Jet,
    Fireball,
}

/// An explosion of the cloud at its worst moment.
pub struct Bang {
    pub fuel: Explosive,
    pub at_s: f64,
    pub mach: f64,
    /// Radius about the middle of the fuel within which 8, 3.5, 1 psi are reached, m; none where it never is.
    pub radii_m: [Option<f64>; 3],
}

/// Cells along a side and up in which the fuel of a cloud is summed.
const CELLS: usize = 160;
const LAYERS: usize = 24;
/// Moments of the cloud that are tried.
const TRIES: usize = 14;

/// The explosion of the cloud; `reach_m` is how far the lower flammable limit reaches. `None` where nothing can explode.
pub fn explosion(model: &Model, lens: &Lens, limits: &Limits, reach_m: f64) -> Option<Bang> {
    if reach_m <= 0.0 {
        return None;
    }
    let source = model.at();
    let air = model.air();
    let half_m = 1.1 * reach_m + 1.0;
    let moments = lens.moments(reach_m);
    let stride = moments.len().div_ceil(TRIES);
    let mut best: Option<(Explosive, f64)> = None;
    let mut seen = 0;
    lens.follow(reach_m, Some(square(source, 2.0 * half_m, 10)), |cloud| {
        seen += 1;
        // The first ones are near a burst's richest moment, the others are spread over the watch.
        if seen > 4 && seen % stride != 0 {
            return;
        }
        let near = cloud.puffs.iter().filter(|p| p.way_m <= 1.2 * reach_m);
        let top_m = near.map(|p| p.height_m + 2.5 * p.depth_m).fold(0.5, f64::max);
        let field = lens.laid.and_then(|laid| laid.field(cloud.time_s));
        let top_m = top_m.max(lens.laid.map_or(0.0, |laid| 1.5 * laid.deepest_m(cloud.time_s)));
        // The square holds any direction of the wind.
        let grid = square(source, half_m, CELLS);
        let layers = fold::map(LAYERS, |k| {
            let z = top_m * (k as f64 + 0.5) / LAYERS as f64;
            let mut values = vec![0.0f32; grid.len()];
            let stamps = kernel::stamps(cloud, 0, &lens.wind, Layer::Height(z), grid.cell_m);
            kernel::add_to_raster(&stamps, &grid, &mut values);
            if let Some(field) = &field {
                values.iter_mut().enumerate().for_each(|(k, v)| *v += field.at_kg_m3(grid.centre(k), z) as f32);
            }
            values
        });
        let bounds = Bounds {
            x_m: (grid.x0, grid.x0 + grid.width_m()),
            y_m: (grid.y0, grid.y0 + grid.height_m()),
            z_m: (0.0, top_m),
            cells: [CELLS, CELLS, LAYERS],
        };
        let fuel = flash::explosive(&bounds, limits, |x, y, z| {
            let layer = ((z / top_m * LAYERS as f64) as usize).min(LAYERS - 1);
            grid.cell_at(Point::new(x, y)).map_or(0.0, |cell| f64::from(layers[layer][cell]))
        });
        if fuel.mass_kg > best.map_or(0.0, |(b, _)| b.mass_kg) {
            best = Some((fuel, cloud.time_s));
        }
    });
    let (fuel, at_s) = best?;
    let b = model.deck.burning;
    let blast = VapourCloud::new(
        &model.substance,
        fuel.mass_kg,
        b.congestion,
        Expansion::ThreeD,
        b.detonates,
        air.pressure_pa,
    )?;
    Some(Bang { fuel, at_s, mach: blast.mach, radii_m: ALOHA_LEVELS_PA.map(|level| blast.reach_m(level)) })
}

/// Zones of an explosion as circles, the strongest first.
pub fn circles(bang: &Bang) -> Vec<Vec<Piece>> {
    let middle = Point::new(bang.fuel.middle_m[0], bang.fuel.middle_m[1]);
    bang.radii_m.iter().map(|r| r.map(|r| vec![circle(middle, r)]).unwrap_or_default()).collect()
}

/// Fires that the source could become.
pub fn blazes(model: &Model, told: &mut Vec<Remark>) -> Vec<Blaze> {
    let (s, air) = (&model.substance, FireAir::of(&model.air()));
    if s.flammable.is_none() {
        return Vec::new();
    }
    [pool(model, air), jet(model, air, told), fireball(model, air, told)].into_iter().flatten().collect()
}

fn pool(model: &Model, air: FireAir) -> Option<Blaze> {
    let (s, b) = (&model.substance, model.deck.burning.brightness);
    let (fire, lasts_s) = match &model.deck.source.what {
        What::Puddle(p) => {
            let fire = PoolFire::of_area(s, p.area_m2, b, air)?;
            let lasts_s = fire.lasts_s(p.mass_kg(s, air.temperature_k.min(s.boiling_point_k.value)));
            (fire, lasts_s)
        }
        What::Tank(tank) => {
            // What runs out as liquid, at the mean rate of its stage.
            let stage = model.source.stages.iter().find(|stage| stage.regime == Regime::Liquid)?;
            let inflow = Inflow {
                from_s: stage.from_s,
                to_s: stage.to_s,
                rate_kg_s: stage.mass_kg / (stage.to_s - stage.from_s),
                temperature_k: air.temperature_k,
            };
            let burnt = burning::pool(s, &[inflow], tank.bund_m2, model.deck.source.until_s.max(3600.0), &air)?;
            (burnt.largest(s, b, air)?, burnt.lasts_s())
        }
        What::Direct(_) | What::Pipe(_) => return None,
    };
    Some(Blaze {
        kind: BlazeKind::Pool,
        flame_m: fire.flame_m,
        wide_m: fire.diameter_m,
        lasts_s,
        burns: fire.burning_kg_s(),
        zones: zones(model, &fire),
    })
}

fn jet(model: &Model, air: FireAir, told: &mut Vec<Remark>) -> Option<Blaze> {
    let (s, spec) = (&model.substance, &model.deck.source);
    let regime = |r: Regime| model.source.stages.iter().any(|stage| stage.regime == r);
    let feed = |pressure_pa: f64, temperature_k: f64, two_phase: bool, height_m: f64| JetFeed {
        rate_kg_s: model.source.most_sustained_kg_s(),
        pressure_pa,
        temperature_k,
        two_phase,
        height_m,
    };
    let feed = match &spec.what {
        What::Tank(tank) => {
            let height_m = spec.height_m;
            match tank.contents {
                Contents::Liquid { temperature_k, .. } if regime(Regime::TwoPhase) || regime(Regime::Gas) => {
                    let t = temperature_k.unwrap_or(air.temperature_k);
                    feed(s.vapour_pressure_pa(t), t, regime(Regime::TwoPhase), height_m)
                }
                Contents::Liquid { .. } => return None,
                Contents::Gas { pressure_pa, temperature_k, .. } => {
                    feed(pressure_pa, temperature_k.unwrap_or(air.temperature_k), false, height_m)
                }
            }
        }
        What::Pipe(pipe) => {
            feed(pipe.pressure_pa, pipe.temperature_k.unwrap_or(air.temperature_k), false, spec.height_m)
        }
        What::Direct(direct) if matches!(direct.entry, Entry::Jet | Entry::JetUp) => {
            let zh = "直接给定的喷射不知罐内压力，未计算喷射火";
            remarks::add(
                told,
                Remark::note("no_jet_fire", zh, "a jet given directly has no pressure inside: no jet fire is computed"),
            );
            return None;
        }
        What::Direct(_) | What::Puddle(_) => return None,
    };
    let fire = JetFire::new(s, &feed, air)?;
    let lasts_s =
        model.source.stages.iter().filter(|x| x.regime != Regime::Liquid).map(|x| x.to_s - x.from_s).sum::<f64>();
    Some(Blaze {
        kind: BlazeKind::Jet,
        flame_m: fire.flame_m,
        wide_m: 0.0,
        lasts_s: if lasts_s > 0.0 { lasts_s } else { model.source.duration_s() },
        burns: feed.rate_kg_s,
        zones: zones(model, &fire),
    })
}

/// A tank of liquefied gas that bursts in a fire with all that it held at the start.
fn fireball(model: &Model, air: FireAir, told: &mut Vec<Remark>) -> Option<Blaze> {
    let s = &model.substance;
    let What::Tank(tank) = &model.deck.source.what else { return None };
    let Contents::Liquid { filled, temperature_k } = tank.contents else { return None };
    let t = temperature_k.unwrap_or(air.temperature_k);
    if s.vapour_pressure_pa(t) <= air.pressure_pa {
        return None;
    }
    let held_kg = filled.mass_kg(tank.vessel.volume_m3(), s, t);
    let ball = Fireball::new(s, held_kg, air)?;
    let zh = "火球按储罐开始时的全部存量计算（被火烤破裂时，保守）";
    remarks::add(
        told,
        Remark::note(
            "fireball_of_all",
            zh,
            "the fireball is of all that the tank held at the start (burst in a fire; on the safe side)",
        ),
    );
    Some(Blaze {
        kind: BlazeKind::Fireball,
        flame_m: ball.diameter_m,
        wide_m: 0.0,
        lasts_s: ball.lasts_s,
        burns: held_kg,
        zones: zones(model, &ball),
    })
}

/// Cells along a side of the grid on which heat is outlined.
const HEAT_CELLS: usize = 140;

/// Zones of heat on the ground by level, and how far downwind each reaches.
fn zones(model: &Model, fire: &(dyn Heat + Sync)) -> Vec<(Vec<Piece>, f64)> {
    let placed = Placed { fire, at: model.at(), towards: model.air().towards };
    ALOHA_LEVELS_W_M2
        .iter()
        .map(|&level| {
            let reach_m = fire.reach_m(level);
            if reach_m <= 0.0 {
                return (Vec::new(), 0.0);
            }
            // Each level on a grid of its own size.
            let grid: Grid = square(model.at(), 1.15 * reach_m + 1.0, HEAT_CELLS);
            let values = fold::map(grid.len(), |cell| placed.heat_w_m2(grid.centre(cell), 0.0) as f32);
            (Peaks { grid, values }.outline(level), reach_m)
        })
        .collect()
}
