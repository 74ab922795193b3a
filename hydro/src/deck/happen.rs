//! What happened during a run, as sentences in both languages.

use crate::sewer::{SewerChange, SewerNews};
use crate::structures::news::StructureNews;
use base::text::Text;
use serde::{Deserialize, Serialize};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Happening {
    pub at_s: f64,
    pub what: Text,
}

impl Happening {
    pub fn structure(at_s: f64, news: &StructureNews) -> Happening {
        Happening { at_s, what: news.said() }
    }
    pub fn sewer(news: &SewerNews) -> Happening {
        let (place, (zh, en)) = (&news.place, words(news.what));
        Happening { at_s: news.at_s, what: Text::new(format!("{place}{zh}"), format!("{place} {en}")) }
    }
}

fn words(change: SewerChange) -> (&'static str, &'static str) {
    match change {
        SewerChange::Full => ("满管", "is full to the street and takes no more"),
        SewerChange::NoLongerFull => ("不再满管", "is no longer full"),
        SewerChange::Spills => ("冒溢", "spills into the street"),
        SewerChange::NoLongerSpills => ("停止冒溢", "no longer spills"),
        SewerChange::OutfallDrowned => ("出口受顶托", "cannot discharge: the water outside stands higher"),
        SewerChange::OutfallFree => ("出口恢复排水", "discharges freely again"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_are_sentences_in_both_languages_without_a_word_of_the_program() {
        // Grade: behaviour.
        let why = || Text::new("停电", "no power");
        let named = |name: &str| name.to_string();
        let all = [
            StructureNews::Overtopped { levee: named("north"), x: 10.4, y: 20.0, depth_m: 0.153 },
            StructureNews::Breached { levee: named("north"), breach: 0, x: 10.0, y: 20.0 },
            StructureNews::GateMoved { gate: named("sluice"), open: 0.5 },
            StructureNews::PumpStopped { pump: named("station"), why: why() },
            StructureNews::StorageImpassable { storage: named("tunnel"), depth_m: 0.31 },
            StructureNews::Refused { what: Text::new("开泵", "start it"), why: why() },
        ];
        for news in &all {
            let said = Happening::structure(60.0, news).what;
            for text in [&said.zh, &said.en] {
                assert!(!text.is_empty() && !text.contains('{') && !text.contains("::"), "{said:?}");
            }
            assert!(!said.en.contains("_m") && !said.zh.is_ascii(), "{said:?}");
        }
        assert_eq!(all[0].said().en, "north is overtopped: 0.15 m over its crest at (10, 20)");
        assert_eq!(all[3].said().zh, "station停机：停电");
        let sewer = SewerNews { at_s: 5.0, place: named("net/M3"), what: SewerChange::Spills };
        assert_eq!(Happening::sewer(&sewer).what, Text::new("net/M3冒溢", "net/M3 spills into the street"));
    }
}
