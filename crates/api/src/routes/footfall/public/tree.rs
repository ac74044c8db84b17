//! Which way up each count goes.
//!
//! ```text
//! quarters of a zone's poles ─► its steps ─► hours ─► days ─► days of the zone around ─► its weeks
//! ```
//!
//! A zone that holds no other is a leaf; so is what a zone has beside those within it. A zone that holds a part of another one only
//! has no place here: sums that cross each other tell of single counts.

use std::collections::{BTreeSet, HashMap};

use smartpole_model::{Zone, registry::CountRule};

use super::no_sum;

/// Zones whose counts are public, each under one other at most.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// Zones that cross others, by their indices in the registry.
    crossing: Vec<usize>,
}

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

/// What a tree shows: of which poles it has sums, and whether in and out apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shape {
    by_direction: bool,
    /// Ids of the poles of each node, in order.
    nodes: Vec<Vec<String>>,
}

impl Shape {
    /// Nodes without poles have nothing to show.
    fn new(by_direction: bool, mut nodes: Vec<Vec<String>>) -> Self {
        nodes.retain(|poles| !poles.is_empty());
        nodes.sort_unstable();
        Self { by_direction, nodes }
    }

    /// What is left of it of some poles.
    pub(super) fn among(&self, is_there: impl Fn(&str) -> bool) -> Self {
        let left = |poles: &Vec<String>| poles.iter().filter(|pole| is_there(pole)).cloned().collect();
        Self::new(self.by_direction, self.nodes.iter().map(left).collect())
    }

    /// Whether both sum up a pole.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let is_theirs = |pole: &String| other.nodes.iter().any(|poles| poles.binary_search(pole).is_ok());
        self.nodes.iter().flatten().any(is_theirs)
    }
}

impl Tree {
    /// The tree of a city: smaller zones first, so that what lies within is there before what is around.
    pub(super) fn of(zones: &[Zone]) -> Self {
        let summed = |zone: &usize| no_sum(&zones[*zone]).is_none() && !zones[*zone].poles.is_empty();
        let mut order: Vec<usize> = (0..zones.len()).filter(summed).collect();
        order.sort_by_key(|zone| zones[*zone].poles.len());
        let (mut tree, mut top) = (Self::default(), HashMap::new());
        for zone in order {
            tree.add(zone, &zones[zone].poles, &mut top);
        }
        tree
    }

    /// Adds a zone around all that it holds; `top` says under which node a pole is so far.
    fn add(&mut self, zone: usize, poles: &[usize], top: &mut HashMap<usize, NodeNo>) {
        let mut within: BTreeSet<NodeNo> = poles.iter().filter_map(|pole| top.get(pole).copied()).collect();
        let holds = |node: &NodeNo| self.nodes[*node].poles.iter().all(|pole| poles.binary_search(pole).is_ok());
        if !within.iter().all(holds) {
            self.crossing.push(zone);
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
        let node = self.nodes.len();
        for part in &within {
            self.nodes[*part].around = Some(node);
        }
        self.nodes.push(Node { zone, poles, within, around: None });
        node
    }

    /// Whether a zone has poles in common with one that is not within it.
    pub(super) fn crosses(&self, zone: usize) -> bool {
        self.crossing.contains(&zone)
    }

    /// The node of a zone, by its index in the registry.
    pub(super) fn node(&self, zone: usize) -> Option<NodeNo> {
        self.nodes.iter().position(|node| node.zone == Some(zone))
    }

    /// The poles of a node, by their indices in the registry.
    pub(super) fn poles(&self, node: NodeNo) -> &[usize] {
        &self.nodes[node].poles
    }

    /// What a node is made of; nothing of a leaf.
    pub(super) fn within(&self, node: NodeNo) -> &[NodeNo] {
        &self.nodes[node].within
    }

    /// The outermost node around a node, or itself.
    pub(super) fn top(&self, node: NodeNo) -> NodeNo {
        std::iter::successors(Some(node), |node| self.nodes[*node].around).last().unwrap_or(node)
    }

    /// What the tree under an outermost node shows; `id` is that of a pole's index.
    pub(super) fn shape<'a>(&self, top: NodeNo, zones: &[Zone], id: impl Fn(usize) -> &'a str) -> Shape {
        let ids = |node: NodeNo| {
            let mut ids: Vec<String> = self.nodes[node].poles.iter().map(|pole| id(*pole).to_owned()).collect();
            ids.sort_unstable();
            ids
        };
        Shape::new(self.is_by_direction(top, zones), self.under(top).into_iter().map(ids).collect())
    }

