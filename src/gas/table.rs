//! The result as a table for the terminal, in one of two languages.

use consequence::deck::levels::digits;
use consequence::deck::outcome::{Threat, ThreatZone};
use consequence::deck::points::{Course, Taken};
use consequence::deck::{Model, Outcome, Remark};
use consequence::source::Regime;
use consequence::substance::ErgContainer;
use consequence::zones::Piece;
use sim_core::base::text::Lang;
use std::path::PathBuf;

/// Lines of a section: a heading, then rows of a name and cells.
struct Sheet {
    lang: Lang,
    text: String,
}

/// Width on the screen: a Chinese character is as wide as two others.
fn wide(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() || "²³°·±→×".contains(c) { 1 } else { 2 }).sum()
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(wide(text))))
}

impl Sheet {
    fn heading(&mut self, zh: &str, en: &str) {
        self.text.push_str(&format!("\n{}\n", self.lang.of(zh, en)));
    }
    /// Rows in columns; the last is not padded.
    fn rows(&mut self, rows: &[Vec<String>]) {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |k: usize| rows.iter().filter_map(|r| r.get(k)).map(|c| wide(c)).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in rows {
            let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, w)| padded(cell, *w)).collect();
            self.text.push_str(&format!("  {}\n", cells.join("  ").trim_end()));
        }
    }
    fn pick(&self, zh: &str, en: &str) -> String {
        self.lang.of(zh, en).to_string()
    }
}

fn length(m: f64, lang: Lang) -> String {
    if m >= 1000.0 {
        format!("{} {}", digits(m / 1000.0), lang.of("公里", "km"))
    } else {
        format!("{} {}", digits(m), lang.of("米", "m"))
    }
}

fn area(m2: f64, lang: Lang) -> String {
    if m2 >= 1e6 {
        format!("{} {}", digits(m2 / 1e6), lang.of("平方公里", "km²"))
    } else if m2 >= 1e4 {
        format!("{} {}", digits(m2 / 1e4), lang.of("公顷", "ha"))
    } else {
        format!("{} {}", digits(m2), lang.of("平方米", "m²"))
    }
}

fn clock(s: f64, lang: Lang) -> String {
    if s >= 120.0 {
        format!("{:.1} {}", s / 60.0, lang.of("分", "min"))
    } else {
        format!("{s:.0} {}", lang.of("秒", "s"))
    }
}

/// What `--check` prints.
pub fn checked(model: &Model, lang: Lang) -> String {
    let mut sheet = Sheet { lang, text: String::new() };
    head(&mut sheet, model);
    release(&mut sheet, model);
    remarks(&mut sheet, &model.remarks);
    sheet.text.trim_end().to_string()
}

/// The whole result.
pub fn table(model: &Model, outcome: &Outcome, written: &[PathBuf], lang: Lang) -> String {
    let mut sheet = Sheet { lang, text: String::new() };
    head(&mut sheet, model);
    release(&mut sheet, model);
    sheet.heading("云团模型", "Model of the cloud");
    sheet.rows(&[vec![outcome.cloud.why.get(lang).to_string()]]);
    outcome.threats.iter().for_each(|threat| threat_rows(&mut sheet, threat));
    if outcome.angle_deg >= 180.0 {
        let line = sheet.pick("风向不定：可能区为四周", "no sure wind: the possible zone is all round");
        sheet.rows(&[vec![line]]);
    } else {
        let (zh, en) = ("风向不确定角（20 小时中 19 小时在内）", "wind stays (19 hours of 20) within");
        let line = format!("{} ±{:.0}°", sheet.pick(zh, en), outcome.angle_deg);
        sheet.rows(&[vec![line]]);
    }
    erg(&mut sheet, model, outcome);
    if !outcome.courses.is_empty() {
        points(&mut sheet, model, outcome);
    }
    remarks(&mut sheet, &outcome.remarks);
    sheet.heading("文件", "Files");
    let rows: Vec<Vec<String>> = written.iter().map(|f| vec![f.display().to_string()]).collect();
    sheet.rows(&rows);
    sheet.text.trim_end().to_string()
}

