//! Fire and blast (火灾与爆炸): what the drill lights burns, tanks beside read the heat where they stand and fail when it has lasted long
//! enough, and their failure is a fire, a blast or a release of its own. No link of that chain is written anywhere: each
//! owner reads a layer. The physics is `consequence`'s; equations, sources and limits: docs/models/fire.md.
//!
//! Two layers come out: heat (热辐射) at 1.5 m, W/m2, in [`Spell`]s of a tick, because a fireball lasts seconds and dose is not linear
//! in heat; and the peak overpressure of each blast (超压), Pa. Both are also points: a tank asks the flames themselves.

pub mod cloud;
pub mod houses;
pub mod tank;

use crate::base::digest::Digest;
use crate::base::grid::Grid;
use crate::base::ids::FacilityId;
use crate::base::text::Text;
use crate::base::time::Tick;
use crate::hazard::gas::{self, Wind};
use crate::place::city::{City, Cover};
use crate::vocab::body::Point;
use crate::vocab::chain::{Happening, Link, Load, Node, Stage};
use crate::vocab::lever::Lever;
use consequence::blast::{Blast, DustExplosion, Tnt, VapourCloud};
use consequence::fire::burn::{Burn, BurnSpec, Flame};
use consequence::fire::flash::Limits;
use consequence::fire::store::{Failure, StoreSpec};
use consequence::fire::{FireAir, Fireball, Placed, layer};
use houses::{Houses, Struck};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use tank::{Store, Verdict};

/// Height at which the layer of heat is drawn, m: a chest.
pub const CHEST_M: f64 = 1.5;
/// Heat below which a cell takes nothing, W/m2: a summer's sun.
const LEAST_W_M2: f64 = 1000.0;
/// Overpressure below which a blast is not followed, Pa: panes stand (40 CFR 68 counts from 6.9 kPa).
const LEAST_PA: f64 = 700.0;
/// Flames are drawn anew this often, s: as often as a pool's area changes.
const REDRAW_S: f64 = 60.0;

/// The air in which things burn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Around {
    pub air: FireAir,
    pub wind: Wind,
}

impl Around {
    pub fn of(gas: &gas::Gas) -> Around {
        Around { air: FireAir::of(gas.air()), wind: gas.wind() }
    }
    /// Unit vector in which the wind blows, east and north.
    fn towards(&self) -> (f64, f64) {
        consequence::weather::towards(self.wind.from_deg)
    }
}

/// What the fire model has to tell after a tick.
#[derive(Debug, Clone, PartialEq)]
pub enum FireNews {
    Began {
        node: Node,
    },
    Ended {
        site: FacilityId,
        what: Happening,
        burnt_kg: f64,
    },
    Chain(Link),
    Blast {
        node: Node,
        houses: [u32; 3],
        debris: Vec<(Point, f64)>,
    },
    Alight(crate::base::ids::BuildingId),
    /// A failed tank asks another owner for something: poison for the gas model.
    Ask(Box<Lever>),
    Refused(String),
}

/// A burning thing and where it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Lit {
    site: FacilityId,
    at: Point,
    burn: Burn,
    /// Told that it is out.
    out: bool,
}

/// A fireball that burns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Ball {
    node: Node,
    ball: Fireball,
    from_s: f64,
}

/// A blast that goes off at a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bang {
    pub node: Node,
    wave: Wave,
    at_s: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Wave {
    Tnt(Tnt),
    Cloud(VapourCloud),
    Dust(DustExplosion),
}

impl Blast for Wave {
    fn overpressure_pa(&self, away_m: f64) -> f64 {
        match self {
            Wave::Tnt(b) => b.overpressure_pa(away_m),
            Wave::Cloud(b) => b.overpressure_pa(away_m),
            Wave::Dust(b) => b.overpressure_pa(away_m),
        }
    }
    fn impulse_pa_s(&self, away_m: f64) -> f64 {
        match self {
            Wave::Tnt(b) => b.impulse_pa_s(away_m),
            Wave::Cloud(b) => b.impulse_pa_s(away_m),
            Wave::Dust(b) => b.impulse_pa_s(away_m),
        }
    }
}

