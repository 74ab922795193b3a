//! Grade: exact. The house rules that a compiler does not keep: floors, who may know rayon and bevy, which maths, how
//! long a file may be. Each failure names the file, the line and the rule.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Rooms of `sim-core/src` and their floors (ARCHITECTURE.md, "Floors").
const FLOORS: [(&str, u32); 13] = [
    ("vocab", 1),
    ("place", 2),
    ("record", 2),
    ("report", 2),
    ("hazard", 3),
    ("travel", 3),
    ("people", 3),
    ("response", 3),
    ("comms", 3),
    ("command", 3),
    ("drill", 4),
    ("scenario", 5),
    ("sim", 6),
];

/// Neighbours on one floor that may use each other all the same: (who, whom, why).
const ALLOWED: [(&str, &str, &str); 3] = [
    ("record", "place", "a recording holds the map"),
    ("report", "record", "a report is read from a recording"),
    ("report", "place", "a report draws the map"),
];

/// Longest file, lines. Files are meant to have 150 to 400.
const LONGEST: usize = 900;

/// The platform's maths may differ in the last bit; results call `base::math`.
const PLATFORM_MATHS: [&str; 22] = [
    "exp", "exp2", "exp_m1", "ln", "ln_1p", "log", "log2", "log10", "sin", "cos", "tan", "sin_cos", "asin", "acos",
    "atan", "atan2", "sinh", "cosh", "tanh", "powf", "powi", "cbrt",
];

/// Places where a forbidden method is harmless: (file, method, why).
const HARMLESS_MATHS: [(&str, &str, &str); 0] = [];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// One source file: path from the project's root, and its lines without comments, strings and tests.
struct File {
    path: String,
    text: String,
    /// (number from 1, code)
    code: Vec<(usize, String)>,
}

impl File {
    /// The room of sim-core in which the file stands.
    fn room(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("sim-core/src/")?;
        let first = inside.split('/').next()?;
        Some(first.strip_suffix(".rs").unwrap_or(first))
    }
}

fn files(folders: &[&str]) -> Vec<File> {
    let mut paths = Vec::new();
    for folder in folders {
        walk(&root().join(folder), &mut paths);
    }
    paths.sort();
    assert!(paths.len() > 20, "the tidy test found {} files: is it looking in the right place?", paths.len());
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("source is readable");
            let path = path.strip_prefix(root()).expect("it was found there").to_string_lossy().replace('\\', "/");
            let code = code_of(&text);
            File { path, text, code }
        })
        .collect()
}

fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("a folder can be listed").path();
        if path.is_dir() {
            walk(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// Code lines: no comments, no text in quotes, nothing from the first `#[cfg(test)]` module on.
fn code_of(text: &str) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for (i, line) in lines.iter().enumerate() {
        let opens_tests = line.trim() == "#[cfg(test)]"
            && lines.get(i + 1).is_some_and(|next| next.starts_with("mod ") && next.ends_with('{'));
        if opens_tests {
            break;
        }
        let (mut code, mut quoted, mut before) = (String::new(), false, ' ');
        let mut letters = line.chars().peekable();
        while let Some(c) = letters.next() {
            if quoted && c == '\\' {
                letters.next();
                continue;
            }
            if c == '"' && before != '\'' {
                quoted = !quoted;
            } else if !quoted {
                if c == '/' && letters.peek() == Some(&'/') {
                    break;
                }
                code.push(c);
            }
            before = c;
        }
        out.push((i + 1, code));
    }
    out
}

/// First words after `crate::`, also within braces: "use crate::{base::ids::*, place::City}" names base and place.
fn rooms_named(code: &str) -> Vec<String> {
    let word = |s: &str| s.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => found.push(word(rest)),
            Some(list) => {
                let (mut depth, mut item) = (0usize, String::new());
                for c in list.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            found.push(word(item.trim()));
                            item.clear();
                            continue;
                        }
                        _ => {}
                    }
                    item.push(c);
                }
                found.push(word(item.trim()));
            }
        }
    }
    found.retain(|w| !w.is_empty());
    found
}

