//! The shallow-water solvers: local inertia, first- and second-order Godunov, on one grid, tile by tile, in single or
//! double precision.
//!
//!   dh/dt + d(hu)/dx + d(hv)/dy = sources
//!   d(hu)/dt + d(hu u + g h^2/2)/dx + d(hu v)/dy = -g h dz/dx - g n^2 |u| u / h^(1/3), likewise for hv.
//!
//! Only mobile water flows: of a depth h the first `film_m` stay as depression storage, as if the bed were higher by it.
//! A tile without mobile water is skipped; its neighbour is computed as soon as mobile water stands at the common edge.
//! A face at the rim of two bands, runs or schemes is computed on both sides from the same numbers by the same
//! instructions, so both get the same bits, on any number of threads, and mass is kept.

mod band;
mod bulk;
mod column;
pub mod domain;
mod exchange;
mod first;
pub mod flux;
mod godunov;
mod inertial;
mod notes;
mod paces;
pub mod real;
mod rims;
mod rows;
mod switch;
pub mod tiles;
mod view;

use crate::flow::{Account, Face, Flow, G, Side};
use crate::ledger::{Books, Ledger, Sum};
use band::{Band, Piece};
use base::digest::Digest;
use base::fold;
use base::grid::Grid;
use column::Column;
pub use domain::{Domain, Edge, EdgeKind, EdgeSide, Options, Scheme};
use flux::{FASTEST_M_S, STILL_M, mobile};
use paces::Pass;
pub use real::Real;
use rows::{Crests, Field, Rim, Water};
use serde::{Deserialize, Serialize};
pub use tiles::Kind;
use tiles::{TILE_H, TILE_W, Tile};

/// A step that was not taken: in these cells it would have left the sound numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused;

/// What the solver had to do against its equations, for the recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intervention {
    pub at_s: f64,
    pub cell: usize,
    pub what: String,
}

/// All that changes during a run: what a checkpoint has to keep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "R: Real")]
pub struct SolverState<R> {
    water: Water<R>,
    z: Column<R>,
    crests: Vec<(Face, f64)>,
    kinds: Vec<Kind>,
    /// Looks for which a tile stays on the fallback.
    cooling: Vec<u8>,
    /// Tiles whose bed or crests moved during the run: shock-capturing from then on.
    pinned: Vec<bool>,
    frozen: Vec<usize>,
    books: Books,
    start_m3: f64,
    cell_updates: u64,
    steps: u64,
    /// Steps, those of a round counted as one: schemes are looked at by them.
    rounds: u64,
    /// What the tiles' last visits found, band by band. Only in states that were given away.
    notes: Vec<Tile>,
    unseen: bool,
}

/// A flood on a grid.
#[derive(Debug, Clone)]
pub struct Solver<R> {
    grid: Grid,
    options: Options,
    edges: Vec<Edge>,
    film: R,
    least: R,
    friction: Column<R>,
    porosity: Option<Column<R>>,
    state: SolverState<R>,
    crest_east: Vec<Crests<R>>,
    crest_north: Vec<Crests<R>>,
    next: Water<R>,
    bands: Vec<Band<R>>,
    rims: [Vec<Rim>; 4],
    tiles_x: usize,
    /// Tiles that take the long step of the present round; empty between rounds.
    slow: Vec<bool>,
    /// Of them those with none but slow tiles around.
    alone: Vec<bool>,
    grounds: Vec<switch::Ground>,
    speed_m_s: f64,
    /// Something other than a step changed the water of many cells.
    unseen: bool,
    /// To be told with the next `advance`.
    pending: Vec<Intervention>,
}

