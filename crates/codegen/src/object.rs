//! Puts an object together: declares the functions, compiles each, adds the entry and the import table.

use crate::error::{ModuleResult, object_error};
use crate::function::{Translator, function_signature};
use crate::imports::ImportTable;
use crate::large::put_cold_ways_second;
use crate::machine_code::MachineCode;
use crate::{CodegenError, Site, Target, entry, interrupt};
use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::ir::{self, UserFuncName};
use cranelift_codegen::{Context, FinalizedRelocTarget};
use cranelift_frontend::FunctionBuilderContext;
use cranelift_module::{DataDescription, DataId, FuncId, Linkage, Module as _};
use cranelift_object::{ObjectBuilder, ObjectModule};
use hotloop_diagnostics::{Remark, Span};
use hotloop_mir::{Block, ControlFlow, DataBytes, Function, Inst, InstKind, Module, Phase, VectorCode};
use rustc_hash::FxHashMap;

/// What follows a function's name in the symbol of its `HostEntry`.
pub const ENTRY_SUFFIX: &str = "$entry";

/// Above this many CLIF instructions the good register allocator takes more than linear time.
const LARGE_FUNCTION_INSTS: usize = 8000;

/// How to compile.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether Cranelift checks what it is given. Costs 30 to 70 % of the compile time; for tests. Off by default.
    pub verify: bool,
}

/// An object with what its reader must know.
#[derive(Clone, Debug)]
pub struct CompiledObject {
    /// The object file.
    pub bytes: Vec<u8>,
    /// The places that can raise; the error state names one by its position.
    pub sites: Vec<Site>,
    /// The symbols of the import table, in the order of its slots. All are undefined in the object.
    pub imports: Vec<String>,
    /// What the user may want to know about how it was compiled.
    pub remarks: Vec<Remark>,
    /// What became of the loops that are marked.
    pub loops: Vec<BuiltLoop>,
}

/// What became of a loop whose iterations may run several at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuiltLoop {
    /// The function that it is in.
    pub function: String,
    /// Its header.
    pub header: Block,
    /// Its vectors; `None` if nobody has instructions for all of it.
    pub vectors: Option<Vectors>,
}

/// How a loop runs in vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vectors {
    /// The bytes of a vector.
    pub vector_bytes: u32,
    /// The iterations that one vector holds.
    pub lanes: u32,
    /// The vectors that one turn works on.
    pub unroll: u32,
    /// The checks that are made in vectors.
    pub checks: u32,
}

/// What of a marked loop is in the way of vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// An instruction that they have not.
    Inst(Inst),
    /// Elements of several sizes.
    Sizes,
    /// Elements that do not lie one behind the other.
    Strides,
    /// That it counts down.
    GoesDown,
    /// How it combines values of all iterations.
    Accumulator,
}

/// Why a marked loop without others in it is not built in the target's vectors, if it is for something in it; for reports.
pub fn obstacle(function: &Function, header: Block, target: &Target) -> Option<Obstacle> {
    crate::function::obstacle(function, header, target)
}

/// Compiles a verified module that is outlined, whether it is vectorised or not. Equal modules give equal bytes; several threads may compile at once. It takes
/// the module, since of a large function no more than one form should be in memory.
///
/// # Errors
/// A function has not been outlined, or Cranelift refuses it: both are mistakes of ours, not of the user.
pub fn compile(module: Module, target: &Target, options: &Options) -> Result<CompiledObject, CodegenError> {
    let mut unit = Unit::new(&module, target)?;
    let mut context = Context::new();
    let mut scratch = FunctionBuilderContext::new();
    for function in module.functions.iter().filter(|function| is_export(function)) {
        let entry = unit.translate_entry(function, &mut context.func, &mut scratch)?;
        unit.define_as(entry, &function.name, &mut context, options)?;
        context.clear();
    }
    for function in module.functions {
        unit.translate(&function, &mut context.func, &mut scratch)?;
        let (name, span) = (function.name.clone(), function.span);
        drop(function);
        unit.define(&name, span, &mut context, options)?;
        context.clear();
    }
    unit.define_interrupt(&mut context, &mut scratch, options)?;
    unit.finish()
}