    /// What all of its trees show.
    pub(super) fn shapes<'a>(&self, zones: &[Zone], id: impl Fn(usize) -> &'a str) -> Vec<Shape> {
        let tops = (0..self.nodes.len()).filter(|node| self.is_outermost(*node));
        tops.map(|top| self.shape(top, zones, &id)).collect()
    }

    /// Whether nothing is around a node.
    pub(super) fn is_outermost(&self, node: NodeNo) -> bool {
        self.nodes[node].around.is_none()
    }

    /// The leaves of a node, itself if it is one.
    pub(super) fn leaves(&self, node: NodeNo) -> Vec<NodeNo> {
        match self.within(node) {
            [] => vec![node],
            within => within.iter().flat_map(|part| self.leaves(*part)).collect(),
        }
    }

    /// Whether counts in and out go up apart: for a zone of the same tree counts who comes in.
    pub(super) fn is_by_direction(&self, node: NodeNo, zones: &[Zone]) -> bool {
        let mut all = self.under(self.top(node)).into_iter().filter_map(|node| self.nodes[node].zone);
        all.any(|zone| zones[zone].count == CountRule::CordonIn)
    }

    fn under(&self, node: NodeNo) -> Vec<NodeNo> {
        let within = self.within(node).iter().flat_map(|part| self.under(*part));
        std::iter::once(node).chain(within).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A zone of these poles.
    fn zone(id: &str, kind: &str, count: CountRule, poles: &[usize]) -> Zone {
        Zone {
            id: id.to_owned(),
            name: String::new(),
            kind: kind.to_owned(),
            parent: None,
            count,
            poles: poles.to_vec(),
            geometry: serde_json::Value::Null,
        }
    }

    #[test]
    fn each_pole_goes_up_one_way_by_the_smallest_zone_that_holds_it() {
        use CountRule::{CrossSection, None};
        let zones = [
            zone("city", "city", CrossSection, &[0, 1, 2, 3, 4]),
            zone("district", "district", CrossSection, &[0, 1, 2, 3]),
            zone("square", "place", CrossSection, &[0, 1]),
            zone("street", "place", CrossSection, &[2]),
            zone("nothing", "place", None, &[3]),
            zone("empty", "place", CrossSection, &[]),
        ];
        let tree = Tree::of(&zones);
        let district = tree.node(1).unwrap();
        let leaves: Vec<_> = tree.leaves(district).into_iter().map(|leaf| tree.poles(leaf)).collect();
        assert_eq!(leaves, [&[2][..], &[0, 1], &[3]], "a zone without a sum is a part of the rest");
        assert!(tree.is_outermost(district) && !tree.is_outermost(tree.node(2).unwrap()));
        assert_eq!([0, 4, 5].map(|zone| tree.node(zone)), [Option::None; 3], "no sum of a city, of none, of no pole");
    }

    #[test]
    fn zones_that_cross_have_one_place_only() {
        use CountRule::CrossSection;
        let zones = [
            zone("square", "place", CrossSection, &[0, 1]),
            zone("street", "place", CrossSection, &[1, 2, 3]),
            zone("same", "district", CrossSection, &[0, 1]),
            zone("around", "district", CrossSection, &[0, 1, 2, 3]),
        ];
        let tree = Tree::of(&zones);
        assert_eq!([0, 1, 2, 3].map(|zone| tree.crosses(zone)), [false, true, false, false]);
        let same = tree.node(2).unwrap();
        assert_eq!((tree.within(same), tree.poles(same)), (&[tree.node(0).unwrap()][..], &[0, 1][..]));
        let leaves = tree.leaves(tree.node(3).unwrap());
        assert_eq!(leaves.into_iter().map(|leaf| tree.poles(leaf)).collect::<Vec<_>>(), [[0, 1], [2, 3]]);
    }

    #[test]
    fn in_and_out_go_up_apart_where_a_zone_of_the_tree_counts_who_comes_in() {
        use CountRule::{CordonIn, CrossSection};
        let zones = [
            zone("square", "place", CordonIn, &[0]),
            zone("street", "place", CrossSection, &[1]),
            zone("around", "district", CrossSection, &[0, 1]),
            zone("elsewhere", "place", CrossSection, &[5]),
        ];
        let tree = Tree::of(&zones);
        let apart = |zone| tree.is_by_direction(tree.node(zone).unwrap(), &zones);
        assert_eq!([0, 1, 2, 3].map(apart), [true, true, true, false]);
    }
}
