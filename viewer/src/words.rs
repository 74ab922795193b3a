//! The screen's words in both languages: names of the vocabulary's kinds and one sentence for every event.

use sim_core::base::{ids::*, text::Lang, time::Tick, time::duration_text};
use sim_core::place::city::{FacilityKind, RoadClass};
use sim_core::record::{Expected, Planned, Recording};
use sim_core::vocab::body::{Cause, Health};
use sim_core::vocab::chain::Node;
use sim_core::vocab::condition::{Condition, Level, Quantity, Subject, Topic};
use sim_core::vocab::event::{Choice, Event, Firing};
use sim_core::vocab::lever::{Closure, Lever, Outage};
use sim_core::vocab::message::{Loss, MessageKind, Party};
use sim_core::vocab::order::{Advice, OrderState, Task};

/// Of a pair (中文, English), the one in this language.
pub fn pick(lang: Lang, pair: (&'static str, &'static str)) -> &'static str {
    lang.of(pair.0, pair.1)
}

pub fn facility_kind(kind: FacilityKind) -> (&'static str, &'static str) {
    match kind {
        FacilityKind::FireStation => ("消防救援站", "fire station"),
        FacilityKind::PoliceStation => ("派出所", "police station"),
        FacilityKind::Hospital => ("医院", "hospital"),
        FacilityKind::Shelter => ("避难场所", "shelter"),
        FacilityKind::PumpStation => ("排涝泵站", "pump station"),
        FacilityKind::Sluice => ("水闸", "sluice"),
        FacilityKind::TankYard => ("危化品储罐区", "tank yard"),
        FacilityKind::CommandCentre => ("指挥中心", "command centre"),
        FacilityKind::TownHall => ("镇政府/街道办", "town hall"),
        FacilityKind::VillageOffice => ("村/社区居委会", "village office"),
        FacilityKind::School => ("学校", "school"),
        FacilityKind::Store => ("应急物资仓库", "emergency store"),
        FacilityKind::Substation => ("变电站", "substation"),
        FacilityKind::BaseStation => ("通信基站", "base station"),
        FacilityKind::FloodDepot => ("防汛抢险队驻地", "flood depot"),
        FacilityKind::Exit => ("出城口", "way out"),
    }
}

/// The sign on a facility's symbol.
pub fn facility_sign(kind: FacilityKind) -> (&'static str, &'static str) {
    match kind {
        FacilityKind::FireStation => ("消", "F"),
        FacilityKind::PoliceStation => ("警", "P"),
        FacilityKind::Hospital => ("医", "H"),
        FacilityKind::Shelter => ("避", "S"),
        FacilityKind::PumpStation => ("泵", "U"),
        FacilityKind::Sluice => ("闸", "L"),
        FacilityKind::TankYard => ("危", "!"),
        FacilityKind::CommandCentre => ("指", "C"),
        FacilityKind::TownHall => ("镇", "T"),
        FacilityKind::VillageOffice => ("村", "V"),
        FacilityKind::School => ("学", "E"),
        FacilityKind::Store => ("库", "W"),
        FacilityKind::Substation => ("电", "Z"),
        FacilityKind::BaseStation => ("信", "B"),
        FacilityKind::FloodDepot => ("汛", "D"),
        FacilityKind::Exit => ("出", "X"),
    }
}

pub fn road_class(class: RoadClass) -> (&'static str, &'static str) {
    match class {
        RoadClass::Motorway => ("高速公路", "motorway"),
        RoadClass::Trunk => ("快速路", "trunk road"),
        RoadClass::Primary => ("主干路", "primary road"),
        RoadClass::Secondary => ("次干路", "secondary road"),
        RoadClass::Tertiary => ("支路", "tertiary road"),
        RoadClass::Residential => ("居住区道路", "residential street"),
        RoadClass::Service => ("内部道路", "service road"),
        RoadClass::Path => ("步行道", "footpath"),
    }
}

pub fn closure(why: Closure) -> (&'static str, &'static str) {
    match why {
        Closure::Water => ("积水", "water"),
        Closure::Order => ("管制", "by order"),
        Closure::Debris => ("障碍物", "debris"),
        Closure::Heat => ("热辐射", "heat of a fire"),
    }
}

