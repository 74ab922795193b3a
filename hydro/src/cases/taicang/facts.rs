//! What must come out of the plain's flood, and whether it did.

use super::{AtMouth, BREACH_S, GAUGED_S, Plain, Setting, works};
use crate::cases::delta::{self, Cover, Delta};
use crate::cases::run::{Fact, Ran, balance, untouched};
use crate::flow::Flow;
use crate::layers::extremes::Extremes;
use crate::ledger::Ledger;
use crate::solver::Solver;
use crate::structures::Structures;
use crate::structures::polder::{PolderState, Row};
use base::math;

/// The sea wall, face by face: how far and how long water stood over its crest where it holds.
#[derive(Debug, Clone)]
pub struct Watched {
    over_m: Vec<f64>,
    over_s: Vec<f64>,
}

impl Watched {
    pub fn new(works: &Structures) -> Watched {
        let n = works.levees()[0].chain.pieces.len();
        Watched { over_m: vec![0.0; n], over_s: vec![0.0; n] }
    }
    pub fn look(&mut self, works: &Structures, flow: &Solver<f32>, since_s: f64) {
        let (levee, state) = (&works.levees()[0], &works.state.levees[0]);
        let levels = levee.levels_m(state);
        for (k, piece) in levee.chain.pieces.iter().enumerate() {
            let stage = |cell: usize| if flow.depth_m(cell) > 1e-3 { flow.stage_m(cell) } else { f64::NEG_INFINITY };
            let over = stage(piece.left).max(stage(piece.right)) - levee.crest_m[k];
            if over > 0.0 && levels[k] >= levee.crest_m[k] {
                self.over_m[k] = self.over_m[k].max(over);
                self.over_s[k] += since_s;
            }
        }
    }
}

pub(super) fn all(
    setting: &Setting,
    delta: &Delta,
    plain: &Plain,
    ran: &Ran,
    ledger: &Ledger,
    solver: &Solver<f32>,
) -> Vec<Fact> {
    let mut facts = vec![balance(ledger, 1e-6), untouched(&ran.interventions)];
    facts.extend(overtopping(setting, plain));
    let polders = &plain.works.state.polders;
    if setting.breach {
        let others = (0..polders.len()).filter(|&k| k != delta.breached && Some(k) != works::unpowered(delta));
        let others: Vec<&PolderState> = others.map(|k| &polders[k]).collect();
        facts.extend(filling(delta, plain, &polders[delta.breached], &others, solver));
    }
    facts.push(underpasses(delta, &ran.extremes));
    facts.extend(sluices(delta, &plain.at_mouths));
    if setting.outage {
        facts.push(pumps(delta, plain, solver));
    }
    facts
}

/// The wall is overtopped where it is low and only there, as long as the tide stands over its crest.
fn overtopping(setting: &Setting, plain: &Plain) -> Vec<Fact> {
    let (watched, levee) = (&plain.watched, &plain.works.levees()[0]);
    // The river itself, minute by minute: how high and how long it stands over the low crest.
    let tide = works::tide(setting.end_s);
    let level_m = |minute: usize| math::interpolate(&tide, 60.0 * minute as f64);
    let minutes = (setting.end_s / 60.0) as usize;
    let highest_m = (0..=minutes).map(level_m).fold(f64::NEG_INFINITY, f64::max);
    let tide_m = highest_m - delta::LOW_WALL_M;
    let tide_s = 60.0 * (0..=minutes).filter(|&k| level_m(k) > delta::LOW_WALL_M).count() as f64;
    // A face is low when the river rises clearly over it; what lies within 5 cm of its peak may go either way.
    let (mut low, mut low_over, mut elsewhere) = (0, 0, 0);
    let (mut most_m, mut longest_s) = (0.0, 0.0);
    for (k, crest_m) in levee.crest_m.iter().enumerate() {
        if *crest_m < highest_m - 0.05 {
            low += 1;
            low_over += usize::from(watched.over_m[k] > 0.0);
            most_m = f64::max(most_m, watched.over_m[k]);
            longest_s = f64::max(longest_s, watched.over_s[k]);
        } else if *crest_m > highest_m + 0.05 {
            elsewhere += usize::from(watched.over_m[k] > 0.0);
        }
    }
    vec![
        Fact::new(
            "the sea wall is overtopped where it is low, and only there",
            low > 0 && low_over == low && elsewhere == 0,
            format!(
                "{low_over} of {low} faces at the low stretch (crest {:.2} m), {elsewhere} of {} elsewhere (crest {:.2} m)",
                delta::LOW_WALL_M,
                levee.chain.pieces.len() - low,
                delta::WALL_M
            ),
        ),
        // The foreland before the wall is 80 m wide: no more than velocity head and friction over it may be missing.
        Fact::new(
            "it is overtopped as high and as long as the tide stands over it",
            (most_m - tide_m).abs() < 0.1 && (longest_s - tide_s).abs() < 0.1 * tide_s + 300.0,
            format!(
                "{most_m:.2} m and {:.2} h at the wall; the river's own level {tide_m:.2} m and {:.2} h",
                longest_s / 3600.0,
                tide_s / 3600.0
            ),
        ),
    ]
}

