//! Command: posts with a gas desk look into the guidebook and run their model on what they believe. What comes of it is an event, facts in
//! their own picture, and a message to the post above.

use super::setup::gas_spec;
use super::state::*;
use super::talk::{fact, send};
use crate::base::{ids::*, text::Text, time::Tick};
use crate::command::{Post, desk::Asked};
use crate::hazard::gas::study::{self, Found, Input};
use crate::people::breathe::register;
use crate::scenario::Scenario;
use crate::vocab::condition::{Fact, Quantity};
use crate::vocab::event::Event;
use crate::vocab::message::{Message, MessageKind, Party};
use crate::vocab::order::Advice;
use crate::vocab::study::*;
use bevy_ecs::prelude::*;

/// Posts with a gas desk study the leaks that they know of.
pub fn study_gas(
    setting: Res<Setting>,
    now: Res<Now>,
    mut lines: ResMut<Lines>,
    mut events: ResMut<Events>,
    mut timing: ResMut<Timing>,
    mut posts: Query<&mut Post>,
) {
    timing.begin("study");
    let (tick, scenario) = (now.tick, &setting.scenario);
    if scenario.duties.gas_models.is_empty() {
        return;
    }
    let mut posts: Vec<_> = posts.iter_mut().collect();
    posts.sort_by_key(|p| p.id);
    for &id in &scenario.duties.gas_models {
        let Some(post) = posts.iter_mut().find(|p| p.id == id) else { continue };
        let post = &mut **post;
        let Some(asked) = post.desk.step(id, &post.picture, setting.seed, tick) else { continue };
        let Some(study) = made(scenario, setting.seed, id, &asked, tick) else { continue };
        if study.basis == Basis::Model {
            post.desk.found(asked.site, study.levels.iter().any(|l| l.reach_m > 0.0));
        }
        let facts = facts(&study, post, tick);
        for fact in &facts {
            if post.picture.learn(*fact, tick, None) {
                events.tell(tick, Event::PictureChanged { post: id, fact: *fact, message: None });
            }
        }
        let spec = &scenario.posts[id.index()];
        let text = words(scenario, &study);
        events.tell(tick, Event::GasStudied(Box::new(study)));
        let Some(superior) = spec.superior else { continue };
        let message = Message {
            id: lines.comms.next_id(),
            kind: MessageKind::Info,
            from: Party::Post(id),
            to: vec![Party::Post(superior)],
            medium: lines.comms.pick(spec.zone, tick, 0, spec.tier <= 1),
            facts,
            text,
            sent: tick,
            inject: None,
        };
        send(&setting, tick, &mut lines, &mut events, message);
    }
}

/// The study that was asked for, from beliefs alone.
fn made(scenario: &Scenario, seed: u64, post: PostId, asked: &Asked, now: Tick) -> Option<GasStudy> {
    let (spec, city) = (gas_spec(scenario), &scenario.city);
    let at = city.facilities.get(asked.site.index())?.at;
    let believed = &asked.believed;
    // The cloud that hangs about came from the leak as it was known while it ran.
    let leak = if believed.running { believed } else { &asked.leak };
    let input = Input {
        at,
        un: believed.un,
        rate_kg_s: leak.rate_kg_s,
        hole_m: leak.hole_m,
        wind: believed.wind,
        hour_of_day: scenario.clock.hour_of_day(now),
        running: believed.running,
        leaked_s: asked.leaked_s,
        stopped_s: asked.stopped_s,
    };
    let found = match asked.model {
        true => study::model(&input, &spec, city, &register(city, &scenario.behaviour, seed))?,
        false => Found {
            rate_kg_s: 0.0,
            rate_from: RateFrom::Supposed,
            class: String::new(),
            angle_deg: 0.0,
            levels: study::guide(&input, &spec),
            zones: Vec::new(),
            buildings: Vec::new(),
            caveats: Vec::new(),
        },
    };
    let zones = if asked.model { found.zones } else { study::lie_in(city, at, &found.levels) };
    Some(GasStudy {
        post,
        site: asked.site,
        at,
        basis: if asked.model { Basis::Model } else { Basis::Guide },
        un: believed.un,
        running: believed.running,
        rate_kg_s: found.rate_kg_s,
        rate_from: found.rate_from,
        wind: believed.wind,
        class: found.class,
        angle_deg: found.angle_deg,
        levels: found.levels,
        zones,
        buildings: found.buildings,
        caveats: found.caveats,
    })
}