/// All that changes during a run, save what follows from it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FireState {
    lit: Vec<Lit>,
    stores: Vec<Store>,
    balls: Vec<Ball>,
    bangs: Vec<Bang>,
    houses: Houses,
    /// When and in which air the flames were last drawn.
    drawn: Option<(f64, Around)>,
    /// Strongest heat since the last frame of a recording, W/m2, and strongest overpressure of the run, Pa; empty before any.
    peak_w_m2: Vec<f32>,
    worst_pa: Vec<f32>,
    /// When the last blast went off.
    blew_s: Option<f64>,
    links: u32,
    /// Substances whose cloud has been among sparks.
    met: BTreeMap<String, cloud::Met>,
}

/// Heat at the ground for a part of a tick.
#[derive(Debug, Clone, PartialEq)]
pub struct Spell {
    pub dt_s: f64,
    /// W/m2 by cell.
    pub heat_w_m2: Vec<f32>,
}

/// The blast of this tick at the ground.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    pub bang: Bang,
    /// Houses that it damaged.
    pub struck: Struck,
}

impl Hit {
    pub fn overpressure_pa(&self, p: Point) -> f64 {
        let away = p.distance_m(Point::new(self.bang.node.x, self.bang.node.y));
        self.bang.wave.overpressure_pa(away.max(1.0))
    }
}

/// The fires of a run.
#[derive(Debug, Clone)]
pub struct Fires {
    grid: Grid,
    sites: Vec<Point>,
    substances: gas::Table,
    seed: u64,
    state: FireState,
    /// Heat of all that burns steadily, W/m2 by cell; empty when nothing does.
    steady: Vec<f32>,
    spells: Vec<Spell>,
    hits: Vec<Hit>,
    /// Cells through which a cloud burns in this tick.
    flashed: Vec<usize>,
    pending: Vec<FireNews>,
}

impl Fires {
    pub fn new(city: &City, seed: u64) -> Fires {
        Fires::resume(city, seed, FireState::default())
    }

    /// Goes on from a checkpoint that was taken with the same city and seed.
    pub fn resume(city: &City, seed: u64, state: FireState) -> Fires {
        Fires::of(city, seed, gas::Table::default(), state)
    }

    /// The fires of a drill with a table of substances.
    pub fn of(city: &City, seed: u64, substances: gas::Table, state: FireState) -> Fires {
        let mut fires = Fires {
            grid: city.grid,
            sites: city.facilities.iter().map(|f| f.at).collect(),
            substances,
            seed,
            state,
            steady: Vec::new(),
            spells: Vec::new(),
            hits: Vec::new(),
            flashed: Vec::new(),
            pending: Vec::new(),
        };
        if let Some((at_s, around)) = fires.state.drawn {
            fires.draw_flames(at_s, around);
        }
        fires
    }

    pub fn state(&self) -> &FireState {
        &self.state
    }
    /// Whether nothing was ever lit, placed or blown up: then the model has no part in the run.
    pub fn is_idle(&self) -> bool {
        let s = &self.state;
        s.lit.is_empty() && s.stores.is_empty() && s.balls.is_empty() && s.bangs.is_empty() && s.links == 0
    }

    /// Lights a fire; what is wrong with it becomes news.
    pub fn burn(&mut self, site: FacilityId, spec: &BurnSpec, now_s: f64, around: &Around) {
        let lit = match self.sites.get(site.index()) {
            Some(at) => Burn::light(spec, &self.substances, now_s, &around.air, Path::new("lever"))
                .map(|burn| Lit { site, at: spec.at(*at), burn, out: false })
                .map_err(|wrong| wrong.to_string()),
            None => Err(format!("no site {site} for a fire of \"{}\"", spec.substance)),
        };
        match lit {
            Ok(lit) => {
                self.pending.push(FireNews::Began { node: lit.node() });
                self.state.lit.push(lit);
                self.state.drawn = None;
            }
            Err(why) => self.pending.push(FireNews::Refused(format!("fire: {why}"))),
        }
    }