pub fn health(health: Health) -> (&'static str, &'static str) {
    match health {
        Health::Well => ("未受伤", "unhurt"),
        Health::Light => ("轻伤", "lightly hurt"),
        Health::Serious => ("重伤", "seriously hurt"),
        Health::Dead => ("死亡", "dead"),
    }
}

pub fn cause(cause: Cause) -> (&'static str, &'static str) {
    match cause {
        Cause::Water => ("水", "water"),
        Cause::Gas => ("毒气", "gas"),
        Cause::Untreated => ("救治延误", "waiting too long for help"),
        Cause::Inject => ("导调注入", "an inject"),
        Cause::Heat => ("热辐射", "the heat of a fire"),
        Cause::Blast => ("爆炸", "a blast"),
    }
}

pub fn loss(why: Loss) -> (&'static str, &'static str) {
    match why {
        Loss::Noise => ("干扰/占线", "noise or busy line"),
        Loss::SenderCutOff => ("发送方断联", "sender cut off"),
        Loss::ReceiverCutOff => ("接收方断联", "receiver cut off"),
    }
}

pub fn firing(how: Firing) -> (&'static str, &'static str) {
    match how {
        Firing::Timed => ("按时", "timed"),
        Firing::Conditional => ("条件满足", "its condition held"),
        Firing::Manual => ("导调员手动", "by the controller"),
    }
}

pub fn order_state(state: &OrderState, lang: Lang) -> String {
    match state {
        OrderState::Issued => lang.of("已下达", "issued").into(),
        OrderState::Received => lang.of("已收到", "received").into(),
        OrderState::Accepted => lang.of("已接受", "accepted").into(),
        OrderState::Refused(why) => format!("{}{}", lang.of("拒绝：", "refused: "), why.names().get(lang)),
        OrderState::Started => lang.of("执行中", "started").into(),
        OrderState::Done => lang.of("已完成", "done").into(),
        OrderState::Failed(why) => format!("{}{}", lang.of("失败：", "failed: "), why.names().get(lang)),
        OrderState::Expired => lang.of("逾期未达", "expired").into(),
    }
}

pub fn message_kind(kind: &MessageKind, lang: Lang) -> String {
    match kind {
        MessageKind::Report { number: 1 } => lang.of("首报", "first report").into(),
        MessageKind::Report { number } => format!("{} {number}", lang.of("续报", "report")),
        MessageKind::Order(id) => format!("{} {id}", lang.of("指令", "order")),
        MessageKind::Acknowledge(_) => lang.of("回执", "receipt").into(),
        MessageKind::OrderState(id) => format!("{} {id}", lang.of("指令回复", "answer to order")),
        MessageKind::Call(id) => format!("{} {id}", lang.of("报警", "call for help")),
        MessageKind::Warning => lang.of("预警", "warning").into(),
        MessageKind::Info => lang.of("通报", "information").into(),
        MessageKind::Reading => lang.of("读数", "reading").into(),
    }
}

pub fn outage(what: Outage, lang: Lang) -> &'static str {
    match what {
        Outage::Power => lang.of("电力", "power"),
        Outage::Medium(medium) => pick(lang, medium.names()),
    }
}

/// A number with as many digits as a reader needs.
pub fn number(v: f64) -> String {
    // A sum of nothing may be minus zero.
    let v = if v == 0.0 { 0.0 } else { v };
    let a = v.abs();
    if a >= 10_000.0 {
        grouped(v.round() as i64)
    } else if a >= 100.0 || v.fract() == 0.0 {
        format!("{v:.0}")
    } else if a >= 10.0 {
        format!("{v:.1}")
    } else {
        format!("{v:.2}")
    }
}

/// 12,345
pub fn grouped(v: i64) -> String {
    let digits = v.unsigned_abs().to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    if v < 0 { format!("-{out}") } else { out }
}

