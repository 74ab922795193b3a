//! Toxic gas (毒气): leaks of the drill, carried by a wind that may turn, and the layer of concentration at the ground by substance.
//! The physics is `consequence`'s: substances, sources, dense start, puffs. Here is what a drill does with it: levers,
//! one wind for the whole grid, the raster, the balance. Equations, sources and limits: docs/models/gas.md, gas_transport.md.

pub mod advice;
pub mod layer;
pub mod leak;
pub mod monitor;
pub mod near;
pub mod streets;
pub mod study;
pub mod substance;
pub mod weather;

use crate::base::digest::Digest;
use crate::base::ids::FacilityId;
use crate::place::city::City;
use crate::place::grid::Grid;
use crate::vocab::body::Point;
use crate::vocab::lever::Lever;
pub use consequence::puff::Scheme;
use consequence::puff::{Options, kernel};
use consequence::release::Release;
use consequence::source::What;
use consequence::substance::Substance;
pub use consequence::weather::{Air, Class};
pub use leak::Leak;
pub use near::NearSpec;
use near::{Base, NearField, Surroundings};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
pub use substance::{Table, Toxicant, substance, substances};
pub use weather::{Roughness, Turn, Wind};

/// What the gas model is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GasSpec {
    /// Wind at 10 m at the start.
    pub wind: Wind,
    /// Height of the lid over the mixed air, m; that of wind and stability when not given.
    pub lid_m: Option<f64>,
    /// Dusk and dawn, hours of the day.
    pub night_h: (f64, f64),
    /// Cloud, 0 clear to 1 overcast.
    pub cloud: f64,
    pub roughness: Roughness,
    /// Stability held at this class, whatever the hour (drills may prescribe it).
    pub class: Option<Class>,
    /// How puffs grow.
    pub scheme: Scheme,
    /// Averaging time of the concentrations, s: ten minutes, as AEGL exposures are judged.
    pub averaging_s: f64,
    /// Air temperature, K: a summer evening (assumption).
    pub temperature_k: f64,
    /// An engine of its own for the near field; puffs and their dense paths alone when not given.
    pub near: Option<NearSpec>,
    /// What substances are: the embedded table, with the drill's own over it.
    #[serde(skip)]
    pub substances: Table,
}

impl Default for GasSpec {
    fn default() -> Self {
        GasSpec {
            wind: Wind { speed_m_s: 3.0, from_deg: 90.0 },
            lid_m: None,
            night_h: (19.0, 5.5),
            cloud: 0.5,
            roughness: Roughness::Urban,
            class: None,
            scheme: Scheme::Similarity,
            averaging_s: 600.0,
            temperature_k: 298.15,
            near: None,
            substances: Table::default(),
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

/// All that changes during a run, save the rasters, which follow from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GasState {
    turn: Turn,
    now_s: f64,
    hour_of_day: f64,
    /// The air of the last tick, in which the layers were drawn.
    air: Air,
    leaks: Vec<Leak>,
}

/// The balance, kg: `released == airborne + deposited + gone` up to rounding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct GasLedger {
    pub released_kg: f64,
    pub airborne_kg: f64,
    pub deposited_kg: f64,
    /// Carried off the grid.
    pub gone_kg: f64,
}

/// A leak whose cloud has burnt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BurntOff {
    pub site: FacilityId,
    /// What it would go on to give: kg/s, and for how long, s.
    pub rest: Option<(f64, f64)>,
    pub released_kg: f64,
}

/// One substance in the air: what it does, and where it is.
#[derive(Debug, Clone)]
pub struct Layer {
    pub toxicant: Toxicant,
    /// Concentration at the ground by cell, kg/m3.
    pub kg_m3: Vec<f32>,
}

/// The gas of a run.
#[derive(Debug, Clone)]
pub struct Gas {
    grid: Grid,
    spec: GasSpec,
    sites: Vec<Point>,
    /// What near fields are laid out from, where the spec has them, and those of the leaks so far, by site.
    around: Option<Arc<Surroundings>>,
    bases: BTreeMap<FacilityId, Arc<Base>>,
    state: GasState,
    /// In the order in which substances were first released.
    layers: Vec<Layer>,
    /// Clean air over the whole grid.
    clean: Vec<f32>,
    pending: Vec<GasNews>,
}

