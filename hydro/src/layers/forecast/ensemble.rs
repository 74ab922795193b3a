//! The members of a forecast: what each believes, how it runs, and what they say together.

use super::coarse::{Coarse, Fine, beside};
use super::rain::RainErrors;
use super::{Arrival, ForecastSpec, Outlook, Picture, Place, PlaceOutlook};
use crate::flow::{Account, Face, Flow};
use crate::solver::{Domain, Edge, Options, Solver};
use base::chance::{Stream, draw, draw_normal};
use base::grid::{Grid, Point};
use base::time::Tick;
use base::{fold, math};
use std::collections::{BTreeMap, BTreeSet};

/// Draws under `Stream::Gauge`, with the issue as tick and the member as id.
const RAIN_AMOUNT: u32 = 621;
const RAIN_TIMING: u32 = 622;
const STAGE: u32 = 623;
const START: u32 = 624;
const ROUGHNESS: u32 = 625;
const LOSSES: u32 = 626;
/// Two words for each feared breach from here on.
const BREACHES: u32 = 700;

/// The ground that a member runs on.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    pub grid: Grid,
    pub bed_m: Vec<f64>,
    pub manning: Vec<f64>,
    pub crests: BTreeMap<Face, f64>,
    pub edges: Vec<Edge>,
}

/// Blocks whose water is held at a stage.
struct HeldBlocks<'a> {
    blocks: Vec<usize>,
    stage_m: &'a [(f64, f64)],
}

/// Rain and losses are given for this long at once, s (assumption: far below the time in which rain changes).
const RAIN_S: f64 = 30.0;

/// What a run does to the water before each inner step: `(flow, now_s, dt_s)`.
pub type Force<'a> = &'a mut dyn FnMut(&mut dyn Flow, f64, f64);
/// What a run shows at each look: `(flow, now_s)`.
pub type Look<'a> = &'a mut dyn FnMut(&dyn Flow, f64);

/// Something that lets water flow: the solver, or a simpler thing in tests.
pub trait Engine: Sync {
    /// Runs from `from_s` with the depths `start_m` until `until_s`, calling `force` before each inner step and `look`
    /// every `look_s`, the start included.
    fn run(&self, ground: Ground, start_m: &[f64], span_s: (f64, f64), look_s: f64, force: Force<'_>, look: Look<'_>);
}

/// The flood engine's own solver, in single precision.
#[derive(Debug, Clone, Copy, Default)]
pub struct ShallowWater {
    pub options: Options,
}

impl Engine for ShallowWater {
    fn run(
        &self,
        ground: Ground,
        start_m: &[f64],
        (from_s, until_s): (f64, f64),
        look_s: f64,
        force: Force<'_>,
        look: Look<'_>,
    ) {
        let Ground { grid, bed_m, manning, crests, edges } = ground;
        let domain = Domain { grid, bed_m, manning, porosity: None, crests, edges };
        let mut solver = Solver::<f32>::new(&domain, self.options);
        solver.set_depth_m(start_m);
        look(&solver, from_s);
        let mut now_s = from_s;
        while now_s < until_s {
            let dt_s = look_s.min(until_s - now_s);
            solver.advance(now_s, dt_s, force);
            now_s += dt_s;
            look(&solver, now_s);
        }
    }
}

/// What one member believes.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Errors of the rain forecast, as in `RainErrors::at`.
    pub rain: (f64, f64),
    pub stage_m: f64,
    pub start_m: f64,
    pub roughness: f64,
    pub losses: f64,
    /// When each feared breach comes, if it does.
    pub breaches_s: Vec<Option<f64>>,
}

