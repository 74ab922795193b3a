//! The indicators as a table for a terminal, in columns that line up also with Chinese characters, which are two
//! cells wide.

use super::Indicator;
use crate::base::text::Lang;

/// Cells a string takes in a terminal: East Asian wide and fullwidth characters take two.
pub fn width(s: &str) -> usize {
    s.chars().map(char_width).sum()
}

/// Ranges of Unicode TR 11 (wide and fullwidth) as far as these reports use them.
fn char_width(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036f | 0x200b..=0x200f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// `s` with spaces up to `cells`.
pub fn pad(s: &str, cells: usize) -> String {
    format!("{s}{}", " ".repeat(cells.saturating_sub(width(s))))
}
fn pad_left(s: &str, cells: usize) -> String {
    format!("{}{s}", " ".repeat(cells.saturating_sub(width(s))))
}

/// A table of texts: the first row is the head; `right` says which columns stand to the right.
pub fn columns(rows: &[Vec<String>], right: &[usize]) -> String {
    let n = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> =
        (0..n).map(|c| rows.iter().filter_map(|r| r.get(c)).map(|s| width(s)).max().unwrap_or(0)).collect();
    let mut out = String::new();
    for (i, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(c, s)| if right.contains(&c) { pad_left(s, widths[c]) } else { pad(s, widths[c]) })
            .collect();
        out += cells.join("  ").trim_end();
        out.push('\n');
        if i == 0 {
            out += &"─".repeat(widths.iter().sum::<usize>() + 2 * n.saturating_sub(1));
            out.push('\n');
        }
    }
    out
}

/// "✓", "✗" or nothing.
pub fn mark(met: Option<bool>) -> &'static str {
    match met {
        Some(true) => "✓",
        Some(false) => "✗",
        None => "",
    }
}

/// The indicators, one a line: name, value, target, met or not, detail.
pub fn table(indicators: &[Indicator], lang: Lang) -> String {
    let mut rows = vec![vec![
        lang.of("指标", "indicator").to_string(),
        lang.of("结果", "value").to_string(),
        lang.of("目标", "target").to_string(),
        String::new(),
        lang.of("说明", "detail").to_string(),
    ]];
    rows.extend(indicators.iter().map(|i| {
        vec![
            i.name.get(lang).to_string(),
            i.value_text(lang),
            i.target_text(lang),
            mark(i.met).to_string(),
            i.detail.get(lang).to_string(),
        ]
    }));
    columns(&rows, &[1, 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_with_chinese_in_them() {
        let rows = vec![
            vec!["指标".to_string(), "a".into()],
            vec!["x".into(), "b".into()],
            vec!["死亡人数".into(), "c".into()],
        ];
        let text = columns(&rows, &[]);
        let at = |needle: &str| {
            let line = text.lines().find(|l| l.ends_with(needle)).unwrap();
            width(&line[..line.len() - 1])
        };
        assert_eq!((at("a"), at("b"), at("c")), (10, 10, 10));
    }
}
