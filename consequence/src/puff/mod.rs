//! Passive clouds as trains of puffs (烟团). A source breathes out puffs; each is carried by the wind where it is, grows by the time
//! it has itself travelled, and is a Gaussian over the ground and a [`shape::Shape`] over height:
//!
//! ```text
//! C(x, y, z) = M / (2 pi sqrt|S|) exp(-r S^-1 r / 2) F(z)        S: the 2 x 2 covariance over the ground
//! ```
//!
//! Because a puff knows only its own age and size and the air around it, a wind that turns in the middle of a leak bends the cloud
//! and loses nothing. Mass is kept in a ledger: released = airborne + deposited + gone beyond the edge.

pub mod caveat;
pub mod curves;
pub mod field;
pub mod growth;
pub mod kernel;
pub mod led;
pub mod moments;
pub mod plume;
pub mod rise;
pub mod shape;
pub mod wind;

pub use caveat::{Caveat, Reach};
pub use growth::Scheme;
pub use shape::Shape;
pub use wind::{Bend, Wind};

use crate::dense::handover::Guide;
use crate::release::{Emission, Entry, Release};
use crate::weather::Air;
use base::grid::Grid;
use base::math;
use growth::Size;
use serde::{Deserialize, Serialize};

/// How a cloud is computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    pub scheme: Scheme,
    /// Averaging time of the concentrations, s. Ten minutes for planning zones, tens of seconds for what can burn.
    pub averaging_s: f64,
    /// Longest time between puffs, s.
    pub interval_s: f64,
    /// Resistance of the ground to deposition by release, s/m; none for a gas that the ground does not take up.
    pub ground_resistance_s_m: Vec<Option<f64>>,
    /// Puffs that leave this area are counted as gone.
    pub area: Option<Grid>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            scheme: Scheme::Similarity,
            averaging_s: growth::TEN_MINUTES_S,
            interval_s: 10.0,
            ground_resistance_s_m: Vec::new(),
            area: None,
        }
    }
}

/// One puff.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Puff {
    /// Index of the release it came from.
    pub release: u32,
    pub mass_kg: f64,
    pub x_m: f64,
    pub y_m: f64,
    /// Height about which it is spread, m; 0 for a cloud at the ground.
    pub height_m: f64,
    /// Covariance over the ground, m2: east-east, east-north, north-north.
    pub spread_m2: [f64; 3],
    /// Mean spread over height, m.
    pub depth_m: f64,
    pub age_s: f64,
    /// Way travelled since the release, m.
    pub way_m: f64,
    /// The dense path that it follows, while it does.
    pub guide: Option<u32>,
    /// What of its size is its source's.
    #[serde(default)]
    pub own: Own,
}

/// The part of a puff's size that its source gave it. Gas from each spot of a pool spreads by itself, so under curves over the distance
/// (Briggs) the two add as variances, and a wide source neither ages the puff nor moves it back along the curve.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Own {
    /// Variance in any direction over the ground, m2.
    pub variance_m2: f64,
    /// Mean spread over height, m.
    pub depth_m: f64,
}

impl Puff {
    /// Standard deviation in a direction, m.
    pub fn sigma_m(&self, direction: (f64, f64)) -> f64 {
        let ([xx, xy, yy], (x, y)) = (self.spread_m2, direction);
        math::sqrt((xx * x * x + 2.0 * xy * x * y + yy * y * y).max(0.0))
    }
    /// Adds variance along a direction.
    fn widen(&mut self, direction: (f64, f64), by_m2: f64) {
        let (x, y) = direction;
        self.spread_m2[0] += by_m2 * x * x;
        self.spread_m2[1] += by_m2 * x * y;
        self.spread_m2[2] += by_m2 * y * y;
    }
    /// Standard deviation in the direction in which the puff is largest, m.
    pub fn largest_m(&self) -> f64 {
        let [xx, xy, yy] = self.spread_m2;
        math::sqrt(0.5 * (xx + yy) + math::hypot(0.5 * (xx - yy), xy))
    }
    /// Shape over height in the air of a moment.
    pub fn shape(&self, scheme: Scheme, air: &Air) -> Shape {
        if self.guide.is_some() {
            return Shape::new(shape::GAUSSIAN);
        }
        Shape::new(growth::exponent(scheme, air, self.height_m, self.depth_m))
    }
}