/// `None` when the file's room may use the other room, else why not.
fn wrong_use(room: &str, other: &str) -> Option<String> {
    let floor = |name: &str| FLOORS.iter().find(|(n, _)| *n == name).map(|(_, f)| *f);
    let (from, to) = (floor(room)?, floor(other)?);
    if room == other || to < from || ALLOWED.iter().any(|(who, whom, _)| *who == room && *whom == other) {
        return None;
    }
    Some(format!("{room} (floor {from}) uses {other} (floor {to})"))
}

fn fail_on(wrong: Vec<String>, rule: &str) {
    assert!(wrong.is_empty(), "{rule}\n  {}", wrong.join("\n  "));
}

#[test]
fn the_tidy_test_itself_sees_a_broken_floor() {
    let code = code_of("use crate::{base::ids::*, sim::{Sim, Batch}, record::Tally};\n// use crate::sim::Sim;\n");
    let rooms: Vec<String> = code.iter().flat_map(|(_, c)| rooms_named(c)).collect();
    assert_eq!(rooms, ["base", "sim", "record"]);
    assert_eq!(wrong_use("travel", "sim").as_deref(), Some("travel (floor 3) uses sim (floor 6)"));
    assert_eq!(wrong_use("travel", "people").as_deref(), Some("travel (floor 3) uses people (floor 3)"));
    assert_eq!(wrong_use("place", "record").as_deref(), Some("place (floor 2) uses record (floor 2)"));
    assert_eq!(wrong_use("record", "place"), None);
    assert_eq!(wrong_use("travel", "vocab"), None);
    let maths =
        code_of("let a = x.exp();\nlet b = math::exp(x);\nlet c = f64::sin(x);\n// x.exp()\nlet s = \"x.exp()\";");
    let lines: Vec<usize> = maths.iter().filter(|(_, c)| platform_maths(c).is_some()).map(|(n, _)| *n).collect();
    assert_eq!(lines, [1, 3]);
}

#[test]
fn every_room_uses_only_floors_below_its_own() {
    let mut wrong = Vec::new();
    for file in files(&["sim-core/src"]) {
        let Some(room) = file.room() else { continue };
        if room == "lib" {
            continue;
        }
        assert!(FLOORS.iter().any(|(n, _)| *n == room), "{}: room \"{room}\" has no floor in this test", file.path);
        // A brace may run over lines: join a `use` up to its semicolon.
        let mut open: Option<(usize, String)> = None;
        for (number, code) in &file.code {
            let (first, whole) = match open.take() {
                Some((first, mut before)) => {
                    before.push_str(code);
                    (first, before)
                }
                None => (*number, code.clone()),
            };
            if whole.trim_start().trim_start_matches("pub ").starts_with("use ") && !whole.contains(';') {
                open = Some((first, whole));
                continue;
            }
            for other in rooms_named(&whole) {
                if let Some(why) = wrong_use(room, &other) {
                    wrong.push(format!("{}:{first}: {why}", file.path));
                }
            }
        }
    }
    fail_on(wrong, "a room may use floors below its own only; what two rooms need moves to vocab");
}

#[test]
fn one_file_alone_knows_rayon() {
    let wrong = files(&[
        "base/src",
        "shallow/src",
        "hydro/src",
        "consequence/src",
        "sim-core/src",
        "exercise/src",
        "viewer/src",
        "src",
    ])
    .iter()
    .filter(|f| f.path != "base/src/fold.rs")
    .flat_map(|f| f.code.iter().filter(|(_, c)| c.contains("rayon")).map(|(n, _)| format!("{}:{n}", f.path)))
    .collect();
    fail_on(wrong, "only base/fold.rs knows rayon, so that sums are ordered and chunks fixed");
}

#[test]
fn nothing_in_the_engine_is_kept_in_a_hash_map() {
    let wrong = files(&["base/src", "shallow/src", "hydro/src", "consequence/src", "sim-core/src", "exercise/src"])
        .iter()
        .flat_map(|f| {
            let hit = |c: &str| c.contains("HashMap") || c.contains("HashSet");
            f.code.iter().filter(move |(_, c)| hit(c)).map(|(n, _)| format!("{}:{n}", f.path))
        })
        .collect();
    fail_on(wrong, "a hash map has no order: take BTreeMap or a column");
}

