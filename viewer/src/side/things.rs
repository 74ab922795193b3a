//! A person, unit, road, facility or community that is selected.

use super::*;

pub fn person(app: &ViewerApp, ui: &mut Ui, id: PersonId) {
    let lang = app.lang;
    if app.seat().is_some() {
        return hidden(app, ui, ("席位看不到个人的真实状态。", "A seat does not see what a person truly does."));
    }
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

pub fn unit(app: &mut ViewerApp, ui: &mut Ui, id: UnitId) {
    let lang = app.lang;
    let Some(card) = app.rec.programme.units.get(id.index()).cloned() else { return };
    let mut go_to = None;
    table(ui, "unit", |ui| {
        let names = app.names();
        fact(ui, lang.of("类别", "kind"), card.kind_name.get(lang));
        fact(ui, lang.of("编制", "crew"), format!("{} {}", card.crew, lang.of("人", "people")));
        let own = app.seat().is_none_or(|post| card.post == post);
        if own && id.index() < app.moment.units.x.len() {
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

pub fn road(app: &ViewerApp, ui: &mut Ui, id: LinkId) {
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
        if app.seat().is_some() {
            return;
        }
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

pub fn facility(app: &mut ViewerApp, ui: &mut Ui, id: FacilityId) {
    let lang = app.lang;
    let Some(f) = app.rec.city.facilities.get(id.index()).cloned() else { return };
    let mut go_to = None;
    table(ui, "facility", |ui| {
        fact(ui, lang.of("类别", "kind"), pick(lang, words::facility_kind(f.kind)));
        let zone = f.zone.map_or("-".into(), |z| app.names().zone(z));
        fact(ui, lang.of("社区", "community"), zone);
        let nth = app.rec.city.facilities_of(f.kind).position(|(other, _)| other == id).unwrap_or(usize::MAX);
        let tally = app.rec.tally_at(app.tick()).filter(|_| app.seat().is_none());
        match f.kind {
            FacilityKind::Shelter => {
                let load = tally.map(|t| t.shelter_load.get(nth).copied().unwrap_or(0));
                fact(ui, lang.of("安置/容量", "load / places"), format!("{} / {:.0}", seen(load), f.capacity));
            }
            FacilityKind::Hospital => {
                let load = tally.map(|t| t.hospital_load.get(nth).copied().unwrap_or(0));
                fact(ui, lang.of("在院/床位", "patients / beds"), format!("{} / {:.0}", seen(load), f.capacity));
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
            let own = app.seat().is_none_or(|post| app.rec.programme.units[row].post == post);
            let duty = duty.filter(|_| own).map_or("", |d| pick(lang, d.names()));
            let gap = if duty.is_empty() { "" } else { " · " };
            let text = format!("{}{gap}{duty}", app.rec.programme.units[row].name.get(lang));
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

pub fn zone(app: &mut ViewerApp, ui: &mut Ui, id: ZoneId) {
    let lang = app.lang;
    app.zones.update(&app.rec.city, &app.moment);
    let Some(zone) = app.rec.city.zones.get(id.index()) else { return };
    table(ui, "zone", |ui| {
        fact(ui, lang.of("所属镇街", "town"), zone.town.clone());
        if app.seat().is_some() {
            return;
        }
        let n = |list: &[u32]| list.get(id.index()).map_or("-".into(), |n| words::grouped(i64::from(*n)));
        fact(ui, lang.of("区内人数", "people inside"), n(&app.zones.people));
        fact(ui, lang.of("被困", "trapped"), n(&app.zones.trapped));
        let depth = app.zones.depth_m.get(id.index()).copied().unwrap_or(0.0);
        fact(ui, lang.of("积水处平均水深", "mean depth where wet"), format!("{depth:.2} m"));
    });
}

/// A count, or a dash where a seat does not know it.
fn seen(count: Option<u32>) -> String {
    count.map_or_else(|| "?".to_string(), |n| n.to_string())
}