/// A quantity's value as people say it.
pub fn value(quantity: Quantity, v: f64, lang: Lang) -> String {
    let yes = v > 0.5;
    match quantity {
        Quantity::LeveeSeep | Quantity::ZonePowerOut | Quantity::Release | Quantity::ShelterOpen => {
            lang.of(if yes { "是" } else { "否" }, if yes { "yes" } else { "no" }).into()
        }
        Quantity::PumpRunning => {
            if yes {
                lang.of("运行", "running").into()
            } else {
                lang.of("停机", "stopped").into()
            }
        }
        Quantity::FloodLevel | Quantity::GasLevel => pick(lang, Level::from_number(v).names()).into(),
        Quantity::ReleaseSubstance => format!("UN {v:.0}"),
        Quantity::ZoneAdvice | Quantity::ZoneShelter => {
            match [Advice::Prepare, Advice::Leave, Advice::GoUp, Advice::StayIndoors, Advice::AllClear]
                .into_iter()
                .find(|a| a.number() == v)
            {
                Some(advice) => pick(lang, advice.names()).into(),
                None => lang.of("无", "none").into(),
            }
        }
        Quantity::ZoneWarned | Quantity::ZoneEvacuated => format!("{:.0} %", v * 100.0),
        Quantity::ZoneGas | Quantity::ZoneThreat | Quantity::ZoneThreatLines => {
            if v < 0.5 {
                lang.of("无", "none").into()
            } else {
                format!("AEGL-{v:.0}")
            }
        }
        _ => {
            let unit = match (quantity.unit(), lang) {
                ("人", Lang::En) => "people",
                (unit, _) => unit,
            };
            format!("{} {unit}", number(v)).trim_end().into()
        }
    }
}

/// Names of what a recording's ids stand for.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    pub rec: &'a Recording,
    pub lang: Lang,
}