/// The polder behind the breach: where its water comes from, and how its level follows the river's.
fn filling(
    delta: &Delta,
    plain: &Plain,
    polder: &PolderState,
    others: &[&PolderState],
    solver: &Solver<f32>,
) -> Vec<Fact> {
    let levee = &plain.works.levees()[0];
    let sill_m = levee.piece_near(&delta.grid, Some(delta.breach)).map_or(f64::INFINITY, |k| {
        let piece = levee.chain.pieces[k];
        solver.bed_m(piece.left).max(solver.bed_m(piece.right))
    });
    let rows = &polder.rows;
    let at = |s: f64| rows.iter().find(|row| row.now_s >= s - 1.0).or(rows.last());
    let (Some(before), Some(last)) = (at(BREACH_S), rows.last()) else {
        return vec![Fact::new("the polder fills from the breach", false, "the run ends before the breach")];
    };
    let highest = rows.iter().fold(before, |a, b| if b.level_m > a.level_m { b } else { a });
    let width_m = plain.at_breach.iter().map(|b| b.width_m).fold(0.0, f64::max);
    let law_m3 = plain
        .at_breach
        .iter()
        .find(|b| b.now_s >= highest.now_s - 1.0)
        .or(plain.at_breach.last())
        .map_or(0.0, |b| b.in_m3);
    let over_m3 = highest.over_m3 - before.over_m3;
    let booked = |row: &Row| row.booked_m3.iter().sum::<f64>();
    let rain_m3 = booked(highest) - booked(before);
    // Ten minutes by ten minutes from when the gap has fallen, while water stands over its ground: it goes toward the lower
    // side, both ways.
    let outer_m = |s: f64| plain.at_breach.iter().find(|b| b.now_s >= s - 1.0).map(|b| b.outer_m);
    let (mut follows, mut looks) = (0, 0);
    for pair in rows.windows(2).filter(|pair| pair[0].now_s > BREACH_S + 1200.0) {
        let Some(outer_m) = outer_m(0.5 * (pair[0].now_s + pair[1].now_s)) else { continue };
        let inner_m = 0.5 * (pair[0].level_m + pair[1].level_m);
        let head_m = outer_m - inner_m;
        if head_m.abs() > 0.15 && outer_m.max(inner_m) > sill_m + 0.1 {
            looks += 1;
            follows += usize::from((pair[1].over_m3 - pair[0].over_m3) * head_m > 0.0);
        }
    }
    // How far the level rises in the same hours: here, and in the polders without a breach whose pumps run.
    let rise_m = highest.level_m - before.level_m;
    let elsewhere_m = others
        .iter()
        .filter_map(|other| {
            let at = |s: f64| other.rows.iter().find(|row| row.now_s >= s - 1.0);
            Some(at(highest.now_s)?.level_m - at(BREACH_S)?.level_m)
        })
        .fold(f64::NEG_INFINITY, f64::max);
    vec![
        // Over a polder of 27 km2 the storm lays twice what a breach of 50 m lets in between two tides: a quarter of what came in
        // is asked for, and a rise that no polder without a breach has (assumptions).
        Fact::new(
            "the polder fills from the breach",
            4.0 * over_m3 > over_m3 + rain_m3.max(0.0) && rise_m > 0.1 && rise_m > elsewhere_m,
            format!(
                "inner level {:.2} m before, {:.2} m {:.1} h after (others {elsewhere_m:+.2} m at most in that time); {:.2} million m3 \
                 over its dikes, {:.2} million m3 of rain less pumps; breach {width_m:.0} m wide",
                before.level_m,
                highest.level_m,
                (highest.now_s - before.now_s) / 3600.0,
                over_m3 / 1e6,
                rain_m3 / 1e6
            ),
        ),
        // The law is a broad-crested weir on the levels beside the gap; the solver's water comes round its corners, and
        // meets it where the gap is a whole face. A third is the spread of discharge coefficients of breaches (assumption).
        Fact::new(
            "what the solver lets in is what the breach's law says",
            (over_m3 / law_m3.max(1.0) - 1.0).abs() < 0.33,
            format!("{:.2} million m3 in the solver, {:.2} by the law", over_m3 / 1e6, law_m3 / 1e6),
        ),
        Fact::new(
            "the inner level follows the river's",
            looks >= 6 && follows * 20 >= looks * 19,
            format!(
                "toward the lower side in {follows} of {looks} spells of {:.0} min; {:.2} m inside at the end",
                GAUGED_S / 60.0,
                last.level_m
            ),
        ),
    ]
}

