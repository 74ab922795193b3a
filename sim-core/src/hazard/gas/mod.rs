//! Toxic gas: leaks as trains of Gaussian puffs in a wind that may turn, and the layer of concentration at the
//! ground. Passive gas only: heavy clouds that slump are not modelled. Equations, sources and limits:
//! docs/models/gas.md.

pub mod puff;
pub mod substance;
pub mod weather;

use crate::base::digest::Digest;
use crate::base::fold;
use crate::base::ids::FacilityId;
use crate::base::math;
use crate::place::city::City;
use crate::place::grid::Grid;
use crate::vocab::body::Point;
use crate::vocab::lever::Lever;
pub use puff::{Puff, Roughness};
use serde::{Deserialize, Serialize};
pub use substance::*;
pub use weather::{Pasquill, Turn, Wind};

/// Size of a puff at the leak, m (assumption: a torn flange or valve and the jet's first metre).
const FIRST_SIGMA_M: f64 = 1.0;
/// Height whose wind carries the cloud, m: that of ALOHA's passive formula, which its published runs agree with.
const CARRIER_HEIGHT_M: f64 = 3.0;
/// Slowest air that carries a cloud, m/s (assumption: in a calm air still stirs at walking pace or less).
const LEAST_AIR_M_S: f64 = 0.5;
/// Sigmas after which a puff is cut off. The mass left outside is 6 in 100,000 for each axis.
const CUT: f64 = 4.0;
/// Rows of the grid that are computed as one piece.
const BAND: usize = 16;

/// What the gas model is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GasSpec {
    /// Wind at 10 m at the start.
    pub wind: Wind,
    /// Height of the lid over the mixed air, m.
    pub lid_m: f64,
    /// Dusk and dawn, hours of the day.
    pub night_h: (f64, f64),
    /// Cloud, 0 clear to 1 overcast.
    pub cloud: f64,
    pub roughness: Roughness,
    /// Stability held at this class, whatever the hour (drills may prescribe it).
    pub class: Option<Pasquill>,
}

impl Default for GasSpec {
    fn default() -> Self {
        GasSpec {
            wind: Wind { speed_m_s: 3.0, from_deg: 90.0 },
            lid_m: 800.0,
            night_h: (19.0, 5.5),
            cloud: 0.5,
            roughness: Roughness::Urban,
            class: None,
        }
    }
}

/// What the gas model has to tell after a tick.
#[derive(Debug, Clone, PartialEq)]
pub enum GasNews {
    Released {
        site: FacilityId,
        substance: String,
        rate_kg_s: f64,
    },
    Stopped {
        site: FacilityId,
        released_kg: f64,
    },
    WindTurned {
        speed_m_s: f64,
        from_deg: f64,
    },
    /// A lever named a substance or a site that does not exist.
    Refused(String),
}

/// A leak.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Release {
    pub site: FacilityId,
    pub substance: u8,
    pub at: Point,
    pub rate_kg_s: f64,
    pub until_s: f64,
    pub released_kg: f64,
    pub running: bool,
}

/// All that changes during a run, save the rasters, which follow from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GasState {
    turn: Turn,
    class: Pasquill,
    now_s: f64,
    releases: Vec<Release>,
    puffs: Vec<Puff>,
    gone_kg: f64,
}

/// The balance, kg: `released == airborne + gone` up to rounding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct GasLedger {
    pub released_kg: f64,
    pub airborne_kg: f64,
    /// Carried off the grid.
    pub gone_kg: f64,
}

/// The gas of a run.
#[derive(Debug, Clone)]
pub struct Gas {
    grid: Grid,
    spec: GasSpec,
    sites: Vec<Point>,
    state: GasState,
    /// Concentration at the ground by substance, kg/m3; empty until the first release of it.
    layers: Vec<Vec<f32>>,
    pending: Vec<GasNews>,
}

impl Gas {
    pub fn new(city: &City, spec: &GasSpec) -> Gas {
        let turn = Turn { from: spec.wind, to: spec.wind, start_s: 0.0, over_s: 0.0 };
        let state = GasState {
            turn,
            class: spec.class.unwrap_or(Pasquill::D),
            now_s: 0.0,
            releases: Vec::new(),
            puffs: Vec::new(),
            gone_kg: 0.0,
        };
        Gas::resume(city, spec, state)
    }

