//! Models of LISFLOOD-FP and SFINCS, written here as their users write them, are read into decks.

use base::grid::Grid;
use hydro::files::{lisflood, sfincs};
use hydro::flow::{Account, Buckets, Face, Side};
use hydro::solver::{EdgeKind, EdgeSide, Scheme};
use std::path::Path;

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        std::fs::write(folder.join(name), text).expect("written");
    }
}

const DEM: &str = "ncols 4\nnrows 3\nxllcorner 100\nyllcorner 200\ncellsize 10\nNODATA_value -9999\n\
                   3 3 3 -9999\n2 2 2 2\n1 1 1 1\n";

/// A model with one of everything that is read.
fn lisflood_model(folder: &Path) {
    write(
        folder,
        &[
            (
                "m.par",
                "# a comment\nDEMfile dem.asc\nresroot res\nsim_time 7200\nsaveint 600\nmassint 60\nfpfric 0.03\n\
                 bcifile m.bci\nbdyfile m.bdy\nstartfile start.asc\nstartelev\nstagefile m.stage\nrainfall m.rain\n\
                 infiltration 1e-6\nweirfile m.weir\nacceleration\ncfl 0.5\ntheta 0.8\nriverfile m.river\n\
                 initial_tstep 1\nelevoff\nbananas 3\n",
            ),
            ("dem.asc", DEM),
            ("start.asc", &DEM.replace("3 3 3 -9999\n2 2 2 2\n1 1 1 1", "0 0 0 -9999\n2.5 0 0 0\n2.5 0 0 0")),
            (
                "m.bci",
                "W 200 220 HVAR tide\nN 100 130 FREE 0.001\nE 200 210 QFIX 2.0\nP 115 215 QVAR spill\nP 125 205 HFIX 1.5\n",
            ),
            (
                "m.bdy",
                "any comment\ntide\n3 hours\n1.0 0\n2.5 1\n1.0 2\nspill\n2 seconds\n0 0\n0.4 7200\nspare\n1 days\n1 0\n",
            ),
            ("m.stage", "3\n105 205\n500 500\n125 215\n"),
            ("m.rain", "comment\n2 hours\n10 0\n0 1\n"),
            ("m.weir", "2\n115 205 W 1.7 4.0 0.9 10\n115 215 NB 1.7 4.0 0.9\n"),
        ],
    );
}

