//! Which way up each count goes.
//!
//! ```text
//! quarters of a zone's poles ─► its steps ─► hours ─► days ─► days of the zone around ─► its weeks
//! ```
//!
//! A zone that holds no other is a leaf; so is what a zone has beside those within it. A zone that holds a part of another one only
//! has no place here: sums that cross each other tell of single counts.

use std::collections::{BTreeSet, HashMap};

use smartpole_model::{
    Registry,
    registry::{CountRule, Zone},
};

/// Zones whose counts are public, each under one other at most.
#[derive(Debug)]
pub(super) struct Tree(Vec<Node>);

/// Place of a node in the tree.
pub(super) type NodeNo = usize;

#[derive(Debug)]
struct Node {
    /// Index of the zone in the registry; none of what a zone has beside those within it.
    zone: Option<usize>,
    /// Indices of its poles in the registry, ascending.
    poles: Vec<usize>,
    within: Vec<NodeNo>,
    around: Option<NodeNo>,
}

/// Whether a zone's counts may be summed. People who cross a city are not those who cross its places.
pub(super) fn is_summed(zone: &Zone) -> bool {
    zone.count != CountRule::None && zone.kind != "city"
}

impl Tree {
    /// The tree of a city: smaller zones first, so that what lies within is there before what is around.
    pub(super) fn of(registry: &Registry) -> Self {
        let summed = |zone: &usize| is_summed(&registry.zones[*zone]) && !registry.zones[*zone].poles.is_empty();
        let mut zones: Vec<usize> = (0..registry.zones.len()).filter(summed).collect();
        zones.sort_by_key(|zone| registry.zones[*zone].poles.len());
        let (mut tree, mut top) = (Self(Vec::new()), HashMap::new());
        for zone in zones {
            tree.add(zone, &registry.zones[zone].poles, &mut top);
        }
        tree
    }

    /// Adds a zone around all that it holds; `top` says under which node a pole is so far.
    fn add(&mut self, zone: usize, poles: &[usize], top: &mut HashMap<usize, NodeNo>) {
        let mut within: BTreeSet<NodeNo> = poles.iter().filter_map(|pole| top.get(pole).copied()).collect();
        let holds = |node: &NodeNo| self.0[*node].poles.iter().all(|pole| poles.binary_search(pole).is_ok());
        if !within.iter().all(holds) {
            return;
        }
        let beside: Vec<usize> = poles.iter().copied().filter(|pole| !top.contains_key(pole)).collect();
        if !within.is_empty() && !beside.is_empty() {
            within.insert(self.push(None, beside, Vec::new()));
        }
        let node = self.push(Some(zone), poles.to_vec(), within.into_iter().collect());
        top.extend(poles.iter().map(|pole| (*pole, node)));
    }

    fn push(&mut self, zone: Option<usize>, poles: Vec<usize>, within: Vec<NodeNo>) -> NodeNo {
        let node = self.0.len();
        for part in &within {
            self.0[*part].around = Some(node);
        }
        self.0.push(Node { zone, poles, within, around: None });
        node
    }

    /// The node of a zone, by its index in the registry.
    pub(super) fn node(&self, zone: usize) -> Option<NodeNo> {
        self.0.iter().position(|node| node.zone == Some(zone))
    }

    /// The poles of a node, by their indices in the registry.
    pub(super) fn poles(&self, node: NodeNo) -> &[usize] {
        &self.0[node].poles
    }

    /// What a node is made of; nothing of a leaf.
    pub(super) fn within(&self, node: NodeNo) -> &[NodeNo] {
        &self.0[node].within
    }

    /// Whether nothing is around a node.
    pub(super) fn is_outermost(&self, node: NodeNo) -> bool {
        self.0[node].around.is_none()
    }

    /// The leaves of a node, itself if it is one.
    pub(super) fn leaves(&self, node: NodeNo) -> Vec<NodeNo> {
        match self.within(node) {
            [] => vec![node],
            within => within.iter().flat_map(|part| self.leaves(*part)).collect(),
        }
    }

    /// Whether counts in and out go up apart: for a zone of the same tree counts who comes in.
    pub(super) fn is_by_direction(&self, node: NodeNo, registry: &Registry) -> bool {
        let top = std::iter::successors(Some(node), |node| self.0[*node].around).last().unwrap_or(node);
        let mut zones = self.under(top).into_iter().filter_map(|node| self.0[node].zone);
        zones.any(|zone| registry.zones[zone].count == CountRule::CordonIn)
    }

    fn under(&self, node: NodeNo) -> Vec<NodeNo> {
        let within = self.within(node).iter().flat_map(|part| self.under(*part));
        std::iter::once(node).chain(within).collect()
    }
}
