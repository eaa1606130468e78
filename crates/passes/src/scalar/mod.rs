//! Passes over single instructions and blocks.

pub(crate) mod contract_products;
pub(crate) mod convert_branches;
pub(crate) mod fold_addresses;
pub(crate) mod fold_constants;
pub(crate) mod number_values;
pub(crate) mod remove_dead_code;
pub(crate) mod share_reciprocals;
pub(crate) mod simplify_control_flow;
pub(crate) mod simplify_selects;