    /// Dust explodes in a workshop of a site: its blast goes out where the walls give way. Where they hold nothing is felt outside.
    pub fn explode_dust(&mut self, site: FacilityId, dust: &DustExplosion, now_s: f64) {
        let Some(at) = self.sites.get(site.index()).copied() else {
            self.pending.push(FireNews::Refused(format!("fire: no site {site} for a dust explosion")));
            return;
        };
        if dust.wall_gone() {
            let node = self.node_of(Happening::DustExplosion, "", site, None, at);
            self.state.bangs.push(Bang { node, wave: Wave::Dust(*dust), at_s: now_s });
        }
    }

    /// Puts a tank there; what is wrong with it becomes news.
    pub fn place(&mut self, site: FacilityId, spec: &StoreSpec) {
        let wrong = spec.check(&self.substances, Path::new("lever"));
        match self.sites.get(site.index()) {
            Some(at) if wrong.is_empty() => self.state.stores.push(Store::new(site, spec, spec.at(*at))),
            Some(_) => self.pending.push(FireNews::Refused(format!("fire: {wrong}"))),
            None => self.pending.push(FireNews::Refused(format!("fire: no site {site} for a tank"))),
        }
        self.state.drawn = None;
    }

    /// Water on the heated tanks of a site, shared out by what each needs.
    pub fn cool(&mut self, site: FacilityId, water_kg_s: f64, until_s: f64) {
        let mine = |s: &Store| s.site == site && s.in_danger();
        let need: f64 = self.state.stores.iter().filter(|s| mine(s)).map(|s| s.spec.cooling_kg_s()).sum();
        for store in self.state.stores.iter_mut().filter(|s| mine(s)) {
            store.hoses.push((until_s, water_kg_s * store.spec.cooling_kg_s() / need));
        }
    }

    /// Crews shut what feeds the fires of a site.
    pub fn shut(&mut self, site: FacilityId, now_s: f64, around: &Around) {
        for lit in self.state.lit.iter_mut().filter(|l| l.site == site && !l.out) {
            let s = self
                .substances
                .find(&lit.burn.spec.substance)
                .expect("a fire's substance was looked up when it was lit");
            lit.burn.shut(s, now_s, &around.air);
            self.state.drawn = None;
        }
    }

    /// Something burns at a site.
    pub fn burning(&self, site: FacilityId) -> bool {
        self.state.lit.iter().any(|l| l.site == site && !l.out)
    }
    /// A tank of the site is heated so that it may fail.
    pub fn tank_in_danger(&self, site: FacilityId) -> bool {
        self.state.stores.iter().any(|s| s.site == site && s.in_danger())
    }

