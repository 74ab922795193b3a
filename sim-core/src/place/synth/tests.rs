use super::*;

#[test]
fn look() {
    let start = std::time::Instant::now();
    let city = synthesise(&SynthSpec::default());
    println!(
        "{:?} links {} nodes {} buildings {} zones {} facilities {}",
        start.elapsed(),
        city.links.len(),
        city.nodes.len(),
        city.buildings.len(),
        city.zones.len(),
        city.facilities.len()
    );
    assert_eq!(city.residents(), 100_000);
}