#[test]
fn a_lisflood_model_is_read_with_its_units_and_what_is_left_out_is_said() {
    // Grade: exact.
    let folder = tempfile::tempdir().expect("temporary folder");
    lisflood_model(folder.path());
    let loaded = lisflood::read(&folder.path().join("m.par")).expect("read");
    let model = loaded.build().expect("built");
    assert_eq!(model.domain.grid, Grid { nx: 4, ny: 3, cell_m: 10.0, x0: 100.0, y0: 200.0 });
    assert_eq!((model.duration_s, model.outputs.every.s(), model.outputs.gauges_every.s()), (7200.0, 600.0, 60.0));
    assert_eq!((model.scheme.scheme, model.scheme.alpha, model.scheme.theta), (Scheme::Inertial, 0.5, 0.8));
    // The void is a wall; it is the north-east cell.
    assert!(model.domain.bed_m[11] > 900.0 && model.domain.manning[0] == 0.03);
    // Level 2.5 at the start in the two western cells over beds of 1 and 2 m.
    assert_eq!((model.start_m[0], model.start_m[4], model.start_m[1], model.start_m[11]), (1.5, 0.5, 0.0, 0.0));
    let find = |side| model.domain.edges.iter().find(|e| e.side == side).expect("an edge");
    let west = find(EdgeSide::West);
    assert_eq!((west.from, west.to), (0, 2));
    assert_eq!(west.kind, EdgeKind::Stage(vec![(0.0, 1.0), (3600.0, 2.5), (7200.0, 1.0)]));
    assert_eq!((find(EdgeSide::North).from, find(EdgeSide::North).to), (0, 3));
    // 2 m2/s over one cell of 10 m.
    assert_eq!(find(EdgeSide::East).kind, EdgeKind::Discharge(vec![(0.0, 20.0)]));
    // A weir whose water goes west stands on the east face of its cell.
    let crests: Vec<(Face, f64)> = model.domain.crests.into_iter().collect();
    assert_eq!(crests, vec![(Face { cell: 1, side: Side::East }, 4.0)]);
    assert_eq!(model.gauges.iter().map(|g| g.cell).collect::<Vec<_>>(), vec![0, 6]);

    let mut flow = Buckets::new(model.domain.grid, model.domain.bed_m.clone(), vec![0.0; 12]);
    model.sources.weather(&mut flow, 0.0, 7200.0);
    model.sources.apply(&mut flow, 0.0, 7200.0);
    // Rain: 10 mm/h falling to 0 over an hour is 5 mm on 11 cells of 100 m2.
    let of = |account: Account| flow.booked_m3[account as usize];
    assert!((of(Account::Rain) - 0.005 * 1100.0).abs() < 1e-9, "{}", of(Account::Rain));
    // Point source: 0 to 0.4 m2/s over 7200 s, times 10 m: 14,400 m3.
    assert!((of(Account::Inflow) - 14_400.0).abs() < 1e-6, "{}", of(Account::Inflow));
    // 1e-6 m/s over 7200 s could take 7.2 mm: all of the rain on the 11 cells.
    assert!((of(Account::Infiltration) + 0.005 * 1100.0).abs() < 1e-9, "{}", of(Account::Infiltration));
    // The point held at 1.5 m over a bed of 1 m.
    assert!((flow.depth_m[2] - 0.5).abs() < 1e-12);

    let said = model.remarks.to_string();
    for part in ["riverfile", "initial_tstep", "bananas", "slope 0.001", "(500, 500) is off", "bridges", "`spare`"] {
        assert!(said.contains(part), "{part} in:\n{said}");
    }
    assert!(said.contains("m.par:22:1") && said.contains("m.bci:2:1"), "{said}");
}

#[test]
fn a_lisflood_model_with_mistakes_is_told_all_of_them_with_files_and_lines() {
    // Grade: behaviour.
    let folder = tempfile::tempdir().expect("temporary folder");
    lisflood_model(folder.path());
    write(
        folder.path(),
        &[
            ("m.bci", "W 200 220 HVAR tied\nX 1 2 FREE\nE 900 910 FREE\nP 115 215 QFIX much\nS 100 140 SLIP\n"),
            ("m.bdy", "comment\ntide\n2 fortnights\n1.0 0\n2.5 1\n"),
            ("m.stage", "2\n105 205\n"),
        ],
    );
    let said = lisflood::read(&folder.path().join("m.par")).expect_err("wrong").to_string();
    for part in ["m.bci:1:1", "m.bci:2:1", "m.bci:3:1", "`much`", "`SLIP`", "m.bdy:3:1", "fortnight", "1 of 2 points"] {
        assert!(said.contains(part), "{part} in:\n{said}");
    }
    write(folder.path(), &[("m.bdy", "comment\ntide\n3 hours\n1.0 0\n2.5 1\n")]);
    let said = lisflood::read(&folder.path().join("m.par")).expect_err("wrong").to_string();
    assert!(said.contains("2 of the 3 points"), "{said}");
}

#[test]
fn start_and_manning_rasters_that_do_not_fit_the_dem_are_complaints() {
    // Grade: behaviour.
    let folder = tempfile::tempdir().expect("temporary folder");
    lisflood_model(folder.path());
    write(folder.path(), &[("start.asc", "ncols 2\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 10\n1 1\n")]);
    let said = lisflood::read(&folder.path().join("m.par")).expect("read").build().expect_err("apart").to_string();
    assert!(said.contains("2 x 1") && said.contains("4 x 3"), "{said}");
}

