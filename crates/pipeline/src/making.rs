//! Sums up blocks for those who ask, by the registry in force.

use std::sync::Arc;

use smartpole_model::{DeviceNo, Inputs, PropertyNo, Quarter};
use smartpole_window::{Aggregates, Block, LeftOut, Making, RowValue, aggregate, left_out};

use crate::{Fold, active::Active};

/// How values of blocks count: a registry's word, kept as long as it is held.
#[derive(Clone, Debug)]
pub struct BlockMaking(Arc<Active>);

impl Fold {
    /// How values of blocks count now.
    pub fn block_making(&self) -> BlockMaking {
        BlockMaking(Arc::clone(&self.active))
    }

    /// The same by another registry whose devices, poles and zones it has met.
    pub fn block_making_by(&self, inputs: &Arc<Inputs>) -> BlockMaking {
        BlockMaking(Arc::new(Active::new("", Arc::clone(inputs), &mut self.names.clone())))
    }
}

impl BlockMaking {
    /// What a block of a device comes to.
    pub fn aggregates(&self, device: DeviceNo, block: &Block) -> Aggregates {
        aggregate(block, &self.0.making(device, block.quarter()))
    }

    /// What totals of a device's block say passed and cannot have.
    pub fn left_out(&self, device: DeviceNo, block: &Block) -> Vec<LeftOut> {
        left_out(block, &self.0.making(device, block.quarter()))
    }

    /// How each value of a device's block counts.
    pub fn of(&self, device: DeviceNo, quarter: Quarter) -> Making<'_> {
        self.0.making(device, quarter)
    }

    /// The property by which devices say that they were switched on.
    pub fn power_up(&self) -> Option<PropertyNo> {
        self.0.power_up
    }

    /// Whether no remark keeps a value out.
    pub fn counts(&self, value: &RowValue) -> bool {
        !self.0.excludes(value)
    }
}
