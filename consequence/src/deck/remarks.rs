//! What must be said with a result: where it leaves its model's range, and what was assumed on the way. One list, which goes to the table,
//! the maps and every file.

use crate::puff::Caveat;
use base::text::Text;
use serde::{Deserialize, Serialize};

/// One thing to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// A short name for machines.
    pub key: String,
    /// The result is outside the range in which its model was tested, or is cut; else an assumption or a note.
    pub warns: bool,
    pub text: Text,
}

impl Remark {
    pub fn warning(key: &str, zh: impl Into<String>, en: impl Into<String>) -> Remark {
        Remark { key: key.into(), warns: true, text: Text::new(zh, en) }
    }
    pub fn note(key: &str, zh: impl Into<String>, en: impl Into<String>) -> Remark {
        Remark { key: key.into(), warns: false, text: Text::new(zh, en) }
    }
}

impl From<Caveat> for Remark {
    fn from(caveat: Caveat) -> Remark {
        let key = match caveat {
            Caveat::LowWind => "low_wind",
            Caveat::VeryStable => "very_stable",
            Caveat::BeyondTenKilometres => "beyond_10_km",
            Caveat::BeyondOneHour => "beyond_1_h",
            Caveat::InStreets => "in_streets",
            Caveat::AtTheLid => "at_the_lid",
            Caveat::DenseModelsDiffer => "dense_models_differ",
        };
        Remark::warning(key, caveat.about_zh(), caveat.about())
    }
}

/// Adds a remark that is not there yet; warnings stand first.
pub fn add(all: &mut Vec<Remark>, remark: Remark) {
    if all.contains(&remark) {
        return;
    }
    let at = if remark.warns { all.iter().take_while(|r| r.warns).count() } else { all.len() };
    all.insert(at, remark);
}
