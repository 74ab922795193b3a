//! Messages, and what became of them.

use super::*;

pub fn messages(app: &mut ViewerApp, ui: &mut Ui) {
    let lang = app.lang;
    let now = app.tick();
    let posts: Vec<String> = (0..app.rec.programme.posts.len()).map(|p| app.names().post(PostId::of(p))).collect();
    let seat = app.seat();
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
        if seat.is_none() {
            ui.checkbox(&mut app.filter.lost_only, lang.of("仅丢失", "lost only"));
        }
        let label = ui.label(lang.of("搜索", "Search"));
        ui.add(egui::TextEdit::singleline(&mut app.filter.text).desired_width(90.0)).labelled_by(label.id);
    });
    let filter = app.filter.clone();
    let rows: Vec<usize> = (0..app.index.messages.len())
        .rev()
        .filter(|row| {
            let m = &app.index.messages[*row];
            seat.map_or(m.message.sent <= now, |post| seat::holds(m, post, now))
                && (!filter.lost_only || seat.is_some() || m.lost.iter().any(|(t, ..)| *t <= now))
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
                let size = egui::vec2(ui.available_width(), 2.0 * line_h + 8.0);
                let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
                let builder = egui::UiBuilder::new().id_salt(m.message.id).max_rect(rect);
                let mut cell = ui.new_child(builder);
                cell.shrink_clip_rect(rect);
                if cell.add(button).clicked() {
                    clicked = Some(if chosen { None } else { Some(m.message.id) });
                }
            }
        },
    );
    if let Some(choice) = clicked {
        app.message = choice;
    }
    let held = |id| seat.is_none_or(|post| app.index.message(id).is_some_and(|m| seat::holds(m, post, now)));
    if let Some(id) = app.message.filter(|id| held(*id)) {
        ui.separator();
        message_detail(app, ui, id);
    }
}

/// What became of a message by now, in a word.
fn delivery(app: &ViewerApp, m: &MessageRow) -> (String, Color32) {
    let (now, lang) = (app.tick(), app.lang);
    if let Some(post) = app.seat() {
        if m.message.from != Party::Post(post) {
            return (lang.of("收到", "received").into(), GOOD);
        }
        let answered = m.acknowledged.iter().any(|(t, _)| *t <= now);
        return if answered {
            (lang.of("已回执", "acknowledged").into(), GOOD)
        } else {
            (lang.of("已发出", "sent").into(), WAIT)
        };
    }
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
            if let Some(inject) = m.message.inject.filter(|_| app.seat().is_none()) {
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
        let (now, seat) = (app.tick(), app.seat());
        // A sender knows what was answered; a receiver when it came.
        let shown = |to: &Party| seat.is_none_or(|post| *to == Party::Post(post));
        for (tick, to) in m.delivered.iter().filter(|(t, to)| *t <= now && shown(to)).take(12) {
            ui.colored_label(
                GOOD,
                format!("{} {} {}", names.clock(*tick), lang.of("送达", "delivered to"), names.party(to)),
            );
        }
        for (tick, to, why) in m.lost.iter().filter(|(t, ..)| *t <= now && seat.is_none()).take(12) {
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
        let own = seat.is_none_or(|post| m.message.from == Party::Post(post));
        for (tick, by) in m.acknowledged.iter().filter(|(t, _)| *t <= now && own) {
            ui.label(format!("{} {} {}", names.clock(*tick), names.post(*by), lang.of("回执", "acknowledged")));
        }
    });
    if let Some(tick) = jump {
        app.jump(tick);
    }
}
