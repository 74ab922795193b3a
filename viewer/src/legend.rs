//! The left panel: which layers are on, and what their colours and shapes mean, with units.

use crate::app::ViewerApp;
use crate::colours;
use crate::symbols;
use crate::words::pick;
use egui::{Color32, Pos2, Rect, RichText, Sense, Stroke, Ui, vec2};
use sim_core::record::frame::LayerName;
use sim_core::vocab::body::{Doing, Duty};
use sim_core::vocab::study::Way;

pub fn ui(app: &mut ViewerApp, ui: &mut Ui) {
    let lang = app.lang;
    ui.add_space(4.0);
    ui.label(RichText::new(lang.of("图层与图例", "Layers and legend")).strong());
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.spacing_mut().interact_size.y = 15.0;
        ui.checkbox(&mut app.show.terrain, lang.of("地形", "terrain"));
        ui.checkbox(&mut app.show.water_depth, lang.of("水深（m）", "water depth (m)"));
        if app.show.water_depth {
            ramp(ui, LayerName::WaterDepth);
        }
        ui.checkbox(&mut app.show.water_speed, lang.of("流速（m/s）", "water speed (m/s)"));
        if app.show.water_speed {
            ramp(ui, LayerName::WaterSpeed);
        }
        ui.checkbox(&mut app.show.gas, lang.of("毒气（mg/m³）", "gas (mg/m³)"));
        if app.show.gas {
            ramp(ui, LayerName::Gas);
        }
        ui.checkbox(&mut app.show.heat, lang.of("热辐射（kW/m²）", "heat of fires (kW/m²)"));
        if app.show.heat {
            ramp(ui, LayerName::Heat);
        }
        ui.checkbox(&mut app.show.overpressure, lang.of("爆炸超压（kPa）", "overpressure (kPa)"));
        if app.show.overpressure {
            ramp(ui, LayerName::Overpressure);
        }
        ui.checkbox(&mut app.show.roads, lang.of("道路", "roads"));
        ui.checkbox(&mut app.show.closures, lang.of("道路中断", "closed roads"));
        if app.show.closures {
            for (dash, name) in [
                (0.0, lang.of("积水", "water")),
                (6.0, lang.of("管制", "by order")),
                (2.0, lang.of("障碍物、热辐射", "debris, heat")),
            ] {
                row(ui, name, |painter, rect| {
                    let ends = [rect.left_center(), rect.right_center()];
                    let stroke = Stroke::new(2.5, Color32::from_rgb(211, 32, 47));
                    if dash > 0.0 {
                        painter.extend(egui::Shape::dashed_line(&ends, stroke, dash, 3.0));
                    } else {
                        painter.line_segment(ends, stroke);
                    }
                });
            }
        }
        ui.checkbox(&mut app.show.traffic, lang.of("交通拥堵", "traffic"));
        if app.show.traffic {
            for (share, name) in [(0u32, lang.of("畅通", "few cars")), (255, lang.of("饱和", "full of cars"))] {
                let (light, dark) = (Color32::from_rgb(255, 202, 40), Color32::from_rgb(191, 54, 12));
                swatch(ui, name, crate::canvas::blend(light, dark, share));
            }
        }
        ui.checkbox(&mut app.show.people, lang.of("居民", "people"));
        if app.show.people {
            // Counts are the truth: they are not shown beside what a post believes.
            let truth = app.seat().is_none();
            let counts = app.rec.tally_at(app.tick()).filter(|_| truth).map(|t| t.doing);
            for doing in Doing::ALL {
                let name = pick(lang, doing.names());
                let name = match counts {
                    Some(counts) => format!("{name} {}", crate::words::grouped(i64::from(counts[doing as usize]))),
                    None => name.into(),
                };
                swatch(ui, &name, colours::doing(doing));
            }
        }
        ui.checkbox(&mut app.show.units, lang.of("队伍", "units"));
        if app.show.units {
            let mut kinds: Vec<(String, &str)> = Vec::new();
            for unit in &app.rec.programme.units {
                if !kinds.iter().any(|(kind, _)| *kind == unit.kind) {
                    kinds.push((unit.kind.clone(), unit.kind_name.get(lang)));
                }
            }
            for (kind, name) in &kinds {
                row(ui, name, |painter, rect| {
                    symbols::unit(painter, rect.center(), 6.5, kind, Color32::from_rgb(33, 150, 243), "");
                });
            }
            ui.label(RichText::new(lang.of("外框颜色：队伍状态", "frame: what a unit is doing")).small().weak());
            for duty in Duty::ALL {
                swatch(ui, pick(lang, duty.names()), colours::duty(duty));
            }
        }
        ui.checkbox(&mut app.show.facilities, lang.of("设施与岗位", "facilities and posts"));
        if app.show.facilities {
            let mut kinds: Vec<_> = app.rec.city.facilities.iter().map(|f| f.kind).collect();
            kinds.sort();
            kinds.dedup();
            for kind in kinds {
                row(ui, pick(lang, crate::words::facility_kind(kind)), |painter, rect| {
                    symbols::facility(painter, rect.center(), 6.5, kind, lang);
                });
            }
            row(ui, lang.of("指挥岗位", "command post"), |painter, rect| {
                symbols::post(painter, rect.center(), 6.5, 0)
            });
        }
        if let Some(study) = crate::study::shown(app) {
            ui.label(RichText::new(lang.of("本席位研判的范围", "zones this seat has worked out")).strong());
            for level in &study.levels {
                let ink = crate::study::colour(level.level);
                row(ui, &crate::study::name(study, level, lang), |painter, rect| {
                    painter.line_segment([rect.left_center(), rect.right_center()], Stroke::new(2.5, ink));
                });
            }
            for way in [Way::Stay, Way::OnFoot, Way::ByVehicle] {
                let count = study.buildings.iter().filter(|b| b.way == way).count();
                if count > 0 {
                    let name = format!("{} {count}", pick(lang, crate::study::advice(way)));
                    row(ui, &name, |painter, rect| {
                        painter.circle_filled(rect.center(), 3.0, crate::study::ink(way));
                    });
                }
            }
            if study.buildings.iter().any(|b| !b.hinges.is_empty()) {
                row(
                    ui,
                    lang.of("空心或浅色：取决于某一假设", "hollow or pale: one assumption decides"),
                    |painter, rect| {
                        painter.circle_stroke(rect.center(), 3.0, Stroke::new(1.2, crate::study::ink(Way::Stay)));
                    },
                );
            }
            if study.levels.iter().any(|l| !l.lines.is_empty()) {
                let name = format!("{} ±{:.0}°", lang.of("风向不确定线", "wind may swing"), study.angle_deg);
                row(ui, &name, |painter, rect| {
                    let ends = [rect.left_center(), rect.right_center()];
                    let stroke = Stroke::new(1.5, crate::study::colour(2));
                    painter.extend(egui::Shape::dashed_line(&ends, stroke, 5.0, 3.0));
                });
            }
            if !study.caveats.is_empty() {
                let head = lang.of("模型超出适用范围：", "outside the model's range:");
                ui.label(RichText::new(head).small().color(crate::study::WARNING));
                for caveat in &study.caveats {
                    let text = format!("· {}", lang.of(caveat.about_zh(), caveat.about()));
                    ui.add(egui::Label::new(RichText::new(text).small().color(crate::study::WARNING)).wrap());
                }
            }
        }
        ui.checkbox(&mut app.show.zones, lang.of("社区边界与名称", "communities"));
        ui.label(RichText::new(lang.of("事件", "events")).strong());
        row(ui, lang.of("溃口", "breach"), |painter, rect| symbols::breach(painter, rect.center(), 7.0, true));
        row(ui, lang.of("泄漏点", "gas release"), |painter, rect| symbols::release(painter, rect.center(), 7.0));
        row(ui, lang.of("求助", "call for help"), |painter, rect| symbols::incident(painter, rect.center(), 6.0));
        row(ui, lang.of("堤防", "levee"), |painter, rect| {
            painter.line_segment([rect.left_center(), rect.right_center()], Stroke::new(3.0, symbols::LEVEE));
        });
        ui.add_space(6.0);
        ui.label(
            RichText::new(lang.of(
                "两帧之间的位置为直线插值；同处一点的人散开显示。",
                "Between frames people move in straight lines; those at one point are spread out.",
            ))
            .small()
            .weak(),
        );
    });
}