/// Whether a function is called from outside of its object: all but the bodies of parallel loops.
pub(crate) fn is_export(function: &Function) -> bool {
    !function.is_parallel_body
}

/// The state of one object in the making.
pub(crate) struct Unit<'a> {
    pub(crate) target: &'a Target,
    pub(crate) module: ObjectModule,
    pub(crate) imports: ImportTable,
    pub(crate) sites: Vec<Site>,
    local: FxHashMap<String, FuncId>,
    constants: FxHashMap<DataBytes, DataId>,
    interrupt: Option<FuncId>,
    /// The names and the code of loops in wide vectors.
    pub(crate) wide_loops: Vec<(String, VectorCode)>,
    pub(crate) loops: Vec<BuiltLoop>,
    remarks: Vec<Remark>,
}

impl<'a> Unit<'a> {
    /// Declares the functions of a module.
    pub(crate) fn new(module: &Module, target: &'a Target) -> Result<Self, CodegenError> {
        if let Some(early) = module.functions.iter().find(|function| function.phase < Phase::Outlined) {
            return Err(CodegenError::Phase { function: early.name.clone(), phase: early.phase });
        }
        let builder =
            ObjectBuilder::new(target.isa().clone(), "hotloop", Box::new(|call| format!("{call:?}")));
        let mut builder = builder.map_err(object_error)?;
        builder.unwind_info(true);
        let mut unit = Self {
            target,
            module: ObjectModule::new(builder),
            imports: ImportTable::default(),
            sites: Vec::new(),
            local: FxHashMap::default(),
            constants: FxHashMap::default(),
            interrupt: None,
            wide_loops: Vec::new(),
            loops: Vec::new(),
            remarks: Vec::new(),
        };
        for (position, function) in module.functions.iter().enumerate() {
            let linkage = if position == 0 || is_export(function) { Linkage::Export } else { Linkage::Local };
            let signature = function_signature(function, target);
            let declared = unit.module.declare_function(&function.name, linkage, &signature);
            unit.local.insert(function.name.clone(), declared.map_err(object_error)?);
        }
        unit.declare_interrupt(module).map_err(object_error)?;
        Ok(unit)
    }

    /// The function of that symbol, if it is of this module.
    pub(crate) fn local(&self, symbol: &str) -> Option<FuncId> {
        self.local.get(symbol).copied()
    }

    /// The data object of constant bytes; one for equal ones.
    pub(crate) fn constant_data(&mut self, bytes: &DataBytes) -> ModuleResult<DataId> {
        if let Some(known) = self.constants.get(bytes) {
            return Ok(*known);
        }
        let name = format!("hl_data{}", self.constants.len());
        let data = self.module.declare_data(&name, Linkage::Local, false, false)?;
        let mut description = DataDescription::new();
        // An object without bytes has no place in a section.
        description.define(if bytes.is_empty() { Box::from([0]) } else { Box::from(&**bytes) });
        description.set_align(8);
        self.module.define_data(data, &description)?;
        self.constants.insert(bytes.clone(), data);
        Ok(data)
    }

    /// Declares the way to `hl_safepoint` if the module has a safepoint. What it needs comes first in the import table, so that its code is
    /// the same in every object.
    fn declare_interrupt(&mut self, module: &Module) -> ModuleResult<()> {
        if !module.functions.iter().any(has_safepoint) {
            return Ok(());
        }
        self.imports.table(&mut self.module)?;
        for (symbol, offset) in interrupt::IMPORTS {
            assert_eq!(self.imports.offset_bytes(symbol), offset, "these are the first slots of the table");
        }
        let declared =
            self.module.declare_function(interrupt::SYMBOL, Linkage::Local, &interrupt::signature())?;
        self.interrupt = Some(declared);
        Ok(())
    }

