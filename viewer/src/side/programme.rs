//! The lists of the drill: injects, orders, clauses.

use super::*;

pub fn injects(app: &mut ViewerApp, ui: &mut Ui) {
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

pub fn orders(app: &mut ViewerApp, ui: &mut Ui) {
    let lang = app.lang;
    let now = app.tick();
    let seat = app.seat();
    let shown = |row: &OrderRow| match seat {
        Some(post) => seat::knows_order(row, post, now),
        None => row.order.issued <= now,
    };
    let rows: Vec<usize> = (0..app.index.orders.len()).rev().filter(|r| shown(&app.index.orders[*r])).collect();
    ui.label(RichText::new(format!("{} {}", rows.len(), lang.of("条指令（新的在上）", "orders, newest first"))).weak());
    let mut jump = None;
    ScrollArea::vertical().id_salt("orders").auto_shrink([false, false]).show(ui, |ui| {
        for row in rows.iter().take(400) {
            let row = &app.index.orders[*row];
            let names = app.names();
            let (since, state) = match seat {
                Some(post) => seat::order_state(&app.index, row, post, now),
                None => row.state_at(now),
            };
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

pub fn clauses(app: &mut ViewerApp, ui: &mut Ui) {
    let lang = app.lang;
    let now = app.tick();
    let mut jump = None;
    ScrollArea::vertical().id_salt("clauses").auto_shrink([false, false]).show(ui, |ui| {
        for card in app.rec.programme.clauses.iter().filter(|c| app.seat().is_none_or(|post| c.post == post)) {
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
                for row in app.index.clauses.iter().filter(|c| {
                    // That a clause was missed is a judgement of afterwards.
                    let told = app.seat().is_none_or(|post| c.post == post && !c.missed);
                    c.clause == card.id && c.tick <= now && told
                }) {
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