    /// Goes on from a checkpoint that was taken with the same city and spec.
    pub fn resume(city: &City, spec: &GasSpec, state: GasState) -> Gas {
        let mut gas = Gas {
            grid: city.grid,
            spec: spec.clone(),
            sites: city.facilities.iter().map(|f| f.at).collect(),
            state,
            layers: vec![Vec::new(); SUBSTANCES.len()],
            pending: Vec::new(),
        };
        gas.draw_layers();
        gas
    }

    /// All that a checkpoint has to keep.
    pub fn state(&self) -> &GasState {
        &self.state
    }

    /// Moves one of the gas model's levers; those of other models are passed over.
    pub fn obey(&mut self, lever: &Lever, now_s: f64) {
        match lever {
            Lever::ReleaseGas { site, substance, rate_kg_s, duration_s } => {
                let row = SUBSTANCES.iter().position(|s| s.key == substance);
                let at = self.sites.get(site.index()).copied();
                let (Some(row), Some(at)) = (row, at) else {
                    self.pending.push(GasNews::Refused(format!("gas: no release of \"{substance}\" at site {site}")));
                    return;
                };
                self.state.releases.push(Release {
                    site: *site,
                    substance: row as u8,
                    at,
                    rate_kg_s: rate_kg_s.max(0.0),
                    until_s: now_s + duration_s,
                    released_kg: 0.0,
                    running: true,
                });
                self.pending.push(GasNews::Released {
                    site: *site,
                    substance: substance.clone(),
                    rate_kg_s: *rate_kg_s,
                });
            }
            Lever::ReduceLeak { site, share } => {
                for release in self.state.releases.iter_mut().filter(|r| r.site == *site && r.running) {
                    release.rate_kg_s *= 1.0 - share.clamp(0.0, 1.0);
                    if release.rate_kg_s <= 0.0 {
                        release.until_s = now_s;
                    }
                }
            }
            Lever::SetWind { speed_m_s, from_deg, over_s } => {
                let to = Wind { speed_m_s: speed_m_s.max(0.0), from_deg: *from_deg };
                self.state.turn = Turn { from: self.state.turn.at(now_s), to, start_s: now_s, over_s: *over_s };
                self.pending.push(GasNews::WindTurned { speed_m_s: *speed_m_s, from_deg: *from_deg });
            }
            Lever::SeepLevee(_)
            | Lever::BreachLevee { .. }
            | Lever::StrengthenLevee { .. }
            | Lever::CloseBreach { .. }
            | Lever::SetPump { .. }
            | Lever::MobilePump { .. }
            | Lever::AddRain { .. }
            | Lever::CloseRoad { .. }
            | Lever::OpenRoad { .. }
            | Lever::Outage { .. }
            | Lever::Casualties { .. } => {}
        }
    }

    /// Brings the gas from `now_s` to `now_s + dt_s`; `hour_of_day` is that of the start.
    pub fn advance(&mut self, now_s: f64, dt_s: f64, hour_of_day: f64) -> Vec<GasNews> {
        let mut news = std::mem::take(&mut self.pending);
        let wind = self.state.turn.at(now_s + 0.5 * dt_s);
        let sun = weather::sun(hour_of_day, self.spec.night_h, self.spec.cloud);
        let class = self.spec.class.unwrap_or_else(|| weather::pasquill(wind.speed_m_s, sun));
        self.state.class = class;
        let carrier = weather::profile(class, self.spec.roughness.z0_m(), CARRIER_HEIGHT_M);
        let air_m_s = (wind.speed_m_s * carrier).max(LEAST_AIR_M_S);
        let (ex, ey) = wind.along();
        let roughness = self.spec.roughness;

        for puff in &mut self.state.puffs {
            let way = air_m_s * dt_s;
            puff.travel((ex * way, ey * way), way, class, roughness);
        }
        self.release(now_s, dt_s, air_m_s, (ex, ey), &mut news);
        self.merge();
        self.cull();
        self.state.now_s = now_s + dt_s;
        self.draw_layers();
        news
    }

