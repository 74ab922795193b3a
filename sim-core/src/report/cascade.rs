//! The disaster chain (灾害链) as it was recorded: which happening led, or might have led, to which, with its probability and delay. Not to be
//! taken for [`super::chain`], which asks why people came to harm.

use super::ledger::Ledger;
use super::story::Paragraph;
use super::words;
use crate::base::{text::Text, time::Tick};
use crate::record::Recording;
use crate::vocab::chain::{Happening, Link, Load, Node, Stage};
use crate::vocab::event::Event;

/// A row of the table: one link, with what was expected of it and what came.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub cause: Text,
    pub effect: Text,
    /// What the cause did at the place of the effect.
    pub load: Text,
    /// When it first threatened, with the delay (s) and the probability that were expected then.
    pub expected: Option<(Tick, f64, f64)>,
    /// When it was settled, with the delay (s) and the probability that it came to; none while it is open.
    pub settled: Option<(Tick, f64, f64)>,
    pub stage: Stage,
    /// Index of the last event about it.
    pub event: usize,
}

/// A happening in words: "火球（1号罐，丙烷）".
pub fn node(rec: &Recording, node: &Node) -> Text {
    let what = words::text(node.what.names());
    let of = words::substance(&rec.programme, &node.substance);
    let at = node.tank.clone().unwrap_or_else(|| words::facility(rec, node.site));
    // Dust is no substance of the table.
    if node.substance.is_empty() {
        return Text::new(format!("{}（{}）", what.zh, at.zh), format!("{} ({})", what.en, at.en));
    }
    Text::new(format!("{}（{}，{}）", what.zh, at.zh, of.zh), format!("{} ({}, {})", what.en, at.en, of.en))
}

fn load(load: Load) -> Text {
    let one = |v: f64| words::number((v * 10.0).round() / 10.0);
    match load {
        Load::Heat { w_m2 } => {
            Text::new(format!("热辐射 {} kW/m²", one(w_m2 / 1000.0)), format!("heat {} kW/m²", one(w_m2 / 1000.0)))
        }
        Load::Overpressure { pa } => {
            Text::new(format!("超压 {} kPa", one(pa / 1000.0)), format!("overpressure {} kPa", one(pa / 1000.0)))
        }
        Load::Gas { of_lower_limit } => Text::new(
            format!("燃爆下限的 {} 倍", one(of_lower_limit)),
            format!("{} times the lower flammable limit", one(of_lower_limit)),
        ),
    }
}

/// The table, in the order in which links were first told.
pub fn rows(rec: &Recording) -> Vec<Row> {
    let mut links: Vec<(u32, Row)> = Vec::new();
    for (event, e) in rec.events.iter().enumerate() {
        let Event::Chain(link) = &e.event else { continue };
        let at = match links.iter().position(|(id, _)| *id == link.id) {
            Some(at) => at,
            None => {
                links.push((link.id, row(rec, link, event)));
                links.len() - 1
            }
        };
        let row = &mut links[at].1;
        (row.stage, row.event) = (link.stage, event);
        (row.cause, row.load) = (node(rec, &link.cause), load(link.load));
        let found = Some((e.tick, link.delay_s, link.probability));
        match link.stage {
            Stage::Threatens => row.expected = found,
            Stage::Happened | Stage::Spared => row.settled = found,
        }
    }
    links.into_iter().map(|(_, row)| row).collect()
}

fn row(rec: &Recording, link: &Link, event: usize) -> Row {
    Row {
        cause: node(rec, &link.cause),
        effect: node(rec, &link.effect),
        load: load(link.load),
        expected: None,
        settled: None,
        stage: link.stage,
        event,
    }
}

/// "50 %", "0.3 %".
pub fn percent(p: f64) -> String {
    format!("{} %", words::number((p * 1000.0).round() / 10.0))
}

/// Fires, blasts and what led to what, told as a paragraph; nothing for a run without them.
pub(super) fn paragraph(l: &Ledger) -> Option<Paragraph> {
    let rec = l.rec;
    let mut said: Vec<Text> = Vec::new();
    let mut alight = 0u32;
    for e in &rec.events {
        let at = words::clock(rec, e.tick);
        match &e.event {
            Event::FireBegan { site, what, substance, .. } => {
                let (place, what, of) = (
                    words::facility(rec, *site),
                    words::text(what.names()),
                    words::substance(&rec.programme, substance),
                );
                said.push(Text::new(
                    format!("{}，{}发生{}{}。", at.zh, place.zh, of.zh, what.zh),
                    format!("At {} a {} of {} begins at {}.", at.en, what.en, of.en, place.en),
                ));
            }
            Event::FireEnded { burnt_kg, .. } => {
                let kg = words::number(burnt_kg.round());
                said.push(Text::new(
                    format!("{}火灭，共烧掉{kg}千克。", at.zh),
                    format!("At {} it is out; {kg} kg burnt.", at.en),
                ));
            }
            Event::Chain(link) if link.stage == Stage::Happened => {
                let (cause, effect) = (node(rec, &link.cause), node(rec, &link.effect));
                let (after, chance) = (words::span(link.delay_s), percent(link.probability));
                said.push(Text::new(
                    format!("{}，{}在{}后引发{}（概率{chance}）。", at.zh, cause.zh, after.zh, effect.zh),
                    format!(
                        "At {}, after {}, the {} leads to a {} (chance {chance}).",
                        at.en, after.en, cause.en, effect.en
                    ),
                ));
            }
            Event::Chain(link) if link.stage == Stage::Spared => {
                let (effect, chance) = (node(rec, &link.effect), percent(link.probability));
                said.push(Text::new(
                    format!("{}，可能的{}没有发生（概率{chance}）。", at.zh, effect.zh),
                    format!("At {} it is settled that the {} does not follow (chance {chance}).", at.en, effect.en),
                ));
            }
            Event::Blast { what, houses, roads, .. } => {
                let what = words::text(what.names());
                let [minor, major, fallen] = houses;
                said.push(Text::new(
                    format!("{}的冲击波使{minor}栋房屋轻损、{major}栋重损、{fallen}栋倒塌，{roads}条道路被碎物阻断。", what.zh),
                    format!(
                        "The blast of the {} damages {minor} houses lightly and {major} badly, {fallen} fall; debris cuts {roads} roads.",
                        what.en
                    ),
                ));
            }
            Event::BuildingAlight { .. } => alight += 1,
            _ => {}
        }
    }
    if alight > 0 {
        said.push(Text::new(format!("热辐射引燃{alight}栋房屋。"), format!("The heat sets {alight} houses alight.")));
    }
    let join = |get: &dyn Fn(&Text) -> String, between: &str| said.iter().map(get).collect::<Vec<_>>().join(between);
    (!said.is_empty()).then(|| Paragraph {
        heading: Text::new("火灾与爆炸", "Fire and blast"),
        text: Text::new(join(&|t| t.zh.clone(), ""), join(&|t| t.en.clone(), " ")),
    })
}

/// Whether a happening is a ball of fire or an explosion: the moment worth a map.
pub fn is_violent(what: Happening) -> bool {
    match what {
        Happening::Fireball
        | Happening::Burst
        | Happening::FlashFire
        | Happening::CloudExplosion
        | Happening::DustExplosion => true,
        Happening::PoolFire | Happening::JetFire | Happening::Release | Happening::GasCloud => false,
    }
}
