//! What wind, pressure and waves do to the sea's level at a shore.
//!
//! - Wind stress `tau = rho_air Cd U²`; Cd after Large & Pond 1981 (J. Phys. Oceanogr. 11) or Garratt 1977 (Mon. Weather
//!   Rev. 105), both levelling off at high winds (Powell et al. 2003, Nature 422).
//! - Set-up (增水) of a steady wind: `d eta/dx = tau / (rho g (h + eta))`. With h constant it has closed forms: open at one
//!   end `(h + eta)² = h² + 2 tau x/(rho g)`; in a closed basin `(h + eta)² = C + 2 tau x/(rho g)`, C by the volume.
//! - Inverse barometer: `eta = (p_far - p) / (rho g)`, 1 cm for 1 hPa.
//! - Mean overtopping (越浪) of a steep wall by waves that do not break on it, EurOtop 2018: `q = 0.09 sqrt(g Hm0³)
//!   exp(-(1.5 Rc / (Hm0 gf))^1.3)`.
//!
//! Steady formulas know neither inertia nor resonance nor a funnel-shaped bay; where these matter, let the flow engine
//! bring the surge in from a wider grid.

use super::place::Where;
use super::series::{Series, check_number};
use super::tide::StageSpec;
use crate::flow::G;
use base::complaint::Complaints;
use base::grid::Grid;
use base::math;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Density of moist air in a typhoon, kg/m3 (Holland 1980 uses 1.15).
pub const AIR_KG_M3: f64 = 1.15;
/// Density of sea water and of a lake's, kg/m3.
pub const SEA_KG_M3: f64 = 1025.0;
pub const FRESH_KG_M3: f64 = 1000.0;

/// Wind above which the drag no longer grows, m/s: about where Powell et al. 2003 saw it level off (33 m/s), a little
/// early, as in common surge models (30 m/s; from memory, unchecked).
const LEVELS_OFF_M_S: f64 = 30.0;

/// Drag of wind at 10 m height on water.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Drag {
    /// 1.2e-3 below 11 m/s, `(0.49 + 0.065 U) 1e-3` above (measured from 4 to 25 m/s).
    #[default]
    LargePond,
    /// `(0.75 + 0.067 U) 1e-3` (measured from 4 to 21 m/s).
    Garratt,
    Constant(f64),
}

impl Drag {
    pub fn coefficient(self, wind_m_s: f64) -> f64 {
        let wind = wind_m_s.min(LEVELS_OFF_M_S);
        match self {
            Drag::LargePond if wind < 11.0 => 1.2e-3,
            Drag::LargePond => (0.49 + 0.065 * wind) * 1e-3,
            Drag::Garratt => (0.75 + 0.067 * wind) * 1e-3,
            Drag::Constant(coefficient) => coefficient,
        }
    }

    /// Stress of the wind on the water, Pa.
    pub fn stress_pa(self, wind_m_s: f64) -> f64 {
        AIR_KG_M3 * self.coefficient(wind_m_s.abs()) * wind_m_s * wind_m_s.abs()
    }
}

/// Rise of the sea under low pressure, m.
pub fn inverse_barometer_m(far_pa: f64, here_pa: f64) -> f64 {
    (far_pa - here_pa) / (SEA_KG_M3 * G)
}

/// Set-up at the shore end of a shelf of steps (length m, depth m), from the deep end on, under a stress toward the shore
/// (negative: away from it). Where the wind blows the water off, the shelf falls dry and the bed is the level.
pub fn shelf_setup_m(stress_pa: f64, shelf: &[(f64, f64)], density_kg_m3: f64) -> f64 {
    shelf.iter().fold(0.0, |eta: f64, &(length_m, depth_m)| {
        let water_m = (depth_m + eta).max(0.0);
        (water_m * water_m + 2.0 * stress_pa * length_m / (density_kg_m3 * G)).max(0.0).sqrt() - depth_m
    })
}

