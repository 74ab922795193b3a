//! All that is wrong with a specification of channels, told at once, by name.

use super::plan::{Path as Way, Plan};
use super::spec::{Along, ChannelSpec, ChannelStart, ChannelsSpec, End};
use crate::solver::Domain;
use base::complaint::{Complaints, nearest};
use base::grid::Point;
use std::collections::BTreeSet;
use std::path::Path;

/// An end this near to another channel, in cells, is meant to join it.
const NEAR_CELLS: f64 = 0.5;

/// Says what is wrong with a channel.
struct Say<'a> {
    file: &'a Path,
    whose: String,
    complaints: &'a mut Complaints,
}

impl Say<'_> {
    fn wrong(&mut self, what: impl std::fmt::Display, hint: impl Into<String>) {
        self.complaints.add(self.file, format!("{}: {what}", self.whose), hint);
    }
}

/// Looks at every number before anything is laid out.
pub fn check(domain: &Domain, spec: &ChannelsSpec, file: &Path, complaints: &mut Complaints) {
    let o = &spec.options;
    let options = [("courant", o.courant), ("step_s_max", o.step_s_max), ("reach_m", o.reach_m.unwrap_or(1.0))];
    for (name, v) in options {
        if !(v.is_finite() && v > 0.0) {
            complaints.add(file, format!("channels: option {name} is {v}"), "a number above 0");
        }
    }
    let names: Vec<&str> = spec.channels.iter().map(|c| c.name.as_str()).collect();
    let mut seen = BTreeSet::new();
    for channel in &spec.channels {
        let mut say = Say { file, whose: format!("channel \"{}\"", channel.name), complaints: &mut *complaints };
        if channel.name.trim().is_empty() {
            say.wrong("has no name", "others join it, and results are read, by that");
        }
        if !seen.insert(&channel.name) {
            say.wrong("is there twice", "a name of its own");
        }
        line(&mut say, domain, channel);
        numbers(&mut say, domain, channel);
        ends(&mut say, &names, channel);
    }
    if !complaints.is_empty() {
        return;
    }
    joins(domain, spec, file, complaints);
    let mut seen = BTreeSet::new();
    for inflow in &spec.inflows {
        let what = format!("inflow \"{}\" into a channel", inflow.name);
        if !seen.insert(&inflow.name) {
            complaints.add(file, format!("{what}: is there twice"), "a name of its own");
        }
        inflow.discharge_m3_s.check(file, &what, f64::NEG_INFINITY, complaints);
        match spec.channels.iter().find(|c| c.name == inflow.channel) {
            None => {
                complaints.add(file, format!("{what}: {}", unknown(&inflow.channel)), hint(&inflow.channel, &names))
            }
            Some(c) => {
                let off_m = Way::new(&c.line).nearest(inflow.at).1;
                if off_m.is_nan() || off_m > domain.grid.cell_m {
                    let said = format!("{what}: ({}, {}) is {off_m:.1} m off it", inflow.at.x, inflow.at.y);
                    complaints.add(file, said, format!("within a cell ({} m) of its line", domain.grid.cell_m));
                }
            }
        }
    }
}

fn unknown(name: &str) -> String {
    format!("there is no channel \"{name}\"")
}

fn hint(name: &str, names: &[&str]) -> String {
    nearest(name, names.iter().copied()).map_or("name a channel of this model".into(), |n| format!("did you mean {n}?"))
}

fn line(say: &mut Say, domain: &Domain, channel: &ChannelSpec) {
    let g = &domain.grid;
    if channel.line.len() < 2 {
        say.wrong(format_args!("its line has {} corners", channel.line.len()), "two or more");
        return;
    }
    let (x1, y1) = (g.x0 + g.width_m(), g.y0 + g.height_m());
    for p in &channel.line {
        if !(p.x >= g.x0 && p.x <= x1 && p.y >= g.y0 && p.y <= y1) {
            let hint = format!("x from {} to {x1}, y from {} to {y1}", g.x0, g.y0);
            say.wrong(format_args!("its corner ({}, {}) is not on the grid", p.x, p.y), hint);
            return;
        }
    }
    if let Some(k) = channel.line.windows(2).position(|w| w[0].distance_m(w[1]) <= 0.0) {
        say.wrong(format_args!("its corners {} and {} are one point", k + 1, k + 2), "leave one of them out");
    }
}

