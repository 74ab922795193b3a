//! Two large cases, generated: a polder plain on a tidal river in a typhoon ("Taicang-like") and a mountain valley in a
//! cloudburst ("Emei-like"). The ground is synthetic, named after the places whose size and kind it has; it is no map of
//! them. Each case says what must come out, and checks it.

pub mod delta;
pub mod emei;
pub mod noise;
pub mod picture;
pub mod run;
pub mod section;
pub mod taicang;
pub mod valley;

use base::complaint::Complaints;
use run::{Outcome, Watch};

/// Names of the cases.
pub const NAMES: [&str; 2] = ["taicang", "emei"];

/// Runs a case by name, whole or (`small`) a piece of it for a quick look; `None` when `watch` called it off.
pub fn run(name: &str, small: bool, watch: Watch) -> Result<Option<Outcome>, Complaints> {
    match name {
        "taicang" => {
            let size = if small { delta::Size::SMALL } else { delta::Size::FULL };
            taicang::run(&taicang::Setting { size, ..Default::default() }, watch)
        }
        "emei" => {
            let size = if small { valley::Size::SMALL } else { valley::Size::FULL };
            emei::run(&emei::Setting { size, ..Default::default() }, watch)
        }
        other => Err(unknown(other)),
    }
}

fn unknown(name: &str) -> Complaints {
    Complaints::one("--case", format!("no case is named {name:?}"), NAMES.join(" or "))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_case_that_is_not_there_is_complained_of() {
        // Grade: behaviour.
        let complaints = super::run("tokyo", true, &mut |_| true).expect_err("no such case");
        assert!(complaints.to_string().contains("taicang or emei"));
    }
}