    /// The object's way to `hl_safepoint`. A module with a safepoint has one.
    pub(crate) fn interrupt(&self) -> FuncId {
        self.interrupt.expect("it was declared for the safepoint")
    }

    /// Builds a function's CLIF into an empty function.
    pub(crate) fn translate(
        &mut self,
        mir: &Function,
        clif: &mut ir::Function,
        scratch: &mut FunctionBuilderContext,
    ) -> Result<(), CodegenError> {
        clif.name = UserFuncName::user(0, self.local[mir.name.as_str()].as_u32());
        clif.signature = function_signature(mir, self.target);
        let control_flow = ControlFlow::new(mir);
        Translator::new(mir, &control_flow, self, clif, scratch)
            .translate(&control_flow)
            .map_err(object_error)
    }

    /// Builds the `HostEntry` of a function into an empty function, and declares it.
    pub(crate) fn translate_entry(
        &mut self,
        mir: &Function,
        clif: &mut ir::Function,
        scratch: &mut FunctionBuilderContext,
    ) -> Result<FuncId, CodegenError> {
        let signature = entry::signature(self.target);
        let name = format!("{}{ENTRY_SUFFIX}", mir.name);
        let entry = self.module.declare_function(&name, Linkage::Export, &signature).map_err(object_error)?;
        clif.name = UserFuncName::user(0, entry.as_u32());
        clif.signature = signature;
        let callee = self.module.declare_func_in_func(self.local[mir.name.as_str()], clif);
        entry::build(mir, callee, clif, scratch, self.target);
        Ok(entry)
    }

    /// Builds the way to `hl_safepoint` into an empty function, if the object has one.
    pub(crate) fn translate_interrupt(
        &mut self,
        clif: &mut ir::Function,
        scratch: &mut FunctionBuilderContext,
    ) -> Result<Option<FuncId>, CodegenError> {
        let Some(id) = self.interrupt else { return Ok(None) };
        clif.name = UserFuncName::user(0, id.as_u32());
        clif.signature = interrupt::signature();
        let table = self.imports.table(&mut self.module).map_err(object_error)?;
        let table = self.module.declare_data_in_func(table, clif);
        interrupt::build(table, clif, scratch, self.target);
        Ok(Some(id))
    }

    /// Adds the way to `hl_safepoint`, which is compiled once a target.
    fn define_interrupt(
        &mut self,
        context: &mut Context,
        scratch: &mut FunctionBuilderContext,
        options: &Options,
    ) -> Result<(), CodegenError> {
        let Some(id) = self.interrupt else { return Ok(()) };
        if self.target.interrupt.get().is_none() {
            self.translate_interrupt(&mut context.func, scratch)?;
            self.verify(interrupt::SYMBOL, context, options)?;
            let code = MachineCode::compile(context, id, &**self.target.isa());
            let code = code.map_err(|message| function_error(interrupt::SYMBOL, message))?;
            let _ = self.target.interrupt.set(code);
        }
        self.target.interrupt.get().expect("it was set above").define(id, &mut self.module)
    }

    /// The import table as a comment, for people.
    pub(crate) fn import_comment(&self) -> String {
        let slots = self.imports.symbols().iter().enumerate();
        let lines: Vec<String> =
            slots.map(|(slot, symbol)| format!("; hl_imports+{}: {symbol}\n", 8 * slot)).collect();
        lines.concat()
    }

    /// The symbol of a function (kind 0) or data object (kind 1).
    pub(crate) fn symbol(&self, kind: u32, id: u32) -> Option<String> {
        let declarations = self.module.declarations();
        match kind {
            0 => {
                let id = FuncId::from_u32(id);
                declarations
                    .get_functions()
                    .find(|(known, _)| *known == id)
                    .map(|(id, found)| found.linkage_name(id).into_owned())
            }
            1 => {
                let id = DataId::from_u32(id);
                declarations
                    .get_data_objects()
                    .find(|(known, _)| *known == id)
                    .map(|(id, found)| found.linkage_name(id).into_owned())
            }
            _ => None,
        }
    }

