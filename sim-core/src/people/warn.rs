//! How a warning spreads: by channels at rates of their own, and from neighbour to neighbour.
//!
//! dW/dt = (Σ_c a_c s_c + b W)(W_max - W), Rogers & Sorensen (1988), logistic form read in OSTI 6654896; here in agent
//! form: a household that a channel can reach hears it in dt with probability 1 - exp(-a dt). Rates and reaches are the
//! analyst's defaults of parameters.md section 1 (assumption, low confidence), except where noted.

use super::{People, Plan, advice_bit, knows};
use crate::base::chance::{Stream, draw, draw_lognormal};
use crate::base::{fold, ids::*, math, time::Tick};
use crate::vocab::body::Whereabouts;
use crate::vocab::condition::HazardKind;
use crate::vocab::message::Medium;
use crate::vocab::order::{Advice, Warning};
use serde::{Deserialize, Serialize};

/// A public channel: rate 1/min, reach by day and at night, start delay s.
pub struct Channel {
    pub medium: Medium,
    pub rate_min: f64,
    pub reach_day: f64,
    pub reach_night: f64,
    pub start_delay_s: f64,
}

/// The channels of a public warning.
pub const CHANNELS: [Channel; 3] = [
    // SMS 12379 and apps: read delay of some five minutes; Taicang 5-15 min to send.
    Channel { medium: Medium::Mobile, rate_min: 0.14, reach_day: 0.85, reach_night: 0.45, start_delay_s: 300.0 },
    Channel { medium: Medium::Broadcast, rate_min: 0.10, reach_day: 0.25, reach_night: 0.03, start_delay_s: 600.0 },
    Channel { medium: Medium::Loudspeaker, rate_min: 0.20, reach_day: 0.55, reach_night: 0.45, start_delay_s: 180.0 },
];
/// Contagion from neighbours, 1/min at full share; 0.3 of it at night.
const CONTAGION_MIN: f64 = 0.04;
const CONTAGION_NIGHT: f64 = 0.3;
/// Heavy rain drowns the loudspeakers: half their reach above this intensity, mm/h (halving: parameters.md 1; the
/// bound is an assumption).
const LOUD_RAIN_MM_H: f64 = 16.0;

/// A warning that is out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Campaign {
    pub warning: Warning,
    pub issued: Tick,
}

/// A household that heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    pub household: HouseholdId,
    pub advice: Advice,
    pub hazard: HazardKind,
    pub medium: Medium,
}

/// Night for people's attention: 22 to 6.
pub fn asleep(hour_of_day: f64) -> bool {
    !(6.0..22.0).contains(&hour_of_day)
}

impl People {
    /// One bucket of households listens for `period_s`. `works(zone, medium)` says whether a medium works there.
    /// Returns who heard, in household order; the caller reports them and they begin to think it over.
    pub fn listen(
        &mut self,
        seed: u64,
        tick: Tick,
        bucket: (usize, usize),
        period_s: f64,
        hour_of_day: f64,
        rain_mm_h: f64,
        campaigns: &[Campaign],
        works: &(dyn Fn(ZoneId, Medium) -> bool + Sync),
    ) -> Vec<Heard> {
        if campaigns.is_empty() {
            return Vec::new();
        }
        let night = asleep(hour_of_day);
        let zones = self.households.iter().map(|h| h.zone.index()).max().unwrap_or(0) + 1;
        let told: Vec<Vec<f64>> = campaigns.iter().map(|c| self.share_told(c, zones)).collect();
        let heard: Vec<Heard> = fold::map(self.households.len().div_ceil(fold::CHUNK), |chunk| {
            let mut heard = Vec::new();
            for h in chunk * fold::CHUNK..((chunk + 1) * fold::CHUNK).min(self.households.len()) {
                if h % bucket.1 != bucket.0 || !self.at_home(HouseholdId::of(h)) {
                    continue;
                }
                let household = &self.households[h];
                for (c, campaign) in campaigns.iter().enumerate() {
                    let advice = campaign.warning.advice;
                    if household.heard & advice_bit(advice) != 0 || !campaign.warning.zones.contains(&household.zone) {
                        continue;
                    }
                    let age_s = tick.since_s(campaign.issued);
                    let medium = self.channel_that_reaches(seed, tick, h, c, age_s, period_s, night, rain_mm_h, works);
                    let by_mouth = || {
                        let rate = CONTAGION_MIN
                            * if night { CONTAGION_NIGHT } else { 1.0 }
                            * told[c].get(household.zone.index()).copied().unwrap_or(0.0);
                        let p = 1.0 - math::exp(-rate * period_s / 60.0);
                        (draw(seed, Stream::Warning, h as u32, tick, 90 + c as u32) < p).then_some(Medium::Neighbour)
                    };
                    if let Some(medium) = medium.or_else(by_mouth) {
                        heard.push(Heard {
                            household: HouseholdId::of(h),
                            advice,
                            hazard: campaign.warning.hazard,
                            medium,
                        });
                    }
                }
            }
            heard
        })
        .into_iter()
        .flatten()
        .collect();
        heard
    }