/// Member `k` of issue `issue`; the first believes the picture as it is, and of the breaches those that are as good as
/// certain.
pub fn member(spec: &ForecastSpec, picture: &Picture, seed: u64, issue: u32, k: u32) -> Member {
    let control = k == 0;
    let normal = |word| if control { 0.0 } else { draw_normal(seed, Stream::Gauge, k, Tick(issue), word) };
    let spread = &spec.spread;
    let breach = |(b, feared): (usize, &super::Feared)| {
        let words = BREACHES + 2 * b as u32;
        let uniform = |word| draw(seed, Stream::Gauge, k, Tick(issue), word);
        let comes = if control { feared.chance >= 0.5 } else { uniform(words) < feared.chance };
        let when = if control { 0.5 } else { uniform(words + 1) };
        comes.then_some(feared.opens_s.0 + when * (feared.opens_s.1 - feared.opens_s.0))
    };
    Member {
        rain: (normal(RAIN_AMOUNT), normal(RAIN_TIMING)),
        stage_m: spread.stage_m * normal(STAGE),
        start_m: spread.start_m * normal(START),
        roughness: math::exp(spread.roughness * normal(ROUGHNESS)),
        losses: math::exp(spread.losses * normal(LOSSES)),
        breaches_s: picture.feared.iter().enumerate().map(breach).collect(),
    }
}

/// A forecast in the making: the coarse ground and where the places are on it.
pub struct Office {
    spec: ForecastSpec,
    coarse: Coarse,
    /// What sewers and ground take, mm/h, by block.
    losses_mm_h: Vec<f64>,
    places: Vec<Spot>,
    names: Vec<String>,
}

/// A place on the coarse ground: (block, bed, level that reaches it), and the share of its cells that decides.
struct Spot {
    cells: Vec<(usize, f64, f64)>,
    share: f64,
}

/// Crests that a breach changes.
type Opening = Vec<(Face, Option<f64>)>;

impl Office {
    /// Prepares the ground once; forecasts are then made from it again and again. `losses_mm_h` is by cell of the ground.
    pub fn new(spec: ForecastSpec, fine: &Fine, losses_mm_h: &[f64], places: &[Place]) -> Office {
        let coarse = Coarse::new(fine, spec.factor);
        let mean = |block: usize| {
            let (sum, n) = coarse.cells(block).fold((0.0, 0), |(sum, n), cell| (sum + losses_mm_h[cell], n + 1));
            sum / f64::from(n)
        };
        let spot = |place: &Place| {
            let cell = |c: &u32| {
                let c = *c as usize;
                (coarse.block_of(c), fine.bed_m[c], coarse.reaches_m(fine, c))
            };
            Spot { cells: place.cells.iter().map(cell).collect(), share: place.share }
        };
        Office {
            losses_mm_h: (0..coarse.grid.len()).map(mean).collect(),
            places: places.iter().map(spot).collect(),
            names: places.iter().map(|p| p.name.clone()).collect(),
            spec,
            coarse,
        }
    }

    pub fn coarse(&self) -> &Coarse {
        &self.coarse
    }

    /// Depths at the start: canals and rivers at the level of the gauges on the same water (weighted by the inverse square
    /// of the distance), those without a gauge at their usual level or empty, land dry except where water was reported.
    pub fn start_m(&self, fine: &Fine, picture: &Picture, shift_m: f64) -> Vec<f64> {
        let coarse = &self.coarse;
        // A gauge on a bank belongs to the water of its block.
        let on_water = |&(cell, stage): &(u32, f64)| {
            let cell = cell as usize;
            let body = match coarse.body[cell] {
                0 => coarse.body_of(fine, coarse.block_of(cell)),
                body => body,
            };
            (body, fine.grid.centre(cell), stage)
        };
        let gauges: Vec<(u32, Point, f64)> = picture.stages_m.iter().map(on_water).collect();
        let gauged: BTreeSet<u32> = gauges.iter().map(|(body, _, _)| *body).collect();
        let usual = picture.usual_m.iter().map(on_water).filter(|(body, _, _)| !gauged.contains(body));
        let known: Vec<(u32, Point, f64)> = gauges.iter().copied().chain(usual).collect();
        let level = |block: usize| {
            let (at, own) = (coarse.grid.centre(block), coarse.body_of(fine, block));
            let (mut sum, mut weights) = (0.0, 0.0);
            for (_, gauge, stage) in known.iter().filter(|(body, _, _)| *body == own) {
                let d = gauge.distance_m(at).max(0.5 * coarse.grid.cell_m);
                sum += stage / (d * d);
                weights += 1.0 / (d * d);
            }
            (weights > 0.0).then(|| sum / weights)
        };
        let canal = |block: usize| match level(block) {
            Some(level) if coarse.channel[block] => (level + shift_m - coarse.bed_m[block]).max(0.0),
            _ => 0.0,
        };
        let mut depth: Vec<f64> = (0..coarse.grid.len()).map(canal).collect();
        for &(cell, reported) in &picture.reports_m {
            let block = coarse.block_of(cell as usize);
            // A report is of depth over the ground there, which need not be the block's bed.
            let level = fine.bed_m[cell as usize] + reported;
            depth[block] = depth[block].max(level - coarse.bed_m[block]).max(0.0);
        }
        depth
    }