fn sfincs_model(folder: &Path) {
    write(
        folder,
        &[
            (
                "sfincs.inp",
                "mmax = 4\nnmax = 3\ndx = 10\ndy = 10\nx0 = 100\ny0 = 200\nepsg = 32631\ntref = 20200101 000000\n\
                 tstart = 20200101 010000\ntstop = 20200101 030000\ninputformat = asc\ndepfile = a.dep\nmskfile = a.msk\n\
                 bndfile = a.bnd\nbzsfile = a.bzs\nsrcfile = a.src\ndisfile = a.dis\nprecipfile = a.prcp\nobsfile = a.obs\n\
                 thdfile = a.thd\nweirfile = a.weir\nmanning_land = 0.05\nmanning_sea = 0.02\nqinf = 36\nqinf_zmin = 1.5\n\
                 zsini = 1.5\nhuthresh = 0.01\nspwfile = a.spw\nadvection = 1\ndtout = 600\ndthisout = 60\nviscosity = 1\n",
            ),
            ("a.dep", "-1 1 1 1\n2 2 2 2\n3 3 3 3\n"),
            ("a.msk", "2 1 1 3\n2 1 1 1\n1 1 1 0\n"),
            ("a.bnd", "100 200\n100 240\n"),
            ("a.bzs", "0 2 4\n3600 2 4\n10800 6 8\n"),
            ("a.src", "125 215 \"brook\"\n"),
            ("a.dis", "0 5\n3600 10\n10800 20\n"),
            ("a.prcp", "0 0\n3600 36\n7200 0\n"),
            ("a.obs", "105 205 'pier'\n135 205\n"),
            ("a.thd", "dam\n2 2\n110 190\n110 240\n"),
            ("a.weir", "levee\n2 4\n100 210 5.0 0.6\n140 210 5.4 0.6\n"),
        ],
    );
}

#[test]
fn a_sfincs_model_is_read_with_its_mask_its_clock_and_its_walls() {
    // Grade: exact.
    let folder = tempfile::tempdir().expect("temporary folder");
    sfincs_model(folder.path());
    let loaded = sfincs::read(&folder.path().join("sfincs.inp")).expect("read");
    let model = loaded.build().expect("built");
    assert_eq!(model.duration_s, 7200.0);
    assert_eq!(model.crs.to_string(), "EPSG:32631");
    assert_eq!(model.domain.bed_m[..5], [-1.0, 1.0, 1.0, 1.0, 2.0], "the first row is the south");
    assert!(model.domain.bed_m[11] > 900.0, "mask 0 is outside");
    assert_eq!((model.domain.manning[0] * 1e3).round(), 20.0);
    assert_eq!((model.domain.manning[5] * 1e3).round(), 50.0);
    assert_eq!((model.start_m[0], model.start_m[1], model.start_m[4]), (2.5, 0.5, 0.0));
    assert_eq!(model.gauges[0].name, "pier");
    // Thin dam along x = 110, weir along y = 210, both across all cells.
    let crest = |cell, side| model.domain.crests.get(&Face { cell, side }).copied();
    assert!([0, 4, 8].iter().all(|c| crest(*c, Side::East).is_some_and(|z| z > 900.0)));
    // A line through centres is moved aside by a hair, so that it parts them: levels are right to that.
    for (cell, level_m) in [(0, 5.05), (3, 5.35)] {
        let crest_m = crest(cell, Side::North).expect("weir");
        assert!((crest_m - level_m).abs() < 1e-4, "{crest_m} m over cell {cell}, expected {level_m}");
    }
    assert_eq!(model.domain.crests.len(), 7);

    let mut flow = Buckets::new(model.domain.grid, model.domain.bed_m.clone(), model.start_m.clone());
    flow.depth_m[3] = 2.0;
    model.sources.weather(&mut flow, 0.0, 7200.0);
    model.sources.apply(&mut flow, 0.0, 7200.0);
    // tstart is an hour after tref: the run's first second is the second row of each table. At its end the stations
    // stand at 6 and 8 m; cell 0 (105, 205) is sqrt(50) from the first and sqrt(1250) from the second: 6 + 2/6.
    assert!((flow.depth_m[0] - (6.0 + 2.0 / 6.0 + 1.0)).abs() < 1e-9, "{}", flow.depth_m[0]);
    assert_eq!(flow.depth_m[3], 0.0, "mask 3 is kept empty");
    // 10 to 20 m3/s over 7200 s.
    assert!((flow.booked_m3[Account::Inflow as usize] - 108_000.0).abs() < 1e-6);
    // One hour at 36 mm/h, in blocks, on 11 cells.
    assert!((flow.booked_m3[Account::Rain as usize] - 0.036 * 1100.0).abs() < 1e-9);
    let said = model.remarks.to_string();
    assert!(said.contains("spwfile") && said.contains("huthresh") && said.contains("sfincs.inp:28:1"), "{said}");
}

