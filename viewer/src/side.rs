//! The right panel: what is selected and its story, and the lists of the drill.

use crate::app::{Tab, ViewerApp};
use crate::index::MessageRow;
use crate::story::Selected;
use crate::truth::truth;
use crate::words::{self, number, pick, value};
use crate::{charts, map};
use egui::{Color32, RichText, ScrollArea, Ui};
use sim_core::base::ids::*;
use sim_core::place::city::FacilityKind;
use sim_core::vocab::body::{Doing, Duty};
use sim_core::vocab::condition::HazardKind;
use sim_core::vocab::message::Party;
use sim_core::vocab::order::OrderState;

const GOOD: Color32 = Color32::from_rgb(120, 205, 135);
const BAD: Color32 = Color32::from_rgb(255, 115, 105);
const WAIT: Color32 = Color32::from_rgb(250, 200, 90);

pub fn ui(app: &mut ViewerApp, ui: &mut Ui) {
    ui.add_space(4.0);
    ui.horizontal_wrapped(|ui| {
        for tab in Tab::ALL {
            ui.selectable_value(&mut app.tab, tab, pick(app.lang, tab.names()));
        }
    });
    ui.separator();
    match app.tab {
        Tab::Selection => selection(app, ui),
        Tab::Injects => injects(app, ui),
        Tab::Messages => messages(app, ui),
        Tab::Orders => orders(app, ui),
        Tab::Clauses => clauses(app, ui),
        Tab::Indicators => charts::ui(app, ui),
    }
}

/// A row of a two-column table.
fn fact(ui: &mut Ui, name: &str, text: impl Into<String>) {
    ui.label(RichText::new(name).weak());
    ui.add(egui::Label::new(text.into()).wrap());
    ui.end_row();
}

fn table(ui: &mut Ui, id: &str, rows: impl FnOnce(&mut Ui)) {
    egui::Grid::new(id).num_columns(2).spacing([12.0, 4.0]).show(ui, rows);
}

fn selection(app: &mut ViewerApp, ui: &mut Ui) {
    let lang = app.lang;
    let Some(selected) = app.selected else {
        overview(app, ui);
        return;
    };
    let mut centre = false;
    let mut clear = false;
    let title = match selected {
        Selected::Person(id) => app.names().person(id),
        Selected::Unit(id) => app.names().unit(id),
        Selected::Road(id) => app.names().link(id),
        Selected::Facility(id) => app.names().facility(id),
        Selected::Post(id) => app.names().post(id),
        Selected::Zone(id) => app.names().zone(id),
    };
    ui.horizontal(|ui| {
        ui.heading(title);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            clear = ui.small_button(lang.of("取消选中", "deselect")).clicked();
            centre = ui.small_button(lang.of("居中", "centre")).clicked();
        });
    });
    if clear {
        app.selected = None;
        return;
    }
    let at = match selected {
        Selected::Person(id) => {
            person(app, ui, id);
            app.moment.person(&app.rec, id, app.at_s).map(|(p, _)| p)
        }
        Selected::Unit(id) => {
            unit(app, ui, id);
            (id.index() < app.moment.units.x.len()).then(|| map::unit_at(app, id))
        }
        Selected::Road(id) => {
            road(app, ui, id);
            app.rec.city.links.get(id.index()).map(|l| l.point_at(0.5))
        }
        Selected::Facility(id) => {
            facility(app, ui, id);
            app.rec.city.facilities.get(id.index()).map(|f| f.at)
        }
        Selected::Post(id) => {
            post(app, ui, id);
            app.rec.programme.posts.get(id.index()).map(|p| p.at)
        }
        Selected::Zone(id) => {
            zone(app, ui, id);
            app.rec.city.zones.get(id.index()).map(|z| z.centre)
        }
    };
    if let (true, Some(p)) = (centre, at) {
        app.map.centre_on(p);
    }
    ui.separator();
    story(app, ui);
}

