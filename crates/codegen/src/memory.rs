//! What Cranelift is told about memory: which accesses can touch the same byte, and which bytes never change.
//!
//! Every access gets a region of Cranelift's. It must: Cranelift takes an access without one to be apart from all others.
//! Regions of MIR that may alias share one; the relation is not transitive there, so arrays that this function
//! allocated have a region each only as long as no access to *any* array exists.

use cranelift_codegen::ir::{AliasRegionData, Function as ClifFunction, MemFlagsData};
use hotloop_index::SideMap;
use hotloop_mir::{Function, InstKind, Region, RegionKind, Value};

/// The flags of every kind of access in one function.
pub(crate) struct Memory {
    /// What stays as it is while the function runs, and can be read whenever its address is known: fields of the context, the import table.
    pub(crate) constant: MemFlagsData,
    /// The interrupt flag.
    pub(crate) interrupt: MemFlagsData,
    /// The error state.
    pub(crate) error: MemFlagsData,
    /// The slots through which results are passed.
    pub(crate) results: MemFlagsData,
    regions: SideMap<Region, MemFlagsData>,
    /// The function's parameters, if descriptors are never written here.
    constant_addresses: Vec<Value>,
}

impl Memory {
    /// Declares the regions of a function.
    pub(crate) fn new(mir: &Function, clif: &mut ClifFunction) -> Self {
        let mut apart = |number: u32, description: &'static str| access(clif, number, description);
        let constant = apart(0, "constant").with_readonly().with_can_move().with_aligned();
        let [interrupt, error, results] =
            [apart(1, "interrupt"), apart(2, "error"), apart(3, "results")].map(MemFlagsData::with_aligned);
        let shared = mir.regions.values().any(|region| region.kind == RegionKind::Unknown);
        let mut regions = SideMap::with_len(MemFlagsData::new(), mir.regions.len());
        for (region, data) in mir.regions.iter() {
            regions[region] = match data.kind {
                RegionKind::Descriptor => apart(4, "descriptors"),
                RegionKind::Stack => apart(5, "stack"),
                RegionKind::Allocation(number) if !shared => apart(7 + number, "allocation"),
                RegionKind::Allocation(_) | RegionKind::Argument(_) | RegionKind::Unknown => {
                    apart(6, "arrays")
                }
            };
        }
        let constant_addresses = if writes_descriptors(mir) { Vec::new() } else { mir.parameters().to_vec() };
        Self { constant, interrupt, error, results, regions, constant_addresses }
    }

    /// The flags of a load. A descriptor that the caller passed is there from the beginning to the end of the call, so its fields can be
    /// read early; one whose address was computed may exist on some paths only.
    pub(crate) fn load(&self, mir: &Function, region: Region, address: Value) -> MemFlagsData {
        let is_descriptor = mir.regions[region].kind == RegionKind::Descriptor;
        if is_descriptor && self.constant_addresses.contains(&address) {
            return self.regions[region].with_readonly().with_can_move();
        }
        self.regions[region]
    }

    /// The flags of a store.
    pub(crate) fn store(&self, region: Region) -> MemFlagsData {
        self.regions[region]
    }
}

/// An access in a region of its own. It never faults: lowering has put a check before it where one is needed.
fn access(clif: &mut ClifFunction, number: u32, description: &'static str) -> MemFlagsData {
    let region =
        clif.dfg.alias_regions.insert(AliasRegionData { user_id: number, description: description.into() });
    MemFlagsData::new().with_notrap().with_alias_region(Some(region))
}

fn writes_descriptors(mir: &Function) -> bool {
    let is_descriptor = |region: Region| mir.regions[region].kind == RegionKind::Descriptor;
    let mut insts = mir.layout.iter().flat_map(|block| &mir.blocks[*block].insts);
    insts.any(|inst| matches!(mir.insts[*inst].kind, InstKind::Store { region, .. } if is_descriptor(region)))
}
