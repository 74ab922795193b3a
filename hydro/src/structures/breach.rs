//! Breaches (溃口): growth in depth and width with time, by three published laws.
//!
//! Verheij & van der Knaap (2002), for levees, in the incremental form for a head that changes (as in D-Flow FM):
//!
//!   dB/dt = (f1 f2 / ln 10) (g dH)^1.5 / uc^2 / (1 + f2 g t / uc)      B in m, t in h after the crest reached the floor
//!
//! with f1 = 1.3, f2 = 0.04, dH the head over the breach and uc the critical velocity of the soil (sand 0.2, clay
//! 0.5 m/s). Before that, the crest falls linearly to the floor over the first width.
//!
//! Froehlich (2008), for dams and landslide lakes (from memory of the paper's regression on 74 failures):
//!
//!   Bavg = 0.27 K0 Vw^0.32 hb^0.04      K0 = 1.3 overtopping, 1.0 piping
//!   tf   = 63.2 sqrt(Vw / (g hb^2))     s; depth and width grow linearly in this time
//!
//! Erosion by excess shear, the core of the physically based models (NWS BREACH, WinDAM, DLBreach), simplified:
//!
//!   E = kd (tau - tau_c)                m/s, normal to the surface
//!   land slope: tau = rho g hn S, hn = (q n / sqrt S)^0.6 (uniform flow down the slope; throat's shear once it drowns)
//!   throat:     tau = rho g n^2 u^2 / h^(1/3), h = max(2/3 h1, h2), u = q / h
//!   1. the land slope retreats through the crest's width, parallel to itself, by E / sin(alpha) horizontally
//!   2. then it cuts into the water slope: the crest sinks by (retreat) / (m_land + m_water), and all along by E of the throat
//!   3. the two side walls retreat by E of the throat each, in all stages
//!
//! Water flows through a breach as over a broad-crested weir. Faces that lie wholly in the gap get its bottom as their
//! crest, and the flow solver does the rest. The faces at its two ends, of which only a share is open, get the crest over
//! which a weir as long as the face passes what the open share passes over the bottom and the rest over the levee's top:
//!
//!   W(h1 - ze, h2 - ze) = share W(h1 - zb, h2 - zb) + (1 - share) W(h1 - top, h2 - top),    W: weir with Villemonte
//!
//! (free flow: ze = h1 - share^(2/3) (h1 - zb)), set afresh before each step of the flow. So the width that flows is the
//! breach's to the centimetre, on any grid, also where it is narrower than one face, and momentum passes with the water.

use super::check::Check;
use super::weir::{BROAD, weir_m3_s};
use crate::flow::G;
use base::math;
use serde::{Deserialize, Serialize};

/// Density of water, kg/m3.
const RHO: f64 = 1000.0;

/// How a dam fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    Overtopping,
    Piping,
}

/// The law by which a breach grows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum BreachLaw {
    /// Verheij & van der Knaap (2002): levees.
    Verheij {
        /// Critical velocity of the soil, m/s: 0.2 sand, 0.5 clay.
        critical_m_s: f64,
        /// Width at the start, m (10 m: usual in Dutch practice).
        first_width_m: f64,
        /// Time in which the crest falls to the floor, s (default of SOBEK 600 s).
        fall_s: f64,
    },
    /// Froehlich (2008): dams.
    Froehlich {
        failure: Failure,
        /// Volume above the breach's floor, m3.
        volume_m3: f64,
    },
    /// Excess shear.
    Erosion {
        /// Erodibility kd, m3/(N s): about 1e-7 stiff clay, 1e-6 compacted loam, 1e-5 silty sand, 1e-4 loose sand (orders
        /// of magnitude of jet erosion tests, from memory).
        erodibility_m3_n_s: f64,
        /// Critical shear, Pa.
        critical_pa: f64,
        /// Width of the crest across the levee, m.
        crest_width_m: f64,
        /// Slopes, metres across per metre of height.
        land_slope: f64,
        water_slope: f64,
        /// Manning's n of the bare soil.
        manning: f64,
        /// Width of the first gully, m.
        first_width_m: f64,
    },
}

/// How a levee breaches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BreachSpec {
    pub law: BreachLaw,
    /// Level to which the breach falls, m; the higher of the two beds beside it where not given, and never below it.
    pub floor_m: Option<f64>,
    /// No breach of this levee grows wider, m.
    pub width_max_m: f64,
}