/// With nothing selected: the situation in one table.
fn overview(app: &mut ViewerApp, ui: &mut Ui) {
    let lang = app.lang;
    ui.label(RichText::new(lang.of("态势概览", "Situation")).strong());
    let names = app.names();
    let now = app.tick();
    table(ui, "overview", |ui| {
        for hazard in HazardKind::ALL {
            let level = app.index.level(hazard, now);
            let text = match level {
                Some((since, level, by)) => {
                    format!("{} · {} · {}", pick(lang, level.names()), names.post(by), names.clock(since))
                }
                None => lang.of("未响应", "none").into(),
            };
            let name = format!("{}{}", pick(lang, hazard.names()), lang.of("响应级别", " response level"));
            fact(ui, &name, text);
        }
        if let Some(tally) = app.rec.tally_at(now) {
            let people = |n: u32| words::grouped(i64::from(n));
            fact(ui, lang.of("居民", "residents"), words::grouped(app.rec.header.residents as i64));
            fact(ui, lang.of("已知情", "aware"), people(tally.aware));
            let moved = tally.doing[Doing::Sheltered as usize] + tally.doing[Doing::Away as usize];
            fact(ui, lang.of("已安置或离开", "sheltered or left"), people(moved));
            fact(ui, lang.of("被困", "trapped"), people(tally.doing[Doing::Trapped as usize]));
            let hurt = format!("{} / {} / {}", tally.hurt_light, tally.hurt_serious, tally.dead);
            fact(ui, lang.of("轻伤/重伤/死亡", "light / serious / dead"), hurt);
            fact(ui, lang.of("淹没面积", "flooded land"), format!("{:.2} km²", tally.flooded_land_m2 / 1e6));
            fact(ui, lang.of("受淹建筑", "flooded buildings"), people(tally.flooded_buildings));
            fact(ui, lang.of("溃口宽度", "breach width"), format!("{:.0} m", tally.breach_width_m));
            fact(ui, lang.of("气体泄漏量", "gas released"), format!("{} kg", number(tally.gas_released_kg)));
            fact(ui, lang.of("雨强", "rain"), format!("{:.0} mm/h", tally.rain_mm_h));
            fact(ui, lang.of("道路中断", "roads closed"), people(tally.roads_closed));
            let messages = format!("{} / {}", people(tally.messages_delivered), people(tally.messages_lost));
            fact(ui, lang.of("消息送达/丢失", "messages delivered / lost"), messages);
            let orders = format!("{} / {} / {}", tally.orders_done, tally.orders_failed, tally.orders_open);
            fact(ui, lang.of("指令完成/失败/未结", "orders done / failed / open"), orders);
            fact(ui, lang.of("出动队伍", "units at work"), people(tally.units_busy));
        }
    });
    ui.add_space(6.0);
    let hint = lang.of(
        "单击地图上的居民、队伍、道路、设施、岗位或社区，查看其状态与经过。滚轮缩放，拖动平移。",
        "Click a person, unit, road, facility, post or community on the map to see its state and its story. \
         Wheel to zoom, drag to move.",
    );
    ui.label(RichText::new(hint).weak());
    ui.separator();
    ui.label(RichText::new(lang.of("最近事件", "What happened last")).strong());
    let upto = app.index.marks.partition_point(|m| m.tick <= now);
    let rows: Vec<usize> = app.index.marks[upto.saturating_sub(200)..upto].iter().rev().map(|m| m.event).collect();
    event_list(app, ui, "last-events", &rows, false);
}

fn person(app: &ViewerApp, ui: &mut Ui, id: PersonId) {
    let lang = app.lang;
    table(ui, "person", |ui| match app.moment.person(&app.rec, id, app.at_s) {
        Some((at, doing)) => {
            fact(ui, lang.of("状态", "doing"), pick(lang, doing.names()));
            let zone = app.rec.city.zone_at(at).map_or("-".into(), |z| app.names().zone(z));
            fact(ui, lang.of("所在社区", "community"), zone);
            fact(ui, lang.of("位置", "position"), format!("{:.0} m E, {:.0} m N", at.x, at.y));
            let recorded = app.names().clock(app.moment.people_recorded_at());
            fact(ui, lang.of("位置记录于", "recorded at"), recorded);
        }
        None => fact(ui, lang.of("状态", "doing"), lang.of("无记录", "not recorded")),
    });
}