    /// A cloud of a substance meets what could light it. If it is lit it burns, and explodes where that is in it: gives the link.
    pub fn meet(
        &mut self,
        city: &City,
        gas: &gas::Gas,
        layer: &gas::Layer,
        sparks: &cloud::Sparks,
        tick: Tick,
        dt_s: f64,
    ) -> Option<Link> {
        let (s, air) = (&*layer.toxicant.substance, gas.air());
        let limits = Limits::of(s, air.temperature_k, air.pressure_pa)?;
        if layer.kg_m3.iter().all(|c| f64::from(*c) < limits.lower_kg_m3) {
            self.state.met.remove(&s.key);
            return None;
        }
        let mut met = self.state.met.get(&s.key).copied();
        let lit = cloud::light(&self.grid, &layer.kg_m3, &limits, sparks, self.seed, tick, dt_s, &mut met);
        if let Some(met) = met {
            self.state.met.insert(s.key.clone(), met);
        }
        let (lit, met) = (lit?, met?);
        self.state.met.remove(&s.key);
        let site = gas.leaks().iter().find(|l| l.substance == s.key).map(|l| l.site)?;
        let fuel = cloud::fuel(&self.grid, &lit.cells, &limits, &|p, z| gas.concentration_of_kg_m3(&s.key, p, z));
        let among_houses = matches!(city.cover[lit.at], Cover::Built | Cover::Industry);
        let bang = cloud::explosion(s, &fuel, among_houses, air.pressure_pa);
        let at = self.grid.centre(lit.at);
        let cause = self.node_of(Happening::GasCloud, &s.key, site, None, self.sites[site.index()]);
        let effect = match bang {
            Some(wave) => {
                let middle = Point::new(fuel.middle_m[0], fuel.middle_m[1]);
                let node = self.node_of(Happening::CloudExplosion, &s.key, site, None, middle);
                let at_s = tick.seconds() + dt_s;
                self.state.bangs.push(Bang { node: node.clone(), wave: Wave::Cloud(wave), at_s });
                node
            }
            None => self.node_of(Happening::FlashFire, &s.key, site, None, at),
        };
        self.flashed = lit.cells;
        self.state.links += 1;
        Some(Link {
            id: self.state.links,
            cause,
            effect,
            load: Load::Gas { of_lower_limit: lit.of_lower_limit },
            probability: 1.0 - met.unlit,
            delay_s: tick.seconds() - met.since_s,
            stage: Stage::Happened,
        })
    }
    /// Places that burn now, for gas that looks for a flame.
    pub fn flames_at(&self) -> impl Iterator<Item = (Point, FacilityId)> {
        self.state.lit.iter().filter(|l| !l.out).map(|l| (l.at, l.site))
    }

    /// Brings fires and tanks from `now_s` to `now_s + dt_s`.
    pub fn advance(&mut self, city: &City, now_s: f64, dt_s: f64, around: Around) -> Vec<FireNews> {
        let mut news = std::mem::take(&mut self.pending);
        self.spells.clear();
        self.hits.clear();
        self.flashed.clear();
        if self.is_idle() {
            return news;
        }
        // The frame of a whole minute has been recorded: the next collects anew.
        if ((now_s - dt_s) / 60.0).fract() == 0.0 {
            self.state.peak_w_m2.fill(0.0);
        }
        for lit in self.state.lit.iter_mut().filter(|l| !l.out && l.burn.ends_s() <= now_s) {
            lit.out = true;
            let (what, burnt_kg) = (lit.what(), lit.burn.burnt_kg(now_s));
            news.push(FireNews::Ended { site: lit.site, what, burnt_kg });
            self.state.drawn = None;
        }
        self.state.balls.retain(|b| b.from_s + b.ball.lasts_s > now_s);
        if self.state.drawn.is_none_or(|(at_s, _)| now_s - at_s >= REDRAW_S) {
            self.state.drawn = Some((now_s, around));
            self.draw_flames(now_s, around);
        }
        self.draw_spells(now_s, dt_s);
        self.blow(city, now_s, dt_s, around, &mut news);
        self.heat_tanks(now_s, dt_s, around, &mut news);
        for alight in self.state.houses.heat(city, &self.spells) {
            news.push(FireNews::Alight(alight));
        }
        news
    }

    /// The flames at a moment and what each tank gets of them.
    fn draw_flames(&mut self, now_s: f64, around: Around) {
        let flames: Vec<(usize, Flame)> = self
            .state
            .lit
            .iter()
            .enumerate()
            .filter(|(_, l)| !l.out)
            .filter_map(|(k, l)| {
                let s = self.substances.find(&l.burn.spec.substance)?;
                // A fire that is lit within a tick burns from its start.
                Some((k, l.burn.flame(s, now_s.max(l.burn.from_s), around.air)?))
            })
            .collect();
        let towards = around.towards();
        let placed: Vec<Placed> =
            flames.iter().map(|(k, f)| Placed { fire: f, at: self.state.lit[*k].at, towards }).collect();
        self.steady =
            if placed.is_empty() { Vec::new() } else { layer::paint(&self.grid, &placed, CHEST_M, LEAST_W_M2) };
        for store in &mut self.state.stores {
            store.felt = flames.iter().zip(&placed).map(|((k, _), p)| (*k, store.heat_of(p))).collect();
        }
    }

