//! A cloud that can burn meets a spark (可燃气云点火): who lights it, where it burns, and whether it explodes.
//!
//! ```text
//! P(lit in dt) = 1 - (1 - p)^(dt/60)   for each source in gas above the lower limit, p its chance in a minute:
//!                open flame 1, running car 0.4, a person at home 0.01     (CPR 18E "Purple Book", table 4.A.1; from memory, unchecked)
//! burns:    cells above 60 % of the lower limit that hang together with the spark (consequence::fire::flash)
//! explodes: fuel between 90 % of the lower limit and the upper limit, flame speed by Baker, Strehlow and Tang: dense among houses and
//!           works (assumption: medium), open elsewhere (low)
//! ```
//!
//! The concentration is the drill's, a mean over minutes on the raster of the city: a cloud is richer here and there and smaller than a
//! cell near the leak, so that small releases are lit too seldom by it.

use crate::base::chance::{Stream, draw};
use crate::base::grid::Grid;
use crate::base::ids::{BuildingId, CarId};
use crate::base::math;
use crate::base::time::Tick;
use crate::vocab::body::Point;
use consequence::blast::{Blast, Congestion, Expansion, PSI_PA, VapourCloud};
use consequence::fire::flash::{self, Bounds, Explosive, Limits};
use consequence::substance::Substance;
use serde::{Deserialize, Serialize};

/// Chance in a minute that a source in gas lights it.
const CAR: f64 = 0.4;
const PERSON: f64 = 0.01;
/// Cells of the box in which the fuel of a cloud is summed, along a side and up, and its height, m.
const CELLS: usize = 40;
const LAYERS: usize = 10;
const TALL_M: f64 = 20.0;

/// What could light a cloud now.
#[derive(Debug, Clone, Default)]
pub struct Sparks {
    /// Cells of open flames.
    pub flames: Vec<usize>,
    /// Running cars and their cells.
    pub cars: Vec<(CarId, usize)>,
    /// Houses, their cells and who is in them.
    pub homes: Vec<(BuildingId, usize, u32)>,
}

/// How long a substance has been among sparks, and the chance that nothing lit it. State, for checkpoints.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Met {
    pub since_s: f64,
    pub unlit: f64,
}

/// A cloud that was lit.
#[derive(Debug, Clone, PartialEq)]
pub struct Lit {
    pub at: usize,
    /// Concentration there as a share of the lower limit.
    pub of_lower_limit: f64,
    /// Cells that burn through.
    pub cells: Vec<usize>,
}

/// Looks for a spark in a cloud; `met` runs on.
pub fn light(
    grid: &Grid,
    kg_m3: &[f32],
    limits: &Limits,
    sparks: &Sparks,
    seed: u64,
    tick: Tick,
    dt_s: f64,
    met: &mut Option<Met>,
) -> Option<Lit> {
    let lower = limits.lower_kg_m3;
    let rich = |cell: usize| f64::from(kg_m3[cell]) >= lower;
    let over = |p_minute: f64| 1.0 - math::pow(1.0 - p_minute, dt_s / 60.0);
    // (chance in this step, the draw against it, cell) of every source in the gas, flames first.
    let flames = sparks.flames.iter().filter(|c| rich(**c)).map(|c| (1.0, 0.0, *c));
    let cars = sparks.cars.iter().filter(|(_, c)| rich(*c));
    let cars = cars.map(|(car, c)| (over(CAR), draw(seed, Stream::Gas, car.0, tick, 60), *c));
    let homes = sparks.homes.iter().filter(|(_, c, _)| rich(*c)).map(|(house, c, people)| {
        let p = over(1.0 - math::pow(1.0 - PERSON, f64::from(*people)));
        (p, draw(seed, Stream::Gas, house.0, tick, 61), *c)
    });
    let mut lit = None;
    for (p, u, cell) in flames.chain(cars).chain(homes) {
        let met = met.get_or_insert(Met { since_s: tick.seconds(), unlit: 1.0 });
        met.unlit *= 1.0 - p;
        if u < p && lit.is_none() {
            lit = Some(cell);
        }
    }
    let at = lit?;
    let cells = flash::burnt(grid, kg_m3, limits, flash::RED_SHARE, at);
    Some(Lit { at, of_lower_limit: f64::from(kg_m3[at]) / lower, cells })
}