fn unit(app: &mut ViewerApp, ui: &mut Ui, id: UnitId) {
    let lang = app.lang;
    let Some(card) = app.rec.programme.units.get(id.index()).cloned() else { return };
    let mut go_to = None;
    table(ui, "unit", |ui| {
        let names = app.names();
        fact(ui, lang.of("类别", "kind"), card.kind_name.get(lang));
        fact(ui, lang.of("编制", "crew"), format!("{} {}", card.crew, lang.of("人", "people")));
        if id.index() < app.moment.units.x.len() {
            let units = &app.moment.units;
            let duty = Duty::from_u8(units.duty[id.index()]).map_or("?", |d| pick(lang, d.names()));
            fact(ui, lang.of("状态", "duty"), duty);
            fact(ui, lang.of("载员", "aboard"), units.aboard[id.index()].to_string());
            let order = units.order[id.index()];
            let text = match order.and_then(|id| app.index.order(id)) {
                Some(row) => format!("{} · {}", row.order.id, names.task(&row.order.task)),
                None => order.map_or("-".into(), |id| id.to_string()),
            };
            fact(ui, lang.of("当前指令", "order"), text);
        }
        ui.label(RichText::new(lang.of("驻地", "base")).weak());
        if ui.link(names.facility(card.base)).clicked() {
            go_to = Some(Selected::Facility(card.base));
        }
        ui.end_row();
        ui.label(RichText::new(lang.of("所属岗位", "under")).weak());
        if ui.link(names.post(card.post)).clicked() {
            go_to = Some(Selected::Post(card.post));
        }
        ui.end_row();
    });
    if let Some(selected) = go_to {
        app.select(selected);
    }
}

fn road(app: &ViewerApp, ui: &mut Ui, id: LinkId) {
    let lang = app.lang;
    let Some(link) = app.rec.city.links.get(id.index()) else { return };
    let mine = |other: LinkId| other == id || Some(other) == link.twin;
    table(ui, "road", |ui| {
        fact(ui, lang.of("等级", "class"), pick(lang, words::road_class(link.class)));
        fact(ui, lang.of("长度", "length"), format!("{:.0} m", link.length_m));
        fact(ui, lang.of("车道", "lanes"), format!("{} × {:.0} km/h", link.lanes, link.speed_m_s * 3.6));
        let special = match (link.bridge, link.tunnel) {
            (true, _) => lang.of("桥梁", "bridge"),
            (_, true) => lang.of("隧道/下穿", "tunnel or underpass"),
            _ => lang.of("地面", "at grade"),
        };
        fact(ui, lang.of("形式", "form"), special);
        let mut why: Vec<&str> = Vec::new();
        for (_, closure) in app.moment.roads.closed.iter().filter(|(l, _)| mine(*l)) {
            let word = pick(lang, words::closure(*closure));
            if !why.contains(&word) {
                why.push(word);
            }
        }
        let state = if why.is_empty() {
            lang.of("通行", "open").to_string()
        } else {
            format!("{}（{}）", lang.of("中断", "closed"), why.join(lang.of("、", ", ")))
        };
        fact(ui, lang.of("通行状态", "state"), state);
        let filled = app.moment.roads.filled.iter().filter(|(l, _)| mine(*l)).map(|(_, f)| *f).max();
        let text = filled.map_or_else(|| "0 %".to_string(), |f| format!("{:.0} %", f64::from(f) / 2.55));
        fact(ui, lang.of("占用率", "filled by cars"), text);
    });
}