    /// Heat of the tick in stretches between which fireballs begin and end.
    fn draw_spells(&mut self, now_s: f64, dt_s: f64) {
        let end_s = now_s + dt_s;
        let mut cuts = vec![now_s, end_s];
        cuts.extend(self.state.balls.iter().flat_map(|b| [b.from_s, b.from_s + b.ball.lasts_s]));
        cuts.retain(|t| (now_s..=end_s).contains(t));
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        for span in cuts.windows(2) {
            let middle = 0.5 * (span[0] + span[1]);
            let burning = self.state.balls.iter().filter(|b| b.burns_at(middle));
            let placed: Vec<Placed> = burning.map(Ball::placed).collect();
            if placed.is_empty() && self.steady.is_empty() {
                continue;
            }
            let mut heat = if placed.is_empty() {
                self.steady.clone()
            } else {
                layer::paint(&self.grid, &placed, CHEST_M, LEAST_W_M2)
            };
            if !placed.is_empty() {
                for (q, steady) in heat.iter_mut().zip(&self.steady) {
                    *q += steady;
                }
            }
            self.state.peak_w_m2.resize(self.grid.len(), 0.0);
            for (peak, q) in self.state.peak_w_m2.iter_mut().zip(&heat) {
                *peak = peak.max(*q);
            }
            self.spells.push(Spell { dt_s: span[1] - span[0], heat_w_m2: heat });
        }
    }