impl<R: Real> Solver<R> {
    /// A dry domain. The domain is taken as checked (`Domain::check`).
    pub fn new(domain: &Domain, options: Options) -> Solver<R> {
        let n = domain.grid.len();
        let tiles = domain.grid.nx.div_ceil(TILE_W) * domain.grid.ny.div_ceil(TILE_H);
        let kind = match options.scheme {
            Scheme::Inertial => Kind::Inertial,
            Scheme::First => Kind::First,
            Scheme::Second | Scheme::Auto => Kind::Second,
        };
        let state = SolverState {
            water: Water::dry(n),
            z: domain.bed_m.iter().map(|z| R::of(*z)).collect(),
            crests: domain.crests.iter().map(|(face, crest)| (*face, *crest)).collect(),
            kinds: vec![kind; tiles],
            cooling: vec![0; tiles],
            pinned: vec![false; tiles],
            frozen: Vec::new(),
            books: Books::default(),
            start_m3: 0.0,
            cell_updates: 0,
            steps: 0,
            rounds: 0,
            notes: Vec::new(),
            unseen: true,
        };
        Solver::resume(domain, options, state)
    }

    /// Goes on from a checkpoint that was taken with the same domain and options.
    pub fn resume(domain: &Domain, options: Options, state: SolverState<R>) -> Solver<R> {
        let grid = domain.grid;
        let (n, tiles_x, bands) = (grid.len(), grid.nx.div_ceil(TILE_W), grid.ny.div_ceil(TILE_H));
        assert!(
            domain.bed_m.len() == n && domain.manning.len() == n && state.water.h.len() == n,
            "bed, roughness and water of {} x {} cells",
            grid.nx,
            grid.ny
        );
        let band = Band {
            tiles: vec![Tile::default(); tiles_x],
            fresh: vec![Tile::default(); tiles_x],
            active: vec![false; tiles_x],
            ..Band::default()
        };
        let mut solver = Solver {
            grid,
            options,
            edges: domain.edges.clone(),
            film: R::of(options.film_m),
            least: R::of((1e-3 * options.film_m).max(1e-9)),
            friction: domain.manning.iter().map(|n| R::of(G * n * n)).collect(),
            porosity: domain.porosity.as_ref().map(|p| p.iter().map(|p| R::of(*p)).collect()),
            next: Water::dry(n),
            bands: vec![band; bands],
            rims: [const { Vec::new() }; 4],
            tiles_x,
            slow: Vec::new(),
            alone: Vec::new(),
            grounds: switch::grounds(domain),
            speed_m_s: 0.0,
            unseen: state.unseen,
            pending: Vec::new(),
            crest_east: vec![Vec::new(); grid.ny],
            crest_north: vec![Vec::new(); grid.ny],
            state,
        };
        for (band, notes) in solver.bands.iter_mut().zip(solver.state.notes.chunks(tiles_x)) {
            band.tiles.copy_from_slice(notes);
        }
        solver.state.notes = Vec::new();
        solver.speed_m_s = solver.fastest_m_s();
        for (face, crest_m) in solver.state.crests.clone() {
            solver.place_crest(face, Some(crest_m));
        }
        // Ground without a level cannot be flowed over. `Domain::check` refuses it; a wall is the second line.
        for cell in 0..n {
            if !solver.state.z[cell].is_sound() {
                solver.state.frozen.push(cell);
                solver.wall_in(cell);
                let what = format!("cell {cell} has no bed level and was walled in");
                solver.pending.push(Intervention { at_s: 0.0, cell, what });
            }
        }
        for edge in &solver.edges {
            let side = edge.side as usize;
            solver.rims[side].resize(edge.side.cells(&grid), Rim::Wall);
        }
        solver
    }

    /// All that a checkpoint has to keep.
    pub fn state(&self) -> SolverState<R> {
        let notes = self.bands.iter().flat_map(|band| &band.tiles).map(|tile| Tile { synced: false, ..*tile });
        SolverState { notes: notes.collect(), unseen: self.unseen, ..self.state.clone() }
    }

    /// Sets all depths and stills the water; the balance starts from here.
    pub fn set_depth_m(&mut self, depth_m: &[f64]) {
        assert_eq!(depth_m.len(), self.grid.len(), "a depth for every cell");
        let water = &mut self.state.water;
        for (c, depth_m) in depth_m.iter().enumerate() {
            water.h[c] = R::of(*depth_m);
            water.lo[c] = R::of(*depth_m - water.h[c].f64());
            (water.qx[c], water.qy[c]) = (R::of(0.0), R::of(0.0));
        }
        self.unseen = true;
        self.state.books = Books::default();
        self.state.start_m3 = self.volume_m3();
    }