    /// What a breach changes on the coarse ground: the passes between the blocks it touches and their neighbours.
    fn opening(&self, fine: &Fine, feared: &super::Feared) -> Opening {
        let mut bed_m = fine.bed_m.to_vec();
        let mut crests = fine.crests.clone();
        for &cell in &feared.cells {
            let cell = cell as usize;
            bed_m[cell] = bed_m[cell].min(feared.sill_m);
            for face in faces_of(&fine.grid, cell) {
                if let Some(crest) = crests.get_mut(&face) {
                    *crest = crest.min(feared.sill_m);
                }
            }
        }
        let opened = Fine { bed_m: &bed_m, crests: &crests, ..*fine };
        let mut faces: Vec<Face> = feared
            .cells
            .iter()
            .flat_map(|cell| faces_of(&self.coarse.grid, self.coarse.block_of(*cell as usize)))
            .collect();
        faces.sort();
        faces.dedup();
        faces.into_iter().map(|face| (face, self.coarse.crest_m(&opened, face))).collect()
    }

    /// Makes issue `issue` of the forecast: `Outlook` by place. Members run side by side and are counted in order.
    pub fn issue(&self, fine: &Fine, picture: &Picture, seed: u64, issue: u32, engine: &dyn Engine) -> Outlook {
        let spec = &self.spec;
        let openings: Vec<Opening> = picture.feared.iter().map(|feared| self.opening(fine, feared)).collect();
        let runs = fold::map(spec.members as usize, |k| {
            let member = member(spec, picture, seed, issue, k as u32);
            self.run(fine, picture, &member, &openings, engine)
        });
        let places = (0..self.places.len())
            .map(|p| {
                let ran: Vec<&Ran> = runs.iter().map(|run| &run[p]).collect();
                outlook(self.names[p].clone(), &ran, spec.thresholds_m.len())
            })
            .collect();
        Outlook {
            made_s: picture.made_s,
            until_s: picture.made_s + spec.ahead_s,
            members: spec.members,
            thresholds_m: spec.thresholds_m.clone(),
            places,
        }
    }