    /// Tanks take their heat; those whose time is up fail, or hold by the draw.
    fn heat_tanks(&mut self, now_s: f64, dt_s: f64, around: Around, news: &mut Vec<FireNews>) {
        for k in 0..self.state.stores.len() {
            let (balls, cause) = {
                let store = &self.state.stores[k];
                let near = |b: &&Ball| b.overlap_s(now_s, dt_s) > 0.0;
                let felt = |b: &Ball| (b.overlap_s(now_s, dt_s), store.heat_of(&b.placed()));
                let balls: Vec<(f64, f64)> = self.state.balls.iter().filter(near).map(felt).collect();
                let lit = store.felt.iter().map(|(row, q)| (*q, self.state.lit[*row].node()));
                let balls_by = self.state.balls.iter().filter(near).zip(&balls).map(|(b, (_, q))| (*q, b.node.clone()));
                let cause = lit.chain(balls_by).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, node)| node);
                (balls, cause)
            };
            let next = self.state.links + 1;
            let store = &mut self.state.stores[k];
            let verdict = store.heat(now_s, dt_s, &balls, cause.as_ref(), self.seed, k as u32, next);
            let Some(open) = store.link.clone() else { continue };
            self.state.links = self.state.links.max(open.id);
            let Some(verdict) = verdict else { continue };
            if matches!(verdict, Verdict::Holds { .. }) {
                store.link = None;
            }
            let cause = open.cause;
            let load = Load::Heat { w_m2: open.heat_w_m2 };
            let (stage, probability, delay_s) = match verdict {
                Verdict::Endangered { delay_s, probability } => (Stage::Threatens, probability, delay_s),
                Verdict::Fails { after_s, probability } => (Stage::Happened, probability, after_s),
                Verdict::Holds { after_s, probability } => (Stage::Spared, probability, after_s),
            };
            self.tell_link(k, open.id, cause, load, stage, probability, delay_s, now_s + dt_s, around, news);
        }
    }

    /// Tells a link from a cause to a tank; where it has happened the tank fails.
    fn tell_link(
        &mut self,
        store: usize,
        id: u32,
        cause: Node,
        load: Load,
        stage: Stage,
        probability: f64,
        delay_s: f64,
        at_s: f64,
        around: Around,
        news: &mut Vec<FireNews>,
    ) {
        let (site, at, spec) = {
            let s = &self.state.stores[store];
            (s.site, s.at, s.spec.clone())
        };
        let substance =
            self.substances.find(&spec.substance).expect("a tank's substance was looked up when it was placed");
        let failure = spec.failure(substance, around.air);
        let what = match &failure {
            Failure::Fireball { .. } => Happening::Fireball,
            Failure::Burst { airborne_kg, .. } if *airborne_kg > 0.0 => Happening::Release,
            Failure::Burst { .. } => Happening::Burst,
            Failure::Pool(_) => Happening::PoolFire,
            Failure::Spill(_) => Happening::Release,
        };
        let node = self.node_of(what, &spec.substance, site, Some(spec.name.clone()), at);
        let effect = node.clone();
        news.push(FireNews::Chain(Link { id, cause, effect, load, probability, delay_s, stage }));
        if stage != Stage::Happened {
            return;
        }
        let bang = |what, blast: Tnt| Bang { node: Node { what, ..node.clone() }, wave: Wave::Tnt(blast), at_s };
        match failure {
            Failure::Fireball { ball, blast } => {
                self.state.bangs.push(bang(Happening::Fireball, blast));
                self.state.balls.push(Ball { node, ball, from_s: at_s });
            }
            Failure::Burst { blast, airborne_kg } => {
                self.state.bangs.push(bang(Happening::Burst, blast));
                if airborne_kg > 0.0 {
                    let duration_s = consequence::fire::store::BURSTS_S;
                    let (rate_kg_s, substance) = (airborne_kg / duration_s, spec.substance.clone());
                    let lever = Lever::ReleaseGas { site, substance, rate_kg_s, duration_s, tank: None };
                    news.push(FireNews::Ask(Box::new(lever)));
                }
            }
            Failure::Pool(burn) => self.burn(site, &burn, at_s, &around),
            Failure::Spill(tank) => {
                let substance = spec.substance.clone();
                let lever = Lever::ReleaseGas { site, substance, rate_kg_s: 0.0, duration_s: 3600.0, tank: Some(tank) };
                news.push(FireNews::Ask(Box::new(lever)));
            }
        }
    }

    fn node_of(&self, what: Happening, substance: &str, site: FacilityId, tank: Option<Text>, at: Point) -> Node {
        Node { what, substance: substance.into(), site, tank, x: at.x, y: at.y }
    }

    /// Blasts of this tick strike houses and tanks.
    fn blow(&mut self, city: &City, now_s: f64, dt_s: f64, around: Around, news: &mut Vec<FireNews>) {
        let (due, later): (Vec<Bang>, Vec<Bang>) =
            std::mem::take(&mut self.state.bangs).into_iter().partition(|b| b.at_s < now_s + dt_s);
        self.state.bangs = later;
        for bang in due {
            self.state.blew_s = Some(now_s);
            let at = Point::new(bang.node.x, bang.node.y);
            let blast = [consequence::blast::layer::Placed { blast: &bang.wave, at }];
            let peak = consequence::blast::layer::paint(&self.grid, &blast, LEAST_PA);
            self.state.worst_pa.resize(self.grid.len(), 0.0);
            for (worst, pa) in self.state.worst_pa.iter_mut().zip(&peak) {
                *worst = worst.max(*pa);
            }
            let struck = self.state.houses.strike(city, self.seed, at, &bang.wave, LEAST_PA);
            let (houses, debris) = (struck.counts(), struck.debris(city));
            news.push(FireNews::Blast { node: bang.node.clone(), houses, debris });
            for k in 0..self.state.stores.len() {
                let store = &self.state.stores[k];
                if !store.stands() {
                    continue;
                }
                let away_m = store.at.distance_m(at).max(1.0);
                let pa = bang.wave.overpressure_pa(away_m);
                let next = self.state.links + 1;
                let Some((fails, probability)) = self.state.stores[k].shake(pa, self.seed, k as u32, next) else {
                    continue;
                };
                self.state.links = next;
                let stage = if fails { Stage::Happened } else { Stage::Spared };
                let load = Load::Overpressure { pa };
                // The wave's way at the speed of sound.
                let delay_s = away_m / 340.0;
                let cause = bang.node.clone();
                self.tell_link(k, next, cause, load, stage, probability, delay_s, now_s + dt_s, around, news);
            }
            self.hits.push(Hit { bang, struck });
        }
    }

    /// Heat of this tick in its stretches; empty when nothing burns.
    pub fn spells(&self) -> &[Spell] {
        &self.spells
    }
    /// Blasts of this tick.
    pub fn hits(&self) -> &[Hit] {
        &self.hits
    }
    /// Cells through which a cloud burns in this tick.
    pub fn flashed(&self) -> &[usize] {
        &self.flashed
    }
    /// Heat of what burns steadily, W/m2 by cell; empty when nothing does.
    pub fn steady_w_m2(&self) -> &[f32] {
        &self.steady
    }
    /// Heat at a cell now, W/m2.
    pub fn heat_w_m2(&self, cell: usize) -> f64 {
        self.spells.last().map_or(0.0, |s| f64::from(s.heat_w_m2[cell]))
    }
    /// Middles of all that burns.
    pub fn middles(&self) -> Vec<Point> {
        let balls = self.state.balls.iter().map(|b| Point::new(b.node.x, b.node.y));
        self.flames_at().map(|(at, _)| at).chain(balls).collect()
    }
    /// Strongest heat since the last recorded minute; empty before any fire.
    pub fn peak_w_m2(&self) -> &[f32] {
        &self.state.peak_w_m2
    }
    /// Strongest overpressure of the run so far; empty before any blast.
    pub fn worst_pa(&self) -> &[f32] {
        &self.state.worst_pa
    }
    /// Whether a blast went off in the time up to now.
    pub fn blew_within_s(&self, now_s: f64, within_s: f64) -> bool {
        self.state.blew_s.is_some_and(|s| now_s - s < within_s)
    }
    pub fn houses(&self) -> &Houses {
        &self.state.houses
    }

    /// Writes nothing for a run without fire, so that such runs keep their fingerprints.
    pub fn digest(&self, digest: &mut Digest) {
        if self.is_idle() {
            return;
        }
        let s = &self.state;
        digest.u32(s.lit.len() as u32).u32(s.links).u32(s.balls.len() as u32).u32(s.bangs.len() as u32);
        for store in &s.stores {
            store.digest(digest);
        }
        s.houses.digest(digest);
        digest.f32s(&self.steady);
        for spell in &self.spells {
            digest.f64(spell.dt_s).f32s(&spell.heat_w_m2);
        }
        digest.f32s(&s.worst_pa);
        for met in s.met.values() {
            digest.f64(met.since_s).f64(met.unlit);
        }
    }
}

impl Lit {
    fn what(&self) -> Happening {
        if self.burn.spec.is_pool() { Happening::PoolFire } else { Happening::JetFire }
    }
    fn node(&self) -> Node {
        let substance = self.burn.spec.substance.clone();
        Node { what: self.what(), substance, site: self.site, tank: None, x: self.at.x, y: self.at.y }
    }
}

impl Ball {
    fn placed(&self) -> Placed<'_> {
        Placed { fire: &self.ball, at: Point::new(self.node.x, self.node.y), towards: (1.0, 0.0) }
    }
    fn burns_at(&self, s: f64) -> bool {
        (self.from_s..self.from_s + self.ball.lasts_s).contains(&s)
    }
    fn overlap_s(&self, now_s: f64, dt_s: f64) -> f64 {
        ((self.from_s + self.ball.lasts_s).min(now_s + dt_s) - self.from_s.max(now_s)).max(0.0)
    }
}