fn head(sheet: &mut Sheet, model: &Model) {
    let (lang, s, air) = (sheet.lang, &model.substance, model.air());
    sheet.text.push_str(&format!("{}\n", model.deck.name.get(lang)));
    let winds = &model.deck.weather.reports;
    let from: Vec<String> = winds.iter().map(|r| format!("{}°", digits(r.wind_from_deg))).collect();
    let class = match lang {
        Lang::Zh => format!("{:?} 类", air.class),
        Lang::En => format!("class {:?}", air.class),
    };
    let weather = format!(
        "{} {} m/s (10 m){}{class}{}{} °C{}{} % RH{}{} {}",
        from.join("→"),
        digits(air.wind_m_s(10.0)),
        lang.of("，", ", "),
        lang.of("，", ", "),
        digits(air.temperature_k - 273.15),
        lang.of("，", ", "),
        digits(100.0 * air.relative_humidity),
        lang.of("，混合层 ", ", mixing layer "),
        digits(air.mixing_height_m),
        lang.of("米", "m"),
    );
    let (zh, en) =
        (format!("{}（CAS {}，UN {}）", s.name.zh, s.cas, s.un), format!("{} (CAS {}, UN {})", s.name.en, s.cas, s.un));
    sheet.rows(&[
        vec![sheet.pick("物质", "Substance"), sheet.pick(&zh, &en)],
        vec![sheet.pick("气象", "Weather"), weather],
    ]);
}

fn release(sheet: &mut Sheet, model: &Model) {
    let lang = sheet.lang;
    sheet.heading("释放", "Release");
    let source = &model.source;
    let rate = source.most_sustained_kg_s();
    let mut rows = Vec::new();
    if rate > 0.0 {
        let text = format!("{} kg/s ({} kg/min)", digits(rate), digits(60.0 * rate));
        rows.push(vec![sheet.pick("最大持续速率", "Largest sustained rate"), text]);
    }
    rows.push(vec![sheet.pick("进入大气", "Into the air"), format!("{} kg", digits(source.airborne_kg()))]);
    let lasts_s = source.duration_s();
    let lasts = if lasts_s > 0.0 { clock(lasts_s, lang) } else { sheet.pick("瞬时", "all at once") };
    rows.push(vec![sheet.pick("持续", "For"), lasts]);
    for stage in &source.stages {
        let how = match stage.regime {
            Regime::Liquid => ("  液体流出", "  as liquid"),
            Regime::TwoPhase => ("  两相喷出", "  as gas and drops"),
            Regime::Gas => ("  气体喷出", "  as gas"),
        };
        let text = format!("{} – {}, {} kg", clock(stage.from_s, lang), clock(stage.to_s, lang), digits(stage.mass_kg));
        rows.push(vec![sheet.pick(how.0, how.1), text]);
    }
    if let Some(p) = &source.puddle {
        let text = format!("⌀ {} m, {} K, {} kg", digits(p.diameter_m), digits(p.temperature_k), digits(p.left_kg));
        rows.push(vec![sheet.pick("最后的液池", "Puddle at the end"), text]);
    }
    if source.left_inside_kg > 0.0 {
        rows.push(vec![sheet.pick("留在容器内", "Left inside"), format!("{} kg", digits(source.left_inside_kg))]);
    }
    sheet.rows(&rows);
    // The series in at most six steps, as the clouds of planners' tools take it.
    let series: Vec<String> = source
        .release
        .in_steps(6)
        .steps
        .iter()
        .map(|s| {
            format!(
                "{}–{} {}: {} kg/s",
                digits(s.from_s / 60.0),
                digits(s.to_s / 60.0),
                lang.of("分", "min"),
                digits(s.rate_kg_s)
            )
        })
        .collect();
    if series.len() > 1 {
        sheet.rows(&[vec![sheet.pick("速率过程", "Rate in time"), series.join("; ")]]);
    }
}

fn threat_rows(sheet: &mut Sheet, threat: &Threat) {
    let lang = sheet.lang;
    let name = threat.kind.name();
    sheet.heading(&format!("{}：{}", name.zh, threat.about.zh), &format!("{}: {}", name.en, threat.about.en));
    let mut rows = vec![vec![
        String::new(),
        sheet.pick("水平", "Level"),
        sheet.pick("长", "Length"),
        sheet.pick("宽", "Width"),
        sheet.pick("面积", "Area"),
        sheet.pick("风向不确定区", "With wind's swing"),
        sheet.pick("意义", "Means"),
    ]];
    if threat.zones.iter().all(|z| z.possible.is_empty()) {
        rows[0][5] = String::new();
    }
    rows.extend(threat.zones.iter().map(|z| zone_row(z, lang)));
    sheet.rows(&rows);
}

fn zone_row(z: &ThreatZone, lang: Lang) -> Vec<String> {
    let colour = [lang.of("红", "red"), lang.of("橙", "orange"), lang.of("黄", "yellow")][z.rank];
    let level = match z.unit {
        "ppm" => format!("{} {} ppm", z.name.get(lang), digits(z.level)),
        _ => z.name.get(lang).to_string(),
    };
    let means = z.means.get(lang).to_string();
    if !z.reached() {
        let never = lang.of("未达到", "not reached").to_string();
        return vec![colour.into(), level, never, String::new(), String::new(), String::new(), means];
    }
    let more = if z.cut { "> " } else { "" };
    let possible: f64 = z.possible.iter().map(Piece::area_m2).sum();
    vec![
        colour.into(),
        level,
        format!("{more}{}", length(z.reach_m, lang)),
        length(z.width_m, lang),
        area(z.area_m2, lang),
        if possible > 0.0 { area(possible, lang) } else { String::new() },
        means,
    ]
}