fn facility(app: &mut ViewerApp, ui: &mut Ui, id: FacilityId) {
    let lang = app.lang;
    let Some(f) = app.rec.city.facilities.get(id.index()).cloned() else { return };
    let mut go_to = None;
    table(ui, "facility", |ui| {
        fact(ui, lang.of("类别", "kind"), pick(lang, words::facility_kind(f.kind)));
        let zone = f.zone.map_or("-".into(), |z| app.names().zone(z));
        fact(ui, lang.of("社区", "community"), zone);
        let nth = app.rec.city.facilities_of(f.kind).position(|(other, _)| other == id).unwrap_or(usize::MAX);
        let tally = app.rec.tally_at(app.tick());
        match f.kind {
            FacilityKind::Shelter => {
                let load = tally.and_then(|t| t.shelter_load.get(nth)).copied().unwrap_or(0);
                fact(ui, lang.of("安置/容量", "load / places"), format!("{load} / {:.0}", f.capacity));
            }
            FacilityKind::Hospital => {
                let load = tally.and_then(|t| t.hospital_load.get(nth)).copied().unwrap_or(0);
                fact(ui, lang.of("在院/床位", "patients / beds"), format!("{load} / {:.0}", f.capacity));
            }
            FacilityKind::PumpStation => {
                fact(ui, lang.of("排水能力", "capacity"), format!("{} m³/s", number(f.capacity)));
            }
            _ => {}
        }
        let posts = &app.rec.programme.posts;
        for (row, post) in posts.iter().enumerate().filter(|(_, p)| p.at.distance_m(f.at) < 30.0) {
            ui.label(RichText::new(lang.of("岗位", "post")).weak());
            if ui.link(post.name.get(lang)).clicked() {
                go_to = Some(Selected::Post(PostId::of(row)));
            }
            ui.end_row();
        }
        let here: Vec<usize> =
            (0..app.rec.programme.units.len()).filter(|row| app.rec.programme.units[*row].base == id).collect();
        for row in here {
            ui.label(RichText::new(lang.of("驻地队伍", "unit based here")).weak());
            let duty = app.moment.units.duty.get(row).and_then(|d| Duty::from_u8(*d));
            let duty = duty.map_or("", |d| pick(lang, d.names()));
            let text = format!("{} · {duty}", app.rec.programme.units[row].name.get(lang));
            if ui.link(text).clicked() {
                go_to = Some(Selected::Unit(UnitId::of(row)));
            }
            ui.end_row();
        }
    });
    if let Some(selected) = go_to {
        app.select(selected);
    }
}

fn zone(app: &mut ViewerApp, ui: &mut Ui, id: ZoneId) {
    let lang = app.lang;
    app.zones.update(&app.rec.city, &app.moment);
    let Some(zone) = app.rec.city.zones.get(id.index()) else { return };
    table(ui, "zone", |ui| {
        fact(ui, lang.of("所属镇街", "town"), zone.town.clone());
        let n = |list: &[u32]| list.get(id.index()).map_or("-".into(), |n| words::grouped(i64::from(*n)));
        fact(ui, lang.of("区内人数", "people inside"), n(&app.zones.people));
        fact(ui, lang.of("被困", "trapped"), n(&app.zones.trapped));
        let depth = app.zones.depth_m.get(id.index()).copied().unwrap_or(0.0);
        fact(ui, lang.of("积水处平均水深", "mean depth where wet"), format!("{depth:.2} m"));
    });
}

