//! Grade: behaviour. The report of the small town's run as stored text, in both languages. A changed golden file is a
//! changed result: it goes into the changelog under "Results changed", with the why. Renew with UPDATE_GOLDEN=1.

use crate::town;
use sim_core::base::text::Lang;

fn hold_against(name: &str, lang: Lang) {
    let text = exercise::golden_text(&town::shared().recording, lang);
    let path = town::root().join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).expect("the golden file can be written");
        return;
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let stored = stored.replace("\r\n", "\n");
    if let Some(line) =
        (0..text.lines().count().max(stored.lines().count())).find(|&i| text.lines().nth(i) != stored.lines().nth(i))
    {
        panic!(
            "{}:{}: the report has changed\n  stored: {}\n  now:    {}\nIf that is right, renew it with UPDATE_GOLDEN=1 and say why in \
             the changelog.",
            path.display(),
            line + 1,
            stored.lines().nth(line).unwrap_or("(nothing more)"),
            text.lines().nth(line).unwrap_or("(nothing more)")
        );
    }
}

#[test]
fn the_chinese_report_of_the_small_town_is_as_stored() {
    hold_against("small_town_zh.txt", Lang::Zh);
}

#[test]
fn the_english_report_of_the_small_town_is_as_stored() {
    hold_against("small_town_en.txt", Lang::En);
}