    fn channel_that_reaches(
        &self,
        seed: u64,
        tick: Tick,
        h: usize,
        c: usize,
        age_s: f64,
        period_s: f64,
        night: bool,
        rain_mm_h: f64,
        works: &(dyn Fn(ZoneId, Medium) -> bool + Sync),
    ) -> Option<Medium> {
        let zone = self.households[h].zone;
        CHANNELS.iter().enumerate().find_map(|(k, channel)| {
            if age_s < channel.start_delay_s || !works(zone, channel.medium) {
                return None;
            }
            let loud = channel.medium == Medium::Loudspeaker && rain_mm_h > LOUD_RAIN_MM_H;
            let reach = if night { channel.reach_night } else { channel.reach_day } * if loud { 0.5 } else { 1.0 };
            // Whether a channel reaches a household at all is settled once, by its own draw.
            if draw(seed, Stream::Warning, h as u32, Tick(0), 10 + k as u32) >= reach {
                return None;
            }
            let p = 1.0 - math::exp(-channel.rate_min * period_s / 60.0);
            let k = 20 + (c as u32) * 8 + k as u32;
            (draw(seed, Stream::Warning, h as u32, tick, k) < p).then_some(channel.medium)
        })
    }

    /// Share of each zone's households that has heard the campaign's advice.
    fn share_told(&self, campaign: &Campaign, zones: usize) -> Vec<f64> {
        let (mut told, mut all) = (vec![0u32; zones], vec![0u32; zones]);
        for household in &self.households {
            let z = household.zone.index();
            all[z] += 1;
            told[z] += u32::from(household.heard & advice_bit(campaign.warning.advice) != 0);
        }
        told.iter().zip(&all).map(|(t, a)| f64::from(*t) / f64::from((*a).max(1))).collect()
    }

    /// Someone of the household is alive and at home.
    pub fn at_home(&self, household: HouseholdId) -> bool {
        let household = &self.households[household.index()];
        household.members().any(|p| self.alive(p) && self.place[p.index()] == Whereabouts::Building(household.home))
    }

    /// The household has heard: its members know, and it begins to think over the advice. `visited` by officers.
    /// Returns the members for whom it is the first news of this hazard.
    pub fn told(
        &mut self,
        seed: u64,
        tick: Tick,
        heard: Heard,
        visited: bool,
        mill_median_s: f64,
        mill_sigma_ln: f64,
    ) -> Vec<PersonId> {
        let bit = match heard.hazard {
            HazardKind::Flood => knows::FLOOD,
            HazardKind::Gas => knows::GAS,
        };
        let h = heard.household;
        let mut news = Vec::new();
        for person in self.households[h.index()].members() {
            let i = person.index();
            if self.alive(person) && self.knows[i] & bit == 0 {
                self.knows[i] |= bit;
                news.push(person);
            }
        }
        // Gas leaves no time for milling: a third of it (assumption). Officers at the door shorten it to a third too.
        let hurry = if heard.hazard == HazardKind::Gas { 3.0 } else { 1.0 } * if visited { 3.0 } else { 1.0 };
        let delay_s = draw_lognormal(
            mill_median_s / hurry,
            mill_sigma_ln,
            seed,
            Stream::Decision,
            h.0,
            tick,
            heard.advice as u32,
        );
        let household = &mut self.households[h.index()];
        household.heard |= advice_bit(heard.advice);
        household.visited |= visited;
        if heard.advice == Advice::AllClear {
            household.heard &= !(advice_bit(Advice::StayIndoors) | advice_bit(Advice::Leave));
        }
        let acts = heard.advice != Advice::Prepare && household.plan != Plan::Leaving;
        if acts {
            household.considering = Some((heard.advice, tick.plus_s(delay_s), visited));
        }
        news
    }
}
