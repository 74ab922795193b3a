//! The substances (物质) that a drill brings along, beside those of the embedded table of `consequence`.

use crate::base::text::Text;
use consequence::substance::{Substance, Substances};
use serde::{Deserialize, Serialize};

/// Substances that a drill brings along. They are part of the scenario and of its recording: the file is not read again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnSubstances {
    /// The substances with the sources that they cite.
    pub table: Substances,
    /// Keys of the embedded ones whose place they take.
    pub replaced: Vec<String>,
}

impl OwnSubstances {
    /// The embedded table with them over it.
    pub fn over_embedded(&self) -> Substances {
        let mut table = Substances::embedded();
        table.put(&self.table);
        table
    }
    /// What they are, for the cover of the report and the log.
    pub fn remark(&self) -> Text {
        let parts = |mine: &dyn Fn(&Substance) -> bool| -> Option<(String, String)> {
            let rows: Vec<&Substance> = self.table.substances.iter().filter(|s| mine(s)).collect();
            let zh: Vec<String> = rows.iter().map(|s| format!("{}（UN {}）", s.name.zh, s.un)).collect();
            let en: Vec<String> = rows.iter().map(|s| format!("{} (UN {})", s.name.en, s.un)).collect();
            (!rows.is_empty()).then(|| (zh.join("、"), en.join(", ")))
        };
        let replaced = |s: &Substance| self.replaced.contains(&s.key);
        let (mut zh, mut en) = (Vec::new(), Vec::new());
        if let Some((names_zh, names_en)) = parts(&|s| !replaced(s)) {
            zh.push(format!("增加{names_zh}"));
            en.push(format!("adds {names_en}"));
        }
        if let Some((names_zh, names_en)) = parts(&replaced) {
            zh.push(format!("替换内置表中的{names_zh}"));
            en.push(format!("replaces {names_en} of the embedded table"));
        }
        Text::new(
            format!("本演练自带物质数据：{}", zh.join("；")),
            format!("The drill has substances of its own: it {}", en.join("; it ")),
        )
    }
}
