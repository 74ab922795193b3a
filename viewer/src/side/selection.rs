//! What is selected, or the situation when nothing is.

use super::*;

pub fn selection(app: &mut ViewerApp, ui: &mut Ui) {
    let lang = app.lang;
    let Some(selected) = app.selected else {
        match app.seat() {
            Some(seat) => known(app, ui, seat),
            None => overview(app, ui),
        }
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
            things::person(app, ui, id);
            app.moment.person(&app.rec, id, app.at_s).map(|(p, _)| p)
        }
        Selected::Unit(id) => {
            things::unit(app, ui, id);
            (id.index() < app.moment.units.x.len()).then(|| map::unit_at(app, id))
        }
        Selected::Road(id) => {
            things::road(app, ui, id);
            app.rec.city.links.get(id.index()).map(|l| l.point_at(0.5))
        }
        Selected::Facility(id) => {
            things::facility(app, ui, id);
            app.rec.city.facilities.get(id.index()).map(|f| f.at)
        }
        Selected::Post(id) => {
            picture::post(app, ui, id);
            app.rec.programme.posts.get(id.index()).map(|p| p.at)
        }
        Selected::Zone(id) => {
            things::zone(app, ui, id);
            app.rec.city.zones.get(id.index()).map(|z| z.centre)
        }
    };
    if let (true, Some(p)) = (centre, at) {
        app.map.centre_on(p);
    }
    ui.separator();
    story(app, ui);
}

/// With nothing selected, through a seat: what it believes, and what it did and heard last.
fn known(app: &mut ViewerApp, ui: &mut Ui, seat: PostId) {
    ui.heading(app.names().post(seat));
    picture::post(app, ui, seat);
    ui.separator();
    ui.label(RichText::new(app.lang.of("最近所为所闻", "What it did and heard last")).strong());
    let now = app.tick();
    let upto = app.rec.events.partition_point(|e| e.tick <= now);
    let rows: Vec<usize> = (0..upto).rev().filter(|row| app.told(*row)).take(200).collect();
    event_list(app, ui, "last-known", &rows, false);
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