/// The name of a platform function that the line calls.
fn platform_maths(code: &str) -> Option<&'static str> {
    PLATFORM_MATHS.into_iter().find(|name| {
        code.contains(&format!(".{name}("))
            || ["f64", "f32"].iter().any(|t| {
                let path = format!("{t}::{name}");
                code.match_indices(&path)
                    .any(|(at, _)| !code[at + path.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_'))
            })
    })
}

#[test]
fn results_use_the_one_maths_library() {
    let mut wrong = Vec::new();
    for file in files(&["base/src", "shallow/src", "hydro/src", "consequence/src", "sim-core/src"]) {
        if file.path == "base/src/math.rs" || file.path.ends_with("/tests.rs") {
            continue;
        }
        for (number, code) in &file.code {
            if let Some(name) = platform_maths(code)
                && !HARMLESS_MATHS.iter().any(|(path, method, _)| *path == file.path && *method == name)
            {
                wrong.push(format!("{}:{number}: {name}", file.path));
            }
        }
    }
    fail_on(wrong, "the platform's maths differs in the last bit from machine to machine: call base::math");
}

#[test]
fn no_model_reads_the_wall_clock_or_a_shared_generator() {
    let wrong = files(&["base/src", "shallow/src", "hydro/src", "consequence/src", "sim-core/src"])
        .iter()
        // Wall time by phase is shown by benches and read by no model.
        .filter(|f| f.path != "sim-core/src/sim/state.rs" && f.path != "hydro/src/cases/run.rs")
        .filter(|f| !f.path.ends_with("/tests.rs"))
        .flat_map(|f| {
            let hit = |c: &str| {
                ["Instant::now", "SystemTime", "thread_rng", "rand::rng(", "rand::random", "available_parallelism"]
                    .iter()
                    .any(|w| c.contains(w))
            };
            f.code.iter().filter(move |(_, c)| hit(c)).map(|(n, _)| format!("{}:{n}", f.path))
        })
        .collect();
    fail_on(wrong, "chance comes from base::chance, time from the tick");
}

#[test]
fn rooms_that_others_read_name_no_bevy_type() {
    let free = ["record", "report", "place", "vocab"];
    let wrong = files(&["sim-core/src", "exercise/src", "viewer/src"])
        .iter()
        .filter(|f| f.room().is_none_or(|room| free.contains(&room)))
        .flat_map(|f| f.code.iter().filter(|(_, c)| c.contains("bevy")).map(|(n, _)| format!("{}:{n}", f.path)))
        .collect();
    fail_on(wrong, "viewer, report and host read recordings without the engine's insides");
}

#[test]
fn no_file_is_too_long_and_none_is_left_unfinished() {
    let everywhere = [
        "base",
        "shallow",
        "hydro",
        "consequence",
        "sim-core",
        "exercise",
        "viewer",
        "src",
        "tests",
        "benches",
        "host",
        "ensemble",
    ];
    let marks = [concat!("to", "do!"), concat!("unimple", "mented!"), concat!("db", "g!"), concat!("FIX", "ME")];
    let mut wrong = Vec::new();
    for file in files(&everywhere) {
        let lines = file.text.lines().count();
        if lines > LONGEST {
            wrong.push(format!("{}: {lines} lines, at most {LONGEST}", file.path));
        }
        for (number, line) in file.text.lines().enumerate() {
            for mark in marks.iter().filter(|m| line.contains(**m)) {
                wrong.push(format!("{}:{}: {mark}", file.path, number + 1));
            }
        }
    }
    fail_on(wrong, "files are split along nouns, and nothing unfinished is committed");
}

#[test]
fn every_room_has_a_floor_and_every_floor_a_room() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for file in files(&["sim-core/src"]) {
        if let Some(room) = file.room().filter(|r| *r != "lib") {
            *seen.entry(room.to_string()).or_default() += 1;
        }
    }
    for (name, floor) in FLOORS {
        assert!(seen.contains_key(name), "floor {floor}: room \"{name}\" has no file");
    }
}