/// A post: what it believes at this moment, how old that is and from whom, beside the truth.
fn post(app: &mut ViewerApp, ui: &mut Ui, id: PostId) {
    let lang = app.lang;
    let now = app.tick();
    app.zones.update(&app.rec.city, &app.moment);
    let Some(card) = app.rec.programme.posts.get(id.index()).cloned() else { return };
    let tier =
        [lang.of("市级", "city"), lang.of("镇街/部门", "town or department"), lang.of("村/队", "village or team")]
            [usize::from(card.tier.min(2))];
    let party = Party::Post(id);
    let inbox: Vec<&MessageRow> =
        app.index.messages.iter().filter(|m| m.delivered.iter().any(|(t, to)| *t <= now && *to == party)).collect();
    let sent = app.index.messages.iter().filter(|m| m.message.from == party && m.message.sent <= now).count();
    let orders = app.index.orders.iter().filter(|o| o.order.issued <= now);
    let (given, received) = orders.fold((0, 0), |(given, received), o| {
        (given + usize::from(o.order.from == id), received + usize::from(o.order.to == id))
    });
    table(ui, "post", |ui| {
        fact(ui, lang.of("层级", "tier"), tier);
        fact(ui, lang.of("收件/发件", "messages in / out"), format!("{} / {sent}", inbox.len()));
        fact(ui, lang.of("下达/接到指令", "orders given / received"), format!("{given} / {received}"));
    });
    let last = inbox.last().map(|row| row.message.id);
    let newest: Vec<String> = inbox
        .iter()
        .rev()
        .take(5)
        .map(|m| {
            let names = app.names();
            let at = m.delivered.iter().find(|(_, to)| *to == party).map_or(m.message.sent, |(t, _)| *t);
            format!("{} {}：{}", names.clock(at), names.party(&m.message.from), m.message.text.get(lang))
        })
        .collect();
    let mut open_inbox = false;
    let mut see = app.see_as == Some(id);
    ui.horizontal(|ui| {
        open_inbox = ui.button(lang.of("打开收件箱", "open its messages")).clicked();
        if ui.toggle_value(&mut see, lang.of("以此视角看地图", "see the map as this post")).changed() {
            app.see_as = see.then_some(id);
        }
    });
    if open_inbox {
        app.filter.post = Some(id);
        app.message = last;
        app.tab = Tab::Messages;
    }
    for line in newest {
        ui.add(egui::Label::new(RichText::new(line).small()).truncate());
    }
    ui.add_space(4.0);
    ui.label(RichText::new(lang.of("此刻所知与真实情况", "What it believes now, and the truth")).strong());
    let picture = app.index.picture(id, now);
    if picture.is_empty() {
        ui.label(RichText::new(lang.of("尚无任何信息", "It knows nothing yet")).weak());
        return;
    }
    let height = (ui.available_height() * 0.5).max(140.0);
    let width = ui.available_width();
    ScrollArea::vertical().id_salt("picture").max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        egui::Grid::new("picture").num_columns(4).striped(true).spacing([8.0, 3.0]).show(ui, |ui| {
            for head in [
                lang.of("事项", "topic"),
                lang.of("所知", "believed"),
                lang.of("真实", "truth"),
                lang.of("时效与来源", "age and source"),
            ] {
                ui.label(RichText::new(head).weak().small());
            }
            ui.end_row();
            for (topic, learned) in &picture {
                let names = app.names();
                ui.scope(|ui| {
                    ui.set_width((width * 0.34).max(90.0));
                    ui.add(egui::Label::new(RichText::new(names.topic(*topic)).small()).wrap());
                });
                ui.label(value(topic.quantity, learned.fact.value, lang));
                match truth(&app.rec, &app.index, &app.moment, &app.zones, *topic, now) {
                    Some(v) => {
                        let off = (v - learned.fact.value).abs() > 0.1 * v.abs().max(learned.fact.value.abs()).max(0.5);
                        let text = value(topic.quantity, v, lang);
                        // The sign says it without the colour.
                        let (text, colour) =
                            if off { (format!("≠ {text}"), BAD) } else { (format!("≈ {text}"), GOOD) };
                        ui.colored_label(colour, text);
                    }
                    None => drop(ui.label(RichText::new("—").weak())),
                }
                let source = match learned.message.and_then(|id| app.index.message(id)) {
                    Some(m) => {
                        format!("{} · {}", names.party(&m.message.from), pick(lang, m.message.medium.names()))
                    }
                    None => lang.of("自身观察", "own eyes").into(),
                };
                let text = format!("{}\n{source}", names.age(learned.fact.observed, now));
                ui.add(egui::Label::new(RichText::new(text).small()).wrap_mode(egui::TextWrapMode::Extend));
                ui.end_row();
            }
        });
    });
}

/// The events that name what is selected; a click jumps there.
fn story(app: &mut ViewerApp, ui: &mut Ui) {
    let rows = app.story_rows();
    let head = format!("{}（{}）", app.lang.of("经过", "Story"), rows.len());
    ui.label(RichText::new(head).strong());
    event_list(app, ui, "story", &rows, true);
}

fn event_list(app: &mut ViewerApp, ui: &mut Ui, id: &str, rows: &[usize], future: bool) {
    let now = app.tick();
    let mut jump = None;
    let height = ui.text_style_height(&egui::TextStyle::Body) + 2.0;
    ScrollArea::vertical().id_salt(id).auto_shrink([false, false]).show_rows(ui, height, rows.len(), |ui, range| {
        for row in &rows[range] {
            let stamped = &app.rec.events[*row];
            let names = app.names();
            let text = format!("{}  {}", names.clock(stamped.tick), names.event(&stamped.event));
            // What is still to come is paler.
            let mut rich = RichText::new(text.clone());
            if future && stamped.tick > now {
                rich = rich.weak();
            }
            let button = egui::Button::selectable(stamped.tick == now, rich).truncate();
            if ui.add(button).on_hover_text(text).clicked() {
                jump = Some(stamped.tick);
            }
        }
    });
    if let Some(tick) = jump {
        app.jump(tick);
    }
}