/// Underpasses are under water before the streets around them.
fn underpasses(delta: &Delta, extremes: &Extremes) -> Fact {
    let mut first = 0;
    let mut leads = Vec::new();
    let arrival = |cell: usize| extremes.arrival_s(cell, 0).unwrap_or(f64::INFINITY);
    for underpass in &delta.underpasses {
        let here = arrival(underpass.floor);
        let centre = delta.grid.centre(underpass.floor);
        let near = delta.grid.cells_within(centre, 400.0).into_iter();
        let mut streets: Vec<f64> = near.filter(|&c| delta.cover[c] == Cover::Street).map(arrival).collect();
        let earlier = streets.iter().filter(|&&t| t < here).count();
        first += usize::from(here.is_finite() && earlier * 20 <= streets.len());
        streets.sort_by(f64::total_cmp);
        leads.extend(streets.get(streets.len() / 2).map(|half| half - here));
    }
    leads.sort_by(f64::total_cmp);
    let lead_s = leads.get(leads.len() / 2).copied().unwrap_or(0.0);
    let lead = if lead_s.is_finite() {
        format!("{:.1} h before half of the streets", lead_s / 3600.0)
    } else {
        "half of the streets never".into()
    };
    Fact::new(
        "underpasses are under water first",
        !delta.underpasses.is_empty() && first == delta.underpasses.len(),
        format!(
            "{first} of {} have 0.15 m before 95 % of the streets within 400 m do; {lead}",
            delta.underpasses.len()
        ),
    )
}

/// The tide shuts the sluices: no water while the leaf is down, hardly any inward, plenty at ebb.
fn sluices(delta: &Delta, at_mouths: &[Vec<AtMouth>]) -> Vec<Fact> {
    let mut never = Vec::new();
    let (mut out_m3, mut in_m3, mut shut_s, mut leaking) = (0.0, 0.0, 0.0, 0);
    let mut open_against = 0;
    for (mouth, rows) in delta.mouths.iter().zip(at_mouths) {
        let mut closings = 0;
        for pair in rows.windows(2) {
            let (then, now) = (pair[0], pair[1]);
            let dt = now.now_s - then.now_s;
            out_m3 += now.out_m3_s.max(0.0) * dt;
            in_m3 += (-now.out_m3_s).max(0.0) * dt;
            let shut = now.open_m <= 0.0;
            shut_s += if shut && now.outer_m > now.inner_m { dt } else { 0.0 };
            leaking += usize::from(shut && now.out_m3_s != 0.0);
            closings += usize::from(then.open_m > 0.0 && shut);
            // Closed for good twenty minutes after the tide has turned against it: the leaf's way takes 13 minutes.
            open_against += usize::from(then.outer_m > then.inner_m && now.outer_m > now.inner_m && !shut);
        }
        if closings == 0 {
            never.push(mouth.name.clone());
        }
    }
    let mouths = at_mouths.len().max(1) as f64;
    vec![
        Fact::new(
            "the tide closes the sluices",
            never.is_empty() && leaking == 0 && shut_s / mouths > 2.0 * 3600.0,
            format!(
                "shut against the tide {:.1} h of the day on the mean, {leaking} rows with water through a shut gate{}",
                shut_s / mouths / 3600.0,
                if never.is_empty() { String::new() } else { format!("; never shut: {}", never.join(", ")) }
            ),
        ),
        // The leaves need 13 minutes, in which the tide rises by about 0.1 m: a few hundredths of what the ebb takes out.
        Fact::new(
            "they let water out at ebb and keep the tide out",
            out_m3 > 0.0 && in_m3 < 0.02 * out_m3 && open_against as f64 <= 2.0 * mouths,
            format!(
                "{:.2} million m3 out, {:.2} in while leaves were closing; {open_against} rows open against the tide",
                out_m3 / 1e6,
                in_m3 / 1e6
            ),
        ),
    ]
}