fn erg(sheet: &mut Sheet, model: &Model, outcome: &Outcome) {
    let Some(e) = &outcome.erg else { return };
    let lang = sheet.lang;
    sheet.heading("应急响应指南（ERG）", "Emergency Response Guidebook");
    let row = match e.container {
        ErgContainer::SmallSpill => ("小量泄漏", "small spill"),
        ErgContainer::LargeSpill => ("大量泄漏", "large spill"),
        ErgContainer::RailTankCar => ("铁路罐车", "rail tank car"),
        ErgContainer::HighwayTankTruck => ("公路罐车", "highway tank truck"),
        ErgContainer::TonCylinders => ("多个吨瓶", "several ton cylinders"),
        ErgContainer::OneTonCylinder => ("单个吨瓶", "one ton cylinder"),
    };
    let when = if model.night { ("夜间", "night") } else { ("白天", "day") };
    let what = format!("{}, {}", lang.of(row.0, row.1), lang.of(when.0, when.1));
    sheet.rows(&[
        vec![sheet.pick("初始隔离（四周）", "Initial isolation, all round"), length(e.isolate_m, lang), what],
        vec![sheet.pick("防护行动距离（下风）", "Protective action, downwind"), length(e.protect_m, lang)],
    ]);
}

fn points(sheet: &mut Sheet, model: &Model, outcome: &Outcome) {
    let lang = sheet.lang;
    sheet.heading("定点（从开始一直停留到结束）", "Points (someone who stays from the start to the end)");
    let mut rows = vec![vec![
        String::new(),
        sheet.pick("距源", "Away"),
        String::new(),
        sheet.pick("峰值", "Peak"),
        sheet.pick("峰时", "At"),
        sheet.pick("剂量", "Dose"),
        sheet.pick("AEGL 达到时间", "AEGL reached"),
        sheet.pick("致死概率", "Would die"),
    ]];
    for c in &outcome.courses {
        rows.push(taken(model, c, &c.outside, lang, true));
        rows.push(taken(model, c, &c.inside, lang, false));
    }
    sheet.rows(&rows);
    for c in &outcome.courses {
        let firsts = c
            .first_s
            .iter()
            .zip(&model.levels.concerns)
            .filter_map(|(first, level)| first.map(|t| format!("{} {}", level.name.get(lang), clock(t, lang))));
        let firsts: Vec<String> = firsts.collect();
        if !firsts.is_empty() {
            let title = format!("{}{}", c.name.get(lang), lang.of("：室外首次达到", ": first outdoors at"));
            sheet.rows(&[vec![title, firsts.join("; ")]]);
        }
    }
}

fn taken(model: &Model, c: &Course, t: &Taken, lang: Lang, outside: bool) -> Vec<String> {
    let air = model.air();
    let ppm = |kg_m3: f64| model.substance.ppm(kg_m3, air.temperature_k, air.pressure_pa);
    let reached: Vec<String> = t
        .reached_s
        .iter()
        .enumerate()
        .filter_map(|(k, at)| at.map(|at| format!("{}: {}", k + 1, clock(at, lang))))
        .collect();
    let none = if model.substance.harm.aegl.is_some() { lang.of("无", "none") } else { "-" };
    let per_h = digits(c.exchange_per_h);
    let room = match lang {
        Lang::Zh => format!("室内（换气 {per_h} 次/时）"),
        Lang::En => format!("indoors ({per_h}/h)"),
    };
    vec![
        if outside { c.name.get(lang).to_string() } else { String::new() },
        if outside { length(c.away_m, lang) } else { String::new() },
        if outside { lang.of("室外", "outdoors").to_string() } else { room },
        format!("{} ppm", digits(ppm(t.peak_kg_m3))),
        if t.peak_kg_m3 > 0.0 { clock(t.peak_at_s, lang) } else { String::new() },
        format!("{} ppm·min", digits(ppm(t.breathed_kg_s_m3) / 60.0)),
        if reached.is_empty() { none.to_string() } else { reached.join(", ") },
        t.dies
            .map_or("-".to_string(), |p| if p < 1e-4 { "<0.01 %".into() } else { format!("{} %", digits(100.0 * p)) }),
    ]
}

fn remarks(sheet: &mut Sheet, all: &[Remark]) {
    if all.is_empty() {
        return;
    }
    sheet.heading("说明", "Remarks");
    let lang = sheet.lang;
    let row = |r: &Remark| {
        vec![if r.warns { lang.of("注意", "WARNING").into() } else { String::new() }, r.text.get(lang).to_string()]
    };
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    sheet.rows(&rows);
}