fn row(ui: &mut Ui, name: &str, draw: impl FnOnce(&egui::Painter, Rect)) {
    ui.horizontal(|ui| {
        ui.add_space(18.0);
        let (rect, _) = ui.allocate_exact_size(vec2(20.0, 15.0), Sense::hover());
        draw(ui.painter(), rect);
        ui.add(egui::Label::new(RichText::new(name).small()).truncate());
    });
}

fn swatch(ui: &mut Ui, name: &str, colour: Color32) {
    row(ui, name, |painter, rect| {
        let square = Rect::from_center_size(rect.center(), vec2(11.0, 11.0));
        painter.rect(square, 2.0, colour, Stroke::new(1.0, Color32::from_gray(150)), egui::StrokeKind::Inside);
    });
}

/// The classes of a layer side by side, each with the value it begins at.
fn ramp(ui: &mut Ui, name: LayerName) {
    let steps = colours::steps(name);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width() - 6.0, 25.0), Sense::hover());
    let painter = ui.painter();
    let width = (rect.width() - 18.0) / steps.len() as f32;
    for (k, step) in steps.iter().enumerate() {
        let left = rect.left() + 18.0 + width * k as f32;
        let colour = crate::canvas::blend(colours::PAPER, step.colour, u32::from(step.alpha));
        painter.rect_filled(Rect::from_min_size(Pos2::new(left, rect.top()), vec2(width - 1.0, 11.0)), 1.0, colour);
        let from = format!("{}", step.from);
        painter.text(
            Pos2::new(left, rect.top() + 12.0),
            egui::Align2::LEFT_TOP,
            from,
            egui::FontId::proportional(9.5),
            ui.visuals().weak_text_color(),
        );
    }
}