impl Gas {
    pub fn new(city: &City, spec: &GasSpec) -> Gas {
        let turn = Turn { from: spec.wind, to: spec.wind, start_s: 0.0, over_s: 0.0 };
        let hour_of_day = 12.0;
        let state =
            GasState { turn, now_s: 0.0, hour_of_day, air: air(spec, spec.wind, hour_of_day), leaks: Vec::new() };
        Gas::resume(city, spec, state)
    }

    /// Goes on from a checkpoint that was taken with the same city and spec.
    pub fn resume(city: &City, spec: &GasSpec, state: GasState) -> Gas {
        let mut gas = Gas {
            grid: city.grid,
            spec: spec.clone(),
            sites: city.facilities.iter().map(|f| f.at).collect(),
            around: spec.near.as_ref().map(|_| Arc::new(Surroundings::of(city))),
            bases: BTreeMap::new(),
            state,
            layers: Vec::new(),
            clean: vec![0.0; city.grid.len()],
            pending: Vec::new(),
        };
        gas.state.leaks.iter().map(|l| l.site).collect::<BTreeSet<_>>().into_iter().for_each(|site| gas.lay(site));
        gas.draw_layers();
        gas
    }

    /// Lays out the near field about a site, where the spec asks for one.
    fn lay(&mut self, site: FacilityId) {
        if let (Some(spec), Some(around)) = (&self.spec.near, &self.around) {
            let at = self.sites[site.index()];
            self.bases.entry(site).or_insert_with(|| Arc::new(Base::lay(spec, around, at)));
        }
    }

    fn options(&self) -> Options {
        let area = Some(self.grid);
        Options { scheme: self.spec.scheme, averaging_s: self.spec.averaging_s, area, ..Options::default() }
    }

    /// All that a checkpoint has to keep.
    pub fn state(&self) -> &GasState {
        &self.state
    }

