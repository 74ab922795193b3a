//! The viewer's type: Noto Sans SC for both languages, so that Chinese shows on a machine without Chinese fonts.

use egui::{Context, FontData, FontDefinitions, FontFamily, FontId, TextStyle, Theme, Visuals};
use std::sync::Arc;

/// Makes the fonts and colours of the viewer those of this context.
pub fn set_up(ctx: &Context) {
    let mut fonts = FontDefinitions::default();
    let noto = FontData::from_static(include_bytes!("../assets/NotoSansSC-subset.ttf"));
    fonts.font_data.insert("noto-sans-sc".into(), Arc::new(noto));
    fonts.families.entry(FontFamily::Proportional).or_default().insert(0, "noto-sans-sc".into());
    fonts.families.entry(FontFamily::Monospace).or_default().push("noto-sans-sc".into());
    ctx.set_fonts(fonts);
    ctx.set_theme(Theme::Dark);
    let mut visuals = Visuals::dark();
    visuals.panel_fill = egui::Color32::from_rgb(27, 31, 38);
    visuals.window_fill = egui::Color32::from_rgb(32, 37, 45);
    visuals.extreme_bg_color = egui::Color32::from_rgb(18, 21, 26);
    visuals.faint_bg_color = egui::Color32::from_rgb(33, 38, 46);
    visuals.selection.bg_fill = egui::Color32::from_rgb(30, 98, 160);
    visuals.override_text_color = Some(egui::Color32::from_rgb(222, 226, 232));
    visuals.hyperlink_color = egui::Color32::from_rgb(120, 184, 255);
    ctx.set_visuals_of(Theme::Dark, visuals);
    ctx.all_styles_mut(|style| {
        for (text, size) in
            [(TextStyle::Small, 11.0), (TextStyle::Body, 13.0), (TextStyle::Button, 13.0), (TextStyle::Heading, 17.0)]
        {
            style.text_styles.insert(text, FontId::proportional(size));
        }
        style.text_styles.insert(TextStyle::Monospace, FontId::monospace(12.5));
        style.spacing.item_spacing = egui::vec2(6.0, 4.0);
    });
}