fn injects(app: &mut ViewerApp, ui: &mut Ui) {
    let lang = app.lang;
    let now = app.tick();
    let mut jump = None;
    let mut look = None;
    ScrollArea::vertical().id_salt("injects").auto_shrink([false, false]).show(ui, |ui| {
        for (row, card) in app.rec.programme.injects.iter().enumerate() {
            let names = app.names();
            let fired = app.index.fired.get(&InjectId::of(row)).filter(|(t, _)| *t <= now);
            let expired = app.index.expired.get(&InjectId::of(row)).filter(|t| **t <= now);
            let (state, colour) = match (fired, expired) {
                (Some((tick, how)), _) => (
                    format!(
                        "{} {}（{}）",
                        names.clock(*tick),
                        lang.of("已触发", "fired"),
                        pick(lang, words::firing(*how))
                    ),
                    GOOD,
                ),
                (None, Some(tick)) => (format!("{} {}", names.clock(*tick), lang.of("过期未触发", "expired")), BAD),
                (None, None) => (lang.of("未触发", "not fired yet").into(), WAIT),
            };
            ui.horizontal(|ui| {
                ui.label(RichText::new(format!("{}", row + 1)).weak());
                if ui.link(RichText::new(card.title.get(lang)).strong()).clicked() {
                    jump = app.index.fired.get(&InjectId::of(row)).map(|(t, _)| *t);
                    look = card.at;
                }
            });
            ui.indent(row, |ui| {
                ui.add(egui::Label::new(
                    RichText::new(format!("{}{}", lang.of("计划：", "planned: "), names.planned(&card.planned)))
                        .small(),
                ));
                ui.colored_label(colour, state);
                for action in &card.expect {
                    ui.add(
                        egui::Label::new(
                            RichText::new(format!(
                                "{} {}（{}，{}{}）",
                                lang.of("期望：", "expected:"),
                                action.title.get(lang),
                                names.expected(&action.what),
                                lang.of("时限", "within "),
                                names.duration(action.within_s)
                            ))
                            .small(),
                        )
                        .wrap(),
                    );
                }
            });
            ui.add_space(4.0);
        }
        if app.rec.programme.injects.is_empty() {
            ui.label(RichText::new(lang.of("本次推演没有注入", "This run has no injects")).weak());
        }
    });
    if let Some(tick) = jump {
        app.jump(tick);
    }
    if let Some(p) = look {
        app.map.centre_on(p);
    }
}

fn messages(app: &mut ViewerApp, ui: &mut Ui) {
    let lang = app.lang;
    let now = app.tick();
    let posts: Vec<String> = (0..app.rec.programme.posts.len()).map(|p| app.names().post(PostId::of(p))).collect();
    ui.horizontal_wrapped(|ui| {
        let label = ui.label(lang.of("岗位", "Post"));
        let text = app.filter.post.map_or(lang.of("全部", "all").into(), |post| app.names().post(post));
        let combo = egui::ComboBox::from_id_salt("message-post").width(130.0).selected_text(text).show_ui(ui, |ui| {
            ui.selectable_value(&mut app.filter.post, None, lang.of("全部", "all"));
            for (row, name) in posts.iter().enumerate() {
                ui.selectable_value(&mut app.filter.post, Some(PostId::of(row)), name);
            }
        });
        combo.response.labelled_by(label.id);
        ui.checkbox(&mut app.filter.lost_only, lang.of("仅丢失", "lost only"));
        let label = ui.label(lang.of("搜索", "Search"));
        ui.add(egui::TextEdit::singleline(&mut app.filter.text).desired_width(90.0)).labelled_by(label.id);
    });
    let filter = app.filter.clone();
    let rows: Vec<usize> = (0..app.index.messages.len())
        .rev()
        .filter(|row| {
            let m = &app.index.messages[*row];
            m.message.sent <= now
                && (!filter.lost_only || m.lost.iter().any(|(t, ..)| *t <= now))
                && filter
                    .post
                    .is_none_or(|post| m.message.from == Party::Post(post) || m.message.to.contains(&Party::Post(post)))
                && (filter.text.is_empty() || m.message.text.get(lang).contains(&filter.text))
        })
        .collect();
    ui.label(RichText::new(format!("{} {}", rows.len(), lang.of("条（新的在上）", "messages, newest first"))).weak());
    let detail_h = if app.message.is_some() { 190.0 } else { 0.0 };
    let list_h = (ui.available_height() - detail_h).max(80.0);
    let mut clicked = None;
    let line_h = ui.text_style_height(&egui::TextStyle::Body);
    ScrollArea::vertical().id_salt("messages").max_height(list_h).auto_shrink([false, false]).show_rows(
        ui,
        2.0 * line_h + 8.0,
        rows.len(),
        |ui, range| {
            for row in &rows[range] {
                let m = &app.index.messages[*row];
                let names = app.names();
                let (state, colour) = delivery(app, m);
                let mut job = egui::text::LayoutJob::default();
                let font = egui::TextStyle::Body.resolve(ui.style());
                let plain = egui::TextFormat::simple(font.clone(), ui.visuals().text_color());
                let faint = egui::TextFormat::simple(font.clone(), ui.visuals().weak_text_color());
                let head = format!(
                    "{}  {} → {}  ",
                    names.clock(m.message.sent),
                    names.party(&m.message.from),
                    names.parties(&m.message.to)
                );
                job.append(&format!("[{state}] "), 0.0, egui::TextFormat::simple(font, colour));
                job.append(&head, 0.0, plain);
                job.append(
                    &format!(
                        "\n{} · {} · {}",
                        words::message_kind(&m.message.kind, lang),
                        pick(lang, m.message.medium.names()),
                        m.message.text.get(lang).replace('\n', " ")
                    ),
                    0.0,
                    faint,
                );
                let chosen = app.message == Some(m.message.id);
                // One line each: the panel clips what is too long, the details below have all of it.
                let button = egui::Button::selectable(chosen, job).wrap_mode(egui::TextWrapMode::Extend);
                if ui.add(button).clicked() {
                    clicked = Some(if chosen { None } else { Some(m.message.id) });
                }
            }
        },
    );
    if let Some(choice) = clicked {
        app.message = choice;
    }
    if let Some(id) = app.message {
        ui.separator();
        message_detail(app, ui, id);
    }
}