/// Set-up in a closed basin of even depth, m above the still level, at a share `x` (0 upwind, 1 downwind) of its length.
pub fn basin_setup_m(stress_pa: f64, length_m: f64, depth_m: f64, density_kg_m3: f64, x: f64) -> f64 {
    if depth_m <= 0.0 || length_m <= 0.0 {
        return 0.0;
    }
    let (stress_pa, x) = if stress_pa < 0.0 { (-stress_pa, 1.0 - x) } else { (stress_pa, x) };
    // In depths and lengths: (1 + e)² = c + r x.
    let r = 2.0 * stress_pa * length_m / (density_kg_m3 * G * depth_m * depth_m);
    if r < 1e-9 {
        return 0.5 * r * (x - 0.5) * depth_m;
    }
    // Mean of sqrt(max(0, c + r x)) over the basin, 1 at the right c; it rises with c.
    let mean = |c: f64| {
        let cube_root = |v: f64| v * v.sqrt();
        (cube_root((c + r).max(0.0)) - cube_root(c.max(0.0))) / (1.5 * r)
    };
    let (mut low, mut high) = (-r, 1.0);
    for _ in 0..200 {
        let c = 0.5 * (low + high);
        if mean(c) < 1.0 { low = c } else { high = c }
    }
    let c = 0.5 * (low + high);
    ((c + r * x).max(0.0).sqrt() - 1.0) * depth_m
}

/// Mean overtopping of a steep sea wall, m3/s per m, by waves of height `hm0_m`, with the crest `freeboard_m` above the
/// water; `roughness` is gf, 1 for smooth concrete. At and below no freeboard it is the formula's value for none; the
/// water that flows over a drowned crest is the flow engine's.
pub fn overtopping_m2_s(hm0_m: f64, freeboard_m: f64, roughness: f64) -> f64 {
    if hm0_m <= 0.0 {
        return 0.0;
    }
    let relative = 1.5 * freeboard_m.max(0.0) / (hm0_m * roughness);
    0.09 * (G * hm0_m * hm0_m * hm0_m).sqrt() * math::exp(-math::pow(relative, 1.3))
}

/// A sea wall that waves overtop (越浪海塘): a line of cells behind it takes the water.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeaWall {
    pub name: String,
    /// The cells behind the wall.
    pub at: Where,
    pub length_m: f64,
    pub crest_m: f64,
    /// Spectral significant wave height Hm0 at the toe, (s, m).
    pub waves: Series,
    /// Still-water level before the wall.
    pub stage: StageSpec,
    /// Roughness factor gf: 1 smooth, about 0.5 rock, 0.4-0.5 tetrapods (EurOtop 2018; from memory, unchecked).
    #[serde(default = "smooth")]
    pub roughness: f64,
}

fn smooth() -> f64 {
    1.0
}

#[derive(Debug, Clone, PartialEq)]
pub struct BoundSeaWall {
    pub name: String,
    pub cells: Vec<usize>,
    /// (s, m3/s) over the whole wall.
    flow: Series,
}

/// Sampling of an overtopping flow, s: waves and tide change over many minutes.
const SAMPLE_S: f64 = 120.0;

impl SeaWall {
    pub fn bind(&self, grid: &Grid, until_s: f64, file: &Path, complaints: &mut Complaints) -> BoundSeaWall {
        let what = format!("sea wall {:?}", self.name);
        let inf = f64::INFINITY;
        check_number(file, &format!("{what}: length_m"), self.length_m, 0.0, inf, complaints);
        check_number(file, &format!("{what}: crest_m"), self.crest_m, -inf, inf, complaints);
        check_number(file, &format!("{what}: roughness"), self.roughness, 0.1, 1.0, complaints);
        self.waves.check(file, &format!("{what}: waves"), 0.0, complaints);
        if !self.waves.0.is_empty() && self.waves.end_s() < until_s {
            let was = format!("{what}: the waves end at {} s, the run at {until_s} s", self.waves.end_s());
            complaints.add(file, was, "lengthen them, with height 0 where they are over");
        }
        self.stage.check(until_s, file, &what, complaints);
        let cells = self.at.cells(grid, file, &what, complaints);
        let mut flow = Series::default();
        if complaints.is_empty() {
            let stages = self.stage.levels(0.0, until_s, SAMPLE_S);
            flow.0 = stages
                .iter()
                .map(|&(t_s, stage_m)| {
                    let q = overtopping_m2_s(self.waves.at(t_s), self.crest_m - stage_m, self.roughness);
                    (t_s, q * self.length_m)
                })
                .collect();
        }
        BoundSeaWall { name: self.name.clone(), cells, flow }
    }
}

