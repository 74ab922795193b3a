use sim_core::place::synth::*;
fn main() {
    let c = synthesise(&SynthSpec::default());
    println!("grid {:?} nodes {} links {} buildings {} res {} wl {}", c.grid, c.nodes.len(), c.links.len(), c.buildings.len(), c.residents(), c.water_level_m);
    for (i, z) in c.zones.iter().enumerate() {
        let r: u32 = c.buildings.iter().filter(|b| b.zone.index() == i).map(|b| b.residents as u32).sum();
        println!("zone {} {} {} town {} at {:.0},{:.0} ground {:.2} res {}", z.key, z.name.zh, z.name.en, z.town, z.centre.x, z.centre.y, c.ground_m(z.centre), r);
    }
    for f in &c.facilities { println!("fac {} {} {:?} cap {} at {:.0},{:.0} ground {:.2}", f.key, f.name.zh, f.kind, f.capacity, f.at.x, f.at.y, c.ground_m(f.at)); }
    for l in &c.levees { println!("levee {} {} crest {} toe {} {:?} .. {:?}", l.key, l.name.zh, l.crest_m, l.toe_m, l.line[0], l.line.last().unwrap()); }
    for g in &c.gauges { println!("gauge {} {} ground {:.2} at {:.0},{:.0}", g.key, g.name.zh, c.ground_m(g.at), g.at.x, g.at.y); }
}