    fn run(
        &self,
        fine: &Fine,
        picture: &Picture,
        member: &Member,
        openings: &[Opening],
        engine: &dyn Engine,
    ) -> Vec<Ran> {
        let (spec, coarse, made_s) = (&self.spec, &self.coarse, picture.made_s);
        let ground = Ground {
            grid: coarse.grid,
            bed_m: coarse.bed_m.clone(),
            manning: coarse.manning.iter().map(|n| n * member.roughness).collect(),
            crests: coarse.crests.clone(),
            edges: picture.edges.iter().map(|edge| coarse.edge(edge, member.stage_m)).collect(),
        };
        let start_m = self.start_m(fine, picture, member.start_m);
        let held: Vec<HeldBlocks> = picture
            .held
            .iter()
            .map(|held| {
                let mut blocks: Vec<usize> = held.cells.iter().map(|c| coarse.block_of(*c as usize)).collect();
                blocks.sort_unstable();
                blocks.dedup();
                HeldBlocks { blocks, stage_m: &held.stage_m }
            })
            .collect();
        let (mut open, mut rained_s) = (vec![false; openings.len()], made_s);
        let mut force = |flow: &mut dyn Flow, now_s: f64, dt_s: f64| {
            for (b, opening) in openings.iter().enumerate() {
                if !open[b] && member.breaches_s[b].is_some_and(|s| s <= now_s) {
                    open[b] = true;
                    opening.iter().for_each(|(face, crest)| flow.set_crest_m(*face, *crest));
                }
            }
            let area = flow.grid().cell_m * flow.grid().cell_m;
            while rained_s < now_s + dt_s {
                let mid_s = rained_s + 0.5 * RAIN_S;
                let rain = believed_mm_h(&spec.spread.rain, member.rain, &picture.rain_mm_h, made_s, mid_s);
                let metres = |mm_h: f64| mm_h * RAIN_S / 3.6e6;
                if rain > 0.0 {
                    flow.add_rows(Account::Rain, &|_, _, gains| gains.fill(metres(rain)));
                }
                // Canals lose nothing: they are where losses go.
                let loss = |block: usize| if coarse.channel[block] { 0.0 } else { self.losses_mm_h[block] };
                flow.add_rows(Account::Infiltration, &|first, depths, gains| {
                    for (k, gain) in gains.iter_mut().enumerate().filter(|(k, _)| depths[*k] > 0.0) {
                        *gain = -metres(loss(first + k) * member.losses);
                    }
                });
                rained_s += RAIN_S;
            }
            for (cell, series) in &picture.inflows_m3_s {
                let volume = math::interpolate(series, now_s + 0.5 * dt_s) * dt_s;
                let block = coarse.block_of(*cell as usize);
                if volume > 0.0 {
                    flow.give_m3(block, volume, Account::Inflow);
                } else {
                    flow.take_m3(block, -volume, Account::Pump);
                }
            }
            for HeldBlocks { blocks, stage_m } in &held {
                let stage = math::interpolate(stage_m, now_s + dt_s) + member.stage_m;
                for &block in blocks {
                    let lacks_m3 = ((stage - flow.bed_m(block)).max(0.0) - flow.depth_m(block)) * area;
                    if lacks_m3 > 0.0 {
                        flow.give_m3(block, lacks_m3, Account::Boundary);
                    } else {
                        flow.take_m3(block, -lacks_m3, Account::Boundary);
                    }
                }
            }
        };
        let mut ran: Vec<Ran> = self.places.iter().map(|_| Ran::new(spec.thresholds_m.len())).collect();
        let mut look = |flow: &dyn Flow, now_s: f64| {
            for (spot, ran) in self.places.iter().zip(&mut ran) {
                ran.note(spot.depth_m(coarse, flow), now_s, &spec.thresholds_m);
            }
        };
        engine.run(ground, &start_m, (made_s, made_s + spec.ahead_s), spec.look_s, &mut force, &mut look);
        ran
    }
}

/// The four faces of a cell that are on the grid.
fn faces_of(grid: &Grid, cell: usize) -> Vec<Face> {
    beside(grid, cell).filter_map(|other| Face::between(grid, cell, other)).collect()
}

/// Rain that a member believes in at a moment, mm/h: the forecast with the member's own errors on top.
fn believed_mm_h(rain: &RainErrors, errors: (f64, f64), forecast: &[(f64, f64)], made_s: f64, at_s: f64) -> f64 {
    let (factor, shift_s) = rain.at(errors, at_s - made_s);
    if forecast.is_empty() {
        return 0.0;
    }
    // A shift reaches back before the forecast was made; what fell then is over.
    (factor * math::interpolate(forecast, (at_s - shift_s).max(made_s))).max(0.0)
}