/// What became of a message by now, in a word.
fn delivery(app: &ViewerApp, m: &MessageRow) -> (String, Color32) {
    let (now, lang) = (app.tick(), app.lang);
    let delivered = m.delivered.iter().filter(|(t, _)| *t <= now).count();
    let lost = m.lost.iter().filter(|(t, ..)| *t <= now).count();
    match (delivered, lost) {
        (0, 0) => (lang.of("途中", "under way").into(), WAIT),
        (_, 0) => (lang.of("送达", "delivered").into(), GOOD),
        (0, _) => (lang.of("丢失", "lost").into(), BAD),
        (d, l) => (format!("{} {d} / {} {l}", lang.of("达", "ok"), lang.of("失", "lost")), WAIT),
    }
}

fn message_detail(app: &mut ViewerApp, ui: &mut Ui, id: MessageId) {
    let lang = app.lang;
    let Some(m) = app.index.message(id).cloned() else { return };
    let mut jump = None;
    ScrollArea::vertical().id_salt("message-detail").auto_shrink([false, false]).show(ui, |ui| {
        let names = app.names();
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(format!("#{id} {}", words::message_kind(&m.message.kind, lang))).strong());
            if ui.link(names.clock(m.message.sent)).clicked() {
                jump = Some(m.message.sent);
            }
            ui.label(pick(lang, m.message.medium.names()));
            if let Some(inject) = m.message.inject {
                ui.label(RichText::new(format!("{}{}", lang.of("注入：", "inject: "), names.inject(inject))).weak());
            }
        });
        ui.add(egui::Label::new(format!("{} → {}", names.party(&m.message.from), names.parties(&m.message.to))).wrap());
        ui.add(egui::Label::new(RichText::new(m.message.text.get(lang)).strong()).wrap());
        for fact in &m.message.facts {
            ui.label(format!(
                "· {}: {}（{}）",
                names.topic(fact.topic),
                value(fact.topic.quantity, fact.value, lang),
                names.clock(fact.observed)
            ));
        }
        for (tick, to) in m.delivered.iter().take(12) {
            ui.colored_label(
                GOOD,
                format!("{} {} {}", names.clock(*tick), lang.of("送达", "delivered to"), names.party(to)),
            );
        }
        for (tick, to, why) in m.lost.iter().take(12) {
            ui.colored_label(
                BAD,
                format!(
                    "{} {} {}（{}）",
                    names.clock(*tick),
                    lang.of("未达", "lost to"),
                    names.party(to),
                    pick(lang, words::loss(*why))
                ),
            );
        }
        for (tick, by) in &m.acknowledged {
            ui.label(format!("{} {} {}", names.clock(*tick), names.post(*by), lang.of("回执", "acknowledged")));
        }
    });
    if let Some(tick) = jump {
        app.jump(tick);
    }
}

