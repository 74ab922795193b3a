//! A post that is selected, and its picture.

use super::*;

/// A post: what it believes at this moment, how old that is and from whom, beside the truth.
pub fn post(app: &mut ViewerApp, ui: &mut Ui, id: PostId) {
    let lang = app.lang;
    let now = app.tick();
    app.zones.update(&app.rec.city, &app.moment);
    let Some(card) = app.rec.programme.posts.get(id.index()).cloned() else { return };
    let tier =
        [lang.of("市级", "city"), lang.of("镇街/部门", "town or department"), lang.of("村/队", "village or team")]
            [usize::from(card.tier.min(2))];
    let party = Party::Post(id);
    // Through another's eyes only what went between the two is known.
    let other = app.seat().filter(|seat| *seat != id);
    if let Some(seat) = other {
        let between =
            |m: &&MessageRow| seat::holds(m, seat, now) && (m.message.from == party || m.message.to.contains(&party));
        let messages = app.index.messages.iter().filter(between).count();
        table(ui, "post", |ui| {
            fact(ui, lang.of("层级", "tier"), tier);
            fact(ui, lang.of("与本席往来消息", "messages with this seat"), messages.to_string());
        });
        return;
    }
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
    let compare = app.seat().is_none();
    let head = match compare {
        true => lang.of("此刻所知与真实情况", "What it believes now, and the truth"),
        false => lang.of("此刻所知", "What it believes now"),
    };
    ui.label(RichText::new(head).strong());
    let picture = app.index.picture(id, now);
    if picture.is_empty() {
        ui.label(RichText::new(lang.of("尚无任何信息", "It knows nothing yet")).weak());
        return;
    }
    let height = (ui.available_height() * 0.5).max(140.0);
    let width = ui.available_width();
    ScrollArea::vertical().id_salt("picture").max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        egui::Grid::new("picture").num_columns(if compare { 4 } else { 3 }).striped(true).spacing([8.0, 3.0]).show(
            ui,
            |ui| {
                for head in [
                    lang.of("事项", "topic"),
                    lang.of("所知", "believed"),
                    lang.of("真实", "truth"),
                    lang.of("时效与来源", "age and source"),
                ]
                .into_iter()
                .enumerate()
                .filter_map(|(column, head)| (compare || column != 2).then_some(head))
                {
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
                        _ if !compare => {}
                        Some(v) => {
                            let off =
                                (v - learned.fact.value).abs() > 0.1 * v.abs().max(learned.fact.value.abs()).max(0.5);
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
            },
        );
    });
}