impl Spot {
    fn depth_m(&self, coarse: &Coarse, flow: &dyn Flow) -> f64 {
        let mut depths: Vec<f64> = self
            .cells
            .iter()
            .map(|(block, bed, reaches)| coarse.depth_at(*block, flow.depth_m(*block), *bed, *reaches))
            .collect();
        depths.sort_by(|a, b| b.total_cmp(a));
        let k = (self.share * depths.len() as f64).floor() as usize;
        depths.get(k.min(depths.len().saturating_sub(1))).copied().unwrap_or(0.0)
    }
}

/// What one member saw at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Ran {
    depth_m: f64,
    arrival_s: Vec<Option<f64>>,
}

impl Ran {
    fn new(thresholds: usize) -> Ran {
        Ran { depth_m: 0.0, arrival_s: vec![None; thresholds] }
    }
    fn note(&mut self, depth_m: f64, now_s: f64, thresholds_m: &[f64]) {
        self.depth_m = self.depth_m.max(depth_m);
        for (arrival, threshold) in self.arrival_s.iter_mut().zip(thresholds_m) {
            if depth_m > *threshold {
                arrival.get_or_insert(now_s);
            }
        }
    }
}

/// The value below which a share of the sorted values lies, between two of them by a straight line; half the members lie
/// below 0.5 (plotting position (k + 0.5) / n).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let n = sorted.len() as f64;
    let at = (share * n - 0.5).clamp(0.0, n - 1.0);
    let (k, rest) = (at.floor() as usize, at - at.floor());
    let next = sorted[(k + 1).min(sorted.len() - 1)];
    sorted[k] + (next - sorted[k]) * rest
}