#[test]
fn binary_maps_of_sfincs_are_read_columns_first() {
    // Grade: exact.
    let folder = tempfile::tempdir().expect("temporary folder");
    sfincs_model(folder.path());
    let inp = folder.path().join("sfincs.inp");
    let text = std::fs::read_to_string(&inp).expect("text");
    std::fs::write(&inp, text.replace("inputformat = asc", "inputformat = bin\nindexfile = a.ind")).expect("written");
    // All cells but the north-east one, numbered from 1 up each column.
    let active: Vec<u32> = (1..=11).collect();
    let index: Vec<u8> = [11u32].iter().chain(&active).flat_map(|v| v.to_le_bytes()).collect();
    std::fs::write(folder.path().join("a.ind"), index).expect("written");
    let column = |k: u32| (((k - 1) / 3) as usize, ((k - 1) % 3) as usize);
    let bed: Vec<u8> = active
        .iter()
        .flat_map(|k| {
            let (i, j) = column(*k);
            let z: f32 = if (i, j) == (0, 0) { -1.0 } else { j as f32 + 1.0 };
            z.to_le_bytes()
        })
        .collect();
    std::fs::write(folder.path().join("a.dep"), bed).expect("written");
    let mask: Vec<u8> = active.iter().map(|k| u8::from(column(*k).0 == 0 && column(*k).1 < 2) + 1).collect();
    std::fs::write(folder.path().join("a.msk"), mask).expect("written");
    let model = sfincs::read(&inp).expect("read").build().expect("built");
    assert_eq!(model.domain.bed_m[..11], [-1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0]);
    assert!(model.domain.bed_m[11] > 900.0);
    std::fs::write(folder.path().join("a.dep"), [0u8; 7]).expect("written");
    assert!(sfincs::read(&inp).expect_err("cut").to_string().contains("7 bytes, 11 active cells take 44"));
}

#[test]
fn a_turned_sfincs_grid_is_computed_in_its_own_frame() {
    // Grade: exact. Turned by 90 degrees about (100, 200): the map's (95, 205) is 5 along the grid's x and 5 along its y.
    let folder = tempfile::tempdir().expect("temporary folder");
    sfincs_model(folder.path());
    let inp = folder.path().join("sfincs.inp");
    let text = std::fs::read_to_string(&inp).expect("text");
    std::fs::write(&inp, format!("{text}rotation = 90\n")).expect("written");
    write(
        folder.path(),
        &[
            ("a.obs", "95 205 'pier'\n"),
            ("a.src", "85 225\n"),
            ("a.thd", "dam\n2 2\n110 210\n60 210\n"),
            ("a.weir", "levee\n2 4\n90 200 5 0.6\n90 240 5 0.6\n"),
        ],
    );
    let model = sfincs::read(&inp).expect("read").build().expect("built");
    assert_eq!(model.gauges[0].cell, 0);
    assert_eq!(model.crs.to_string(), "unknown");
    assert!(model.domain.crests.contains_key(&Face { cell: 0, side: Side::East }));
}