impl BoundSeaWall {
    pub fn volume_m3(&self, from_s: f64, to_s: f64) -> f64 {
        self.flow.integral(from_s, to_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Grade: reference. Published drag laws at their ends, and a hectopascal for a centimetre.
    #[test]
    fn drag_and_barometer_have_their_published_values() {
        assert!((Drag::LargePond.coefficient(8.0) - 1.2e-3).abs() < 1e-12);
        assert!((Drag::LargePond.coefficient(25.0) - 2.115e-3).abs() < 1e-9);
        assert!((Drag::Garratt.coefficient(10.0) - 1.42e-3).abs() < 1e-9);
        assert_eq!(Drag::Garratt.coefficient(60.0), Drag::Garratt.coefficient(30.0));
        assert!((inverse_barometer_m(101_300.0, 96_000.0) - 0.527).abs() < 1e-3);
        assert!(Drag::LargePond.stress_pa(-20.0) < 0.0);
    }

    /// Grade: exact. The slope law integrated numerically against the closed forms.
    #[test]
    fn set_up_follows_its_slope_law_on_a_shelf_and_in_a_basin() {
        let stress = Drag::Garratt.stress_pa(30.0);
        let shelf = [(30_000.0, 20.0), (20_000.0, 8.0), (5_000.0, 3.0)];
        let mut eta = 0.0;
        for &(length, depth) in &shelf {
            for _ in 0..100_000 {
                eta += stress / (SEA_KG_M3 * G * (depth + eta)) * length / 100_000.0;
            }
        }
        let closed = shelf_setup_m(stress, &shelf, SEA_KG_M3);
        assert!((closed - eta).abs() < 1e-4, "{closed} {eta}");
        assert!(shelf_setup_m(-stress, &shelf, SEA_KG_M3) < 0.0);
        assert_eq!(shelf_setup_m(-50.0, &[(1e5, 2.0)], SEA_KG_M3), -2.0, "blown dry");
        for (wind, depth) in [(5.0, 2.0), (20.0, 2.0), (35.0, 1.0)] {
            let stress = Drag::LargePond.stress_pa(wind);
            let at = |x: f64| basin_setup_m(stress, 60_000.0, depth, FRESH_KG_M3, x);
            let mean = (0..10_000).map(|i| at((i as f64 + 0.5) / 1e4)).sum::<f64>() / 1e4;
            assert!(mean.abs() < 1e-6 * depth, "{mean}");
            let slope = (at(0.8001) - at(0.7999)) / 12.0;
            let law = stress / (FRESH_KG_M3 * G * (depth + at(0.8)));
            assert!((slope / law - 1.0).abs() < 1e-4, "{slope} {law}");
            assert_eq!(basin_setup_m(-stress, 60_000.0, depth, FRESH_KG_M3, 0.0), at(1.0));
        }
    }

    /// Grade: reference. Hm0 2 m, Rc 2 m: 0.09 * 8.859 * exp(-1.694) = 0.147 m3/s per m, worked by hand.
    #[test]
    fn overtopping_is_that_of_the_formula_and_grows_as_the_freeboard_goes() {
        assert!((overtopping_m2_s(2.0, 2.0, 1.0) - 0.1465).abs() < 2e-4);
        assert!(overtopping_m2_s(2.0, 2.0, 0.5) < 0.02);
        assert!(overtopping_m2_s(2.0, 0.0, 1.0) == overtopping_m2_s(2.0, -1.0, 1.0));
        assert_eq!(overtopping_m2_s(0.0, 1.0, 1.0), 0.0);
    }

    /// Grade: behaviour.
    #[test]
    fn a_sea_wall_gives_water_to_the_cells_behind_it_at_high_tide() {
        let grid = Grid { nx: 10, ny: 4, cell_m: 50.0, x0: 0.0, y0: 0.0 };
        let wall: SeaWall = ron::from_str(
            r#"(name: "east", at: Line([(475, 25), (475, 175)]), length_m: 200, crest_m: 6.0,
                waves: [(0, 1.5), (90000, 1.5)],
                stage: (tide: (mean_m: 2.0, constituents: [(name: "M2", amplitude_m: 2.0, phase_deg: 0.0)])))"#,
        )
        .expect("parses");
        let mut none = Complaints::new();
        let bound = wall.bind(&grid, 86_400.0, Path::new("s.ron"), &mut none);
        assert!(none.is_empty(), "{none}");
        assert_eq!(bound.cells, [9, 19, 29, 39]);
        let (high, low) = (bound.volume_m3(0.0, 600.0), bound.volume_m3(22_000.0, 22_600.0));
        let closed = overtopping_m2_s(1.5, 2.0, 1.0) * 200.0 * 600.0;
        assert!((high / closed - 1.0).abs() < 0.01 && low < 1e-2 * high, "{high} {closed} {low}");
        let mut short = wall.clone();
        short.waves = Series(vec![(0.0, 1.0), (3600.0, -1.0)]);
        let mut complaints = Complaints::new();
        short.bind(&grid, 86_400.0, Path::new("s.ron"), &mut complaints);
        let said = complaints.to_string();
        assert!(said.contains("waves end at 3600 s") && said.contains("point 2 is -1"), "{said}");
    }
}
