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
mod column;
pub mod domain;
mod first;
pub mod flux;
mod godunov;
mod inertial;
mod paces;
pub mod real;
mod rows;
mod switch;
pub mod tiles;
mod view;

use crate::flow::{Account, Face, Flow, G, Side};
use crate::ledger::{Books, Ledger, Sum};
use band::{Band, Piece};
use base::fold;
use base::grid::Grid;
use base::{digest::Digest, math};
use column::Column;
pub use domain::{Domain, Edge, EdgeKind, EdgeSide, Options, Scheme};
use flux::{FASTEST_M_S, STILL_M, gain, mobile};
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
        (self.state.water.qx[cell], self.state.water.qy[cell]) = (R::of(qx), R::of(qy));
        self.unseen = true;
    }

    /// Momentum of a cell, m2/s.
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

    /// Reads the water afresh after something other than a step has changed it: which tiles are wet, how fast.
    fn look(&mut self) {
        self.unseen = false;
        let mut bands = std::mem::take(&mut self.bands);
        let field = self.field(0.0);
        let (nx, ny, options) = (field.nx, field.ny, self.options);
        fold::each(&mut bands, |b, band| {
            band.tiles.fill(Tile::default());
            let (j0, j1) = (b * TILE_H, ((b + 1) * TILE_H).min(ny));
            for j in j0..j1 {
                for (t, tile) in band.tiles.iter_mut().enumerate() {
                    let (a, z) = (t * TILE_W, ((t + 1) * TILE_W).min(nx));
                    let h = &field.water.h[j * nx + a..j * nx + z];
                    if real::largest(h) <= field.film {
                        continue;
                    }
                    let staggered = field.kind_at(a, j) == Kind::Inertial;
                    for (k, h) in h.iter().enumerate() {
                        let m = mobile(*h, field.film, field.least);
                        if m > R::of(0.0) {
                            let c = j * nx + a + k;
                            let speed = speed_m_s(
                                m.f64(),
                                field.water.qx[c].f64(),
                                field.water.qy[c].f64(),
                                staggered,
                                &options,
                            );
                            tile.note_cell(speed, [k == 0, a + k + 1 == z, j == j0, j + 1 == j1]);
                        }
                    }
                }
            }
        });
        self.bands = bands;
        self.speed_m_s = self.fastest_m_s();
    }

    /// A cell was changed between steps: its tile and those around it are computed.
    fn touch(&mut self, cell: usize) {
        let (i, j) = (cell % self.grid.nx, cell / self.grid.nx);
        let w = &self.state.water;
        let m = mobile(w.h[cell], self.film, self.least).f64();
        let staggered = self.kind(cell) == Kind::Inertial;
        let speed = speed_m_s(m, w.qx[cell].f64(), w.qy[cell].f64(), staggered, &self.options);
        self.bands[j / TILE_H].tiles[i / TILE_W].synced = false;
        if m > 0.0 {
            self.note_cell(cell, speed);
        }
    }

    /// A cell has water whose waves run at this speed, whatever its tile's last visit found.
    fn note_cell(&mut self, cell: usize, speed_m_s: f64) {
        let (i, j) = (cell % self.grid.nx, cell / self.grid.nx);
        let last = |i: usize, wide: usize, n: usize| (i + 1).is_multiple_of(wide) || i + 1 == n;
        let at = [
            i.is_multiple_of(TILE_W),
            last(i, TILE_W, self.grid.nx),
            j.is_multiple_of(TILE_H),
            last(j, TILE_H, self.grid.ny),
        ];
        self.bands[j / TILE_H].tiles[i / TILE_W].note_cell(speed_m_s, at);
        self.speed_m_s = self.speed_m_s.max(speed_m_s);
    }

    /// Longest stable step, s: `courant` dx / (|u| + |v| + 2c), or `alpha` dx / sqrt(g h) under local inertia.
    pub fn stable_step_s(&mut self) -> f64 {
        if self.unseen {
            self.look();
        }
        (self.options.courant * self.grid.cell_m / self.speed_m_s.max(1e-6)).min(self.options.step_s_max)
    }

    /// Any mobile water on the grid, or any that may come over a rim.
    fn flows(&self) -> bool {
        !self.edges.is_empty() || self.bands.iter().any(|band| band.tiles.iter().any(|tile| tile.wet))
    }

    /// Brings the rims to what stands there at `at_s`; discharges to their mean over the `ahead_s` to come.
    fn set_rims(&mut self, at_s: f64, ahead_s: f64) {
        let edges = std::mem::take(&mut self.edges);
        for edge in &edges {
            let side = edge.side as usize;
            let cells = edge.from..edge.to;
            match &edge.kind {
                EdgeKind::Wall => self.rims[side][cells].fill(Rim::Wall),
                EdgeKind::Free => self.rims[side][cells].fill(Rim::Free),
                EdgeKind::Stage(series) => {
                    self.rims[side][cells].fill(Rim::Stage(math::interpolate(series, at_s)));
                }
                EdgeKind::Discharge(series) => {
                    let total = mean(series, at_s, ahead_s) / self.grid.cell_m;
                    let depth = |k: usize| self.free_m(edge.side.cell(&self.grid, k));
                    let weight = |k: usize| {
                        let root = math::cbrt(depth(k));
                        root * root * root * root * root
                    };
                    let weights: f64 = cells.clone().map(weight).sum();
                    let n = (edge.to - edge.from) as f64;
                    // With a film alone the water finds its way evenly; from a centimetre on, by what the cells carry.
                    let deepest = cells.clone().map(depth).fold(0.0, f64::max);
                    let rims: Vec<Rim> = cells
                        .clone()
                        .map(|k| if deepest > 0.01 { weight(k) / weights } else { 1.0 / n })
                        .map(|share| Rim::Inflow(total * share))
                        .collect();
                    self.rims[side][cells].copy_from_slice(&rims);
                }
            }
        }
        // Water may enter wherever the rim is not a wall: its tiles are computed.
        for edge in &edges {
            if matches!(edge.kind, EdgeKind::Wall | EdgeKind::Free) {
                continue;
            }
            for k in edge.from..edge.to {
                let cell = edge.side.cell(&self.grid, k);
                let bed = self.state.z[cell].f64();
                let (m, q) = match self.rims[edge.side as usize][k] {
                    Rim::Stage(level) => ((level - bed).max(0.0), 0.0),
                    Rim::Inflow(q) if q > 0.0 => (self.free_m(cell).max(math::cbrt(q * q / G)), q),
                    Rim::Inflow(_) | Rim::Wall | Rim::Free => (0.0, 0.0),
                };
                if m > 0.0 {
                    let staggered = self.kind(cell) == Kind::Inertial;
                    self.note_cell(cell, speed_m_s(m, q, 0.0, staggered, &self.options));
                }
            }
        }
        self.edges = edges;
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

    /// Active are tiles with mobile water, and their neighbours over an edge at which it stands.
    fn choose(&mut self) {
        let n = self.bands.len();
        for b in 0..n {
            let any = |b: usize| self.bands[b].tiles.iter().any(|tile| tile.wet);
            if !(any(b) || (b > 0 && any(b - 1)) || (b + 1 < n && any(b + 1))) {
                self.bands[b].active.fill(false);
                continue;
            }
            for t in 0..self.tiles_x {
                let at = |b: usize, t: usize| self.bands[b].tiles[t];
                let active = at(b, t).wet
                    || (t > 0 && at(b, t - 1).east)
                    || (t + 1 < self.tiles_x && at(b, t + 1).west)
                    || (b > 0 && at(b - 1, t).north)
                    || (b + 1 < n && at(b + 1, t).south);
                self.bands[b].active[t] = active;
            }
        }
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
            let short = if self.slow.is_empty() { 1.0 } else { paces::short_steps(step_s / stable_s) };
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

/// Mean of a piecewise linear series over `ahead_s`; its value where that is nothing.
fn mean(series: &[(f64, f64)], at_s: f64, ahead_s: f64) -> f64 {
    if ahead_s <= 0.0 {
        return math::interpolate(series, at_s);
    }
    let end_s = at_s + ahead_s;
    let mut knots = vec![at_s];
    knots.extend(series.iter().map(|p| p.0).filter(|t| *t > at_s && *t < end_s));
    knots.push(end_s);
    let piece = |w: &[f64]| 0.5 * (w[1] - w[0]) * (math::interpolate(series, w[0]) + math::interpolate(series, w[1]));
    knots.windows(2).map(piece).sum::<f64>() / ahead_s
}

/// |u| + |v| + 2 sqrt(g m), m/s, which bounds the unsplit Godunov step; under local inertia what bounds its step likewise.
fn speed_m_s(m: f64, qx: f64, qy: f64, staggered: bool, options: &Options) -> f64 {
    let c = (G * m).sqrt();
    if staggered {
        return c * options.courant / options.alpha;
    }
    let moving = if m > STILL_M { (qx.abs() + qy.abs()) / m } else { 0.0 };
    moving + 2.0 * c
}

impl<R: Real> Flow for Solver<R> {
    fn grid(&self) -> &Grid {
        &self.grid
    }
    fn bed_m(&self, cell: usize) -> f64 {
        self.state.z[cell].f64()
    }
    fn depth_m(&self, cell: usize) -> f64 {
        self.state.water.h[cell].f64()
    }
    fn free_m(&self, cell: usize) -> f64 {
        mobile(self.state.water.h[cell], self.film, self.least).f64()
    }
    fn velocity_m_s(&self, cell: usize) -> (f64, f64) {
        let m = self.free_m(cell);
        // Momentum over a film of a tenth of a millimetre says nothing about a current.
        if m <= 1e-4 {
            return (0.0, 0.0);
        }
        let (qx, qy) = self.momentum_m2_s(cell);
        (qx / m, qy / m)
    }
    fn free_m3(&self, cell: usize) -> f64 {
        self.free_m(cell) * self.area_m2() * self.open(cell)
    }
    fn is_thinner(&self, depth_m: f64, columns: std::ops::Range<usize>, rows: std::ops::Range<usize>) -> bool {
        self.thinner(depth_m, columns, rows)
    }
    fn look(&self, first: usize, film_m: f32, depths: &mut [f32], speeds: &mut [f32]) {
        self.row(first, film_m, depths, speeds);
    }
    fn take_m3(&mut self, cell: usize, volume_m3: f64, account: Account) -> f64 {
        let there = self.free_m3(cell);
        if there <= 0.0 || volume_m3.is_nan() || volume_m3 <= 0.0 {
            return 0.0;
        }
        let area = self.area_m2() * self.open(cell);
        let share = (volume_m3 / there).min(1.0);
        let w = &mut self.state.water;
        let before = w.h[cell].f64() + w.lo[cell].f64();
        if share < 1.0 {
            (w.h[cell], w.lo[cell]) = gain(w.h[cell], w.lo[cell], R::of(-share * there / area));
        } else {
            (w.h[cell], w.lo[cell]) = (self.film, R::of(0.0));
        }
        if self.state.kinds[(cell / self.grid.nx / TILE_H) * self.tiles_x + cell % self.grid.nx / TILE_W]
            != Kind::Inertial
        {
            // Water that leaves takes its momentum along.
            w.qx[cell] = w.qx[cell] * R::of(1.0 - share);
            w.qy[cell] = w.qy[cell] * R::of(1.0 - share);
        }
        let taken = (before - (w.h[cell].f64() + w.lo[cell].f64())) * area;
        self.state.books.book(account, -taken);
        self.touch(cell);
        taken
    }
    fn give_m3(&mut self, cell: usize, volume_m3: f64, account: Account) {
        if volume_m3 == 0.0 {
            return;
        }
        let area = self.area_m2() * self.open(cell);
        let w = &mut self.state.water;
        let before = w.h[cell].f64() + w.lo[cell].f64();
        // In two parts, so that what a word of the gain does not hold is not lost either.
        let depth = volume_m3 / area;
        let coarse = R::of(depth);
        (w.h[cell], w.lo[cell]) = gain(w.h[cell], w.lo[cell], coarse);
        (w.h[cell], w.lo[cell]) = gain(w.h[cell], w.lo[cell], R::of(depth - coarse.f64()));
        let given = (w.h[cell].f64() + w.lo[cell].f64() - before) * area;
        self.state.books.book(account, given);
        self.touch(cell);
    }
    fn set_bed_m(&mut self, cell: usize, bed_m: f64) {
        if self.state.frozen.contains(&cell) || self.state.z[cell] == R::of(bed_m) {
            return;
        }
        self.state.z[cell] = R::of(bed_m);
        let tile = self.tile_of(cell);
        self.state.pinned[tile] = true;
        self.touch(cell);
    }
    fn crest_m(&self, face: Face) -> Option<f64> {
        self.state.crests.binary_search_by_key(&face, |(f, _)| *f).ok().map(|k| self.state.crests[k].1)
    }
    fn set_crest_m(&mut self, face: Face, crest_m: Option<f64>) {
        match (self.state.crests.binary_search_by_key(&face, |(f, _)| *f), crest_m) {
            (Ok(k), Some(crest_m)) if self.state.crests[k].1 == crest_m => return,
            (Ok(k), Some(crest_m)) => self.state.crests[k].1 = crest_m,
            (Ok(k), None) => drop(self.state.crests.remove(k)),
            (Err(k), Some(crest_m)) => self.state.crests.insert(k, (face, crest_m)),
            (Err(_), None) => return,
        }
        self.place_crest(face, crest_m);
        if let Some((a, b)) = face.cells(&self.grid) {
            for cell in [a, b] {
                let tile = self.tile_of(cell);
                self.state.pinned[tile] = true;
                self.touch(cell);
            }
        }
    }
    fn add_rows(&mut self, account: Account, gains: &crate::flow::RowGains) {
        let (nx, area) = (self.grid.nx, self.area_m2());
        let (film, porosity) = (self.film, &self.porosity);
        let mut notes = vec![(0.0, 0.0); self.bands.len()];
        let (kinds, tiles_x) = (&self.state.kinds, self.tiles_x);
        let w = &mut self.state.water;
        let columns = (&mut w.h[..], &mut w.lo[..], &mut w.qx[..], &mut w.qy[..]);
        fold::each_chunk4(columns, nx * TILE_H, &mut notes, |b, (h, lo, qx, qy), note| {
            let (mut depth, mut gain_m) = (vec![0.0; nx], vec![0.0; nx]);
            let (mut given, mut taken) = (Sum::default(), Sum::default());
            for r in 0..h.len() / nx {
                let row = r * nx..(r + 1) * nx;
                let first = (b * TILE_H + r) * nx;
                for (d, h) in depth.iter_mut().zip(&h[row.clone()]) {
                    *d = h.f64();
                }
                gain_m.fill(0.0);
                gains(first, &depth, &mut gain_m);
                for (k, c) in row.enumerate() {
                    let g = gain_m[k];
                    if g == 0.0 {
                        continue;
                    }
                    let open = porosity.as_ref().map_or(1.0, |p| p[first + k].f64());
                    let before = h[c].f64() + lo[c].f64();
                    if g < 0.0 && -g / open >= before {
                        (h[c], lo[c]) = (R::of(0.0), R::of(0.0));
                    } else {
                        (h[c], lo[c]) = gain(h[c], lo[c], R::of(g / open));
                    }
                    let after = h[c].f64() + lo[c].f64();
                    if g < 0.0 {
                        if kinds[b * tiles_x + k / TILE_W] != Kind::Inertial {
                            let (free, left) = (before - film.f64(), after - film.f64());
                            let keep =
                                if left > 0.0 && free > 0.0 { R::of((left / free).min(1.0)) } else { R::of(0.0) };
                            qx[c] = qx[c] * keep;
                            qy[c] = qy[c] * keep;
                        }
                        taken.add((before - after) * open);
                    } else {
                        given.add((after - before) * open);
                    }
                }
            }
            *note = (given.value(), taken.value());
        });
        for (given, taken) in notes {
            if given != 0.0 {
                self.state.books.book(account, given * area);
            }
            if taken != 0.0 {
                self.state.books.book(account, -taken * area);
            }
        }
        self.unseen = true;
    }
}