    /// Depths up to a level surface, m; dry where the ground is higher.
    pub fn set_level_m(&mut self, level_m: f64) {
        let depth: Vec<f64> = self.state.z.iter().map(|z| (level_m - z.f64()).max(0.0)).collect();
        self.set_depth_m(&depth);
    }

    /// Sets a cell's momentum, m2/s (Godunov tiles; under local inertia, its eastern and northern discharge).
    pub fn set_momentum_m2_s(&mut self, cell: usize, qx: f64, qy: f64) {
        let w = &mut self.state.water;
        let size = |w: &Water<R>| w.qx[cell].size() + w.qy[cell].size();
        let before = size(w);
        (w.qx[cell], w.qy[cell]) = (R::of(qx), R::of(qy));
        if size(w) <= before {
            // Slower waves than those that are noted.
            self.unsync(cell);
        } else {
            self.touch(cell);
        }
    }

    /// Momentum of a cell, m2/s.
    #[inline]
    pub fn momentum_m2_s(&self, cell: usize) -> (f64, f64) {
        if self.kind(cell) != Kind::Inertial {
            return (self.state.water.qx[cell].f64(), self.state.water.qy[cell].f64());
        }
        let (qx, qy) = self.picture(0.0).momentum(cell % self.grid.nx, cell / self.grid.nx);
        (qx.f64(), qy.f64())
    }

    /// Water on the grid, m3.
    pub fn volume_m3(&self) -> f64 {
        let (w, area) = (&self.state.water, self.area_m2());
        let depth = |c: usize| w.h[c].f64() + w.lo[c].f64();
        match &self.porosity {
            None => Sum::of((0..w.h.len()).map(depth)) * area,
            Some(open) => Sum::of((0..w.h.len()).map(|c| depth(c) * open[c].f64())) * area,
        }
    }

    pub fn ledger(&self) -> Ledger {
        Ledger::new(self.state.start_m3, self.volume_m3(), &self.state.books)
    }
    /// Depths as the solver holds them, m.
    pub fn depths(&self) -> &[R] {
        &self.state.water.h
    }
    /// Cells computed since the start, over all inner steps.
    pub fn cell_updates(&self) -> u64 {
        self.state.cell_updates
    }
    /// Inner steps since the start.
    pub fn steps(&self) -> u64 {
        self.state.steps
    }
    pub fn options(&self) -> &Options {
        &self.options
    }
    /// Scheme by which a cell is computed at present.
    pub fn kind(&self, cell: usize) -> Kind {
        self.state.kinds[self.tile_of(cell)]
    }
    /// Cells that were walled in.
    pub fn frozen(&self) -> &[usize] {
        &self.state.frozen
    }
    pub fn digest(&self, digest: &mut Digest) {
        let w = &self.state.water;
        let n = w.h.len();
        digest.pieces(n.div_ceil(fold::CHUNK), |chunk, digest| {
            for c in chunk * fold::CHUNK..((chunk + 1) * fold::CHUNK).min(n) {
                digest.f64(w.h[c].f64()).f64(w.qx[c].f64()).f64(w.qy[c].f64());
            }
        });
        digest.u64(self.state.cell_updates).u64(self.state.steps);
    }

    fn area_m2(&self) -> f64 {
        self.grid.cell_m * self.grid.cell_m
    }
    fn tile_of(&self, cell: usize) -> usize {
        let (i, j) = (cell % self.grid.nx, cell / self.grid.nx);
        (j / TILE_H) * self.tiles_x + i / TILE_W
    }
    fn open(&self, cell: usize) -> f64 {
        self.porosity.as_ref().map_or(1.0, |p| p[cell].f64())
    }