    /// Moves one of the gas model's levers; those of other models are passed over.
    pub fn obey(&mut self, lever: &Lever, now_s: f64) {
        match lever {
            Lever::ReleaseGas { site, substance, rate_kg_s, duration_s, tank } => {
                let what = tank.as_ref().map(|tank| What::Tank(**tank));
                self.let_out(*site, substance, *rate_kg_s, *duration_s, what.as_ref(), now_s);
            }
            Lever::Spill { site, substance, rate_kg_s, duration_s, what } => {
                self.let_out(*site, substance, *rate_kg_s, *duration_s, Some(what), now_s);
            }
            Lever::ReduceLeak { site, share } => {
                for leak in self.state.leaks.iter_mut().filter(|l| l.site == *site && l.running) {
                    leak.reduce(share.clamp(0.0, 1.0));
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
            | Lever::Works(_)
            | Lever::AddRain { .. }
            | Lever::Burn { .. }
            | Lever::ExplodeDust { .. }
            | Lever::PlaceTank { .. }
            | Lever::CoolTanks { .. }
            | Lever::CloseRoad { .. }
            | Lever::OpenRoad { .. }
            | Lever::Outage { .. }
            | Lever::Casualties { .. } => {}
        }
    }

    /// A leak begins: of a rate, or of a source.
    fn let_out(
        &mut self,
        site: FacilityId,
        substance: &str,
        rate_kg_s: f64,
        duration_s: f64,
        what: Option<&What>,
        now_s: f64,
    ) {
        match self.release(site, substance, rate_kg_s, duration_s, what, now_s) {
            Ok(release) => {
                self.lay(site);
                let leak = Leak::new(site, &release);
                let leak = match &self.spec.near {
                    Some(near) => leak.through(NearField::new(near, &release, &self.options(), now_s)),
                    None => leak,
                };
                let (substance, rate_kg_s) = (leak.substance.clone(), leak.sustained_kg_s());
                self.pending.push(GasNews::Released { site, substance, rate_kg_s });
                self.state.leaks.push(leak);
            }
            Err(why) => self.pending.push(GasNews::Refused(format!("gas: {why}"))),
        }
    }

    /// What leaves, from a rate or out of a source in the air of this moment; or why it cannot.
    fn release(
        &self,
        site: FacilityId,
        asked: &str,
        rate_kg_s: f64,
        duration_s: f64,
        what: Option<&What>,
        now_s: f64,
    ) -> Result<Release, String> {
        let file = Path::new("lever");
        let substance = self.spec.substances.harmful(asked, file).map_err(|wrong| wrong.to_string())?;
        let at = *self.sites.get(site.index()).ok_or(format!("no site {site} for a release of \"{asked}\""))?;
        let until_s = now_s + duration_s;
        let wind = self.state.turn.at(now_s);
        let air = air(&self.spec, wind, self.state.hour_of_day);
        match what {
            None => Ok(leak::direct(substance, at, now_s, until_s, rate_kg_s.max(0.0), air.temperature_k)),
            Some(what) => {
                let sun_deg = weather::sun_elevation_deg(self.state.hour_of_day, self.spec.night_h);
                let place = leak::site_under(&air, wind, self.spec.cloud, sun_deg);
                leak::run(asked, &self.spec.substances, what, at, (now_s, until_s), &place, file)
                    .map_err(|wrong| wrong.to_string())
            }
        }
    }

    /// Brings the gas from `now_s` to `now_s + dt_s`; `hour_of_day` is that of the start.
    pub fn advance(&mut self, now_s: f64, dt_s: f64, hour_of_day: f64) -> Vec<GasNews> {
        let mut news = std::mem::take(&mut self.pending);
        let wind = self.state.turn.at(now_s + 0.5 * dt_s);
        self.state.hour_of_day = hour_of_day;
        self.state.now_s = now_s + dt_s;
        self.state.air = air(&self.spec, wind, hour_of_day);
        if self.state.leaks.is_empty() {
            return news;
        }
        let options = self.options();
        let air = self.state.air;
        for leak in &mut self.state.leaks {
            let row = self
                .spec
                .substances
                .find(&leak.substance)
                .expect("a leak's substance is in the table: obey looked it up");
            let base = self.bases.get(&leak.site).map(Arc::as_ref);
            if leak.advance(now_s, dt_s, &air, &options, row, base) {
                news.push(GasNews::Stopped { site: leak.site, released_kg: leak.ledger().released_kg });
            }
        }
        self.draw_layers();
        news
    }

    /// A substance burns out of the air; gives its leaks, which no longer feed the cloud.
    pub fn burn_off(&mut self, key: &str, now_s: f64) -> Vec<BurntOff> {
        let leaks = self.state.leaks.iter_mut().filter(|l| l.substance == key);
        let left = leaks
            .map(|l| BurntOff { site: l.site, rest: l.burn_off(now_s), released_kg: l.ledger().released_kg })
            .collect();
        self.draw_layers();
        left
    }
    /// Concentration of one substance at a point and height, kg/m3.
    pub fn concentration_of_kg_m3(&self, key: &str, p: Point, z_m: f64) -> f64 {
        let leaks = self.state.leaks.iter().filter(|l| l.substance == key);
        leaks.map(|l| l.concentration_kg_m3(&self.state.air, self.base(l), p, z_m)).sum()
    }

    /// What the near field of a leak lies on.
    pub fn base(&self, leak: &Leak) -> Option<&Base> {
        self.bases.get(&leak.site).map(Arc::as_ref)
    }

    /// Ground concentration as cell means, by substance.
    fn draw_layers(&mut self) {
        let (grid, air) = (self.grid, self.state.air);
        for leak in &self.state.leaks {
            if self.layers.iter().all(|l| l.toxicant.key() != leak.substance) {
                let row = self
                    .spec
                    .substances
                    .find(&leak.substance)
                    .expect("a leak's substance is in the table: obey looked it up");
                self.layers.push(Layer { toxicant: Toxicant::new(row), kg_m3: vec![0.0; grid.len()] });
            }
        }
        for Layer { toxicant, kg_m3 } in &mut self.layers {
            let leaks = self.state.leaks.iter().filter(|l| l.substance == toxicant.key());
            let stamps: Vec<kernel::Stamp> = leaks.flat_map(|l| l.stamps(&air, &grid)).collect();
            kg_m3.fill(0.0);
            kernel::add_to_raster(&stamps, &grid, kg_m3);
            for leak in self.state.leaks.iter().filter(|l| l.substance == toxicant.key()) {
                if let (Some(near), Some(base)) = (leak.near(), self.bases.get(&leak.site)) {
                    near.add_to_raster(base, &grid, kg_m3);
                }
            }
        }
    }

    /// All substances in the air, in the order of their first release.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }
    /// Concentration at the ground by cell, kg/m3, of the substance that was released first; zero before.
    pub fn concentration_kg_m3(&self) -> &[f32] {
        self.layers.first().map_or(self.clean.as_slice(), |l| l.kg_m3.as_slice())
    }
    /// Highest AEGL level, by the 10-minute values, of any substance at a cell.
    pub fn aegl(&self, cell: usize) -> u8 {
        self.layers.iter().map(|l| l.toxicant.aegl_level(f64::from(l.kg_m3[cell]), 10.0)).max().unwrap_or(0)
    }
    /// Whether someone at a cell notices a substance by smell or sting.
    pub fn noticed(&self, cell: usize) -> bool {
        self.layers.iter().any(|l| f64::from(l.kg_m3[cell]) > l.toxicant.noticed_kg_m3)
    }
    /// Concentration at a point and height, all substances together, kg/m3.
    pub fn point_concentration(&self, p: Point, z_m: f64) -> f64 {
        self.state.leaks.iter().map(|l| l.concentration_kg_m3(&self.state.air, self.base(l), p, z_m)).sum()
    }
    /// Wind at 10 m now.
    pub fn wind(&self) -> Wind {
        self.state.turn.at(self.state.now_s)
    }
    /// The air of the last tick.
    pub fn air(&self) -> &Air {
        &self.state.air
    }
    /// Rate at which a site leaks now, kg/s.
    pub fn leak_kg_s(&self, site: FacilityId) -> f64 {
        self.state.leaks.iter().filter(|l| l.site == site).map(|l| l.rate_kg_s(self.state.now_s)).sum()
    }
    /// What substances are in this run.
    pub fn substances(&self) -> &Table {
        &self.spec.substances
    }
    /// The substance of a leak.
    pub fn of_leak(&self, leak: &Leak) -> &Substance {
        self.spec.substances.find(&leak.substance).expect("a leak's substance is in the table: obey looked it up")
    }
    pub fn leaks(&self) -> &[Leak] {
        &self.state.leaks
    }
    pub fn ledger(&self) -> GasLedger {
        let mut sum = GasLedger::default();
        for ledger in self.state.leaks.iter().map(Leak::ledger) {
            sum.released_kg += ledger.released_kg;
            sum.airborne_kg += ledger.airborne_kg;
            sum.deposited_kg += ledger.deposited_kg;
            sum.gone_kg += ledger.gone_kg;
        }
        sum
    }
    pub fn digest(&self, digest: &mut Digest) {
        let (wind, ledger) = (self.wind(), self.ledger());
        digest.f64(wind.speed_m_s).f64(wind.from_deg).f64(ledger.released_kg).f64(ledger.gone_kg);
        for cloud in self.state.leaks.iter().flat_map(Leak::clouds) {
            digest.u32(cloud.puffs.len() as u32);
            for p in &cloud.puffs {
                digest.f64(p.x_m).f64(p.y_m).f64(p.mass_kg).f64(p.spread_m2[0]).f64(p.spread_m2[2]).f64(p.depth_m);
            }
        }
        self.state.leaks.iter().filter_map(Leak::near).for_each(|near| near.digest(digest));
        for layer in &self.layers {
            digest.f32s(&layer.kg_m3);
        }
    }
}

/// The air of a moment under a spec.
pub fn air(spec: &GasSpec, wind: Wind, hour_of_day: f64) -> Air {
    let sky = weather::sky(hour_of_day, spec.night_h, spec.cloud);
    weather::air(wind, sky, spec.class, spec.roughness, spec.lid_m, spec.temperature_k)
}