    /// New puffs of a tick, no further apart than half a cell, each moved on for the time since it came out.
    fn release(&mut self, now_s: f64, dt_s: f64, air_m_s: f64, along: (f64, f64), news: &mut Vec<GasNews>) {
        let (class, roughness) = (self.state.class, self.spec.roughness);
        let pieces = (air_m_s * dt_s / (0.5 * self.grid.cell_m)).ceil().clamp(1.0, 64.0) as u32;
        for (source, release) in self.state.releases.iter_mut().enumerate().filter(|(_, r)| r.running) {
            let works_s = (release.until_s - now_s).clamp(0.0, dt_s);
            let piece_s = works_s / f64::from(pieces);
            let mass = release.rate_kg_s * piece_s;
            if mass > 0.0 {
                for k in 0..pieces {
                    let age_s = dt_s - (f64::from(k) + 0.5) * piece_s;
                    let way = air_m_s * age_s;
                    let mut puff =
                        Puff::new(release.substance, source as u32, release.at, mass, FIRST_SIGMA_M, class, roughness);
                    puff.travel((along.0 * way, along.1 * way), way, class, roughness);
                    release.released_kg += mass;
                    self.state.puffs.push(puff);
                }
            }
            if release.until_s <= now_s + dt_s {
                release.running = false;
                news.push(GasNews::Stopped { site: release.site, released_kg: release.released_kg });
            }
        }
    }

    /// Makes one of two puffs that follow each other closely. Puffs stand in the order of their release.
    fn merge(&mut self) {
        let roughness = self.spec.roughness;
        let mut kept: Vec<Puff> = Vec::with_capacity(self.state.puffs.len());
        // Two of a pair at most become one in a tick, so that a train does not run together into a single puff.
        let mut fresh = true;
        for puff in &self.state.puffs {
            match kept.last_mut() {
                Some(last) if fresh && last.near(puff) => {
                    last.absorb(puff, roughness);
                    fresh = false;
                }
                _ => {
                    kept.push(*puff);
                    fresh = true;
                }
            }
        }
        self.state.puffs = kept;
    }

    /// Lets go of puffs that have left the grid.
    fn cull(&mut self) {
        let g = self.grid;
        let mut gone = 0.0;
        self.state.puffs.retain(|p| {
            let reach = CUT * p.sigma_y_m;
            let on = p.at.x + reach > g.x0
                && p.at.y + reach > g.y0
                && p.at.x - reach < g.x0 + g.width_m()
                && p.at.y - reach < g.y0 + g.height_m();
            if !on {
                gone += p.mass_kg;
            }
            on
        });
        self.state.gone_kg += gone;
    }

    /// Ground concentration as cell means: a round Gaussian is the product of one factor per axis.
    fn draw_layers(&mut self) {
        let grid = self.grid;
        for (row, layer) in self.layers.iter_mut().enumerate() {
            let puffs: Vec<&Puff> = self.state.puffs.iter().filter(|p| usize::from(p.substance) == row).collect();
            if puffs.is_empty() && layer.is_empty() {
                continue;
            }
            layer.resize(grid.len(), 0.0);
            let lid_m = self.spec.lid_m;
            let stamps: Vec<Stamp> = fold::map(puffs.len(), |k| Stamp::new(puffs[k], &grid, lid_m));
            fold::each_chunk(layer, grid.nx * BAND, |b, rows| {
                rows.fill(0.0);
                for stamp in &stamps {
                    stamp.press(b * BAND, grid.nx, rows);
                }
            });
        }
    }