    fn field(&self, dt_s: f64) -> Field<'_, R> {
        Field { staggered: self.state.kinds.contains(&Kind::Inertial), ..self.picture(dt_s) }
    }
    /// The same without asking all tiles for their schemes: for looks at single cells.
    fn picture(&self, dt_s: f64) -> Field<'_, R> {
        Field {
            nx: self.grid.nx,
            ny: self.grid.ny,
            k: R::of(dt_s / self.grid.cell_m),
            dt: R::of(dt_s),
            film: self.film,
            least: self.least,
            theta: R::of(self.options.theta),
            z: &self.state.z,
            friction: &self.friction,
            porosity: self.porosity.as_deref(),
            water: &self.state.water,
            kinds: &self.state.kinds,
            tiles_x: self.tiles_x,
            staggered: true,
            slow: &self.slow,
            alone: &self.alone,
            long: R::of(dt_s),
            long_k: R::of(dt_s / self.grid.cell_m),
            crest_east: &self.crest_east,
            crest_north: &self.crest_north,
            rims: [&self.rims[0], &self.rims[1], &self.rims[2], &self.rims[3]],
        }
    }

    /// One step of `dt_s` for all tiles; rims stand as they are. Gives the number of cells computed. Refused (and the water as it
    /// was) when a cell would be drained below its bed or leave the sound numbers.
    pub fn step(&mut self, dt_s: f64) -> Result<u64, Refused> {
        if self.unseen {
            self.look();
        }
        self.choose();
        let before = self.state.cell_updates;
        self.pass(Pass::Alike, dt_s, dt_s)?;
        Ok(self.state.cell_updates - before)
    }

    /// One step of `dt_s`, of slow tiles `long_s`; rims stand as `set_rims` left them. Refused (and the water as it was) when a
    /// cell would be drained below its bed or leave the sound numbers.
    fn pass(&mut self, pass: Pass, dt_s: f64, long_s: f64) -> Result<(), Refused> {
        let mut next = std::mem::take(&mut self.next);
        let mut bands = std::mem::take(&mut self.bands);
        let long = self.field(long_s);
        let field = Field { dt: R::of(dt_s), k: R::of(dt_s / self.grid.cell_m), ..long };
        let per_wave = self.options.courant / self.options.alpha;
        let columns = (&mut next.h[..], &mut next.lo[..], &mut next.qx[..], &mut next.qy[..]);
        fold::each_chunk4(columns, field.nx * TILE_H, &mut bands, |b, out, band| {
            band.rows.held.pass = pass;
            if pass != Pass::Alike {
                band.rows.held.fit(field.nx);
            }
            if band.active.contains(&true) {
                R::dispatch(Piece { field: &field, long: &long, b, out, band, per_wave });
            } else {
                band::rest(&field, b, out, band);
            }
        });
        self.next = next;
        self.bands = bands;
        if self.bands.iter().any(|band| !band.bad.is_empty()) {
            return Err(Refused);
        }
        std::mem::swap(&mut self.state.water, &mut self.next);
        self.speed_m_s = 0.0;
        let mut through_m2 = 0.0;
        for band in &mut self.bands {
            std::mem::swap(&mut band.tiles, &mut band.fresh);
            self.speed_m_s = self.speed_m_s.max(band.speed_m_s);
            self.state.cell_updates += band.updates;
            through_m2 += band.through_rims_m2;
        }
        if through_m2 != 0.0 {
            self.state.books.book(Account::Boundary, through_m2 * self.grid.cell_m);
        }
        self.state.steps += 1;
        Ok(())
    }

    /// Brings the water from `now_s` to `now_s + dt_s` in as many inner steps as its waves ask for; before each,
    /// `sources` may take and give.
    pub fn advance(
        &mut self,
        now_s: f64,
        dt_s: f64,
        sources: &mut dyn FnMut(&mut dyn Flow, f64, f64),
    ) -> Vec<Intervention> {
        let mut interventions = std::mem::take(&mut self.pending);
        let mut t = 0.0;
        while t < dt_s {
            if self.unseen {
                self.look();
            }
            if self.state.rounds.is_multiple_of(switch::LOOK_STEPS) {
                self.switch();
            }
            self.set_rims(now_s + t, 0.0);
            let rest = dt_s - t;
            let stable_s = self.stable_step_s();
            let steps = (rest / self.pace(stable_s, rest)).ceil().max(1.0);
            let whole_s = rest / steps;
            self.set_rims(now_s + t, whole_s);
            sources(self, now_s + t, whole_s);
            if self.unseen {
                self.look();
            }
            if self.flows() {
                self.go(now_s + t, whole_s, &mut interventions);
            }
            t = if steps <= 1.0 { dt_s } else { t + whole_s };
        }
        interventions
    }

    /// Steps that make up `whole_s`: one, or more where sources made the waves faster or a step was refused.
    fn go(&mut self, now_s: f64, whole_s: f64, interventions: &mut Vec<Intervention>) {
        let (mut done, mut cuts) = (0.0, 0u32);
        while done < whole_s {
            let rest = whole_s - done;
            let stable_s = self.stable_step_s();
            // After a refusal all step alike.
            let long_s = self.pace(stable_s, if cuts == 0 { rest } else { stable_s });
            let parts = (rest / long_s).ceil().max(1.0) * f64::from(1u32 << cuts.min(20));
            let step_s = rest / parts;
            let short = if self.slow.is_empty() { 1.0 } else { (step_s / stable_s).ceil() };
            let stepped = if short > 1.0 {
                self.round(now_s + done, step_s, short, interventions)
            } else {
                self.slow.clear();
                self.choose();
                self.pass(Pass::Alike, step_s, step_s)
            };
            self.slow.clear();
            match stepped {
                Ok(()) => {
                    self.state.rounds += 1;
                    done = if parts <= 1.0 { whole_s } else { done + step_s };
                    cuts = cuts.saturating_sub(1);
                }
                Err(Refused) => {
                    if self.fall_back() {
                        continue;
                    }
                    cuts += 1;
                    if cuts > 12 {
                        self.freeze(now_s + done, interventions);
                        cuts = 0;
                    }
                }
            }
        }
    }

    /// A cell whose numbers went wrong, and could not be helped by shorter steps, becomes a wall; its water is taken
    /// off the balance by name.
    fn freeze(&mut self, at_s: f64, interventions: &mut Vec<Intervention>) {
        let n = self.grid.len();
        let sound = |w: &Water<R>, c: usize| {
            let calm = w.qx[c].size() < R::of(1e6) && w.qy[c].size() < R::of(1e6);
            let m = mobile(w.h[c], self.film, self.least).f64();
            let swift = self.kind(c) != Kind::Inertial
                && m > STILL_M
                && w.qx[c].f64().abs() + w.qy[c].f64().abs() >= FASTEST_M_S * m;
            w.h[c] >= R::of(0.0) && w.h[c] < R::of(9e3) && calm && !swift
        };
        let own = |c: usize| !sound(&self.state.water, c) || !self.state.z[c].is_sound();
        let mut cells: Vec<usize> = (0..n).filter(|&c| own(c)).collect();
        // Cells that are wrong themselves come before those that only caught it from a neighbour.
        if cells.is_empty() {
            cells = (0..n).filter(|&c| !sound(&self.next, c)).collect();
        }
        assert!(!cells.is_empty(), "a flood step at {at_s} s fails without a cell to blame");
        for cell in cells {
            let depth_m = self.state.water.h[cell].f64();
            if depth_m.is_finite() {
                let lost = depth_m + self.state.water.lo[cell].f64();
                self.state.books.book(Account::Intervention, -lost * self.area_m2() * self.open(cell));
            }
            self.state.frozen.push(cell);
            self.wall_in(cell);
            interventions.push(Intervention {
                at_s,
                cell,
                what: format!(
                    "cell {cell} lost its numbers at {at_s:.1} s and was walled in with {depth_m} m of water"
                ),
            });
        }
        self.unseen = true;
    }

    fn wall_in(&mut self, cell: usize) {
        let w = &mut self.state.water;
        (w.h[cell], w.lo[cell], w.qx[cell], w.qy[cell]) = Default::default();
        self.state.z[cell] = R::of(1e4);
    }

    fn place_crest(&mut self, face: Face, crest_m: Option<f64>) {
        let (i, j) = ((face.cell % self.grid.nx) as u32, face.cell / self.grid.nx);
        let list = match face.side {
            Side::East => &mut self.crest_east[j],
            Side::North => &mut self.crest_north[j],
        };
        list.retain(|(column, _)| *column != i);
        if let Some(crest_m) = crest_m {
            list.push((i, R::of(crest_m)));
            list.sort_unstable_by_key(|(column, _)| *column);
        }
    }
}