impl Default for BreachSpec {
    /// Verheij with a soil between sand and clay; 200 m (assumption: the order of the widest river-levee breaches).
    fn default() -> Self {
        let law = BreachLaw::Verheij { critical_m_s: 0.3, first_width_m: 10.0, fall_s: 600.0 };
        BreachSpec { law, floor_m: None, width_max_m: 200.0 }
    }
}

impl BreachSpec {
    pub(super) fn check(&self, check: &mut Check) {
        check.positive("width_max_m", self.width_max_m);
        if let Some(floor_m) = self.floor_m {
            check.finite("floor_m", floor_m);
        }
        match &self.law {
            BreachLaw::Verheij { critical_m_s, first_width_m, fall_s } => {
                check.positive("critical_m_s", *critical_m_s);
                check.positive("first_width_m", *first_width_m);
                check.not_negative("fall_s", *fall_s);
            }
            BreachLaw::Froehlich { volume_m3, .. } => {
                check.positive("volume_m3", *volume_m3);
            }
            BreachLaw::Erosion {
                erodibility_m3_n_s,
                critical_pa,
                crest_width_m,
                land_slope,
                water_slope,
                manning,
                first_width_m,
            } => {
                check.positive("erodibility_m3_n_s", *erodibility_m3_n_s);
                check.not_negative("critical_pa", *critical_pa);
                check.not_negative("crest_width_m", *crest_width_m);
                check.positive("land_slope", *land_slope);
                check.not_negative("water_slope", *water_slope);
                check.positive("manning", *manning);
                check.positive("first_width_m", *first_width_m);
            }
        }
    }
}

/// An open breach.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Breach {
    /// Its middle on the map, m.
    pub x: f64,
    pub y: f64,
    /// The same, in metres along the levee's chain of faces.
    pub chain_m: f64,
    pub since_s: f64,
    /// Level of the levee where it began, and level to which it falls, m.
    pub crest_m: f64,
    pub floor_m: f64,
    /// Level of its bottom now, m.
    pub bottom_m: f64,
    /// Width that the water has made, m.
    pub width_m: f64,
    pub width_max_m: f64,
    /// No faster than this, m/h (instructors slow a breach down for a drill).
    pub widen_m_h: f64,
    /// Metres closed by crews, from the sides.
    pub closed_m: f64,
    /// Crest width that the land slope has eaten, m (law of erosion).
    pub eaten_m: f64,
    /// Crests of the first and the last face of the gap where they are open in part (see the head of this file), m.
    pub ends_m: [Option<f64>; 2],
    /// Discharge by the weir law over the open width, m3/s, positive to the right of the line.
    pub discharge_m3_s: f64,
}