    /// Compiles the function of that name, from that place.
    fn define(
        &mut self,
        name: &str,
        span: Span,
        context: &mut Context,
        options: &Options,
    ) -> Result<(), CodegenError> {
        let inst_count = context.func.dfg.num_insts();
        if inst_count <= LARGE_FUNCTION_INSTS {
            return self.define_as(self.local[name], name, context, options);
        }
        self.remarks.push(Remark {
            pass: "codegen",
            span,
            message: format!(
                "`{name}` has {inst_count} instructions, so its registers are allocated quickly, not well: split the function for speed"
            ),
            cause: None,
        });
        self.define_large(name, context, options)
    }

    /// Compiles with the quick register allocator.
    fn define_large(
        &mut self,
        name: &str,
        context: &mut Context,
        options: &Options,
    ) -> Result<(), CodegenError> {
        let id = self.local[name];
        put_cold_ways_second(&mut context.func);
        self.verify(name, context, options)?;
        let code = MachineCode::compile(context, id, self.target.quick_isa()?);
        code.map_err(|message| function_error(name, message))?.define(id, &mut self.module)
    }

    fn verify(&self, name: &str, context: &Context, options: &Options) -> Result<(), CodegenError> {
        if !options.verify {
            return Ok(());
        }
        let function = &context.func;
        // What is wrong comes first: of a long function, nobody is shown the end.
        cranelift_codegen::verify_function(function, &**self.target.isa())
            .map_err(|errors| function_error(name, format!("{errors}{function}")))
    }

    fn define_as(
        &mut self,
        id: FuncId,
        name: &str,
        context: &mut Context,
        options: &Options,
    ) -> Result<(), CodegenError> {
        let error = |message: String| function_error(name, message);
        self.verify(name, context, options)?;
        self.module.define_function(id, context).map_err(|failure| error(format!("{failure:?}")))?;
        check_relocations(context).map_err(error)
    }

    /// Compiles a function that is the only one of its object.
    pub(crate) fn define_alone(&mut self, name: &str, context: &mut Context) -> Result<(), CodegenError> {
        let declared = self.module.declare_function(name, Linkage::Export, &context.func.signature);
        let id = declared.map_err(object_error)?;
        self.define_as(id, name, context, &Options { verify: true })
    }

    /// Writes the import table and the object.
    pub(crate) fn finish(mut self) -> Result<CompiledObject, CodegenError> {
        let imports = self.imports.define(&mut self.module).map_err(object_error)?;
        let bytes = self.module.finish().emit().map_err(|error| CodegenError::Object(error.to_string()))?;
        Ok(CompiledObject { bytes, sites: self.sites, imports, remarks: self.remarks, loops: self.loops })
    }
}

fn function_error(name: &str, message: String) -> CodegenError {
    CodegenError::Function { function: name.to_owned(), message }
}

fn has_safepoint(function: &Function) -> bool {
    let mut insts = function.layout.iter().flat_map(|block| &function.blocks[*block].insts);
    insts.any(|inst| function.insts[*inst].kind == InstKind::Safepoint)
}

/// Code must not depend on where it lies, nor on functions that Cranelift would like to call behind our back.
pub(crate) fn check_relocations(context: &Context) -> Result<(), String> {
    let code = context.compiled_code().expect("the function was compiled");
    for relocation in code.buffer.relocs() {
        if let FinalizedRelocTarget::ExternalName(ir::ExternalName::LibCall(call)) = relocation.target {
            return Err(format!("it needs `{call}`"));
        }
        let is_relative = matches!(
            relocation.kind,
            Reloc::X86PCRel4
                | Reloc::X86CallPCRel4
                | Reloc::X86CallPLTRel4
                | Reloc::Arm64Call
                | Reloc::Aarch64AdrPrelPgHi21
                | Reloc::Aarch64AddAbsLo12Nc
        );
        if !is_relative {
            return Err(format!("a relocation {} would tie it to a place", relocation.kind));
        }
    }
    Ok(())
}