/// What the members say together of one place.
fn outlook(name: String, ran: &[&Ran], thresholds: usize) -> PlaceOutlook {
    let sorted = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values
    };
    let depths = sorted(ran.iter().map(|r| r.depth_m).collect());
    let arrivals: Vec<Vec<f64>> =
        (0..thresholds).map(|t| sorted(ran.iter().filter_map(|r| r.arrival_s[t]).collect())).collect();
    let arrival = |times: &Vec<f64>| {
        (!times.is_empty()).then(|| Arrival {
            earliest_s: quantile(times, 0.1),
            likely_s: quantile(times, 0.5),
            latest_s: quantile(times, 0.9),
        })
    };
    PlaceOutlook {
        name,
        chance: arrivals.iter().map(|times| times.len() as f64 / ran.len() as f64).collect(),
        arrival: arrivals.iter().map(arrival).collect(),
        depth_m: [0.1, 0.5, 0.9].map(|share| quantile(&depths, share)),
        control_m: ran[0].depth_m,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Buckets;
    use crate::layers::forecast::{Feared, Held, Spread};

    /// Buckets that do not flow, in steps of a minute: rain-fed hollows.
    struct Hollows;
    impl Engine for Hollows {
        fn run(
            &self,
            ground: Ground,
            start_m: &[f64],
            (mut now, until): (f64, f64),
            look_s: f64,
            force: Force<'_>,
            look: Look<'_>,
        ) {
            let mut flow = Buckets::new(ground.grid, ground.bed_m, start_m.to_vec());
            flow.crests = ground.crests;
            let levee = !flow.crests.is_empty();
            let mut due = now;
            while now < until {
                if now >= due {
                    look(&flow, now);
                    due += look_s;
                }
                force(&mut flow, now, 60.0);
                // Where there was a levee, what stands above it goes over at once.
                if levee {
                    let crest = flow.crest_m(Face { cell: 0, side: crate::flow::Side::East });
                    let over = (flow.stage_m(0) - crest.unwrap_or(f64::MIN).max(flow.bed_m(1))).max(0.0);
                    let area = flow.grid.cell_m * flow.grid.cell_m;
                    let gone = flow.take_m3(0, over * area, Account::Structure);
                    flow.give_m3(1, gone, Account::Structure);
                }
                now += 60.0;
            }
            look(&flow, now);
        }
    }

    const WIDE: usize = 8;

    fn fine<'a>(
        bed_m: &'a [f64],
        manning: &'a [f64],
        crests: &'a BTreeMap<Face, f64>,
        channel: &'a [bool],
    ) -> Fine<'a> {
        let grid = Grid { nx: WIDE, ny: 4, cell_m: 10.0, x0: 0.0, y0: 0.0 };
        Fine { grid, bed_m, manning, crests, channel }
    }
    fn place() -> Vec<Place> {
        vec![Place { name: "street".into(), cells: vec![6], share: 0.0 }]
    }

    /// Grade: exact. Without spread all members agree with the sum of the rain.
    #[test]
    fn a_forecast_without_spread_is_the_control_run() {
        let spread = Spread { rain: RainErrors::none(), stage_m: 0.0, start_m: 0.0, roughness: 0.0, losses: 0.0 };
        let spec = ForecastSpec { factor: 4, members: 5, ahead_s: 7200.0, look_s: 60.0, spread, ..Default::default() };
        let (bed, n, crests, channel) = (vec![0.0; 32], vec![0.03; 32], BTreeMap::new(), vec![false; 32]);
        let fine = fine(&bed, &n, &crests, &channel);
        let office = Office::new(spec.clone(), &fine, &[10.0; 32], &place());
        let picture = Picture { made_s: 600.0, rain_mm_h: vec![(0.0, 110.0), (90_000.0, 110.0)], ..Default::default() };
        let outlook = office.issue(&fine, &picture, 1, 3, &Hollows);
        let told = &outlook.places[0];
        // 100 mm/h net: 0.2 m after two hours, over 0.1 m after one.
        assert!((told.control_m - 0.2).abs() < 1e-9 && told.depth_m.iter().all(|d| (d - 0.2).abs() < 1e-9), "{told:?}");
        assert_eq!(told.chance, vec![1.0, 0.0, 0.0, 0.0]);
        let arrival = told.arrival[0].unwrap();
        assert!((arrival.likely_s - 4200.0).abs() <= 60.0 && arrival.earliest_s == arrival.latest_s, "{arrival:?}");
        assert_eq!(told.arrival[1], None);
    }

    /// Grade: exact in distribution. Where truth is drawn as the office believes it to be wrong, the band from a tenth to
    /// nine tenths holds eight truths in ten, chances are met as often as told, and a forecast that believes itself twice
    /// as good as it is misses far more often. Four standard errors.
    #[test]
    fn forecasts_are_as_good_as_they_say_when_they_know_their_errors_and_wrong_when_they_do_not() {
        let errors = RainErrors { shift_s: 0.0, ..RainErrors::default() };
        let (bed, n, crests, channel) = (vec![0.0; 32], vec![0.03; 32], BTreeMap::new(), vec![false; 32]);
        let fine = fine(&bed, &n, &crests, &channel);
        let cases = 200;
        let score = |belief: f64| {
            let rain = RainErrors { amount_1h: errors.amount_1h * belief, ..errors };
            let spread = Spread { rain, stage_m: 0.0, start_m: 0.0, roughness: 0.0, losses: 0.0 };
            let spec = ForecastSpec {
                factor: 4,
                members: 40,
                ahead_s: 4.0 * 3600.0,
                look_s: 3600.0,
                thresholds_m: vec![0.2],
                spread,
            };
            let office = Office::new(spec.clone(), &fine, &[0.0; 32], &place());
            let (mut held, mut told, mut came) = (0, 0.0, 0);
            for case in 0..cases {
                // The office says 50 mm/h; what falls differs from it by an error of the same kind.
                let picture = Picture { rain_mm_h: vec![(0.0, 50.0), (1e6, 50.0)], ..Default::default() };
                let outlook = office.issue(&fine, &picture, case, 0, &Hollows);
                let truth_error = errors.state(case + 10_000, 0);
                let truth: f64 =
                    (0..240).map(|m| errors.at(truth_error, f64::from(m) * 60.0 + 30.0).0 * 50.0 / 60.0 / 1000.0).sum();
                let place = &outlook.places[0];
                held += i32::from((place.depth_m[0]..=place.depth_m[2]).contains(&truth));
                told += place.chance[0];
                came += i32::from(truth > 0.2);
            }
            (f64::from(held) / cases as f64, told / cases as f64, f64::from(came) / cases as f64)
        };
        let (held, told, came) = score(1.0);
        assert!((held - 0.8).abs() < 4.0 * (0.16f64 / cases as f64).sqrt(), "{held} of the truths in the band");
        assert!((told - came).abs() < 4.0 * (0.25f64 / cases as f64).sqrt(), "told {told}, came {came}");
        let (overconfident, _, _) = score(0.3);
        assert!(1.0 - overconfident > 2.0 * (1.0 - held), "{overconfident} against {held}");
    }

    /// Grade: behaviour. A levee between river and street: water comes only with the breach, as often as it was feared,
    /// and an office that fears none says that none will come.
    #[test]
    fn a_feared_breach_comes_as_often_as_feared_and_one_that_nobody_fears_is_a_surprise() {
        let bed: Vec<f64> = (0..32)
            .map(|c| match c % WIDE {
                0..=2 => -1.0,
                3 => 5.0,
                _ => 0.0,
            })
            .collect();
        let channel: Vec<bool> = (0..32).map(|c| c % WIDE < 3).collect();
        let (n, crests) = (vec![0.03; 32], BTreeMap::new());
        let fine = fine(&bed, &n, &crests, &channel);
        let spec = ForecastSpec { factor: 4, members: 400, ahead_s: 7200.0, look_s: 600.0, ..Default::default() };
        let office = Office::new(spec.clone(), &fine, &[0.0; 32], &place());
        let river = Held { cells: vec![0, 8, 16, 24], stage_m: vec![(0.0, 3.0)] };
        let feared = Feared { cells: vec![3, 11, 19, 27], sill_m: 0.0, chance: 0.3, opens_s: (1800.0, 5400.0) };
        let picture = |feared| Picture { held: vec![river.clone()], feared, ..Default::default() };
        let told = office.issue(&fine, &picture(vec![feared]), 4, 0, &Hollows).places.remove(0);
        assert!((told.chance[1] - 0.3).abs() < 4.0 * (0.21f64 / 400.0).sqrt(), "{:?}", told.chance);
        let arrival = told.arrival[1].unwrap();
        assert!(arrival.earliest_s >= 1800.0 && arrival.latest_s <= 6000.0 && arrival.earliest_s < arrival.latest_s);
        assert_eq!(told.control_m, 0.0, "the unperturbed run has no breach of chance 0.3");
        assert_eq!(office.issue(&fine, &picture(Vec::new()), 4, 0, &Hollows).places[0].chance[0], 0.0);
    }

    /// Grade: exact.
    #[test]
    fn a_forecast_is_the_same_on_any_number_of_threads_and_differs_by_issue() {
        let spec = ForecastSpec { factor: 4, members: 12, ahead_s: 3600.0, ..Default::default() };
        let (bed, n, crests, channel) = (vec![0.0; 32], vec![0.03; 32], BTreeMap::new(), vec![false; 32]);
        let fine = fine(&bed, &n, &crests, &channel);
        let office = Office::new(spec.clone(), &fine, &[5.0; 32], &place());
        let picture = Picture { rain_mm_h: vec![(0.0, 80.0), (1e5, 80.0)], ..Default::default() };
        let on = |threads, issue| fold::with_threads(threads, || office.issue(&fine, &picture, 2, issue, &Hollows));
        assert_eq!(on(1, 0), on(2, 0));
        assert_eq!(on(1, 0), on(8, 0));
        assert_ne!(on(1, 0), on(1, 1));
    }

    /// Grade: exact.
    #[test]
    fn quantiles_lie_between_the_members() {
        let ten: Vec<f64> = (1..=10).map(f64::from).collect();
        assert_eq!(quantile(&ten, 0.5), 5.5);
        assert_eq!(quantile(&ten, 0.1), 1.5);
        assert_eq!(quantile(&[3.0], 0.9), 3.0);
    }
}