fn numbers(say: &mut Say, domain: &Domain, channel: &ChannelSpec) {
    let corners = channel.line.len();
    let columns = [
        ("width_m", Some(&channel.width_m)),
        ("bed_m", Some(&channel.bed_m)),
        ("bank_m", channel.bank_m.as_ref()),
        ("manning", Some(&channel.manning)),
    ];
    let mut whole = true;
    for (name, along) in columns {
        let Some(along) = along else { continue };
        if let Along::Corners(all) = along
            && all.len() != corners
        {
            say.wrong(format_args!("{name} has {} values for {corners} corners", all.len()), "one for each corner");
            whole = false;
        }
        let fits = |v: f64| match name {
            "width_m" => v.is_finite() && v > 0.0,
            "manning" => v > 0.0 && v <= 1.0,
            _ => v.is_finite(),
        };
        if let Some((k, v)) = along.values().iter().enumerate().find(|(_, v)| !fits(**v)) {
            let hint = match name {
                "width_m" => "a number above 0",
                "manning" => "over 0, up to 1 s/m^(1/3)",
                _ => "a finite level, m",
            };
            say.wrong(format_args!("{name} is {v} (value {})", k + 1), hint);
            whole = false;
        }
    }
    if !(channel.side_slope.is_finite() && channel.side_slope >= 0.0) {
        say.wrong(format_args!("side_slope is {}", channel.side_slope), "run over rise, 0 or more");
    }
    match &channel.start {
        ChannelStart::Dry => {}
        ChannelStart::Depth(d) if d.is_finite() && *d >= 0.0 => {}
        ChannelStart::Depth(d) => say.wrong(format_args!("starts with a depth of {d} m"), "0 or more"),
        ChannelStart::Levels(all) if all.len() == corners && all.iter().all(|v| v.is_finite()) => {}
        ChannelStart::Levels(all) => {
            say.wrong(
                format_args!("starts with {} levels for {corners} corners", all.len()),
                "a finite level for each corner",
            );
        }
        ChannelStart::Level(v) | ChannelStart::Flow(v) if v.is_finite() => {}
        ChannelStart::Level(v) | ChannelStart::Flow(v) => say.wrong(format_args!("starts with {v}"), "a finite number"),
    }
    if !whole {
        return;
    }
    let cell_m = domain.grid.cell_m;
    if let Some(width) = channel.width_m.values().iter().find(|w| **w >= cell_m) {
        say.wrong(
            format_args!("width_m {width} is no less than a cell ({cell_m} m)"),
            "the grid resolves a river that wide: cut it into the terrain",
        );
    }
    if let Some(bank) = &channel.bank_m
        && let Some(k) = (0..corners).find(|&k| bank.at(k, 0.0) <= channel.bed_m.at(k, 0.0))
    {
        let (bed, bank) = (channel.bed_m.at(k, 0.0), bank.at(k, 0.0));
        say.wrong(format_args!("at corner {} its bed {bed} m is not below its bank {bank} m", k + 1), "a lower bed");
    }
}

fn ends(say: &mut Say, names: &[&str], channel: &ChannelSpec) {
    let corners = channel.line.len();
    for (what, end, corner) in [("from", &channel.from, 0), ("to", &channel.to, corners.saturating_sub(1))] {
        match end {
            End::Closed | End::Opens => {}
            End::Inflow(series) => {
                let whose = format!("{}: {what}", say.whose);
                series.check(say.file, &whose, 0.0, say.complaints);
            }
            End::Stage(series) => {
                let whose = format!("{}: {what}", say.whose);
                series.check(say.file, &whose, f64::NEG_INFINITY, say.complaints);
                let top = series.0.iter().map(|p| p.1).fold(f64::NEG_INFINITY, f64::max);
                let bed = *channel.bed_m.values().get(corner).unwrap_or(&channel.bed_m.values()[0]);
                if top <= bed {
                    say.wrong(
                        format_args!("{what}: its stage never exceeds {top} m, its bed there is {bed} m"),
                        "a stage above the bed at some time",
                    );
                }
            }
            End::Normal { slope } => {
                if slope.is_some_and(|s| !(s.is_finite() && s > 0.0)) {
                    say.wrong(format_args!("{what}: a slope of {:?}", slope.unwrap_or_default()), "a number above 0");
                }
            }
            End::Joins(other) if *other == channel.name => say.wrong(format_args!("{what}: it joins itself"), ""),
            End::Joins(other) if !names.contains(&other.as_str()) => {
                say.wrong(format_args!("{what}: {}", unknown(other)), hint(other, names));
            }
            End::Joins(_) => {}
        }
    }
}