impl Names<'_> {
    pub fn clock(&self, tick: Tick) -> String {
        self.rec.header.clock.hhmm(tick)
    }
    pub fn post(&self, id: PostId) -> String {
        self.rec.programme.posts.get(id.index()).map_or_else(|| format!("#{id}"), |p| p.name.get(self.lang).into())
    }
    pub fn unit(&self, id: UnitId) -> String {
        self.rec.programme.units.get(id.index()).map_or_else(|| format!("#{id}"), |u| u.name.get(self.lang).into())
    }
    pub fn zone(&self, id: ZoneId) -> String {
        self.rec.city.zones.get(id.index()).map_or_else(|| format!("#{id}"), |z| z.name.get(self.lang).into())
    }
    /// A substance by its name in the drill's table.
    fn substance(&self, key: &str) -> String {
        sim_core::report::words::substance(&self.rec.programme, key).get(self.lang).into()
    }
    pub fn facility(&self, id: FacilityId) -> String {
        self.rec.city.facilities.get(id.index()).map_or_else(|| format!("#{id}"), |f| f.name.get(self.lang).into())
    }
    pub fn levee(&self, id: LeveeId) -> String {
        self.rec.city.levees.get(id.index()).map_or_else(|| format!("#{id}"), |l| l.name.get(self.lang).into())
    }
    pub fn gauge(&self, id: GaugeId) -> String {
        self.rec.city.gauges.get(id.index()).map_or_else(|| format!("#{id}"), |g| g.name.get(self.lang).into())
    }
    pub fn monitor(&self, id: MonitorId) -> String {
        self.rec.programme.monitors.get(id.index()).map_or_else(|| format!("#{id}"), |m| m.name.get(self.lang).into())
    }
    pub fn inject(&self, id: InjectId) -> String {
        self.rec.programme.injects.get(id.index()).map_or_else(|| format!("#{id}"), |i| i.title.get(self.lang).into())
    }
    pub fn person(&self, id: PersonId) -> String {
        format!("{} {id}", self.lang.of("居民", "resident"))
    }
    pub fn link(&self, id: LinkId) -> String {
        match self.rec.city.links.get(id.index()) {
            Some(link) if !link.name.is_empty() => link.name.clone(),
            Some(link) => format!("{} {id}", pick(self.lang, road_class(link.class))),
            None => format!("#{id}"),
        }
    }
    pub fn clause(&self, id: &str) -> String {
        match self.rec.programme.clauses.iter().find(|c| c.id == id) {
            Some(clause) => format!("{id} {}", clause.title.get(self.lang)),
            None => id.into(),
        }
    }
    pub fn party(&self, party: &Party) -> String {
        match party {
            Party::Post(id) => self.post(*id),
            Party::Unit(id) => self.unit(*id),
            Party::Person(id) => self.person(*id),
            Party::Gauge(id) => self.gauge(*id),
            Party::Monitor(id) => self.monitor(*id),
            Party::Persona(name) => name.clone(),
            Party::Public(zones) if zones.len() > 2 => match self.lang {
                Lang::Zh => format!("公众（{}个社区）", zones.len()),
                Lang::En => format!("the public of {} communities", zones.len()),
            },
            Party::Public(zones) => {
                let names: Vec<String> = zones.iter().map(|z| self.zone(*z)).collect();
                format!("{}{}", self.lang.of("公众：", "the public of "), names.join(self.lang.of("、", ", ")))
            }
        }
    }
    pub fn parties(&self, parties: &[Party]) -> String {
        let names: Vec<String> = parties.iter().map(|p| self.party(p)).collect();
        names.join(self.lang.of("、", ", "))
    }
    pub fn topic(&self, topic: Topic) -> String {
        let what = pick(self.lang, topic.quantity.names());
        let about = match topic.quantity.subject() {
            Subject::City => return what.into(),
            Subject::Gauge => self.gauge(GaugeId(topic.about)),
            Subject::Levee => self.levee(LeveeId(topic.about)),
            Subject::Zone => self.zone(ZoneId(topic.about)),
            Subject::Facility => self.facility(FacilityId(topic.about)),
            Subject::Monitor => self.monitor(MonitorId(topic.about)),
        };
        match self.lang {
            Lang::Zh => format!("{about}{what}"),
            Lang::En => format!("{about}: {what}"),
        }
    }
    pub fn task(&self, task: &Task) -> String {
        let what = pick(self.lang, task.names());
        let about = match *task {
            Task::PatrolLevee(l) | Task::CloseBreach(l) => self.levee(l),
            Task::WarnDoorToDoor(z)
            | Task::EvacuateZone(z)
            | Task::RescueFromWater(z)
            | Task::Ambulance(z)
            | Task::Pump(z) => self.zone(z),
            Task::Cordon { site, radius_m } => format!("{} {radius_m} m", self.facility(site)),
            Task::MonitorGas(f) | Task::StopLeak(f) | Task::OpenShelter(f) => self.facility(f),
        };
        format!("{what}{}{about}", self.lang.of("：", ": "))
    }
    pub fn age(&self, since: Tick, now: Tick) -> String {
        let min = (now.since_s(since) / 60.0).floor() as u64;
        match self.lang {
            Lang::Zh if min == 0 => "刚刚".into(),
            Lang::Zh if min < 60 => format!("{min}分钟前"),
            Lang::Zh => format!("{}小时{}分钟前", min / 60, min % 60),
            Lang::En if min == 0 => "just now".into(),
            Lang::En if min < 60 => format!("{min} min ago"),
            Lang::En => format!("{} h {} min ago", min / 60, min % 60),
        }
    }
    pub fn duration(&self, s: f64) -> String {
        match self.lang {
            Lang::En => duration_text(s),
            Lang::Zh => duration_text(s).replace("min", "分").replace('h', "小时").replace('s', "秒"),
        }
    }
    pub fn choice(&self, choice: &Choice) -> String {
        let l = self.lang;
        match choice {
            Choice::Stay => l.of("留守", "to stay").into(),
            Choice::Seal => l.of("关窗就地避险", "to shut windows and stay").into(),
            Choice::Air => l.of("开窗通风", "to open the windows").into(),
            Choice::GoUp => l.of("上楼避险", "to go upstairs").into(),
            Choice::WalkTo(f) => format!("{}{}", l.of("步行前往", "to walk to "), self.facility(*f)),
            Choice::DriveTo(f) => format!("{}{}", l.of("驾车前往", "to drive to "), self.facility(*f)),
            Choice::AwaitTransport => l.of("等候转运车辆", "to wait for transport").into(),
        }
    }
    /// One end of a link of the disaster chain.
    fn node(&self, node: &Node) -> String {
        let of = node.tank.as_ref().map_or_else(|| self.facility(node.site), |tank| tank.get(self.lang).to_string());
        format!("{}（{of}）", pick(self.lang, node.what.names()))
    }
    pub fn lever(&self, lever: &Lever) -> String {
        let l = self.lang;
        match lever {
            Lever::SeepLevee(x) => format!("{}{}", l.of("渗漏：", "seep: "), self.levee(*x)),
            Lever::BreachLevee { levee, width_max_m, .. } => {
                format!("{}{} {} m", l.of("溃口：", "breach: "), self.levee(*levee), number(*width_max_m))
            }
            Lever::StrengthenLevee { levee, .. } => format!("{}{}", l.of("加固：", "strengthen: "), self.levee(*levee)),
            Lever::CloseBreach { levee, metres } => {
                format!("{}{} {} m", l.of("封堵：", "close breach: "), self.levee(*levee), number(*metres))
            }
            Lever::SetPump { facility, running } => format!(
                "{}{}",
                if *running { l.of("开机：", "start pump: ") } else { l.of("停机：", "stop pump: ") },
                self.facility(*facility)
            ),
            Lever::MobilePump { rate_m3_s, .. } => {
                format!("{}{} m³/s", l.of("移动泵排水 ", "mobile pump "), number(*rate_m3_s))
            }
            Lever::Works(order) => format!("{}{}", l.of("水工程：", "waterworks: "), order.said().get(l)),
            Lever::AddRain { mm_h, duration_s } => {
                format!("{}{} mm/h, {}", l.of("降雨 ", "rain "), number(*mm_h), self.duration(*duration_s))
            }
            Lever::ReleaseGas { site, substance, rate_kg_s, .. } | Lever::Spill { site, substance, rate_kg_s, .. } => {
                format!(
                    "{}{} {} {} kg/s",
                    l.of("泄漏：", "release: "),
                    self.facility(*site),
                    self.substance(substance),
                    number(*rate_kg_s)
                )
            }
            Lever::ReduceLeak { site, share } => {
                format!("{}{} {:.0} %", l.of("堵漏：", "reduce leak: "), self.facility(*site), share * 100.0)
            }
            Lever::Burn { site, burn } => {
                format!("{}{} {}", l.of("燃烧：", "fire: "), self.facility(*site), self.substance(&burn.substance))
            }
            Lever::ExplodeDust { site, dust } => format!(
                "{}{} {} m³",
                l.of("粉尘爆炸：", "dust explosion: "),
                self.facility(*site),
                number(dust.room_m3)
            ),
            Lever::PlaceTank { site, tank } => format!(
                "{}{} {}, {} {} t",
                l.of("储罐：", "tank: "),
                self.facility(*site),
                tank.name.get(l),
                self.substance(&tank.substance),
                number(tank.mass_kg / 1000.0)
            ),
            Lever::CoolTanks { site, water_kg_s, .. } => {
                format!("{}{} {} kg/s", l.of("冷却：", "cooling: "), self.facility(*site), number(*water_kg_s))
            }
            Lever::SetWind { speed_m_s, from_deg, .. } => {
                format!("{}{} m/s, {from_deg:.0}°", l.of("转风 ", "wind "), number(*speed_m_s))
            }
            Lever::CloseRoad { link, why } => {
                format!("{}{}（{}）", l.of("封路：", "close road: "), self.link(*link), pick(l, closure(*why)))
            }
            Lever::OpenRoad { link } => format!("{}{}", l.of("开放道路：", "open road: "), self.link(*link)),
            Lever::Outage { zone, medium, duration_s } => format!(
                "{}{}: {}, {}",
                l.of("中断 ", "outage "),
                zone.map_or(l.of("全市", "everywhere").into(), |z| self.zone(z)),
                outage(*medium, l),
                self.duration(*duration_s)
            ),
            Lever::Casualties { zone, people, health: h } => {
                format!("{}: {} {people}", self.zone(*zone), pick(l, health(*h)))
            }
        }
    }
    /// A condition in words, for the list of injects.
    pub fn condition(&self, condition: &Condition) -> String {
        let l = self.lang;
        let all = |parts: &[Condition], word: &str| {
            let parts: Vec<String> = parts.iter().map(|p| self.condition(p)).collect();
            format!("({})", parts.join(word))
        };
        match condition {
            Condition::Always => l.of("始终", "always").into(),
            Condition::All(parts) => all(parts, l.of(" 且 ", " and ")),
            Condition::Any(parts) => all(parts, l.of(" 或 ", " or ")),
            Condition::Not(part) => format!("{}{}", l.of("非 ", "not "), self.condition(part)),
            Condition::Above(topic, v) => format!("{} > {}", self.topic(*topic), value(topic.quantity, *v, l)),
            Condition::Below(topic, v) => format!("{} < {}", self.topic(*topic), value(topic.quantity, *v, l)),
            Condition::AnyAbove(q, v) => {
                format!("{}{} > {}", l.of("任一", "any "), pick(l, q.names()), value(*q, *v, l))
            }
            Condition::After(tick) => format!("{} {}", l.of("不早于", "after"), self.clock(*tick)),
            Condition::AfterInject(inject, s) => {
                format!("{} + {}", self.inject(*inject), self.duration(*s))
            }
            Condition::LevelAtLeast(hazard, level) => {
                format!("{} ≥ {}", pick(l, hazard.names()), pick(l, level.names()))
            }
        }
    }
    pub fn planned(&self, planned: &Planned) -> String {
        match planned {
            Planned::At(tick) => self.clock(*tick),
            Planned::When(condition) => {
                format!("{}{}", self.lang.of("当 ", "when "), self.condition(condition))
            }
            Planned::Manual => self.lang.of("手动", "by hand").into(),
        }
    }
    pub fn expected(&self, what: &Expected) -> String {
        let l = self.lang;
        match what {
            Expected::Report { from, to } => format!("{} → {}", self.post(*from), self.post(*to)),
            Expected::Order { from, task } => format!("{}: {}", self.post(*from), self.task(task)),
            Expected::OrderKind { from, like } => format!("{}: {}", self.post(*from), pick(l, like.names())),
            Expected::Warning { from, hazard } => {
                format!("{}: {}{}", self.post(*from), pick(l, hazard.names()), l.of("预警", " warning"))
            }
            Expected::Level { from, hazard } => {
                format!("{}: {}{}", self.post(*from), pick(l, hazard.names()), l.of("响应升级", " level raised"))
            }
            Expected::Arrival { task } => format!("{}{}", self.task(task), l.of("（到场）", " (arrival)")),
            Expected::Done { task } => format!("{}{}", self.task(task), l.of("（完成）", " (done)")),
        }
    }
    /// One sentence that says what happened.
    pub fn event(&self, event: &Event) -> String {
        let zh = self.lang == Lang::Zh;
        let l = self.lang;
        macro_rules! say {
            ($zh:literal, $en:literal $(, $arg:expr)*) => {
                if zh { format!($zh $(, $arg)*) } else { format!($en $(, $arg)*) }
            };
        }
        match event {
            Event::InjectFired { inject, how } => {
                say!("注入触发（{1}）：{0}", "inject fired ({1}): {0}", self.inject(*inject), pick(l, firing(*how)))
            }
            Event::InjectExpired { inject } => {
                say!("注入过期未触发：{}", "inject expired without firing: {}", self.inject(*inject))
            }
            Event::LeverPulled { lever, .. } => say!("动作：{}", "lever: {}", self.lever(lever)),
            Event::LeveeSeeps { levee } => say!("{}出现渗漏", "{} begins to seep", self.levee(*levee)),
            Event::LeveeStrengthened { levee } => say!("{}加固完成", "{} is strengthened", self.levee(*levee)),
            Event::LeveeBreached { levee, .. } => say!("{}溃口", "{} breaches", self.levee(*levee)),
            Event::BreachClosed { levee } => {
                say!("{}溃口封堵完成", "the breach in {} is closed", self.levee(*levee))
            }
            Event::WaterReached { zone, depth_m } => {
                say!("{}进水，水深 {:.2} m", "water reaches {}, {:.2} m deep", self.zone(*zone), depth_m)
            }
            Event::GasReleased { site, substance, rate_kg_s } => say!(
                "{}泄漏 {}，{} kg/s",
                "{} releases {}, {} kg/s",
                self.facility(*site),
                self.substance(substance),
                number(*rate_kg_s)
            ),
            Event::GasStopped { site, released_kg } => say!(
                "{}泄漏终止，共 {} kg",
                "the release at {} ends, {} kg in all",
                self.facility(*site),
                number(*released_kg)
            ),
            Event::FireBegan { site, what, substance, .. } => {
                say!(
                    "{}起火：{}（{}）",
                    "{} burns: {} ({})",
                    self.facility(*site),
                    pick(l, what.names()),
                    self.substance(substance)
                )
            }
            Event::FireEnded { site, what, burnt_kg } => say!(
                "{}{}熄灭，共烧掉 {} kg",
                "{}: the {} is out, {} kg burnt",
                self.facility(*site),
                pick(l, what.names()),
                number(*burnt_kg)
            ),
            Event::Chain(link) => say!(
                "灾害链（{}）：{} → {}，概率 {:.0} %，延时 {}",
                "disaster chain ({}): {} → {}, probability {:.0} %, delay {}",
                pick(l, link.stage.names()),
                self.node(&link.cause),
                self.node(&link.effect),
                100.0 * link.probability,
                self.duration(link.delay_s)
            ),
            Event::Blast { site, what, houses, roads, .. } => say!(
                "{}{}冲击波：房屋轻损{}、重损{}、倒塌{}，阻断道路{}条",
                "{}: blast of the {}: houses damaged {}, badly {}, fallen {}; roads cut {}",
                self.facility(*site),
                pick(l, what.names()),
                houses[0],
                houses[1],
                houses[2],
                roads
            ),
            Event::BuildingAlight { zone, .. } => {
                say!("{}有房屋被引燃", "a house in {} catches fire", self.zone(*zone))
            }
            Event::GasReached { zone, aegl } => {
                say!("{}毒气达到 AEGL-{}", "gas in {} reaches AEGL-{}", self.zone(*zone), aegl)
            }
            Event::WindTurned { speed_m_s, from_deg } => {
                say!("风向转为 {1:.0}°，{0} m/s", "wind turns to {1:.0}°, {0} m/s", number(*speed_m_s), from_deg)
            }
            Event::PumpStopped { facility, why } => {
                say!("{}停机：{}", "{} stops: {}", self.facility(*facility), why.get(l))
            }
            Event::PumpStarted { facility } => say!("{}开机", "{} starts", self.facility(*facility)),
            Event::Works(news) => news.said().get(l).to_string(),
            Event::OutageBegan { zone, what } => say!(
                "{}中断：{}",
                "outage in {}: {}",
                zone.map_or(l.of("全市", "the whole city").into(), |z| self.zone(z)),
                outage(*what, l)
            ),
            Event::OutageEnded { zone, what } => say!(
                "{}恢复：{}",
                "restored in {}: {}",
                zone.map_or(l.of("全市", "the whole city").into(), |z| self.zone(z)),
                outage(*what, l)
            ),
            Event::RoadClosed { link, why } => {
                say!("{}中断（{}）", "{} is closed ({})", self.link(*link), pick(l, closure(*why)))
            }
            Event::RoadOpened { link } => say!("{}恢复通行", "{} is open again", self.link(*link)),
            Event::Intervention { model, what } => say!("模型修正 {}：{}", "model {} stepped in: {}", model, what),
            Event::MessageSent(m) => say!(
                "{} → {}（{}，{}）：{}",
                "{} → {} ({}, {}): {}",
                self.party(&m.from),
                self.parties(&m.to),
                pick(l, m.medium.names()),
                message_kind(&m.kind, l),
                m.text.get(l)
            ),
            Event::MessageDelivered { message, to } => {
                say!("消息 {} 送达 {}", "message {} reaches {}", message, self.party(to))
            }
            Event::MessageLost { message, to, why } => say!(
                "消息 {} 未达 {}（{}）",
                "message {} to {} is lost ({})",
                message,
                self.party(to),
                pick(l, loss(*why))
            ),
            Event::MessageAcknowledged { message, by } => {
                say!("{1} 回执消息 {0}", "{1} acknowledges message {0}", message, self.post(*by))
            }
            Event::PictureChanged { post, fact, .. } => say!(
                "{} 得知 {}：{}",
                "{} learns {} = {}",
                self.post(*post),
                self.topic(fact.topic),
                value(fact.topic.quantity, fact.value, l)
            ),
            Event::LevelSet { hazard, level, by } => say!(
                "{2} 将{0}响应定为 {1}",
                "{2} sets the {0} response level to {1}",
                pick(l, hazard.names()),
                pick(l, level.names()),
                self.post(*by)
            ),
            Event::ClauseFired { post, clause } => {
                say!("{} 启用条款 {}", "{} follows clause {}", self.post(*post), self.clause(clause))
            }
            Event::ClauseMissed { post, clause } => {
                say!("{} 未按时执行条款 {}", "{} misses clause {}", self.post(*post), self.clause(clause))
            }
            Event::OrderIssued(o) => say!(
                "指令 {}：{} → {} {}（{}队）",
                "order {}: {} → {} {} ({} units)",
                o.id,
                self.post(o.from),
                self.post(o.to),
                self.task(&o.task),
                o.units
            ),
            Event::OrderChanged { order, state } => {
                say!("指令 {} {}", "order {} {}", order, order_state(state, l))
            }
            Event::WarningIssued(w) => say!(
                "{} 发布{}{}预警：{}（{}个社区）",
                "{} issues {} {} warning: {} ({} communities)",
                self.post(w.by),
                pick(l, w.hazard.names()),
                pick(l, w.colour.names()),
                pick(l, w.advice.names()),
                w.zones.len()
            ),
            Event::UnitDispatched { unit, order } => {
                say!("{} 出动（指令 {}）", "{} is dispatched (order {})", self.unit(*unit), order)
            }
            Event::UnitArrived { unit, order, .. } => {
                say!("{} 到场（指令 {}）", "{} arrives (order {})", self.unit(*unit), order)
            }
            Event::UnitObserved { unit, fact } => say!(
                "{} 观察到 {}：{}",
                "{} observes {} = {}",
                self.unit(*unit),
                self.topic(fact.topic),
                value(fact.topic.quantity, fact.value, l)
            ),
            Event::UnitFinished { unit, order } => {
                say!("{} 完成任务（指令 {}）", "{} finishes (order {})", self.unit(*unit), order)
            }
            Event::UnitReturned { unit } => say!("{} 归队", "{} is back at its base", self.unit(*unit)),
            Event::UnitLost { unit, why } => {
                say!("{} 失去战力：{}", "{} is out of action: {}", self.unit(*unit), why.get(l))
            }
            Event::PersonWarned { person, medium } => {
                say!("{} 收到预警（{}）", "{} is warned ({})", self.person(*person), pick(l, medium.names()))
            }
            Event::PersonSensed { person, hazard } => {
                say!("{} 察觉险情（{}）", "{} notices the danger ({})", self.person(*person), pick(l, hazard.names()))
            }
            Event::HouseholdDecided { household, choice } => {
                say!("{} 号住户决定{}", "household {} decides {}", household, self.choice(choice))
            }
            Event::TripStarted { person, by_car } => {
                if *by_car {
                    say!("{} 驾车出发", "{} sets out by car", self.person(*person))
                } else {
                    say!("{} 步行出发", "{} sets out on foot", self.person(*person))
                }
            }
            Event::TripRerouted { person, link } => {
                say!("{} 因 {} 不通改道", "{} turns back at {}", self.person(*person), self.link(*link))
            }
            Event::CarStalled { car, link } => {
                say!("车辆 {} 在 {} 熄火", "car {} stalls on {}", car, self.link(*link))
            }
            Event::PersonSheltered { person, facility } => {
                say!("{} 到达 {}", "{} reaches {}", self.person(*person), self.facility(*facility))
            }
            Event::PersonLeft { person, exit } => {
                say!("{} 由 {} 离开", "{} leaves by {}", self.person(*person), self.facility(*exit))
            }
            Event::PersonTrapped { person } => say!("{} 被困", "{} is trapped", self.person(*person)),
            Event::HelpCalled { incident, person, zone, people } => say!(
                "报警 {0}：{1} 在{2}，{3} 人求助",
                "call {0}: {1} in {2}, {3} people need help",
                incident,
                self.person(*person),
                self.zone(*zone),
                people
            ),
            Event::PersonPickedUp { person, unit } => {
                say!("{1} 接上 {0}", "{1} picks up {0}", self.person(*person), self.unit(*unit))
            }
            Event::PersonHarmed { person, health: h, cause: c } => {
                say!("{} {}（{}）", "{} is {} (by {})", self.person(*person), pick(l, health(*h)), pick(l, cause(*c)))
            }
            Event::PersonHospitalised { person, facility } => {
                say!("{} 送入 {}", "{} is taken into {}", self.person(*person), self.facility(*facility))
            }
            Event::PersonRelieved { person } => {
                say!("{} 得到基本救助", "{} has food, water and a place to lie", self.person(*person))
            }
            Event::ShelterOpened { facility } => say!("{}开放", "{} opens", self.facility(*facility)),
            Event::ShelterFull { facility } => say!("{}满员", "{} is full", self.facility(*facility)),
            Event::HospitalFull { facility } => say!("{}床位已满", "{} is full", self.facility(*facility)),
            Event::GasStudied(study) => {
                let levels: Vec<String> =
                    study.levels.iter().map(|l| crate::study::name(study, l, self.lang)).collect();
                let levels = levels.join(self.lang.of("、", ", "));
                let (post, site) = (self.post(study.post), self.facility(study.site));
                say!("{}研判{}：{}", "{} works out {}: {}", post, site, levels)
            }
        }
    }
}