fn orders(app: &mut ViewerApp, ui: &mut Ui) {
    let lang = app.lang;
    let now = app.tick();
    let rows: Vec<usize> =
        (0..app.index.orders.len()).rev().filter(|r| app.index.orders[*r].order.issued <= now).collect();
    ui.label(RichText::new(format!("{} {}", rows.len(), lang.of("条指令（新的在上）", "orders, newest first"))).weak());
    let mut jump = None;
    ScrollArea::vertical().id_salt("orders").auto_shrink([false, false]).show(ui, |ui| {
        for row in rows.iter().take(400) {
            let row = &app.index.orders[*row];
            let names = app.names();
            let (since, state) = row.state_at(now);
            let late = now > row.order.done_by
                && !matches!(
                    state,
                    OrderState::Done | OrderState::Failed(_) | OrderState::Refused(_) | OrderState::Expired
                );
            let colour = match state {
                OrderState::Done => GOOD,
                OrderState::Failed(_) | OrderState::Refused(_) | OrderState::Expired => BAD,
                _ => WAIT,
            };
            ui.horizontal_wrapped(|ui| {
                if ui.link(names.clock(row.order.issued)).clicked() {
                    jump = Some(row.order.issued);
                }
                ui.label(RichText::new(format!("#{} {}", row.order.id, names.task(&row.order.task))).strong());
            });
            ui.indent(row.order.id.0, |ui| {
                let mut text = format!(
                    "{} → {} · {}{} · {} {}",
                    names.post(row.order.from),
                    names.post(row.order.to),
                    row.order.units,
                    lang.of("队", " units"),
                    lang.of("限", "due"),
                    names.clock(row.order.done_by)
                );
                if let Some(clause) = &row.order.clause {
                    text += &format!(" · {clause}");
                }
                ui.add(egui::Label::new(RichText::new(text).small()).wrap());
                let mut text = format!("{} {}", names.clock(since), words::order_state(&state, lang));
                if late {
                    text += lang.of("（已超时）", " (overdue)");
                }
                ui.colored_label(if late { BAD } else { colour }, text);
            });
            ui.add_space(3.0);
        }
    });
    if let Some(tick) = jump {
        app.jump(tick);
    }
}

fn clauses(app: &mut ViewerApp, ui: &mut Ui) {
    let lang = app.lang;
    let now = app.tick();
    let mut jump = None;
    ScrollArea::vertical().id_salt("clauses").auto_shrink([false, false]).show(ui, |ui| {
        for card in &app.rec.programme.clauses {
            let names = app.names();
            ui.add(egui::Label::new(RichText::new(format!("{} {}", card.id, card.title.get(lang))).strong()).wrap());
            ui.indent(&card.id, |ui| {
                let text = format!(
                    "{} · {} {} · {}",
                    names.post(card.post),
                    lang.of("时限", "within"),
                    names.duration(card.within_s),
                    card.source
                );
                ui.add(egui::Label::new(RichText::new(text).small()).wrap());
                let mut any = false;
                for row in app.index.clauses.iter().filter(|c| c.clause == card.id && c.tick <= now) {
                    any = true;
                    let (word, colour) = if row.missed {
                        (lang.of("未按时执行", "missed"), BAD)
                    } else {
                        (lang.of("已启用", "followed"), GOOD)
                    };
                    let text = format!("{} {word} · {}", names.clock(row.tick), names.post(row.post));
                    if ui.link(RichText::new(text).color(colour)).clicked() {
                        jump = Some(row.tick);
                    }
                }
                if !any {
                    ui.label(RichText::new(lang.of("尚未启用", "not yet called for")).weak());
                }
            });
            ui.add_space(3.0);
        }
        if app.rec.programme.clauses.is_empty() {
            ui.label(RichText::new(lang.of("本次推演没有预案条款", "This run has no clauses")).weak());
        }
    });
    if let Some(tick) = jump {
        app.jump(tick);
    }
}