#[test]
fn a_sfincs_model_with_mistakes_is_told_all_of_them() {
    // Grade: behaviour.
    let folder = tempfile::tempdir().expect("temporary folder");
    sfincs_model(folder.path());
    write(folder.path(), &[("a.dis", "0 5\n3600\n"), ("a.prcp", "0 0\n0 5\n"), ("a.thd", "dam\n9 2\n1 2\n")]);
    let said = sfincs::read(&folder.path().join("sfincs.inp")).expect_err("wrong").to_string();
    for part in ["a.dis:2:1", "a.prcp:2:1", "a.thd:1:1"] {
        assert!(said.contains(part), "{part} in:\n{said}");
    }
    write(folder.path(), &[("sfincs.inp", "mmax = 4\nnmax = x\ndx = 10\ndy = 20\nqtrfile = q.nc\n")]);
    let said = sfincs::read(&folder.path().join("sfincs.inp")).expect_err("wrong").to_string();
    for part in ["sfincs.inp:2:1", "10 x 20", "quadtree"] {
        assert!(said.contains(part), "{part} in:\n{said}");
    }
}

/// A LISFLOOD-FP model with sub-grid channels: a river from west to east with a brook from the north, a ring, and a pond.
fn sub_grid_model(folder: &Path) {
    let head = "ncols 6\nnrows 5\nxllcorner 0\nyllcorner 0\ncellsize 20\nNODATA_value -9999\n";
    let put = |rows: &str| format!("{head}{rows}");
    write(
        folder,
        &[
            (
                "s.par",
                "DEMfile dem.asc\nsim_time 3600\nfpfric 0.06\nbcifile s.bci\nbdyfile s.bdy\nSGCwidth w.asc\nSGCbank bank.asc\n\
                 SGCbed bed.asc\nSGCn 0.03\nSGCp 0.5\nSGCr 0.4\nstartfile start.asc\nSGCm 1.2\nacceleration\n",
            ),
            ("dem.asc", &put("9 9 9 9 9 9\n8 8 8 8 8 8\n7 7 7 7 7 7\n8 8 8 8 8 8\n9 9 9 9 9 9\n")),
            // The river in the middle row, the brook in column 2, three cells of a dead arm that touch in a corner only.
            ("w.asc", &put("0 0 4 0 0 30\n0 0 4 0 0 0\n5 6 6 6 8 8\n0 0 0 0 0 0\n3 0 0 0 0 0\n")),
            ("bank.asc", &put("9 9 9 9 9 9\n8 8 8 8 8 8\n7 7 6.5 7 7 7\n8 8 8 8 8 8\n9 9 9 9 9 9\n")),
            ("bed.asc", &put("9 9 7.5 9 9 8\n9 9 6 9 9 9\n5.5 5.4 -9999 5.2 5.1 5\n9 9 9 9 9 9\n8 9 9 9 9 9\n")),
            ("start.asc", &put("0 0 0 0 0 0\n0 0 0.5 0 0 0\n1 1 2 1 1 1\n0 0 0 0 0 0\n0 0 0 0 0 0\n")),
            ("s.bci", "P 10 50 QVAR up\nE 40 60 FREE 0.002\nP 50 90 FREE 0.01\nP 90 10 FREE\nN 0 120 HFIX 9.001\n"),
            ("s.bdy", "comment\nup\n2 seconds\n0.5 0\n1.5 3600\n"),
        ],
    );
}