/// Fuel of the burning cells that can explode.
pub fn fuel(grid: &Grid, cells: &[usize], limits: &Limits, kg_m3: &dyn Fn(Point, f64) -> f64) -> Explosive {
    let half = 0.5 * grid.cell_m;
    let far = f64::INFINITY;
    let span = |get: &dyn Fn(Point) -> f64| {
        cells.iter().map(|c| get(grid.centre(*c))).fold((far, -far), |(a, b), v| (a.min(v - half), b.max(v + half)))
    };
    if cells.is_empty() {
        return Explosive::default();
    }
    let bounds = Bounds { x_m: span(&|p| p.x), y_m: span(&|p| p.y), z_m: (0.0, TALL_M), cells: [CELLS, CELLS, LAYERS] };
    flash::explosive(&bounds, limits, |x, y, z| kg_m3(Point::new(x, y), z))
}

/// The explosion of so much fuel, if it is one: where it never breaks glass (1 psi) it is a flash fire.
pub fn explosion(s: &Substance, fuel: &Explosive, among_houses: bool, air_pa: f64) -> Option<VapourCloud> {
    let congestion = if among_houses { Congestion::Medium } else { Congestion::Low };
    let cloud = VapourCloud::new(s, fuel.mass_kg, congestion, Expansion::ThreeD, false, air_pa)?;
    (fuel.mass_kg > 0.0 && cloud.reach_m(PSI_PA).is_some()).then_some(cloud)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hazard::gas::substance;

    fn grid() -> Grid {
        Grid { nx: 20, ny: 20, cell_m: 10.0, x0: 0.0, y0: 0.0 }
    }

    #[test]
    fn a_flame_lights_rich_gas_at_once_and_lean_gas_never() {
        // Grade: exact.
        let limits = Limits { lower_kg_m3: 0.04, upper_kg_m3: 0.17 };
        let sparks = Sparks { flames: vec![210], ..Sparks::default() };
        let cloud = |at_flame: f32| {
            let mut c = vec![0.0f32; 400];
            (205..211).for_each(|cell| c[cell] = 0.05);
            c[210] = at_flame;
            c[300] = 0.1;
            let mut met = None;
            let lit = light(&grid(), &c, &limits, &sparks, 1, Tick(6), 10.0, &mut met);
            (lit, met)
        };
        let (lit, met) = cloud(0.05);
        let lit = lit.expect("lit");
        assert!(lit.cells == (205..211).collect::<Vec<_>>() && (lit.of_lower_limit - 1.25).abs() < 1e-6);
        assert_eq!(met, Some(Met { since_s: 60.0, unlit: 0.0 }));
        assert_eq!(cloud(0.03), (None, None));
    }

    #[test]
    fn cars_in_gas_light_it_as_often_as_the_table_says() {
        // Grade: reference. 0.4 in a minute, 4,000 minutes of six steps each; and the chance that is told is the same.
        let limits = Limits { lower_kg_m3: 0.04, upper_kg_m3: 0.17 };
        let c = vec![0.05f32; 400];
        let mut lit = 0;
        for car in 0..4000 {
            let sparks = Sparks { cars: vec![(CarId(car), 100)], ..Sparks::default() };
            let mut met = None;
            let found = (0..6u32).any(|t| light(&grid(), &c, &limits, &sparks, 3, Tick(t), 10.0, &mut met).is_some());
            lit += u32::from(found);
            assert!(found || (met.expect("met").unlit - 0.6).abs() < 1e-9);
        }
        assert!((f64::from(lit) / 4000.0 - 0.4).abs() < 0.03, "{lit}");
    }

    #[test]
    fn fuel_among_houses_explodes_and_in_the_open_it_flashes() {
        // Grade: behaviour. Propane: medium reactivity among obstacles reaches Mach 0.44, in the open 0.11 breaks no glass.
        let s = substance("propane").expect("there");
        let limits = Limits::of(s, 288.15, 101_325.0).expect("burns");
        let cells: Vec<usize> = (105..115).collect();
        let got = fuel(&grid(), &cells, &limits, &|_, z| if z < 4.0 { 0.08 } else { 0.0 });
        // 100 m x 10 m x 4 m at 0.08 kg/m3.
        assert!((got.mass_kg - 320.0).abs() < 1e-6, "{got:?}");
        let bang = explosion(s, &got, true, 101_325.0).expect("explodes");
        assert!(bang.overpressure_pa(30.0) > 10e3);
        assert_eq!(explosion(s, &got, false, 101_325.0), None);
    }
}
