//! Levels of concern (关注浓度): which concentrations draw the red, orange and yellow zones.

use crate::harm::concentration::Concentration;
use crate::harm::toxic::aegl_ppm;
use crate::substance::{Confidence, Substance};
use base::complaint::Complaints;
use base::text::Text;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What a planner asks for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Levels {
    /// AEGL of 60 min; else ERPG, else IDLH, else the flammable limits: what the substance has.
    #[default]
    Usual,
    /// AEGL-3, -2 and -1 for a duration, min.
    Aegl {
        minutes: f64,
    },
    /// ERPG-3, -2 and -1 (one hour).
    Erpg,
    Idlh,
    /// 60 % and 10 % of the lower flammable limit alone.
    Flammable,
    /// One to three, the highest first or last.
    Own(Vec<OwnLevel>),
}

/// A level of one's own: `(name: (zh: "限值", en: "limit"), at: (ppm: 30))`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnLevel {
    #[serde(default)]
    pub name: Text,
    pub at: Concentration,
}

/// A level that is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Concern {
    pub name: Text,
    /// What happens to people above it.
    pub means: Text,
    pub ppm: f64,
    pub kg_m3: f64,
}

/// Toxic levels, the highest first, and what is to be said of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chosen {
    pub concerns: Vec<Concern>,
    /// They were written from memory, or are absent.
    pub from_memory: bool,
    pub doubts: Vec<String>,
}

const MEANS: [(&str, &str); 3] = [
    ("可能危及生命", "life may be in danger"),
    ("可能造成不可逆伤害或妨碍逃生", "lasting harm, or unable to escape"),
    ("明显不适，可恢复", "discomfort, passes"),
];

fn means(k: usize) -> Text {
    Text::new(MEANS[k].0, MEANS[k].1)
}

impl Levels {
    /// The levels of a substance in air of a temperature and pressure; all that is wrong with the choice is said at once.
    pub fn choose(&self, s: &Substance, t_k: f64, p_pa: f64, file: &Path) -> Result<Chosen, Complaints> {
        let harm = &s.harm;
        let concern = |name: Text, means: Text, ppm: f64| Concern { name, means, ppm, kg_m3: s.kg_m3(ppm, t_k, p_pa) };
        let absent = |what: &str| {
            let mut has = Vec::new();
            has.extend(harm.aegl.is_some().then_some("Aegl(minutes: 60)"));
            has.extend(harm.erpg.is_some().then_some("Erpg"));
            has.extend(harm.idlh_ppm.is_some().then_some("Idlh"));
            has.extend(s.flammable.is_some().then_some("Flammable"));
            has.push("Own([..])");
            Complaints::one(file, format!("levels: {} has no {what}", s.key), format!("it has {}", has.join(", ")))
        };
        match self {
            Levels::Usual => {
                let order = [Levels::Aegl { minutes: 60.0 }, Levels::Erpg, Levels::Idlh];
                let first = order.iter().find_map(|l| l.choose(s, t_k, p_pa, file).ok());
                match first {
                    Some(chosen) => Ok(chosen),
                    None if s.flammable.is_some() => Ok(Chosen::default()),
                    None => Err(absent("level of its own")),
                }
            }
            Levels::Aegl { minutes } => {
                let Some(aegl) = &harm.aegl else { return Err(absent("AEGL")) };
                if !(*minutes >= 10.0 && *minutes <= 480.0) {
                    let what = format!("levels: AEGL for {minutes} min");
                    return Err(Complaints::one(file, what, "10 to 480 min: the durations for which there are AEGL"));
                }
                let concerns = [3u8, 2, 1].into_iter().enumerate().filter_map(|(k, level)| {
                    let ppm = aegl_ppm(harm, level, *minutes)?;
                    let name =
                        Text::new(format!("AEGL-{level}（{minutes}分钟）"), format!("AEGL-{level} ({minutes} min)"));
                    Some(concern(name, means(k), ppm))
                });
                let rows = [&aegl.lethal_ppm, &aegl.disabling_ppm, &aegl.discomfort_ppm];
                let from_memory = rows.iter().any(|row| row.confidence >= Confidence::FromMemory);
                Ok(Chosen { concerns: concerns.collect(), from_memory, doubts: Vec::new() })
            }
            Levels::Erpg => {
                let Some(erpg) = &harm.erpg else { return Err(absent("ERPG")) };
                let concerns = [2usize, 1, 0].into_iter().enumerate().filter_map(|(k, row)| {
                    let level = format!("ERPG-{}", row + 1);
                    Some(concern(Text::new(level.clone(), level), means(k), erpg.ppm.value[row]?))
                });
                let from_memory = erpg.ppm.confidence >= Confidence::FromMemory;
                Ok(Chosen { concerns: concerns.collect(), from_memory, doubts: Vec::new() })
            }
            Levels::Idlh => {
                let Some(idlh) = &harm.idlh_ppm else { return Err(absent("IDLH")) };
                let name = Text::new("IDLH（30分钟）", "IDLH (30 min)");
                let from_memory = idlh.confidence >= Confidence::FromMemory;
                Ok(Chosen { concerns: vec![concern(name, means(0), idlh.value)], from_memory, doubts: Vec::new() })
            }
            Levels::Flammable => match s.flammable {
                Some(_) => Ok(Chosen::default()),
                None => Err(absent("flammable limits")),
            },
            Levels::Own(own) => own_levels(own, s, t_k, p_pa, file),
        }
    }
}

fn own_levels(own: &[OwnLevel], s: &Substance, t_k: f64, p_pa: f64, file: &Path) -> Result<Chosen, Complaints> {
    let mut all = Complaints::new();
    if own.is_empty() || own.len() > 3 {
        all.add(file, format!("levels: {} of one's own", own.len()), "one to three");
    }
    let mut chosen = Chosen::default();
    for level in own {
        match level.at.kg_m3(s, t_k, p_pa, file) {
            Ok(kg_m3) => {
                let ppm = s.ppm(kg_m3, t_k, p_pa);
                let written = match (level.at.ppm, level.at.mg_m3) {
                    (None, Some(mg)) => format!("{mg} mg/m³"),
                    _ => format!("{} ppm", digits(ppm)),
                };
                let name = |given: &str| if given.is_empty() { written.clone() } else { given.to_string() };
                let name = Text::new(name(&level.name.zh), name(&level.name.en));
                chosen.concerns.push(Concern {
                    name,
                    means: Text::new("自定关注浓度", "level of one's own"),
                    ppm,
                    kg_m3,
                });
                chosen.doubts.extend(level.at.doubt(s, t_k, p_pa));
            }
            Err(told) => all.extend(told),
        }
    }
    chosen.concerns.sort_by(|a, b| b.kg_m3.total_cmp(&a.kg_m3));
    all.or(chosen)
}

/// A number with three digits or as many as it has before the point.
pub fn digits(v: f64) -> String {
    if v == 0.0 || !v.is_finite() {
        return format!("{v}");
    }
    let order = base::math::log10(v.abs()).floor() as i32;
    if !(-4..7).contains(&order) {
        return format!("{v:.2e}");
    }
    let text = format!("{v:.*}", (2 - order).max(0) as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}