impl Breach {
    /// Width that stands open, m.
    pub fn open_m(&self) -> f64 {
        (self.width_m - self.closed_m).max(0.0)
    }
    /// Fill that a metre of closure takes, m3, for a dam of this crest width and slopes up to the old crest.
    pub fn fill_m3_m(&self, crest_width_m: f64, slopes: f64) -> f64 {
        let height = (self.crest_m - self.bottom_m).max(0.0);
        height * (crest_width_m + 0.5 * slopes * height)
    }
    /// Shares of the pieces of a chain that stand open: (piece, share of its length).
    pub fn shares(&self, pieces: usize, cell_m: f64) -> Vec<(usize, f64)> {
        let whole = pieces as f64 * cell_m;
        let open = self.open_m().min(whole);
        if open <= 0.0 || pieces == 0 {
            return Vec::new();
        }
        let from = (self.chain_m - 0.5 * open).clamp(0.0, whole - open);
        let to = from + open;
        let first = ((from / cell_m).floor() as usize).min(pieces - 1);
        let last = ((to / cell_m).floor() as usize).min(pieces - 1);
        (first..=last)
            .filter_map(|k| {
                let (a, z) = (k as f64 * cell_m, (k + 1) as f64 * cell_m);
                let share = (to.min(z) - from.max(a)) / cell_m;
                // Rounding at the rim of a face must neither open its neighbour by a hair nor leave a hair closed.
                (share > 1e-9).then_some((k, if share > 1.0 - 1e-9 { 1.0 } else { share }))
            })
            .collect()
    }
    /// Lets the breach grow for a step under these two levels (the upper one with its velocity head).
    pub fn grow(&mut self, law: &BreachLaw, high_m: f64, low_m: f64, now_s: f64, dt_s: f64) {
        // Crews armour the heads of a breach first: it grows no more once they close it (assumption).
        if self.closed_m > 0.0 {
            return;
        }
        let depth = self.crest_m - self.floor_m;
        let age_s = now_s + dt_s - self.since_s;
        let width_before_m = self.width_m;
        match law {
            BreachLaw::Verheij { critical_m_s, fall_s, .. } => {
                let fallen = if *fall_s > 0.0 { (age_s / fall_s).clamp(0.0, 1.0) } else { 1.0 };
                self.bottom_m = self.bottom_m.min(self.crest_m - fallen * depth);
                let hours = (age_s - 0.5 * dt_s - fall_s) / 3600.0;
                if hours > 0.0 {
                    let head = high_m.max(self.floor_m) - low_m.max(self.floor_m);
                    self.width_m += verheij_m_h(head, hours, *critical_m_s) * dt_s / 3600.0;
                }
            }
            BreachLaw::Froehlich { failure, volume_m3 } => {
                let (width_m, time_s) = froehlich(*failure, *volume_m3, depth);
                let share = if time_s > 0.0 { (age_s / time_s).clamp(0.0, 1.0) } else { 1.0 };
                self.bottom_m = self.bottom_m.min(self.crest_m - share * depth);
                self.width_m = self.width_m.max(share * width_m);
            }
            BreachLaw::Erosion { .. } => self.erode(law, high_m, low_m, dt_s),
        }
        let grown = (self.width_m - width_before_m).min(self.widen_m_h.max(0.0) * dt_s / 3600.0);
        self.width_m = (width_before_m + grown).min(self.width_max_m).max(width_before_m);
    }
    fn erode(&mut self, law: &BreachLaw, high_m: f64, low_m: f64, dt_s: f64) {
        let BreachLaw::Erosion {
            erodibility_m3_n_s, critical_pa, crest_width_m, land_slope, water_slope, manning, ..
        } = law
        else {
            return;
        };
        let rate = |tau: f64| erodibility_m3_n_s * (tau - critical_pa).max(0.0);
        let (slope_pa, throat_pa) = shears_pa(high_m - self.bottom_m, low_m - self.bottom_m, *land_slope, *manning);
        let sine = 1.0 / math::hypot(1.0, *land_slope);
        let retreat = rate(slope_pa) / sine * dt_s;
        let through = (self.eaten_m + retreat - crest_width_m).clamp(0.0, retreat);
        self.eaten_m += retreat;
        let sinks = through / (land_slope + water_slope) + rate(throat_pa) * dt_s;
        self.bottom_m = (self.bottom_m - sinks).max(self.floor_m.min(self.bottom_m));
        self.width_m += 2.0 * rate(throat_pa) * dt_s;
    }
}

/// Width and bottom of a breach in its first moment, m.
pub fn first(law: &BreachLaw, crest_m: f64, floor_m: f64) -> (f64, f64) {
    match law {
        BreachLaw::Verheij { first_width_m, fall_s, .. } => {
            (*first_width_m, if *fall_s > 0.0 { crest_m } else { floor_m })
        }
        BreachLaw::Froehlich { .. } => (0.0, crest_m),
        BreachLaw::Erosion { first_width_m, .. } => {
            // A gully of a tenth of a metre: without it nothing flows that could erode (assumption).
            (*first_width_m, (crest_m - 0.1).max(floor_m.min(crest_m)))
        }
    }
}

/// Crest over which a face of which only a share is open to `bottom` passes what that share does, m.
pub fn equal_crest_m(share: f64, bottom_m: f64, top_m: f64, high_m: f64, low_m: f64) -> f64 {
    // At rest and before water comes it is the crest of a little head to come: a centimetre over the bottom, falling by a
    // thousandth of the depth.
    let h1 = high_m.max(bottom_m + 0.01);
    let h2 = low_m.min(h1 - 1e-3 * (h1 - bottom_m));
    let over = |crest_m: f64| weir_m3_s(BROAD, 1.0, h1 - crest_m, h2 - crest_m);
    let wanted = share * over(bottom_m) + (1.0 - share) * over(top_m);
    let (mut low, mut high) = (bottom_m, top_m.max(bottom_m));
    for _ in 0..44 {
        let middle = 0.5 * (low + high);
        if over(middle) > wanted { low = middle } else { high = middle }
    }
    high
}

/// Growth by Verheij & van der Knaap, m/h, `hours` after the crest reached the floor, under a head of `head_m`.
pub fn verheij_m_h(head_m: f64, hours: f64, critical_m_s: f64) -> f64 {
    let gh = G * head_m.max(0.0);
    (1.3 * 0.04 / std::f64::consts::LN_10) * gh * math::sqrt(gh)
        / (critical_m_s * critical_m_s)
        / (1.0 + 0.04 * G * hours.max(0.0) / critical_m_s)
}