/// What became of the mass of one release, kg.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Ledger {
    pub released_kg: f64,
    pub airborne_kg: f64,
    pub deposited_kg: f64,
    pub gone_kg: f64,
}

impl Ledger {
    /// What is missing from the balance, kg.
    pub fn lost_kg(&self) -> f64 {
        self.released_kg - self.airborne_kg - self.deposited_kg - self.gone_kg
    }
}

/// A cloud: releases, puffs on their way, and the clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cloud {
    pub options: Options,
    pub releases: Vec<Release>,
    pub puffs: Vec<Puff>,
    pub time_s: f64,
    deposited_kg: Vec<f64>,
    gone_kg: Vec<f64>,
    emitted_kg: Vec<f64>,
    reach: Reach,
    guides: Vec<Guide>,
    /// By release: the guide of each step, then of each burst.
    leads: Vec<Vec<Option<u32>>>,
}

impl Cloud {
    /// An empty cloud at time 0 over the releases, which must have been checked. All of it is passive.
    pub fn new(options: Options, releases: Vec<Release>) -> Cloud {
        let n = releases.len();
        let leads = releases.iter().map(|r| vec![None; r.steps.len() + r.bursts.len()]).collect();
        Cloud {
            guides: Vec::new(),
            leads,
            options,
            releases,
            puffs: Vec::new(),
            time_s: 0.0,
            deposited_kg: vec![0.0; n],
            gone_kg: vec![0.0; n],
            emitted_kg: vec![0.0; n],
            reach: Reach::default(),
        }
    }

    /// Lets `dt_s` pass: puffs drift and grow, releases breathe out, puffs that grew together merge.
    pub fn advance(&mut self, wind: &Wind, dt_s: f64) {
        let end_s = self.time_s + dt_s;
        while self.time_s < end_s {
            // A sudden change of the wind ends a step, so that puffs leave in the air that there is.
            let change_s = wind.weather.next_change_s(self.time_s).unwrap_or(f64::INFINITY);
            let step_end_s = end_s.min(change_s);
            let air = wind.weather.at(self.time_s);
            self.drift(wind, &air, step_end_s - self.time_s);
            self.breathe(wind, &air, self.time_s, step_end_s);
            self.time_s = step_end_s;
        }
        self.count_gone();
        moments::merge(&mut self.puffs);
        if let Some(cell_m) = wind.cell_m() {
            moments::split(&mut self.puffs, 2.0 * cell_m);
        }
        let air = wind.weather.at(self.time_s);
        self.reach.see(&self.puffs, wind, &air);
    }

    /// What is known to be outside the model's range so far.
    pub fn caveats(&self) -> Vec<Caveat> {
        self.reach.caveats()
    }

    /// The balance of one release.
    pub fn ledger(&self, release: usize) -> Ledger {
        Ledger {
            released_kg: self.emitted_kg[release],
            airborne_kg: self.puffs.iter().filter(|p| p.release as usize == release).map(|p| p.mass_kg).sum(),
            deposited_kg: self.deposited_kg[release],
            gone_kg: self.gone_kg[release],
        }
    }

    /// Adds puffs made elsewhere (a dense cloud that has thinned out). Their mass counts as released.
    pub fn take_over(&mut self, puffs: &[Puff]) {
        for puff in puffs {
            self.emitted_kg[puff.release as usize] += puff.mass_kg;
            self.puffs.push(*puff);
        }
    }

    fn drift(&mut self, wind: &Wind, air: &Air, dt_s: f64) {
        for k in 0..self.puffs.len() {
            let puff = &mut self.puffs[k];
            let release = puff.release as usize;
            let resistance = self.options.ground_resistance_s_m.get(release).copied().flatten();
            let left_s = led::lead(puff, &self.guides, wind, air, dt_s);
            self.deposited_kg[release] += carry(puff, &self.options, resistance, wind, air, left_s);
        }
    }