/// The polder whose station has no power against the other inland ones: same rain, same ground, same sluices.
fn pumps(delta: &Delta, plain: &Plain, solver: &Solver<f32>) -> Fact {
    let name = "the polder without pumps is worse off";
    let Some(without) = works::unpowered(delta) else { return Fact::new(name, false, "there is no inland polder") };
    struct Found {
        kept_m: f64,
        pumped_m: f64,
        flooded: f64,
    }
    let found = |k: usize| {
        let cells = delta.cells_of(k);
        let area = cells.len() as f64 * delta.grid.cell_m * delta.grid.cell_m;
        let rows = &plain.works.state.polders[k].rows;
        let kept_m = rows.last().zip(rows.first()).map_or(0.0, |(b, a)| (b.volume_m3 - a.volume_m3) / area);
        let fields: Vec<usize> = cells.into_iter().filter(|&c| delta.cover[c] == Cover::Field).collect();
        let wet = fields.iter().filter(|&&c| solver.depth_m(c) > f64::from(super::REACHED_M)).count();
        let pumped_m = plain.works.state.pumps[k].pumped_m3 / area;
        Found { kept_m, pumped_m, flooded: wet as f64 / fields.len().max(1) as f64 }
    };
    let here = found(without);
    let others: Vec<Found> =
        (0..delta.polders.len()).filter(|&k| k != without && !delta.polders[k].coastal).map(found).collect();
    let mean = |of: &dyn Fn(&Found) -> f64| others.iter().map(of).sum::<f64>() / others.len().max(1) as f64;
    let (kept_m, pumped_m, flooded) = (mean(&|f| f.kept_m), mean(&|f| f.pumped_m), mean(&|f| f.flooded));
    // What is not pumped stays, but for what the ground takes more of under standing water (2 mm/h at most) and what the
    // sluice lets out: at least half.
    Fact::new(
        name,
        !others.is_empty() && here.pumped_m == 0.0 && pumped_m > 0.03 && here.kept_m - kept_m > 0.5 * pumped_m,
        format!(
            "it keeps {:.0} mm more than the {} others, which pump {:.0} mm; fields under 0.15 m or more at the end: {:.0} % \
             without, {:.0} % with pumps",
            1000.0 * (here.kept_m - kept_m),
            others.len(),
            1000.0 * pumped_m,
            100.0 * here.flooded,
            100.0 * flooded
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::super::run;
    use super::*;
    use crate::cases::delta::Size;

    #[test]
    fn a_tiny_plain_holds_the_facts_of_the_whole_one() {
        // Grade: behaviour.
        let setting = Setting { size: Size::TINY, ..Setting::default() };
        let outcome = run(&setting, &mut |_| true).map_err(|c| c.to_string()).expect("it runs").expect("to its end");
        let wrong: Vec<_> = outcome.facts.iter().filter(|fact| !fact.holds).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(outcome.facts.len(), 11);
    }

    #[test]
    fn facts_fail_where_their_cause_is_taken_away() {
        // Grade: behaviour. With all stations powered no polder is worse off; without a breach nothing comes over the
        // dikes of the coastal polder. Until the tide has turned.
        let setting =
            Setting { size: Size::TINY, outage: false, breach: false, end_s: 17.0 * 3600.0, ..Setting::default() };
        let outcome = run(&setting, &mut |_| true).map_err(|c| c.to_string()).expect("it runs").expect("to its end");
        assert!(outcome.fact("the polder without pumps is worse off").is_none());
        let polders = outcome.tables.iter().find(|t| t.name == "polders").expect("a table of polders");
        let column = |name: &str| polders.columns.iter().position(|c| c == name).expect("a column");
        let over = column("coastal polder over_crests_m3");
        let last = &polders.rows[polders.rows.len() - 1];
        assert!(last[over].abs() < 1e3, "{} m3 came over the dikes without a breach", last[over]);
    }
}