    /// Concentration at the ground by cell, kg/m3, of the substance that was released first; empty before.
    pub fn concentration_kg_m3(&self) -> &[f32] {
        self.state.releases.first().map_or(&[], |r| self.layers[usize::from(r.substance)].as_slice())
    }
    /// The same for one substance (row of [`SUBSTANCES`]); empty while it was never released.
    pub fn concentration_of(&self, row: usize) -> &[f32] {
        &self.layers[row]
    }
    /// The substance of [`Gas::concentration_kg_m3`].
    pub fn substance(&self) -> Option<&'static Substance> {
        self.state.releases.first().map(|r| &SUBSTANCES[usize::from(r.substance)])
    }
    /// Concentration at a point and height, all substances together, kg/m3.
    pub fn point_concentration(&self, p: Point, z_m: f64) -> f64 {
        self.state.puffs.iter().map(|puff| puff.concentration_kg_m3(p, z_m, self.spec.lid_m)).sum()
    }
    /// Wind at 10 m now.
    pub fn wind(&self) -> Wind {
        self.state.turn.at(self.state.now_s)
    }
    /// Stability class of the last tick.
    pub fn class(&self) -> Pasquill {
        self.state.class
    }
    /// Rate at which a site leaks now, kg/s.
    pub fn leak_kg_s(&self, site: FacilityId) -> f64 {
        self.state.releases.iter().filter(|r| r.running && r.site == site).map(|r| r.rate_kg_s).sum()
    }
    pub fn puffs(&self) -> &[Puff] {
        &self.state.puffs
    }
    pub fn ledger(&self) -> GasLedger {
        GasLedger {
            released_kg: self.state.releases.iter().map(|r| r.released_kg).sum(),
            airborne_kg: self.state.puffs.iter().map(|p| p.mass_kg).sum(),
            gone_kg: self.state.gone_kg,
        }
    }
    pub fn digest(&self, digest: &mut Digest) {
        let wind = self.wind();
        digest.f64(wind.speed_m_s).f64(wind.from_deg).f64(self.state.gone_kg).u32(self.state.puffs.len() as u32);
        for puff in &self.state.puffs {
            digest.f64(puff.at.x).f64(puff.at.y).f64(puff.mass_kg).f64(puff.sigma_y_m).f64(puff.sigma_z_m);
        }
        for layer in &self.layers {
            digest.f32s(layer);
        }
    }
}

/// A puff as two rows of factors on the grid.
struct Stamp {
    i0: usize,
    j0: usize,
    east: Vec<f32>,
    north: Vec<f32>,
}

impl Stamp {
    fn new(puff: &Puff, grid: &Grid, lid_m: f64) -> Stamp {
        let reach = CUT * puff.sigma_y_m + grid.cell_m;
        let range = |centre: f64, origin: f64, n: usize| {
            let from = ((centre - reach - origin) / grid.cell_m).floor().clamp(0.0, n as f64) as usize;
            let to = ((centre + reach - origin) / grid.cell_m).ceil().clamp(0.0, n as f64) as usize;
            (from, to.max(from))
        };
        let factors = |centre: f64, origin: f64, n: usize| {
            let (from, to) = range(centre, origin, n);
            // Mean over a cell: a difference of the error function at its edges, shared with the neighbours.
            let edge = |k: usize| {
                let x = origin + k as f64 * grid.cell_m - centre;
                math::erf(x / (std::f64::consts::SQRT_2 * puff.sigma_y_m))
            };
            let mut values = Vec::with_capacity(to - from);
            let mut before = edge(from);
            for k in from..to {
                let after = edge(k + 1);
                values.push((after - before) / (2.0 * grid.cell_m));
                before = after;
            }
            (from, values)
        };
        let (i0, east) = factors(puff.at.x, grid.x0, grid.nx);
        let (j0, north) = factors(puff.at.y, grid.y0, grid.ny);
        let strength = puff.mass_kg * puff.vertical(0.0, lid_m);
        Stamp {
            i0,
            j0,
            east: east.into_iter().map(|v| v as f32).collect(),
            north: north.into_iter().map(|v| (v * strength) as f32).collect(),
        }
    }

    /// Adds itself to some whole rows of the grid, of which `first` is the lowest.
    fn press(&self, first: usize, nx: usize, rows: &mut [f32]) {
        let last = first + rows.len() / nx;
        for j in self.j0.max(first)..(self.j0 + self.north.len()).min(last) {
            let factor = self.north[j - self.j0];
            let at = (j - first) * nx + self.i0;
            for (cell, east) in rows[at..at + self.east.len()].iter_mut().zip(&self.east) {
                *cell += factor * east;
            }
        }
    }
}