/// Ends that join what is not there, and ends that lie on a channel without joining it.
fn joins(domain: &Domain, spec: &ChannelsSpec, file: &Path, complaints: &mut Complaints) {
    let cell_m = domain.grid.cell_m;
    let paths: Vec<Way> = spec.channels.iter().map(|c| Way::new(&c.line)).collect();
    let joined = |a: &ChannelSpec, b: &str| {
        [&a.from, &a.to].into_iter().any(|end| matches!(end, End::Joins(other) if other == b))
    };
    for (k, channel) in spec.channels.iter().enumerate() {
        let mut say = Say { file, whose: format!("channel \"{}\"", channel.name), complaints: &mut *complaints };
        let last = channel.line[channel.line.len() - 1];
        for (what, end, p) in [("from", &channel.from, channel.line[0]), ("to", &channel.to, last)] {
            let near = |other: usize, p: Point| paths[other].nearest(p).1;
            match end {
                End::Joins(name) => {
                    let other = spec.channels.iter().position(|c| c.name == *name).expect("it was looked up");
                    let off_m = near(other, p);
                    if off_m > cell_m {
                        say.wrong(
                            format_args!(
                                "{what}: ({}, {}) lies {off_m:.1} m from \"{name}\", which it joins: they are not connected",
                                p.x, p.y
                            ),
                            format!("no farther than a cell, {cell_m} m"),
                        );
                    }
                }
                End::Closed => {
                    let touches = (0..paths.len()).find(|&o| {
                        let other = &spec.channels[o];
                        o != k
                            && near(o, p) <= NEAR_CELLS * cell_m
                            && !joined(other, &channel.name)
                            && !joined(channel, &other.name)
                    });
                    if let Some(o) = touches {
                        let name = &spec.channels[o].name;
                        say.wrong(
                            format_args!(
                                "{what}: it ends at ({}, {}) on \"{name}\" and is not connected to it",
                                p.x, p.y
                            ),
                            format!("Joins(\"{name}\"), or an end farther off"),
                        );
                    }
                }
                End::Inflow(_) | End::Stage(_) | End::Normal { .. } | End::Opens => {}
            }
        }
    }
}

/// What only shows once the channels lie on the grid.
pub fn laid_out(domain: &Domain, spec: &ChannelsSpec, plan: &Plan, file: &Path, complaints: &mut Complaints) {
    let cell_m = domain.grid.cell_m;
    for (channel, line) in spec.channels.iter().zip(&plan.lines) {
        let mut say = Say { file, whose: format!("channel \"{}\"", channel.name), complaints: &mut *complaints };
        if let Some(s) = line.stations.iter().find(|s| s.section.height_m <= 0.0) {
            let bank_m = s.bed_m + s.section.height_m;
            let of = if channel.bank_m.is_some() { "bank" } else { "ground" };
            say.wrong(
                format_args!(
                    "at ({:.1}, {:.1}) its bed {} m is not below the {of}, {bank_m} m",
                    s.at.x, s.at.y, s.bed_m
                ),
                "a lower bed, or bank_m where it runs between dikes",
            );
            continue;
        }
        if let Some(s) = line.stations.iter().find(|s| s.section.top_m() >= cell_m) {
            say.wrong(
                format_args!(
                    "is {:.1} m wide at its banks at ({:.1}, {:.1}), no less than a cell",
                    s.section.top_m(),
                    s.at.x,
                    s.at.y
                ),
                "the grid resolves a river that wide: cut it into the terrain",
            );
        }
        let n = line.stations.len();
        for (what, end, own, inner) in [("from", &channel.from, 0, 1), ("to", &channel.to, n - 1, n - 2)] {
            let fall_m = line.stations[inner].bed_m - line.stations[own].bed_m;
            if matches!(end, End::Normal { slope: None }) && fall_m <= 0.0 {
                say.wrong(
                    format_args!("{what}: Normal without a slope, and the bed does not fall toward that end"),
                    "Normal(slope: 0.0005), or Stage",
                );
            }
        }
        if let ChannelStart::Flow(q) = &channel.start {
            let q = *q;
            let falls = |w: &[super::plan::Station]| (w[0].bed_m - w[1].bed_m) * q.signum() > 0.0;
            if let Some(w) = line.stations.windows(2).find(|w| q != 0.0 && !falls(w)) {
                say.wrong(
                    format_args!(
                        "starts with a uniform flow of {q} m3/s, but its bed does not fall at ({:.1}, {:.1})",
                        w[0].at.x, w[0].at.y
                    ),
                    "Depth or Level",
                );
            }
        }
    }
    // The ground of every cell must stand over the bed where the two share their water.
    let mut low = None;
    for p in &plan.pieces {
        if p.plain.is_some() && domain.bed_m[p.cell] <= p.bed_m {
            low = low.or(Some(p));
        }
    }
    if let Some(p) = low {
        let c = domain.grid.centre(p.cell);
        complaints.add(
            file,
            format!(
                "channels: the ground of the cell at ({}, {}) is {} m, not above the channel's bed of {} m",
                c.x, c.y, domain.bed_m[p.cell], p.bed_m
            ),
            "a lower bed, or bank_m where it runs between dikes",
        );
    }
}
