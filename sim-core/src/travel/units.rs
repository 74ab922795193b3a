//! Routes and speeds for responders. A route rests on what they know, a speed on what is true.

use crate::base::ids::{LinkId, NodeId};
use crate::place::roads::{CLOSED, route, route_tree};
use crate::travel::Travel;
use crate::travel::limits::*;

impl Travel {
    /// The quickest way by free speeds, on what the responders know. A boat takes known closures for water it floats on.
    /// `None` where there is no way; empty if they are there.
    pub fn unit_route(
        &self,
        from: NodeId,
        to: NodeId,
        class: VehicleClass,
        known_closed: &dyn Fn(LinkId) -> bool,
    ) -> Option<Vec<LinkId>> {
        let net = &self.net;
        let cost_ms: Vec<u32> = (0..net.links)
            .map(|l| {
                let closed = known_closed(LinkId::of(l));
                let speed = match class {
                    VehicleClass::Boat if closed => BOAT_M_S,
                    VehicleClass::Foot | VehicleClass::Boat => class.dry_speed_m_s(net.free_m_s[l]),
                    VehicleClass::Car | VehicleClass::Truck | VehicleClass::HighClearance => {
                        if !net.drivable[l] {
                            return CLOSED;
                        }
                        class.dry_speed_m_s(net.free_m_s[l])
                    }
                };
                if closed && class != VehicleClass::Boat {
                    return CLOSED;
                }
                (net.length_m[l] / speed * 1000.0).round().clamp(1.0, f64::from(CLOSED - 1)) as u32
            })
            .collect();
        route(&net.graph, &route_tree(&net.graph, &[(to, 0)], &cost_ms), from)
    }

    /// Speed on a link now, m/s; 0 where this class cannot pass. Water slows by Pregnolato's curve, stretched to the depth
    /// the class wades (assumption); standing traffic slows by its density, but not below `SQUEEZE_M_S`.
    pub fn unit_speed_m_s(&self, link: LinkId, class: VehicleClass) -> f64 {
        let (net, roads, l) = (&self.net, &self.state.roads, link.index());
        let (depth_m, dv) = (f64::from(roads.depth_m[l]), f64::from(roads.dv_m2_s[l]));
        if dv > class.force_m2_s() || depth_m > class.wading_m() {
            return 0.0;
        }
        let dry = class.dry_speed_m_s(net.free_m_s[l]);
        match class {
            VehicleClass::Foot => dry * f64::from(roads.wade[l]),
            VehicleClass::Boat if depth_m > BOAT_FLOATS_M => BOAT_M_S,
            VehicleClass::Boat => dry,
            VehicleClass::Car | VehicleClass::Truck | VehicleClass::HighClearance => {
                if !net.drivable[l] || roads.debris(l) {
                    return 0.0;
                }
                let water = water_speed_m_s(depth_m * CAR_CLOSED_M / class.wading_m());
                // Triangular diagram: v = w (k_jam / k - 1) on the congested side.
                let filled = self.state.cars.filled(net, l);
                let crowd = if filled > 0.0 { WAVE_M_S * (1.0 / filled - 1.0) } else { f64::INFINITY };
                dry.min(water).min(crowd.max(SQUEEZE_M_S))
            }
        }
    }
}