    /// Puffs for what leaves between two moments, each already carried to the end.
    fn breathe(&mut self, wind: &Wind, air: &Air, from_s: f64, to_s: f64) {
        for k in 0..self.releases.len() {
            let release = &self.releases[k];
            let here = wind.place(air, release.at.x, release.at.y);
            let mut fresh: Vec<(Puff, f64)> = Vec::new();
            for (index, step) in release.steps.iter().enumerate() {
                if step.from_s >= to_s || step.to_s <= from_s || step.rate_kg_s <= 0.0 {
                    continue;
                }
                let (a, b) = (step.from_s.max(from_s), step.to_s.min(to_s));
                let pieces = ((b - a) / self.options.interval_s).ceil().max(1.0);
                let each_s = (b - a) / pieces;
                for piece in 0..pieces as usize {
                    let middle_s = a + (piece as f64 + 0.5) * each_s;
                    let mut puff = newborn(k, release, step.rate_kg_s * each_s, &step.state, &here);
                    led::begin(&mut puff, self.leads[k][index], &self.guides, &here);
                    // The puff stands for a stretch of the plume: an even stretch of length u dt has the variance (u dt)^2/12.
                    let speed = match puff.guide {
                        Some(g) => self.guides[g as usize].end_speed_m_s(),
                        None => growth::speed_m_s(self.options.scheme, &here, puff.height_m, puff.depth_m),
                    };
                    puff.widen(here.towards, (speed * each_s) * (speed * each_s) / 12.0);
                    fresh.push((puff, to_s - middle_s));
                }
            }
            for (index, burst) in release.bursts.iter().enumerate() {
                if burst.at_s < from_s || burst.at_s >= to_s {
                    continue;
                }
                let mut puff = newborn(k, release, burst.mass_kg, &burst.state, &here);
                led::begin(&mut puff, self.leads[k][release.steps.len() + index], &self.guides, &here);
                fresh.push((puff, to_s - burst.at_s));
            }
            let resistance = self.options.ground_resistance_s_m.get(k).copied().flatten();
            for (mut puff, left_s) in fresh {
                self.emitted_kg[k] += puff.mass_kg;
                let left_s = led::lead(&mut puff, &self.guides, wind, air, left_s);
                self.deposited_kg[k] += carry(&mut puff, &self.options, resistance, wind, air, left_s);
                self.puffs.push(puff);
            }
        }
    }

    fn count_gone(&mut self) {
        let Some(area) = self.options.area else { return };
        let gone = &mut self.gone_kg;
        self.puffs.retain(|p| {
            // Out of reach: no part of it within four of its sigmas is over the area any more.
            let far = 4.0 * p.largest_m();
            let inside = p.x_m > area.x0 - far
                && p.x_m < area.x0 + area.width_m() + far
                && p.y_m > area.y0 - far
                && p.y_m < area.y0 + area.height_m() + far;
            if !inside {
                gone[p.release as usize] += p.mass_kg;
            }
            inside
        });
    }
}

/// Least sizes of a newborn puff, m: a mouth of 10 cm (assumption; what comes from it is felt for a few metres only).
const LEAST_SIGMA_M: f64 = 0.05;
const LEAST_DEPTH_M: f64 = 0.05;

/// A puff at its source. An area source enters with sigma = D/sqrt(2 pi), D its width: the Gaussian with the peak of an even strip of that
/// width. Added to the curves' sigma-y as a variance it gives 24 zones that ALOHA drew about puddles within 7 % (rms; read in public notes
/// of such a comparison, not in ALOHA's documentation).
fn newborn(k: usize, release: &Release, mass_kg: f64, state: &Emission, here: &Air) -> Puff {
    let sigma_m = (state.width_m / math::sqrt(2.0 * std::f64::consts::PI)).max(LEAST_SIGMA_M);
    let depth_m = match state.entry {
        // As high as it is wide at the mouth.
        Entry::Jet | Entry::JetUp => (GAUSSIAN_HALF * state.width_m).max(LEAST_DEPTH_M),
        Entry::Pool | Entry::Cloud => LEAST_DEPTH_M.max(here.profile.roughness_m.min(0.5)),
    };
    let mut puff = Puff {
        release: k as u32,
        mass_kg,
        x_m: release.at.x,
        y_m: release.at.y,
        height_m: release.height_m,
        spread_m2: [0.0; 3],
        depth_m,
        age_s: 0.0,
        way_m: 0.0,
        guide: None,
        own: Own { variance_m2: sigma_m * sigma_m, depth_m },
    };
    puff.widen((1.0, 0.0), sigma_m * sigma_m);
    puff.widen((0.0, 1.0), sigma_m * sigma_m);
    puff
}