/// The study as facts: distances of the site, levels and advice of the zones. Zones that no longer lie in it are set back.
fn facts(study: &GasStudy, post: &Post, now: Tick) -> Vec<Fact> {
    let mut facts = Vec::new();
    let reach = |level| study.level(level).map_or(0.0, |l| l.reach_m);
    let site = study.site.0;
    if study.basis == Basis::Guide {
        facts.push(fact(Quantity::IsolateReach, site, reach(3), now));
        facts.push(fact(Quantity::ProtectReach, site, reach(2), now));
        return facts;
    }
    for (quantity, level) in [(Quantity::ReachAegl3, 3), (Quantity::ReachAegl2, 2), (Quantity::ReachAegl1, 1)] {
        facts.push(fact(quantity, site, reach(level), now));
    }
    for one in &study.zones {
        let zone = one.zone.0;
        facts.push(fact(Quantity::ZoneThreat, zone, f64::from(one.level), now));
        facts.push(fact(Quantity::ZoneThreatLines, zone, f64::from(one.lines), now));
        if let Some(load) = one.load {
            let advice = if load.shelter { Advice::StayIndoors } else { Advice::Leave };
            facts.push(fact(Quantity::ZoneShelter, zone, advice.number(), now));
        }
    }
    for (topic, belief) in &post.picture.beliefs {
        let threat = matches!(topic.quantity, Quantity::ZoneThreat | Quantity::ZoneThreatLines);
        if threat && belief.value > 0.0 && study.zones.iter().all(|z| z.zone.0 != topic.about) {
            facts.push(fact(topic.quantity, topic.about, 0.0, now));
        }
    }
    facts
}

fn words(scenario: &Scenario, study: &GasStudy) -> Text {
    let site = &scenario.city.facilities[study.site.index()].name;
    let what = study.un.and_then(|un| scenario.substances.by_un(un)).map(|s| s.name.clone());
    let what = what.unwrap_or_else(|| Text::new("不明物质", "unknown substance"));
    let reach = |level| study.level(level).map_or(0.0, |l| l.reach_m);
    if study.basis == Basis::Guide {
        let (isolate, protect) = (reach(3), reach(2));
        return Text::new(
            format!("{}{}泄漏，指南：初始隔离{isolate:.0}米，下风向防护{protect:.0}米", site.zh, what.zh),
            format!("{}, {}: guidebook: isolate {isolate:.0} m, protect {protect:.0} m downwind", site.en, what.en),
        );
    }
    let inside = study.zones.iter().filter(|z| z.level >= 2).count();
    let leave = study.zones.iter().filter(|z| z.level >= 2 && z.load.is_some_and(|l| !l.shelter)).count();
    let from = match study.rate_from {
        RateFrom::Reported => ("按报告速率", "rate as reported"),
        RateFrom::Hole => ("按报告孔径推算", "rate from the reported hole"),
        RateFrom::Supposed => ("速率未知，按假定孔径", "rate unknown, a hole supposed"),
    };
    let ([r3, r2, r1], rate) = ([3, 2, 1].map(reach), study.rate_kg_s);
    Text::new(
        format!(
            "{}{}研判（{}，{rate:.1}千克/秒）：重危区{r3:.0}米、中危区{r2:.0}米、轻危区{r1:.0}米；{inside}个社区在中危区内，其中{leave}个宜撤离",
            site.zh, what.zh, from.0
        ),
        format!(
            "{}, {}, computed ({}, {rate:.1} kg/s): AEGL-3 {r3:.0} m, AEGL-2 {r2:.0} m, AEGL-1 {r1:.0} m; \
             {inside} communities within AEGL-2, {leave} of them better leave",
            site.en, what.en, from.1
        ),
    )
}