/// Mean width, m, and time of formation, s, by Froehlich (2008), for a volume above the floor and a height of the breach.
pub fn froehlich(failure: Failure, volume_m3: f64, height_m: f64) -> (f64, f64) {
    let k0 = match failure {
        Failure::Overtopping => 1.3,
        Failure::Piping => 1.0,
    };
    if height_m <= 0.0 || volume_m3 <= 0.0 {
        return (0.0, 0.0);
    }
    let width_m = 0.27 * k0 * math::pow(volume_m3, 0.32) * math::pow(height_m, 0.04);
    (width_m, 63.2 * math::sqrt(volume_m3 / G) / height_m)
}

/// Shear on the land slope and in the throat, Pa, for levels above the bottom.
pub fn shears_pa(h1_m: f64, h2_m: f64, land_slope: f64, manning: f64) -> (f64, f64) {
    let q = weir_m3_s(BROAD, 1.0, h1_m, h2_m);
    if q <= 0.0 {
        return (0.0, 0.0);
    }
    let h = f64::max(h1_m * 2.0 / 3.0, h2_m);
    let u = q / h;
    let throat = RHO * G * manning * manning * u * u / math::cbrt(h);
    if h2_m > 0.0 {
        return (throat, throat);
    }
    let s = 1.0 / math::hypot(1.0, land_slope);
    let normal_m = math::pow(q * manning / math::sqrt(s), 0.6);
    (RHO * G * normal_m * s, throat)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breach(law: &BreachLaw) -> Breach {
        let (width_m, bottom_m) = first(law, 5.0, 1.0);
        Breach {
            x: 0.0,
            y: 0.0,
            chain_m: 500.0,
            since_s: 0.0,
            crest_m: 5.0,
            floor_m: 1.0,
            bottom_m,
            width_m,
            width_max_m: 1000.0,
            widen_m_h: f64::MAX,
            closed_m: 0.0,
            eaten_m: 0.0,
            ends_m: [None; 2],
            discharge_m3_s: 0.0,
        }
    }

    #[test]
    fn a_breach_under_a_constant_head_grows_as_the_closed_form_says() {
        // Grade: reference (Verheij & van der Knaap: dH = 2 m; sand 27.2, 63.7, 96.9 m and clay 5.8, 17.4, 29.9 m
        // after 1, 6 and 24 h).
        for (critical_m_s, hours, expected) in [
            (0.2, 1.0, 27.2),
            (0.2, 6.0, 63.7),
            (0.2, 24.0, 96.9),
            (0.5, 1.0, 5.8),
            (0.5, 6.0, 17.4),
            (0.5, 24.0, 29.9),
        ] {
            let law = BreachLaw::Verheij { critical_m_s, first_width_m: 10.0, fall_s: 600.0 };
            let mut b = breach(&law);
            let steps = 20_000;
            let dt_s = (hours * 3600.0 + 600.0) / f64::from(steps);
            for k in 0..steps {
                b.grow(&law, 4.0, 2.0, f64::from(k) * dt_s, dt_s);
            }
            let grown = b.width_m - 10.0;
            assert!((grown - expected).abs() < 0.06, "{critical_m_s} m/s, {hours} h: {grown} m, expected {expected}");
            assert_eq!(b.bottom_m, 1.0);
        }
    }

    #[test]
    fn the_crest_falls_to_the_floor_in_phase_one_and_only_then_the_breach_widens() {
        // Grade: exact.
        let law = BreachLaw::Verheij { critical_m_s: 0.2, first_width_m: 10.0, fall_s: 600.0 };
        let mut b = breach(&law);
        for k in 0..30 {
            b.grow(&law, 4.0, 2.0, f64::from(k) * 10.0, 10.0);
        }
        assert!((b.bottom_m - 3.0).abs() < 1e-12 && b.width_m == 10.0, "{b:?}");
    }

    #[test]
    fn froehlichs_breach_of_a_reservoir_has_the_width_and_time_of_the_regression() {
        // Grade: reference (by hand for 10 million m3 and 20 m: 10^7^0.32 = 173.78, 20^0.04 = 1.12730; overtopping
        // 68.76 m, piping 52.89 m; 63.2 sqrt(10^7 / (9.81 x 400)) = 3190.5 s).
        let (width_m, time_s) = froehlich(Failure::Overtopping, 1e7, 20.0);
        assert!((width_m - 68.76).abs() < 0.02 && (time_s - 3190.5).abs() < 0.5, "{width_m} {time_s}");
        assert!((froehlich(Failure::Piping, 1e7, 20.0).0 - 52.89).abs() < 0.02);
        let law = BreachLaw::Froehlich { failure: Failure::Piping, volume_m3: 1e6 };
        let (width_m, time_s) = froehlich(Failure::Piping, 1e6, 4.0);
        let mut b = breach(&law);
        for k in 0..100 {
            b.grow(&law, 4.0, 2.0, f64::from(k) * 0.005 * time_s, 0.005 * time_s);
        }
        assert!((b.width_m - 0.5 * width_m).abs() < 1e-9 && (b.bottom_m - 3.0).abs() < 1e-9, "{b:?}");
    }

    #[test]
    fn shear_on_slope_and_throat_are_the_hand_numbers() {
        // Grade: reference (by hand: h1 = 1 m, n = 0.02, slope 1:3: q = 1.7; S = 0.316228, hn = (0.034/0.562341)^0.6 =
        // 0.18580 m, tau = 576.4 Pa; throat h = 2/3, u = 2.55, tau = 9810 x 4e-4 x 6.5025 / 0.873580 = 29.21 Pa).
        let (slope, throat) = shears_pa(1.0, -2.0, 3.0, 0.02);
        assert!((slope - 576.4).abs() < 0.5, "{slope}");
        assert!((throat - 29.21).abs() < 0.02, "{throat}");
    }

    #[test]
    fn an_eroding_breach_eats_the_crest_first_then_sinks_and_a_stiffer_soil_is_slower() {
        // Grade: behaviour.
        let law = |kd: f64| BreachLaw::Erosion {
            erodibility_m3_n_s: kd,
            critical_pa: 1.0,
            crest_width_m: 4.0,
            land_slope: 3.0,
            water_slope: 3.0,
            manning: 0.02,
            first_width_m: 2.0,
        };
        let open_s = |kd: f64| {
            let law = law(kd);
            let mut b = breach(&law);
            let (mut crest_gone, mut open) = (None, None);
            for k in 0..400_000 {
                b.grow(&law, 5.2, 0.5, f64::from(k), 1.0);
                if b.eaten_m >= 4.0 && crest_gone.is_none() {
                    crest_gone = Some((k, b.bottom_m));
                }
                if b.bottom_m <= 1.0 && open.is_none() {
                    open = Some(k);
                    break;
                }
            }
            let (gone_s, bottom_m) = crest_gone.unwrap();
            assert!(bottom_m > 4.5, "most of the height is still there when the crest is eaten: {bottom_m}");
            assert!(open.unwrap() > gone_s && b.width_m > 2.0);
            open.unwrap()
        };
        let (sand, clay) = (open_s(1e-5), open_s(1e-6));
        assert!(clay > 5 * sand, "sand opens in {sand} s, clay in {clay} s");
    }

    #[test]
    fn the_crest_of_a_face_open_in_part_passes_what_its_open_part_would() {
        // Grade: exact (free flow in closed form; drowned and over the top by the discharge itself).
        let free = equal_crest_m(0.3, 1.0, 5.0, 3.0, 0.5);
        assert!((free - (3.0 - math::pow(0.3, 2.0 / 3.0) * 2.0)).abs() < 1e-9, "{free}");
        for (high, low) in [(3.0, 2.0), (3.0, 2.9), (5.4, 1.0), (5.4, 5.2)] {
            let crest = equal_crest_m(0.3, 1.0, 5.0, high, low);
            let q = |z: f64| weir_m3_s(BROAD, 1.0, high - z, low - z);
            assert!((q(crest) - 0.3 * q(1.0) - 0.7 * q(5.0)).abs() < 1e-6, "{high} {low}: {crest}");
        }
        assert!((equal_crest_m(1.0, 1.0, 5.0, 3.0, 0.5) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_open_shares_add_up_to_the_width_on_any_grid() {
        // Grade: exact.
        let law = BreachLaw::Verheij { critical_m_s: 0.2, first_width_m: 10.0, fall_s: 0.0 };
        for cell_m in [2.0, 7.0, 20.0, 100.0] {
            for (width_m, closed_m) in [(3.0, 0.0), (10.0, 0.0), (27.0, 0.0), (60.0, 21.5), (60.0, 60.0)] {
                let b = Breach { width_m, closed_m, ..breach(&law) };
                let pieces = (1000.0 / cell_m) as usize;
                let open: f64 = b.shares(pieces, cell_m).iter().map(|s| s.1 * cell_m).sum();
                assert!((open - (width_m - closed_m)).abs() < 1e-7, "{cell_m} {width_m}: {open}");
            }
        }
        let wide = Breach { width_m: 1e4, ..breach(&law) };
        assert_eq!(wide.shares(10, 20.0).len(), 10);
    }
}