/// sqrt(2/pi)/sqrt(2 pi) = 1/pi: the depth of a round mouth whose sigma is D/sqrt(2 pi).
const GAUSSIAN_HALF: f64 = std::f64::consts::FRAC_1_PI;

/// Longest step of a puff's path through a wind that changes from place to place, in cells of that wind.
const CELLS_A_STEP: f64 = 0.5;

/// Carries a puff for a time and lets it grow; gives the mass that the ground took.
pub fn carry(
    puff: &mut Puff,
    options: &Options,
    resistance_s_m: Option<f64>,
    wind: &Wind,
    air: &Air,
    dt_s: f64,
) -> f64 {
    let (mut left_s, mut lost_kg) = (dt_s, 0.0);
    let spread = growth::averaging(air.class, options.averaging_s);
    while left_s > 0.0 {
        let here = wind.place(air, puff.x_m, puff.y_m);
        let mut step_s = left_s;
        if let Some(cell_m) = wind.cell_m() {
            let speed = growth::speed_m_s(options.scheme, &here, puff.height_m, puff.depth_m);
            step_s = step_s.min(CELLS_A_STEP * cell_m / speed);
        }
        if resistance_s_m.is_some() {
            // The ground takes from a cloud that thickens meanwhile.
            step_s = step_s.min((0.2 * puff.age_s).max(0.5));
        }
        let along = here.towards;
        let across = (-along.1, along.0);
        let size = Size { across_m: puff.sigma_m(across), along_m: puff.sigma_m(along), depth_m: puff.depth_m };
        let grown = growth::grow(options.scheme, &here, (size, puff.own), puff.height_m, puff.age_s, step_s, spread);
        let square = |a: f64| a * a;
        puff.widen(across, square(grown.size.across_m) - square(size.across_m));
        puff.widen(along, square(grown.size.along_m) - square(size.along_m));
        if let Some(resistance) = resistance_s_m {
            let middle_m = 0.5 * (puff.depth_m + grown.size.depth_m);
            let taken = 1.0 - math::exp(-deposition_1_s(puff, middle_m, options.scheme, &here, resistance) * step_s);
            lost_kg += taken * puff.mass_kg;
            puff.mass_kg *= 1.0 - taken;
        }
        puff.depth_m = grown.size.depth_m;
        puff.x_m += along.0 * grown.way_m;
        puff.y_m += along.1 * grown.way_m;
        puff.way_m += grown.way_m;
        puff.age_s += step_s;
        left_s -= step_s;
    }
    lost_kg
}

/// Rate at which the ground takes a puff's mass, 1/s: deposition velocity times share at the reference height,
///
/// ```text
/// vd = 1/(ra + rb + rc)    ra = [ln((z + z0)/z0) - psi_h(z/L)]/(k u*)    rb = 2/(k u*) (Sc/Pr)^(2/3)
/// ```
///
/// with z = 1 m or 0.6 of the depth where the cloud is thinner, and the ground's own resistance rc given. Hicks et al. (1987);
/// Sc/Pr = 1.8/0.72 of a middling gas (from memory, unchecked).
fn deposition_1_s(puff: &Puff, depth_m: f64, scheme: Scheme, air: &Air, ground_s_m: f64) -> f64 {
    let u = air.profile.friction_velocity_m_s;
    let z = (0.6 * depth_m).min(1.0);
    let z0 = air.profile.roughness_m;
    let psi = crate::weather::profile::psi_h(z * air.profile.inverse_obukhov_1_m);
    let aerial = ((math::ln((z + z0) / z0) - psi) / (crate::weather::KARMAN * u)).max(0.0);
    let skin = 2.0 / (crate::weather::KARMAN * u) * SKIN;
    let share = Puff { depth_m, ..*puff }.shape(scheme, air).share_1_m(z, puff.height_m, depth_m, air.mixing_height_m);
    share / (aerial + skin + ground_s_m)
}

/// (1.8/0.72)^(2/3).
const SKIN: f64 = 1.842;

#[cfg(test)]
mod tests;
