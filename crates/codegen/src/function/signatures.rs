//! Types and signatures: what `hotloop-abi` says, in Cranelift's terms.

use crate::Target;
use cranelift_codegen::ir::{AbiParam, Signature, Type, types};
use hotloop_mir::{CalleeData, Function, MachineType, RuntimeFunction};

/// The type of a value in CLIF: a truth value is a byte that is 0 or 1.
pub(crate) fn clif_type(ty: MachineType) -> Type {
    match ty {
        MachineType::I1 | MachineType::I8 => types::I8,
        MachineType::I16 => types::I16,
        MachineType::I32 => types::I32,
        MachineType::I64 | MachineType::Ptr => types::I64,
        MachineType::F32 => types::F32,
        MachineType::F64 => types::F64,
    }
}

/// `status fn(parameters..)`.
pub(crate) fn new_signature(target: &Target, parameters: &[MachineType]) -> Signature {
    let mut signature = Signature::new(target.isa().default_call_conv());
    signature.params.extend(parameters.iter().map(|ty| AbiParam::new(clif_type(*ty))));
    signature.returns.push(AbiParam::new(types::I32));
    signature
}

/// A function's signature: the context comes first, the results' address last; a parallel body has no results.
pub(crate) fn function_signature(function: &Function, target: &Target) -> Signature {
    let parameters = function.parameters().iter().map(|value| function.value_type(*value));
    let mut types: Vec<MachineType> = std::iter::once(MachineType::Ptr).chain(parameters).collect();
    if !function.is_parallel_body {
        types.push(MachineType::Ptr);
    }
    new_signature(target, &types)
}

/// The signature of a function of another object.
pub(crate) fn callee_signature(callee: &CalleeData, target: &Target) -> Signature {
    let ends = [MachineType::Ptr];
    new_signature(target, &[&ends, callee.parameters.as_slice(), &ends].concat())
}

/// The signature of a runtime function.
pub(crate) fn runtime_signature(function: RuntimeFunction, target: &Target) -> Signature {
    if !function.may_raise() {
        let mut signature = new_signature(target, function.parameters());
        signature.returns = function.result().iter().map(|ty| AbiParam::new(clif_type(*ty))).collect();
        return signature;
    }
    let mut parameters = vec![MachineType::Ptr];
    parameters.extend(function.parameters());
    parameters.extend(function.result().map(|_| MachineType::Ptr));
    new_signature(target, &parameters)
}