#[test]
fn the_sub_grid_channels_of_a_lisflood_model_are_read_as_it_lays_them_out() {
    // Grade: exact (beds by hand: SGCbed where it has a value, bank - 0.4 sqrt(width) where not, each below bank and DEM).
    use hydro::channel::{Along, ChannelStart, End};
    let folder = tempfile::tempdir().expect("temporary folder");
    sub_grid_model(folder.path());
    let loaded = lisflood::read(&folder.path().join("s.par")).expect("read");
    let spec = &loaded.deck.channels;
    // River in two parts, parted where the brook joins it; the brook.
    assert_eq!(spec.channels.len(), 3, "{spec:#?}");
    let of = |x: f64, y: f64| {
        let at = |c: &&hydro::channel::ChannelSpec| c.line.iter().any(|p| p.x == x && p.y == y);
        spec.channels.iter().find(at).expect("a channel there")
    };
    // A channel may be drawn from either end: here from where its water comes.
    let drawn = |x: f64, y: f64, first: (f64, f64)| {
        let mut c = of(x, y).clone();
        if (c.line[0].x, c.line[0].y) != first {
            c.line.reverse();
            std::mem::swap(&mut c.from, &mut c.to);
            let turn = |along: &mut Along| *along = Along::Corners(along.values().iter().rev().copied().collect());
            turn(&mut c.width_m);
            turn(&mut c.bed_m);
            if let ChannelStart::Levels(levels) = &mut c.start {
                levels.reverse();
            }
        }
        c
    };
    let (upper, lower) = (drawn(10.0, 50.0, (10.0, 50.0)), drawn(90.0, 50.0, (50.0, 50.0)));
    let brook = drawn(50.0, 90.0, (50.0, 90.0));
    assert_eq!((upper.line.len(), lower.line.len(), brook.line.len()), (3, 4, 3));
    assert_eq!(upper.width_m.values(), &[5.0, 6.0, 6.0]);
    let bed = 6.5 - 0.4 * 6.0_f64.sqrt();
    let close = |a: &[f64], b: &[f64]| a.len() == b.len() && a.iter().zip(b).all(|(x, y)| (x - y).abs() < 1e-6);
    assert!(close(upper.bed_m.values(), &[5.5, 5.4, bed]), "{:?}", upper.bed_m);
    assert!(close(lower.bed_m.values(), &[bed, 5.2, 5.1, 5.0]), "{:?}", lower.bed_m);
    assert!(close(brook.bed_m.values(), &[7.5, 6.0, bed]) && brook.bank_m.is_none());
    assert_eq!(upper.manning.values(), &[0.03, 0.03, 0.03]);
    // Where they meet one has the node and the others join it; the river leaves freely by the slope of the .bci.
    let joins = |e: &End| matches!(e, End::Joins(_));
    assert_eq!([&upper.to, &lower.from, &brook.to].into_iter().filter(|e| joins(e)).count(), 2);
    assert_eq!(lower.to, End::Normal { slope: Some(0.002) });
    assert_eq!(brook.from, End::Normal { slope: Some(0.01) }, "FREE at a point is that channel's");
    // The point's discharge is the channel's, times the cell; the rim's level stays the plain's.
    assert!(loaded.deck.inflows.is_empty());
    assert_eq!(spec.inflows[0].discharge_m3_s.0, vec![(0.0, 10.0), (3600.0, 30.0)]);
    assert_eq!(loaded.deck.edges.len(), 2);
    // Depth at the start stands on the channel's bed; what is over the DEM is the plain's.
    let ChannelStart::Levels(levels) = &upper.start else { panic!("{:?}", upper.start) };
    assert!(close(levels, &[6.5, 6.4, bed + 2.0]), "{levels:?}");
    let model = loaded.build().expect("nothing is wrong");
    let over =
        |x: f64, y: f64| model.start_m[model.domain.grid.cell_at(base::grid::Point::new(x, y)).expect("on the grid")];
    assert!(over(10.0, 50.0) == 0.0 && (over(50.0, 50.0) - (bed + 2.0 - 7.0)).abs() < 1e-5, "{}", over(50.0, 50.0));
    let said = loaded.remarks.to_string();
    for part in ["2 cells of SGCwidth have no neighbour", "1 cells of SGCwidth are as wide", "`SGCm` is not taken over"]
    {
        assert!(said.contains(part), "`{part}` is not in\n{said}");
    }
    assert!(said.contains("FREE at a point belongs to sub-grid channels; there is none"), "{said}");
    // And it runs: what comes in goes out, or stands in the channels and on the plain.
    let mut run = hydro::deck::run::Run::new(std::sync::Arc::new(model)).expect("starts");
    while !run.advance().end {}
    let (l, grid) = (run.channels().ledger(), run.ledger());
    assert!((l.inflow_m3 - 20.0 * 3600.0).abs() < 1e-6 && l.boundary_m3 < -50_000.0, "{l:?}");
    assert!(grid.error() < 1e-12 && run.channels().error_m3().abs() < 1e-9 * l.inflow_m3, "{}", grid.error());
}
